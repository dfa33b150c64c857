"""Every address of the portal and what each role gets there. An address without a row fails."""

import importlib

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.world import ROLES, build_world

APPS = ["home", "accounts", "associations", "events", "materials", "notifications"]
# Registers that only administrators edit; Django's own permission tests cover them.
ELSEWHERE = {"admin"}


def rows():
    table = {}
    for app in APPS:
        table |= importlib.import_module(f"tests.{app}.access").ROWS
    return table


def addresses(resolver=None, namespace=""):
    """Names of every URL pattern, namespaces included."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            if pattern.namespace not in ELSEWHERE:
                yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join(filter(None, [namespace, pattern.name])) or str(pattern.pattern)


def test_every_address_has_its_row():
    assert set(addresses()) - set(rows()) == set()
    assert set(rows()) - set(addresses()) == set()


ANSWERS = {200: "OK", 201: "OK", 204: "OK", 403: "NO", 404: "GONE", 405: "METHOD"}


def answer(response):
    if response.status_code in (301, 302, 303):
        to_login = response.url.startswith((reverse("account_login"), "/sv" + reverse("account_login")))
        return "LOGIN" if to_login else "OK"
    return ANSWERS.get(response.status_code, str(response.status_code))


def arguments(row, world):
    return row["args"](world) if row.get("args") else []


@pytest.fixture
def world(db):
    return build_world()


@pytest.mark.parametrize("name", sorted(rows()))
def test_each_role_gets_what_the_table_says(name, world, client):
    row = rows()[name]
    method = row.get("method", "get")
    expected = {role: row[role] for role in ROLES}
    got = {}
    for role in expected:
        client.logout()
        if person := getattr(world, role):
            client.force_login(person)
        # Made anew for each role: a row that one role's click changed must not decide for the next.
        url = reverse(name, args=arguments(row, world))
        got[role] = answer(getattr(client, method)(url, row.get("data", {})))
    assert got == expected


def test_every_row_tells_of_every_role():
    assert {name: missing for name, row in rows().items() if (missing := set(ROLES) - set(row))} == {}


@pytest.mark.parametrize("name", sorted(rows()))
def test_who_is_refused_finds_no_side_door(name, world, client):
    """Where the table refuses a role, the other methods refuse it too; nobody gets in by one that no row names."""
    row = rows()[name]
    method = row.get("method", "get")
    refused = [role for role in ROLES if row.get(role) in ("LOGIN", "NO", "GONE")]
    entered = []
    for role in refused:
        client.logout()
        if person := getattr(world, role):
            client.force_login(person)
        url = reverse(name, args=arguments(row, world))
        for other in {"get", "post"} - {method}:
            if (got := answer(getattr(client, other)(url))) not in ("LOGIN", "NO", "GONE", "METHOD"):
                entered.append((role, other, got))
    url = reverse(name, args=arguments(row, world))
    for other in ("put", "patch", "delete", "options", "trace"):
        if (got := answer(getattr(client, other)(url))) != "METHOD":
            entered.append((other, got))
    assert entered == []


@pytest.mark.parametrize("name", sorted(name for name, row in rows().items() if row.get("foreign")))
def test_what_belongs_to_others_is_not_there(name, world, client):
    """An address with another union's or area's object in it: whoever may open one's own must not open theirs.

    ``foreign`` of a row makes that object's arguments; ``strangers`` are the roles that must not get in.
    """
    row = rows()[name]
    url = reverse(name, args=row["foreign"](world))
    entered = []
    for role in row.get("strangers", [role for role in ROLES if role not in ("administrator", "other_staff")]):
        client.logout()
        if person := getattr(world, role):
            client.force_login(person)
        got = answer(getattr(client, row.get("method", "get"))(url, row.get("data", {})))
        if got not in ("LOGIN", "NO", "GONE"):
            entered.append((role, got))
    assert entered == []
