"""An organisation's page: each kind as it is, the inner card, and two people correcting it at once."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from associations.models import NetworkMembership, Organisation
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world()


def page(client, user, organisation):
    client.logout()
    if user:
        client.force_login(user)
    return client.get(organisation.get_absolute_url(), headers={"accept-language": "en"})


def places(client, organisation):
    answer = page(client, None, organisation)
    return [(place.name, place.count, place.is_outside) for place in answer.context["family"]["places"]]


# --- Kinds ---
def test_a_union_shows_its_districts_and_orphans_and_regions_as_they_are(client, world):
    make.make_association(world.union, "Suoraan liitossa ry", world.municipality)
    make.make_association(world.union, "Toinen suoraan ry", world.other_association.home_municipality)
    homeless = make.make_association(world.union, "Koditon ry", world.municipality)
    Organisation.objects.filter(pk=homeless.pk).update(home_municipality=None)
    ended = make.make_association(world.district, "Lakannut ry", world.municipality)
    Organisation.objects.filter(pk=ended.pk).update(ended_on=datetime.date(2025, 1, 1))
    make.make_district(world.union, "Tyhjä piiri ry")
    family = page(client, None, world.union).context["family"]
    assert [(one.name_fi, one.size) for one in family["districts"]] == [
        ("Pirkanmaan piiri ry", 2),
        ("Tyhjä piiri ry", 0),
    ]
    assert (family["orphans"], family["total"]) == (3, 5)
    assert places(client, world.union)[:2] == [("Lappi", 1, False), ("Pirkanmaa", 3, False)]
    assert [count for _name, count, _outside in places(client, world.union)] == [1, 3, 1]
    there = next(place.url for place in family["places"] if place.name == "Pirkanmaa")
    assert client.get(there).context["page_obj"].paginator.count == 3


def test_a_region_may_hold_seventeen_associations_of_a_union(client, world):
    for number in range(15):
        make.make_association(world.district, f"Yhdistys {number}", world.municipality)
    assert places(client, world.union) == [("Pirkanmaa", 17, False)]


def test_a_district_covers_one_to_five_regions_and_shows_what_lies_outside(client, world):
    others = [make.make_region(code, f"Alue {code} hyvinvointialue") for code in ("05", "06")]
    world.district.wellbeing_regions.set([world.region, *others])
    make.make_association(world.district, "Pohjoinen ry", world.other_association.home_municipality)
    assert places(client, world.district) == [
        ("Pirkanmaa", 2, False), ("Satakunta", 0, False), ("Varsinais-Suomi", 0, False), ("Lappi", 1, True),
    ]  # fmt: skip
    text = page(client, None, world.district).content.decode()
    for region in (world.region, *others):
        assert region.name in text


def test_a_district_shows_25_and_leads_to_the_rest(client, world):
    for number in range(30):
        make.make_association(world.district, f"Yhdistys {number:02}", world.municipality)
    family = page(client, None, world.district).context["family"]
    assert (len(family["children"]), family["has_more"]) == (25, True)
    assert client.get(family["all_url"]).context["page_obj"].paginator.count == 32


def test_a_network_lists_its_members_across_unions_and_nobody_who_only_is_invited(client, world):
    network = Organisation.objects.create(kind="network", name_fi="Lapsiverkosto")
    for member, joined in ((world.association, "2026-01-01"), (world.other_union, "2026-01-01"), (world.union, None)):
        NetworkMembership.objects.create(network=network, member=member, joined_on=joined)
    text = page(client, None, network).content.decode()
    assert "2 jäsenjärjestöä" in text
    assert "Koivurannan yhdistys ry" in text and "Toinen liitto ry" in text
    assert f'href="{world.union.get_absolute_url()}"' not in text
    # The network is on the member's own page, the invitation is not.
    assert "Lapsiverkosto" in page(client, None, world.association).content.decode()
    assert "Lapsiverkosto" not in page(client, None, world.union).content.decode()
    assert "Lapsiverkosto" in page(client, world.staff, world.union).content.decode()


def test_an_ended_network_is_on_nobodys_page(client, world):
    network = Organisation.objects.create(kind="network", name_fi="Lapsiverkosto", ended_on=timezone.localdate())
    NetworkMembership.objects.create(network=network, member=world.association, joined_on="2026-01-01")
    assert "Lapsiverkosto" not in page(client, world.board, world.association).content.decode()


# --- The inner card ---
def test_the_card_tells_what_is_missing_and_when_the_details_were_confirmed(client, world):
    missing = page(client, world.neighbour, world.neighbour_association).context["missing"]
    assert len(missing) == 5
    Organisation.objects.filter(pk=world.association.pk).update(
        email="oma@example.org", phone="040 123 4567", introduction="Me", details_confirmed_at=timezone.now()
    )
    make.make_member_of("secretary", world.association)
    answer = page(client, world.coordinator, world.association)
    assert answer.context["missing"] == []
    assert "Hallitus vahvisti tiedot" in answer.content.decode()
    long_ago = timezone.now() - datetime.timedelta(days=400)
    Organisation.objects.filter(pk=world.association.pk).update(details_confirmed_at=long_ago)
    assert len(page(client, world.coordinator, world.association).context["missing"]) == 1


def test_a_chair_who_begins_later_is_not_a_chair_yet(client, world):
    coming = make.make_user("Tuleva Mallikas")
    make.make_role(coming, "chair", world.neighbour_association, starts_on=timezone.localdate() + datetime.timedelta(1))
    answer = page(client, world.neighbour, world.neighbour_association)
    assert "Tuleva Mallikas" in answer.content.decode()
    assert "Puheenjohtaja puuttuu." in answer.context["missing"]


def test_nothing_of_the_card_is_for_strangers(client, world):
    Organisation.objects.filter(pk=world.association.pk).update(details_confirmed_at=timezone.now())
    for who in ("visitor", "neighbour", "far_coordinator", "other_staff", "legal"):
        answer = page(client, getattr(world, who), world.association)
        assert {"missing", "board", "coordinators", "invitations", "shared_board"} & set(answer.context.keys()) == set()
        assert "confirmed" not in answer.content.decode()


def links(client, user, organisation):
    return {url for _icon, _words, url in page(client, user, organisation).context["links"]}


def test_the_doors_from_the_page_open_to_those_who_see_them(client, world):
    for who in ("visitor", "member", "board", "chair", "coordinator", "staff", "neighbour", "other_staff", "legal"):
        person = getattr(world, who)
        for url in links(client, person, world.association):
            answer = client.get(url, follow=True)
            assert answer.status_code == 200, (who, url)


def test_those_without_a_role_there_may_ask_to_join(client, world):
    join = reverse("associations:join", args=[world.association.pk])
    assert join in links(client, None, world.association)
    assert join in links(client, world.neighbour, world.association)
    assert join not in links(client, world.member, world.association)
    Organisation.objects.filter(pk=world.association.pk).update(ended_on=timezone.localdate())
    assert join not in links(client, world.staff, world.association)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_bigger_union_and_district_ask_no_more_queries(client, world, django_assert_max_num_queries, rows):
    for number in range(rows):
        district = make.make_district(world.union, f"Piiri {number}")
        home = make.make_municipality(region=make.make_region(f"0{number + 1}"))
        make.make_association(district, f"Yhdistys {number}", home)
        make.make_association(world.district, f"Toinen {number}", home)
        world.district.wellbeing_regions.add(home.wellbeing_region)
    client.force_login(world.staff)
    for organisation, most in ((world.union, 11), (world.district, 11)):
        with django_assert_max_num_queries(most) as asked:
            client.get(organisation.get_absolute_url())
        assert len(asked) == most


# --- Correcting it ---
def edit(organisation):
    return reverse("associations:organisation_edit", args=[organisation.pk])


def typed(form, **changes):
    """What a browser sends back of the form as it was shown."""
    data = {}
    for field in form:
        value = field.value()
        if field.field.__class__.__name__ in ("LogoField", "BooleanField"):
            continue
        data[field.html_name] = [getattr(one, "pk", one) for one in value] if isinstance(value, list) else value or ""
    return data | changes


def opened(client, user, organisation):
    client.force_login(user)
    return client.get(edit(organisation)).context["form"]


def test_the_board_tells_in_which_municipalities_it_works(client, world):
    far = world.other_association.home_municipality
    form = opened(client, world.board, world.association)
    assert [(name, is_open) for name, _lines, _chosen, is_open in form.regions()] == [
        ("Pirkanmaa", True),
        ("Lappi", False),
    ]
    client.post(edit(world.association), typed(form, municipalities=[world.municipality.pk, far.pk]))
    assert set(world.association.municipalities.values_list("code", flat=True)) == {"837", "698"}
    form = opened(client, world.board, world.association)
    assert [chosen for _name, _lines, chosen, _open in form.regions()] == [1, 1]
    client.post(edit(world.association), typed(form, municipalities=[]))
    assert not world.association.municipalities.exists()
    answer = client.post(edit(world.association), typed(form, municipalities=["999999"]))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["municipalities"])


def test_a_municipality_that_has_been_merged_is_not_offered(client, world):
    make.make_municipality("999", "Vanhala", world.region, valid_to=datetime.date(2020, 12, 31))
    form = opened(client, world.board, world.association)
    assert [label for _name, lines, _chosen, _open in form.regions() for _pk, label, _is in lines] == [
        "Tampere", "Rovaniemi",
    ]  # fmt: skip


def test_names_and_regions_are_kept_by_the_staff(client, world):
    names = {"name_sv": "Björkstrand rf", "short_name": "BKS"}
    form = opened(client, world.board, world.association)
    client.post(edit(world.association), typed(form, **names))
    form = opened(client, world.coordinator, world.association)
    client.post(edit(world.association), typed(form, **names))
    world.association.refresh_from_db()
    assert (world.association.name_sv, world.association.short_name) == ("", "")
    form = opened(client, world.staff, world.association)
    client.post(edit(world.association), typed(form, **names))
    world.association.refresh_from_db()
    assert (world.association.name_sv, world.association.short_name) == ("Björkstrand rf", "BKS")


def test_a_district_covers_at_most_five_regions(client, world):
    regions = [make.make_region(f"0{number}") for number in range(1, 7)]
    form = opened(client, world.staff, world.district)
    answer = client.post(edit(world.district), typed(form, wellbeing_regions=[one.pk for one in regions]))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["wellbeing_regions"])
    client.post(edit(world.district), typed(form, wellbeing_regions=[one.pk for one in regions[:5]]))
    assert world.district.wellbeing_regions.count() == 5


def test_two_people_correcting_different_lines_keep_both(client, world):
    """Whoever sends last must not put the other's line back to what it was."""
    form = opened(client, world.board, world.association)
    mine = typed(form, email="oma@example.org")
    far = world.other_association.home_municipality
    client.force_login(world.chair)
    theirs = typed(form, introduction="Toisen\r\nteksti", municipalities=[far.pk], languages=["sv", "fi"])
    client.post(edit(world.association), theirs)
    client.force_login(world.board)
    assert client.post(edit(world.association), mine).status_code == 302
    world.association.refresh_from_db()
    got = world.association
    assert (got.email, got.introduction, got.languages) == ("oma@example.org", "Toisen\r\nteksti", "sv,fi")
    assert list(got.municipalities.all()) == [far]


def test_two_people_correcting_the_same_line_are_told(client, world):
    form = opened(client, world.board, world.association)
    Organisation.objects.filter(pk=world.association.pk).update(email="toinen@example.org")
    answer = client.post(edit(world.association), typed(form, email="oma@example.org", phone="040 123 4567"))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email"])
    assert "toinen@example.org" in answer.context["form"].errors["email"][0]
    world.association.refresh_from_db()
    assert (world.association.email, world.association.phone) == ("toinen@example.org", "")
    # Having been told, one's own word stands.
    again = typed(answer.context["form"])
    assert client.post(edit(world.association), again).status_code == 302
    world.association.refresh_from_db()
    assert (world.association.email, world.association.phone) == ("oma@example.org", "040 123 4567")


def test_another_fault_does_not_make_one_undo_the_other_unaware(client, world):
    form = opened(client, world.board, world.association)
    Organisation.objects.filter(pk=world.association.pk).update(introduction="Toisen teksti")
    answer = client.post(edit(world.association), typed(form, phone="soita minulle"))
    assert list(answer.context["form"].errors) == ["phone"]
    client.post(edit(world.association), typed(answer.context["form"], phone="040 123 4567"))
    world.association.refresh_from_db()
    assert (world.association.introduction, world.association.phone) == ("Toisen teksti", "040 123 4567")


@pytest.mark.parametrize("seen", ["", "{", "[]", "[1]", '"ab"', "NaN", "[" * 1999, '{"email": {}}', '{"x": 1}', "\x00"])
def test_a_broken_mark_of_what_was_seen_is_no_fault_of_the_server(client, world, seen):
    form = opened(client, world.board, world.association)
    answer = client.post(edit(world.association), typed(form, seen=seen, email="oma@example.org"))
    assert answer.status_code in (302, 422)
