"""Own dates: kept by the union's staff, and told in time to whom they concern."""

import datetime

import pytest
from django.core.management import call_command
from django.urls import reverse

from associations.models import Municipality, UnionDate
from associations.wheel.next_steps import steps_for
from tests import factories as make
from tests.home.test_wheel import NOON, own_date, world  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
LIST, NEW = "/vuosikello/omat-paivat/", "/vuosikello/omat-paivat/uusi/"
FACTS = {"title_fi": "Avustushaku avautuu", "day": "11", "month": "1", "audience": "family"}


def edit(date):
    return reverse("associations:own_date_edit", args=[date.pk])


def delete(date):
    return reverse("associations:own_date_delete", args=[date.pk])


def titles(user, now=NOON):
    return [step.title for step in steps_for(user, now)]


# --- The register ---
def test_staff_put_a_date_on_their_own_unions_wheel_whatever_the_request_says(client, world):  # noqa: F811
    client.force_login(world.staff)
    response = client.post(NEW, FACTS | {"union": world.other_union.pk, "remind_days": "14"})
    assert (response.status_code, response.url) == (302, LIST)
    date = UnionDate.objects.get()
    assert (date.union, date.title_fi, date.day, date.month, date.year, date.remind_days) == (
        world.union, "Avustushaku avautuu", 11, 1, None, 14,
    )  # fmt: skip
    assert "Avustushaku avautuu" in client.get(LIST).content.decode()


def test_who_works_for_two_unions_chooses_between_those_two(client, world):  # noqa: F811
    make.make_role(world.staff, "staff", world.other_union)
    third = make.make_union("Kolmas liitto ry")
    client.force_login(world.staff)
    assert client.post(NEW, FACTS | {"union": third.pk}).status_code == 422
    assert client.post(NEW, FACTS).status_code == 422
    client.post(NEW, FACTS | {"union": world.other_union.pk})
    assert UnionDate.objects.get().union == world.other_union


@pytest.mark.parametrize("wrong", [
    {"day": "31", "month": "2"}, {"day": "0"}, {"day": "32"}, {"month": "13"}, {"month": ""}, {"title_fi": " "},
    {"website": "javascript:alert(1)"}, {"website": "ftp://example.org/"}, {"audience": "x"}, {"year": "1"},
    {"day": "29", "month": "2", "year": "2027"}, {"remind_days": "-1"}, {"remind_days": "999"},
    {"title_fi": "x" * 121}, {"day": "99999999999999999999"},
])  # fmt: skip
def test_what_cannot_be_is_told_at_the_field_and_nothing_is_saved(client, world, wrong):  # noqa: F811
    client.force_login(world.staff)
    response = client.post(NEW, FACTS | wrong)
    assert response.status_code == 422
    assert UnionDate.objects.count() == 0


def test_a_leap_day_and_a_year_of_its_own_are_fine(client, world):  # noqa: F811
    client.force_login(world.staff)
    client.post(NEW, FACTS | {"day": "29", "month": "2"})
    client.post(NEW, FACTS | {"day": "29", "month": "2", "year": "2028"})
    assert list(UnionDate.objects.order_by("pk").values_list("year", flat=True)) == [None, 2028]


def test_a_change_saves_only_what_was_changed(client, world):  # noqa: F811
    date = own_date(world.union, "Vanha nimi", day=11, month=1)
    client.force_login(world.staff)
    seen = client.get(edit(date)).context["form"]
    assert "union" not in seen.fields
    UnionDate.objects.update(text="Työkaverin teksti")
    client.post(edit(date), FACTS | {"title_fi": "Uusi nimi", "text": "Työkaverin teksti"})
    date.refresh_from_db()
    assert (date.title_fi, date.text, date.union) == ("Uusi nimi", "Työkaverin teksti", world.union)


def test_removing_asks_first_and_happens_once(client, world):  # noqa: F811
    date = own_date(world.union, "Turha päivä")
    client.force_login(world.staff)
    assert client.get(delete(date)).status_code == 200
    assert UnionDate.objects.count() == 1
    assert client.post(delete(date)).url == LIST
    assert UnionDate.objects.count() == 0
    assert client.post(delete(date)).status_code == 404


def test_another_unions_staff_see_neither_the_date_nor_its_page(client, world):  # noqa: F811
    hidden, public = own_date(world.union, "Perheen päivä"), own_date(world.union, "Avoin päivä", "everybody")
    client.force_login(world.other_staff)
    assert client.get(LIST).context["dates"] == []
    assert [client.get(path(hidden)).status_code for path in (edit, delete)] == [404, 404]
    # A public date is seen, but only its own union changes it.
    assert [client.post(path(public), FACTS).status_code for path in (edit, delete)] == [403, 403]
    assert UnionDate.objects.count() == 2


@pytest.mark.parametrize("role", ["member", "board", "chair", "coordinator", "legal"])
def test_others_of_the_union_are_told_why_they_cannot(client, world, role):  # noqa: F811
    date = own_date(world.union, "Perheen päivä")
    client.force_login(getattr(world, role))
    for path in (LIST, NEW, edit(date), delete(date)):
        assert client.post(path, FACTS).status_code in (403, 405), path
        if path != LIST:
            assert client.get(path).status_code == 403
    assert UnionDate.objects.get().title_fi == "Perheen päivä"


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_register_asks_no_more_queries(client, world, rows, django_assert_num_queries):  # noqa: F811
    for number in range(rows):
        own_date(world.union, f"Päivä {number}")
    client.force_login(world.staff)
    with django_assert_num_queries(4):
        client.get(LIST)


# --- Next steps ---
def test_an_own_date_is_told_in_its_own_time(world):  # noqa: F811
    own_date(world.union, "Viikko alkaa", day=6, month=12, remind_days=14)
    assert titles(world.board) == titles(world.staff) == ["Viikko alkaa"]
    assert titles(world.board, NOON - datetime.timedelta(days=1)) == []
    assert titles(world.board, NOON + datetime.timedelta(days=14)) == ["Viikko alkaa"]
    assert titles(world.board, NOON + datetime.timedelta(days=15)) == []
    (step,) = steps_for(world.board, NOON)
    assert (step.url, str(step.deadline)) == ("/vuosikello/#2026-12", "2026-12-06")


def test_a_date_is_told_over_the_turn_of_the_year(world):  # noqa: F811
    own_date(world.union, "Haku avautuu", day=2, month=1, remind_days=60)
    assert [str(step.deadline) for step in steps_for(world.board, NOON)] == ["2027-01-02"]


def test_a_date_without_days_beforehand_waits_for_nobody(world):  # noqa: F811
    own_date(world.union, "Vain kellossa", day=23, month=11)
    assert titles(world.board) == []


@pytest.mark.parametrize("role", ["visitor", "member", "board", "neighbour", "coordinator", "staff", "other_staff"])
def test_next_steps_hold_only_the_dates_of_ones_own_union_and_role(world, role):  # noqa: F811
    for union, prefix in ((world.union, ""), (world.other_union, "Toisen ")):
        for audience in ("everybody", "family", "office"):
            own_date(union, prefix + audience, audience, day=23, month=11, remind_days=5)
    expected = {
        "visitor": [], "member": ["everybody", "family"], "board": ["everybody", "family"],
        "neighbour": ["everybody", "family"], "coordinator": ["everybody", "family", "office"],
        "staff": ["everybody", "family", "office"],
        "other_staff": ["Toisen everybody", "Toisen family", "Toisen office"],
    }[role]  # fmt: skip
    assert sorted(titles(getattr(world, role))) == sorted(expected)


def board_of(code):
    return make.make_board_member(make.make_association(municipality=Municipality.objects.get(code=code)))


def test_decisions_near_are_told_to_boards_where_they_are_made(world):  # noqa: F811
    call_command("load_places", verbosity=0)
    addresses = lambda user, now=NOON: {step.url for step in steps_for(user, now)}  # noqa: E731
    assert addresses(board_of("837")) == {"/kunnat/837/#dates", "/hyvinvointialueet/08/#dates"}
    # Helsinki has no county council besides the city's, Åland a law of its own.
    assert addresses(board_of("091")) == {"/kunnat/091/#dates"}
    assert addresses(board_of("478")) == set()
    # Forty-six days before the end of the year it is not near yet.
    assert addresses(board_of("837"), datetime.datetime(2026, 11, 15, 12, tzinfo=NOON.tzinfo)) == set()
    # Coordinators and staff help: the decision is the board's to act on.
    assert addresses(world.staff) == addresses(world.coordinator) == set()


def test_two_boards_in_one_municipality_hear_of_a_decision_once(world):  # noqa: F811
    call_command("load_places", verbosity=0)
    person = board_of("837")
    make.make_role(person, "chair", make.make_association(municipality=Municipality.objects.get(code="837")))
    assert len(titles(person)) == 2


@pytest.mark.parametrize("role", ["board", "staff", "coordinator", "member"])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_steps_ask_one_query_however_much_there_is(world, rows, role, django_assert_num_queries):  # noqa: F811
    call_command("load_places", verbosity=0)
    user = getattr(world, role)
    for number in range(rows):
        own_date(world.union, f"Päivä {number}", day=23, month=11, remind_days=5)
        if role == "board":
            make.make_role(user, "board_member", make.make_association(world.union, municipality=world.municipality))
    steps_for(user, NOON)
    with django_assert_num_queries(1):
        steps_for(user, NOON)


def test_who_has_no_role_costs_nothing(world, django_assert_num_queries):  # noqa: F811
    person = make.make_user()
    steps_for(person, NOON)
    with django_assert_num_queries(0):
        assert steps_for(person, NOON) == []
