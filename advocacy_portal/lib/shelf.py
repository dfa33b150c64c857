"""Pages kept for visitors, which can never be older than the database.

A page that a visitor sees depends on the address, the language and what is committed. PostgreSQL says in one cheap
query whether anything has been: two equal ``pg_current_snapshot()`` see exactly the same rows. So a kept page is
handed out only while the snapshot is the one it was made under, and a seat taken anywhere ends it at once.
Who has a session, a message or an open transaction gets a page made for them.

``kept_for_person`` does the same for somebody who has logged in: session and person are asked anew each time, and
only their own page of that very session is kept for them. Its form tokens are put in afresh.
"""

import functools
import re
import threading
from collections import OrderedDict

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

# Pages a process keeps; a page is some 20 kB.
MOST_PAGES = 200
# Longer addresses come from nobody's click.
LONGEST_ADDRESS = 300


class Shelf:
    """The kept pages of one process, the least asked-for leaving first."""

    def __init__(self, most=MOST_PAGES):
        self.most = most
        self.pages = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key, stamp):
        with self.lock:
            kept = self.pages.get(key)
            if kept is None or kept[0] != stamp:
                return None
            self.pages.move_to_end(key)
            return kept[1:]

    def put(self, key, stamp, *page):
        with self.lock:
            self.pages[key] = (stamp, *page)
            self.pages.move_to_end(key)
            while len(self.pages) > self.most:
                self.pages.popitem(last=False)

    def clear(self):
        with self.lock:
            self.pages.clear()


shelf = Shelf()
own_shelf = Shelf()
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")\w{64}(?=")')


def kept_for_visitors(view):
    """Decorator of a view whose page is the same for every visitor."""

    @functools.wraps(view)
    def kept(request, *args, **kwargs):
        if not is_plain_visit(request):
            return view(request, *args, **kwargs)
        key = place_of(request)
        stamp = stamp_now()
        found = shelf.get(key, stamp)
        if found:
            content, headers = found
            response = HttpResponse(content, headers=headers)
        else:
            response = view(request, *args, **kwargs)
            if is_for_everybody(request, response):
                patch_vary_headers(response, ["Cookie", "HX-Request"])
                response.setdefault("Cache-Control", "private, no-cache")
                # Only what was committed before the page was begun is in the stamp, so a change during the
                # making leaves a page on the shelf that nobody's stamp fits.
                shelf.put(key, stamp, response.content, dict(response.items()))
        return response

    return kept


def kept_for_person(view):
    """Decorator, above ``login_required``, of a page that depends on the person, their session and the database."""

    @functools.wraps(view)
    def kept(request, *args, **kwargs):
        if not is_plain_get(request):
            return view(request, *args, **kwargs)
        # Before session and person are read: what is read later is at least as new as the stamp.
        stamp = stamp_now()
        if not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        key = (request.user.pk, request.session.session_key, *place_of(request))
        found = own_shelf.get(key, stamp)
        if found:
            content, headers, has_form = found
            if has_form:
                token = get_token(request).encode()
                content = TOKEN.sub(lambda match: token, content)
            return HttpResponse(content, headers=headers)
        response = view(request, *args, **kwargs)
        messages = getattr(request, "_messages", ())
        if is_finished(response) and not request.session.modified and not len(messages):
            response.setdefault("Cache-Control", "private, no-store")
            content = response.content
            own_shelf.put(key, stamp, content, dict(response.items()), bool(TOKEN.search(content)))
        return response

    return kept


def is_plain_visit(request):
    """A plain GET by somebody of whom we know nothing."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES and is_plain_get(request)


def is_plain_get(request):
    """A GET of a whole page with nothing to be told, outside any transaction."""
    return (
        request.method == "GET"
        and "messages" not in request.COOKIES
        and "HTTP_HX_REQUEST" not in request.META
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_ADDRESS
        # What this transaction itself has written changes no snapshot.
        and not connection.in_atomic_block
    )


def is_finished(response):
    """A whole page that sets no cookie."""
    return response.status_code == 200 and not response.streaming and not response.cookies


def place_of(request):
    """What is asked for, apart from who asks."""
    return request.get_host(), request.get_full_path(), get_language(), request.is_secure()


def is_for_everybody(request, response):
    """A finished page with nobody's token or cookie in it."""
    return (
        is_finished(response)
        # A token for a form was asked for while the page was made.
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and "CSRF_COOKIE" not in request.META
    )


def stamp_now():
    """What is committed, and the minute: «has begun», «closes today» turn with the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (snapshot,) = cursor.fetchone()
    return snapshot, timezone.now().replace(second=0, microsecond=0)
