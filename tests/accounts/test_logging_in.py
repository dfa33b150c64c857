"""Coming in and going out."""

import pytest
from django.core import mail
from django.urls import reverse

from tests.accounts.conftest import PASSWORD, code_in, is_logged_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_right_password_lets_in_and_leads_to_the_own_front_page(client, person, log_in):
    answer = log_in()
    assert (answer.status_code, answer.url) == (302, reverse("home:dashboard"))
    assert is_logged_in(client)


def test_the_address_may_be_typed_in_capitals(client, person, log_in):
    log_in(email=" Aino@Example.ORG ")
    assert is_logged_in(client)


def test_who_reads_swedish_arrives_on_the_swedish_front_page(client, person, log_in):
    person.language = "sv"
    person.save()
    assert log_in().url == "/sv" + reverse("home:dashboard")


def test_a_wrong_password_is_told_in_finnish_and_answers_422(client, person, log_in):
    answer = log_in(password="vaarin-vaarin")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Sähköpostiosoite tai salasana on väärin." in page
    assert "<title>Virhe: Kirjaudu" in page
    assert 'value="aino@example.org"' in page
    assert not is_logged_in(client)


def test_the_session_changes_at_log_in(client, person, log_in):
    client.get(reverse("account_login"))
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    log_in()
    assert client.session.session_key != before


def test_a_closed_account_stays_out(client, person, log_in):
    person.is_active = False
    person.save()
    assert log_in().url == reverse("account_inactive")
    assert not is_logged_in(client)


def test_logging_out_takes_a_post(client, person, log_in):
    log_in()
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_logged_in(client)
    assert client.post(reverse("account_logout")).url == reverse("home:front")
    assert not is_logged_in(client)


def test_a_code_from_a_letter_lets_in_once(client, person):
    client.post(reverse("account_request_login_code"), {"email": person.email})
    code = code_in(mail.outbox[0])
    confirm = reverse("account_confirm_login_code")
    wrong = client.post(confirm, {"code": "0000-0000"})
    assert wrong.status_code == 422
    assert "Koodi on väärin" in wrong.content.decode()
    # Without the dash, as many type it.
    client.post(confirm, {"code": code.replace("-", "")})
    assert is_logged_in(client)
    client.post(reverse("account_logout"))
    client.post(confirm, {"code": code})
    assert not is_logged_in(client)


def test_a_code_dies_after_three_wrong_tries(client, person):
    client.post(reverse("account_request_login_code"), {"email": person.email})
    code = code_in(mail.outbox[0])
    confirm = reverse("account_confirm_login_code")
    for _ in range(3):
        client.post(confirm, {"code": "0000-0000"})
    client.post(confirm, {"code": code})
    assert not is_logged_in(client)


def test_a_new_person_confirms_the_address_with_a_code_and_has_no_rights(client):
    facts = {"name": "Uusi Ihminen", "email": "uusi@example.org", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/sv" + reverse("account_signup"), facts)
    assert answer.url == "/sv/tili/sahkoposti/vahvista/"
    assert not is_logged_in(client)
    client.post(answer.url, {"code": code_in(mail.outbox[0])})
    assert is_logged_in(client)
    person = client.get(reverse("accounts:profile")).wsgi_request.user
    assert (person.name, person.language) == ("Uusi Ihminen", "sv")
    assert not (person.is_staff or person.is_superuser or person.user_permissions.exists())


def test_signing_up_takes_no_rights_from_the_form(client):
    facts = {"name": "Uusi", "email": "uusi@example.org", "password1": PASSWORD, "password2": PASSWORD}
    more = {"is_staff": "on", "is_superuser": "on", "is_active": "", "language": "en", "phone": "1", "user": "1"}
    client.post(reverse("account_signup"), facts | more)
    from accounts.models import User

    person = User.objects.get(email="uusi@example.org")
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)
    assert (person.language, person.phone) == ("fi", "")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "https:evil.example", "javascript:alert(1)", "http:///evil.example", " //evil.example",
        "https://testserver@evil.example/", "/\t/evil.example", "https://testserver.evil.example/",
    ],
)  # fmt: skip
def test_after_log_in_nobody_is_led_to_another_site(client, person, target):
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert answer.url.startswith("/") and not answer.url.startswith(("//", "/\\"))


def test_after_log_in_one_comes_to_the_page_one_wanted(client, person):
    answer = client.post(
        reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": "/tili/omat-tiedot/"}
    )
    assert answer.url == "/tili/omat-tiedot/"


def test_the_administration_uses_the_same_door(client, person):
    person.is_staff = person.is_superuser = True
    person.save()
    answer = client.post("/yllapito/login/", {"username": person.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert not is_logged_in(client)


class TestNobodyLearnsWhoHasAnAccount:
    """The same answer, to the letter, for an address we know and one we do not."""

    def answers(self, client, url, **facts):
        pages = []
        for address in ("aino@example.org", "olematon@example.org"):
            client.cookies.clear()
            answer = client.post(url, {key: value.format(address) for key, value in facts.items()})
            if answer.status_code == 302:
                url_after = answer.url
                answer = client.get(answer.url)
                pages.append((url_after, answer.status_code, self.plain(answer, address)))
            else:
                pages.append((answer.status_code, self.plain(answer, address)))
        return pages

    @staticmethod
    def plain(answer, address):
        import re

        page = answer.content.decode().replace(address, "ADDRESS")
        return re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", page)

    def test_at_log_in(self, client, person):
        known, unknown = self.answers(client, reverse("account_login"), login="{}", password="vaarin-vaarin")
        assert known == unknown

    def test_at_a_forgotten_password(self, client, person):
        known, unknown = self.answers(client, reverse("account_reset_password"), email="{}")
        assert known == unknown
        assert len(mail.outbox) == 2

    def test_at_a_code(self, client, person):
        known, unknown = self.answers(client, reverse("account_request_login_code"), email="{}")
        assert known == unknown
        assert len(mail.outbox) == 2

    def test_at_signing_up(self, client, person):
        known, unknown = self.answers(
            client, reverse("account_signup"), name="Aino", email="{}", password1=PASSWORD, password2=PASSWORD
        )
        assert known == unknown
        assert [len(letter.body) > 0 for letter in mail.outbox] == [True, True]


def test_an_account_made_by_the_office_opens_with_a_code_to_its_address(client):
    make_user(name="Uusi", email="uusi@example.org", password=PASSWORD)
    answer = client.post(reverse("account_login"), {"login": "uusi@example.org", "password": PASSWORD})
    assert answer.url == reverse("account_email_verification_sent")
    assert not is_logged_in(client)
    client.post(answer.url, {"code": code_in(mail.outbox[0])})
    assert is_logged_in(client)
