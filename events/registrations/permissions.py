"""Who may register, and when."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from advocacy_portal.lib.moments import moment_text


def can_register(event, now):
    """Whoever sees an event may register for it while registration is open, with or without an account."""
    if event.is_draft:
        return Denied(_("The event has not been published yet."))
    if event.is_cancelled:
        return Denied(_("The event is cancelled."))
    if event.is_over(now):
        return Denied(_("The event is already over."))
    if event.outside_registration_url:
        return Denied(_("You register for this event on the organiser's own page."))
    if event.registration_opens_at and now < event.registration_opens_at:
        return Denied(_("Registration opens %(moment)s.") % {"moment": moment_text(event.registration_opens_at)})
    if now >= event.closes_at:
        return Denied(_("Registration has closed."))
    return True


def can_cancel_registration(registration, now):
    """Its owner may give it up until the event is over; who the owner is, the page has asked."""
    if registration.event.is_cancelled:
        return Denied(_("The event is cancelled."))
    if registration.event.is_over(now):
        return Denied(_("The event is already over."))
    if registration.is_cancelled:
        return Denied(_("This registration has already been cancelled."))
    return True
