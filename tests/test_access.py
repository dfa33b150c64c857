"""Every address of the portal and what each role gets there. An address without a row fails."""

import importlib

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.world import build_world

APPS = ["home", "accounts", "associations", "events", "materials", "notifications"]
ROLES = [
    "visitor",
    "member",
    "board",
    "chair",
    "neighbour",
    "coordinator",
    "far_coordinator",
    "staff",
    "other_staff",
    "legal",
    "administrator",
]
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


@pytest.fixture
def world(db):
    return build_world()


@pytest.mark.parametrize("name", sorted(rows()))
def test_each_role_gets_what_the_table_says(name, world, client):
    row = rows()[name]
    method = row.get("method", "get")
    expected = {role: row[role] for role in ROLES if role in row}
    got = {}
    for role in expected:
        client.logout()
        if person := getattr(world, role):
            client.force_login(person)
        # Made anew for each role: a row that one role's click changed must not decide for the next.
        args = row["args"](world) if row.get("args") else []
        got[role] = answer(getattr(client, method)(reverse(name, args=args), row.get("data", {})))
    assert got == expected
