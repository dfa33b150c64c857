"""Where a person is logged in: what is told of it, and ending it."""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.db.models.signals import pre_save
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The first that fits: many browsers call themselves by others' names, too.
BROWSERS = [
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|OPT/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
]
DEVICES = [
    (r"iPhone", gettext_lazy("iPhone")),
    (r"iPad", gettext_lazy("iPad")),
    (r"Android.*Mobile", gettext_lazy("Android phone")),
    (r"Android", gettext_lazy("Android tablet")),
    (r"CrOS", gettext_lazy("Chromebook")),
    (r"Windows", gettext_lazy("Windows computer")),
    (r"Macintosh|Mac OS X", gettext_lazy("Mac computer")),
    (r"Linux|X11", gettext_lazy("Linux computer")),
]


@dataclass
class LoggedIn:
    """One place where the person is logged in."""

    pk: int
    device: str
    since: datetime
    is_this: bool


def places_of(request):
    """Where this person is logged in now, this place first. Two queries."""
    here = request.session.session_key
    rows = [_row(one, here) for one in alive().filter(user=request.user)]
    if not any(row.is_this for row in rows):
        # Logged in before these pages were there, or by the administration.
        UserSession.objects.create_from_request(request)
        rows += [_row(one, here) for one in alive().filter(user=request.user, session_key=here)]
    return sorted(rows, key=lambda row: (not row.is_this, -row.since.timestamp()))


def _row(one, here):
    return LoggedIn(one.pk, device_words(one.user_agent), one.created_at, one.session_key == here)


def alive(now=None):
    """Sessions with which one still gets in."""
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now or timezone.now())
    return UserSession.objects.filter(Exists(live))


def device_words(user_agent):
    """«Firefox, Windows computer»: what a person recognises their own device by."""
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, user_agent)), "")
    device = next((str(name) for pattern, name in DEVICES if re.search(pattern, user_agent)), "")
    return ", ".join(filter(None, [browser, device])) or _("Unknown device")


def end(rows):
    """End these: whoever uses them is a visitor at the next click. How many were ended."""
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def end_all(person, besides=None):
    """End every session of this person, except the one with the key ``besides``."""
    return end(UserSession.objects.filter(user=person).exclude(session_key=besides or ""))


def forget_ended(now):
    """Nothing is kept of sessions that are over."""
    return UserSession.objects.exclude(pk__in=alive(now).values("pk")).delete()[0]


def shorten_address(sender, instance, **kwargs):
    """Of the network address only the neighbourhood is kept: the page does not show it, nobody needs the rest.

    allauth's table asks for one; it would otherwise keep the whole as long as the session lives.
    """
    address = ipaddress.ip_address(str(instance.ip))
    width = 24 if address.version == 4 else 48
    instance.ip = str(ipaddress.ip_network((address, width), strict=False).network_address)


def end_others(sender, request, user, **kwargs):
    """Who changes the password wants everybody else out, on this day and not when their session ends by itself."""
    is_own = getattr(request, "user", None) is not None and request.user.pk == user.pk
    end_all(user, besides=request.session.session_key if is_own else None)


def listen():
    """allauth says when a password has changed, and saves its own rows."""
    pre_save.connect(shorten_address, sender=UserSession, dispatch_uid="shorten_address")
    for signal in (password_changed, password_set, password_reset):
        signal.connect(end_others, dispatch_uid="end_others")
