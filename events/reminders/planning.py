"""Which reminders are owed: letters written ahead, at the latest two days before their moment."""

import datetime

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat

from events.registrations import letters
from events.registrations.models import Registration
from notifications.letters import queue_letters
from notifications.models import OutgoingMail

DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
# How long before the event a reminder is due, and from when on it is of no use any more: a late one must not
# come on the heels of the next.
MOMENTS = {7 * DAY: 2 * DAY, DAY: 2 * HOUR, 2 * HOUR: 0 * HOUR}
AHEAD = datetime.timedelta(hours=48)
BATCH = 1000


def plan(now):
    """Write the reminders whose moment is near or was missed and which are still of use. Returns how many rows.

    Any number of planners may run: a key is written once. Who registered, or was told of a new time, after a
    moment gets none for it: that letter has just said when and where.
    """
    planned = 0
    for before, useless in MOMENTS.items():
        due = ExpressionWrapper(F("event__starts_at") - Value(before), output_field=DateTimeField())
        owed = (
            Registration.objects.confirmed()
            .filter(
                event__state="published",
                event__starts_at__gt=now + useless,
                event__starts_at__lte=now + AHEAD + before,
            )
            .annotate(due_at=due, key=_key(before))
            .filter(confirmed_at__lt=F("due_at"))
            .filter(Q(event__moved_at=None) | Q(event__moved_at__lt=F("due_at")))
            .exclude(Exists(OutgoingMail.objects.filter(key=OuterRef("key"))))
            .select_related("event", "person")
            .order_by("pk")
        )
        last = 0
        while batch := list(owed.filter(pk__gt=last)[:BATCH]):
            queue_letters(letters.REMINDER, [_reminder(registration, before, useless) for registration in batch])
            planned += len(batch)
            last = batch[-1].pk
    return planned


def _reminder(registration, before, useless):
    starts_at = registration.event.starts_at
    return letters.facts_of(
        letters.REMINDER,
        registration,
        key=registration.key,
        due_at=starts_at - before,
        expires_at=starts_at - useless,
    )


def _key(before):
    """One reminder for a registration, a moment and a revision of the event; made in the database."""
    hours = int(before.total_seconds() // 3600)
    return Concat(
        Value(f"{letters.REMINDER}:"),
        Cast("pk", TextField()),
        Value(f":{hours}h:"),
        Cast("event__revision", TextField()),
        output_field=TextField(),
    )
