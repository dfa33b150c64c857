"""A relay to send to, and a kind of letter to send."""

import datetime

import pytest
from django.utils import timezone

from notifications import hints, letters
from notifications.letters import Letter, LetterKind, queue_letter
from notifications.models import OutgoingMail
from tests.notifications.sink import Sink


@pytest.fixture
def relay(settings):
    sink = Sink()
    sink.start()
    sink.connections = 0  # its own start knocks once
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT, settings.EMAIL_FINAL_TIMEOUT = 1.5, 1.5
    yield sink
    sink.release.set()
    sink.stop()


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch):
    """Each test registers what it needs; hints go nowhere, the tests drain themselves."""
    monkeypatch.setattr(letters, "_kinds", dict(letters._kinds))
    monkeypatch.setattr(hints, "give", lambda queue: True)
    monkeypatch.setattr(letters, "_HINTS", {"now": lambda: None, "bulk": lambda: None})


def plain_letter(mail):
    return Letter(subject=f"Asia {mail.about}", lead="Hei, tässä se on.", reason="Sait tämän, koska ilmoittauduit.")


@pytest.fixture
def kind(own_kinds):
    """Register a kind called «test»; call with other facts to change its rules."""

    def register(**facts):
        made = LetterKind(**({"name": "test", "build": plain_letter} | facts))
        letters.register_kind(made)
        return made

    register()
    return register


@pytest.fixture
def write(kind):
    """Write a letter and return its row."""

    def write_one(key="a", **facts):
        facts = {"to": f"{key}@example.org", "about": 1} | facts
        return queue_letter("test", key=f"test:{key}", **facts)

    return write_one


def states():
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


def make_due():
    """As if the back-off were over."""
    OutgoingMail.objects.filter(state="due").update(due_at=timezone.now() - datetime.timedelta(seconds=1))


def let_leases_end():
    OutgoingMail.objects.exclude(lease_until=None).update(lease_until=timezone.now() - datetime.timedelta(seconds=1))
