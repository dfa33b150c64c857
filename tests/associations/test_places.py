"""Open data comes in whole, twice changes nothing, and history stays."""

import datetime
import gzip
import json
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from associations.models import (
    CouncilSizeRule,
    DecisionCycleStep,
    Election,
    Municipality,
    Service,
    WellbeingRegion,
)
from associations.places.cycle import dates_ahead
from associations.places.loading import DATA
from tests.factories import make_association

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


@pytest.fixture
def folder(tmp_path):
    for file in DATA.glob("*.csv"):
        shutil.copy(file, tmp_path)
    return tmp_path


def rewrite(file, change):
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def without_line(start):
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith(start))


@pytest.mark.django_db
def test_the_real_files_fill_every_register(capsys):
    call_command("load_places")
    models = (WellbeingRegion, Municipality, Service, DecisionCycleStep, Election, CouncilSizeRule)
    assert [model.objects.count() for model in models] == [22, 308, 49, 26, 17, 11]
    assert not DecisionCycleStep.objects.filter(name_sv="").exists()
    assert Municipality.objects.filter(wellbeing_region=None).count() == 16  # Åland
    assert Municipality.objects.get(code="020").name_fi == "Akaa"  # leading noughts stay


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_writes_nothing(capsys, django_assert_max_num_queries):
    call_command("load_places")
    capsys.readouterr()
    with django_assert_max_num_queries(12) as asked:
        call_command("load_places")
    assert capsys.readouterr().out == "Places: no changes.\n"
    assert [q["sql"] for q in asked.captured_queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


@pytest.mark.django_db
def test_a_changed_figure_is_told_on_a_line(folder, capsys):
    call_command("load_places", data=folder)
    capsys.readouterr()
    rewrite(folder / "municipalities.csv", lambda text: text.replace("Alajärvi,Alajärvi", "Alajärvi,Alajarvi"))
    call_command("load_places", data=folder)
    out = capsys.readouterr().out
    assert "1 Municipality changed" in out
    assert "Municipality 005 Alajärvi: name_sv Alajärvi → Alajarvi" in out


@pytest.mark.django_db
def test_a_municipality_that_ends_keeps_its_history_and_names_its_successor(folder, capsys):
    call_command("load_places", data=folder)
    association = make_association(municipality=Municipality.objects.get(code="009"))
    rewrite(folder / "municipalities.csv", without_line("009,"))
    (folder / "successors.csv").write_text("code,successor_code,valid_to\n009,005,2026-12-31\n")
    capsys.readouterr()
    call_command("load_places", data=folder)
    assert "Municipality 009 Alavieska ended on 2026-12-31, continues as 005" in capsys.readouterr().out
    ended = Municipality.objects.get(code="009")
    assert (ended.valid_to, ended.successor.code) == (datetime.date(2026, 12, 31), "005")
    association.refresh_from_db()
    assert association.home_municipality == ended
    assert Municipality.objects.on(datetime.date(2026, 12, 31)).count() == 308
    assert Municipality.objects.on(datetime.date(2027, 1, 1)).count() == 307
    call_command("load_places", data=folder)
    assert capsys.readouterr().out == "Places: no changes.\n"


@pytest.mark.django_db
def test_without_a_successor_the_last_day_comes_from_the_year_of_the_file(folder, capsys):
    call_command("load_places", data=folder)
    rewrite(folder / "municipalities.csv", without_line("009,"))
    call_command("load_places", data=folder)
    ended = Municipality.objects.get(code="009")
    assert (ended.valid_to, ended.successor) == (datetime.date(2025, 12, 31), None)


@pytest.mark.django_db
def test_every_faulty_line_is_named_and_nothing_is_written(folder):
    rewrite(
        folder / "municipalities.csv",
        lambda text: text.replace("005,Alajärvi", "5,Alajärvi").replace("009,Alavieska", "010,Alavieska")
        .replace("020,Akaa,", "020,,").replace(",9078,", ",paljon,"),
    )  # fmt: skip
    rewrite(folder / "elections.csv", lambda text: text.replace("2027-04-18", "18.4.2027") + "rikki,rivi\n")
    with pytest.raises(CommandError) as refused:
        call_command("load_places", data=folder)
    said = str(refused.value).splitlines()
    assert said[0] == "Nothing was changed."
    assert "municipalities.csv line 2: code '5' is not a code of 3 digits" in said
    assert "municipalities.csv line 2: population 'paljon' is not a whole number" in said
    assert "municipalities.csv line 4: 010 is already on line 3" in said
    assert any(line.startswith("municipalities.csv line ") and line.endswith("name_fi is empty") for line in said)
    assert "elections.csv line 12: election_date '18.4.2027' is not a day such as 2027-04-18" in said
    assert said[-1] == "elections.csv line 19: does not have 16 values"
    assert WellbeingRegion.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil, fault",
    [
        (lambda folder: (folder / "elections.csv").unlink(), "elections.csv: cannot be opened"),
        (
            lambda folder: (folder / "elections.csv").write_bytes(b"\xff\xfe\x00"),
            "elections.csv: cannot be read as CSV",
        ),
        (lambda folder: (folder / "elections.csv").write_text("a,b\n"), "elections.csv: the first line lacks"),
        (
            lambda folder: rewrite(folder / "municipalities.csv", lambda text: text.replace(",9078,", ",9079,")),
            "municipalities.csv line 2: the age groups add up to 9078, the population is 9079",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(folder, spoil, fault):
    spoil(folder)
    with pytest.raises(CommandError, match="Nothing was changed") as refused:
        call_command("load_places", data=folder)
    assert fault in str(refused.value)


@pytest.mark.django_db
def test_an_election_whose_day_gets_fixed_stays_one_row(folder):
    call_command("load_places", data=folder)
    rewrite(
        folder / "elections.csv",
        lambda text: text.replace(
            "European Parliament election,,,2029-06,expected", "European Parliament election,,2029-06-10,,scheduled"
        ),
    )
    call_command("load_places", data=folder)
    assert Election.objects.get(key="european-2029").election_date == datetime.date(2029, 6, 10)
    assert Election.objects.count() == 17


def step(key, level="municipality", month=12, day=31, recurrence="yearly"):
    return DecisionCycleStep(
        key=key, level=level, deadline_month=month, deadline_day=day, recurrence=recurrence, name_fi=key
    )


def test_the_cycle_tells_the_dates_of_the_coming_year_soonest_first():
    steps = [
        step("budget"),
        step("accounts", month=3, day=31),
        step("of-the-county", level="wellbeing_region"),
        step("of-both", level="both", month=11, day=22),
        step("whenever", month=None, day=None),
        step("term", month=6, day=1, recurrence="council_term"),
    ]
    assert [(str(day), one.key) for day, one in dates_ahead("municipality", NOW, steps=steps)] == [
        ("2026-11-22", "of-both"),
        ("2026-12-31", "budget"),
        ("2027-03-31", "accounts"),
        ("2027-11-22", "of-both"),
    ]


def test_a_council_term_begins_only_in_its_year_and_leap_days_do_no_harm():
    steps = [step("term", month=6, day=1, recurrence="council_term"), step("leap", month=2, day=29)]
    leap_day = datetime.datetime(2028, 2, 29, 12, tzinfo=datetime.UTC)
    assert [(str(day), one.key) for day, one in dates_ahead("municipality", leap_day, steps=steps)] == [
        ("2028-02-29", "leap"),
        ("2029-02-28", "leap"),
    ]
    assert ("2029-06-01", "term") in [
        (str(day), one.key) for day, one in dates_ahead("municipality", leap_day, months=24, steps=steps)
    ]


@pytest.mark.django_db
def test_helsinki_elects_no_county_council_and_land_of_no_region_neither():
    call_command("load_places", verbosity=0)
    today = datetime.date(2029, 1, 1)
    kinds = lambda region: set(  # noqa: E731
        Election.objects.of_region(region).ahead(today).values_list("election_type", flat=True)
    )
    assert "county" in kinds(WellbeingRegion.objects.get(code="08"))
    assert "county" not in kinds(WellbeingRegion.objects.get(code="90"))
    assert not kinds(None) & {"county", "municipal"}
    keys = list(Election.objects.ahead(datetime.date(2029, 4, 15)).values_list("key", flat=True))
    assert keys[:3] == ["county-2029", "municipal-2029", "european-2029"]


@pytest.mark.django_db
@pytest.mark.parametrize("language, name", [("fi", "Pirkanmaa"), ("sv", "Birkaland"), ("en", "Pirkanmaa")])
def test_a_region_has_a_short_name_in_each_language(language, name):
    call_command("load_places", verbosity=0)
    with translation.override(language):
        assert WellbeingRegion.objects.get(code="08").short_name == name


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "/sv", "/en"])
def test_place_pages_open_in_every_language(client, language):
    call_command("load_places", verbosity=0)
    paths = ["hyvinvointialueet/", "hyvinvointialueet/08/", "hyvinvointialueet/90/", "kunnat/837/", "kunnat/478/"]
    assert {path: client.get(f"{language}/{path}").status_code for path in paths} == dict.fromkeys(paths, 200)
    assert client.get(f"{language}/kunnat/999/").status_code == 404


@pytest.mark.django_db
def test_an_ended_municipality_shows_where_it_continues(client, folder):
    call_command("load_places", data=folder, verbosity=0)
    rewrite(folder / "municipalities.csv", without_line("009,"))
    (folder / "successors.csv").write_text("code,successor_code,valid_to\n009,005,2026-12-31\n")
    call_command("load_places", data=folder, verbosity=0)
    assert "/kunnat/005/" in client.get("/kunnat/009/").content.decode()


def test_the_path_file_has_every_shape_of_the_boundary_files():
    drawn = json.loads((DATA / "map_paths.json").read_text())
    for layer, count in [("municipalities", 308), ("wellbeing_regions", 23)]:
        shapes = json.loads((DATA / f"{layer}_tm35fin.geojson").read_text())["features"]
        codes = {shape["properties"]["code"] or "outside" for shape in shapes}
        assert (set(drawn[layer]), len(drawn[layer])) == (codes, count)
        assert all(path.startswith("M") and path.endswith("z") for path in drawn[layer].values())
    size = {
        layer: len(gzip.compress(json.dumps(drawn[layer]).encode()))
        for layer in ("municipalities", "wellbeing_regions")
    }
    assert size["municipalities"] < 14_000 and size["wellbeing_regions"] < 5_500


def test_building_the_map_again_gives_the_committed_file(tmp_path, monkeypatch):
    from associations.management.commands import build_map

    monkeypatch.setattr(build_map, "PATHS", tmp_path / "map_paths.json")
    call_command("build_map")
    assert (tmp_path / "map_paths.json").read_bytes() == (DATA / "map_paths.json").read_bytes()
