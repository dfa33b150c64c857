"""The handover pack: what a new board needs, nothing of others', as a page and as a tagged PDF."""

import datetime
import io

import pikepdf
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from advocacy_portal.home.handover import press
from advocacy_portal.home.handover.pack import pack_of
from advocacy_portal.lib import pdf
from associations.checks.models import DetailsRound
from associations.models import DecisionCycleStep, Election, Organisation, UnionDate, WellbeingRegion
from associations.places.cycle import forget_steps
from tests import factories as make
from tests.events.makers import make_event, register
from tests.materials.makers import make_brochure
from tests.materials.test_brochure_pdf import elements
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2027, 1, 4, 8, tzinfo=datetime.UTC)
LONG = "Lastenhyvinvointisuunnitelmatyöryhmäkokouskutsu áčđŋšŧž ÁČĐŊŠŦŽ åäö "


@pytest.fixture
def world():
    return build_world()


@pytest.fixture(autouse=True)
def finnish():
    """A request leaves its language behind in the thread, and addresses follow it."""
    with translation.override("fi"):
        yield


@pytest.fixture(autouse=True)
def january():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def quiet_letters(monkeypatch):
    monkeypatch.setattr("notifications.hints.give", lambda queue: True)


def pack(world, reader=None):
    return pack_of(world.association, fresh(reader or world.board), timezone.now())


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def training(organiser, title, **facts):
    return make_event(organiser, title=title, kind="training", starts_at=NOW + 9 * DAY, **facts)


def test_the_board_of_now_and_the_coming_one_the_coordinator_and_the_office_are_there(world):
    make.make_role(make.make_user("Tuleva Tero"), "chair", world.association, starts_on=datetime.date(2028, 1, 1))
    make.make_role(make.make_user("Mennyt Maija"), "chair", world.association, ends_on=datetime.date(2026, 12, 31))
    world.union.phone = "09 000 0001"
    world.union.save()
    found = pack(world)
    assert [one["name"] for one in found["board"]] == ["Pertti Puheenjohtaja", "Helmi Hallitus"]
    assert [one["name"] for one in found["coming_board"]] == ["Tuleva Tero"]
    assert [one.name for one in found["coordinators"]] == ["Kaisa Koordinaattori"]
    assert (found["office"]["name"], found["office"]["phone"]) == ("Malliliitto ry", "09 000 0001")


def test_what_is_open_is_counted_without_names(world):
    DetailsRound.objects.create(
        union=world.union, title="Tiedot", opened_on=NOW.date(), deadline=datetime.date(2027, 1, 31)
    )
    make_brochure(world.association)
    event = training(world.union, "Hallituksen startti")
    for person in (world.chair, world.member):
        register(event, person.email, name=person.name, person=person, association=world.association, now=NOW)
    register(event, world.neighbour.email, person=world.neighbour, association=world.neighbour_association, now=NOW)
    with translation.override("en"):
        lines = {what: state for what, state, _address in pack(world)["open"]}
    assert lines["Check the details of the association"] == "by 31 Jan 2027"
    assert lines["Hallituksen startti"].endswith(": 2 registered from us")
    assert lines["Partnership brochure (Suomi)"] == "PDF missing"
    assert len(lines) == 3


def test_trainings_are_those_the_reader_sees_and_the_association_may_come_to(world):
    training(world.union, "Oma, sisäinen", open_to_all=False)
    training(world.other_union, "Toisen, avoin")
    training(world.other_union, "Toisen, sisäinen", open_to_all=False)
    training(world.union, "Luonnos", state="draft")
    training(world.union, "Peruttu", state="cancelled")
    make_event(world.union, title="Keskusteluilta", kind="discussion")
    titles = {who: [title for title, *_rest in pack(world, getattr(world, who))["learning"]] for who in
              ("board", "staff", "administrator")}  # fmt: skip
    assert titles["board"] == titles["staff"] == ["Oma, sisäinen", "Toisen, avoin"]
    assert titles["administrator"] == ["Oma, sisäinen", "Toisen, avoin"]
    # Somebody on two unions' boards does not read the other union's matters here either.
    make.make_role(world.board, "member", world.other_association)
    assert [title for title, *_rest in pack(world)["learning"]] == ["Oma, sisäinen", "Toisen, avoin"]


def test_dates_and_elections_ahead_are_there_in_their_order(world):
    for key, level, month in [("b", "municipality", 11), ("a", "wellbeing_region", 6), ("c", "both", 3)]:
        DecisionCycleStep.objects.create(
            key=key, level=level, name_fi=f"Päätös {key}", recurrence="yearly", deadline_month=month, deadline_day=15
        )
    own = {"union": world.union, "day": 20, "month": 5}
    UnionDate.objects.create(title_fi="Oma viikko", audience="family", **own)
    UnionDate.objects.create(title_fi="Toimiston päivä", audience="office", **own)
    UnionDate.objects.create(title_fi="Toisen oma", audience="family", **own | {"union": world.other_union})
    facts = {"election_type": "municipal", "status": "confirmed", "scope": "x", "date_basis": "x"}
    Election.objects.create(key="k", name_fi="Kuntavaalit", election_date=datetime.date(2029, 4, 15), **facts)
    forget_steps()
    for reader in (world.board, world.staff, world.administrator):
        found = pack(world, reader)
        assert [what for _day, what, _whose in found["dates"]] == ["Päätös c", "Oma viikko", "Päätös a", "Päätös b"]
    assert [what for what, _day in found["elections"]] == ["Kuntavaalit"]


def test_helsinki_has_no_county_council_and_a_place_of_no_region_no_dates(world):
    for key, level in [("a", "wellbeing_region"), ("b", "municipality")]:
        DecisionCycleStep.objects.create(
            key=key, level=level, name_fi=f"Päätös {key}", recurrence="yearly", deadline_month=6, deadline_day=15
        )
    forget_steps()
    WellbeingRegion.objects.filter(pk=world.region.pk).update(kind="city")
    world.association = Organisation.objects.get(pk=world.association.pk)
    assert [what for _day, what, _whose in pack(world)["dates"]] == ["Päätös b"]
    world.association.home_municipality = None
    assert pack(world)["dates"] == []


def test_the_board_entered_ahead_reads_the_pack_before_its_first_day(world, client):
    coming = make.make_user("Tuleva Tero")
    page = reverse("home:handover_pack", args=[world.association.pk])
    client.force_login(coming)
    assert client.get(page).status_code == 404
    make.make_role(coming, "board_member", world.association, starts_on=datetime.date(2028, 1, 1))
    assert client.get(page).status_code == 200
    assert client.get(reverse("home:handover_pack", args=[world.neighbour_association.pk])).status_code == 404
    # A member entered ahead waits for the day.
    make.make_role(coming, "member", world.neighbour_association, starts_on=datetime.date(2028, 1, 1))
    assert client.get(reverse("home:handover_pack", args=[world.neighbour_association.pk])).status_code == 404


def test_a_union_has_no_board_to_hand_over_to(world, client):
    client.force_login(world.staff)
    assert client.get(reverse("home:handover_pack", args=[world.union.pk])).status_code == 404
    assert client.get(reverse("home:handover_pack", args=[world.district.pk])).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_a_fuller_pack_asks_no_more_queries(world, client, django_assert_max_num_queries, rows):
    for number in range(rows):
        event = training(world.union, f"Koulutus {number}")
        register(event, world.chair.email, person=world.chair, association=world.association, now=NOW)
        make.make_board_member(world.association)
    client.force_login(world.staff)
    page = reverse("home:handover_pack", args=[world.association.pk])
    client.get(page)
    with django_assert_max_num_queries(19):
        assert len(client.get(page).context["p"]["learning"]) == rows


@pytest.fixture(params=["fi", "sv", "en"])
def document(request, world, client):
    training(world.union, LONG)
    for number in range(9):
        make.make_board_member(world.association, name=f"Žižek Åäö {number}", phone="040 000 0001")
    make.make_role(make.make_user("Tuleva Tero"), "chair", world.association, starts_on=datetime.date(2028, 1, 1))
    for number in range(12):
        DecisionCycleStep.objects.create(
            key=f"k{number}", level="both", name_fi=f"Päätös {number} áčđŋšŧž", recurrence="yearly",
            deadline_month=number + 1, deadline_day=20,
        )  # fmt: skip
    client.force_login(world.board)
    prefix = "" if request.param == "fi" else f"/{request.param}"
    answer = client.get(prefix + f"/yhdistykset/{world.association.pk}/perehdytys.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    with pikepdf.open(io.BytesIO(answer.content)) as opened:
        opened.language = request.param
        yield opened


def test_it_is_a_tagged_pdf_with_title_language_bookmarks_and_own_fonts(document):
    root = document.Root
    assert bool(root.MarkInfo.Marked) and bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(root.Lang) == document.language
    assert "Koivurannan yhdistys ry" in str(document.docinfo["/Title"])
    assert "pdfuaid" in bytes(root.Metadata.read_bytes()).decode()
    kinds = [str(element["/S"]) for element in elements(root.StructTreeRoot)]
    assert kinds.count("/H1") == 1 and kinds.count("/H2") == 8
    headings = [int(kind[2]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert all(after - before <= 1 for before, after in zip(headings, headings[1:], strict=False))
    # A long board goes on over the page, with its heading row again.
    assert 3 <= kinds.count("/Table") <= 4 and kinds.count("/Caption") == 1
    assert kinds.count("/TH") == kinds.count("/Table") * 3 + 11 + 1 + 12
    with document.open_outline() as outline:
        assert len(outline.root) == 1 and len(outline.root[0].children) == 8
    fonts = [
        one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
    ]
    assert fonts and all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert all("Source-Sans" in str(font["/FontName"]) for font in fonts)
    assert 2 <= len(document.pages) <= 4


def test_unchanged_words_are_pressed_once(world, client, monkeypatch):
    pressed = []

    class Shop:
        def press(self, html, **words):
            pressed.append(html)
            return pdf.Pressed(b"%PDF-1.7", 1, 0.1, 0.1, 1)

    monkeypatch.setattr(press.pdf, "workshop", lambda fonts: Shop())
    page = reverse("home:handover_pack_pdf", args=[world.association.pk])
    for person in (world.board, world.board, world.chair):
        client.force_login(person)
        assert client.get(page).content == b"%PDF-1.7"
    assert len(pressed) == 1
    make.make_board_member(world.association)
    client.get(page)
    assert len(pressed) == 2


def test_a_press_that_fails_shows_the_page_instead(world, client, monkeypatch):
    def broken(pack):
        raise pdf.PressFault("limits", "too slow")

    monkeypatch.setattr(press, "pressed_from", broken)
    client.force_login(world.board)
    answer = client.get(reverse("home:handover_pack_pdf", args=[world.association.pk]))
    assert answer.status_code == 503
    assert "Pertti Puheenjohtaja" in answer.content.decode()


def test_what_people_type_is_text_not_html(world):
    hostile = "<img src='file:///etc/passwd'><script>x</script>"
    world.board.name = hostile
    world.board.save()
    with translation.override("fi"):
        html = press.html_of(pack(world))
    assert "<script" not in html and "<img" not in html
