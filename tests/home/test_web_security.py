"""What the browser is told: the policy, the cookies, the hosts we answer to."""

import json

import pytest

from tests.home.test_settings import COMPLETE, start

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


def directives(header):
    return {part.strip() for part in header.split(";")}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/tapahtumat/", "/tili/kirjaudu/", "/eiole/", "/yllapito/"])
def test_every_page_carries_the_strict_policy(client, path):
    answer = client.get(path)
    assert directives(answer["Content-Security-Policy"]) == directives(POLICY)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_visitor_of_public_pages_gets_no_cookie(client):
    for path in ("/", "/tapahtumat/", "/yhdistykset/", "/apua/"):
        assert client.get(path).cookies == {}


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1:80@evil", "a b", "", "x" * 300, "[::1"]
)
def test_a_strange_host_is_refused(client, host):
    client.raise_request_exception = False
    answer = client.get("/apua/", headers={"host": host} if host else {"host": "@"})
    assert answer.status_code == 400


def test_production_cookies_bind_to_the_host_and_to_https():
    wanted = [
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "SECURE_HSTS_SECONDS",
        "SECURE_SSL_REDIRECT",
    ]
    program = (
        f"import json; from django.conf import settings as s; print(json.dumps([getattr(s, n) for n in {wanted}]))"
    )
    result = start(COMPLETE, "shell", "--no-imports", "-c", program)
    names, values = wanted, json.loads(result.stdout)
    assert dict(zip(names, values, strict=True)) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 63_072_000,
        "SECURE_SSL_REDIRECT": True,
    }


@pytest.mark.django_db
def test_nobody_reads_or_plants_a_second_step_in_the_register(client):
    from tests.factories import make_user

    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert client.get("/yllapito/").status_code == 200
    assert client.get("/yllapito/mfa/authenticator/").status_code == 404
