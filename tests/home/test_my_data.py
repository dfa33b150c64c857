"""Who can see my data: the page says what the rules of access do."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from advocacy_portal.home.my_data import Register, page_of
from associations.models import Organisation, Role
from associations.organisations.models import NetworkMembership
from events.calendar.models import Event
from events.registrations.models import Registration
from notifications.models import OutgoingMail
from tests import factories as make
from tests.events.makers import make_event
from tests.world import build_world

pytestmark = pytest.mark.django_db
ADDRESS = "/en/tili/kuka-nakee/"


@pytest.fixture(autouse=True)
def in_finnish():
    """A page in English leaves the thread speaking English."""
    with translation.override("fi"):
        yield


@pytest.fixture
def world():
    return build_world()


def read(client, person):
    client.force_login(person)
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return answer


def lines(page, number=0):
    return dict(page["roles"][number]["readers"])


def page(person):
    with translation.override("en"):
        return page_of(person, now=timezone.now())


def stand_in_more_ways(world):
    """Besides the cast: a district's coordinator, one of the whole union, superusers, lapsed and closed ones."""
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    make.make_role(make.make_user(name="Piia Piiri"), "coordinator", world.district)
    make.make_role(make.make_user(name="Pia Alue"), "coordinator", world.district, regions=[world.far_region])
    make.make_role(make.make_user(name="Kaino Kaikki"), "coordinator", world.union)
    make.make_user(name="Yli Pääsijä", is_superuser=True)
    make.make_user(name="Suljettu Yli", is_superuser=True, is_active=False)
    make.make_role(make.make_user(name="Entinen", email="e@example.org"), "staff", world.union, ends_on=yesterday)
    make.make_role(make.make_user(name="Suljettu", is_active=False), "staff", world.union)
    make.make_role(make.make_user(name="Hallitus Piiri"), "chair", world.district)
    ended = make.make_association(world.district, "Lopettanut yhdistys ry", world.municipality)
    ended.ended_on = yesterday
    ended.save(update_fields=["ended_on"])
    make.make_board_member(ended, name="Lopettanut Hallitus")
    make.make_association(world.union, "Suoraan liitossa ry", world.municipality)
    make.make_association(world.district, "Kaukana ry", make.make_municipality("890", "Utsjoki", world.far_region))
    Organisation.objects.create(kind="network", name_fi="Malliverkosto")


def test_the_page_and_the_rule_say_the_same_for_everybody_and_every_organisation(world):
    stand_in_more_ways(world)
    organisations = list(Organisation.objects.select_related("union", "home_municipality"))
    register = Register(organisations, [], today=timezone.localdate())
    people = list(User.objects.all())
    assert len(people) > 15 and len(organisations) > 9
    said, ruled = {}, {}
    for one in organisations:
        said[one.name_fi] = register.readers_of(one.pk).inside | register.administrators
        ruled[one.name_fi] = {
            person.pk for person in people if Organisation.objects.inside(person).filter(pk=one.pk).exists()
        }
    assert said == ruled
    # Not an empty truth.
    assert max(len(readers) for readers in ruled.values()) > 6


def test_what_networks_see_is_told_as_the_rule_says(world):
    network = Organisation.objects.create(kind="network", name_fi="Malliverkosto")
    quiet = Organisation.objects.create(kind="network", name_fi="Vaitelias verkosto")
    stranger = make.make_member_of("chair", network, name="Vieras Verkostosta")
    make.make_member_of("chair", quiet)
    today = timezone.localdate()
    NetworkMembership.objects.create(network=network, member=world.association, joined_on=today, shares_contacts=True)
    NetworkMembership.objects.create(network=quiet, member=world.association, joined_on=today, shares_contacts=False)
    for one in (world.association, world.neighbour_association):
        shared = Organisation.objects.contacts_shared_with(stranger).filter(pk=one.pk).exists()
        readers = Register([one], [], today=today).readers_of(one.pk)
        assert shared == any(stranger.pk in board for board in readers.networks.values())
    told = lines(page(world.board))
    assert told["Those who run Malliverkosto, for your board shares its details"] == "1 person"
    assert not [words for words in told if "Vaitelias" in words]
    # A member's details are not a board's.
    assert not [words for words in lines(page(world.member)) if "Malliverkosto" in words]


def test_a_board_member_reads_who_sees_the_board(world):
    assert lines(page(world.board)) == {
        "Board and members with a role in Koivurannan yhdistys ry": "2 people",
        "Regional coordinator": "Kaisa Koordinaattori",
        "Staff of Malliliitto ry": "1 person",
        "Administrators of the portal": "1 person",
    }


def test_a_coordinator_is_seen_by_those_whom_she_helps(world):
    told = lines(page(world.coordinator))
    # Member, board, chair, neighbour, the other coordinator, staff and legal adviser.
    assert told["Everybody with a role in Malliliitto ry or its associations"] == "7 people"


def test_an_administrator_s_role_is_seen_by_administrators_only(world):
    make.make_administrator(name="Toinen Ylläpito")
    assert lines(page(world.administrator)) == {"Administrators of the portal": "1 person"}


def test_who_has_no_role_is_seen_by_administrators_only(client, world):
    stranger = make.make_user(name="Rooliton")
    answer = read(client, stranger)
    assert "You have no role in any association" in answer.content.decode()
    assert answer.context["roles"] == []
    assert answer.context["administrators"] == [("Administrators of the portal", "1 person")]


def test_a_role_entered_ahead_is_told_with_its_readers(client, world):
    person = make.make_user()
    make.make_role(person, "chair", world.association, starts_on=timezone.localdate() + datetime.timedelta(days=40))
    answer = read(client, person)
    assert "Begins later" in answer.content.decode()
    assert lines(answer.context)["Staff of Malliliitto ry"] == "1 person"


def test_a_lapsed_role_is_told_no_more(world):
    Role.objects.filter(person=world.board).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    assert page(world.board)["roles"] == []


def register_to(event, person, **facts):
    number = Registration.objects.count() + 1
    return Registration.objects.create(
        event=event, person=person, name=str(person), email=person.email, state="confirmed", number=number,
        created_at=timezone.now(), **facts,
    )  # fmt: skip


def test_registrations_are_seen_by_the_organiser_s_staff(world):
    register_to(make_event(organiser=world.other_union), world.board)
    register_to(make_event(organiser=world.union), world.board)
    register_to(make_event(organiser=world.union), world.board)
    # Somebody else's is none of mine.
    register_to(make_event(organiser=world.union), world.chair)
    told = {one["organiser"]: (one["count"], dict(one["readers"])) for one in page(world.board)["registrations"]}
    assert told == {
        "Malliliitto ry": (2, {"Staff of Malliliitto ry": "1 person", "Administrators of the portal": "1 person"}),
        "Toinen liitto ry": (1, {"Staff of Toinen liitto ry": "1 person", "Administrators of the portal": "1 person"}),
    }
    for one in Registration.objects.filter(person=world.board):
        seers = {
            person
            for person in User.objects.exclude(pk=world.board.pk)
            if Registration.objects.visible_to(person).filter(pk=one.pk).exists()
        }
        expected = world.other_staff if one.event.organiser == world.other_union else world.staff
        assert seers == {expected, world.administrator}


def test_letters_are_seen_by_the_union_they_are_about(world):
    for key, union in (("a", world.union.pk), ("b", world.union.pk), ("c", None)):
        OutgoingMail.objects.create(
            key=key, kind="x", to=world.board.email, person=world.board, organisation_id=union,
            due_at=timezone.now(), expires_at=timezone.now(),
        )  # fmt: skip
    told = {one["about"]: (one["count"], dict(one["readers"])) for one in page(world.board)["letters"]}
    assert told == {
        "Malliliitto ry": (2, {"Staff of Malliliitto ry": "1 person", "Administrators of the portal": "1 person"}),
        "Logging in and your account": (1, {"Administrators of the portal": "1 person"}),
    }


def test_a_contact_person_is_told_what_is_public(client, world):
    event = make_event(organiser=world.union)
    Event.objects.filter(pk=event.pk).update(contact_email=world.staff.email.upper(), contact_name="Taina")
    assert event.title in read(client, world.staff).content.decode()
    assert page(world.board)["events"] == []


def test_names_are_shown_as_text(client, world):
    world.coordinator.name = "<b>Kaisa</b>"
    world.coordinator.save(update_fields=["name"])
    assert "<b>Kaisa</b>" not in read(client, world.board).content.decode()


@pytest.mark.parametrize("more", [1, 3])
def test_more_roles_and_registrations_ask_no_more_queries(world, more, django_assert_num_queries):
    person = world.coordinator
    for number in range(more):
        association = make.make_association(world.district, f"Yhdistys {number} ry", world.municipality)
        make.make_role(person, "board_member", association)
        make.make_board_member(association)
        network = Organisation.objects.create(kind="network", name_fi=f"Verkosto {number}")
        NetworkMembership.objects.create(
            network=network, member=association, joined_on=timezone.localdate(), shares_contacts=True
        )
        make.make_member_of("chair", network)
        union = make.make_union(f"Liitto {number} ry")
        make.make_staff(union)
        register_to(make_event(organiser=union), person)
    with django_assert_num_queries(11):
        page(person)


def test_own_details_and_the_privacy_page_lead_here(client, world):
    client.force_login(world.board)
    for name in ("accounts:profile", "home:privacy"):
        assert 'href="/tili/kuka-nakee/"' in client.get(reverse(name)).content.decode()
