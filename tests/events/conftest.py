"""No page of an earlier test on the shelf; no hint to workers that nobody runs."""

import pytest
from django.utils import translation

from advocacy_portal.lib.shelf import shelf
from tests.world import build_world


@pytest.fixture(autouse=True)
def empty_shelf():
    shelf.clear()


@pytest.fixture(autouse=True)
def finnish():
    """A request leaves its language behind in the thread, and addresses follow it."""
    with translation.override("fi"):
        yield


@pytest.fixture(autouse=True)
def quiet_queue(monkeypatch):
    """Hints to the workers are another room's tests."""
    monkeypatch.setattr("notifications.hints.give", lambda queue: True)


@pytest.fixture
def world(db):
    return build_world()
