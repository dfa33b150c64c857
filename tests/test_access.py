"""Every address of the portal and what each role gets there. An address without a row fails."""

import importlib
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import factories as make
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


# Signed links are the right itself, whoever holds them. Anybody with an account may ask to join.
BY_LINK = {
    "events:registration_manage",
    "events:registration_manage_cancel",
    "events:registration_calendar",
    "associations:invitation",
    "associations:invitation_decline",
    "account_reset_password_from_key",
    "associations:join",
}
STRANGERS = ["visitor", "member", "board", "chair", "neighbour", "coordinator", "far_coordinator", "staff", "legal"]


def elsewhere(world):
    """The same world seen from the other union: what the table makes for «ours» is theirs."""
    theirs = {
        "association": world.other_association,
        "neighbour_association": world.other_association,
        "district": world.other_union,
        "union": world.other_union,
        "staff": world.other_staff,
    }
    people = {
        "board": make.make_board_member(world.other_association, name="Vieno Vieras"),
        "chair": make.make_chair(world.other_association, name="Vesa Vieras"),
        "member": make.make_member_of("member", world.other_association, name="Vilma Vieras"),
    }
    return SimpleNamespace(**(vars(world) | theirs | people))


@pytest.mark.parametrize("name", sorted(name for name, row in rows().items() if row.get("args")))
def test_what_is_another_unions_is_not_ours(name, world, client):
    """Every address with a row of another union in it: who may open one's own must not open theirs (QUALITY 18)."""
    row = rows()[name]
    if row["visitor"] == "OK" or name in BY_LINK:
        pytest.skip("public, or a link that is the right itself")
    there = elsewhere(world)
    if row["args"](world) == row["args"](there):
        pytest.skip("no row in the address")
    entered = []
    for role in STRANGERS:
        client.logout()
        if person := getattr(world, role):
            client.force_login(person)
        url = reverse(name, args=row["args"](there))
        got = answer(getattr(client, row.get("method", "get"))(url, row.get("data", {})))
        if got not in ("LOGIN", "NO", "GONE"):
            entered.append((role, got))
    assert entered == []
