"""Who may arrange events."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.models import Organisation
from associations.roles.standing import standing_of


def _arranges(user, event):
    standing = standing_of(user)
    return standing.is_administrator or event.organiser_id in standing.staffed_unions


def can_create_events(user):
    """The staff of a central organisation."""
    if not Organisation.objects.staffed_by(user).exists():
        return Denied(_("Only the staff of a central organisation can publish events."))
    return True


def can_edit_event(user, event):
    """The organiser's staff, as long as the event has not been cancelled."""
    if not _arranges(user, event):
        return Denied(_("Only the organiser's staff can change this event."))
    if event.is_cancelled:
        return Denied(_("A cancelled event can no longer be changed. You can publish a copy of it."))
    return True


def can_publish_event(user, event):
    """The organiser's staff, a draft."""
    if not _arranges(user, event):
        return Denied(_("Only the organiser's staff can publish this event."))
    if not event.is_draft:
        return Denied(_("Only a draft can be published."))
    return True


def can_cancel_event(user, event):
    """The organiser's staff, a published event."""
    if not _arranges(user, event):
        return Denied(_("Only the organiser's staff can cancel this event."))
    if event.state != event.State.PUBLISHED:
        return Denied(_("Only a published event can be cancelled."))
    return True


def can_see_registrations(user, event):
    """The organiser's staff."""
    if not _arranges(user, event):
        return Denied(_("Only the organiser's staff can see who has registered."))
    return True
