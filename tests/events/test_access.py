"""The rows of this app alone; the whole portal's table is composed in tests/test_access.py."""

import pytest
from django.urls import reverse

from tests.events.access import ROLES, ROWS


def answer(response):
    if response.status_code == 302:
        return "LOGIN" if response.url.startswith(reverse("account_login")) else "OK"
    return {200: "OK", 403: "NO", 404: "GONE"}.get(response.status_code, str(response.status_code))


@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_role_gets_what_the_table_says(name, world, client):
    row, got = ROWS[name], {}
    for role in ROLES:
        client.logout()
        if person := getattr(world, role):
            client.force_login(person)
        args = row["args"](world) if row["args"] else []
        got[role] = answer(getattr(client, row["method"])(reverse(name, args=args)))
    assert got == {role: row[role] for role in ROLES}
