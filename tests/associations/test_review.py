"""What an attacker tried on people and their roles, and was refused."""

import datetime
import io

import openpyxl
import pghistory
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from advocacy_portal.home.handover import giving
from advocacy_portal.lib import spreadsheets
from associations.checks.asking import open_round
from associations.joining import asking, inviting, permissions
from associations.models import Role
from notifications.letters import kind_of
from notifications.models import OutgoingMail
from tests import factories as make
from tests.world import build_world

DAY = datetime.timedelta(days=1)


@pytest.fixture
def world(db, client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    # A request leaves its language behind in the thread.
    with translation.override("fi"):
        yield build_world()


def days_of(role, starts_on, ends_on):
    address = f"/en/yhdistykset/{role.organisation_id}/ihmiset/{role.pk}/muuta/"
    return address, {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat() if ends_on else ""}


@pytest.mark.parametrize("more", [None, 0, 30])
def test_who_has_left_is_not_brought_back_by_correcting_the_days(world, client, more):
    today = timezone.localdate()
    gone = make.make_user("Lähtenyt Lea", email="uusi.osoite@example.org", phone="040 555 5555")
    role = make.make_role(gone, "member", world.association, starts_on=today - 60 * DAY, ends_on=today - DAY)
    client.force_login(world.chair)
    address, days = days_of(role, role.starts_on, None if more is None else today + more * DAY)
    answer = client.post(address, days)
    assert answer.status_code == 422 and "Invite the person again" in answer.content.decode()
    role.refresh_from_db()
    assert role.ends_on == today - DAY
    page = client.get(f"/en/yhdistykset/{world.association.pk}/ihmiset/").content.decode()
    assert "uusi.osoite@example.org" not in page and "040 555 5555" not in page


def test_the_days_of_what_is_over_and_of_who_still_serves_can_be_corrected(world, client):
    today = timezone.localdate()
    gone = make.make_user("Lähtenyt Lea")
    role = make.make_role(gone, "member", world.association, starts_on=today - 60 * DAY, ends_on=today - 9 * DAY)
    client.force_login(world.chair)
    assert client.post(*days_of(role, role.starts_on, today - DAY)).status_code == 302
    make.make_role(gone, "board_member", world.association, starts_on=today)
    assert client.post(*days_of(role, role.starts_on, None)).status_code == 302
    assert Role.objects.get(pk=role.pk).ends_on is None


def test_the_history_does_not_tell_a_board_the_address_of_a_nameless_administrator(world, client):
    nameless = make.make_administrator(name="", email="salainen.osoite@example.org")
    with pghistory.context(user=nameless.pk):
        world.association.email = "yhdistys@example.org"
        world.association.save()
    client.force_login(world.chair)
    page = client.get(f"/en/yhdistykset/{world.association.pk}/muutokset/").content.decode()
    assert "yhdistys@example.org" in page and "somebody who has not told their name" in page
    assert "salainen.osoite@example.org" not in page


def test_a_handover_writes_to_nobody_whose_account_has_been_closed(world):
    role = world.chair.roles.get()
    giving.hand_over(role, to=world.board, day=timezone.localdate(), now=timezone.now())
    letters = {mail.kind: mail for mail in OutgoingMail.objects.filter(kind__in=["role-received", "role-given"])}
    assert all(kind_of(mail).wanted(mail) for mail in letters.values())
    type(world.chair).objects.filter(pk=world.chair.pk).update(is_active=False)
    given = OutgoingMail.objects.get(pk=letters["role-given"].pk)
    assert not kind_of(given).wanted(given)


def test_a_gap_of_a_million_rows_in_a_small_file_is_not_read_cell_by_cell(monkeypatch):
    book = openpyxl.Workbook()
    book.active.append([f"otsikko {number}" for number in range(300)])
    book.active.cell(row=100_000, column=1, value="loppu")
    out = io.BytesIO()
    book.save(out)
    read = []
    real = spreadsheets._cell_text
    monkeypatch.setattr(spreadsheets, "_cell_text", lambda cell: read.append(1) or real(cell))
    with pytest.raises(spreadsheets.Unreadable):
        # The page that asks for the first rows does not look through the gap; the worker does.
        spreadsheets.read(out.getvalue(), head=3)
    read.clear()
    (row,) = spreadsheets.read(out.getvalue()).rows
    assert (row.number, row.cells[0]) == (100_000, "loppu")
    assert len(read) == 600


def test_millions_of_separators_on_one_line_are_refused_before_they_are_read(monkeypatch):
    read = []
    real = spreadsheets._plain
    monkeypatch.setattr(spreadsheets, "_plain", lambda text: read.append(1) or real(text))
    with pytest.raises(spreadsheets.Unreadable) as refused:
        spreadsheets.read(b"a;" * 200_000 + b"a\nb;b\n")
    assert refused.value.code == "too_many_columns"
    assert len(read) < 1_000


def test_going_on_next_year_tells_no_address_of_who_has_left(world, client):
    today = timezone.localdate()
    gone = make.make_user("Lähtenyt Lea", email="uusi.osoite@example.org")
    role = make.make_role(gone, "member", world.association, starts_on=today - 60 * DAY, ends_on=today - DAY)
    client.force_login(world.chair)
    page = client.get(f"/yhdistykset/{world.association.pk}/ihmiset/uusi/", {"jatkaa": role.pk})
    assert page.status_code == 200
    assert "uusi.osoite@" not in page.content.decode()


def test_asking_and_taking_back_again_and_again_comes_to_an_end(world):
    asker = make.make_user("Ilmari Innokas")
    for _round in range(permissions.MOST_TAKEN_BACK):
        assert permissions.can_ask_to_join(asker, world.association)
        request = asking.ask(
            person=asker, organisation=world.association, kind="member", message="", now=timezone.now()
        )
        asking.withdraw(request, now=timezone.now())
    assert not permissions.can_ask_to_join(asker, world.association)


def test_a_round_closed_and_opened_again_writes_to_nobody_twice_in_a_day(world):
    words = {"union": world.union, "title": "Tiedot", "by": world.staff, "now": timezone.now()}
    first = open_round(deadline=timezone.localdate() + 9 * DAY, **words)
    type(first).objects.update(closed_at=timezone.now())
    with pytest.raises(ValidationError):
        open_round(deadline=timezone.localdate() + 9 * DAY, **words)


def test_a_board_has_no_end_of_invitations_to_send(world, monkeypatch):
    monkeypatch.setattr(inviting, "MOST_WAITING", 2)
    words = {
        "organisation": world.association, "name": "", "kind": "member", "starts_on": timezone.localdate(),
        "ends_on": None, "now": timezone.now(),
    }  # fmt: skip
    for number in range(2):
        inviting.enter(by=world.chair, email=f"kutsuttu{number}@example.org", **words)
    with pytest.raises(ValidationError):
        inviting.enter(by=world.chair, email="kutsuttu9@example.org", **words)
    assert inviting.enter(by=world.staff, email="kutsuttu9@example.org", **words).invitation
