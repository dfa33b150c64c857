"""Roles as dated facts: entering, correcting, ending, and who may; the board that changes at the turn of the year."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from associations.models import NetworkMembership, Organisation, Role
from associations.organisations.next_steps import steps_for as organisation_steps
from associations.organisations.permissions import can_edit_organisation
from associations.roles.permissions import can_end_role, can_manage_people, can_see_people, kinds_given_by
from associations.roles.standing import standing_of
from notifications.models import OutgoingMail
from tests import factories as make
from tests.associations.joining_makers import make_invitation, make_join_request
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
HELSINKI = datetime.timezone(datetime.timedelta(hours=2))
ORDINARY = ["chair", "secretary", "advocacy_officer", "board_member", "member"]
PEOPLE = ["member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "other_staff", "legal",
          "administrator"]  # fmt: skip


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def page(organisation):
    return f"/en/yhdistykset/{organisation.pk}/ihmiset/"


def url_of(role, verb):
    return f"/en/yhdistykset/{role.organisation_id}/ihmiset/{role.pk}/{verb}/"


def text_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Who may -------------------------------------------------------------------------------------


def test_who_manages_the_people_of_an_association(world):
    may = [who for who in PEOPLE if can_manage_people(fresh(getattr(world, who)), world.association)]
    assert may == ["chair", "coordinator", "staff", "administrator"]
    for kind in ("secretary", "advocacy_officer"):
        assert can_manage_people(make.make_member_of(kind, world.association), world.association)
    assert "Pyydä jotakuta heistä" in str(can_manage_people(fresh(world.board), world.association).reason)


def test_nobody_manages_the_people_of_an_organisation_that_has_ended(world):
    world.association.ended_on = datetime.date(2025, 1, 1)
    world.association.save()
    assert not can_manage_people(fresh(world.staff), world.association)


def test_what_one_may_give_is_never_more_than_the_place_and_the_giver_allow(world):
    office = ["coordinator", "staff", "legal_adviser"]
    given = lambda who, where: [str(kind) for kind in kinds_given_by(fresh(getattr(world, who)), where)]  # noqa: E731
    assert given("chair", world.association) == ORDINARY
    assert given("staff", world.association) == ORDINARY
    assert given("staff", world.union) == ORDINARY + office
    assert given("administrator", world.union) == ORDINARY + office
    assert given("staff", world.district) == [*ORDINARY, "coordinator"]
    assert given("coordinator", world.union) == []
    assert given("other_staff", world.union) == []
    assert given("board", world.association) == []
    unions_chair = make.make_member_of("chair", world.union)
    assert [str(kind) for kind in kinds_given_by(unions_chair, world.union)] == ORDINARY
    network = Organisation.objects.create(kind="network", name_fi="Verkosto")
    networks_chair = make.make_member_of("chair", network)
    assert [str(kind) for kind in kinds_given_by(networks_chair, network)] == ORDINARY
    assert given("staff", network) == []


def test_a_districts_coordinator_manages_that_districts_people_but_not_its_coordinators(world):
    person = make.make_coordinator(world.district)
    assert [str(kind) for kind in kinds_given_by(person, world.district)] == ORDINARY
    assert can_manage_people(person, world.association)
    other = make.make_coordinator(world.district).roles.get()
    assert not can_end_role(person, other)


def test_everybody_may_leave_a_role_of_their_own_but_not_anothers(world):
    assert can_end_role(fresh(world.board), world.board.roles.get())
    assert not can_end_role(fresh(world.board), world.chair.roles.get())
    assert not can_end_role(fresh(world.administrator), world.administrator.roles.get())


# --- The page ------------------------------------------------------------------------------------


def test_the_page_tells_who_serves_who_will_and_who_did(world, client):
    today = timezone.localdate()
    coming, gone, long_gone = (make.make_user(name) for name in ("Tulevaisuus Tea", "Eilinen Eero", "Ammoinen Aino"))
    make.make_role(coming, "chair", world.association, starts_on=today + 40 * DAY)
    make.make_role(gone, "secretary", world.association, ends_on=today - DAY)
    make.make_role(long_gone, "chair", world.association, starts_on=datetime.date(2010, 1, 1),
                   ends_on=datetime.date(2012, 12, 31))  # fmt: skip
    client.force_login(world.board)
    people = client.get(page(world.association)).context["people"]
    assert [line.role.person.name for line in people.now] == ["Pertti Puheenjohtaja", "Helmi Hallitus"]
    assert [line.role.person.name for line in people.later] == ["Tulevaisuus Tea"]
    assert [(year, [line.role.person.name for line in lines]) for year, lines in people.before] == [
        ((today - DAY).year, ["Eilinen Eero"]),
        (2012, ["Ammoinen Aino"]),
    ]


def test_a_plain_board_member_sees_all_but_changes_nothing_and_reads_why(world, client):
    make_invitation(world.association, world.chair, email="odottaa@example.org")
    make_join_request(world.association)
    client.force_login(world.board)
    text = text_of(client, page(world.association))
    assert "odottaa@example.org" in text and "Pyry Pyytäjä" in text
    assert "Only the chair, the secretary and the advocacy officer" in text
    assert "/kutsut/" not in text and "/hyvaksy/" not in text and "/uusi/" not in text
    assert client.get(page(world.association) + "uusi/").status_code == 403


def test_ordinary_members_see_the_board_but_nobodys_membership_invitation_or_request(world, client):
    other = make.make_member_of("member", world.association, name="Toinen Jäsen", phone="040 777 7777")
    make.make_role(other, "member", world.association, starts_on=timezone.localdate() + DAY)
    make_invitation(world.association, world.chair, email="odottaa@example.org")
    make_join_request(world.association)
    client.force_login(world.member)
    text = text_of(client, page(world.association))
    assert "Pertti Puheenjohtaja" in text and "Jari Jäsen" in text
    for secret in ("Toinen Jäsen", "040 777 7777", other.email, "odottaa@example.org", "Pyry Pyytäjä"):
        assert secret not in text
    client.force_login(world.board)
    assert "Toinen Jäsen" in text_of(client, page(world.association))


def test_nothing_of_another_union_is_seen_not_even_by_its_staff(world, client):
    for who in ("other_staff", "neighbour", "far_coordinator", "legal"):
        client.force_login(getattr(world, who))
        answer = client.get(page(world.association))
        assert answer.status_code == 403
        text = answer.content.decode()
        assert "Pertti Puheenjohtaja" not in text and world.chair.email not in text
        assert can_see_people(fresh(getattr(world, who)), world.association).reason
        role = world.board.roles.get()
        for verb in ("muuta", "paata", "poista"):
            assert client.get(url_of(role, verb)).status_code == 404


def test_a_role_is_not_found_under_another_organisations_address(world, client):
    client.force_login(world.staff)
    role = world.board.roles.get()
    address = reverse("associations:role_end", args=[world.neighbour_association.pk, role.pk])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_page_asks_no_more_queries(world, client, rows, django_assert_num_queries):
    for _ in range(rows):
        make.make_member_of("board_member", world.association)
        make.make_member_of("member", world.association)
        make.make_role(make.make_user(), "secretary", world.association, ends_on=datetime.date(2021, 12, 31))
        make_invitation(world.association, world.chair)
        make_join_request(world.association)
    client.force_login(world.coordinator)
    client.get(page(world.association))
    with django_assert_num_queries(12):
        client.get(page(world.association))


def test_many_members_are_turned_page_by_page(world, client):
    for _ in range(51):
        make.make_member_of("member", world.association)
    client.force_login(world.chair)
    answer = client.get(page(world.association))
    assert (len(answer.context["page_obj"].object_list), answer.context["page_obj"].paginator.num_pages) == (50, 2)
    assert client.get(page(world.association) + "?page=2").status_code == 200


def test_a_networks_board_serves_it_like_any_other_and_a_members_board_is_not_inside(world, client):
    network = Organisation.objects.create(kind="network", name_fi="Lasten verkosto")
    runner = make.make_member_of("chair", network, name="Veera Verkosto")
    NetworkMembership.objects.create(network=network, member=world.association, joined_on=datetime.date(2020, 1, 1))
    assert standing_of(runner).boards == {network.pk}
    client.force_login(runner)
    assert "Veera Verkosto" in text_of(client, page(network))
    assert client.get(page(network) + "uusi/").status_code == 200
    assert client.get(page(world.association)).status_code == 403
    for who in ("chair", "staff", "coordinator"):
        client.force_login(getattr(world, who))
        assert client.get(page(network)).status_code == 403


# --- Correcting, ending, removing ----------------------------------------------------------------


def test_the_days_of_a_role_are_corrected_and_nothing_else(world, client):
    role = world.board.roles.get()
    client.force_login(world.chair)
    sent = {"starts_on": "2024-01-01", "ends_on": "2030-12-31", "kind": "chair", "person": world.chair.pk,
            "organisation": world.other_association.pk, "regions": [world.region.pk]}  # fmt: skip
    assert client.post(url_of(role, "muuta"), sent).status_code == 302
    role.refresh_from_db()
    assert (role.starts_on, role.ends_on) == (datetime.date(2024, 1, 1), datetime.date(2030, 12, 31))
    assert (role.kind, role.person, role.organisation) == ("board_member", world.board, world.association)
    assert not role.regions.exists()


def test_days_that_cannot_be_are_refused_and_what_was_typed_returns(world, client):
    role = world.board.roles.get()
    client.force_login(world.chair)
    for starts_on, ends_on in [("2026-05-01", "2026-04-30"), ("0020-01-01", ""), ("", ""), ("9999-12-31", "")]:
        answer = client.post(url_of(role, "muuta"), {"starts_on": starts_on, "ends_on": ends_on})
        assert answer.status_code == 422
    make.make_role(world.board, "board_member", world.association, starts_on=datetime.date(2027, 1, 1))
    answer = client.post(url_of(role, "muuta"), {"starts_on": "2027-01-01", "ends_on": ""})
    assert answer.status_code == 422
    assert "the same role from the same day" in answer.content.decode()
    role.refresh_from_db()
    assert role.starts_on == datetime.date(2020, 1, 1)


def test_only_the_unions_staff_change_a_coordinators_regions(world, client):
    role = world.coordinator.roles.get()
    client.force_login(world.staff)
    sent = {"starts_on": "2020-01-01", "ends_on": "", "regions": [world.far_region.pk]}
    assert client.post(url_of(role, "muuta"), sent).status_code == 302
    assert list(role.regions.all()) == [world.far_region]
    unions_chair = make.make_member_of("chair", world.union)
    client.force_login(unions_chair)
    assert client.post(url_of(role, "muuta"), sent).status_code == 403
    client.force_login(world.coordinator)
    assert client.post(url_of(role, "muuta"), sent).status_code == 403


def test_a_role_that_ends_at_once_shuts_the_door_on_the_very_next_request(world, client):
    from django.test import Client

    boards_own = Client()
    boards_own.force_login(world.board)
    edit = reverse("associations:organisation_edit", args=[world.association.pk])
    assert boards_own.get(edit).status_code == 200
    client.force_login(world.chair)
    assert client.post(url_of(world.board.roles.get(), "paata"), {"when": "heti"}).status_code == 302
    assert boards_own.get(edit).status_code == 403
    assert boards_own.get(page(world.association)).status_code == 403
    assert Role.objects.filter(person=world.board).count() == 1, "the history stays"


def test_a_closed_account_is_shut_out_on_the_very_next_request(world, client):
    client.force_login(world.chair)
    assert client.get(page(world.association)).status_code == 200
    type(world.chair).objects.filter(pk=world.chair.pk).update(is_active=False)
    answer = client.get(page(world.association))
    assert (answer.status_code, "kirjaudu" in answer.url) == (302, True)


def test_a_role_that_ends_on_a_day_lasts_until_the_day_is_over(world, client):
    today = timezone.localdate()
    role = world.board.roles.get()
    client.force_login(world.chair)
    assert client.post(url_of(role, "paata"), {"when": "paiva", "last_day": ""}).status_code == 422
    assert client.post(url_of(role, "paata"), {"when": "paiva", "last_day": "2019-01-01"}).status_code == 422
    assert client.post(url_of(role, "paata"), {"when": "paiva", "last_day": str(today)}).status_code == 302
    assert standing_of(fresh(world.board)).boards == {world.association.pk}
    with time_machine.travel(timezone.now() + DAY):
        assert standing_of(fresh(world.board)).boards == set()
        # Twice: it has ended, and the page says so.
        assert client.post(url_of(role, "paata"), {"when": "heti"}).status_code == 403


def test_ending_a_role_never_makes_it_longer(world):
    role = world.board.roles.get()
    role.end(last_day=datetime.date(2026, 6, 30))
    with pytest.raises(ValidationError):
        role.end(last_day=datetime.date(2026, 12, 31))
    role.refresh_from_db()
    assert role.ends_on == datetime.date(2026, 6, 30)


def test_a_role_entered_ahead_by_mistake_is_removed_but_history_never(world, client):
    ahead = make.make_role(make.make_user(), "chair", world.association, starts_on=timezone.localdate() + DAY)
    client.force_login(world.chair)
    assert client.get(url_of(ahead, "poista")).status_code == 200
    assert Role.objects.filter(pk=ahead.pk).exists(), "looking removes nothing"
    assert client.post(url_of(ahead, "poista")).status_code == 302
    assert not Role.objects.filter(pk=ahead.pk).exists()
    assert client.post(url_of(ahead, "poista")).status_code == 404
    serving = world.board.roles.get()
    assert client.post(url_of(serving, "poista")).status_code == 403
    with pytest.raises(ValidationError):
        serving.remove(today=timezone.localdate())


def test_a_role_that_began_today_and_ends_at_once_is_gone(world, client):
    role = make.make_role(make.make_user(), "secretary", world.association, starts_on=timezone.localdate())
    client.force_login(world.chair)
    assert client.post(url_of(role, "paata"), {"when": "heti"}).status_code == 302
    assert not Role.objects.filter(pk=role.pk).exists()


def test_ending_the_last_chair_is_warned_of(world, client):
    client.force_login(world.chair)
    role = world.chair.roles.get()
    assert "is the only chair" in text_of(client, url_of(role, "paata"))
    make.make_member_of("chair", world.association, name="Toinen Puheenjohtaja")
    assert "is the only chair" not in text_of(client, url_of(role, "paata"))
    Role.objects.filter(person__name="Toinen Puheenjohtaja").delete()
    answer = client.post(url_of(role, "paata"), {"when": "heti"}, follow=True)
    assert "There is no chair after that" in answer.content.decode()


# --- Entering ------------------------------------------------------------------------------------


def entering(**facts):
    facts = {
        "name": "Uusi Ihminen",
        "email": "uusi@example.org",
        "kind": "board_member",
        "starts_on": "2027-01-01",
        "ends_on": "2027-12-31",
        "language": "fi",
    } | facts
    return {key: value for key, value in facts.items() if value is not None}


@pytest.fixture
def in_november():
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=HELSINKI), tick=False) as clock:
        yield clock


def test_the_form_knows_the_usual_term(world, client, in_november):
    client.force_login(world.chair)
    form = client.get(page(world.association) + "uusi/").context["form"]
    assert (form["starts_on"].value(), form["ends_on"].value()) == (
        datetime.date(2027, 1, 1), datetime.date(2027, 12, 31),
    )  # fmt: skip
    in_november.move_to(datetime.datetime(2026, 5, 2, 12, tzinfo=HELSINKI))
    client.force_login(world.chair)
    form = client.get(page(world.association) + "uusi/").context["form"]
    assert (form["starts_on"].value(), form["ends_on"].value()) == (
        datetime.date(2026, 5, 2), datetime.date(2026, 12, 31),
    )  # fmt: skip


def test_who_serves_here_already_goes_on_in_two_clicks_and_needs_not_accept(world, client, in_november):
    role = world.board.roles.get()
    Role.objects.filter(pk=role.pk).update(ends_on=datetime.date(2026, 12, 31))
    client.force_login(world.chair)
    assert f"?jatkaa={role.pk}" in text_of(client, page(world.association))
    form = client.get(page(world.association) + f"uusi/?jatkaa={role.pk}").context["form"]
    known = {name: form[name].value() for name in ("name", "email", "kind", "language")}
    assert known == {"name": "Helmi Hallitus", "email": world.board.email, "kind": "board_member", "language": "fi"}
    sent = entering(name=world.board.name, email=world.board.email.upper())
    assert client.post(page(world.association) + "uusi/", sent).status_code == 302
    ahead = Role.objects.get(person=world.board, starts_on=datetime.date(2027, 1, 1))
    assert (ahead.kind, ahead.ends_on) == ("board_member", datetime.date(2027, 12, 31))
    assert OutgoingMail.objects.get().kind == "role-entered"
    # Twice: the same role, no second letter.
    client.post(page(world.association) + "uusi/", sent)
    assert (Role.objects.filter(person=world.board).count(), OutgoingMail.objects.count()) == (2, 1)
    assert f"?jatkaa={role.pk}" not in text_of(client, page(world.association))


def test_the_form_never_tells_whether_an_address_has_an_account(world, client, in_november):
    client.force_login(world.chair)
    answers = []
    for email in (world.neighbour.email, world.other_staff.email, "tuntematon@example.org"):
        answer = client.post(page(world.association) + "uusi/", entering(email=email), follow=True)
        text = answer.content.decode()
        assert "Nelli Naapuri" not in text and "Tuomo Toinen" not in text
        note = text[text.index('class="note'):].split("</div>")[0]  # fmt: skip
        answers.append((answer.redirect_chain, note))
    assert answers[0] == answers[1] == answers[2]
    assert Role.objects.filter(organisation=world.association).count() == 3, "nobody got a role unasked"
    assert sorted(OutgoingMail.objects.values_list("kind", flat=True)) == ["invitation"] * 3


@pytest.mark.parametrize("kind", ["administrator", "staff", "legal_adviser", "coordinator", "superuser", ""])
def test_a_chair_cannot_give_what_is_not_a_chairs_to_give(world, client, kind):
    client.force_login(world.chair)
    for email in (world.chair.email, "kaveri@example.org"):
        answer = client.post(page(world.association) + "uusi/", entering(kind=kind, email=email))
        assert answer.status_code == 422
    assert not Role.objects.filter(person=world.chair).exclude(kind="chair").exists()
    assert not world.association.invitations.exists()


def test_the_verb_itself_refuses_what_the_giver_may_not_give(world):
    from associations.joining import inviting

    facts = {"name": "X", "starts_on": timezone.localdate(), "ends_on": None, "now": timezone.now()}
    for who, kind in [("board", "member"), ("chair", "staff"), ("neighbour", "chair"), ("other_staff", "chair")]:
        with pytest.raises(ValidationError):
            inviting.enter(
                by=fresh(getattr(world, who)), organisation=world.association, email="x@example.org", kind=kind, **facts
            )
    with pytest.raises(ValidationError):
        inviting.enter(
            by=fresh(world.administrator),
            organisation=world.union,
            email="x@example.org",
            kind="administrator",
            **facts,
        )


def test_a_coordinators_regions_are_chosen_by_the_unions_staff_and_come_with_the_role(world, client):
    client.force_login(world.staff)
    sent = entering(kind="coordinator", email="aluetoimija@example.org", regions=[world.region.pk, world.far_region.pk])
    assert client.post(page(world.union) + "uusi/", sent).status_code == 302
    invitation = world.union.invitations.get()
    assert set(invitation.regions.all()) == {world.region, world.far_region}
    person = make.make_user(email="aluetoimija@example.org")
    client.force_login(person)
    client.post(invitation.get_link(), {"account": person.pk})
    role = Role.objects.get(person=person)
    assert (role.kind, set(role.regions.all())) == ("coordinator", {world.region, world.far_region})
    # Regions on another role are a slip, not a right.
    answer = client.post(page(world.union) + "uusi/", sent | {"kind": "staff"})
    assert answer.status_code == 403
    client.force_login(world.staff)
    assert client.post(page(world.union) + "uusi/", sent | {"kind": "staff"}).status_code == 422


def test_an_office_role_is_always_said_yes_to_by_its_bearer(world, client):
    client.force_login(world.staff)
    sent = entering(kind="legal_adviser", email=world.staff.email)
    assert client.post(page(world.union) + "uusi/", sent).status_code == 302
    assert not Role.objects.filter(person=world.staff, kind="legal_adviser").exists()
    assert world.union.invitations.get().email == world.staff.email


# --- The turn of the year ------------------------------------------------------------------------


def test_the_board_changes_at_the_turn_of_the_year_with_nobody_doing_anything(client):
    with time_machine.travel(datetime.datetime(2026, 12, 10, 12, tzinfo=HELSINKI), tick=False) as clock:
        world = build_world()
        Organisation.objects.filter(pk=world.association.pk).update(email="a@example.org", phone="040 123 4567")
        Role.objects.filter(organisation=world.association).update(ends_on=datetime.date(2026, 12, 31))
        edit = reverse("associations:organisation_edit", args=[world.association.pk])
        # In December the chair enters the next board: one who goes on, one who is invited.
        client.force_login(world.chair)
        new_page = page(world.association) + "uusi/"
        client.post(new_page, entering(name="Helmi Hallitus", email=world.board.email, kind="chair"))
        client.post(new_page, entering(name="Uusi Sihteeri", email="uusi@example.org", kind="secretary"))
        link = world.association.invitations.get().get_link()
        secretary = make.make_user("Uusi Sihteeri", email="uusi@example.org")
        client.force_login(secretary)
        client.post(link, {"account": secretary.pk})
        # Nothing changes yet.
        assert standing_of(fresh(secretary)).seats == []
        assert client.get(edit).status_code == 403
        assert can_manage_people(fresh(world.chair), world.association)
        assert not can_manage_people(fresh(world.board), world.association)
        assert [seat.kind for seat in standing_of(fresh(world.board)).seats] == ["board_member"]

        clock.move_to(datetime.datetime(2026, 12, 31, 23, 59, tzinfo=HELSINKI))
        assert standing_of(fresh(world.chair)).chairs == {world.association.pk}
        clock.move_to(datetime.datetime(2027, 1, 1, 0, 0, tzinfo=HELSINKI))
        # The old chair can no longer act, the new board can; a session that was open feels it at once.
        client.force_login(world.chair)
        assert client.get(edit).status_code == 403
        assert client.get(page(world.association)).status_code == 403
        assert not can_edit_organisation(fresh(world.chair), world.association)
        client.force_login(secretary)
        assert client.get(edit).status_code == 200
        assert can_manage_people(fresh(world.board), world.association)
        assert standing_of(fresh(world.board)).chairs == {world.association.pk}
        # The context switcher follows: the new seat is there, the lapsed one is gone.
        assert [seat.kind for seat in standing_of(fresh(world.board)).seats] == ["chair"]
        assert [seat.kind for seat in standing_of(fresh(secretary)).seats] == ["secretary"]
        assert standing_of(fresh(world.chair)).seats == []
        # So do the next steps: a request that comes now waits for the new board.
        from associations.joining.next_steps import steps_for

        make_join_request(world.association)
        assert len(steps_for(fresh(world.board), timezone.now())) == 1
        assert steps_for(fresh(world.chair), timezone.now()) == []
        assert organisation_steps(fresh(world.board), timezone.now()) == []
        # And history stays.
        before = client.get(page(world.association)).context["people"].before
        assert [(year, {line.role.person.name for line in lines}) for year, lines in before] == [
            (2026, {"Pertti Puheenjohtaja", "Helmi Hallitus"})
        ]
