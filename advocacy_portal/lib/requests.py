"""What no form can mean and no query survives is refused at the door."""

from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseNotAllowed


class RefuseMalformedInput:
    """Answer 400 to NUL characters and broken UTF-8 in what stands in the address or a cookie.

    PostgreSQL has no text with NUL in it, so such a filter would be a server error deep inside.
    Form bodies pass: Django's own fields name the faulty one and keep what was typed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        query = unquote_to_bytes(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
        # A path with broken letters needs no care: Django spells them out again, and no address matches.
        if "\x00" in request.path_info or b"\x00" in query:
            raise BadRequest("NUL in the address")
        try:
            query.decode()
        except UnicodeDecodeError as fault:
            raise BadRequest("The query is not UTF-8") from fault
        # A quoted cookie may spell NUL as \000, and the session is looked up by it.
        if any("\x00" in value for value in request.COOKIES.values()):
            raise BadRequest("NUL in a cookie")
        return self.get_response(request)


class RefuseOtherMethods:
    """The portal reads by GET and changes by POST; a view that names no methods has no side door.

    Without this a PUT would run the reading half of a view, past whatever its writing half asks.
    """

    METHODS = ("GET", "HEAD", "POST")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in self.METHODS:
            return HttpResponseNotAllowed(self.METHODS)
        return self.get_response(request)


class AnswerLivez:
    """Say at the very door that the process is alive: no host check, no session, no log line.

    A container's own health check asks by its address, which no ALLOWED_HOSTS knows.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info == "/livez" and request.method in ("GET", "HEAD"):
            return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
        return self.get_response(request)


class KeepNoCopies:
    """Pages of somebody logged in are not kept by the browser: «Back» after log-out shows nothing."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
