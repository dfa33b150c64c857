"""Logging in with one's own house's account (OpenID Connect): who is let in, and as whom.

allauth runs the exchange; here stands what it leaves open: the nonce, that both answers tell of the same person,
that only a provider that answers for an address's domain opens the account of that address, and that a provider
out of order gives a page instead of a server error.
"""

import contextlib
import re

import requests
import structlog
from allauth.account.internal.decorators import login_not_required
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess, ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import activate, get_language, override
from django.views.decorators.cache import never_cache

from accounts.models import User

log = structlog.get_logger(__name__)

PROVIDER = "openid_connect"
# What an answer that no provider gives ends in: parts missing, of another kind, not JSON.
GARBLED = (ValueError, KeyError, TypeError, AttributeError)
# IntegrityError: of two first log-ins at the same moment the other one made the account.
OUT_OF_ORDER = (requests.RequestException, OAuth2Error, ProviderException, IntegrityError, *GARBLED)
# How long a provider's own description of itself is believed.
DESCRIPTION_LIFE = 3600


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Whom a provider may let in, and what is kept of its answer."""

    def list_apps(self, request, provider=None, client_id=None):
        """Providers come from the settings alone: nobody adds a door in the register."""
        apps = [SocialApp(provider=PROVIDER, **app) for app in settings.SOCIALACCOUNT_PROVIDERS[PROVIDER]["APPS"]]
        return [
            app for app in apps if provider in (None, PROVIDER, app.provider_id) and client_id in (None, app.client_id)
        ]

    def authenticate_by_email(self, sociallogin):
        """The account of this address, when the provider answers for the address."""
        email = vouched_email(sociallogin)
        person = email and User.objects.filter(email=email).first()
        return (person, email) if person else None

    def pre_social_login(self, request, sociallogin):
        """Refuse whom the provider cannot answer for, in the same words whether the address is known or not."""
        is_joined = sociallogin.is_existing and not sociallogin._did_authenticate_by_email
        if not is_joined and not vouched_email(sociallogin):
            page = "socialaccount/refused.html"
            context = {"provider": sociallogin.provider, "auth_error": True}
            raise ImmediateHttpResponse(render(request, page, context, status=403))

    def populate_user(self, request, sociallogin, data):
        """A new person: name, address and language, and no right of any kind."""
        data = {key: value if isinstance(value, str) else "" for key, value in data.items()}
        person = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name"), data.get("last_name")]
        name = data.get("name") or " ".join(part for part in parts if part)
        person.name = printable(name)[:150]
        person.email = person.email.lower()
        person.language = get_language() or settings.LANGUAGE_CODE
        return person


def vouched_email(sociallogin):
    """The address, when the provider says it is verified and answers for its domain; else empty."""
    address = next(iter(sociallogin.email_addresses), None)
    if not address or not address.verified:
        return ""
    email = address.email.lower()
    domains = sociallogin.provider.app.settings["domains"]
    return email if email.rpartition("@")[2] in domains else ""


def printable(text):
    """One line without signs that no page and no database can show."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text).split())


def is_number_of_a_person(sub):
    """What a provider knows a person by: some text of at most 191 signs."""
    return isinstance(sub, str) and 0 < len(sub) < 192 and printable(sub) == sub


def came_with_second_step(request):
    """Did this session begin at a provider that asks everybody a second step?"""
    trusted = {app["provider_id"] for app in settings.SOCIALACCOUNT_PROVIDERS[PROVIDER]["APPS"]
               if app["settings"]["trusts_mfa"]}  # fmt: skip
    if not trusted:
        return False
    records = get_authentication_records(request, request.user)
    return any(one.get("method") == "socialaccount" and one.get("provider") in trusted for one in records)


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):
    """The exchange with one provider."""

    expected_nonce = None

    @property
    def openid_config(self):
        """What the provider says of itself, asked once an hour."""
        issuer = self.get_provider().app.settings["server_url"]
        key = f"openid:{issuer}"
        if hasattr(self, "_openid_config"):
            return self._openid_config
        if kept := cache.get(key):
            self._openid_config = kept
            return kept
        config = super().openid_config
        # Unless all is in order, the next question asks the provider again.
        del self._openid_config
        if str(config["issuer"]).rstrip("/") != issuer:
            raise OAuth2Error("The provider calls itself by another name")
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
            if not str(config[name]).startswith(("https://", "http://")):
                raise OAuth2Error(f"{name} is no address")
        cache.set(key, config, DESCRIPTION_LIFE)
        self._openid_config = config
        return self._openid_config

    def get_callback_url(self, request, app):
        # The provider knows one address to come back to; it is the same in every language.
        with override(settings.LANGUAGE_CODE):
            return super().get_callback_url(request, app)

    def _fetch_user_info(self, access_token):
        told = super()._fetch_user_info(access_token)
        if not isinstance(told, dict) or not is_number_of_a_person(told.get("sub")):
            raise OAuth2Error("Nobody is told of")
        return told

    def complete_login(self, request, app, token, **words):
        login = super().complete_login(request, app, token, **words)
        told = login.account.extra_data
        proof = told.get("id_token")
        if not proof:
            raise OAuth2Error("No id_token")
        # An answer to a question that somebody else had asked (OpenID Connect Core 3.1.3.7).
        if not self.expected_nonce or not constant_time_compare(str(proof.get("nonce")), self.expected_nonce):
            raise OAuth2Error("Wrong nonce")
        claims = told.get("userinfo") or proof
        # Both answers must tell of the same person (5.3.2).
        if claims.get("sub") != proof["sub"]:
            raise OAuth2Error("Wrong sub")
        verified = claims.get(app.settings["verified_claim"], proof.get(app.settings["verified_claim"]))
        for address in login.email_addresses:
            # Some providers write it as text, and the text "false" must not count as a yes.
            address.verified = verified is True or str(verified).lower() in ("true", "1")
        # Nothing of the rest is needed again.
        login.account.extra_data = {"email": login.user.email}
        return login


class ReturnView(OAuth2CallbackView):
    def _get_state(self, request, provider):
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.expected_nonce = state.get("nonce")
            with contextlib.suppress(KeyError):
                activate(state["language"])
        return state, response


def _adapter(request, provider_id):
    adapter = OpenIDAdapter(request, provider_id)
    try:
        adapter.get_provider()
    except SocialApp.DoesNotExist as fault:
        raise Http404 from fault
    return adapter


@never_cache
@login_not_required
def begin(request, provider_id):
    """Off to the provider. Only by the button: a link must not start anybody's log-in."""
    adapter = _adapter(request, provider_id)
    if request.method != "POST":
        return redirect("account_login")
    provider = adapter.get_provider()
    # The provider object builds an adapter of its own; let it be ours.
    provider.get_oauth2_adapter = lambda _request: adapter
    nonce = get_random_string(32)
    try:
        return provider.redirect(
            request,
            process=AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            auth_params={"nonce": nonce},
            nonce=nonce,
            language=get_language(),
        )
    except OUT_OF_ORDER as fault:
        return _failed(request, provider, fault)


@never_cache
@login_not_required
def come_back(request, provider_id):
    """Back from the provider, with its answer."""
    adapter = _adapter(request, provider_id)
    try:
        return ReturnView.adapter_view(adapter)(request)
    except OUT_OF_ORDER as fault:
        return _failed(request, adapter.get_provider(), fault)


def _failed(request, provider, fault):
    # The kind alone: the words of a fault may hold what the provider told of a person.
    log.warning("openid_failed", provider=provider.app.provider_id, fault=type(fault).__name__)
    return render_authentication_error(request, provider)
