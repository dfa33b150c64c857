"""Reminders: a week, a day and two hours before, once each, and only while they are true."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event, Registration
from events.registrations import enrolling, letters, telling
from events.reminders import planning
from events.reminders.tasks import plan_reminders
from notifications.letters import kind_of
from notifications.models import OutgoingMail
from tests.events.makers import DAY, HOUR, helsinki, make_event, register

START = helsinki(2027, 1, 12, 17)
LONG_AGO = START - 30 * DAY


def planned():
    """(hours before the start, address) of each reminder that is owed."""
    rows = OutgoingMail.objects.filter(kind=letters.REMINDER, state="due").order_by("due_at", "pk")
    return [(int((START - row.due_at).total_seconds() // 3600), row.to) for row in rows]


@pytest.fixture
def event(world):
    return make_event(world.union, starts_at=START)


def test_each_moment_is_planned_at_most_two_days_ahead(event):
    register(event, "a@example.org", now=LONG_AGO)
    planning.plan(START - 9 * DAY - HOUR)
    assert planned() == []
    planning.plan(START - 9 * DAY)
    assert planned() == [(168, "a@example.org")]
    planning.plan(START - 3 * DAY)
    assert (24, "a@example.org") in planned()
    planning.plan(START - 1 * DAY - HOUR)
    assert [hours for hours, _ in planned()][-2:] == [24, 2]


def test_planning_twice_writes_once(event):
    register(event, "a@example.org", now=LONG_AGO)
    for _ in range(3):
        planning.plan(START - 25 * HOUR)
    assert planned() == [(24, "a@example.org"), (2, "a@example.org")]
    plan_reminders()
    plan_reminders()


def test_what_is_written_already_costs_no_rows_the_next_minute(event):
    for _ in range(3):
        register(event, now=LONG_AGO)
    planning.plan(START - 25 * HOUR)
    with CaptureQueriesContext(connection) as queries:
        assert planning.plan(START - 25 * HOUR) == 0
    assert not [query for query in queries if query["sql"].startswith("INSERT")]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_many_reminders_ask_no_more_queries(event, rows):
    for _ in range(rows):
        register(event, now=LONG_AGO)
    with CaptureQueriesContext(connection) as queries:
        planning.plan(START - 25 * HOUR)
    assert len(queries) <= 10
    assert len(planned()) == 2 * rows


def test_who_registers_after_a_moment_gets_none_for_it(event):
    register(event, "a@example.org", now=START - 20 * HOUR)
    planning.plan(START - 19 * HOUR)
    assert planned() == [(2, "a@example.org")]


def test_who_got_a_seat_after_a_moment_gets_none_for_it(world):
    event = make_event(world.union, starts_at=START, capacity=1)
    first = register(event, "a@example.org", now=LONG_AGO)
    register(event, "b@example.org", now=LONG_AGO)
    enrolling.cancel(first, now=START - 20 * HOUR)
    planning.plan(START - 19 * HOUR)
    assert planned() == [(2, "b@example.org")]


def test_a_stopped_scheduler_makes_up_for_what_is_still_of_use(event):
    register(event, "a@example.org", now=LONG_AGO)
    planning.plan(START - 21 * HOUR)
    # The week before is long past; the day before is three hours late and says the same still.
    assert planned() == [(24, "a@example.org"), (2, "a@example.org")]
    assert not OutgoingMail.objects.filter(kind=letters.REMINDER, expires_at__lt=START - 21 * HOUR).exists()


def test_nothing_is_planned_once_the_event_has_begun(event):
    register(event, now=LONG_AGO)
    planning.plan(START + HOUR)
    assert planned() == []


def test_a_reminder_is_useless_once_the_event_begins_or_the_next_one_is_due(event):
    register(event, now=LONG_AGO)
    planning.plan(START - 9 * DAY)
    planning.plan(START - 25 * HOUR)
    for row in OutgoingMail.objects.filter(kind=letters.REMINDER):
        assert row.due_at < row.expires_at <= START


@pytest.mark.parametrize("state", ["waiting", "cancelled"])
def test_only_who_has_a_seat_is_reminded(event, state):
    Registration.objects.filter(pk=register(event, now=LONG_AGO).pk).update(state=state)
    planning.plan(START - 25 * HOUR)
    assert planned() == []


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_only_published_events_remind(event, state):
    register(event, now=LONG_AGO)
    Event.objects.filter(pk=event.pk).update(state=state)
    planning.plan(START - 25 * HOUR)
    assert planned() == []


def test_a_moved_event_withdraws_its_reminders_and_plans_new_ones(client, world, event):
    from events.calendar.forms import EventForm
    from tests.events.test_arranging import as_typed

    row = register(event, "a@example.org", now=LONG_AGO)
    planning.plan(START - 25 * HOUR)
    old = list(OutgoingMail.objects.filter(kind=letters.REMINDER))
    loaded = Event.objects.get(pk=event.pk)
    form = EventForm(as_typed(loaded, user=world.staff, starts_on="2027-01-13"), instance=loaded, user=world.staff)
    assert form.is_valid(), form.errors
    telling.save_changes(form, now=START - 25 * HOUR)
    for mail in old:
        mail.refresh_from_db()
        assert mail.state == "cancelled"
    planning.plan(START - 25 * HOUR)
    new = OutgoingMail.objects.filter(kind=letters.REMINDER, state="due")
    assert {(mail.about, mail.revision) for mail in new} == {(row.pk, 1)}
    assert sorted(mail.due_at for mail in new) == [START, START + 22 * HOUR]


def test_a_reminder_of_the_old_time_is_unwanted_even_if_it_was_on_its_way(event):
    row = register(event, now=LONG_AGO)
    planning.plan(START - 25 * HOUR)
    mail = OutgoingMail.objects.filter(kind=letters.REMINDER).first()
    kind = kind_of(mail)
    ask = (lambda: mail.pk in set(kind.wanted_among([mail]))) if kind.wanted_among else (lambda: kind.wanted(mail))
    assert ask()
    Event.objects.filter(pk=event.pk).update(revision=1)
    assert not ask()
    Event.objects.filter(pk=event.pk).update(revision=0, state="cancelled")
    assert not ask()
    Event.objects.filter(pk=event.pk).update(state="published")
    Registration.objects.filter(pk=row.pk).update(state="cancelled")
    assert not ask()


def test_a_cancelled_event_withdraws_its_reminders(event):
    register(event, now=LONG_AGO)
    planning.plan(START - 25 * HOUR)
    telling.call_off(event, reason="Syy", now=START - 24 * HOUR)
    assert planned() == []


def test_a_cancelled_registration_withdraws_its_reminders(event):
    gone = register(event, now=LONG_AGO)
    register(event, "jaa@example.org", now=LONG_AGO)
    planning.plan(START - 25 * HOUR)
    enrolling.cancel(gone, now=START - 24 * HOUR)
    assert {to for _, to in planned()} == {"jaa@example.org"}


@pytest.mark.parametrize("year", range(2026, 2031))
@pytest.mark.parametrize("month", [3, 10])
def test_reminders_keep_exact_hours_over_the_days_the_clocks_change(world, year, month):
    last = datetime.date(year, month, 31)
    sunday = last - datetime.timedelta(days=(last.weekday() + 1) % 7)
    for hour, minute in ((2, 30), (4, 30), (12, 0)):
        start = helsinki(sunday.year, sunday.month, sunday.day, hour, minute)
        event = make_event(world.union, starts_at=start)
        row = register(event, now=start - 30 * DAY)
        planning.plan(start - 8 * DAY)
        planning.plan(start - 25 * HOUR)
        due = OutgoingMail.objects.filter(about=row.pk, kind=letters.REMINDER).values_list("due_at", flat=True)
        assert sorted(start - moment for moment in due) == [2 * HOUR, DAY, 7 * DAY]


def test_two_schedulers_at_once_write_one_row_each(event):
    register(event, now=LONG_AGO)
    register(event, now=LONG_AGO)
    planning.plan(START - 25 * HOUR)
    planning.plan(START - 25 * HOUR + datetime.timedelta(seconds=1))
    assert OutgoingMail.objects.filter(kind=letters.REMINDER).count() == 4
    assert timezone.is_aware(OutgoingMail.objects.filter(kind=letters.REMINDER)[0].due_at)


def test_who_was_told_of_a_new_time_after_a_moment_gets_no_reminder_for_it(event):
    register(event, "a@example.org", now=LONG_AGO)
    # The letter about the move went out yesterday evening, three days before the start.
    Event.objects.filter(pk=event.pk).update(revision=1, moved_at=START - 3 * DAY)
    planning.plan(START - 2 * DAY - HOUR)
    assert planned() == [(24, "a@example.org"), (2, "a@example.org")]


def test_a_reminder_that_is_too_late_to_be_of_use_is_never_written(event):
    register(event, "a@example.org", now=LONG_AGO)
    planning.plan(START - 2 * DAY)
    assert planned() == [(24, "a@example.org"), (2, "a@example.org")]
    OutgoingMail.objects.all().delete()
    planning.plan(START - 2 * HOUR)
    assert planned() == [(2, "a@example.org")]
