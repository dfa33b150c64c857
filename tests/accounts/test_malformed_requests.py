"""What cannot be meant is refused before it reaches the database."""

import pytest
from django.test import RequestFactory

from advocacy_portal.lib.requests import RefuseMalformedInput


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "q=%FF", "q=%ED%A0%80", "%00=1", "q=%C3"])
def test_nul_and_broken_letters_in_a_query_are_400(client, query):
    assert client.get("/tili/kirjaudu/", QUERY_STRING=query).status_code == 400


@pytest.mark.django_db
def test_nul_in_an_address_is_400(client):
    assert client.get("/tili/%00/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/tili/%FF/", "/tili/kirjaudu/%ED%A0%80"])
def test_broken_letters_in_an_address_match_nothing(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_nul_in_a_session_cookie_is_400_and_not_a_fault_of_the_database(client):
    assert client.get("/tili/omat-tiedot/", HTTP_COOKIE='sessionid="abcdefgh\\000ijkl"').status_code == 400


@pytest.mark.django_db
def test_nul_in_a_form_is_told_at_its_field(client):
    answer = client.post("/tili/kirjaudu/", {"login": "a\x00@example.org", "password": "x\x00"})
    assert answer.status_code == 422


@pytest.mark.parametrize("query", ["q=%C3%A4", "q=ä".encode().decode("latin-1"), "q=%F0%9F%98%80", "a=1&b=%20", ""])
def test_real_words_pass(query):
    request = RequestFactory().get("/tapahtumat/", QUERY_STRING=query)
    assert RefuseMalformedInput(lambda request: "passed")(request) == "passed"


@pytest.mark.django_db
@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 2**70])
def test_a_number_too_big_for_a_row_is_not_found(client, pk):
    from tests.factories import make_user

    client.force_login(make_user())
    assert client.get(f"/tili/turvallisuus/avaimet/{pk}/nimi/").status_code in (302, 404)
