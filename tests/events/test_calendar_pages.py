"""The calendar: who sees which event, on every page and in every file."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events.models import Event
from events.registrations import telling
from tests.events.makers import DAY, HOUR, make_event, register

SECRET = "Salainen sisäpiiri"


def shown(client, **query):
    """Titles on the list, and in the feed of the same search, which must agree."""
    page = client.get(reverse("events:event_list"), query)
    assert page.status_code == 200
    titles = [event.title for event in page.context["page_obj"]]
    feed = client.get(reverse("events:calendar_feed"), query)
    entries = [str(entry["summary"]) for entry in Calendar.from_ical(feed.content).walk("VEVENT")]
    assert entries == titles
    return titles


@pytest.fixture
def hidden(world):
    """What could leak: an inner event and drafts, of both unions."""
    return {
        "ours": make_event(world.union, title=f"{SECRET} meillä", open_to_all=False, starts_at=timezone.now() + DAY),
        "theirs": make_event(
            world.other_union, title=f"{SECRET} muualla", open_to_all=False, starts_at=timezone.now() + 2 * DAY
        ),
        "draft": make_event(world.union, title=f"{SECRET} luonnos", state="draft", starts_at=timezone.now() + 3 * DAY),
        "their_draft": make_event(world.other_union, title=f"{SECRET} muiden luonnos", state="draft"),
    }


SEES = {
    "visitor": set(),
    "member": {"ours"},
    "board": {"ours"},
    "coordinator": {"ours"},
    "staff": {"ours", "draft"},
    "other_staff": {"theirs", "their_draft"},
    "administrator": {"ours", "theirs", "draft", "their_draft"},
}


@pytest.mark.parametrize("role", SEES)
def test_inner_events_and_drafts_reach_only_their_own_people(client, world, hidden, role):
    if person := getattr(world, role):
        client.force_login(person)
    listed = {hidden[name].title for name in SEES[role] if "draft" not in name}
    assert set(shown(client)) == listed
    assert set(shown(client, q="sisäpiiri")) == listed
    assert set(shown(client, organiser=world.other_union.pk)) == listed & {hidden["theirs"].title}
    for name, event in hidden.items():
        for page in ("event", "event_calendar", "register", "registered"):
            response = client.get(reverse(f"events:{page}", args=[event.pk]))
            if name not in SEES[role]:
                assert response.status_code == (404 if person else 302), (name, page)
                assert SECRET not in response.content.decode()
            elif page != "register":
                assert response.status_code == 200, (name, page)
        posted = client.post(
            reverse("events:register", args=[event.pk]),
            {"name": "Urkkija", "email": "urkkija@example.org", "form_key": str(uuid.uuid4())},
        )
        if name not in SEES[role]:
            assert posted.status_code == (404 if person else 302)
            assert not event.registrations.exists()
    if role in ("visitor", "member", "other_staff"):
        for name in ("ours", "draft"):
            for page, more in (("registration_list", []), ("registration_export", ["csv"]), ("event_edit", [])):
                response = client.get(reverse(f"events:{page}", args=[hidden[name].pk, *more]))
                assert response.status_code in (302, 403, 404)
                assert SECRET not in response.content.decode() or name in SEES[role]


def test_the_staff_s_own_list_shows_drafts_of_their_own_union_only(client, world, hidden):
    client.force_login(world.staff)
    page = client.get(reverse("events:event_manage"))
    assert {event.pk for event in page.context["page_obj"]} == {hidden["ours"].pk, hidden["draft"].pk}


def test_the_staff_s_own_list_keeps_the_past_apart(client, world):
    client.force_login(world.staff)
    past = make_event(world.union, starts_at=timezone.now() - 5 * DAY)
    make_event(world.union)
    page = client.get(reverse("events:event_manage"), {"menneet": "1"})
    assert [event.pk for event in page.context["page_obj"]] == [past.pk]


def test_the_list_goes_by_date_and_ends_with_what_is_over(client, world):
    make_event(world.union, title="Toinen", starts_at=timezone.now() + 3 * DAY)
    make_event(world.union, title="Ensimmäinen", starts_at=timezone.now() + DAY)
    make_event(world.union, title="Ohi", starts_at=timezone.now() - DAY)
    make_event(world.union, title="Kurssi", starts_at=timezone.now() - 9 * DAY, ends_at=timezone.now() + 30 * DAY)
    assert shown(client) == ["Kurssi", "Ensimmäinen", "Toinen"]


@pytest.fixture
def many(world):
    """One event for each filter."""
    start = timezone.now()
    make_event(world.union, title="A", kind="training", attendance="onsite", place="Joensuu", starts_at=start + DAY)
    b = make_event(world.union, title="B", attendance="hybrid", place="Sali", language="sv", starts_at=start + 2 * DAY)
    c = make_event(world.other_union, title="C", trainers="Kaisa Kouluttaja", starts_at=start + 3 * DAY)
    b.regions.set([world.region])
    c.regions.set([world.region, world.far_region])


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, "ABC"),
        ({"kind": "training"}, "A"),
        ({"attendance": "onsite"}, "AB"),
        ({"attendance": "remote"}, "BC"),
        ({"language": "sv"}, "B"),
        ({"region": "08"}, "ABC"),
        ({"region": "21"}, "AC"),
        ({"q": "joensuu"}, "A"),
        ({"q": "Kouluttaja"}, "C"),
        ({"q": "Kouluttaja", "kind": "training"}, ""),
        # What cannot be understood filters nothing, and does not undo the rest.
        ({"kind": "party"}, "ABC"),
        ({"region": "99"}, "ABC"),
        ({"organiser": str(2**64)}, "ABC"),
        ({"organiser": "x"}, "ABC"),
        ({"kind": "party", "language": "sv"}, "B"),
        ({"q": "%"}, ""),
        ({"q": "x" * 500}, "ABC"),
    ],
)
def test_filters_narrow_the_list_and_the_feed_alike(client, many, query, titles):
    assert shown(client, **query) == list(titles)


def test_a_chosen_filter_can_be_taken_away(client, many, world):
    page = client.get(reverse("events:event_list"), {"kind": "webinar", "language": "sv", "page": "1"})
    assert [filter["url"].split("?")[1] for filter in page.context["chosen"]] == ["language=sv", "kind=webinar"]


def test_a_search_without_finds_says_what_to_do(client, many):
    page = client.get(reverse("events:event_list"), {"q": "löytymätön"})
    assert reverse("events:event_list") in page.content.decode()
    assert not page.context["page_obj"].object_list


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999999", "abc", "2", "²", "last"])
def test_any_page_number_gets_a_page(client, many, page):
    assert client.get(reverse("events:event_list"), {"page": page}).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/tapahtumat/?q=%00", "/tapahtumat/kalenteri.ics?q=%00", "/tapahtumat/?q=%ff%fe", "/tapahtumat/?kind=%00&kind=x"],
)
def test_signs_that_no_query_survives_are_refused(client, db, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    "number", ["0", "999999999999999999", "9223372036854775808", "99999999999999999999999999", "-1", "1.5"]
)
def test_numbers_that_no_event_has_are_not_found(client, world, number):
    for end in ("", "kalenteri.ics", "ilmoittaudu/", "kiitos/"):
        # A number too long for any event is no address at all.
        assert client.get(f"/tapahtumat/{number}/{end}").status_code in (302, 404)
    client.force_login(world.staff)
    for end in (
        "",
        "kalenteri.ics",
        "ilmoittaudu/",
        "kiitos/",
        "muokkaa/",
        "peru/",
        "ilmoittautuneet/",
        "ilmoittautuneet.csv",
    ):
        assert client.get(f"/tapahtumat/{number}/{end}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_list_asks_no_more_queries(client, world, rows, django_assert_max_num_queries):
    for _ in range(rows):
        make_event(world.union)
    with CaptureQueriesContext(
        connection,
    ) as visitor:
        client.get(reverse("events:event_list"))
    assert len(visitor) == 4  # rows, count, regions and unions of the filters
    client.force_login(world.board)
    with django_assert_max_num_queries(12):
        client.get(reverse("events:event_list"))
    client.force_login(world.staff)
    with CaptureQueriesContext(connection) as staff:
        client.get(reverse("events:event_manage"))
    assert len(staff) <= 12


@pytest.mark.parametrize("registered", [1, 3])
def test_an_event_page_asks_the_same_few_queries(client, world, registered):
    event = make_event(world.union, municipality=world.municipality, capacity=10)
    for _ in range(registered):
        register(event)
    with CaptureQueriesContext(connection) as queries:
        client.get(event.get_absolute_url())
    assert len(queries) <= 2


def test_a_cancelled_event_answers_its_old_link_with_the_truth(client, world):
    event = make_event(world.union)
    telling.call_off(event, reason="Kouluttaja sairastui.", now=timezone.now())
    page = client.get(event.get_absolute_url())
    assert page.status_code == 200
    assert "Kouluttaja sairastui." in page.content.decode()
    assert reverse("events:register", args=[event.pk]) not in page.content.decode()


def test_the_remote_link_shows_only_to_who_has_a_seat(client, world):
    link = "https://etahuone.example.org/salainen"
    event = make_event(world.union, remote_link=link, capacity=1)
    register(event, world.board.email, person=world.board)
    register(event, world.neighbour.email, person=world.neighbour)
    for person, expected in ((None, False), (world.neighbour, False), (world.board, True)):
        client.logout()
        if person:
            client.force_login(person)
        for name in ("event", "event_calendar"):
            content = client.get(reverse(f"events:{name}", args=[event.pk])).content.decode()
            assert (link in content.replace("\r\n ", "")) == (expected and name == "event")
        assert link not in client.get(reverse("events:calendar_feed")).content.decode().replace("\r\n ", "")


def test_registration_elsewhere_is_one_clear_link(client, world):
    event = make_event(world.union, outside_registration_url="https://example.org/kurssi")
    page = client.get(event.get_absolute_url()).content.decode()
    assert 'href="https://example.org/kurssi"' in page
    assert reverse("events:register", args=[event.pk]) not in page
    assert client.get(reverse("events:register", args=[event.pk])).status_code == 403


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"capacity": 1}, "status few"),
        ({"capacity": 100}, "status open"),
        ({"capacity": None}, "status open"),
        ({"registration_closes_at": timezone.now() - HOUR}, "reason"),
        ({"registration_opens_at": timezone.now() + HOUR}, "reason"),
    ],
)
def test_the_page_says_whether_there_is_room(client, world, facts, word):
    event = make_event(world.union, **facts)
    assert word in client.get(event.get_absolute_url()).content.decode()


def test_the_list_does_not_promise_what_has_not_opened_yet(client, world):
    make_event(world.union, registration_opens_at=timezone.now() + DAY, capacity=50)
    assert "status open" not in client.get(reverse("events:event_list")).content.decode()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_pages_exist_in_each_language(client, world, language):
    event = make_event(world.union)
    prefix = "" if language == "fi" else f"/{language}"
    for address in (reverse("events:event_list"), event.get_absolute_url()):
        response = client.get(prefix + address)
        assert response.status_code == 200
        assert f'<html lang="{language}"' in response.content.decode()


def test_what_people_wrote_is_shown_as_text(client, world):
    event = make_event(world.union, title="<script>alert(1)</script>", description="<b>x</b> https://example.org/a")
    for address in (reverse("events:event_list"), event.get_absolute_url()):
        content = client.get(address).content.decode()
        assert "<script>alert" not in content
        assert "<b>x</b>" not in content


def test_everything_seen_by_all_is_what_a_visitor_sees(world, hidden):
    from django.contrib.auth.models import AnonymousUser

    make_event(world.union)
    seen = set(Event.objects.visible_to(AnonymousUser()))
    assert seen == set(Event.objects.announced_to_all())


# --- Where the list begins ---


def test_an_online_course_that_began_long_ago_stands_first_until_it_ends(world):
    now = timezone.now()
    webinar = make_event(world.union)
    course = make_event(world.union, starts_at=now - 60 * DAY, ends_at=now + DAY, is_period=True)
    make_event(world.union, starts_at=now - 90 * DAY, ends_at=now - DAY, is_period=True)
    assert list(Event.objects.upcoming(now)) == [course, webinar]
    assert list(Event.objects.upcoming(now + 2 * DAY)) == [webinar]
    assert list(Event.objects.upcoming(now + 30 * DAY)) == []


def test_a_long_calendar_is_counted_up_to_a_limit(client, world, monkeypatch):
    monkeypatch.setattr("events.calendar.views.MOST_COUNTED", 2)
    for _ in range(3):
        make_event(world.union)
    page = client.get(reverse("events:event_list"))
    assert (page.context["is_counted"], page.context["page_obj"].paginator.count) == (False, 2)
