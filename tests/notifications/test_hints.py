"""The queue may be away: writing a letter neither fails nor waits for it."""

import socket
import time

import pytest
from django.db import transaction
from kombu import Connection

from notifications import hints, letters, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def real_hints(monkeypatch):
    import importlib

    fresh = importlib.reload(hints)
    monkeypatch.setattr(letters, "_HINTS", {queue: lambda queue=queue: fresh.give(queue) for queue in ("now", "bulk")})
    yield fresh
    fresh._silent_until = 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["refusing", "silent"])
def test_a_letter_is_written_although_the_queue_is_away(real_hints, write, monkeypatch, settings, way):
    calls = []
    give = tasks.drain_now.apply_async

    def away(**options):
        calls.append(1)
        with Connection(address, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS) as queue:
            return give(connection=queue, **options)

    monkeypatch.setattr(tasks.drain_now, "apply_async", away)
    with socket.socket() as server:
        # Accepts but never answers: the worst way to be away.
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        port = server.getsockname()[1] if way == "silent" else 1
        address = f"redis://127.0.0.1:{port}/0"
        started = time.monotonic()
        for n in range(5):
            assert write(f"k{n}")
        assert time.monotonic() - started < (3 if way == "silent" else 1)
    assert calls == [1]


def test_a_hint_goes_to_the_queue_of_its_letters(real_hints, monkeypatch):
    given = []
    monkeypatch.setattr(tasks.drain_now, "apply_async", lambda **options: given.append(("now", options)))
    monkeypatch.setattr(tasks.drain_bulk, "apply_async", lambda **options: given.append(("bulk", options)))
    assert real_hints.give("now") and real_hints.give("bulk")
    options = {"retry": False, "ignore_result": True, "expires": 60}
    assert given == [("now", options), ("bulk", options)]


def test_one_transaction_gives_one_hint(monkeypatch, write, django_capture_on_commit_callbacks):
    given = []
    monkeypatch.setattr(letters, "_HINTS", {"now": lambda: given.append(1), "bulk": None})
    with django_capture_on_commit_callbacks(execute=True):
        for n in range(5):
            write(f"k{n}")
    assert given == [1]


def test_a_rolled_back_savepoint_takes_only_its_own_hint_along(monkeypatch, write, django_capture_on_commit_callbacks):
    given = []
    monkeypatch.setattr(letters, "_HINTS", {"now": lambda: given.append(1), "bulk": None})
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            write("a")
            raise ZeroDivisionError
        write("b")
    assert given == [1]


def test_a_drain_that_ran_out_of_time_wakes_itself_again(monkeypatch):
    given = []
    monkeypatch.setattr(tasks.sending, "drain", lambda queue: queue == "bulk")
    monkeypatch.setattr(tasks.hints, "give", given.append)
    tasks.drain_now()
    tasks.drain_bulk()
    assert given == ["bulk"]
