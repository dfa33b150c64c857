"""A visitor cannot tell an inner event, a draft and nothing at all apart."""

import pytest
from django.urls import reverse

from tests.events.makers import guest_form, make_event

PAGES = ["event", "event_calendar", "register", "registered"]


@pytest.fixture
def numbers(world):
    return {
        "inner": make_event(world.union, title="Sisäinen ilta", open_to_all=False).pk,
        "draft": make_event(world.union, title="Luonnos", state="draft").pk,
        "cancelled inner": make_event(world.union, open_to_all=False, state="cancelled").pk,
        "outside inner": make_event(world.union, open_to_all=False, outside_registration_url="https://example.org/").pk,
        "nothing": 999_999,
        "zero": 0,
    }


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_every_number_that_is_not_announced_gets_the_same_answer(client, numbers, page, method):
    answers = set()
    for number in numbers.values():
        address = reverse(f"events:{page}", args=[number])
        response = getattr(client, method)(address, guest_form() if method == "post" else {})
        headers = sorted((name, value) for name, value in response.items())
        said = (response.status_code, str(headers), response.content.decode())
        answers.add(tuple(str(part).replace(address, "HERE") for part in said))
    assert len(answers) == 1


def test_the_way_leads_over_log_in_to_the_very_page_that_was_asked_for(client, world, numbers):
    address = reverse("events:event", args=[numbers["inner"]])
    response = client.get(address + "?a=1")
    assert response.url == f"{reverse('account_login')}?next={address}%3Fa%3D1"
    client.force_login(world.board)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_only_who_has_logged_in_learns_that_there_is_nothing(client, world, numbers, page):
    client.force_login(world.other_staff)
    for number in numbers.values():
        assert client.get(reverse(f"events:{page}", args=[number])).status_code == 404


def test_the_answer_costs_the_same_whatever_stands_behind_the_number(client, numbers, django_assert_num_queries):
    for number in numbers.values():
        with django_assert_num_queries(1):
            client.get(reverse("events:event", args=[number]))


def test_what_is_announced_to_all_asks_nobody_to_log_in(client, world):
    event = make_event(world.union)
    for page in PAGES:
        assert client.get(reverse(f"events:{page}", args=[event.pk])).status_code == 200
