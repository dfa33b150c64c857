"""An event moves: the letter says what was, what is, and whether one has a seat."""

import json

import pytest
from django.utils import timezone

from events.calendar.forms import EventForm
from events.models import Event
from events.registrations import enrolling, telling
from notifications.letters import compose
from notifications.models import OutgoingMail
from tests.events.makers import DAY, helsinki, make_event, register
from tests.events.test_arranging import as_typed
from tests.events.test_letters import wanted

pytestmark = pytest.mark.django_db

START = helsinki(2027, 1, 12, 17)
LONG_AGO = START - 60 * DAY


@pytest.fixture
def event(world):
    return make_event(world.union, starts_at=START, attendance="onsite", place="Vanha sali", remote_link="", capacity=1)


def move(world, event, **changes):
    loaded = Event.objects.get(pk=event.pk)
    form = EventForm(as_typed(loaded, user=world.staff, **changes), instance=loaded, user=world.staff)
    assert form.is_valid(), form.errors
    return telling.save_changes(form, now=LONG_AGO)


def letter_to(row):
    mail = OutgoingMail.objects.filter(kind="event-moved", about=row.pk).order_by("-revision").first()
    return compose(mail)


def values(letter):
    return [value for _, value in letter.facts]


def test_the_letter_names_the_new_time_first_and_the_old_one_after_it(world, event):
    row = register(event, language="en", now=LONG_AGO)
    assert move(world, event, starts_on="2027-01-14") == 1
    facts = dict(letter_to(row).facts)
    assert (facts["New time"], facts["Earlier time"]) == (
        "Thu 14 Jan 2027, 17:00–19:00",
        "Tue 12 Jan 2027, 17:00–19:00",
    )
    assert facts["Place"] == "Vanha sali"


def test_the_letter_names_the_old_place_when_the_place_changes(world, event):
    row = register(event, language="en", now=LONG_AGO)
    move(
        world, event, attendance="hybrid", place="Uusi sali", address="Mallikatu 1", remote_link="https://example.org/a"
    )
    facts = dict(letter_to(row).facts)
    assert (facts["New place"], facts["Earlier place"]) == ("Uusi sali, Mallikatu 1 and remote", "Vanha sali")
    assert facts["New remote link"] == "https://example.org/a"
    assert "Earlier time" not in facts


def test_who_waits_reads_that_too_and_gets_no_link(world, event):
    seat, waits = register(event, language="en", now=LONG_AGO), register(event, language="en", now=LONG_AGO)
    move(world, event, starts_on="2027-01-14", remote_link="https://example.org/a")
    assert "You have a seat." in letter_to(seat).lead
    assert "waiting list" in letter_to(waits).lead
    assert "https://example.org/a" not in str(letter_to(waits))


def test_who_got_a_seat_just_before_the_move_is_not_left_in_doubt(world, event):
    first, second = register(event, now=LONG_AGO), register(event, language="en", now=LONG_AGO)
    enrolling.cancel(first, now=LONG_AGO)
    move(world, event, starts_on="2027-01-14")
    # The letter about the seat tells the old time, and is overtaken.
    assert not wanted(OutgoingMail.objects.get(kind="registration-promoted", about=second.pk))
    assert "You have a seat." in letter_to(second).lead


def test_who_never_got_the_letter_of_the_first_move_reads_what_they_last_knew(world, event):
    told_once = register(event, now=LONG_AGO)
    Event.objects.update(capacity=5)
    move(world, event, starts_on="2027-01-14")
    newcomer = register(event, now=LONG_AGO)
    move(world, event, starts_on="2027-01-20", place="Uusi sali")
    assert any("12.1.2027" in value for value in values(letter_to(told_once)))
    assert not any("14.1.2027" in value for value in values(letter_to(told_once)))
    assert any("14.1.2027" in value for value in values(letter_to(newcomer)))


def test_who_got_the_letter_of_the_first_move_reads_of_the_second_time_as_earlier(world, event):
    row = register(event, now=LONG_AGO)
    move(world, event, starts_on="2027-01-14")
    OutgoingMail.objects.filter(kind="event-moved").update(state="sent", content=None)
    move(world, event, starts_on="2027-01-20")
    assert any("14.1.2027" in value for value in values(letter_to(row)))


def test_a_letter_whose_old_facts_are_gone_still_tells_the_new_ones(world, event):
    row = register(event, now=LONG_AGO)
    move(world, event, starts_on="2027-01-14")
    OutgoingMail.objects.filter(kind="event-moved").update(content=None)
    assert any("14.1.2027" in value for value in values(letter_to(row)))
    assert not any("12.1.2027" in value for value in values(letter_to(row)))


def test_only_the_time_and_place_are_kept_with_the_letter(world, event):
    register(event, name="Salainen Nimi", now=LONG_AGO)
    move(world, event, starts_on="2027-01-14")
    content = json.loads(bytes(OutgoingMail.objects.get(kind="event-moved").content))
    assert set(content) == {"starts_at", "ends_at", "attendance", "place", "address", "remote_link"}


@pytest.mark.parametrize("rows", [1, 3])
def test_moving_asks_no_more_queries_for_more_people(world, event, rows, django_assert_max_num_queries):
    Event.objects.update(capacity=None)
    for _ in range(rows):
        register(event, now=LONG_AGO)
    loaded = Event.objects.get(pk=event.pk)
    form = EventForm(as_typed(loaded, user=world.staff, starts_on="2027-01-14"), instance=loaded, user=world.staff)
    assert form.is_valid()
    with django_assert_max_num_queries(26):
        assert telling.save_changes(form, now=timezone.now()) == rows
