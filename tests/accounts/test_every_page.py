"""Every page of logging in: in Finnish and Swedish to the last word, clean for the strict CSP."""

import html
import re
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import get_resolver, reverse
from django.utils import translation

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FOR_VISITORS = [
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_request_login_code", "account_inactive",
]  # fmt: skip
FOR_PEOPLE = [
    "account_logout", "account_email", "account_change_password", "account_reauthenticate", "mfa_index",
    "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "accounts:profile", "accounts:security",
    "accounts:sessions", "account_reset_password",
]  # fmt: skip
WITH_APP = [
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_index",
]


def english_sentences():
    """What allauth would say in English: its own catalogue's sources of two words or more."""
    source = Path(allauth.__file__).parent / "locale/fi/LC_MESSAGES/django.po"
    found = re.findall(r'^msgid "(.+)"$', source.read_text(), re.M)
    return [text for text in found if " " in text and "%(" not in text and len(text) > 7]


def words(page):
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


ENGLISH_WORDS = {"the", "your", "password", "please", "sign", "email", "you", "code", "and", "with", "error", "account"}


def assert_page_is_fine(answer, language="fi"):
    assert answer.status_code == 200
    page = answer.content.decode()
    said = words(page)
    left = [text for text in english_sentences() if text in said]
    assert not left
    # The addresses of the languages and the name of a font aside, no English word stands alone either.
    assert not ENGLISH_WORDS & set(re.findall(r"[a-z]+", said.lower().replace("google authenticator", "")))
    assert f'<html lang="{language}"' in page
    assert page.count("<h1") == 1
    assert not re.search(r"\sstyle=|<style|\son\w+=|placeholder=", page)
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
    assert all('type="application/json"' in attributes for attributes in inline)
    assert "{{" not in page and "{%" not in page


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize("name", FOR_VISITORS)
def test_pages_for_visitors(client, name, language):
    with translation.override(language):
        assert_page_is_fine(client.get(reverse(name)), language)


@pytest.fixture
def signed(client, person):
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


@pytest.fixture
def trusted(signed):
    signed.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return signed


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_pages_for_people(trusted, name, language):
    with translation.override(language):
        assert_page_is_fine(trusted.get(reverse(name)), language)


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize("name", WITH_APP)
def test_pages_of_the_second_step(trusted, person, name, language):
    from tests.accounts.test_second_step import app_code

    secret = trusted.get(reverse("mfa_activate_totp")).context["form"].secret
    trusted.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    with translation.override(language):
        trusted.get(reverse("accounts:profile"))  # takes the message with it
        assert_page_is_fine(trusted.get(reverse(name)), language)


def test_pages_of_one_passkey(trusted, person):
    key = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Puhelin", "credential": {}})
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert_page_is_fine(trusted.get(reverse(name, args=[key.pk])))


def test_the_page_that_asks_for_the_code(client, person):
    client.post(reverse("account_request_login_code"), {"email": person.email})
    assert_page_is_fine(client.get(reverse("account_confirm_login_code")))


def test_the_page_that_asks_to_confirm_the_address(client):
    facts = {"name": "Uusi", "email": "uusi@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), facts)
    assert_page_is_fine(client.get(reverse("account_email_verification_sent")))


def test_the_page_of_a_new_password(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body).group(1)
    assert_page_is_fine(client.get(link, follow=True))


def test_fields_ask_for_the_right_keyboard_and_the_right_memory(client, person):
    page = client.get(reverse("account_login")).content.decode()
    assert re.search(r'<input type="email"[^>]*inputmode="email"', page)
    assert 'autocomplete="current-password"' in page
    page = client.get(reverse("account_signup")).content.decode()
    assert page.count('autocomplete="new-password"') == 2
    assert 'autocomplete="name"' in page and 'autocomplete="email"' in page
    client.post(reverse("account_request_login_code"), {"email": person.email})
    page = client.get(reverse("account_confirm_login_code")).content.decode()
    assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page


def test_a_failed_form_keeps_its_words_and_hints(client, person):
    right, wrong = client.get(reverse("account_signup")), client.post(reverse("account_signup"), {"name": ""})
    assert wrong.status_code == 422
    labels = [re.findall(r'<label[^>]*class="form-label">([^<]+)<', page.content.decode()) for page in (right, wrong)]
    assert labels[0] == labels[1] == ["Etu- ja sukunimi", "Sähköpostiosoite", "Salasana", "Salasana uudelleen"]
    assert "Monta sanaa peräkkäin" in wrong.content.decode()


def test_a_refusal_gives_its_reason_in_finnish(client, person):
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    answer = client.get(reverse("account_reauthenticate"))
    assert answer.status_code == 403
    assert "Tämä sivu ei kuulu tapoihin" in answer.content.decode()


def test_every_page_of_allauth_has_its_address_here():
    """A setting that opens another page of allauth must give it a Finnish address, too."""
    from allauth.account import urls as account
    from allauth.mfa import urls as mfa

    theirs = {pattern.name for pattern in account.urlpatterns}

    def names(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from names(pattern.url_patterns)
            else:
                yield pattern.name

    theirs |= set(names(mfa.urlpatterns))
    assert theirs <= set(get_resolver("accounts.urls").reverse_dict) - {None}
