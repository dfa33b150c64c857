"""Seats under a rush: many people at the same moment, on many connections."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.utils import timezone

from events.models import Event, Registration
from events.registrations import enrolling
from notifications.models import OutgoingMail
from tests.events.makers import make_event, register

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]

THREADS, PEOPLE, SEATS = 12, 60, 20


def all_at_once(jobs, threads=THREADS):
    """Run the jobs on that many connections; their results, with faults in place of results."""
    together = threading.Barrier(threads)
    met = threading.local()

    def run(job):
        try:
            if not getattr(met, "done", False):
                met.done = True
                together.wait(10)
            return job()
        except Exception as fault:
            return fault
        finally:
            # Each thread's last job leaves its connection open otherwise, and the database cannot be dropped.
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, jobs))


def rush(event, people=PEOPLE):
    now = timezone.now()
    return all_at_once([lambda n=n: register(event, f"tulija{n}@example.org", now=now) for n in range(people)])


def counts(event):
    rows = list(Registration.objects.filter(event=event).order_by("number").values_list("number", "state"))
    confirmed = [number for number, state in rows if state == "confirmed"]
    waiting = [number for number, state in rows if state == "waiting"]
    return confirmed, waiting


def test_exactly_the_seats_are_given_and_the_rest_wait_in_order():
    event = make_event(capacity=SEATS)
    faults = [result for result in rush(event) if isinstance(result, Exception)]
    assert faults == []
    confirmed, waiting = counts(event)
    assert confirmed == list(range(1, SEATS + 1))
    assert waiting == list(range(SEATS + 1, PEOPLE + 1))
    event.refresh_from_db()
    assert (event.seats_taken, event.last_number) == (SEATS, PEOPLE)
    told = OutgoingMail.objects.values_list("kind", "to")
    assert len(told) == len({to for _, to in told}) == PEOPLE
    right = {
        row.email: "registration-confirmed" if row.is_confirmed else "registration-waiting"
        for row in Registration.objects.filter(event=event)
    }
    assert {to: kind for kind, to in told} == right


def test_the_rush_would_show_an_overbooking_if_the_row_were_not_locked(monkeypatch):
    """The test above is no comfort unless it fails when the lock is gone."""

    def careless(event_id):
        event = Event.objects.get(pk=event_id)
        time.sleep(0.005)
        return event

    monkeypatch.setattr(enrolling, "lock", careless)
    event = make_event(capacity=SEATS)
    guards = [
        (
            "events_event",
            "event_is_never_overbooked",
            "CHECK (capacity IS NULL OR capacity > 0 AND seats_taken <= capacity)",
        ),
        ("events_registration", "one_place_in_the_order", "UNIQUE (event_id, number)"),
    ]
    with connection.cursor() as cursor:
        for table, name, _ in guards:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        rush(event)
        confirmed, _ = counts(event)
        assert len(confirmed) > SEATS
    finally:
        Registration.objects.all().delete()
        Event.objects.all().delete()
        with connection.cursor() as cursor:
            for table, name, rule in guards:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")


def test_one_person_s_many_clicks_are_one_registration_and_one_letter():
    event = make_event(capacity=SEATS)
    key = uuid.uuid4()
    results = all_at_once([lambda: register(event, "sama@example.org", form_key=key)] * 24)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len({result.pk for result in results}) == 1
    event.refresh_from_db()
    assert (event.seats_taken, event.last_number, OutgoingMail.objects.count()) == (1, 1, 1)


def test_one_address_from_many_windows_is_one_registration():
    event = make_event(capacity=SEATS)
    results = all_at_once([lambda: register(event, "sama@example.org")] * 24)
    assert not [result for result in results if isinstance(result, Exception)]
    event.refresh_from_db()
    assert (event.seats_taken, Registration.objects.count()) == (1, 1)


def test_coming_and_going_at_once_leaves_no_seat_empty_while_somebody_waits():
    event = make_event(capacity=10)
    first = [register(event) for _ in range(20)]
    now = timezone.now()
    leave = [lambda row=row: enrolling.cancel(row, now=now) for row in first[:8]]
    come = [lambda n=n: register(event, f"uusi{n}@example.org", now=now) for n in range(8)]
    results = all_at_once([job for pair in zip(leave, come, strict=True) for job in pair])
    assert not [result for result in results if isinstance(result, Exception)]
    confirmed, waiting = counts(event)
    event.refresh_from_db()
    assert len(confirmed) == event.seats_taken == 10
    assert max(confirmed) < min(waiting)


def test_of_many_who_give_up_the_same_seat_one_does():
    event = make_event(capacity=2)
    mine = register(event)
    register(event)
    now = timezone.now()
    results = all_at_once([lambda: enrolling.cancel(mine, now=now)] * 12)
    assert len([result for result in results if result is None]) == 1
    event.refresh_from_db()
    assert event.seats_taken == 1


def test_of_many_who_publish_at_once_one_does():
    event = make_event(state="draft")
    now = timezone.now()
    results = all_at_once([lambda: Event.objects.get(pk=event.pk).publish(now=now)] * 12)
    assert len([result for result in results if result is None]) == 1
