"""The overview page and its file: what the area lacks, in which order, and that nothing of others' areas is in it."""

import csv
import datetime
import io

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from associations.models import AssociationState, Organisation, Role
from associations.organisations import next_steps as organisation_steps
from associations.overview import counting, next_steps
from associations.roles.contacts import coordinators_of
from associations.roles.standing import standing_of
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db
SECRETS = ["Salainen Sihteeri", "040 999 8877", "salainen@example.org", "Vieraan alueen yhdistys"]


@pytest.fixture
def world():
    world = build_world()
    # What could leak: an association of one's own union in another region, and one of another union next door.
    world.far = world.other_association.home_municipality
    world.far_association = make.make_association(world.union, "Vieraan alueen yhdistys ry", world.far)
    world.strange_association = make.make_association(
        world.other_union, "Vieraan alueen yhdistys naapurissa ry", world.municipality
    )
    for association in (world.far_association, world.strange_association):
        Organisation.objects.filter(pk=association.pk).update(email="salainen@example.org", phone="040 999 8877")
        make.make_chair(association, name="Salainen Sihteeri", phone="040 999 8877")
    return world


def area(client, user, **query):
    client.force_login(user)
    return client.get("/alue/", query)


def names(client, user, **query):
    return [row.name for row in area(client, user, **query).context["rows"]]


def export(client, user, kind="csv", **query):
    client.force_login(user)
    return client.get(reverse("associations:area_export", args=[kind]), query)


def table(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


OURS = ["Harjun seudun yhdistys ry", "Koivurannan yhdistys ry"]


def test_a_coordinator_sees_only_the_own_area_and_who_lacks_most_first(client, world):
    page = area(client, world.coordinator)
    assert [(row.name, row.board_size, row.chair_names) for row in page.context["rows"]] == [
        ("Harjun seudun yhdistys ry", 1, ""),
        ("Koivurannan yhdistys ry", 2, "Pertti Puheenjohtaja"),
    ]
    assert {chip.word: chip.count for chip in page.context["chips"]}["ei-puheenjohtajaa"] == 1


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_of_another_area_or_union_is_on_the_page_in_the_file_or_on_the_dashboard(client, world, secret):
    client.force_login(world.coordinator)
    addresses = ["/alue/", "/alue/?q=vieraan", "/alue/?alue=21", "/alue/?jarjestys=-nimi", "/alue.csv", "/oma/"]
    assert [url for url in addresses if secret in client.get(url).content.decode()] == []


def test_the_figures_of_the_map_and_the_counts_are_of_the_own_area(client, world):
    page = area(client, world.coordinator)
    assert [shape.value for shape in page.context["regions"].rows] == [2]
    assert page.context["page_obj"].paginator.count == 2
    assert max(chip.count for chip in page.context["chips"]) == 2
    html = str(page.context["municipalities"])
    assert "Tampere" in html and "Rovaniemi" not in html
    page = area(client, world.staff)
    assert sorted(shape.value for shape in page.context["regions"].rows) == [1, 2]


def test_the_kept_figures_of_one_area_are_not_shown_to_another(client, world):
    for user, total in ((world.coordinator, 2), (world.far_coordinator, 1), (world.staff, 3), (world.other_staff, 2)):
        page = area(client, user)
        assert page.context["page_obj"].paginator.count == total
        assert sum(shape.value for shape in page.context["regions"].rows) == total
    assert area(client, world.administrator).context["page_obj"].paginator.count == 5


def test_a_districts_coordinator_sees_that_districts_associations(client, world):
    make.make_association(world.union, "Piiriin kuulumaton ry", world.municipality)
    assert names(client, make.make_coordinator(world.district)) == OURS


def test_somebody_with_two_areas_sees_both_and_no_row_twice(client, world):
    make.make_role(world.coordinator, "coordinator", world.district)
    make.make_role(world.coordinator, "coordinator", world.union, datetime.date(2021, 1, 1), regions=[world.far_region])
    assert sorted(names(client, world.coordinator)) == [*OURS, "Vieraan alueen yhdistys ry"]


def test_who_coordinates_nothing_any_more_is_refused(client, world):
    Role.objects.filter(person=world.coordinator).update(ends_on=datetime.date(2020, 12, 31))
    assert area(client, world.coordinator).status_code == 403
    assert export(client, world.coordinator).status_code == 403


def test_the_refusal_gives_its_reason(client, world):
    answer = area(client, world.board)
    assert answer.status_code == 403
    assert "coordinators" in answer.content.decode() or "aluekoordinaattor" in answer.content.decode()


def test_filters_narrow_together_and_each_can_be_taken_away(client, world):
    assert names(client, world.staff, tila="ei-puheenjohtajaa") == ["Harjun seudun yhdistys ry"]
    assert names(client, world.staff, alue="21") == ["Vieraan alueen yhdistys ry"]
    assert names(client, world.staff, piiri=world.district.pk) == OURS
    assert names(client, world.staff, q="koiv") == ["Koivurannan yhdistys ry"]
    assert names(client, world.staff, tila="ei-hallitusta") == []
    page = area(client, world.staff, tila="ei-puheenjohtajaa", alue="08", piiri=world.district.pk, q="harju")
    assert [row.name for row in page.context["rows"]] == ["Harjun seudun yhdistys ry"]
    chosen = page.context["search"].chosen()
    assert len(chosen) == 4
    assert "tila" not in chosen[1][1] and "q=harju" in chosen[1][1]


def test_a_count_on_top_is_the_length_of_the_list_it_leads_to(client, world):
    for chip in area(client, world.staff).context["chips"]:
        page = client.get("/alue/" + chip.url)
        assert (page.context["page_obj"].paginator.count, len(page.context["rows"])) == (chip.count, chip.count)


@pytest.mark.parametrize("order, expected", [
    ("nimi", ["Harju", "Koivu", "Viera"]), ("-nimi", ["Viera", "Koivu", "Harju"]),
    ("kunta", ["Viera", "Harju", "Koivu"]), ("-kunta", ["Harju", "Koivu", "Viera"]),
    ("puheenjohtaja", ["Harju", "Koivu", "Viera"]), ("-puheenjohtaja", ["Koivu", "Viera", "Harju"]),
    ("vahvistettu", ["Harju", "Koivu", "Viera"]), ("-vahvistettu", ["Viera", "Koivu", "Harju"]),
    ("toiminut", ["Harju", "Koivu", "Viera"]), ("-toiminut", ["Viera", "Koivu", "Harju"]),
    ("apu", ["Harju", "Koivu", "Viera"]), ("-apu", ["Viera", "Koivu", "Harju"]),
])  # fmt: skip
def test_the_list_sorts_both_ways_by_every_column(client, world, order, expected):
    now = timezone.now()
    for association, days in ((world.association, 100), (world.far_association, 5)):
        confirmed = now - datetime.timedelta(days=days)
        Organisation.objects.filter(pk=association.pk).update(details_confirmed_at=confirmed)
    assert [name[:5] for name in names(client, world.staff, jarjestys=order)] == expected


def test_a_heading_says_how_it_sorts_and_turns_round(client, world):
    columns = {one.word: one for one in area(client, world.staff, jarjestys="nimi").context["search"].columns()}
    assert (columns["nimi"].sorted, columns["nimi"].url) == ("ascending", "?jarjestys=-nimi")
    assert (columns["kunta"].sorted, columns["apu"].url) == ("", "?")
    columns = {one.word: one for one in area(client, world.staff).context["search"].columns()}
    assert (columns["apu"].sorted, columns["apu"].url) == ("descending", "?jarjestys=-apu")


@pytest.mark.parametrize("query", [
    {"alue": "xx"}, {"tila": "yy"}, {"piiri": "abc"}, {"piiri": "9" * 30}, {"jarjestys": "--nimi"}, {"jarjestys": "-"},
    {"jarjestys": "organisation__union__phone"}, {"page": "-1"}, {"page": "9" * 30}, {"q": "😀 &|!"}, {"q": "x" * 9999},
])  # fmt: skip
def test_a_broken_address_still_gets_a_page_and_a_file(client, world, query):
    assert area(client, world.staff, **query).status_code == 200
    assert export(client, world.staff, **query).status_code == 200


def test_the_district_of_another_union_is_no_choice(client, world):
    theirs = make.make_district(world.other_union, "Toisen liiton piiri ry")
    page = area(client, world.staff, piiri=theirs.pk)
    assert page.context["search"].district is None
    assert "Toisen liiton piiri" not in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("who", ["coordinator", "staff", "administrator"])
def test_a_bigger_area_asks_no_more_queries(client, world, django_assert_max_num_queries, rows, who):
    for number in range(rows):
        make.make_chair(make.make_association(world.union, f"Uusi {number} ry", world.municipality))
    counting.catch_up()
    client.force_login(getattr(world, who))
    cache.delete_pattern("*") if hasattr(cache, "delete_pattern") else None
    with django_assert_max_num_queries(11) as asked:
        client.get("/alue/")
    assert len(asked) == 11
    with django_assert_max_num_queries(9) as asked:
        client.get("/alue/")
    assert len(asked) == 9


def test_the_page_is_true_the_day_after_a_role_lapsed_though_nobody_counted(client, world):
    counting.recount()
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Role.objects.filter(kind="chair", organisation=world.association).update(ends_on=yesterday)
    counting.catch_up()
    # As if counted yesterday, when the chair was still there, and no worker had run since.
    AssociationState.objects.update(has_chair=True, counted_on=yesterday, needs=0)
    page = area(client, world.coordinator, tila="ei-puheenjohtajaa")
    assert [row.name for row in page.context["rows"]] == OURS
    assert {chip.word: chip.count for chip in page.context["chips"]}["ei-puheenjohtajaa"] == 2


def test_a_change_by_hand_in_the_database_shows_at_once(client, world):
    area(client, world.coordinator)
    Role.objects.filter(kind="chair", organisation=world.association).delete()
    assert names(client, world.coordinator, tila="ei-puheenjohtajaa") == OURS


def test_a_row_whose_association_moved_away_uncounted_is_not_shown(client, world):
    area(client, world.coordinator)
    Organisation.objects.filter(pk=world.association.pk).update(home_municipality=world.far)
    # The look at the history missed it: as if its transaction had ended late.
    marks = cache.get(counting.MARK)
    cache.set(counting.MARK, {name: number + 100 for name, number in marks.items()})
    assert names(client, world.coordinator) == ["Harjun seudun yhdistys ry"]
    assert names(client, world.far_coordinator)[0] == "Koivurannan yhdistys ry"


def test_a_moved_association_is_not_in_the_file_either(client, world):
    area(client, world.coordinator)
    Organisation.objects.filter(pk=world.association.pk).update(parent=world.other_union, union=world.other_union)
    marks = cache.get(counting.MARK)
    cache.set(counting.MARK, {name: number + 100 for name, number in marks.items()})
    assert [row[0] for row in table(export(client, world.coordinator))[1:]] == ["Harjun seudun yhdistys ry"]


def test_the_file_holds_the_rows_of_the_address_in_its_order(client, world):
    rows = table(export(client, world.staff, jarjestys="-nimi", alue="08"))
    assert [row[0] for row in rows[1:]] == OURS[::-1]
    koivuranta = dict(zip(rows[0], rows[1], strict=True))
    assert list(koivuranta.values())[5:9] == ["Pertti Puheenjohtaja", "", world.chair.email, "2"]
    assert export(client, world.staff, "xlsx").content.startswith(b"PK")
    assert export(client, world.staff, "pdf").status_code == 404


def test_a_formula_in_a_name_stays_text_in_the_file(client, world):
    Organisation.objects.filter(pk=world.association.pk).update(name_fi="=cmd|' /C calc'!A0", phone="+358 40 123")
    User.objects.filter(pk=world.chair.pk).update(name="@SUM(1+1)")
    cells = [cell for row in table(export(client, world.coordinator)) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells and "'@SUM(1+1)" in cells and "'+358 40 123" in cells


def test_too_long_a_list_is_not_cut_short_but_sent_to_csv(client, world, monkeypatch):
    from associations.overview import exporting

    monkeypatch.setattr(exporting, "MOST_IN_A_WORKBOOK", 1)
    answer = export(client, world.coordinator, "xlsx", tila="hiljaista")
    assert (answer.status_code, answer.url) == (302, "/alue/?tila=hiljaista")
    assert "/alue.xlsx" not in area(client, world.coordinator).content.decode()
    assert len(table(export(client, world.coordinator))) == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_file_asks_no_more_queries(client, world, django_assert_num_queries, rows):
    for number in range(rows):
        make.make_chair(make.make_association(world.union, f"Uusi {number} ry", world.municipality))
    counting.catch_up()
    client.force_login(world.staff)
    with django_assert_num_queries(8):
        client.get("/alue.csv")


def test_the_dashboard_names_who_needs_help_and_whom_to_call(client, world):
    client.force_login(world.coordinator)
    User.objects.filter(pk=world.neighbour.pk).update(phone="040 555 0199")
    page = client.get("/oma/")
    assert [row.name for row in page.context["helpless"]] == OURS
    assert [step.text for step in page.context["steps"] if "puheenjohtajaa" in step.url][0].count("040 555 0199") == 1
    assert world.neighbour_association.get_absolute_url() in page.content.decode()


def test_where_nobody_is_known_the_dashboard_does_not_say_call(client, world):
    User.objects.filter(pk=world.neighbour.pk).update(is_active=False)
    client.force_login(world.coordinator)
    page = client.get("/oma/")
    (text,) = [step.text for step in page.context["steps"] if "puheenjohtajaa" in step.url]
    assert "call" not in text.lower() and "soita" not in text.lower()
    assert page.context["helpless"][0].call is None


def test_where_only_an_address_is_known_the_advice_is_to_write(client, world):
    client.force_login(world.coordinator)
    (text,) = [step.text for step in client.get("/oma/").context["steps"] if "puheenjohtajaa" in step.url]
    assert world.neighbour.email in text
    assert "call" not in text.lower() and "soita" not in text.lower()


def test_the_card_is_two_clicks_from_the_coordinators_front_page_and_the_file_two_from_the_offices(client, world):
    client.force_login(world.coordinator)
    assert 'href="/alue/"' in client.get("/oma/").content.decode()
    assert f'href="{world.association.get_absolute_url()}"' in client.get("/alue/").content.decode()
    client.force_login(world.staff)
    assert 'href="/alue/"' in client.get("/oma/").content.decode()
    page = client.get("/alue/?tila=ei-puheenjohtajaa").content.decode()
    assert 'href="/alue.csv?tila=ei-puheenjohtajaa"' in page and 'href="/alue.xlsx?tila=ei-puheenjohtajaa"' in page


@pytest.mark.parametrize("who", ["board", "chair", "coordinator", "staff", "administrator"])
def test_a_dashboard_asks_at_most_twelve_queries(client, world, django_assert_max_num_queries, who):
    counting.catch_up()
    client.force_login(getattr(world, who))
    with django_assert_max_num_queries(12):
        assert client.get("/oma/").status_code == 200


def test_a_coordinators_page_asks_three_queries_for_all_that_the_overview_says(world, django_assert_num_queries):
    counting.catch_up()
    person = User.objects.get(pk=world.coordinator.pk)
    now = timezone.now()
    with django_assert_num_queries(3):
        next_steps.counts_for(person, now)
        next_steps.steps_for(person, now)
        next_steps.who_needs_help(person, now)


def test_a_boards_page_asks_one_query_for_its_organisations_officers_and_coordinators(world, django_assert_num_queries):
    person, now = User.objects.get(pk=world.board.pk), timezone.now()
    standing_of(person)
    with django_assert_num_queries(1):
        (organisation,) = organisation_steps.boards_of(person, now)
        organisation_steps.steps_for(person, now)
        assert [one.name for one in coordinators_of(organisation, now)] == ["Kaisa Koordinaattori"]


def test_a_board_whose_association_ends_later_still_has_its_dashboard(client, world):
    later = timezone.localdate() + datetime.timedelta(days=30)
    Organisation.objects.filter(pk=world.association.pk).update(ended_on=later)
    client.force_login(world.board)
    assert client.get("/oma/").status_code == 200


def test_the_board_and_the_coordinator_are_told_of_the_same_lack(client, world):
    Organisation.objects.filter(pk=world.association.pk).update(email="a@example.org")
    client.force_login(world.board)
    steps = client.get("/oma/").context["steps"]
    (text,) = [step.text for step in steps if step.url.endswith("/muokkaa/")]
    assert "phone" in text and "e-mail" not in text or "puhelin" in text and "sähköposti" not in text
    rows = area(client, world.coordinator, tila="ei-yhteystietoja").context["rows"]
    assert world.association.name in [row.name for row in rows]
