"""Visitors' pages are kept, and are never behind the database nor anybody else's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from advocacy_portal.lib.shelf import shelf
from events.registrations import enrolling, telling
from tests.events.makers import make_event, register
from tests.world import build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_shelf():
    shelf.clear()
    yield
    shelf.clear()


@pytest.fixture
def world(transactional_db):
    return build_world()


def pages(event):
    with translation.override("fi"):
        return [reverse("events:event_list"), event.get_absolute_url()]


def seats(client, address):
    text = client.get(address, headers={"accept-language": "en"}).content.decode()
    return [n for n in range(10) if f">{n} seat" in text or f">{n} paikka" in text]


def test_a_taken_seat_shows_to_the_very_next_visitor(client, world):
    event = make_event(world.union, capacity=5)
    for address in pages(event):
        assert seats(client, "/en" + address) == seats(client, "/en" + address) == [5]
    mine = register(event)
    for address in pages(event):
        assert seats(client, "/en" + address) == [4]
    enrolling.cancel(mine, now=timezone.now())
    for address in pages(event):
        assert seats(client, "/en" + address) == [5]


def test_a_cancelled_event_shows_as_cancelled_to_the_very_next_visitor(client, world):
    event = make_event(world.union)
    for address in pages(event):
        client.get("/en" + address), client.get("/en" + address)
    telling.call_off(event, reason="Kouluttaja sairastui.", now=timezone.now())
    for address in pages(event):
        assert "ancelled" in client.get("/en" + address).content.decode()


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_a_kept_page_asks_one_query(client, world):
    event = make_event(world.union)
    for address in pages(event):
        # Anybody else's commit in the same database server ends a kept page, so one of some visits must do.
        assert 1 in [queries_of(client, address) for _ in range(20)]


def test_no_page_of_somebody_logged_in_is_kept_or_handed_to_them(client, world):
    inner = make_event(world.union, title="Sisäinen ilta", open_to_all=False)
    event = make_event(world.union)
    register(event, world.board.email, person=world.board)
    visitors = [client.get(address).content for address in pages(event)]
    kept = len(shelf.pages)
    client.force_login(world.board)
    for address, visitors_page in zip(pages(event), visitors, strict=True):
        own = client.get(address)
        assert own.content != visitors_page
        assert "Helmi" in own.content.decode()
        assert "private" in own.get("Cache-Control", "private")
    assert "Sisäinen ilta" in client.get(pages(event)[0]).content.decode()
    assert client.get(inner.get_absolute_url()).status_code == 200
    assert len(shelf.pages) == kept
    client.logout()
    for address, visitors_page in zip(pages(event), visitors, strict=True):
        page = client.get(address)
        assert page.content == visitors_page
        assert "Helmi" not in page.content.decode()
        assert "Sisäinen" not in page.content.decode()
    # A visitor again: what is not announced to all leads to log-in.
    assert client.get(inner.get_absolute_url()).status_code == 302
