"""Addresses of an account. allauth's pages keep allauth's own names; ours are in the namespace ``accounts``."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from django.urls import include, path, re_path

from accounts import openid, views
from accounts.pages import dressed


def door(route, view, name):
    return path(route, dressed(view), name=name)


own_pages = [
    path("omat-tiedot/", views.profile, name="profile"),
    path("kirjautumistavat/", views.security, name="security"),
    path("istunnot/", views.sessions, name="sessions"),
]

urlpatterns = [
    path("", include((own_pages, "accounts"))),
    # Coming in and going out
    door("kirjaudu/", account.login, "account_login"),
    door("kirjaudu/koodi/", account.request_login_code, "account_request_login_code"),
    door("kirjaudu/koodi/vahvista/", account.confirm_login_code, "account_confirm_login_code"),
    door("kirjaudu/avaimella/", passkeys.login_webauthn, "mfa_login_webauthn"),
    door("kirjaudu/toinen-vaihe/", mfa.authenticate, "mfa_authenticate"),
    door("ulos/", account.logout, "account_logout"),
    door("liity/", account.signup, "account_signup"),
    door("suljettu/", account.account_inactive, "account_inactive"),
    # With the account of one's own house
    path("kirjaudu/tunnuksella/peruttu/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("kirjaudu/tunnuksella/<slug:provider_id>/", openid.begin, name="openid_connect_login"),
    path("kirjaudu/tunnuksella/<slug:provider_id>/paluu/", openid.come_back, name="openid_connect_callback"),
    # Showing once more who one is
    door("vahvista/", account.reauthenticate, "account_reauthenticate"),
    door("vahvista/koodilla/", mfa.reauthenticate, "mfa_reauthenticate"),
    door("vahvista/avaimella/", passkeys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    # E-mail and password
    door("sahkoposti/", account.email, "account_email"),
    door("sahkoposti/vahvista/", account.email_verification_sent, "account_email_verification_sent"),
    door("salasana/vaihda/", account.password_change, "account_change_password"),
    door("salasana/aseta/", account.password_set, "account_set_password"),
    door("salasana/unohtui/", account.password_reset, "account_reset_password"),
    door("salasana/unohtui/lahetetty/", account.password_reset_done, "account_reset_password_done"),
    door("salasana/uusi/valmis/", account.password_reset_from_key_done, "account_reset_password_from_key_done"),
    # The first dash ends the person's number; the key has dashes of its own.
    re_path(
        r"^salasana/uusi/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        dressed(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    # The second step
    door("turvallisuus/", mfa.index, "mfa_index"),
    door("turvallisuus/sovellus/", totp.activate_totp, "mfa_activate_totp"),
    door("turvallisuus/sovellus/poista/", totp.deactivate_totp, "mfa_deactivate_totp"),
    door("turvallisuus/varakoodit/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    door("turvallisuus/varakoodit/uudet/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    door("turvallisuus/varakoodit/lataa/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    door("turvallisuus/avaimet/", passkeys.list_webauthn, "mfa_list_webauthn"),
    door("turvallisuus/avaimet/lisaa/", passkeys.add_webauthn, "mfa_add_webauthn"),
    door("turvallisuus/avaimet/<int:pk>/nimi/", passkeys.edit_webauthn, "mfa_edit_webauthn"),
    door("turvallisuus/avaimet/<int:pk>/poista/", passkeys.remove_webauthn, "mfa_remove_webauthn"),
]
