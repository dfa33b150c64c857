"""What we write to those who register: one function queues a letter, one builds it at sending time."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import moment_text
from events.calendar.ics import calendar_file
from events.registrations.models import Registration
from notifications.letters import (
    Letter,
    LetterKind,
    absolute_url,
    queue_letter,
    queue_letters,
    register_kind,
    withdraw_letters,
)

CONFIRMED = "registration-confirmed"
WAITING = "registration-waiting"
PROMOTED = "registration-promoted"
CANCELLED = "registration-cancelled"
KNOWN = "registration-known"
EVENT_CANCELLED = "event-cancelled"
EVENT_MOVED = "event-moved"
REMINDER = "event-reminder"

# Withdrawn when the registration goes: what is no longer true.
PROMISES = (CONFIRMED, WAITING, PROMOTED, EVENT_MOVED, REMINDER)


def facts_of(kind, registration, *, key=None, **more):
    """The arguments of ``queue_letter`` for a letter to this registration."""
    event = registration.event
    return {
        "key": key or f"{kind}:{registration.pk}:{event.revision}",
        "to": registration.email,
        "name": registration.name,
        "language": registration.language,
        "person": registration.person,
        "about": registration.pk,
        "revision": event.revision,
        "union": event.organiser_id,
    } | more


def tell_registered(registration):
    kind = CONFIRMED if registration.is_confirmed else WAITING
    queue_letter(kind, **facts_of(kind, registration, expires_at=registration.event.ends_at))


def tell_all(kind, registrations, event, **more):
    """Write the same letter to many registrations of one event; how many they are."""
    rows = []
    for registration in registrations:
        registration.event = event
        rows.append(facts_of(kind, registration, **more))
    queue_letters(kind, rows)
    return len(rows)


def tell_cancelled(registration):
    queue_letter(CANCELLED, **facts_of(CANCELLED, registration))


def tell_known(registration, now):
    """Somebody registered this address again: its owner is told, at most once an hour."""
    hour = now.strftime("%Y%m%d%H")
    queue_letter(KNOWN, **facts_of(KNOWN, registration, key=f"{KNOWN}:{registration.pk}:{hour}"))


def withdraw_for(registration, *, now):
    """Hold back what was promised to a registration that is being given up."""
    for kind in PROMISES:
        withdraw_letters(kind, about=registration.pk, now=now)


# --- Building, in the reader's language ---------------------------------------------------------


def _load(mails):
    """Fetch the registrations of a whole hand of letters with one query."""
    found = Registration.objects.select_related("event__organiser").in_bulk({mail.about for mail in mails})
    for mail in mails:
        mail.registration = found.get(mail.about)


def _registration(mail):
    """The registration a letter is about, fetched ahead by ``_load`` or now."""
    fetched = getattr(mail, "registration", None)
    return fetched or Registration.objects.select_related("event__organiser").get(pk=mail.about)


def _when(event):
    return moment_text(event.starts_at, event.ends_at)


def _facts(registration, with_link=True):
    event = registration.event
    where = ", ".join(filter(None, [event.place, event.address]))
    facts = [(_("Event"), event.title), (_("Time"), _when(event))]
    if where:
        facts.append((_("Place"), where))
    if with_link and event.remote_link:
        facts.append((_("Remote link"), event.remote_link))
    facts.append((_("Organiser"), event.organiser.name))
    if event.accessibility:
        facts.append((_("Accessibility"), event.accessibility))
    return facts


def _button(registration, text=None):
    return (
        text or _("See or cancel your registration"),
        absolute_url(registration.get_manage_url(), registration.language),
    )


def _calendar(registration, method="PUBLISH"):
    data = calendar_file([registration.event], language=registration.language, remote_links=True, method=method)
    return [(_("event") + ".ics", data, f"text/calendar; charset=utf-8; method={method}")]


def _why():
    return _("You get this letter because you registered for the event. It is not advertising.")


def _subject(text, event):
    return f"{text}: {event.title}, {moment_text(event.starts_at, event.ends_at)}"


def build_confirmed(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("You are registered"), registration.event),
        lead=_("You are registered. The attached calendar file puts the event in your own calendar."),
        button=_button(registration),
        facts=_facts(registration),
        paragraphs=[_("If you cannot come, cancel your registration. Somebody who waits then gets the seat.")],
        reason=_why(),
        attachments=_calendar(registration),
    )


def build_waiting(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("You are on the waiting list"), registration.event),
        lead=_("The event is full and you are on the waiting list. We write to you at once if you get a seat."),
        button=_button(registration),
        facts=_facts(registration, with_link=False),
        paragraphs=[_("Seats are given in the order in which people registered.")],
        reason=_why(),
    )


def build_promoted(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("You got a seat"), registration.event),
        lead=_("A seat was freed and it is yours. You need not do anything."),
        button=_button(registration),
        facts=_facts(registration),
        paragraphs=[_("If you cannot come, cancel your registration. Somebody who waits then gets the seat.")],
        reason=_why(),
        attachments=_calendar(registration),
    )


def build_cancelled(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("Your registration is cancelled"), registration.event),
        lead=_("Your registration is cancelled. You are welcome to register again while there are seats."),
        button=_button(registration, _("Your registration")),
        facts=_facts(registration, with_link=False),
        reason=_why(),
    )


def build_known(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("You are already registered"), registration.event),
        lead=_("You are already registered for this event, so you need not do anything."),
        button=_button(registration),
        facts=_facts(registration, with_link=registration.is_confirmed),
        paragraphs=[
            _("Somebody filled in the registration form with your e-mail address."),
            _("If it was not you, you need not do anything."),
        ],
        reason=_why(),
    )


def build_event_cancelled(mail):
    registration = _registration(mail)
    event = registration.event
    return Letter(
        subject=_subject(_("The event is cancelled"), event),
        lead=_("The event is cancelled, so your registration is no longer in force."),
        # The event itself may be hidden from who is not logged in; the signed page is not.
        button=_button(registration, _("Your registration")),
        facts=([(_("Reason"), event.cancel_reason)] if event.cancel_reason else [])
        + _facts(registration, with_link=False),
        reason=_why(),
        attachments=_calendar(registration, method="CANCEL"),
    )


def build_event_moved(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("The event has changed"), registration.event),
        lead=_("The time or place of the event has changed. Below are the new details."),
        button=_button(registration),
        facts=_facts(registration, with_link=registration.is_confirmed),
        paragraphs=[_("Your registration is in force as before. If the new time does not suit you, cancel it.")],
        reason=_why(),
        attachments=_calendar(registration) if registration.is_confirmed else [],
    )


def build_reminder(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("Reminder"), registration.event),
        lead=_("The event is near. Welcome."),
        button=_button(registration),
        facts=_facts(registration),
        paragraphs=[_("If you cannot come, cancel your registration. Somebody who waits then gets the seat.")],
        reason=_why(),
    )


def _still(*states):
    """The questions asked just before a letter is final: is the registration as it says, has the event not moved?"""

    def wanted_among(mails):
        true = dict(
            Registration.objects.filter(
                pk__in={mail.about for mail in mails}, state__in=states, event__state="published"
            ).values_list("pk", "event__revision")
        )
        return {mail.pk for mail in mails if true.get(mail.about) == mail.revision}

    return {"wanted": lambda mail: mail.pk in wanted_among([mail]), "wanted_among": wanted_among}


def register_kinds():
    """Called once when the app starts.

    A second confirmation does less harm than none, so all but notices of what the person did themselves are
    sent once more when the relay's answer was lost.
    """
    confirmed, waiting = Registration.State.CONFIRMED, Registration.State.WAITING
    for name, build, rules in (
        (CONFIRMED, build_confirmed, {"when_unknown": "resend", **_still(confirmed)}),
        (WAITING, build_waiting, {"when_unknown": "resend", **_still(waiting)}),
        (PROMOTED, build_promoted, {"when_unknown": "resend", **_still(confirmed)}),
        (CANCELLED, build_cancelled, {"when_unknown": "hold"}),
        (KNOWN, build_known, {"when_unknown": "hold"}),
        (EVENT_CANCELLED, build_event_cancelled, {"when_unknown": "resend", "queue": "bulk"}),
        (EVENT_MOVED, build_event_moved, {"when_unknown": "resend", "queue": "bulk", **_still(confirmed, waiting)}),
        (REMINDER, build_reminder, {"when_unknown": "resend", "queue": "bulk", **_still(confirmed)}),
    ):
        register_kind(LetterKind(name, build, load=_load, **rules))
