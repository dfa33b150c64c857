"""Seats at events ahead, when a board role is handed over: who takes the role comes in its giver's place."""

import datetime
import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import moment_text
from advocacy_portal.lib.steps import Step
from events.calendar.models import Event
from events.registrations import enrolling, letters
from events.registrations.models import Registration
from notifications.letters import queue_letter, withdraw_letters
from notifications.models import OutgoingMail


def open_work(person, organisation, *, day, now):
    """What a person who gives a role away on ``day`` has before them: a line for each registration."""
    rows = _ahead(person, organisation, day, now).select_related("event").order_by("event__starts_at", "pk")
    return [
        Step(
            "ticket",
            row.event.title,
            row.event.get_absolute_url(),
            moment_text(row.event.starts_at, row.event.ends_at),
            state_class="done" if row.is_confirmed else "todo",
            state_label=_("You are coming") if row.is_confirmed else _("On the waiting list"),
        )
        for row in rows
    ]


def hand_over(person, organisation, successor, *, now):
    """Put the successor in the person's place in each. How many moved; run again, nothing is left to move.

    What the successor may not know of, and what they are registered for already, stays with its owner.
    Call inside a transaction.
    """
    today = timezone.localtime(now).date()
    seen = Event.objects.visible_to(successor).values("pk")
    rows = _ahead(person, organisation, today, now).filter(event__in=seen)
    # Events are locked in one order, before the registrations, as everybody does who touches seats.
    moved = 0
    for pk, event in rows.order_by("event", "pk").values_list("pk", "event"):
        locked = enrolling.lock(event)
        in_force = Registration.objects.in_force().filter(event=locked)
        if in_force.filter(email=successor.email.lower()).exists():
            continue
        mine = in_force.filter(pk=pk, person=person)
        if mine.update(
            person=successor,
            name=successor.name or successor.email,
            email=successor.email.lower(),
            phone=successor.phone,
            language=successor.language,
            # The links in the letters of the one before open nothing any more.
            form_key=uuid.uuid4(),
        ):
            moved += 1
            _tell(Registration.objects.select_related("event", "person").get(pk=pk), now=now)
    return moved


def _ahead(person, organisation, day, now):
    """Registrations made on behalf of the organisation to events that begin on ``day`` or later."""
    midnight = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    return Registration.objects.in_force().filter(
        person=person,
        association=organisation,
        event__state=Event.State.PUBLISHED,
        event__starts_at__gte=max(midnight, now),
    )


def _tell(registration, *, now):
    """The new owner gets a confirmation; reminders that wait go to them, other letters are no longer true."""
    due = OutgoingMail.objects.filter(kind=letters.REMINDER, about=registration.pk, state=OutgoingMail.State.DUE)
    due.update(
        to=registration.email,
        name=registration.name[:120],
        language=registration.language,
        person=registration.person,
    )
    for kind in (letters.CONFIRMED, letters.WAITING, letters.PROMOTED, letters.EVENT_MOVED):
        withdraw_letters(kind, about=registration.pk, now=now)
    kind = letters.CONFIRMED if registration.is_confirmed else letters.WAITING
    key = f"{kind}:{registration.pk}:{registration.form_key.hex}"
    queue_letter(kind, **letters.facts_of(kind, registration, key=key, expires_at=registration.event.ends_at))
