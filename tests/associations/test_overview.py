"""The counted states of associations: what they say, when they change, and how they are kept true."""

import datetime

import pytest
from django.utils import timezone, translation

from accounts.models import User
from associations.models import AssociationState, Organisation, Role
from associations.overview import counting, needs, tasks
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
NOON = timezone.make_aware(datetime.datetime(2026, 6, 15, 12))


@pytest.fixture
def world():
    return build_world()


def state_of(association, now=NOON):
    counting.recount([association], now=now)
    return AssociationState.objects.select_related("organisation").get(organisation=association)


def words(association, now=NOON):
    state = state_of(association, now)
    return [need.word for need in needs.needs_of(state, state.organisation, timezone.localtime(now).date())]


def make_whole(association, on=NOON):
    """An association of which nothing is missing on that day."""
    Organisation.objects.filter(pk=association.pk).update(
        email="a@example.org", phone="040 123 4567", details_confirmed_at=on
    )
    make.make_chair(association)


def test_an_association_of_which_nothing_is_missing_needs_no_help(world):
    make_whole(world.association)
    state = state_of(world.association)
    assert (state.needs, words(world.association)) == (0, [])
    assert (state.has_chair, state.board_size, state.is_reachable) == (True, 3, True)
    assert (state.union, state.district, state.region) == (world.union, world.district, world.region)


def test_a_person_with_two_seats_is_one_on_the_board(world):
    make.make_role(world.chair, "secretary", world.association)
    assert state_of(world.association).board_size == 2


def test_the_chair_is_there_on_the_last_day_and_gone_the_day_after(world):
    last = datetime.date(2026, 6, 15)
    Role.objects.filter(kind="chair").update(ends_on=last)
    assert state_of(world.association, NOON).has_chair
    assert not state_of(world.association, NOON + DAY).has_chair


def test_next_years_board_entered_in_december_is_in_office_on_the_first_of_january(world):
    """The turn of the year without anyone in the office lifting a finger."""
    december, new_year = (timezone.make_aware(datetime.datetime(*day, 12)) for day in ((2026, 12, 20), (2027, 1, 1)))
    make_whole(world.association, on=december)
    Role.objects.filter(organisation=world.association).update(ends_on=datetime.date(2026, 12, 31))
    assert words(world.association, december) == ["ei-seuraavaa-hallitusta"]
    coming = make.make_user("Uusi Puheenjohtaja")
    make.make_role(coming, "chair", world.association, starts_on=datetime.date(2027, 1, 1))
    assert words(world.association, december) == []
    counting.recount(counting.owed(now=new_year), now=new_year)
    state = AssociationState.objects.get(organisation=world.association)
    assert (state.has_chair, state.board_size, state.counted_on) == (True, 1, datetime.date(2027, 1, 1))


def test_next_years_board_is_asked_for_in_the_last_two_months_only(world):
    make_whole(world.association)
    Role.objects.filter(organisation=world.association).update(ends_on=datetime.date(2026, 12, 31))
    Organisation.objects.update(details_confirmed_at=NOON)
    asked = [
        month
        for month in range(6, 13)
        if "ei-seuraavaa-hallitusta" in words(world.association, NOON.replace(month=month))
    ]
    assert asked == [11, 12]


@pytest.mark.parametrize("email, phone, label, weight", [
    ("", "", "No contact details", needs.NO_CONTACTS), ("a@example.org", "", "No phone number", needs.ONE_CONTACT),
    ("", "040 123 4567", "No e-mail address", needs.ONE_CONTACT),
])  # fmt: skip
def test_the_lack_of_contact_details_says_exactly_what_is_missing(world, email, phone, label, weight):
    make_whole(world.association)
    Organisation.objects.filter(pk=world.association.pk).update(email=email, phone=phone)
    state = state_of(world.association)
    with translation.override("en"):
        (need,) = needs.needs_of(state, state.organisation, NOON.date())
    assert (need.label, need.weight, state.is_reachable, state.needs) == (label, weight, False, weight)


def test_details_are_fresh_for_a_year_to_the_day(world):
    make_whole(world.association, on=NOON)
    User.objects.filter(pk=world.chair.pk).update(last_login=NOON + 300 * DAY)
    assert "vahvistamatta" not in words(world.association, NOON + 365 * DAY)
    assert "vahvistamatta" in words(world.association, NOON + 366 * DAY)


def test_a_log_in_of_the_board_is_a_sign_of_life_and_that_of_others_is_not(world):
    assert state_of(world.association).last_active_on is None
    for person in (world.member, world.neighbour, world.coordinator):
        User.objects.filter(pk=person.pk).update(last_login=NOON)
    assert state_of(world.association).last_active_on is None
    User.objects.filter(pk=world.board.pk).update(last_login=NOON - 40 * DAY)
    assert state_of(world.association).last_active_on == (NOON - 40 * DAY).date()


def test_registering_and_making_a_brochure_are_signs_of_life(world):
    from events.calendar.models import Event
    from events.registrations.models import Registration
    from materials.brochures.defaults import default_template
    from materials.brochures.models import Brochure

    event = Event.objects.create(
        organiser=world.union, kind="webinar", title="Ilta", starts_at=NOON, ends_at=NOON + DAY, attendance="remote"
    )
    Registration.objects.create(
        event=event, person=world.board, name="Helmi", email=world.board.email, number=1, state="confirmed",
        created_at=NOON - 20 * DAY,
    )  # fmt: skip
    assert state_of(world.association).last_active_on == (NOON - 20 * DAY).date()
    default_template(world.union)
    template = world.union.brochure_templates.get(language="fi", active=True)
    Brochure.objects.create(
        association=world.association, template=template, language="fi", version=1, updated_at=NOON - 10 * DAY
    )
    assert state_of(world.association).last_active_on == (NOON - 10 * DAY).date()


def test_who_lacks_a_board_needs_more_than_who_lacks_a_chair_and_that_more_than_all_the_rest(world):
    nobody = make.make_association(world.union, "Ilman hallitusta ry", world.municipality)
    Organisation.objects.filter(pk=nobody.pk).update(email="a@example.org", phone="040", details_confirmed_at=NOON)
    chairless = world.neighbour_association
    Organisation.objects.filter(pk=chairless.pk).update(email="a@example.org", phone="040", details_confirmed_at=NOON)
    late = NOON.replace(month=12)
    counting.recount(now=late)
    Role.objects.filter(organisation=world.association).update(ends_on=datetime.date(2026, 12, 31))
    counting.recount(now=late)
    order = list(AssociationState.objects.filter(union=world.union).order_by("-needs").values_list("name", flat=True))
    assert order == ["Ilman hallitusta ry", "Harjun seudun yhdistys ry", "Koivurannan yhdistys ry"]


def test_counting_twice_changes_nothing_and_leaves_no_second_row(world):
    counting.recount(now=NOON)
    first = list(AssociationState.objects.order_by("pk").values())
    assert counting.recount(now=NOON) == 3
    assert list(AssociationState.objects.order_by("pk").values()) == first


def test_unions_districts_and_ended_associations_have_no_state(world):
    counting.recount(now=NOON)
    assert AssociationState.objects.count() == 3
    Organisation.objects.filter(pk=world.association.pk).update(ended_on=datetime.date(2026, 6, 1))
    assert counting.recount([world.association, world.union, world.district], now=NOON) == 0
    assert not AssociationState.objects.filter(organisation=world.association).exists()
    Organisation.objects.filter(pk=world.neighbour_association.pk).update(ended_on=datetime.date(2026, 6, 1))
    counting.recount(now=NOON)
    assert AssociationState.objects.get().organisation == world.other_association


@pytest.mark.parametrize("rows", [1, 3])
def test_counting_more_asks_no_more_queries(world, django_assert_num_queries, rows):
    for number in range(rows):
        make.make_chair(make.make_association(world.union, f"Uusi {number} ry", world.municipality))
    ours = list(Organisation.objects.filter(name_fi__startswith="Uusi"))
    with django_assert_num_queries(6):
        counting.recount(ours, now=NOON)


def test_the_minutely_task_finds_who_was_never_counted_who_changed_and_who_is_of_yesterday(world):
    tasks.count_states()
    assert AssociationState.objects.count() == 3
    # Changed behind everybody's back: the database itself wrote it down.
    Role.objects.filter(kind="chair").delete()
    AssociationState.objects.filter(organisation=world.other_association).update(counted_on=datetime.date(2020, 1, 1))
    tasks.count_states()
    assert not AssociationState.objects.get(organisation=world.association).has_chair
    other = AssociationState.objects.get(organisation=world.other_association)
    assert other.counted_on == timezone.localdate()
    tasks.count_states()


def test_the_look_before_the_page_counts_only_who_changed_since(world, django_assert_num_queries):
    assert counting.catch_up() == 3
    with django_assert_num_queries(1):
        assert counting.catch_up() == 0
    make.make_role(world.neighbour, "chair", world.neighbour_association)
    assert counting.catch_up() == 1
    assert AssociationState.objects.get(organisation=world.neighbour_association).has_chair


def test_a_district_that_moves_takes_its_associations_states_with_it(world):
    counting.catch_up()
    world.district.parent = world.other_union
    world.district.save()
    counting.catch_up()
    assert AssociationState.objects.get(organisation=world.association).union == world.other_union
