"""Other houses' log-in services (OpenID Connect), read from one line of the environment."""

import json
import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NEEDED = {"id", "name", "issuer", "client_id", "client_secret", "domains"}
ALLOWED = NEEDED | {"trusts_mfa", "verified_claim", "origins"}
NAME = "OIDC_PROVIDERS"


def read_providers(text, *, allow_http=False):
    """The providers as allauth knows them. A mistake stops the start with a sentence."""
    if not text.strip():
        return []
    try:
        providers = json.loads(text)
    except ValueError as fault:
        raise ImproperlyConfigured(f"{NAME} must be a JSON list: {fault}") from fault
    if not isinstance(providers, list) or not all(isinstance(one, dict) for one in providers):
        raise ImproperlyConfigured(f"{NAME} must be a JSON list of providers.")
    apps = [_app(provider, allow_http) for provider in providers]
    if len({app["provider_id"] for app in apps}) < len(apps):
        raise ImproperlyConfigured(f"{NAME}: two providers have the same id.")
    return apps


def origins_of(apps):
    """Where a browser may be sent by the log-in form: Chromium holds redirects to ``form-action``, too."""
    found = []
    for app in apps:
        parts = urlsplit(app["settings"]["server_url"])
        found += [f"{parts.scheme}://{parts.netloc}", *app["settings"]["origins"]]
    return list(dict.fromkeys(found))


def _app(provider, allow_http):
    which = provider.get("id") or "?"
    if missing := NEEDED - {key for key, value in provider.items() if value}:
        raise ImproperlyConfigured(f"{NAME}: provider {which} lacks {', '.join(sorted(missing))}.")
    if unknown := set(provider) - ALLOWED:
        raise ImproperlyConfigured(f"{NAME}: provider {which} has unknown settings {', '.join(sorted(unknown))}.")
    if not re.fullmatch(r"[a-z0-9-]{1,40}", str(which)) or which == "peruttu":
        raise ImproperlyConfigured(f"{NAME}: an id has small letters, digits and dashes only, and is not «peruttu».")
    issuer = str(provider["issuer"]).rstrip("/")
    origins = provider.get("origins", [])
    for name in ("domains", "origins"):
        words = provider.get(name, [])
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            raise ImproperlyConfigured(f"{NAME}: {name} of provider {which} must be a list of texts.")
    schemes = ("https://", "http://") if allow_http else ("https://",)
    if not all(re.fullmatch(r"https?://[\w.:\[\]-]+", origin) for origin in origins):
        raise ImproperlyConfigured(f"{NAME}: origins of provider {which} look like https://login.example.org.")
    if not all(address.startswith(schemes) for address in [issuer, *origins]):
        raise ImproperlyConfigured(f"{NAME}: provider {which} must be reached by https.")
    return {
        "provider_id": which,
        "name": str(provider["name"]),
        "client_id": str(provider["client_id"]),
        "secret": str(provider["client_secret"]),
        "settings": {
            "server_url": issuer,
            "oauth_pkce_enabled": True,
            "domains": [domain.strip().lower().lstrip("@") for domain in provider["domains"]],
            "trusts_mfa": provider.get("trusts_mfa") is True,
            "verified_claim": provider.get("verified_claim", "email_verified"),
            "origins": origins,
        },
    }
