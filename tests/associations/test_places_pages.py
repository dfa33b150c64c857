"""Pages of places: true of Helsinki, Åland and ended municipalities, and no phone number to a stranger."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from associations.models import CouncilSizeRule, DecisionCycleStep, Municipality, Service, WellbeingRegion
from associations.places import cycle, wording
from associations.places.councils import smallest_council
from associations.places.loading import DATA
from associations.places.mapping import municipality_map
from associations.places.who_helps import help_in
from tests import factories as make
from tests.associations.test_places import folder, rewrite, without_line  # noqa: F401 (a fixture)
from tests.events.makers import make_event
from tests.world import build_world

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
ROLES = [
    "visitor", "member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "other_staff",
    "legal", "administrator",
]  # fmt: skip


@pytest.fixture
def world():
    return build_world()


@pytest.fixture
def places():
    call_command("load_places", verbosity=0)


def page(client, path, user=None):
    client.logout()
    if user:
        client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


# --- The smallest council ---
@pytest.mark.parametrize(
    "level, population, councillors",
    [
        ("municipality", 0, 13), ("municipality", 5_000, 13), ("municipality", 5_001, 27), ("municipality", 20_000, 27),
        ("municipality", 20_001, 43), ("municipality", 100_000, 51), ("municipality", 500_001, 79),
        ("municipality", 684_018, 79), ("wellbeing_region", 200_000, 59), ("wellbeing_region", 200_001, 69),
        ("wellbeing_region", 600_001, 89),
    ],
)  # fmt: skip
def test_the_law_gives_each_population_its_smallest_council(places, level, population, councillors):
    assert smallest_council(level, population).min_councillors == councillors


def test_a_hole_between_the_rules_is_told_and_nothing_is_written(folder):  # noqa: F811
    rewrite(folder / "council_size_rules.csv", lambda text: text.replace("5001,20000", "5011,20000"))
    rewrite(folder / "council_size_rules.csv", lambda text: text.replace("600001,,89", "600001,700000,89"))
    with pytest.raises(CommandError) as refused:
        call_command("load_places", data=folder)
    assert "council_size_rules.csv line 3: municipality should go on from 5001, not 5011" in str(refused.value)
    assert "council_size_rules.csv: wellbeing_region has no rule from 700001 on" in str(refused.value)
    assert CouncilSizeRule.objects.count() == 0


def test_a_changed_rule_is_told_and_a_rule_that_is_gone_is_removed(folder, capsys):  # noqa: F811
    call_command("load_places", data=folder)
    rewrite(
        folder / "council_size_rules.csv",
        lambda text: without_line("municipality,500001")(text).replace("250001,500000,67", "250001,,69"),
    )
    capsys.readouterr()
    call_command("load_places", data=folder)
    out = capsys.readouterr().out
    assert "CouncilSizeRule municipality from 250001: min_councillors 67 → 69" in out
    assert "CouncilSizeRule municipality: 500001 removed" in out
    assert smallest_council("municipality", 684_018).min_councillors == 69


def test_a_swedish_line_for_no_decision_is_a_fault(folder):  # noqa: F811
    rewrite(folder / "decision_cycle_sv.csv", lambda text: text.replace("m_tax,", "m_taxes,"))
    with pytest.raises(CommandError, match="there is no decision m_taxes"):
        call_command("load_places", data=folder)


# --- Words ---
def test_every_decision_act_and_note_has_its_swedish_and_english_words(places):
    acts = set()
    for language in ("sv", "en"):
        with translation.override(language):
            for step in DecisionCycleStep.objects.all():
                assert wording.timing(step) != step.timing_fi
            for service in Service.objects.exclude(note=""):
                assert wording.note(service) not in ("", service.note)
    with translation.override("sv"):
        for model in (Service, DecisionCycleStep, CouncilSizeRule):
            for basis in model.objects.exclude(legal_basis="").values_list("legal_basis", flat=True):
                acts.add(wording.legal_basis(basis))
    assert [basis for basis in sorted(acts) if "laki" in basis.lower()] == []
    with translation.override("fi"):
        assert wording.legal_basis("Kuntalaki 410/2015 § 110") == "Kuntalaki 410/2015 § 110"


def test_what_is_general_knowledge_is_never_marked_as_checked():
    for verification in ("known", "", "something new", "sourced_timing_not_verified"):
        assert wording.mark(verification)[0] == "todo"
    assert wording.mark("sourced")[0] == "done"


# --- Truth of the special places ---
def test_helsinki_decides_as_a_city_and_elects_no_county_council(client, places):
    region = page(client, "/hyvinvointialueet/90/")
    city = client.get("/kunnat/091/")
    assert [(kind, len(rows)) for kind, rows in city.context["groups"]] == [("municipality", 49)]
    for shown in (region, city.content.decode()):
        # «Ei valita aluevaltuustoa» may stand there; that one decides may not.
        assert "aluevaltuusto" not in shown.lower().replace("ei valita aluevaltuustoa", "")
        assert "Aluevaalit" not in shown
    assert city.context["council"]["number"] == 79


def test_aland_has_a_law_of_its_own_and_gets_none_of_the_mainland_rules(client, places):
    for place in Municipality.objects.filter(wellbeing_region=None):
        shown = client.get(place.get_absolute_url())
        assert shown.status_code == 200
        context = shown.context
        assert (context["groups"], context["dates"], context["undated"], context["council"]) == ([], [], [], None)
        assert "Kuntavaalit" not in shown.content.decode()


def test_a_county_shows_its_own_duties_and_not_the_municipalities(client, places):
    context = client.get("/hyvinvointialueet/08/").context
    assert [kind for kind, _rows in context["groups"]] == ["wellbeing_region", "both"]
    assert {one.basis.split(" ")[0] for one in context["dates"]} == {"Laki"}
    assert context["council"]["number"] == 79
    assert len(context["dates"]) == 4 and len(context["undated"]) == 8


def test_an_ended_municipality_decides_nothing_and_leads_to_its_successor(client, folder):  # noqa: F811
    call_command("load_places", data=folder, verbosity=0)
    rewrite(folder / "municipalities.csv", without_line("009,"))
    (folder / "successors.csv").write_text("code,successor_code,valid_to\n009,005,2025-12-31\n")
    call_command("load_places", data=folder, verbosity=0)
    response = client.get("/kunnat/009/")
    assert "/kunnat/005/" in response.content.decode()
    assert (response.context["dates"], response.context["groups"], response.context["elections"]) == ([], [], [])
    assert "Alavieska" not in page(client, "/kunnat/?q=alav")


# --- Whom to call ---
def test_a_coordinator_is_shown_only_to_the_people_of_the_union(client, world):
    world.coordinator.phone = "040 555 0199"
    world.coordinator.save()
    service = Service.objects.create(key="ecec", name_fi="Varhaiskasvatus", responsible="both")
    paths = [
        world.municipality.get_absolute_url(), world.region.get_absolute_url(),
        reverse("associations:approach_answer", args=[service.key, world.municipality.code]),
    ]  # fmt: skip
    told = {
        "member",
        "board",
        "chair",
        "neighbour",
        "coordinator",
        "far_coordinator",
        "staff",
        "legal",
        "administrator",
    }
    for path in paths:
        for role in ROLES:
            # One's own name stands in the page's head: what is looked for is the number.
            shown = "040 555 0199" in page(client, path, getattr(world, role))
            assert shown == (role in told), (path, role)


def test_a_coordinator_of_elsewhere_or_of_the_past_is_not_the_one_to_call(world):
    yesterday = datetime.date(2026, 11, 21)
    past = make.make_user("Entinen Koordinaattori")
    make.make_role(past, "coordinator", world.union, ends_on=yesterday, regions=[world.region])
    far_district = make.make_district(world.union, "Lapin piiri ry")
    make.make_coordinator(far_district, name="Lapin Piirissä")
    near = make.make_coordinator(world.district, name="Pirkan Piirissä")
    whole = make.make_coordinator(world.union, name="Koko Liitto")
    away = make.make_coordinator(world.union, [world.region], name="Poissa Oleva")
    away.is_active = False
    away.save()
    found = help_in(world.board, region=world.region, municipality=world.municipality, now=NOW).coordinators
    assert [one.name for one in found] == ["Kaisa Koordinaattori", near.name, whole.name]


def test_in_aland_only_who_looks_after_the_whole_union_helps(places):
    union = make.make_union()
    home = Municipality.objects.get(code="478")
    association = make.make_association(union, "Mariehamns förening rf", home)
    make.make_coordinator(union, [WellbeingRegion.objects.get(code="08")], name="Alueen Koordinaattori")
    make.make_coordinator(union, name="Koko Liitto")
    found = help_in(make.make_board_member(association), region=None, municipality=home, now=NOW)
    assert [one.name for one in found.coordinators] == ["Koko Liitto"]


def test_a_visitor_is_led_to_the_offices_of_the_unions_that_work_there(client, world):
    world.union.phone, world.union.website = "09 555 0100", "https://example.org/liitto"
    world.union.save()
    shown = page(client, world.municipality.get_absolute_url())
    assert "09 555 0100" in shown and "https://example.org/liitto" in shown
    assert "Toinen liitto ry" not in shown
    assert "Toinen liitto ry" in page(client, "/kunnat/698/")


# --- Several associations in one municipality ---
def test_associations_of_one_municipality_see_each_other_and_call_their_own(client, world):
    stranger = make.make_association(
        world.other_union, "Toisen liiton Tampereen yhdistys ry", world.municipality, phone="040 555 0666"
    )
    world.neighbour_association.phone = "040 555 0777"
    world.neighbour_association.save()
    world.chair.phone = "040 555 0101"
    world.chair.save()
    path = world.municipality.get_absolute_url()
    for role in ("board", "member", "neighbour", "coordinator", "staff"):
        client.force_login(getattr(world, role))
        response = client.get(path)
        together = response.context["together"]
        assert [one.name_fi for one in together.associations] == [
            "Harjun seudun yhdistys ry", "Koivurannan yhdistys ry", stranger.name_fi,
        ], role  # fmt: skip
        # Another union's number is on its own page; a board member's number is nobody's business here.
        assert "040 555 0666" not in response.content.decode(), role
        assert "040 555 0101" not in response.content.decode(), role
        assert ("040 555 0777" in response.content.decode()) == (role != "neighbour"), role
    for role in ("visitor", "far_coordinator", "legal"):
        client.logout()
        if getattr(world, role):
            client.force_login(getattr(world, role))
        assert client.get(path).context["together"] is None, role


def test_alone_in_a_municipality_there_is_nobody_to_agree_with(client, world):
    client.force_login(make.make_board_member(world.other_association))
    assert client.get(world.other_association.home_municipality.get_absolute_url()).context["together"] is None


def test_only_public_events_of_the_place_are_shown(client, world):
    make_event(world.union, title="Kaikille avoin ilta", municipality=world.municipality)
    make_event(world.union, title="Vain omille", municipality=world.municipality, open_to_all=False)
    make_event(world.union, title="Luonnos", municipality=world.municipality, state="draft")
    make_event(world.union, title="Muualla", municipality=world.other_association.home_municipality)
    make_event(world.union, title="Alueen webinaari", regions=[world.region])
    for role in ("visitor", "board", "staff"):
        user = getattr(world, role)
        shown = page(client, world.municipality.get_absolute_url(), user)
        assert "Kaikille avoin ilta" in shown
        assert [title for title in ("Vain omille", "Luonnos", "Muualla") if title in shown] == [], role
    assert "Alueen webinaari" in page(client, world.region.get_absolute_url())


# --- The list of municipalities ---
def test_a_municipality_is_found_by_the_beginning_of_its_finnish_or_swedish_name(client, places):
    names = lambda **query: [one.name_fi for one in client.get("/kunnat/", query).context["page_obj"]]  # noqa: E731
    assert names(q="maarian") == names(q="MARIEH") != []
    assert names(q="esb") == ["Espoo"]
    assert names(q="sastamala") == ["Sastamala"]
    assert names(q="zzz") == []
    assert len(names(alue="90")) == 1
    assert len(names()) == 25


@pytest.mark.parametrize("query", [{"q": "%_"}, {"alue": "'"}, {"page": "99999999999999999999"}, {"q": "x" * 9999}])
def test_a_broken_address_of_the_list_still_gets_a_page(client, places, query):
    assert client.get("/kunnat/", query).status_code == 200


# --- The map ---
def test_other_peoples_areas_are_hatched_and_not_nought(places):
    ours, theirs = Municipality.objects.get(code="837"), Municipality.objects.get(code="698")
    rows = [(one.pk, one.code, one.name_fi, one.name_sv) for one in (ours, theirs)]
    drawn = municipality_map(rows, {theirs.pk: 3}, label="Kartta", only={ours.pk})
    assert drawn.svg.count('class="nodata"') == 1 and drawn.svg.count('class="q0"') == 1
    assert [css for css, _words in drawn.legend] == ["q0", "nodata"]
    assert drawn.rows == []
    everybody = municipality_map(rows, {theirs.pk: 3}, label="Kartta")
    assert "nodata" not in everybody.svg


# --- Queries ---
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("role", ["visitor", "board"])
def test_more_of_everything_asks_no_more_queries(client, world, rows, role, django_assert_num_queries):
    for number in range(rows):
        make.make_association(world.district, f"Yhdistys {number} ry", world.municipality)
        make.make_coordinator(world.union, [world.region])
        make_event(world.union, municipality=world.municipality, regions=[world.region])
        Service.objects.create(key=f"s{number}", name_fi=f"Palvelu {number}", responsible="municipality")
        DecisionCycleStep.objects.create(
            key=f"m_{number}", name_fi="Päätös", level="municipality", timing_fi="syksyllä", recurrence="yearly"
        )
    if role == "board":
        client.force_login(world.board)
    client.get(world.municipality.get_absolute_url())  # the decision cycle is in the cache from here on
    with django_assert_num_queries(8 if role == "visitor" else 15):
        client.get(world.municipality.get_absolute_url())
    with django_assert_num_queries(9 if role == "visitor" else 14):
        client.get(world.region.get_absolute_url())
    with django_assert_num_queries(4 if role == "visitor" else 7):
        client.get("/kunnat/")


def test_the_decision_cycle_is_asked_once_and_forgotten_when_the_data_changes(
    places, django_assert_num_queries, django_capture_on_commit_callbacks
):
    with django_assert_num_queries(1):
        assert len(cycle.all_steps()) == len(cycle.all_steps()) == 26
    DecisionCycleStep.objects.filter(key="m_tax").delete()
    assert len(cycle.all_steps()) == 26
    with django_capture_on_commit_callbacks(execute=True):
        call_command("load_places", verbosity=0)
    DecisionCycleStep.objects.filter(key="m_tax").delete()
    assert len(cycle.all_steps()) == 25


def test_the_data_folder_names_every_file_in_its_readme():
    told = (DATA / "README.md").read_text()
    assert [file.name for file in DATA.glob("*.csv") if file.name not in told] == []
