"""What we write to those who register: one function queues a letter, one builds it at sending time."""

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import moment_text
from events.calendar.ics import calendar_file
from events.calendar.models import Event
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
from notifications.models import OutgoingMail

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


# What a letter about a move says was before.
BEFORE = ("starts_at", "ends_at", "attendance", "place", "address", "remote_link")


def moves_untold(event):
    """What people still believe: {what was before: [registrations]} of letters about a move that were never sent."""
    owed = OutgoingMail.objects.open().filter(kind=EVENT_MOVED, about__in=event.registrations.values("pk"))
    believed = {}
    for about, content in owed.order_by("-revision").values_list("about", "content"):
        if content:
            believed.setdefault(bytes(content), []).append(about)
    return believed


def keep_before(event, before, untold):
    """Put the time and place that people know into their letters: when those are built, only the new ones are there."""
    written = OutgoingMail.objects.filter(
        kind=EVENT_MOVED, revision=event.revision, about__in=event.registrations.values("pk")
    )
    facts = {name: getattr(before, name) for name in BEFORE}
    written.update(content=json.dumps(facts, cls=DjangoJSONEncoder).encode())
    for content, abouts in untold.items():
        written.filter(about__in=abouts).update(content=content)


def _before(mail):
    """The event as the reader of this letter knows it; None when that is no longer kept."""
    if not mail.content:
        return None
    facts = json.loads(bytes(mail.content))
    return Event(**facts | {name: parse_datetime(facts[name]) for name in ("starts_at", "ends_at")})


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


def _where(event):
    """The place with its address, «remote», or both."""
    place = ", ".join(filter(None, [event.place, event.address]))
    if place and event.attendance == Event.Attendance.HYBRID:
        return _("%(place)s and remote") % {"place": place}
    return place or capfirst(event.get_attendance_display())


def _facts(registration, with_link=True, before=None):
    """What, when and where in plain words; of an event that has moved also what was ``before``."""
    event = registration.event
    before = before or event
    facts = [(_("Event"), event.title)]
    facts += _changed(_("Time"), _("New time"), _("Earlier time"), _when(event), _when(before))
    facts += _changed(_("Place"), _("New place"), _("Earlier place"), _where(event), _where(before))
    if with_link and event.remote_link:
        is_new = before.remote_link != event.remote_link
        facts.append((_("New remote link") if is_new else _("Remote link"), event.remote_link))
    if event.price:
        facts.append((_("Price"), event.price))
    facts.append((_("Organiser"), event.organiser.name))
    contact = ", ".join(filter(None, [event.contact_name, event.contact_phone, event.contact_email]))
    if contact:
        facts.append((_("Questions about the event"), contact))
    if event.accessibility:
        facts.append((_("Accessibility"), event.accessibility))
    return facts


def _changed(label, new_label, old_label, new, old):
    return [(label, new)] if new == old else [(new_label, new), (old_label, old)]


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
        lead=_("Welcome. The attached calendar file puts the event in your own calendar."),
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
        lead=_("The event is full just now. We write to you at once if you get a seat."),
        button=_button(registration),
        facts=_facts(registration, with_link=False),
        paragraphs=[_("Seats are given in the order in which people registered.")],
        reason=_why(),
    )


def build_promoted(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("You got a seat"), registration.event),
        lead=_("It was your turn on the waiting list. You need not do anything but come."),
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
        lead=_("You are welcome to register again while there are seats."),
        button=_button(registration, _("Your registration")),
        facts=_facts(registration, with_link=False),
        reason=_why(),
    )


def build_known(mail):
    registration = _registration(mail)
    return Letter(
        subject=_subject(_("You are already registered"), registration.event),
        lead=_("You need not do anything: your first registration is in force."),
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
        lead=_("You need not do anything. Your registration is no longer in force."),
        # The event itself may be hidden from who is not logged in; the signed page is not.
        button=_button(registration, _("Your registration")),
        facts=([(_("Reason"), event.cancel_reason)] if event.cancel_reason else [])
        + _facts(registration, with_link=False),
        reason=_why(),
        attachments=_calendar(registration, method="CANCEL"),
    )


def build_event_moved(mail):
    """Whether one has a seat is said too: the letter that told it may have been overtaken by this one."""
    registration = _registration(mail)
    if registration.is_confirmed:
        lead = _("You have a seat. Check that the change suits you.")
        stays = _("You keep your seat without doing anything. If you cannot come, cancel your registration.")
    else:
        lead = _("You are on the waiting list. Check that the change suits you.")
        stays = _("You keep your place in the order without doing anything. If you cannot come, cancel it.")
    return Letter(
        subject=_subject(_("The event has changed"), registration.event),
        lead=lead,
        button=_button(registration),
        facts=_facts(registration, with_link=registration.is_confirmed, before=_before(mail)),
        paragraphs=[stays],
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
