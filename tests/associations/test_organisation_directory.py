"""The directory: every filter, the map, and the file of what was found."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from advocacy_portal.lib.shelf import shelf
from associations.models import NetworkMembership, Organisation
from associations.organisations import directory, exporting
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db
LIST = "/yhdistykset/"
CSV = "/yhdistykset/luettelo.csv"


@pytest.fixture
def world():
    return build_world()


def found(client, **query):
    return [one.name_fi for one in client.get(LIST, query).context["page_obj"]]


def lines(client, **query):
    text = client.get(CSV, query).getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_each_filter_finds_its_own(client, world):
    orphan = make.make_association(world.union, "Suoraan liitossa ry", world.municipality, languages="fi, sv")
    orphan.municipalities.add(world.other_association.home_municipality)
    make.make_association(world.other_union, "Sámi searvi rs", world.municipality, languages="se")
    assert found(client, piiri=world.district.pk) == ["Harjun seudun yhdistys ry", "Koivurannan yhdistys ry"]
    assert found(client, piiri="ei", liitto=world.union.pk) == ["Suoraan liitossa ry"]
    assert found(client, kunta="698") == ["Suoraan liitossa ry", "Toisen liiton yhdistys ry"]
    assert found(client, kieli="sv") == ["Suoraan liitossa ry"]
    assert found(client, kieli="se") == ["Sámi searvi rs"]
    assert found(client, kieli="smn") == []
    assert found(client, laji="district") == ["Pirkanmaan piiri ry"]
    assert found(client, laji="union") == ["Malliliitto ry", "Toinen liitto ry"]


def test_a_union_offers_only_its_own_districts(client, world):
    make.make_district(world.other_union, "Toisen piiri ry")
    labels = [one.label for one in client.get(LIST, {"liitto": world.union.pk}).context["search"].districts]
    assert labels[1:] == ["Pirkanmaan piiri ry"]


def test_every_chosen_thing_is_told_and_taken_away_alone(client, world):
    query = {
        "q": "harju", "liitto": world.union.pk, "piiri": world.district.pk, "alue": "08", "kunta": "837",
        "laji": "association", "kieli": "fi",
    }  # fmt: skip
    answer = client.get(LIST, query)
    chosen = answer.context["search"].chosen()
    assert [len(client.get(LIST + without).context["search"].chosen()) for _words, without in chosen] == [6] * 7
    assert [words for words, _without in chosen][2:5] == ["Pirkanmaan piiri ry", "Pirkanmaa", "Tampere"]
    assert [one.name_fi for one in answer.context["page_obj"]] == ["Harjun seudun yhdistys ry"]


@pytest.mark.parametrize("query", [
    {"piiri": "9" * 30}, {"piiri": "x"}, {"kunta": "000"}, {"kunta": "'; --"}, {"kieli": "%"}, {"nakyma": "x"},
    {"nakyma": "kartta", "alue": "xx"}, {"nakyma": "kartta", "q": "&|!"},
])  # fmt: skip
def test_a_broken_address_still_gets_a_page_and_a_file(client, world, query):
    assert client.get(LIST, query).status_code == 200
    assert client.get(CSV, query).status_code == 200


def test_the_map_leads_from_region_to_municipality_to_list(client, world):
    make.make_association(world.union, "Ilman kotia ry", world.municipality)
    Organisation.objects.filter(name_fi="Ilman kotia ry").update(home_municipality=None)
    answer = client.get(LIST, {"nakyma": "kartta", "liitto": world.union.pk})
    drawn = answer.context["directory_map"]
    assert (drawn.total, drawn.nowhere) == (3, 1)
    assert {shape.name: shape.value for shape in drawn.map.rows} == {"Pirkanmaa": 2, "Lappi": 0}
    there = next(shape.url for shape in drawn.map.rows if shape.name == "Pirkanmaa")
    drawn = client.get(there).context["directory_map"]
    assert [name for name, _words, _url in drawn.municipalities] == ["Tampere"]
    # The other regions stay within reach, and the municipality leads to the list.
    assert {shape.name: shape.value for shape in drawn.map.rows} == {"Pirkanmaa": 2, "Lappi": 0}
    last = client.get(drawn.municipalities[0][2])
    assert last.context["directory_map"] is None
    assert [one.name_fi for one in last.context["page_obj"]] == [
        "Harjun seudun yhdistys ry", "Koivurannan yhdistys ry",
    ]  # fmt: skip


def test_counting_stops_and_says_so(client, world, monkeypatch):
    monkeypatch.setattr("associations.organisations.views.MOST_COUNTED", 3)
    answer = client.get(LIST, headers={"accept-language": "en"})
    assert (answer.context["is_counted"], answer.context["page_obj"].paginator.count) == (False, 3)
    answer = client.get(LIST, {"liitto": world.other_union.pk})
    assert (answer.context["is_counted"], answer.context["page_obj"].paginator.count) == (True, 2)
    assert directory.MOST_COUNTED == 1000


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("query, count", [
    ({}, 6), ({"q": "yhd"}, 7), ({"nakyma": "kartta"}, 6), ({"alue": "08", "kieli": "fi", "laji": "association"}, 6),
])  # fmt: skip
def test_a_longer_directory_asks_no_more_queries(client, world, django_assert_num_queries, rows, query, count):
    for number in range(rows):
        district = make.make_district(make.make_union(f"Liitto {number}"), f"Piiri {number}")
        make.make_association(district, f"Yhdistys {number} ry", world.municipality)
    with django_assert_num_queries(count):
        client.get(LIST, query)


# --- The file ---
def test_the_file_holds_what_the_search_found_and_only_what_is_public(client, world):
    world.association.municipalities.add(world.municipality, world.other_association.home_municipality)
    Organisation.objects.filter(pk=world.association.pk).update(
        name_sv="Björkstrands förening rf", email="oma@example.org", phone="040 123 4567", member_number="SALAINEN-7",
        website="https://example.org/", introduction="Esittely",
    )  # fmt: skip
    rows = lines(client, q="koivurannan")
    assert len(rows) == 2
    assert rows[1] == [
        "Koivurannan yhdistys ry", "Björkstrands förening rf", "", rows[1][3], "Pirkanmaan piiri ry", "Malliliitto ry",
        "Tampere", "Pirkanmaan hyvinvointialue", "Rovaniemi, Tampere", rows[1][9], "oma@example.org", "040 123 4567",
        "https://example.org/",
    ]  # fmt: skip
    client.force_login(world.administrator)
    whole = client.get(CSV).getvalue().decode()
    for inner in ("SALAINEN-7", "Pertti", world.chair.email, "Kaisa", "Esittely"):
        assert inner not in whole


def test_the_file_and_the_search_know_no_people_and_no_ended_organisation(client, world):
    Organisation.objects.filter(pk=world.neighbour_association.pk).update(ended_on="2025-01-01")
    network = Organisation.objects.create(kind="network", name_fi="Verkosto")
    NetworkMembership.objects.create(
        network=network, member=world.association, joined_on="2026-01-01", shares_contacts=True
    )
    leader = make.make_chair(network)
    for person in (None, leader, world.other_staff, world.staff):
        client.logout()
        if person:
            client.force_login(person)
        assert found(client, q="Pertti") == []
        assert found(client, q=world.chair.email) == []
        assert "Harjun seudun yhdistys ry" not in {row[0] for row in lines(client)}
        assert world.chair.email not in client.get(CSV).getvalue().decode()


def test_formulas_are_defused_in_both_files(client, world):
    nasty = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    for number, text in enumerate(nasty):
        make.make_association(world.union, f"Yhdistys {number}", world.municipality, name_sv=text, short_name=text)
    rows = lines(client, q="yhdistys", liitto=world.union.pk)
    cells = [cell for row in rows for cell in row[1:3] if cell]
    assert cells and not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    book = load_workbook(io.BytesIO(client.get(CSV.replace("csv", "xlsx")).content))
    assert {cell.data_type for row in book.active.rows for cell in row if cell.value} == {"s"}


def test_too_many_for_a_workbook_is_told_and_the_text_file_has_all(client, world, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_IN_A_WORKBOOK", 3)
    answer = client.get("/yhdistykset/luettelo.xlsx", {"kieli": "fi"}, follow=True)
    assert answer.redirect_chain == [("/yhdistykset/?kieli=fi", 302)]
    assert "3" in str(next(iter(answer.context["messages"])))
    assert len(lines(client)) == 1 + Organisation.objects.count()
    assert client.get("/yhdistykset/luettelo.xlsx", {"q": "harju"}).status_code == 200
    assert client.get("/yhdistykset/luettelo.pdf").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_file_asks_no_more_queries(client, world, django_assert_num_queries, rows):
    for number in range(rows):
        one = make.make_association(world.district, f"Yhdistys {number} ry", world.municipality)
        one.municipalities.add(world.municipality)
    with django_assert_num_queries(8):
        client.get(CSV).getvalue()


# --- Kept for visitors ---
@pytest.mark.django_db(transaction=True)
def test_a_kept_page_is_never_behind_the_register_nor_anybody_elses(client, world):
    shelf.clear()
    page = world.association.get_absolute_url()
    for address in (LIST, page):
        assert client.get(address).content == client.get(address).content
    Organisation.objects.filter(pk=world.association.pk).update(name_fi="Uusi nimi ry")
    for address in (LIST, page):
        assert "Uusi nimi ry" in client.get(address).content.decode()
    visitors = client.get(page).content.decode()
    client.force_login(world.board)
    own = client.get(page).content.decode()
    assert "Pertti Puheenjohtaja" in own and "Pertti Puheenjohtaja" not in visitors
    client.logout()
    assert "Pertti Puheenjohtaja" not in client.get(page).content.decode()
    shelf.clear()


def test_addresses_of_the_file_carry_the_search(client, world):
    text = client.get(LIST, {"liitto": world.union.pk, "q": "harju"}).content.decode()
    export = reverse("associations:organisation_export", args=["csv"])
    assert f'href="{export}?q=harju&amp;liitto={world.union.pk}"' in text
