"""Cancelling one's own registration: asked once, and the way back is told truly."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from events.models import Event, Registration
from events.registrations import enrolling, telling
from tests.events.makers import DAY, HOUR, make_event, register, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(world):
    return register(make_event(world.union, capacity=1), world.board.email, person=world.board)


def links(page):
    return re.findall(r'href="([^"]+)"', page.content.decode())


def test_three_clicks_lead_from_the_dashboard_to_a_cancelled_registration(client, world, mine):
    client.force_login(world.board)
    page = client.get(reverse("home:dashboard"), follow=True)
    cancel = reverse("events:registration_cancel", args=[mine.pk])
    for step in (mine.event.get_absolute_url(), cancel):
        assert step in links(page)
        page = client.get(step)
    assert 'method="post"' in page.content.decode()
    assert states(mine.event) == ["confirmed"]
    client.post(cancel)
    assert states(mine.event) == ["cancelled"]


def test_the_question_offers_a_way_to_keep_the_seat(client, world, mine):
    client.force_login(world.board)
    page = client.get(reverse("events:registration_cancel", args=[mine.pk]))
    assert reverse("events:registration", args=[mine.pk]) in links(page)
    assert page.context["somebody_waits"] is False
    register(mine.event)
    page = client.get(reverse("events:registration_cancel", args=[mine.pk]))
    assert page.context["somebody_waits"] is True


def test_a_seat_still_free_can_be_taken_again(client, world, mine):
    client.force_login(world.board)
    page = client.post(reverse("events:registration_cancel", args=[mine.pk]), follow=True)
    assert reverse("events:register", args=[mine.event_id]) in links(page)
    assert not page.context["seat_went_on"]


def test_who_gave_the_seat_to_somebody_else_is_told_so(client, world, mine):
    register(mine.event)
    client.force_login(world.board)
    page = client.post(reverse("events:registration_cancel", args=[mine.pk]), follow=True)
    assert page.context["seat_went_on"]
    assert page.context["event"].is_full
    assert states(mine.event) == ["cancelled", "confirmed"]
    # The end of the waiting list stays open.
    assert reverse("events:register", args=[mine.event_id]) in links(page)


def test_a_seat_that_somebody_new_took_later_did_not_go_on(client, world, mine):
    client.force_login(world.board)
    client.post(reverse("events:registration_cancel", args=[mine.pk]))
    register(mine.event)
    page = client.get(reverse("events:registration", args=[mine.pk]))
    assert (page.context["seat_went_on"], page.context["event"].is_full) == (False, True)


def test_who_has_come_back_is_not_asked_to_register_once_more(client, world, mine):
    enrolling.cancel(mine, now=timezone.now())
    register(mine.event, world.board.email, person=world.board)
    client.force_login(world.board)
    page = client.get(reverse("events:registration", args=[mine.pk]))
    assert page.context["is_back"]
    assert reverse("events:register", args=[mine.event_id]) not in links(page)


def test_after_registration_has_closed_the_reason_stands_where_the_button_was(client, world, mine):
    enrolling.cancel(mine, now=timezone.now())
    Event.objects.filter(pk=mine.event_id).update(registration_closes_at=timezone.now() - HOUR)
    page = client.get(mine.get_manage_url())
    assert reverse("events:register", args=[mine.event_id]) not in links(page)
    assert 'class="reason"' in page.content.decode()


@pytest.mark.parametrize("by_letter", [True, False])
def test_what_cannot_be_given_up_any_more_is_not_asked(client, world, mine, by_letter):
    client.force_login(world.board)
    cancel = (
        reverse("events:registration_manage_cancel", args=[mine.token])
        if by_letter
        else reverse("events:registration_cancel", args=[mine.pk])
    )
    telling.call_off(mine.event, reason="Syy", now=timezone.now())
    assert client.get(cancel).status_code == 302
    page = client.post(cancel, follow=True)
    assert page.status_code == 200
    assert states(mine.event) == ["confirmed"]
    Event.objects.update(state="published", starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    assert client.get(cancel).status_code == 302
    client.post(cancel)
    assert states(mine.event) == ["confirmed"]


def test_the_event_page_asks_no_more_than_it_may(client, world, mine):
    client.force_login(world.board)
    cancel = reverse("events:registration_cancel", args=[mine.pk])
    assert cancel in links(client.get(mine.event.get_absolute_url()))
    Event.objects.update(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY, registration_closes_at=None)
    assert cancel not in links(client.get(mine.event.get_absolute_url()))


def test_the_page_of_a_cancelled_event_tells_the_registered_that_all_is_done(client, world, mine):
    register(mine.event, world.neighbour.email, person=world.neighbour)
    telling.call_off(mine.event, reason="Kouluttaja sairastui.", now=timezone.now())
    address = mine.event.get_absolute_url()
    for person, is_told in ((world.board, True), (world.neighbour, True), (world.chair, False)):
        client.force_login(person)
        page = client.get(address)
        assert bool(page.context["mine"]) == is_told
        assert "Kouluttaja sairastui." in page.content.decode()
        assert ("need not do anything" in client.get("/en" + address).content.decode()) == is_told


def test_giving_up_asks_the_same_few_queries_however_many_wait(client, world, mine, django_assert_max_num_queries):
    client.force_login(world.board)
    for _ in range(3):
        register(mine.event)
        with django_assert_max_num_queries(10):
            client.get(reverse("events:registration_cancel", args=[mine.pk]))


def test_the_verb_refuses_twice_though_both_pages_were_open(world, mine):
    again = Registration.objects.get(pk=mine.pk)
    enrolling.cancel(mine, now=timezone.now())
    with pytest.raises(ValidationError):
        enrolling.cancel(again, now=timezone.now())
