import datetime

import pytest
from django.urls import reverse

from tests.factories import make_association, make_board_member, make_role, make_union

pytestmark = pytest.mark.django_db


@pytest.fixture
def person_of_two_boards():
    union = make_union()
    first = make_association(union, "Koivurannan yhdistys ry")
    second = make_association(union, "Harjun seudun yhdistys ry")
    person = make_board_member(first)
    return person, first, second, make_role(person, "chair", second)


def test_who_sits_on_two_boards_switches_between_them(client, person_of_two_boards):
    person, first, second, chair = person_of_two_boards
    client.force_login(person)
    page = client.get(reverse("home:dashboard")).content.decode()
    assert "<h1>Harjun seudun yhdistys ry</h1>" in " ".join(page.split()).replace("<h1> ", "<h1>").replace(
        " </h1>", "</h1>"
    )
    seat = first.roles.get(person=person).pk
    client.post(reverse("home:switch_seat"), {"seat": seat})
    assert client.get(reverse("home:dashboard")).context["organisation"] == first


def test_another_persons_role_cannot_be_taken(client, person_of_two_boards):
    person, *_ = person_of_two_boards
    strange = make_role(make_board_member(), "secretary", make_association())
    client.force_login(person)
    assert client.post(reverse("home:switch_seat"), {"seat": strange.pk}).status_code == 403


def test_a_chosen_role_that_lapses_is_let_go(client, person_of_two_boards):
    person, first, second, chair = person_of_two_boards
    client.force_login(person)
    client.post(reverse("home:switch_seat"), {"seat": chair.pk})
    chair.ends_on = datetime.date(2021, 1, 1)
    chair.save()
    assert client.get(reverse("home:dashboard")).context["organisation"] == first
