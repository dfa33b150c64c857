"""Changing what one logs in with."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from tests.accounts.conftest import PASSWORD, code_in, is_logged_in
from tests.factories import make_user

NEW = "aivan-toinen-salasana"


def link_in(letter):
    return re.search(r"^http://testserver(/\S+)$", letter.body, re.M).group(1)


def test_a_forgotten_password_is_replaced_through_a_letter_once(client, person, log_in):
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = link_in(mail.outbox[0])
    form = client.get(link).url
    assert client.get(form).status_code == 200
    short = client.post(form, {"password1": "lyhyt", "password2": "lyhyt"})
    assert short.status_code == 422
    assert "liian lyhyt" in short.content.decode()
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    log_in(password=NEW)
    assert is_logged_in(client)
    client.post(reverse("account_logout"))
    again = client.get(link)
    assert again.status_code == 410
    assert "Linkki ei enää toimi" in again.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["zz-abc-123", "1-set-password", "1-" + "a" * 300, "9zzzzzzzzzzzz-x"])
def test_a_forged_link_says_so(client, key):
    assert client.get(f"/tili/salasana/uusi/{key}/").status_code == 410


def test_changing_the_password_asks_for_the_old_one_and_tells_by_letter(client, person, log_in):
    log_in()
    url = reverse("account_change_password")
    wrong = client.post(url, {"oldpassword": "vaarin", "password1": NEW, "password2": NEW})
    assert wrong.status_code == 422
    assert client.post(url, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}).status_code == 302
    assert is_logged_in(client)
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert mail.outbox[-1].subject == "Salasanasi vaihdettiin"


def test_other_devices_are_logged_out_when_the_password_changes(client, person, log_in, django_user_model):
    from django.test import Client

    other = Client()
    other.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    log_in()
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert other.get(reverse("accounts:profile")).status_code == 302


def test_the_address_changes_only_with_the_code_sent_to_the_new_one(client, person, log_in_for_changes):
    log_in_for_changes()
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "uusi@example.org"})
    assert answer.url == reverse("account_email_verification_sent")
    letter = mail.outbox[-1]
    assert letter.to == ["uusi@example.org"]
    person.refresh_from_db()
    assert person.email == "aino@example.org"
    client.post(answer.url, {"code": code_in(letter)})
    person.refresh_from_db()
    assert person.email == "uusi@example.org"
    told = [letter for letter in mail.outbox if letter.to == ["aino@example.org"]]
    assert "uusi@example.org" in told[-1].body


def test_a_taken_address_is_not_told_and_not_taken(client, person, log_in_for_changes):
    make_user(email="toinen@example.org").trust_email()
    log_in_for_changes()
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "toinen@example.org"})
    assert answer.url == reverse("account_email_verification_sent")
    person.refresh_from_db()
    assert person.email == "aino@example.org"


def test_an_account_without_password_may_choose_one(client, person):
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert client.get(reverse("account_change_password")).url == reverse("account_set_password")
    assert client.post(reverse("account_set_password"), {"password1": NEW, "password2": NEW}).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)


class TestLetters:
    def letter(self, client, person, language, url="account_request_login_code"):
        person.language = language
        person.save()
        client.post(reverse(url), {"email": person.email})
        return mail.outbox[-1]

    @pytest.mark.parametrize(("language", "subject"), [("fi", "Kirjautumiskoodisi"), ("sv", "Din kod för inloggning")])
    def test_are_in_the_language_of_their_reader(self, client, person, language, subject):
        letter = self.letter(client, person, language)
        assert letter.subject == subject
        html = letter.alternatives[0][0]
        assert f'lang="{language}"' in html
        assert code_in(letter) in html

    def test_carry_links_in_the_language_of_their_reader(self, client, person):
        letter = self.letter(client, person, "sv", "account_reset_password")
        assert link_in(letter).startswith("/sv/tili/salasana/uusi/")
        assert f'href="http://testserver{link_in(letter)}"' in letter.alternatives[0][0]

    def test_call_nothing_from_elsewhere_and_hide_no_markup(self, client, person):
        html = self.letter(client, person, "fi", "account_reset_password").alternatives[0][0]
        assert "<img" not in html and "<script" not in html and "<style" not in html
        assert "{{" not in html and "{%" not in html

    def test_say_the_name_of_nobody_unescaped(self, client, db):
        client.post(reverse("account_request_login_code"), {"email": '"<b>x</b>"@example.org'})
        assert all("<b>x</b>" not in part for letter in mail.outbox for part, _ in letter.alternatives)

    def test_leave_no_code_or_address_in_the_log(self, client, person, caplog, capsys):
        with caplog.at_level("DEBUG"):
            letter = self.letter(client, person, "fi")
        said = caplog.text + "".join(capsys.readouterr())
        assert code_in(letter) not in said
        assert person.email not in said

    def test_are_rows_of_the_outbox_before_they_are_letters(self, client, person, settings):
        from notifications.models import OutgoingMail

        settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"
        client.post(reverse("account_request_login_code"), {"email": person.email})
        row = OutgoingMail.objects.get()
        assert (row.to, row.subject, row.language) == (person.email, "Kirjautumiskoodisi", "fi")
