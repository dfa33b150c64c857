"""Networks: joining by one's own yes, and what a member shows: to whom, and to nobody else."""

import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from associations.models import NetworkMembership, Organisation
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db
SECRETS = ("Pertti Puheenjohtaja", "040 555 0101", "Oona Osapuoli", "040 555 0202")


@pytest.fixture
def world():
    world = build_world()
    world.network = Organisation.objects.create(kind="network", name_fi="Lapsiverkosto")
    world.leader = make.make_chair(world.network, name="Vera Verkosto")
    world.other_chair = make.make_chair(world.other_association, name="Oona Osapuoli")
    for person, phone in ((world.chair, "040 555 0101"), (world.other_chair, "040 555 0202")):
        person.phone = phone
        person.save()
    return world


def join(network, member, shares=False):
    return NetworkMembership.objects.create(
        network=network, member=member, joined_on=datetime.date(2026, 1, 1), shares_contacts=shares
    )


def page(client, user, address, **query):
    client.logout()
    if user:
        client.force_login(user)
    return client.get(address, query)


def seen(client, user, address, **query):
    answer = page(client, user, address, **query)
    content = answer.getvalue() if answer.streaming else answer.content
    return {word for word in SECRETS if word.encode() in content}


def post(client, user, name, pk, **data):
    client.logout()
    client.force_login(user)
    return client.post(reverse(f"associations:{name}", args=[pk]), data)


# --- Coming in ---
def test_an_invited_organisation_is_a_member_only_when_its_own_chair_says_yes(client, world):
    post(client, world.leader, "network_invite", world.network.pk, jarjesto=world.association.pk)
    invitation = NetworkMembership.objects.get()
    assert (invitation.is_waiting, invitation.invited_on) == (True, timezone.localdate())
    public = world.network.get_absolute_url()
    assert "Koivurannan yhdistys" not in page(client, None, public).content.decode()
    assert "Lapsiverkosto" not in page(client, None, world.association.get_absolute_url()).content.decode()
    assert "Lapsiverkosto" in page(client, world.chair, world.association.get_absolute_url()).content.decode()
    for stranger in (world.board, world.coordinator, world.staff, world.administrator):
        assert post(client, stranger, "membership_answer", invitation.pk, vastaus="liity").status_code == 403
    for stranger in (world.neighbour, world.other_staff, world.other_chair):
        assert post(client, stranger, "membership_answer", invitation.pk, vastaus="liity").status_code == 404
    assert NetworkMembership.objects.get().is_waiting
    post(client, world.chair, "membership_answer", invitation.pk, vastaus="liity")
    joined = NetworkMembership.objects.get()
    assert (joined.joined_on, joined.shares_contacts) == (timezone.localdate(), False)
    assert "Koivurannan yhdistys" in page(client, None, public).content.decode()
    assert "Lapsiverkosto" in page(client, None, world.association.get_absolute_url()).content.decode()


def test_a_secretary_answers_too_and_a_union_answers_by_its_staff(client, world):
    secretary = make.make_member_of("secretary", world.association)
    first = world.network.invite(world.association, today=timezone.localdate())
    post(client, secretary, "membership_answer", first.pk, vastaus="liity", nayta="1")
    second = world.network.invite(world.union, today=timezone.localdate())
    post(client, world.chair, "membership_answer", second.pk, vastaus="liity")
    assert NetworkMembership.objects.get(pk=second.pk).is_waiting
    post(client, world.staff, "membership_answer", second.pk, vastaus="liity")
    rows = NetworkMembership.objects.in_force().order_by("pk")
    assert list(rows.values_list("member__name_fi", "shares_contacts")) == [
        ("Koivurannan yhdistys ry", True),
        ("Malliliitto ry", False),
    ]


def test_an_invitation_is_answered_once(client, world):
    invitation = world.network.invite(world.association, today=timezone.localdate())
    post(client, world.chair, "membership_answer", invitation.pk, vastaus="ei")
    assert post(client, world.chair, "membership_answer", invitation.pk, vastaus="liity").status_code == 404
    with pytest.raises(ValidationError):
        invitation.accept(shares_contacts=True, today=timezone.localdate())
    with pytest.raises(ValidationError):
        invitation.decline(today=timezone.localdate())
    assert not NetworkMembership.objects.in_force().exists()
    again = world.network.invite(world.association, today=timezone.localdate())
    again.accept(shares_contacts=False, today=timezone.localdate())
    with pytest.raises(ValidationError):
        again.accept(shares_contacts=True, today=timezone.localdate())
    assert not NetworkMembership.objects.get(pk=again.pk).shares_contacts


def test_nobody_is_invited_twice_and_no_network_into_a_network(client, world):
    today = timezone.localdate()
    world.network.invite(world.association, today=today)
    with pytest.raises(ValidationError):
        world.network.invite(world.association, today=today)
    other = Organisation.objects.create(kind="network", name_fi="Toinen verkosto")
    with pytest.raises(ValidationError):
        world.network.invite(other, today=today)
    with pytest.raises(ValidationError):
        world.union.invite(world.other_association, today=today)
    answer = post(client, world.leader, "network_invite", world.network.pk, jarjesto=world.association.pk)
    assert answer.status_code == 302
    assert NetworkMembership.objects.count() == 1


@pytest.mark.parametrize("value", ["", "abc", "-1", "٣", "9" * 30, "0", "\x00"])
def test_an_invitation_to_nobody_is_not_found(client, world, value):
    assert post(client, world.leader, "network_invite", world.network.pk, jarjesto=value).status_code == 404


def test_an_ended_organisation_is_not_found_nor_invited(client, world):
    Organisation.objects.filter(pk=world.association.pk).update(ended_on=datetime.date(2025, 1, 1))
    address = reverse("associations:network_members", args=[world.network.pk])
    assert "Koivurannan" not in page(client, world.leader, address, q="koivurannan").content.decode()
    answer = post(client, world.leader, "network_invite", world.network.pk, jarjesto=world.association.pk)
    assert answer.status_code == 404


def test_only_the_networks_own_board_invites_and_removes(client, world):
    membership = join(world.network, world.association)
    for stranger in (world.chair, world.staff, world.coordinator, world.other_chair):
        refused = post(client, stranger, "network_invite", world.network.pk, jarjesto=world.other_association.pk)
        assert refused.status_code == 403
        assert post(client, stranger, "network_remove", membership.pk).status_code == 403
    assert post(client, world.leader, "network_remove", membership.pk).status_code == 302
    assert not NetworkMembership.objects.in_force().exists()
    assert post(client, world.leader, "network_remove", membership.pk).status_code == 404


def test_the_search_for_members_tells_who_is_in_already(client, world):
    join(world.network, world.association)
    address = reverse("associations:network_members", args=[world.network.pk])
    found = page(client, world.leader, address, q="yhdistys").context["found"]
    assert {one.name_fi: one.is_in for one in found} == {
        "Harjun seudun yhdistys ry": False,
        "Koivurannan yhdistys ry": True,
        "Toisen liiton yhdistys ry": False,
    }


# --- What is shared, and what is not ---
def everything_about(world):
    return [
        world.association.get_absolute_url(),
        world.other_association.get_absolute_url(),
        world.network.get_absolute_url(),
        reverse("associations:network_contacts", args=[world.network.pk]),
        reverse("associations:network_contacts_export", args=[world.network.pk, "csv"]),
        reverse("associations:network_members", args=[world.network.pk]),
        reverse("associations:organisation_networks", args=[world.association.pk]),
        reverse("associations:organisation_networks", args=[world.other_association.pk]),
        reverse("associations:organisation_list"),
        reverse("associations:organisation_export", args=["csv"]),
        reverse("associations:area"),
        reverse("associations:municipality", args=[world.municipality.code]),
        world.union.get_absolute_url(),
        world.other_union.get_absolute_url(),
    ]


def all_seen(client, user, world):
    found = set()
    for address in everything_about(world):
        found |= seen(client, user, address)
    return found


def test_membership_alone_shows_nothing_inside_to_anybody(client, world):
    join(world.network, world.association)
    join(world.network, world.other_association)
    assert all_seen(client, world.leader, world) == set()
    ours, theirs = set(SECRETS[:2]), set(SECRETS[2:])
    assert all_seen(client, world.chair, world) == ours
    assert all_seen(client, world.other_chair, world) == theirs
    assert all_seen(client, world.staff, world) & theirs == set()
    assert all_seen(client, world.other_staff, world) & ours == set()


def test_what_is_shared_is_seen_by_the_networks_board_and_by_no_other_union(client, world):
    join(world.network, world.association, shares=True)
    join(world.network, world.other_association)
    ours, theirs = set(SECRETS[:2]), set(SECRETS[2:])
    assert all_seen(client, world.leader, world) == ours
    # Neither way through the network: not the other member, not its union, not whoever only belongs to the network.
    plain = make.make_member_of("member", world.network, name="Pelkkä Jäsen")
    for stranger in (world.other_chair, world.other_staff, plain, world.neighbour, world.far_coordinator, None):
        assert all_seen(client, stranger, world) & ours == set(), stranger
    NetworkMembership.objects.update(shares_contacts=True)
    assert all_seen(client, world.leader, world) == ours | theirs
    for stranger in (world.chair, world.staff, world.coordinator, world.legal):
        assert all_seen(client, stranger, world) & theirs == set(), stranger


def test_the_networks_board_sees_the_board_of_today_and_nothing_else_inside(client, world):
    join(world.network, world.association, shares=True)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    coming = make.make_user("Tuleva Mallikas")
    make.make_role(coming, "chair", world.association, starts_on=tomorrow)
    text = page(client, world.leader, world.association.get_absolute_url()).content.decode()
    assert "Pertti Puheenjohtaja" in text
    for inner in ("Tuleva Mallikas", "Kaisa Koordinaattori", "Jari Jäsen"):
        assert inner not in text
    edit = reverse("associations:organisation_edit", args=[world.association.pk])
    assert page(client, world.leader, edit).status_code == 403
    contacts = reverse("associations:network_contacts", args=[world.network.pk])
    assert "Tuleva Mallikas" not in page(client, world.leader, contacts).content.decode()


def test_an_invitation_or_a_former_membership_shares_nothing(client, world):
    membership = NetworkMembership.objects.create(
        network=world.network, member=world.association, invited_on=timezone.localdate(), shares_contacts=True
    )
    assert all_seen(client, world.leader, world) == set()
    membership.accept(shares_contacts=True, today=timezone.localdate())
    assert all_seen(client, world.leader, world) == set(SECRETS[:2])
    NetworkMembership.objects.update(joined_on=timezone.localdate() + datetime.timedelta(days=1))
    assert all_seen(client, world.leader, world) == set()
    NetworkMembership.objects.update(joined_on=timezone.localdate(), left_on=timezone.localdate())
    assert all_seen(client, world.leader, world) == set()


def test_sharing_is_turned_on_and_off_at_any_time_and_leaving_ends_it_in_one_click(client, world):
    membership = join(world.network, world.association)
    post(client, world.chair, "membership_share", membership.pk, nayta="1")
    assert seen(client, world.leader, world.association.get_absolute_url()) == set(SECRETS[:2])
    post(client, world.chair, "membership_share", membership.pk, nayta="0")
    assert seen(client, world.leader, world.association.get_absolute_url()) == set()
    post(client, world.chair, "membership_share", membership.pk, nayta="1")
    assert post(client, world.board, "membership_leave", membership.pk).status_code == 403
    post(client, world.chair, "membership_leave", membership.pk)
    assert all_seen(client, world.leader, world) == set()
    gone = NetworkMembership.objects.get()
    assert (gone.left_on, gone.shares_contacts) == (timezone.localdate(), False)
    with pytest.raises(ValidationError):
        gone.share(True)
    with pytest.raises(ValidationError):
        gone.leave(today=timezone.localdate())


def test_only_the_organisation_itself_decides_what_it_shows(client, world):
    membership = join(world.network, world.association)
    for stranger in (world.leader, world.staff, world.coordinator, world.administrator, world.board, world.neighbour):
        assert post(client, stranger, "membership_share", membership.pk, nayta="1").status_code == 403
    assert not NetworkMembership.objects.get().shares_contacts


def test_the_networks_board_that_has_ended_its_term_sees_nothing(client, world):
    join(world.network, world.association, shares=True)
    world.leader.roles.update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    assert all_seen(client, world.leader, world) == set()


def test_one_network_does_not_show_what_was_shared_with_another(client, world):
    other = Organisation.objects.create(kind="network", name_fi="Toinen verkosto")
    make.make_role(world.leader, "chair", other)
    join(world.network, world.association, shares=True)
    join(other, world.association, shares=False)
    address = reverse("associations:network_contacts", args=[other.pk])
    assert seen(client, world.leader, address) == set()
    stranger = make.make_chair(other, name="Toinen Vetäjä")
    assert seen(client, stranger, world.association.get_absolute_url()) == set()


def test_shared_contacts_come_as_a_harmless_file(client, world):
    join(world.network, world.association, shares=True)
    world.chair.name = "=HYPERLINK(1)"
    world.chair.save()
    address = reverse("associations:network_contacts_export", args=[world.network.pk, "csv"])
    assert "'=HYPERLINK(1)" in page(client, world.leader, address).content.decode()
    book = load_workbook(io.BytesIO(page(client, world.leader, address.replace("csv", "xlsx")).content), read_only=True)
    rows = [[cell.value for cell in row] for row in book.active.rows]
    assert len(rows) == 3
    assert {row[0] for row in rows[1:]} == {"Koivurannan yhdistys ry"}
    assert page(client, world.leader, address.replace(".csv", ".pdf")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_bigger_network_asks_no_more_queries(client, world, django_assert_num_queries, rows):
    for number in range(rows):
        member = make.make_association(make.make_union(f"Liitto {number}"), f"Yhdistys {number} ry")
        make.make_chair(member)
        join(world.network, member, shares=True)
    client.force_login(world.leader)
    for address, count in [
        (world.network.get_absolute_url(), 7),
        (reverse("associations:network_members", args=[world.network.pk]), 6),
        (reverse("associations:network_members", args=[world.network.pk]) + "?q=yhdistys", 8),
        (reverse("associations:network_contacts", args=[world.network.pk]), 6),
    ]:
        with django_assert_num_queries(count):
            client.get(address)
