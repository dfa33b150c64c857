"""What a visitor gets who asks for an event that is not announced to all."""

import functools

from django.contrib.auth.views import redirect_to_login
from django.http import Http404


def log_in_to_see(view):
    """Decorator: a visitor logs in first, whether the event is for the union's own people, a draft or nothing at all.

    A colleague's link then leads where it should, and no number tells whether something stands behind it.
    """

    @functools.wraps(view)
    def asked(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Http404:
            if request.user.is_authenticated:
                raise
            return redirect_to_login(request.get_full_path())

    return asked
