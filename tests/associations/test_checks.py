"""The yearly round in which boards check their details: asked, reminded, answered, followed."""

import csv
import datetime
import io
import threading

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from associations.checks import answers, asking, tasks
from associations.checks.letters import wanted_among
from associations.checks.models import DetailsConfirmation, DetailsRound
from associations.checks.next_steps import steps_for
from associations.models import Organisation, Role
from notifications.letters import compose
from notifications.models import OutgoingMail
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
OPENED = datetime.datetime(2027, 1, 11, 8, tzinfo=datetime.UTC)


@pytest.fixture
def world():
    return build_world()


@pytest.fixture(autouse=True)
def finnish():
    """A request leaves its language behind in the thread, and addresses follow it."""
    with translation.override("fi"):
        yield


@pytest.fixture(autouse=True)
def monday():
    """The Monday on which the rounds of these tests open."""
    with time_machine.travel(OPENED, tick=False):
        yield


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    """The queue, as a list of what was put in it: these tests run the tasks themselves."""
    waiting = []
    for task in (tasks.ask_boards, tasks.remind_boards):
        monkeypatch.setattr(task, "delay", lambda *args, task=task: waiting.append((task, args)))
    return waiting


@pytest.fixture(autouse=True)
def quiet_letters(monkeypatch):
    monkeypatch.setattr("notifications.hints.give", lambda queue: True)


def run(queue):
    """Do what waits in the queue, and what that puts there."""
    while queue:
        task, args = queue.pop(0)
        task(*args)


def make_round(union, *, opened_on=datetime.date(2027, 1, 11), days=20, **facts):
    facts = {"title": "Tiedot 2027"} | facts
    return DetailsRound.objects.create(
        union=union, opened_on=opened_on, deadline=opened_on + datetime.timedelta(days=days), **facts
    )


def confirm(association, by=None, now=OPENED):
    return answers.confirm_details(association, by=by, now=now)


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def sent_to(kind):
    return sorted(OutgoingMail.objects.filter(kind=kind).values_list("name", flat=True))


def test_opening_a_round_writes_once_to_everybody_on_the_boards_of_today(
    world, queue, client, django_capture_on_commit_callbacks
):
    make.make_role(world.board, "secretary", world.association)
    make.make_role(make.make_user("Entinen Eeva"), "chair", world.association, ends_on=datetime.date(2026, 12, 31))
    make.make_role(make.make_user("Tuleva Tero"), "chair", world.association, starts_on=datetime.date(2028, 1, 1))
    make.make_board_member(world.other_association, name="Toisen Toini")
    ended = make.make_association(world.union, "Päättynyt ry", world.municipality, ended_on=datetime.date(2026, 1, 1))
    make.make_board_member(ended, name="Päättyneen Paavo")
    with time_machine.travel(OPENED, tick=False), django_capture_on_commit_callbacks(execute=True):
        client.force_login(world.staff)
        facts = {"title": "Tiedot 2027", "deadline": "2027-01-31", "union": world.union.pk}
        answer = client.post(reverse("associations:details_round_list"), facts)
        opened = DetailsRound.objects.get()
        assert answer.url == opened.get_absolute_url()
    run(queue)
    asked = ["Helmi Hallitus", "Nelli Naapuri", "Pertti Puheenjohtaja"]
    assert sent_to("details-asked") == asked
    # The sweep goes through a fresh round once more: nobody is written to twice.
    with time_machine.travel(OPENED + datetime.timedelta(hours=1), tick=False):
        tasks.sweep_rounds()
        assert queue
        run(queue)
    assert sent_to("details-asked") == asked
    assert set(OutgoingMail.objects.values_list("queue", "organisation_id")) == {("bulk", world.union.pk)}


def test_a_big_union_is_written_to_a_hand_at_a_time(world, queue, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(asking, "BATCH", 1)
    details_round = make_round(world.union)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.ask_boards(details_round.pk)
    assert [args for _task, args in queue] == [(details_round.pk, world.association.pk)]
    while queue:
        task, args = queue.pop(0)
        with django_capture_on_commit_callbacks(execute=True):
            task(*args)
    assert sent_to("details-asked") == ["Helmi Hallitus", "Nelli Naapuri", "Pertti Puheenjohtaja"]


def test_a_union_has_one_open_round_and_says_so(world, client):
    make_round(world.union)
    client.force_login(world.staff)
    facts = {"title": "Toinen", "deadline": timezone.localdate() + 9 * DAY, "union": world.union.pk}
    answer = client.post(reverse("associations:details_round_list"), facts, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert DetailsRound.objects.count() == 1
    # Another union's round stands in nobody's way, and nobody opens one there.
    facts["union"] = world.other_union.pk
    assert client.post(reverse("associations:details_round_list"), facts).status_code == 422
    client.force_login(world.other_staff)
    assert client.post(reverse("associations:details_round_list"), facts).status_code == 302
    client.force_login(world.coordinator)
    assert client.post(reverse("associations:details_round_list"), facts).status_code == 403


@pytest.mark.parametrize(
    "days, fits", [(-1, False), (0, False), (1, True), (366, True), (367, False), (400_000, False)]
)
def test_the_deadline_lies_ahead_and_at_most_a_year_ahead(world, client, days, fits):
    client.force_login(world.staff)
    with time_machine.travel(OPENED, tick=False):
        facts = {"title": "Tiedot", "deadline": datetime.date(2027, 1, 11) + days * DAY, "union": world.union.pk}
        answer = client.post(reverse("associations:details_round_list"), facts)
    assert (answer.status_code == 302) == fits
    assert DetailsRound.objects.exists() == fits


@pytest.mark.parametrize("language, words", [("fi", "/yhdistykset/"), ("sv", "/sv/yhdistykset/"), ("en", "/en/yhd")])
def test_the_letter_is_in_its_readers_language_and_leads_to_the_page_of_one_click(world, queue, language, words):
    world.board.language = language
    world.board.save(update_fields=["language"])
    tasks.ask_boards(make_round(world.union).pk)
    mail = OutgoingMail.objects.get(person=world.board)
    with translation.override("en"):
        letter = compose(mail)
    assert mail.language == language
    assert words in letter.button[1] and letter.button[1].endswith("/tarkista-tiedot/")
    assert world.association.name in letter.subject
    assert ("31 Jan 2027" if language == "en" else "31.1.2027") in letter.subject


def test_a_letter_is_not_wanted_when_the_role_has_lapsed_the_board_answered_or_the_round_closed(world):
    details_round = make_round(world.union)
    tasks.ask_boards(details_round.pk)
    mails = {mail.name: mail for mail in OutgoingMail.objects.all()}
    everybody = {mail.pk for mail in mails.values()}
    assert wanted_among(mails.values()) == everybody
    Role.objects.filter(person=world.board).update(ends_on=timezone.localdate() - DAY)
    assert wanted_among(mails.values()) == everybody - {mails["Helmi Hallitus"].pk}
    DetailsConfirmation.objects.create(round=details_round, organisation=world.association, confirmed_at=OPENED)
    assert wanted_among(mails.values()) == {mails["Nelli Naapuri"].pk}
    details_round.close(now=OPENED)
    assert wanted_among(mails.values()) == set()


def test_one_click_answers_for_the_board_and_twice_answers_once(world, client):
    details_round = make_round(world.union)
    tasks.ask_boards(details_round.pk)
    page = reverse("associations:details_check", args=[world.association.pk])
    client.force_login(world.board)
    client.post(page)
    answer = DetailsConfirmation.objects.get()
    assert (answer.round, answer.organisation, answer.confirmed_by) == (details_round, world.association, world.board)
    world.association.refresh_from_db()
    assert world.association.details_confirmed_at == answer.confirmed_at
    # What still asks this board is held back; the neighbours are asked as before.
    open_letters = OutgoingMail.objects.open().filter(kind="details-asked")
    assert [mail.name for mail in open_letters] == ["Nelli Naapuri"]
    client.force_login(world.chair)
    client.post(page)
    assert DetailsConfirmation.objects.get().confirmed_by == world.board
    assert client.get(page).context["answer"] == answer


def test_details_can_be_confirmed_without_a_round_too(world):
    make_round(world.other_union)
    assert confirm(world.association)
    assert not DetailsConfirmation.objects.exists()
    world.association.refresh_from_db()
    assert world.association.details_confirmed_at == OPENED


@pytest.mark.django_db(transaction=True)
def test_two_of_a_board_who_press_at_once_answer_once(world, settings):
    make_round(world.union)
    barrier, results = threading.Barrier(2), []

    def press(person):
        try:
            barrier.wait()
            results.append(answers.confirm_details(world.association, by=person, now=OPENED))
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[one]) for one in (world.board, world.chair)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert DetailsConfirmation.objects.count() == 1


def test_the_page_shows_the_board_of_now_and_the_one_entered_ahead(world, client):
    make.make_role(make.make_user("Tuleva Tero"), "chair", world.association, starts_on=datetime.date(2099, 1, 1))
    make.make_role(make.make_user("Mennyt Maija"), "chair", world.association, ends_on=datetime.date(2021, 1, 1))
    make.make_role(make.make_user("Naapurin Niilo"), "chair", world.neighbour_association)
    client.force_login(world.chair)
    page = client.get(reverse("associations:details_check", args=[world.association.pk]))
    # A member is nobody to confirm; the board and those entered ahead are.
    assert [str(role.person) for role in page.context["board"]] == ["Pertti Puheenjohtaja", "Helmi Hallitus"]
    assert [str(role.person) for role in page.context["next_board"]] == ["Tuleva Tero"]
    assert "Mennyt" not in page.content.decode() and "Naapurin" not in page.content.decode()


def test_staff_see_the_union_and_a_coordinator_the_own_area(world, client):
    far = make.make_association(world.union, "Lapin oma ry", world.other_association.home_municipality)
    make.make_association(world.other_union, "Vieras täällä ry", world.municipality)
    details_round = make_round(world.union)
    confirm(world.association)
    page = details_round.get_absolute_url()

    def seen_by(person):
        client.force_login(person)
        context = client.get(page).context
        return context["asked"], context["answered"], [one.name_fi for one in context["page_obj"]]

    assert seen_by(world.staff) == (3, 1, ["Harjun seudun yhdistys ry", "Lapin oma ry"])
    assert seen_by(world.coordinator) == (2, 1, ["Harjun seudun yhdistys ry"])
    assert seen_by(world.far_coordinator) == (1, 0, ["Lapin oma ry"])
    assert seen_by(make.make_coordinator(world.district)) == (2, 1, ["Harjun seudun yhdistys ry"])
    client.force_login(world.other_staff)
    assert client.get(page).status_code == 404
    client.force_login(world.staff)
    assert [one.name_fi for one in client.get(page + "?alue=21").context["page_obj"]] == [far.name_fi]
    by_district = client.get(page + f"?piiri={world.district.pk}").context["page_obj"]
    assert [one.name_fi for one in by_district] == ["Harjun seudun yhdistys ry"]
    # A coordinator's choices are those of the own area.
    client.force_login(world.far_coordinator)
    assert [one.code for one in client.get(page).context["missing"].regions] == ["21"]
    assert client.get(page).context["missing"].districts == []


def test_the_export_holds_what_the_page_shows_and_nothing_of_others(world, client):
    make.make_association(world.union, "Lapin oma ry", world.other_association.home_municipality)
    Organisation.objects.filter(pk=world.neighbour_association.pk).update(name_fi="=Harju()")
    details_round = make_round(world.union)
    confirm(world.association)
    client.force_login(world.coordinator)
    address = reverse("associations:details_round_export", args=[details_round.pk, "csv"])
    lines = list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig")), delimiter=";"))
    assert [line[0] for line in lines[1:]] == ["'=Harju()"]
    excel = client.get(reverse("associations:details_round_export", args=[details_round.pk, "xlsx"]))
    assert excel.content[:2] == b"PK"
    assert client.get(reverse("associations:details_round_export", args=[details_round.pk, "exe"])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_list_of_the_silent_asks_no_more_queries(client, world, django_assert_max_num_queries, rows):
    details_round = make_round(world.union)
    for number in range(rows):
        make.make_chair(make.make_association(world.district, f"Hiljainen {number} ry", world.municipality))
    client.force_login(world.staff)
    client.get(details_round.get_absolute_url())
    with django_assert_max_num_queries(12):
        page = client.get(details_round.get_absolute_url())
    assert len(page.context["page_obj"].object_list) == rows + 2


def remind(client, person, details_round):
    client.force_login(person)
    return client.post(reverse("associations:details_round_remind", args=[details_round.pk]))


def test_staff_remind_those_who_have_not_answered_at_most_once_a_day(
    world, client, queue, django_capture_on_commit_callbacks
):
    details_round = make_round(world.union)
    confirm(world.association)
    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(OPENED, tick=False):
        # They were asked this very day.
        remind(client, world.staff, details_round)
    assert queue == []
    tuesday = OPENED + DAY
    for hours in (0, 1, 23):
        now = tuesday + datetime.timedelta(hours=hours)
        with time_machine.travel(now, tick=False), django_capture_on_commit_callbacks(execute=True):
            remind(client, world.staff, details_round)
        with time_machine.travel(now, tick=False):
            run(queue)
            tasks.remind_boards(details_round.pk)
    assert sent_to("details-reminded") == ["Nelli Naapuri"]
    with time_machine.travel(tuesday + datetime.timedelta(hours=24), tick=False):
        with django_capture_on_commit_callbacks(execute=True):
            remind(client, world.staff, details_round)
        run(queue)
    assert sent_to("details-reminded") == ["Nelli Naapuri"] * 2
    details_round.refresh_from_db()
    assert details_round.reminders_sent == 2


def test_the_page_says_when_one_can_remind_again(world, client, queue):
    details_round = make_round(world.union, reminded_at=OPENED + DAY)
    client.force_login(world.staff)
    with time_machine.travel(OPENED + DAY + datetime.timedelta(hours=2), tick=False):
        reason = str(client.get(details_round.get_absolute_url()).context["may_remind"].reason)
    assert "12.1.2027" in reason and "13.1.2027 klo 10" in reason


def test_a_coordinator_reminds_only_the_own_area_and_staff_then_only_the_rest(
    world, client, queue, django_capture_on_commit_callbacks
):
    far = make.make_association(world.union, "Lapin oma ry", world.other_association.home_municipality)
    make.make_chair(far, name="Lapin Lilja")
    details_round = make_round(world.union)
    ours = ["Helmi Hallitus", "Nelli Naapuri", "Pertti Puheenjohtaja"]
    with time_machine.travel(OPENED + DAY, tick=False):
        for _press in range(2):
            remind(client, world.coordinator, details_round)
        assert sent_to("details-reminded") == ours
        details_round.refresh_from_db()
        assert details_round.reminded_at is None
        # The other coordinator's area is another matter.
        client.force_login(world.far_coordinator)
        assert client.get(details_round.get_absolute_url()).context["may_remind"] is True
    with time_machine.travel(OPENED + DAY + datetime.timedelta(hours=3), tick=False):
        with django_capture_on_commit_callbacks(execute=True):
            remind(client, world.staff, details_round)
        run(queue)
        assert sent_to("details-reminded") == sorted([*ours, "Lapin Lilja"])
        # All have been reminded now.
        remind(client, world.far_coordinator, details_round)
        assert sent_to("details-reminded") == sorted([*ours, "Lapin Lilja"])


def test_a_coordinator_of_the_whole_union_reminds_by_the_same_task_as_staff(world, queue):
    details_round = make_round(world.union)
    asking.remind_part(details_round, by=make.make_coordinator(world.union), now=OPENED + 2 * DAY)
    details_round.refresh_from_db()
    assert details_round.reminded_at == OPENED + 2 * DAY


def test_nobody_is_reminded_in_a_closed_round(world, client, queue, django_capture_on_commit_callbacks):
    details_round = make_round(world.union)
    client.force_login(world.staff)
    client.post(reverse("associations:details_round_close", args=[details_round.pk]))
    details_round.refresh_from_db()
    assert not details_round.is_open
    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(OPENED + 3 * DAY, tick=False):
        remind(client, world.staff, details_round)
        remind(client, world.coordinator, details_round)
        tasks.sweep_rounds()
    assert queue == []
    tasks.ask_boards(details_round.pk)
    tasks.remind_boards(details_round.pk)
    assert not OutgoingMail.objects.exists()
    with pytest.raises(ValidationError):
        details_round.close(now=OPENED)
    # The next year has a round of its own.
    make_round(world.union)


@pytest.mark.parametrize("day, state", [("2027-01-31 21:59:00Z", "todo"), ("2027-01-31 22:01:00Z", "late")])
def test_a_board_that_has_not_answered_is_told_and_is_late_from_the_day_after(
    world, day, state, django_assert_num_queries
):
    make_round(world.union)
    user = fresh(world.board)
    # One other association of the person's, whose board has answered.
    make.make_role(user, "chair", world.neighbour_association)
    confirm(world.neighbour_association)
    with time_machine.travel(day, tick=False):
        with django_assert_num_queries(2):
            (step,) = steps_for(user, timezone.now())
        assert (step.state_class, step.deadline) == (state, datetime.date(2027, 1, 31))
        assert step.url == reverse("associations:details_check", args=[world.association.pk])
        assert steps_for(fresh(world.member), timezone.now()) == []


def test_steps_of_coordinators_and_staff_count_their_own_part(world, django_assert_num_queries):
    make.make_association(world.union, "Lapin oma ry", world.other_association.home_municipality)
    closed = make_round(world.union, title="Viime vuosi", closed_at=OPENED)
    details_round = make_round(world.union)
    make_round(world.other_union)
    confirm(world.association)

    def steps_of(person):
        user = fresh(person)
        with django_assert_num_queries(2):
            return [(step.title[:2].strip(), step.url) for step in steps_for(user, OPENED)]

    page = details_round.get_absolute_url()
    assert steps_of(world.staff) == [("2", page)]
    assert steps_of(world.coordinator) == [("1", page)]
    assert steps_of(world.far_coordinator) == [("1", page)]
    assert len(steps_of(world.administrator)) == 2
    confirm(world.neighbour_association)
    assert steps_of(world.coordinator) == []
    assert closed.get_absolute_url() != page


def test_a_coordinator_reminds_in_two_clicks_from_the_own_desk(world, client):
    details_round = make_round(world.union)
    client.force_login(world.coordinator)
    with time_machine.travel(OPENED + DAY, tick=False):
        desk = client.get(reverse("home:dashboard")).content.decode()
        assert f'href="{details_round.get_absolute_url()}"' in desk
        page = client.get(details_round.get_absolute_url()).content.decode()
        assert f'action="{reverse("associations:details_round_remind", args=[details_round.pk])}"' in page
