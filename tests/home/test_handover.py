"""A board role goes to a successor with its open work; twice, at once and late it goes once."""

import datetime
import threading

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from advocacy_portal.home.handover import giving, tasks
from advocacy_portal.home.handover.permissions import can_hand_over
from associations.models import Organisation, Role
from associations.roles.standing import standing_of
from events.registrations.models import Registration
from notifications.letters import compose, kind_of
from notifications.models import OutgoingMail
from tests import factories as make
from tests.events.makers import make_event, register
from tests.materials.makers import make_brochure, make_done_file
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
TODAY = datetime.date(2027, 3, 1)
NOW = datetime.datetime(2027, 3, 1, 8, tzinfo=datetime.UTC)
DECEMBER = datetime.datetime(2026, 12, 7, 8, tzinfo=datetime.UTC)
NEW_YEAR = datetime.date(2027, 1, 1)


@pytest.fixture
def world():
    return build_world()


@pytest.fixture(autouse=True)
def finnish():
    """A request leaves its language behind in the thread, and addresses follow it."""
    with translation.override("fi"):
        yield


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def quiet_letters(monkeypatch):
    monkeypatch.setattr("notifications.hints.give", lambda queue: True)


def role_of(person):
    return Role.objects.get(person=person)


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def registered(world, person=None, **facts):
    person = person or world.board
    facts = {"association": world.association, "person": person, "name": person.name, "phone": "040 000 0001"} | facts
    organiser = facts.pop("organiser", world.union)
    starts_at = facts.pop("starts_at", NOW + 20 * DAY)
    event_facts = {name: facts.pop(name) for name in ("open_to_all", "capacity") if name in facts}
    event = make_event(organiser, starts_at=starts_at, **event_facts)
    return register(event, person.email, now=facts.pop("now", NOW), **facts)


def hand_over(world, *, to=None, day=TODAY, now=NOW, role=None):
    return giving.hand_over(role or role_of(world.board), to=to or world.member, day=day, now=now)


def owner_of(registration):
    registration.refresh_from_db()
    return registration.person


def test_from_today_the_successor_sits_on_the_board_and_the_giver_no_longer(world):
    assert hand_over(world) == 0
    given = role_of(world.board)
    taken = given.successor
    assert (given.ends_on, taken.starts_on, taken.ends_on) == (TODAY - DAY, TODAY, None)
    assert (taken.person, taken.kind, taken.organisation) == (world.member, "board_member", world.association)
    assert standing_of(fresh(world.board)).boards == set()
    assert standing_of(fresh(world.member)).boards == {world.association.pk}


def test_a_term_with_an_end_goes_on_to_its_end_and_no_further(world):
    role = role_of(world.board)
    for ends_on, day, own_end, new_end in [
        (datetime.date(2027, 12, 31), TODAY, TODAY - DAY, datetime.date(2027, 12, 31)),
        (datetime.date(2027, 12, 31), datetime.date(2028, 1, 1), datetime.date(2027, 12, 31), None),
        (datetime.date(2027, 6, 30), datetime.date(2027, 9, 1), datetime.date(2027, 6, 30), None),
    ]:
        Role.objects.filter(pk=role.pk).update(ends_on=ends_on, successor=None)
        hand_over(world, day=day, role=role)
        role.refresh_from_db()
        assert (role.ends_on, role.successor.ends_on) == (own_end, new_end)
        role.successor.delete()


def test_open_work_moves_at_once_when_the_day_is_today(world):
    mine = registered(world)
    old_link = mine.get_manage_url()
    world.member.language = "sv"
    world.member.phone = "040 000 0002"
    world.member.save()
    assert hand_over(world) == 1
    assert owner_of(mine) == world.member
    assert (mine.name, mine.email, mine.phone, mine.language) == (
        world.member.name,
        world.member.email,
        "040 000 0002",
        "sv",
    )
    # The giver's old letter opens nothing any more; the seat is still one.
    assert mine.get_manage_url() != old_link
    assert mine.event.registrations.count() == 1
    letter = OutgoingMail.objects.get(kind="registration-confirmed", state="due")
    assert (letter.person, letter.to, letter.language) == (world.member, world.member.email, "sv")


def test_what_is_not_the_boards_work_stays(world):
    stays = {
        "own behalf": registered(world, association=None),
        "another association": registered(world, association=world.neighbour_association),
        "somebody else's": registered(world, world.chair),
        "already going on": registered(world, starts_at=NOW - datetime.timedelta(minutes=30), now=NOW - DAY),
        "not for the successor's eyes": registered(world, organiser=world.other_union, open_to_all=False),
    }
    both = make_event(world.union, starts_at=NOW + 9 * DAY)
    stays["successor comes already"] = register(
        both, world.board.email, now=NOW, person=world.board, association=world.association
    )
    register(both, world.member.email, now=NOW, person=world.member, association=world.association)
    before = {name: row.person for name, row in stays.items()}
    assert hand_over(world) == 0
    assert {name: owner_of(row) for name, row in stays.items()} == before


def test_a_reminder_that_waits_goes_to_the_successor(world):
    mine = registered(world)
    OutgoingMail.objects.create(
        key="r", kind="event-reminder", to=world.board.email, person=world.board, about=mine.pk, due_at=NOW + DAY,
        expires_at=NOW + 20 * DAY,
    )  # fmt: skip
    hand_over(world)
    reminder = OutgoingMail.objects.get(kind="event-reminder")
    assert (reminder.state, reminder.to, reminder.person) == ("due", world.member.email, world.member)
    assert not OutgoingMail.objects.open().filter(to=world.board.email, kind__startswith="registration").exists()


def test_who_stays_on_the_board_in_another_role_keeps_the_work(world):
    make.make_role(world.board, "secretary", world.association)
    mine = registered(world)
    assert hand_over(world, role=Role.objects.get(person=world.board, kind="secretary")) == 0
    assert owner_of(mine) == world.board


def test_handed_over_in_december_the_work_moves_at_the_turn_of_the_year(world):
    with time_machine.travel(DECEMBER, tick=False):
        before = registered(world, starts_at=DECEMBER + 10 * DAY, now=DECEMBER)
        after = registered(world, starts_at=DECEMBER + 40 * DAY, now=DECEMBER)
        assert hand_over(world, day=NEW_YEAR, now=DECEMBER) == 0
        run_hour()
        assert (owner_of(before), owner_of(after)) == (world.board, world.board)
        # Until then the board is as it was.
        assert standing_of(fresh(world.board)).boards == {world.association.pk}
    for moment in ("2026-12-31 21:30:00Z", "2026-12-31 22:30:00Z", "2026-12-31 23:30:00Z"):
        with time_machine.travel(moment, tick=False):
            run_hour()
            expected = world.board if moment.startswith("2026-12-31 21") else world.member
            assert owner_of(after) == expected
            on_board = world.association.pk in standing_of(fresh(world.member)).boards
            assert on_board == (expected == world.member)
    assert owner_of(before) == world.board
    written = OutgoingMail.objects.filter(kind="registration-confirmed", person=world.member)
    assert written.count() == 1


def run_hour():
    """What the beat and the workers do in an hour, and once more for good measure."""
    for pk in giving.due(timezone.now()).values_list("pk", flat=True):
        tasks.move_work(pk)
        tasks.move_work(pk)


def test_the_hourly_sweep_gives_every_due_role_a_task_of_its_own(world, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.move_work, "delay", sent.append)
    hand_over(world)
    hand_over(world, day=TODAY + 9 * DAY, role=role_of(world.chair))
    tasks.move_due_work()
    assert sent == [role_of(world.board).pk]


def test_work_does_not_move_to_a_successor_whose_role_was_taken_back(world):
    mine = registered(world)
    hand_over(world, day=TODAY + DAY)
    successor = role_of(world.board).successor
    Role.objects.filter(pk=successor.pk).update(ends_on=successor.starts_on)
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        run_hour()
    assert owner_of(mine) == world.board


def test_twice_hands_over_once(world):
    role = role_of(world.board)
    hand_over(world, role=role)
    with pytest.raises(ValidationError):
        hand_over(world, role=role, to=world.chair)
    assert Role.objects.filter(organisation=world.association, kind="board_member").count() == 2
    assert OutgoingMail.objects.filter(kind__in=["role-received", "role-given"]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_hands_over(world):
    role = role_of(world.board)
    registered(world)
    barrier, results = threading.Barrier(2), []

    def press(to):
        try:
            barrier.wait()
            giving.hand_over(role, to=to, day=TODAY, now=NOW)
            results.append("done")
        except ValidationError:
            results.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[one]) for one in (world.member, world.chair)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "told"]
    role.refresh_from_db()
    assert Role.objects.filter(kind="board_member", organisation=world.association).count() == 2
    assert Registration.objects.get().person == role.successor.person


def test_the_role_entered_ahead_is_used_and_not_doubled(world):
    coming = make.make_role(world.member, "board_member", world.association, starts_on=TODAY + 5 * DAY)
    with pytest.raises(ValidationError):
        hand_over(world, day=TODAY + 2 * DAY)
    hand_over(world, day=TODAY + 5 * DAY)
    given = role_of(world.board)
    assert (given.successor, given.ends_on) == (coming, TODAY + 4 * DAY)
    assert Role.objects.filter(person=world.member, kind="board_member").count() == 1


@pytest.mark.parametrize(
    "day, fits", [(-1, False), (0, True), (1, True), (366, True), (367, False), (2_000_000, False)]
)
def test_the_day_is_today_or_ahead_and_at_most_a_year_ahead(world, day, fits):
    given = role_of(world.board)
    try:
        hand_over(world, day=TODAY + day * DAY)
    except ValidationError:
        assert not fits
    given.refresh_from_db()
    assert bool(given.successor_id) == fits


def test_a_role_that_began_today_can_be_handed_over_from_tomorrow(world):
    Role.objects.filter(person=world.board).update(starts_on=TODAY)
    with pytest.raises(ValidationError):
        hand_over(world, day=TODAY)
    hand_over(world, day=TODAY + DAY)
    given = role_of(world.board)
    assert given.starts_on == given.ends_on == TODAY


@pytest.mark.parametrize(
    "facts",
    [
        {"ends_on": TODAY - DAY},
        {"starts_on": TODAY + DAY},
        {"kind": "member"},
    ],
)
def test_only_a_board_role_of_today_is_handed_over(world, client, facts):
    Role.objects.filter(person=world.board).update(**facts)
    role = role_of(world.board)
    assert not can_hand_over(fresh(world.board), role, NOW)
    client.force_login(world.board)
    assert client.get(reverse("home:handover", args=[role.pk])).status_code == 403


def test_nobody_hands_over_in_an_organisation_that_has_ended(world, client):
    Organisation.objects.filter(pk=world.association.pk).update(ended_on=TODAY - DAY)
    client.force_login(world.administrator)
    assert client.get(reverse("home:handover", args=[role_of(world.board).pk])).status_code == 403


def test_one_hands_over_the_own_role_and_who_looks_after_the_association_anybodys(world):
    role = role_of(world.board)
    may = [
        who
        for who in ["member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "other_staff",
                    "legal", "administrator"]
        if can_hand_over(fresh(getattr(world, who)), role, NOW)
    ]  # fmt: skip
    assert may == ["board", "chair", "coordinator", "staff", "administrator"]
    # A plain board member has nothing to do with the chair's role.
    refusal = can_hand_over(fresh(world.board), role_of(world.chair), NOW)
    assert not refusal and "Pertti Puheenjohtaja" in str(refusal.reason)


def test_the_successor_is_chosen_among_the_associations_own_people(world, client):
    make.make_role(make.make_user("Mennyt Maija"), "chair", world.association, ends_on=datetime.date(2021, 1, 1))
    coming = make.make_user("Tuleva Tero")
    make.make_role(coming, "chair", world.association, starts_on=datetime.date(2028, 1, 1))
    client.force_login(world.board)
    page = reverse("home:handover", args=[role_of(world.board).pk])
    form = client.get(page).context["form"]
    assert [person.name for person in form.fields["to"].queryset] == [
        "Jari Jäsen",
        "Pertti Puheenjohtaja",
        "Tuleva Tero",
    ]
    for stranger in (world.neighbour, world.board, world.staff):
        answer = client.post(page, {"to": stranger.pk, "day": TODAY})
        assert answer.status_code == 422
    assert role_of(world.board).successor is None


def test_the_page_tells_what_moves_and_what_stays_before_one_presses(world, client):
    registered(world)
    make.make_role(world.board, "chair", world.other_association)
    page = reverse("home:handover", args=[Role.objects.get(person=world.board, organisation=world.association).pk])
    client.force_login(world.board)
    shown = client.get(page).context
    assert [line.title for line in shown["moving"]] == [Registration.objects.get().event.title]
    assert [str(role.organisation) for role in shown["kept"]] == ["Toisen liiton yhdistys ry"]
    # What the person is elsewhere is nobody else's business.
    client.force_login(world.chair)
    answer = client.get(page)
    assert list(answer.context["kept"]) == []
    assert "Toisen liiton" not in answer.content.decode()


def test_the_day_suggested_is_today_and_at_the_end_of_the_year_the_first_of_january(world):
    role = role_of(world.board)
    for today, day in [
        (datetime.date(2026, 10, 31), datetime.date(2026, 10, 31)),
        (datetime.date(2026, 11, 1), NEW_YEAR),
        (datetime.date(2026, 12, 31), NEW_YEAR),
        (NEW_YEAR, NEW_YEAR),
    ]:
        assert giving.usual_day(role, today) == day


@pytest.mark.parametrize("rows", [1, 3])
def test_more_work_asks_no_more_queries(world, client, django_assert_max_num_queries, rows):
    for _ in range(rows):
        registered(world)
    client.force_login(world.board)
    page = reverse("home:handover", args=[role_of(world.board).pk])
    client.get(page)
    with django_assert_max_num_queries(13):
        assert len(client.get(page).context["moving"]) == rows


def test_one_form_hands_over_and_both_get_a_letter(world, client):
    client.force_login(world.board)
    answer = client.post(
        reverse("home:handover", args=[role_of(world.board).pk]), {"to": world.member.pk, "day": TODAY}
    )
    assert answer.url == world.association.get_absolute_url()
    assert client.get(answer.url).status_code == 200
    written = {mail.kind: mail for mail in OutgoingMail.objects.filter(kind__startswith="role-")}
    assert {kind: mail.person for kind, mail in written.items()} == {
        "role-received": world.member,
        "role-given": world.board,
    }
    pack = reverse("home:handover_pack", args=[world.association.pk])
    with translation.override("fi"):
        assert compose(written["role-received"]).button[1].endswith(pack)
    for mail in written.values():
        for language in ("fi", "sv", "en"):
            mail.language = language
            letter = compose(mail)
            assert world.association.name in letter.subject
            assert ("1 Mar 2027" if language == "en" else "1.3.2027") in dict(letter.facts).values()
        assert kind_of(mail).wanted(mail)
    Role.objects.filter(person=world.member, kind="board_member").delete()
    assert not kind_of(written["role-received"]).wanted(written["role-received"])


def test_unfinished_brochures_are_shown_but_stay_the_associations_own(world, client):
    make_brochure(world.association, by=world.board)
    make_brochure(world.association, language="sv", by=world.chair)
    make_done_file(make_brochure(world.association, language="en", by=world.board), NOW)
    make_brochure(world.neighbour_association, by=world.board)
    client.force_login(world.board)
    shown = client.get(reverse("home:handover", args=[role_of(world.board).pk])).context
    assert [line.title.split("(")[1] for line in shown["unfinished"]] == ["Suomi)"]
    hand_over(world)
    assert world.association.brochures.get(language="fi").updated_by == world.board
