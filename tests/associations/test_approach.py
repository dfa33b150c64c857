"""Whom do we approach? True in every municipality, for every service."""

import datetime

import pytest
from django.core.management import call_command
from django.urls import reverse

from associations.models import Municipality, Service, WellbeingRegion
from associations.places import approach
from tests import factories as make

pytestmark = pytest.mark.django_db
PAGE = "/kenelle-asia-kuuluu/"
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def places():
    call_command("load_places", verbosity=0)


def address(service, code):
    return f"{PAGE}{service}/{code}/"


def levels(service, code):
    place = Municipality.objects.select_related("wellbeing_region").get(code=code)
    return [body.level for body in approach.who_answers(Service.objects.get(key=service), place).bodies]


# --- Every pair ---
def test_every_mainland_municipality_gets_an_answer_for_every_service(places, django_assert_num_queries):
    services = list(Service.objects.all())
    mainland = list(Municipality.objects.exclude(wellbeing_region=None).select_related("wellbeing_region"))
    assert (len(services), len(mainland)) == (49, 292)
    with django_assert_num_queries(0):
        for place in mainland:
            for service in services:
                answer = approach.who_answers(service, place)
                named = [body.name for body in answer.bodies]
                region = place.wellbeing_region
                if region.code == "90":
                    assert (named, answer.is_city_of_both) == (["Helsinki"], True)
                    continue
                wanted = {
                    "municipality": [place.name], "wellbeing_region": [region.name], "both": [place.name, region.name],
                }[service.responsible]  # fmt: skip
                assert (named, answer.is_city_of_both, answer.is_outside) == (wanted, False, False)
                for body in answer.bodies:
                    # The website is the region's own; a municipality's is not in the data and not made up.
                    assert body.website == (f"https://{region.website_domain}/" if body.place == region else "")


def test_every_service_in_every_municipality_of_aland_is_outside(places):
    aland = list(Municipality.objects.filter(wellbeing_region=None))
    services = list(Service.objects.all())
    answers = [approach.who_answers(service, place) for place in aland for service in services]
    assert len(answers) == 16 * 49
    assert all(answer.is_outside and not answer.bodies and not answer.is_city_of_both for answer in answers)


@pytest.mark.parametrize("key", ["ecec", "school_health", "hyte", "family_centre", "ngo_support"])
@pytest.mark.parametrize("code", ["837", "091", "478", "698", "049", "235", "092", "297"])
def test_pages_of_answers_open_and_say_what_the_function_says(client, places, key, code):
    response = client.get(address(key, code))
    assert response.status_code == 200
    shown = response.content.decode()
    answer = response.context["answer"]
    assert answer.is_outside == (code == "478")
    assert Service.objects.get(key=key).name_fi in shown
    for body in answer.bodies:
        assert body.name in shown and body.place.get_absolute_url() in shown


@pytest.mark.parametrize("prefix", ["", "/sv", "/en"])
def test_the_answer_has_the_same_address_in_each_language(client, places, prefix):
    assert client.get(prefix + address("ecec", "837")).status_code == 200
    assert client.get(prefix + address("ecec", "999")).status_code == 404
    assert client.get(prefix + address("no_such", "837")).status_code == 404


def test_the_division_of_2023_is_as_the_data_has_it(places):
    assert levels("ecec", "837") == ["municipality"]
    assert levels("school_health", "837") == ["wellbeing_region"]
    assert levels("hyte", "837") == ["municipality", "wellbeing_region"]
    assert levels("school_health", "091") == ["municipality"]
    assert levels("school_health", "478") == []


def test_the_basis_is_shown_with_how_well_it_is_checked(client, places):
    checked = client.get(address("ecec", "837")).context
    assert (checked["basis"], checked["badge"]) == ("Varhaiskasvatuslaki 540/2018", "done")
    assert client.get(address("outreach_youth", "837")).context["badge"] == "todo"
    swedish = client.get("/sv" + address("after_school", "837")).content.decode()
    assert "Lagen om grundläggande utbildning 628/1998" in swedish
    assert "Kommunen kan ordna" in swedish


def test_the_dates_are_those_of_the_body_that_decides(client, places):
    bodies = client.get(address("school_health", "837")).context["bodies"]
    assert [(body.level, {one.basis.split(" ")[0] for one in dates}) for body, dates, _undated in bodies] == [
        ("wellbeing_region", {"Laki"})
    ]
    both = client.get(address("hyte", "837")).context["bodies"]
    assert [body.level for body, _dates, _undated in both] == ["municipality", "wellbeing_region"]
    assert client.get(address("hyte", "478")).context["bodies"] == []


# --- Merged municipalities ---
def ended(place, successor, year=2025):
    place.valid_to, place.successor = datetime.date(year, 12, 31), successor
    place.save()


def test_an_ended_municipality_gets_the_answer_of_what_it_became(client, places):
    old, middle, new = (Municipality.objects.get(code=code) for code in ("009", "069", "005"))
    ended(old, middle)
    ended(middle, new)
    response = client.get(address("ecec", "009"))
    assert (response.context["place"], response.context["asked"]) == (new, old)
    assert "Alajärvi" in response.content.decode()


def test_who_knows_no_successor_says_so_and_a_circle_ends(client, places):
    old, other = Municipality.objects.get(code="009"), Municipality.objects.get(code="069")
    ended(old, None)
    response = client.get(address("ecec", "009"))
    assert (response.status_code, response.context["place"]) == (200, None)
    ended(old, other)
    ended(other, old)
    assert client.get(address("ecec", "009")).context["place"] is None


def test_a_municipality_answers_until_its_last_day_is_over(places):
    place = Municipality.objects.select_related("wellbeing_region").get(code="009")
    place.valid_to = TODAY
    assert approach.in_force(place, TODAY) == place
    assert approach.in_force(place, TODAY + datetime.timedelta(days=1)) is None


# --- Finding the service ---
@pytest.mark.parametrize(
    "typed, key",
    [
        ("varhaisk", "ecec"), ("päiväkoti", "ecec"), ("DAGHEM", "ecec"), ("daycare", "ecec"),
        ("neuvola", "maternity_child_clinic"), ("kuraattori", "student_welfare"), ("koulukyyti", "school_transport"),
        ("playground", "parks"), ("lekplats", "parks"), ("henkilökohtainen apu", "disability_services"),
        ("terveydenhoitaja", "school_health"), ("toimeentulotuki", "income_support_preventive"),
        ("omaishoi", "informal_care"), ("hyte", "hyte"),
    ],
)  # fmt: skip
def test_a_service_is_found_by_its_names_and_by_everyday_words(client, places, typed, key):
    found = client.get(PAGE, {"q": typed, "kunta": "837"}).context["groups"]
    assert key in [one.key for _responsible, rows in found for one, _address in rows]


def test_every_service_can_be_found_by_the_beginning_of_its_name_in_each_language(places):
    services = list(Service.objects.all())
    for service in services:
        for name in (service.name_fi, service.name_sv, service.name_en):
            assert service in approach.matching(services, name), name


@pytest.mark.parametrize("query", [
    {"q": "zzzz"}, {"q": "'; --"}, {"q": "x" * 9999}, {"kunta": "999"}, {"kunta": "'"},
    {"palvelu": "no"}, {"palvelu": "ecec"}, {"palvelu": "ecec", "kunta": "-"}, {"kunta": "478"}, {"kunta": "091"},
])  # fmt: skip
def test_every_odd_question_gets_a_page(client, places, query):
    assert client.get(PAGE, query).status_code == 200


def test_the_form_leads_to_the_answers_own_address(client, places):
    response = client.get(PAGE, {"palvelu": "ecec", "kunta": "837"})
    assert (response.status_code, response.url) == (302, address("ecec", "837"))


def test_without_a_municipality_a_service_asks_for_it(client, places):
    groups = client.get(PAGE).context["groups"]
    assert sum(len(rows) for _responsible, rows in groups) == 49
    addresses = {one.key: link for _responsible, rows in groups for one, link in rows}
    assert addresses["ecec"] == f"{PAGE}?palvelu=ecec#kunta"
    asked = client.get(PAGE, {"palvelu": "ecec"})
    assert 'name="palvelu" value="ecec"' in asked.content.decode()


# --- Two clicks ---
def board_member_of(code):
    return make.make_board_member(make.make_association(municipality=Municipality.objects.get(code=code)))


def test_a_board_member_is_answered_with_two_clicks(client, places):
    client.force_login(board_member_of("837"))
    first = client.get(PAGE)
    assert first.context["place"].code == "837"
    link = next(link for _kind, rows in first.context["groups"] for one, link in rows if one.key == "ecec")
    second = client.get(link)
    assert second.status_code == 200
    assert [body.name for body, _dates, _undated in second.context["bodies"]] == ["Tampere"]


def test_one_may_ask_about_another_municipality_than_ones_own(client, places):
    client.force_login(board_member_of("837"))
    assert client.get(PAGE, {"kunta": "698"}).context["place"].code == "698"
    asked = client.get(PAGE, {"palvelu": "ecec", "kunta": "-"})
    assert (asked.status_code, asked.context["place"], asked.context["is_unknown"]) == (200, None, False)


def test_who_sits_on_a_board_elsewhere_than_is_a_member_begins_with_the_board(client, places):
    person = board_member_of("837")
    make.make_role(
        person, "member", make.make_association(name="A ry", municipality=Municipality.objects.get(code="091"))
    )
    client.force_login(person)
    assert [one.code for one in client.get(PAGE).context["own"]] == ["837", "091"]


@pytest.mark.parametrize("rows", [1, 3])
def test_an_answer_asks_the_same_number_of_queries_whatever_there_is(client, rows, django_assert_num_queries):
    union, region = make.make_union(), make.make_region("08")
    place = make.make_municipality("837", "Tampere", region=region)
    service = Service.objects.create(key="ecec", name_fi="Varhaiskasvatus", responsible="both")
    for number in range(rows):
        association = make.make_association(make.make_district(union, f"Piiri {number}"), f"Y {number} ry", place)
        association.parent.wellbeing_regions.add(region)
        make.make_coordinator(union, [region])
        Service.objects.create(key=f"s{number}", name_fi=f"Palvelu {number}", responsible="municipality")
        make.make_municipality(region=region)
    client.force_login(make.make_board_member(association))
    path = reverse("associations:approach_answer", args=[service.key, place.code])
    client.get(path)
    with django_assert_num_queries(15):
        client.get(path)
    with django_assert_num_queries(6):
        client.get(PAGE)


def test_nobody_says_a_region_of_its_own_for_helsinki(client, places):
    shown = client.get(address("school_health", "091")).content.decode()
    assert WellbeingRegion.objects.get(code="90").website_domain in shown
    assert "hyvinvointialue</p>" not in shown.lower()
