"""Who sees and does what, by role and by day; what could leak is there to leak."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from associations.models import Organisation, Role
from associations.organisations.next_steps import steps_for
from associations.organisations.permissions import can_edit_organisation, can_see_area
from associations.overview import counting
from associations.overview import next_steps as overview_steps
from associations.roles.contacts import board_of, coordinators_of
from associations.roles.standing import standing_of
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def world():
    return build_world()


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def names(organisations):
    return sorted(organisations.values_list("name_fi", flat=True))


def test_a_role_takes_effect_and_lapses_by_its_days():
    today = timezone.localdate()
    association = make.make_association()
    person = make.make_user()
    role = make.make_role(person, "chair", association, starts_on=today + DAY, ends_on=today + 3 * DAY)
    in_force = [day for day in range(-1, 6) if Role.objects.on(today + day * DAY).exists()]
    assert in_force == [1, 2, 3]
    assert standing_of(fresh(person)).boards == set()
    role.starts_on = role.ends_on = today
    role.save()
    assert standing_of(fresh(person)).boards == {association.pk}
    role.starts_on = role.ends_on = today - DAY
    role.save()
    assert standing_of(fresh(person)).boards == set()


def test_standing_is_asked_once(world, django_assert_num_queries):
    user = fresh(world.coordinator)
    with django_assert_num_queries(1):
        standing_of(user)
        list(standing_of(user).areas)
        assert can_see_area(user)


def test_inactive_people_and_visitors_have_no_standing(world):
    from django.contrib.auth.models import AnonymousUser

    assert standing_of(AnonymousUser()).organisations == set()
    world.chair.is_active = False
    assert standing_of(world.chair).boards == set()


def test_a_board_runs_only_its_own_association(world):
    make.make_role(world.board, "chair", world.neighbour_association, ends_on=datetime.date(2021, 12, 31))
    make.make_role(world.board, "chair", world.other_association, starts_on=timezone.localdate() + DAY)
    make.make_role(world.board, "member", world.neighbour_association)
    assert names(Organisation.objects.run_by(fresh(world.board))) == ["Koivurannan yhdistys ry"]


def test_a_coordinator_looks_after_the_own_unions_associations_of_the_area(world):
    make.make_association(world.other_union, "Vieras täällä ry", world.municipality)
    make.make_association(world.union, "Lapin oma ry", world.other_association.home_municipality)
    make.make_association(world.union, "Päättynyt ry", world.municipality, ended_on=datetime.date(2025, 1, 1))
    make.make_association(world.union, "Kodi­ton ry").delete()
    ours = ["Harjun seudun yhdistys ry", "Koivurannan yhdistys ry"]
    assert names(Organisation.objects.looked_after_by(world.coordinator)) == ours
    assert names(Organisation.objects.looked_after_by(world.far_coordinator)) == ["Lapin oma ry"]
    assert names(Organisation.objects.looked_after_by(world.staff)) == [*ours, "Lapin oma ry"]
    assert names(Organisation.objects.looked_after_by(world.board)) == []
    assert names(Organisation.objects.looked_after_by(world.legal)) == []


def test_a_districts_coordinator_sees_that_district_not_the_union(world):
    make.make_association(world.union, "Suoraan liitossa ry", world.municipality)
    person = make.make_coordinator(world.district)
    assert names(Organisation.objects.looked_after_by(person)) == [
        "Harjun seudun yhdistys ry",
        "Koivurannan yhdistys ry",
    ]
    elsewhere = make.make_coordinator(world.district, [world.far_region])
    assert names(Organisation.objects.looked_after_by(elsewhere)) == []


def test_inner_matters_are_seen_by_own_people_the_coordinator_and_the_unions_staff(world):
    seen = {
        who: "Koivurannan yhdistys ry" in names(Organisation.objects.inside(getattr(world, who)))
        for who in ["member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "other_staff",
                    "legal", "administrator"]
    }  # fmt: skip
    assert [who for who, sees in seen.items() if sees] == [
        "member", "board", "chair", "coordinator", "staff", "administrator",
    ]  # fmt: skip


def test_the_directory_is_public_but_ended_ones_only_for_their_unions_staff(world):
    from django.contrib.auth.models import AnonymousUser

    world.association.ended_on = datetime.date(2025, 1, 1)
    world.association.save()
    sees = lambda user: Organisation.objects.visible_to(user).filter(pk=world.association.pk).exists()  # noqa: E731
    assert [sees(AnonymousUser()), sees(world.neighbour), sees(world.other_staff)] == [False] * 3
    assert [sees(world.staff), sees(world.administrator)] == [True] * 2


def test_who_may_edit_an_association(world):
    make.make_role(world.neighbour, "chair", world.association, ends_on=datetime.date(2021, 12, 31))
    may = {
        who: bool(can_edit_organisation(fresh(getattr(world, who)), world.association))
        for who in ["member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "other_staff",
                    "legal", "administrator"]
    }  # fmt: skip
    assert [who for who, yes in may.items() if yes] == ["board", "chair", "coordinator", "staff", "administrator"]
    assert can_edit_organisation(world.neighbour, world.association).reason


def test_coordinators_of_the_area_come_before_those_of_the_whole_union(world):
    whole = make.make_coordinator(world.union, name="Koko Liitto")
    make.make_coordinator(world.other_union, [world.region], name="Väärä Liitto")
    past = make.make_user("Mennyt Mestari")
    make.make_role(past, "coordinator", world.union, ends_on=datetime.date(2021, 12, 31), regions=[world.region])
    assert [one.name for one in coordinators_of(world.association)] == ["Kaisa Koordinaattori", whole.name]
    assert coordinators_of(world.association)[0].area == "Pirkanmaa"


def test_the_board_is_listed_the_chair_first_and_next_years_after(world):
    today = timezone.localdate()
    coming = make.make_user("Seuraava Puheenjohtaja")
    make.make_role(coming, "chair", world.association, starts_on=datetime.date(today.year + 1, 1, 1))
    gone = make.make_user("Entinen")
    make.make_role(gone, "chair", world.association, ends_on=today - DAY)
    listed = [role.person.name for role in board_of(world.association, timezone.now())]
    assert listed == ["Pertti Puheenjohtaja", "Helmi Hallitus", "Seuraava Puheenjohtaja"]


def test_moving_an_organisation_moves_its_union_even_when_only_the_parent_is_saved(world):
    world.district.parent = world.other_union
    world.district.save(update_fields=["parent"])
    world.association.refresh_from_db()
    world.district.refresh_from_db()
    assert (world.district.union, world.association.union) == (world.other_union, world.other_union)


def test_a_role_needs_the_right_kind_of_organisation(world):
    for kind in ("staff", "coordinator"):
        with pytest.raises(ValidationError):
            Role(person=world.board, kind=kind, organisation=world.association, starts_on=timezone.localdate()).clean()


def test_the_same_role_from_the_same_day_is_refused_also_without_an_organisation(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.make_role(world.administrator, "administrator")


def step_titles(user, now, steps_for=steps_for):
    with translation.override("en"):
        return [str(step.title) for step in steps_for(fresh(user), now)]


def at(month):
    return timezone.make_aware(datetime.datetime(timezone.localdate().year, month, 15, 12))


def test_a_board_is_told_what_its_register_lacks(world):
    assert step_titles(world.board, at(6)) == ["Tell who the secretary is", "Check the association's contact details"]
    make.make_role(world.board, "secretary", world.association)
    Organisation.objects.update(email="a@example.org", phone="040 123 4567")
    assert step_titles(world.board, at(6)) == []


def test_from_november_on_a_board_is_asked_for_next_years_people(world):
    Organisation.objects.update(email="a@example.org", phone="040 123 4567")
    year = timezone.localdate().year
    Role.objects.filter(organisation=world.association).update(ends_on=datetime.date(year, 12, 31))
    make.make_role(world.board, "secretary", world.association)
    Role.objects.filter(kind="secretary").update(ends_on=datetime.date(year, 12, 31))
    assert step_titles(world.board, at(10)) == []
    assert step_titles(world.board, at(11)) == ["Tell next year's board"]
    make.make_role(world.chair, "chair", world.association, starts_on=datetime.date(year + 1, 1, 1))
    assert step_titles(world.board, at(12)) == []


def test_coordinators_and_staff_see_how_many_need_help(world, django_assert_max_num_queries):
    make.make_association(world.union, "Lapin oma ry", world.other_association.home_municipality)
    titles = lambda user: step_titles(user, at(6), overview_steps.steps_for)  # noqa: E731
    counting.recount(now=at(6))
    coordinator = fresh(world.coordinator)
    with django_assert_max_num_queries(3):
        assert len(overview_steps.steps_for(coordinator, at(6))) == 2
    assert "1 association has no chair" in titles(world.coordinator)
    assert "2 associations have no chair" in titles(world.staff)
    assert "1 association has no chair" in titles(world.other_staff)
    assert titles(world.legal) == []
