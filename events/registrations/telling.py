"""An event moves or is called off: everybody who was promised something is told, in the same transaction."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.calendar.forms import version_of
from events.calendar.models import Event
from events.registrations import enrolling, letters
from events.registrations.models import Registration
from notifications.models import OutgoingMail

# What people plan their evening by.
PROMISED = ("starts_at", "ends_at", "attendance", "place", "address", "remote_link")


class ChangedMeanwhile(ValidationError):
    """Somebody else saved the event while the form was open; ``saved`` is the event as it is now."""

    def __init__(self, saved):
        super().__init__(_("Somebody else has changed the event meanwhile."))
        self.saved = saved


def save_changes(form, *, now):
    """Save an edited event; returns how many people are written to.

    The row is locked first, so seats that were taken since the form was opened stay taken. Raises
    ChangedMeanwhile when the form shows an older event than there is, and ValidationError when the seats no
    longer fit or the event was cancelled.
    """
    event = form.instance
    with transaction.atomic():
        before = enrolling.lock(event.pk)
        if before.is_cancelled:
            raise ValidationError(_("The event has been cancelled meanwhile. It can no longer be changed."))
        there = version_of(before, before.regions.all())
        if there == version_of(event, form.cleaned_data["regions"]):
            # A second click on the button.
            return 0
        if there != form.cleaned_data["seen_version"]:
            raise ChangedMeanwhile(before)
        form.save(commit=False)
        for name in Event.OWN_FIELDS:
            setattr(event, name, getattr(before, name))
        event.clean()
        event.save(update_fields=[f.name for f in Event._meta.concrete_fields if f.name not in Event.OWN_FIELDS])
        form.save_m2m()
        moved = not event.is_draft and any(getattr(before, name) != getattr(event, name) for name in PROMISED)
        if moved:
            untold = letters.moves_untold(event)
            event.note_move(now=now)
            withdraw_reminders(event)
        promoted = enrolling.promote(event.pk, now=now)
        # Who gets a seat by this change reads of the new time in that letter.
        told = _tell(event, letters.EVENT_MOVED, but=promoted) if moved else 0
        if told:
            letters.keep_before(event, before, untold)
    return told + len(promoted)


def call_off(event, *, reason, now):
    """Cancel the event and tell the registered; returns how many."""
    with transaction.atomic():
        enrolling.lock(event.pk)
        event.call_off(reason=reason, now=now)
        withdraw_reminders(event)
        return _tell(event, letters.EVENT_CANCELLED)


def withdraw_reminders(event):
    """Hold back reminders of the old time; new ones are planned by the next tick."""
    of_event = OutgoingMail.objects.open().filter(
        kind=letters.REMINDER, about__in=event.registrations.values_list("pk", flat=True)
    )
    of_event.update(state=OutgoingMail.State.CANCELLED, lease_until=None)


def _tell(event, kind, but=()):
    registrations = Registration.objects.in_force().filter(event=event).exclude(pk__in=[row.pk for row in but])
    return letters.tell_all(kind, registrations.select_related("person").order_by("number"), event)
