"""A person's own details."""

import pytest
from django.urls import reverse

from tests.factories import make_user

pytestmark = pytest.mark.django_db
DETAILS = {"name": "Aino Mallikas-Uusi", "phone": "040 123 4567", "language": "fi"}


@pytest.fixture
def signed(client, person):
    client.force_login(person)
    return client


def test_details_are_saved(signed, person):
    answer = signed.post(reverse("accounts:profile"), DETAILS)
    assert answer.url == reverse("accounts:profile")
    person.refresh_from_db()
    assert (person.name, person.phone) == ("Aino Mallikas-Uusi", "040 123 4567")


def test_a_new_language_turns_the_page(signed, person):
    answer = signed.post(reverse("accounts:profile"), DETAILS | {"language": "sv"})
    assert answer.url == "/sv/tili/omat-tiedot/"
    page = signed.get(answer.url).content.decode()
    assert "Dina uppgifter är sparade." in page
    assert "Mina uppgifter" in page


def test_a_wrong_phone_number_is_told_with_an_example_and_nothing_is_lost(signed, person):
    answer = signed.post(reverse("accounts:profile"), DETAILS | {"phone": "soita joskus"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Kirjoita puhelinnumero, esimerkiksi 040 123 4567." in page
    assert "Aino Mallikas-Uusi" in page
    # The header still calls the person by the saved name.
    assert "<span>Aino Mallikas</span>" in page
    person.refresh_from_db()
    assert person.name == "Aino Mallikas"


def test_the_form_changes_nothing_else(signed, person):
    more = {
        "is_staff": "on",
        "is_superuser": "on",
        "email": "x@example.org",
        "is_active": "",
        "password": "x",
        "id": "1",
    }
    signed.post(reverse("accounts:profile"), DETAILS | more)
    before = person.password
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser, person.email, person.is_active, person.password) == (
        False, False, "aino@example.org", True, before,
    )  # fmt: skip


def test_the_ways_in_are_listed_with_their_state(signed, person):
    page = signed.get(reverse("accounts:security")).content.decode()
    for name in ("account_email", "account_change_password", "mfa_index", "mfa_list_webauthn"):
        assert f'href="{reverse(name)}"' in page
    assert "Ei käytössä" in page


def test_another_persons_passkey_is_not_found(signed, person):
    from allauth.mfa.models import Authenticator

    theirs = Authenticator.objects.create(
        user=make_user(), type=Authenticator.Type.WEBAUTHN, data={"name": "Salainen avain", "credential": {}}
    )
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        url = reverse(name, args=[theirs.pk])
        assert "Salainen avain" not in signed.get(url, follow=True).content.decode()
        signed.post(url, {"name": "Varastettu"})
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Salainen avain"


def test_the_office_makes_an_account_without_a_password(client):
    chief = make_user(is_staff=True, is_superuser=True)
    client.force_login(chief)
    facts = {"email": "Uusi@Example.org", "name": "Uusi Ihminen", "phone": "", "language": "sv", "is_active": "on"}
    assert client.post("/yllapito/accounts/user/add/", facts).status_code == 302
    from accounts.models import User

    person = User.objects.get(email="uusi@example.org")
    assert not person.has_usable_password()
    page = client.get(f"/yllapito/accounts/user/{person.pk}/change/").content.decode()
    assert person.password not in page
    assert 'name="email"' not in page
    assert client.get("/yllapito/accounts/user/", {"q": "uusi"}).status_code == 200
