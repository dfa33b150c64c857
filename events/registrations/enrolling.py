"""Taking seats and giving them back.

Whoever takes or frees a seat first locks the event's row and holds it until the transaction ends. So what
is read there is the truth, numbers follow the order of commits, and a free seat never has anybody waiting
for it. The check constraint ``event_is_never_overbooked`` stands behind it.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.calendar.models import Event
from events.registrations import letters
from events.registrations.models import Registration


@dataclass
class Outcome:
    """What became of a registering: the registration, and whether it is new."""

    registration: Registration
    is_new: bool


class FormAlreadyUsed(ValidationError):
    """The same form was sent before with other contents, or what it made has been cancelled."""


def register(
    event, *, name, email, now, form_key, language="fi", phone="", association=None, association_text="", person=None
):
    """Register a person. Afterwards a registration exists and its letter is on its way, both or neither.

    Raises ValidationError when registration is not open, FormAlreadyUsed for a form sent twice with
    other contents. Who is registered already gets the same registration back, and no second letter.
    """
    email = email.strip().lower()
    try:
        with transaction.atomic():
            locked = lock(event.pk)
            if not locked.is_open(now):
                raise ValidationError(_("Registration is not open."))
            confirmed = not locked.is_full
            Event.objects.filter(pk=event.pk).update(
                last_number=locked.last_number + 1, seats_taken=locked.seats_taken + confirmed
            )
            number = locked.last_number + 1
            registration = Registration.objects.create(
                event=locked,
                person=person,
                name=name,
                email=email,
                phone=phone,
                association=association,
                association_text=association_text,
                language=language,
                number=number,
                form_key=form_key,
                created_at=now,
                state=Registration.State.CONFIRMED if confirmed else Registration.State.WAITING,
                confirmed_at=now if confirmed else None,
            )
            letters.tell_registered(registration)
    except IntegrityError:
        # The number went back with the transaction: nobody else's order has changed.
        earlier = _earlier(event, name, email, phone, form_key)
        if earlier is None:
            # What stood in the way has just been cancelled: the person is told, so nothing is lost unseen.
            raise ValidationError(_("Something changed at the same moment. Send the form again."))
        return Outcome(earlier, is_new=False)
    return Outcome(registration, is_new=True)


def cancel(registration, *, now):
    """Give the registration up. Afterwards its seat belongs to the first who waited, and both are told.

    Raises ValidationError when it was cancelled already or the event is over.
    """
    with transaction.atomic():
        event = lock(registration.event_id)
        if event.is_cancelled:
            raise ValidationError(_("The event is cancelled."))
        if event.is_over(now):
            raise ValidationError(_("The event is already over."))
        before = Registration.objects.get(pk=registration.pk)
        if before.is_cancelled:
            raise ValidationError(_("This registration has already been cancelled."))
        Registration.objects.filter(pk=registration.pk).update(state=Registration.State.CANCELLED, cancelled_at=now)
        letters.withdraw_for(registration, now=now)
        registration.refresh_from_db(fields=["state", "cancelled_at"])
        registration.event = event
        letters.tell_cancelled(registration)
        if before.is_confirmed:
            Event.objects.filter(pk=event.pk).update(seats_taken=event.seats_taken - 1)
            promote(event.pk, now=now)


def promote(event_id, *, now):
    """Give free seats to those who wait, in order; each is told. Returns who got one.

    Call with the event's row locked.
    """
    event = lock(event_id)
    if event.is_over(now) or event.is_cancelled:
        return []
    waiting = Registration.objects.filter(event=event).waiting().select_related("person")
    chosen = list(waiting if event.seats_left is None else waiting[: event.seats_left])
    if not chosen:
        return []
    Registration.objects.filter(pk__in=[row.pk for row in chosen]).update(
        state=Registration.State.CONFIRMED, confirmed_at=now
    )
    Event.objects.filter(pk=event.pk).update(seats_taken=event.seats_taken + len(chosen))
    letters.tell_all(letters.PROMOTED, chosen, event, expires_at=event.ends_at)
    return chosen


def lock(event_id):
    """The event's row as it is now, held until the transaction ends."""
    return Event.objects.select_for_update(no_key=True).get(pk=event_id)


def _earlier(event, name, email, phone, form_key):
    """The registration that stood in the way of a new one; None when it has gone since."""
    of_event = Registration.objects.filter(event=event)
    same_form = of_event.filter(form_key=form_key).first()
    if same_form:
        is_same = (same_form.name, same_form.email, same_form.phone) == (name, email, phone)
        if same_form.is_cancelled or not is_same:
            raise FormAlreadyUsed(_("This form has been sent already. Check the details and send it again."))
        return same_form
    return of_event.in_force().filter(email=email).first()
