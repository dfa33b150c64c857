"""A no with its reason: the answers that ``permissions.py`` gives and views act on."""

from django.core.exceptions import PermissionDenied


class Denied:
    """A refusal that carries its reason. Falsy, so ``if can_edit(user, event)`` reads as it should."""

    def __init__(self, reason):
        self.reason = reason

    def __bool__(self):
        return False

    def __repr__(self):
        return f"Denied({self.reason!s})"


def require(verdict):
    """Do nothing for a yes; raise PermissionDenied (the 403 page) with the reason for a no."""
    if not verdict:
        raise PermissionDenied(verdict.reason)
