"""Two thousand people register at once for five hundred seats, each over a connection of their own to the database."""

import datetime
import itertools
import threading
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from events.calendar.models import Event
from events.registrations import enrolling
from events.registrations.models import Registration
from notifications import hints
from notifications.models import OutgoingMail
from tests import factories as make

SEATS, PEOPLE, AT_ONCE = 500, 2_000, 32


@pytest.fixture
def event(db):
    now = timezone.now()
    event = Event.objects.create(
        organiser=make.make_union(),
        kind="webinar",
        title="Suosittu webinaari",
        starts_at=now + datetime.timedelta(days=20),
        ends_at=now + datetime.timedelta(days=20, hours=2),
        attendance="remote",
        capacity=SEATS,
    )
    event.publish(now=now)
    return event


def register_all(event, people, at_once):
    """``people`` register, ``at_once`` at a time. Returns the faults."""
    numbers, faults, start = itertools.count(), [], threading.Barrier(at_once)

    def work():
        try:
            start.wait()
            while (number := next(numbers)) < people:
                try:
                    enrolling.register(
                        event,
                        name=f"Osallistuja {number}",
                        email=f"osallistuja{number}@example.org",
                        form_key=uuid.uuid4(),
                        now=timezone.now(),
                    )
                except Exception as fault:
                    faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_five_hundred_get_a_seat_the_others_wait_in_order_and_each_gets_one_right_letter(event, monkeypatch):
    # Letters are counted as rows; nobody is there to be woken.
    monkeypatch.setattr(hints, "give", lambda queue: True)

    assert register_all(event, PEOPLE, AT_ONCE) == []

    rows = list(Registration.objects.filter(event=event).order_by("number"))
    assert [row.number for row in rows] == list(range(1, PEOPLE + 1))
    assert [row.state for row in rows] == ["confirmed"] * SEATS + ["waiting"] * (PEOPLE - SEATS)
    event.refresh_from_db()
    assert (event.seats_taken, event.last_number) == (SEATS, PEOPLE)

    kinds = {"confirmed": "registration-confirmed", "waiting": "registration-waiting"}
    owed = sorted((row.pk, kinds[row.state], row.email) for row in rows)
    assert sorted(OutgoingMail.objects.values_list("about", "kind", "to")) == owed


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_itself_refuses_to_overbook(event, monkeypatch):
    """The negative control: two who read the same row at once would take one seat twice, and one of them fails."""
    monkeypatch.setattr(hints, "give", lambda queue: True)
    monkeypatch.setattr(enrolling, "lock", lambda pk: Event.objects.get(pk=pk))
    Event.objects.filter(pk=event.pk).update(capacity=20)
    event.refresh_from_db()

    faults = register_all(event, 60, AT_ONCE)

    assert faults
    event.refresh_from_db()
    assert Registration.objects.filter(event=event, state="confirmed").count() <= event.capacity
