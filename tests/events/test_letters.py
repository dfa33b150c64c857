"""What the registered get to read, and the calendar files with it."""

import email
import email.policy
from io import BytesIO

import pytest
from django.utils import timezone, translation
from icalendar import Calendar

from events.registrations import enrolling, letters, telling
from events.registrations.models import Registration
from notifications.letters import compose, kind_of
from notifications.models import OutgoingMail
from notifications.rendering import render
from tests.events.makers import DAY, HOUR, helsinki, make_event, register

LINK = "https://etahuone.example.org/a"


def written(kind):
    return OutgoingMail.objects.get(kind=kind)


def parsed(mail):
    with translation.override(mail.language):
        return email.message_from_bytes(render(mail), policy=email.policy.default)


def entry_of(letter):
    (_, data, mimetype) = letter.attachments[0]
    assert mimetype.startswith("text/calendar")
    calendar = Calendar.from_ical(data)
    (entry,) = calendar.walk("VEVENT")
    return calendar, entry


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_confirmation_says_what_when_and_where_and_brings_a_calendar_file(world, language):
    start = helsinki(2027, 1, 12, 17)
    event = make_event(
        world.union, title="Hallituksen ilta", starts_at=start, remote_link=LINK, ends_at=start + 2 * HOUR
    )
    mine = register(event, language=language, now=helsinki(2027, 1, 2))
    letter = compose(written("registration-confirmed"))
    day = "12 Jan 2027" if language == "en" else "12.1.2027"
    assert "Hallituksen ilta" in letter.subject
    assert day in letter.subject
    assert LINK in dict(letter.facts).values()
    prefix = "" if language == "fi" else f"/{language}"
    assert f"{prefix}/tapahtumat/ilmoittautuminen/" in letter.button[1]
    calendar, entry = entry_of(letter)
    assert (entry["uid"].split("@")[0], entry["sequence"]) == (str(event.uid), 0)
    assert entry.decoded("dtstart") == start
    assert entry.decoded("dtend") == start + 2 * HOUR
    assert str(entry["summary"]) == "Hallituksen ilta"
    assert LINK in str(entry["description"])
    assert str(calendar["method"]) == "PUBLISH"
    assert mine.get_manage_url().split("/")[-2] in letter.button[1]


def test_each_letter_can_be_written_in_each_language(world):
    """Every kind, with all the facts an event can have."""
    event = make_event(
        world.union,
        attendance="hybrid",
        place="Vapaaehtoiskeskus",
        address="Mallikatu 1",
        remote_link=LINK,
        accessibility="Esteetön",
        capacity=1,
    )
    row = register(event)
    for kind in (
        letters.CONFIRMED,
        letters.WAITING,
        letters.PROMOTED,
        letters.CANCELLED,
        letters.KNOWN,
        letters.EVENT_CANCELLED,
        letters.EVENT_MOVED,
        letters.REMINDER,
    ):
        for language in ("fi", "sv", "en"):
            mail = OutgoingMail(kind=kind, key="x", to=row.email, language=language, about=row.pk, queue="now")
            message = parsed(mail)
            assert event.title in message["Subject"]
            assert [part.get_content_type() for part in message.walk()][-1] in ("text/html", "text/calendar")
            assert len(message.get_all("To")) == 1


def test_who_waits_gets_neither_link_nor_calendar_file(world):
    event = make_event(world.union, capacity=1, remote_link=LINK)
    register(event), register(event)
    letter = compose(written("registration-waiting"))
    assert letter.attachments == []
    assert LINK not in str(letter)


def test_a_moved_event_has_the_same_entry_with_a_higher_sequence(world):
    event = make_event(world.union)
    register(event)
    before = entry_of(compose(written("registration-confirmed")))[1]
    type(event).objects.filter(pk=event.pk).update(revision=1, starts_at=event.starts_at + HOUR)
    event.refresh_from_db()
    telling._tell(event, letters.EVENT_MOVED)
    after = entry_of(compose(written("event-moved")))[1]
    assert after["uid"] == before["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after.decoded("dtstart") == event.starts_at


def test_a_cancelled_event_takes_its_entry_out_of_the_calendar(world):
    event = make_event(world.union)
    register(event)
    telling.call_off(event, reason="Kouluttaja sairastui.", now=timezone.now())
    letter = compose(written("event-cancelled"))
    calendar, entry = entry_of(letter)
    assert (str(calendar["method"]), str(entry["status"]), entry["sequence"]) == ("CANCEL", "CANCELLED", 1)
    assert "Kouluttaja sairastui." in dict(letter.facts).values()


@pytest.mark.parametrize(
    ("day", "hour", "utc"), [((2027, 3, 28), 2, 0), ((2027, 3, 28), 5, 2), ((2027, 10, 31), 2, 23)]
)
def test_calendar_files_hold_the_right_instant_on_the_days_the_clocks_change(world, day, hour, utc):
    event = make_event(world.union, starts_at=helsinki(*day, hour, 30))
    register(event, now=helsinki(2027, 1, 1))
    _, entry = entry_of(compose(written("registration-confirmed")))
    assert entry.decoded("dtstart") == event.starts_at
    assert entry.decoded("dtstart").utctimetuple().tm_hour == utc


# --- Which letters are still wanted at the last moment ---


def wanted(mail):
    kind = kind_of(mail)
    if kind.wanted_among:
        return mail.pk in set(kind.wanted_among([mail]))
    return kind.wanted(mail)


def test_a_letter_is_wanted_only_while_it_is_true(world):
    event = make_event(world.union, capacity=1)
    mine = register(event)
    waiting = register(event)
    confirmed_mail, waiting_mail = written("registration-confirmed"), written("registration-waiting")
    assert wanted(confirmed_mail)
    assert wanted(waiting_mail)
    enrolling.cancel(mine, now=timezone.now())
    assert not wanted(confirmed_mail)
    assert not wanted(waiting_mail)
    promoted = written("registration-promoted")
    assert promoted.about == waiting.pk
    assert wanted(promoted)
    telling.call_off(event, reason="Syy", now=timezone.now())
    assert not wanted(promoted)


# --- What people type in names and titles stays in its place ---

NASTY = [
    "Aino\r\nBcc: uhri@example.org",
    "Aino\nSubject: muu",
    "Aino\r\n\r\n<html>",
    "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
    'Aino" <uhri@example.org>, "x',
    "Aino\u2028Bcc: x@example.org",
    "Aino\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:toinen",
    "x\rBEGIN:VEVENT",
]


def shape(message):
    return sorted(name for part in message.walk() for name in part)


@pytest.mark.parametrize("text", NASTY)
def test_line_breaks_in_any_text_add_no_header_and_no_entry(world, text):
    plain = make_event(world.union, attendance="onsite", place="Sali", address="Katu 1", summary="Lyhyt")
    register(plain, "a@example.org")
    expected = shape(parsed(written("registration-confirmed")))
    OutgoingMail.objects.all().delete()
    event = make_event(
        world.union, title=text, attendance="onsite", place=text, address=text, summary=text, description=text
    )
    register(event, "b@example.org", name=text)
    mail = written("registration-confirmed")
    message = parsed(mail)
    assert shape(message) == expected
    assert message["To"].addresses[0].addr_spec == "b@example.org"
    assert len(message["To"].addresses) == 1
    calendar, entry = entry_of(compose(mail))
    assert {name for name, _ in entry.property_items()} == {
        name for name, _ in entry_of(compose_of(plain))[1].property_items()
    }
    assert isinstance(calendar, Calendar)


def compose_of(event):
    row = Registration.objects.get(event=event)
    return compose(OutgoingMail(kind=letters.CONFIRMED, about=row.pk, language="fi"))


@pytest.mark.parametrize("text", NASTY)
def test_line_breaks_in_the_form_never_end_in_an_error_page(client, world, text):
    import uuid

    from django.urls import reverse

    event = make_event(world.union)
    response = client.post(
        reverse("events:register", args=[event.pk]),
        {"name": text, "email": "aino@example.org", "association_text": text, "form_key": str(uuid.uuid4())},
    )
    assert response.status_code in (302, 422)
    for mail in OutgoingMail.objects.all():
        assert set(parsed(mail).keys()) == {
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
            "Content-Type",
        }  # fmt: skip


def test_a_feed_is_one_calendar_with_each_event_once(client, world):
    events = [make_event(world.union, starts_at=timezone.now() + n * DAY) for n in (1, 2, 3)]
    content = client.get("/tapahtumat/kalenteri.ics").content
    calendars = Calendar.from_ical(content, multiple=True)
    assert len(calendars) == 1
    assert [entry["uid"].split("@")[0] for entry in calendars[0].walk("VEVENT")] == [str(e.uid) for e in events]
    assert all(len(line) <= 75 for line in BytesIO(content).read().split(b"\r\n"))
