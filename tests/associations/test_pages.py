"""The directory, an organisation's page, its editing, and the area."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from associations.models import Organisation
from associations.organisations.models import Organisation as Model
from associations.places.loading import DATA
from tests import factories as make
from tests.world import build_world

pytestmark = pytest.mark.django_db
LIST = "/yhdistykset/"


@pytest.fixture
def world():
    return build_world()


def found(client, **query):
    return [one.name_fi for one in client.get(LIST, query).context["page_obj"]]


def test_real_associations_come_in_once_and_hang_where_the_sources_say(capsys):
    call_command("load_places", verbosity=0)
    call_command("load_associations")
    assert Organisation.objects.count() == 39
    mll = Organisation.objects.get(short_name="MLL")
    assert (mll.name_sv, mll.website) == ("Mannerheims Barnskyddsförbund rf", "https://mll.fi/")
    assert mll.family.count() == 30
    kuopio = Organisation.objects.get(name_fi="MLL Kuopion yhdistys")
    assert kuopio.parent.name_fi == "Mannerheimin Lastensuojeluliiton Järvi-Suomen piiri ry"
    assert list(kuopio.parent.wellbeing_regions.values_list("code", flat=True)) == ["12", "13", "14", "15"]
    assert Organisation.objects.get(name_fi="MLL Tikkurila").parent == mll
    assert Organisation.objects.get(name_fi="MLL Uudenmaan piiri").website == ""
    capsys.readouterr()
    call_command("load_associations")
    assert capsys.readouterr().out == "Organisations: no changes.\n"


def test_loading_again_does_not_undo_what_a_board_wrote():
    call_command("load_places", verbosity=0)
    call_command("load_associations", verbosity=0)
    Organisation.objects.filter(name_fi="MLL Tikkurila").update(website="https://example.org/", email="a@example.org")
    call_command("load_associations", verbosity=0)
    kept = Organisation.objects.get(name_fi="MLL Tikkurila")
    assert (kept.website, kept.email) == ("https://example.org/", "a@example.org")


def test_a_faulty_line_of_associations_is_named(tmp_path):
    call_command("load_places", verbosity=0)
    file = tmp_path / "associations.csv"
    text = (DATA / "associations.csv").read_text()
    file.write_text(
        text.replace(",297,Kuopio,Mannerheimin", ",999,Kuopio,Jonkin").replace("MLL,local,MLL Tikkurila", "MLX,local,")
    )
    with pytest.raises(CommandError) as refused:
        call_command("load_associations", file=file)
    assert "associations.csv line 17: name is empty" in str(refused.value)
    assert Organisation.objects.count() == 0


def test_names_are_found_by_how_their_words_begin(client, world):
    make.make_association(world.union, "MLL Etelä-Espoon paikallisyhdistys", world.municipality)
    assert found(client, q="espoo") == ["MLL Etelä-Espoon paikallisyhdistys"]
    assert found(client, q="ETELÄ mll") == ["MLL Etelä-Espoon paikallisyhdistys"]
    assert found(client, q="rovaniemi") == ["Toisen liiton yhdistys ry"]
    assert found(client, q="koivurannan") == ["Koivurannan yhdistys ry"]
    assert found(client, q="ivuranna") == []
    assert len(found(client, q="&|!():*'\\ ")) == Organisation.objects.count()


def test_filters_narrow_together_and_can_be_taken_away_one_by_one(client, world):
    page = client.get(LIST, {"liitto": world.union.pk, "alue": "08", "laji": "association", "q": "harju"})
    assert [one.name_fi for one in page.context["page_obj"]] == ["Harjun seudun yhdistys ry"]
    chosen = dict(page.context["search"].chosen())
    assert list(chosen.values())[0] == f"?liitto={world.union.pk}&alue=08&laji=association"
    assert len(chosen) == 4


def test_a_district_is_found_in_the_regions_it_covers(client, world):
    world.district.wellbeing_regions.add(world.far_region)
    assert found(client, alue="21") == ["Pirkanmaan piiri ry", "Toisen liiton yhdistys ry"]


@pytest.mark.parametrize("query", [
    {"liitto": "999999999999999999999"}, {"liitto": "abc"}, {"alue": "'; --"}, {"laji": "x"}, {"page": "-5"},
    {"page": "99999999999999999999"}, {"page": "x"}, {"q": "x" * 10_000}, {"q": "😀 ª²"}, {"q": "a_b-c"},
])  # fmt: skip
def test_a_broken_address_still_gets_a_page(client, world, query):
    assert client.get(LIST, query).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_directory_asks_no_more_queries(client, django_assert_num_queries, rows):
    union = make.make_union()
    for number in range(rows):
        make.make_association(union, f"Yhdistys {number} ry", make.make_municipality(name_fi=f"Kunta {number}"))
    with django_assert_num_queries(7):
        client.get(LIST, {"q": "yhd"})


def test_the_list_has_25_on_a_page(client):
    union = make.make_union()
    home = make.make_municipality()
    Organisation.objects.bulk_create(
        Model(kind="association", name_fi=f"Yhdistys {n:02} ry", parent=union, union=union, home_municipality=home)
        for n in range(30)
    )
    assert len(found(client)) == 25
    assert len(found(client, page=2)) == 6


def page_of(client, user, organisation):
    client.logout()
    if user:
        client.force_login(user)
    return client.get(organisation.get_absolute_url()).content.decode()


def test_the_board_and_the_coordinator_show_only_inside(client, world):
    world.chair.phone = "040 555 0101"
    world.chair.save()
    for who in ("visitor", "neighbour", "other_staff", "far_coordinator", "legal"):
        page = page_of(client, getattr(world, who), world.association)
        inner = [
            "Pertti Puheenjohtaja",
            "040 555 0101",
            world.chair.email,
            "Kaisa Koordinaattori",
            world.coordinator.email,
        ]
        assert [word for word in inner if word in page] == [], who
    page = page_of(client, world.board, world.association)
    for word in ("Pertti Puheenjohtaja", "040 555 0101", world.chair.email, "Kaisa Koordinaattori"):
        assert word in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_bigger_board_asks_no_more_queries(client, world, django_assert_num_queries, rows):
    for _ in range(rows):
        make.make_board_member(world.association)
        make.make_coordinator(world.union, [world.region])
    client.force_login(world.board)
    with django_assert_num_queries(9):
        client.get(world.association.get_absolute_url())


def test_the_board_edits_the_contact_details(client, world):
    client.force_login(world.board)
    url = reverse("associations:organisation_edit", args=[world.association.pk])
    typed = {"email": "oma@example.org", "phone": "040 123 4567", "website": "https://example.org/"}
    typed |= {"languages": ["fi", "sv"], "introduction": "Me <b>täällä</b>."}
    typed |= {"name_fi": "Kaapattu", "union": world.other_union.pk}
    answer = client.post(url, typed)
    assert (answer.status_code, answer.url) == (302, world.association.get_absolute_url())
    world.association.refresh_from_db()
    got = world.association
    assert (got.email, got.phone, got.languages, got.name_fi) == (
        "oma@example.org", "040 123 4567", "fi,sv", "Koivurannan yhdistys ry",
    )  # fmt: skip
    assert got.union == world.union
    assert "Me &lt;b&gt;täällä&lt;/b&gt;." in page_of(client, None, world.association)


@pytest.mark.parametrize("name, value", [
    ("email", "ei osoite"), ("phone", "soita minulle"), ("website", "javascript:alert(1)"), ("website", "ftp://example.org/"),
    ("languages", "klingon"), ("introduction", "x" * 2001), ("email", "a@example.org\r\nBcc: b@example.org"),
    ("phone", "040\x00123"),
])  # fmt: skip
def test_a_faulty_detail_is_told_and_nothing_is_saved(client, world, name, value):
    client.force_login(world.board)
    typed = {"email": "", "phone": "", "website": "", "languages": "fi", "introduction": "", name: value}
    answer = client.post(reverse("associations:organisation_edit", args=[world.association.pk]), typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]
    world.association.refresh_from_db()
    assert (world.association.email, world.association.phone, world.association.website) == ("", "", "")
