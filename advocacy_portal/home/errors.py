"""Pages for what goes wrong. Each says what happened and what to do next."""

from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _


def bad_request(request, exception=None):
    """400: the address or form cannot be understood. Asks the database nothing."""
    return HttpResponse(loader.render_to_string("400.html"), status=400)


def permission_denied(request, exception=None):
    """403: seen but not allowed; the reason comes from ``lib.access.Denied``."""
    reason = str(exception) if exception and str(exception) else ""
    return render(request, "403.html", {"reason": reason}, status=403)


def not_found(request, exception=None):
    """404: not there, or not this reader's to see."""
    return render(request, "404.html", status=404)


def server_error(request):
    """500: our fault. The page uses nothing that may itself be broken."""
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def csrf_failure(request, reason=""):
    """403 for a form whose session had ended meanwhile; what was typed is one step back."""
    text = _(
        "The page had been open for so long that the form could not be sent. Go back, reload the page and try again."
    )
    return render(request, "403.html", {"reason": text}, status=403)


class OwnNotFoundPage:
    """With DEBUG on Django shows a list of all addresses instead of our page; who tries the portal sees ours."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 404 and not response.streaming and b"<code>DEBUG = True</code>" in response.content:
            return not_found(request)
        return response
