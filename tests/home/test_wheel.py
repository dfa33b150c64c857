"""The year wheel: whole years, nobody else's dates, and a drawing without style."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from icalendar import Calendar

from advocacy_portal.home.wheel.drawing import angle_of, draw, gathered
from advocacy_portal.home.wheel.gathering import Choices, Entry, entries_for
from associations.models import DecisionCycleStep, Election, NetworkMembership, Organisation, UnionDate
from tests import factories as make
from tests.events.makers import make_event
from tests.world import build_world

pytestmark = pytest.mark.django_db
PAGE, FILE = "/vuosikello/", "/vuosikello.ics"
HELSINKI = ZoneInfo("Europe/Helsinki")
NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=HELSINKI)
TODAY = NOON.date()
ROLES = [
    "visitor", "member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "other_staff",
    "legal", "administrator",
]  # fmt: skip


@pytest.fixture
def world():
    with time_machine.travel(NOON, tick=False):
        yield build_world()


@pytest.fixture
def places(world):
    call_command("load_places", verbosity=0)


def own_date(union, title, audience="family", day=15, month=12, **facts):
    return UnionDate.objects.create(union=union, title_fi=title, audience=audience, day=day, month=month, **facts)


def log_in(client, person):
    client.logout()
    if person:
        client.force_login(person)


def parts(client, **query):
    response = client.get(FILE, query)
    assert response.status_code == 200
    return Calendar.from_ical(response.content).walk("VEVENT")


def dates(user=None, **query):
    found = entries_for(user, Choices(query, TODAY), NOON)
    return [(str(entry.day), entry.kind, entry.title) for entry in found]


# --- What stands on it ---
def test_the_coming_twelve_months_begin_today_and_end_with_a_whole_month(places):
    period = Choices({}, TODAY).period
    assert (str(period.first), str(period.last), period.since) == ("2026-11-01", "2027-10-31", TODAY)
    found = dates()
    assert found[0][0] == "2026-12-31" and {kind for _day, kind, _title in found} == {"decision", "election"}
    assert ("2027-04-18", "election", "Eduskuntavaalit") in found
    assert len(found) == 2 + 6 + 1


def test_a_year_holds_its_own_dates_and_a_council_term_only_when_it_begins(places):
    assert [day for day, _kind, title in dates(vuosi="2029") if "toimikauden alku" in title] == ["2029-06-01"] * 2
    assert [title for _day, _kind, title in dates(vuosi="2027") if "toimikauden alku" in title] == []
    kinds = [(day, title) for day, kind, title in dates(vuosi="2029") if kind == "election"]
    assert kinds == [
        ("2029-04-15", "Aluevaalit"), ("2029-04-15", "Kuntavaalit"), ("2029-06-01", "Europarlamenttivaalit"),
    ]  # fmt: skip


def test_an_election_without_a_day_is_in_its_month_and_in_no_calendar_file(client, places):
    shown = client.get(PAGE, {"vuosi": "2029"}).content.decode()
    assert "6/2029" in shown
    assert "Europarlamenttivaalit" not in [str(part["summary"]) for part in parts(client, vuosi="2029")]


def test_kind_and_level_narrow_together(places, world):
    own_date(world.union, "Kaikkien viikko", "everybody")
    assert {kind for _day, kind, _title in dates(laji="omat")} == {"own"}
    assert {kind for _day, kind, _title in dates(laji="vaalit", vuosi="2029")} == {"election"}
    counties = dates(taso="hyvinvointialue", vuosi="2029")
    assert "Aluevaalit" in [title for *_rest, title in counties]
    assert "Kuntavaalit" not in [title for *_rest, title in counties]
    # What is of no level stays.
    assert "Kaikkien viikko" in [title for *_rest, title in counties]


@pytest.mark.parametrize("query", [
    {"vuosi": "9999"}, {"vuosi": "-1"}, {"vuosi": "x"}, {"laji": "x"}, {"taso": "'"}, {"vuosi": "0"},
])  # fmt: skip
def test_a_broken_choice_chooses_nothing(client, places, query):
    assert client.get(PAGE, query).status_code == client.get(FILE, query).status_code == 200
    assert Choices(query, TODAY).values == {}


def test_an_own_date_comes_every_year_once_or_on_the_last_of_february(world):
    yearly, once, leap = (
        own_date(world.union, "Joka vuosi"), own_date(world.union, "Kerran", year=2027),
        own_date(world.union, "Karkaus", day=29, month=2),
    )  # fmt: skip
    first, last = datetime.date(2026, 1, 1), datetime.date(2028, 12, 31)
    assert [str(day) for day in yearly.days_between(first, last)] == ["2026-12-15", "2027-12-15", "2028-12-15"]
    assert [str(day) for day in once.days_between(first, last)] == ["2027-12-15"]
    assert [str(day) for day in leap.days_between(first, last)] == ["2026-02-28", "2027-02-28", "2028-02-29"]


def test_an_event_of_several_days_stays_until_its_last_day(world):
    start = NOON - datetime.timedelta(days=3)
    make_event(world.union, title="Verkkokurssi", starts_at=start, ends_at=NOON + datetime.timedelta(days=3))
    make_event(world.union, title="Eilen", starts_at=start, ends_at=NOON - datetime.timedelta(days=1))
    make_event(world.union, title="Peruttu", state="cancelled")
    assert [title for *_rest, title in dates()] == ["Verkkokurssi"]


def test_an_event_late_in_the_evening_is_on_its_finnish_day(world):
    make_event(
        world.union, title="Yömyöhä", starts_at=datetime.datetime(2026, 12, 31, 23, 0, tzinfo=HELSINKI),
        ends_at=datetime.datetime(2026, 12, 31, 23, 30, tzinfo=HELSINKI),
    )  # fmt: skip
    assert dates(vuosi="2026") == [("2026-12-31", "event", "Yömyöhä")]
    assert dates(vuosi="2027") == []


# --- Who sees what ---
def seen_by(role):
    family = {"member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "legal"}
    titles = {"Avoin päivä", "Toisen avoin päivä", "Avoin webinaari"}
    if role in family | {"administrator"}:
        titles |= {"Perheen päivä", "Perheen webinaari"}
    if role in {"coordinator", "far_coordinator", "staff", "administrator"}:
        titles |= {"Toimiston päivä"}
    if role in {"other_staff", "administrator"}:
        titles |= {"Toisen perheen päivä", "Toisen toimiston päivä", "Toisen webinaari"}
    return titles


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_own_dates_on_the_page_and_in_the_file(client, world, role):
    for union, prefix in ((world.union, ""), (world.other_union, "Toisen ")):
        for audience, title in (
            ("everybody", "avoin päivä"),
            ("family", "perheen päivä"),
            ("office", "toimiston päivä"),
        ):
            own_date(union, (prefix + title).capitalize(), audience)
        make_event(
            union, title=(prefix + ("webinaari" if prefix else "perheen webinaari")).capitalize(), open_to_all=False
        )
    make_event(world.union, title="Avoin webinaari")
    make_event(world.union, title="Luonnoswebinaari", state="draft")
    log_in(client, getattr(world, role))
    page = client.get(PAGE)
    listed = {entry.title for month in page.context["months"] for entry in month["entries"]}
    assert listed == seen_by(role)
    assert {str(part["summary"]) for part in parts(client)} == seen_by(role)
    every = {"Toimiston päivä", "Toisen toimiston päivä", "Perheen päivä", "Toisen perheen päivä", "Luonnoswebinaari"}
    text = page.content.decode()
    assert [title for title in every - seen_by(role) if title in text] == []


def test_a_visitors_kept_page_is_never_somebodys_own(client, world):
    own_date(world.union, "Perheen päivä")
    log_in(client, world.board)
    assert "Perheen päivä" in client.get(PAGE).content.decode()
    log_in(client, None)
    assert "Perheen päivä" not in client.get(PAGE).content.decode()
    assert client.get(FILE)["Cache-Control"] == "private, no-store"


def test_a_networks_dates_are_seen_by_its_members_and_only_while_they_are_members(client, world):
    network = Organisation.objects.create(kind="network", name_fi="Malliverkosto")
    own_date(network, "Verkoston päivä")
    membership = NetworkMembership.objects.create(network=network, member=world.association, invited_on=TODAY)
    sees = lambda user: UnionDate.objects.visible_to(user).exists()  # noqa: E731
    assert not sees(world.board)
    membership.joined_on = TODAY
    membership.save()
    assert sees(world.board) and not sees(world.neighbour) and not sees(world.other_staff)
    membership.left_on = TODAY
    membership.save()
    assert not sees(world.board)


def test_who_has_no_role_any_more_sees_what_a_visitor_sees(world):
    own_date(world.union, "Perheen päivä")
    person = make.make_user()
    make.make_role(person, "board_member", world.association, ends_on=datetime.date(2026, 11, 21))
    assert not UnionDate.objects.visible_to(person).exists()


# --- The calendar file ---
def test_days_are_whole_days_with_names_that_last(client, places, world):
    date = own_date(world.union, "Lapsen oikeuksien viikko", "everybody", day=20, month=11, text="Kutsu päättäjiä.")
    first = {str(part["uid"]): part for part in parts(client, vuosi="2027")}
    part = next(part for uid, part in first.items() if uid.startswith(f"own-{date.pk}-2027@"))
    assert (part.decoded("dtstart"), part.decoded("dtend")) == (
        datetime.date(2027, 11, 20),
        datetime.date(2027, 11, 21),
    )
    assert "Kutsu päättäjiä." in str(part["description"])
    with time_machine.travel(NOON + datetime.timedelta(days=60), tick=False):
        assert {str(part["uid"]) for part in parts(client, vuosi="2027")} == set(first)
    assert len(first) == len(parts(client, vuosi="2027"))
    # A day that moves moves in the calendar too.
    UnionDate.objects.update(day=21)
    assert set(first) == {str(part["uid"]) for part in parts(client, vuosi="2027")}
    DecisionCycleStep.objects.filter(key="m_budget").update(deadline_day=15)
    assert any(uid.startswith("decision-m_budget-2027@") for uid in first)


def test_an_event_is_the_same_one_as_in_its_own_file_and_tells_no_remote_link(client, world):
    event = make_event(world.union, title="Webinaari")
    (part,) = parts(client)
    (own,) = Calendar.from_ical(client.get(f"/tapahtumat/{event.pk}/kalenteri.ics").content).walk("VEVENT")
    assert part.to_ical() == own.to_ical()
    assert b"etahuone" not in client.get(FILE).content


def test_line_breaks_in_a_title_make_no_line_of_a_file(client, world):
    own_date(world.union, "Päivä\r\nBEGIN:VEVENT\r\nX-A:1", "everybody", text="a\r\nATTENDEE:mailto:x@example.org")
    (part,) = parts(client)
    assert "attendee" not in part and "x-a" not in part


# --- The drawing ---
def test_the_year_goes_round_once_clockwise_from_the_top():
    assert angle_of(datetime.date(2027, 1, 1)) < 1 and angle_of(datetime.date(2027, 12, 31)) > 359
    assert round(angle_of(datetime.date(2027, 7, 2))) == 180
    assert angle_of(datetime.date(2028, 12, 31)) < 360


def test_marks_that_would_cover_each_other_are_one_with_their_number():
    assert gathered([10, 12, 200], 5) == [(11, 2), (200, 1)]
    assert gathered([], 5) == []
    # Over the turn of the year.
    assert gathered([1, 180, 359], 5) == [(0, 2), (180, 1)]
    assert gathered([90, 90, 90], 5) == [(90, 3)]


def test_the_drawing_has_two_sizes_and_no_style_or_script(client, places, world):
    own_date(world.union, "<script>alert(1)</script>", "everybody")
    make_event(
        world.union, starts_at=NOON, ends_at=NOON + datetime.timedelta(days=40), title='Kurssi "<b>', is_period=True
    )  # fmt: skip
    response = client.get(PAGE)
    drawn = response.context["drawing"]
    assert drawn.count("<svg") == 2 and drawn.count('class="hand"') == 2 and drawn.count("span is-event") == 2
    assert not re.search(r"style=|<script", drawn)
    assert "<script>alert" not in response.content.decode()
    assert drawn.count('class="month now"') == 2
    assert 'role="img" aria-label="' in response.content.decode()


def test_another_year_has_no_hand_and_says_its_number():
    period = Choices({"vuosi": "2028"}, TODAY).period
    drawn = draw([], period, TODAY)
    assert 'class="hand"' not in drawn and drawn.count(">2028<") == 2


def test_a_span_over_the_turn_of_the_year_is_drawn_the_short_way():
    entry = Entry("event", "a", datetime.date(2026, 12, 20), "Kurssi", end=datetime.date(2027, 1, 10))
    drawn = draw([entry], Choices({}, TODAY).period, TODAY)
    flags = re.findall(r'class="span is-event" d="M[\d. ]+A[\d. ]+ 0 (\d) 1 ', drawn)
    assert flags == ["0", "0"]


# --- Pages ---
@pytest.mark.parametrize("prefix", ["", "/sv", "/en"])
@pytest.mark.parametrize("query", [{}, {"vuosi": "2026"}, {"vuosi": "2030"}])
def test_the_wheel_opens_in_every_language_and_year(client, places, prefix, query):
    assert client.get(prefix + PAGE, query).status_code == 200
    assert client.get(prefix + FILE, query).status_code == 200


def test_an_empty_wheel_says_so(client, world):
    assert client.get(PAGE).context["count"] == 0
    assert "empty" in client.get(PAGE, {"laji": "omat"}).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_fuller_wheel_asks_no_more_queries(client, world, rows, django_assert_num_queries):
    for number in range(rows):
        own_date(world.union, f"Päivä {number}")
        own_date(make.make_union(f"Liitto {number}"), f"Muu {number}", "everybody")
        make_event(world.union, title=f"Webinaari {number}")
        Election.objects.create(
            key=f"e{number}", name_fi="Vaalit", election_type="european", election_date=datetime.date(2027, 5, 1),
            status="scheduled", scope="x", date_basis="rule",
        )  # fmt: skip
        DecisionCycleStep.objects.create(
            key=f"m_{number}", name_fi="Päätös", level="municipality", timing_fi="syksyllä", recurrence="yearly",
            deadline_month=3, deadline_day=1,
        )  # fmt: skip
    client.force_login(world.board)
    client.get(PAGE)
    with django_assert_num_queries(6):
        assert client.get(PAGE).context["count"] == rows * 5
    with django_assert_num_queries(6):
        client.get(FILE)
