"""The second step: a code from a phone app, backup codes."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from tests.accounts.conftest import PASSWORD, is_logged_in


def app_code(secret, later=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


@pytest.fixture
def with_app(client, person, log_in_for_changes):
    """A person who has set up the phone app, logged out again; gives the secret and the backup codes."""
    log_in_for_changes()
    form = client.get(reverse("mfa_activate_totp")).context["form"]
    answer = client.post(reverse("mfa_activate_totp"), {"code": app_code(form.secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = client.get(answer.url).context["unused_codes"]
    client.post(reverse("account_logout"))
    return form.secret, codes


def test_setting_up_the_app_asks_once_more_who_one_is(client, person, log_in):
    log_in()
    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))


def test_a_wrong_code_does_not_set_up_the_app(client, person, log_in_for_changes):
    log_in_for_changes()
    client.get(reverse("mfa_activate_totp"))
    answer = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert answer.status_code == 422
    assert "Koodi on väärä tai vanhentunut" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_the_password_alone_no_longer_lets_in(client, with_app, log_in):
    assert log_in().url == reverse("mfa_authenticate")
    assert not is_logged_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 422
    assert not is_logged_in(client)


def test_a_code_of_the_app_lets_in_once(client, with_app, log_in):
    secret, _ = with_app
    code = app_code(secret)
    log_in()
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert is_logged_in(client)
    client.post(reverse("account_logout"))
    log_in()
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 422
    assert not is_logged_in(client)


def test_a_backup_code_lets_in_once(client, with_app, log_in):
    _, codes = with_app
    log_in()
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_logged_in(client)
    client.post(reverse("account_logout"))
    log_in()
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 422
    assert not is_logged_in(client)


def test_a_log_in_code_does_not_go_past_the_second_step(client, with_app, person, mailoutbox):
    from tests.accounts.conftest import code_in

    client.post(reverse("account_request_login_code"), {"email": person.email})
    answer = client.post(reverse("account_confirm_login_code"), {"code": code_in(mailoutbox[-1])})
    assert answer.url == reverse("mfa_authenticate")
    assert not is_logged_in(client)


def test_the_secret_is_not_readable_in_the_database(with_app):
    secret, codes = with_app
    kept = " ".join(str(data) for data in Authenticator.objects.values_list("data", flat=True))
    assert secret not in kept
    assert codes[0] not in kept


def test_the_app_can_be_taken_out_of_use(client, with_app, log_in, mailoutbox):
    _, codes = with_app
    log_in()
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert mailoutbox[-1].subject == "Puhelinsovelluksen koodia ei enää kysytä"


def test_old_backup_codes_die_when_new_ones_are_made(client, with_app, log_in):
    _, codes = with_app
    log_in()
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_generate_recovery_codes"))
    fresh = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert set(fresh).isdisjoint(codes)
    download = client.get(reverse("mfa_download_recovery_codes"))
    assert download.content.decode().split() == list(fresh)


@pytest.mark.parametrize(
    "credential",
    ["", "{}", "[]", "null", "1", '"x"', '{"id":"\\u0000"}', '{"id":"x","rawId":"x","type":"public-key","response":{}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA",'
     '"signature":"AA","userHandle":"AA"}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA",'
     '"signature":"AA","userHandle":"_____w"}}'],
)  # fmt: skip
def test_a_forged_passkey_is_refused_politely(client, db, credential):
    client.get(reverse("mfa_login_webauthn"), HTTP_ACCEPT="application/json")
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer.status_code in (302, 200, 422, 400)
    assert not is_logged_in(client)
