"""What events put on the dashboards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from associations.roles.standing import standing_of
from events.calendar import next_steps as calendar
from events.registrations import next_steps as registrations
from tests.events.makers import DAY, make_event, register


def titles(steps):
    return [str(step.title) for step in steps]


def test_the_office_sees_its_drafts_and_full_events(world):
    now = timezone.now()
    draft = make_event(world.union, state="draft", title="Luonnos")
    full = make_event(world.union, capacity=1, title="Täysi")
    register(full)
    make_event(world.other_union, state="draft", title="Muiden")
    steps = calendar.steps_for(world.staff, now)
    assert [step.url for step in steps][0] == draft.get_absolute_url()
    assert len(steps) == 2
    assert not any("Muiden" in title for title in titles(steps))


def test_a_board_sees_what_closes_soon_until_it_has_registered(world):
    now = timezone.now()
    event = make_event(world.union, registration_closes_at=now + 5 * DAY)
    make_event(world.other_union, registration_closes_at=now + 5 * DAY)
    make_event(world.union, registration_closes_at=now - DAY)
    make_event(world.union, registration_closes_at=now + 5 * DAY, outside_registration_url="https://example.org/")
    (step,) = calendar.steps_for(world.board, now)
    assert step.url == event.get_absolute_url()
    assert step.deadline == timezone.localtime(event.registration_closes_at).date()
    register(event, world.board.email, person=world.board)
    assert calendar.steps_for(world.board, now) == []


def test_one_s_own_events_of_the_next_days_are_steps(world):
    now = timezone.now()
    event = make_event(world.union, starts_at=now + DAY)
    register(event, world.board.email, person=world.board)
    register(make_event(world.union, starts_at=now + 20 * DAY), world.board.email, person=world.board)
    assert titles(registrations.steps_for(world.board, now)) == [event.title]
    assert len(registrations.registrations_ahead(world.board, now, 5)) == 2
    assert registrations.steps_for(world.neighbour, now) == []


def test_the_nearest_events_hide_what_one_may_not_see(world):
    make_event(world.other_union, open_to_all=False)
    make_event(world.union, state="draft")
    near = make_event(world.union, starts_at=timezone.now() + DAY)
    far = make_event(world.union, starts_at=timezone.now() + 5 * DAY)
    assert calendar.upcoming_for(world.board, timezone.now(), 5) == [near, far]
    assert calendar.upcoming_for(world.board, timezone.now(), 1) == [near]


@pytest.mark.parametrize("rows", [1, 3])
def test_steps_ask_at_most_two_queries_a_room(world, rows):
    now = timezone.now()
    for _ in range(rows):
        make_event(world.union, state="draft")
        register(make_event(world.union, capacity=1, starts_at=now + DAY), world.board.email, person=world.board)
        make_event(world.union, registration_closes_at=now + 5 * DAY)
    for person in (world.staff, world.board):
        standing_of(person)
        for room in (calendar, registrations):
            with CaptureQueriesContext(connection) as queries:
                room.steps_for(person, now)
            assert len(queries) <= 2
