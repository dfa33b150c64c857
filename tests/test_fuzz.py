"""Broken input on every address: a clear answer, never a server error, never a long wait (QUALITY line 22)."""

import os
import random
import re
import time
import uuid

import pytest
from django.urls import reverse

from tests.test_access import addresses, rows
from tests.world import build_world

NASTY = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "%00",
    "%ff%fe",
    "",
    " ",
    "\r\n",
    "a\r\nBcc: x@example.org",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "NaN",
    "99999999999999999999999999",
    "-1",
    "0",
    "٣",
    "0000-00-00",
    "0000-01-01",
    "9999-12-31",
    "10000-01-01",
    "2027-02-30",
    "12.1.0000",
    "24:60",
    "25.00",
    "99:99",
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "\\",
    "%",
    "_",
    "*" * 300,
    "ä" * 5000,
    "‮abc",
    "😀" * 200,
    "../../etc/passwd",
    "{{ 7*7 }}",
    "{% load x %}",
    "None",
    "true",
    "[]",
    "1,2,3",
    str(uuid.UUID(int=0)),
    "\ufeff",
    "\u2028",
]
NAMES = [
    "q",
    "page",
    "kind",
    "attendance",
    "language",
    "region",
    "organiser",
    "kopio",
    "menneet",
    "tila",
    "osoite",
    "kieli",
    "alue",
    "laji",
    "liitto",
    "apu",
    "next",
    "seat",
    "pk",
    "id",
    "name",
    "email",
    "phone",
    "title",
    "starts_on",
    "starts_clock",
    "ends_clock",
    "ends_on",
    "closes_on",
    "capacity",
    "association",
    "form_key",
    "reason",
    "login",
    "password",
    "code",
    "introduction",
    "website",
    "version",
    "contacts-TOTAL_FORMS",
    "contacts-INITIAL_FORMS",
    "services",
    "regions",
]
# `make fuzz` sends 10,000 inputs to each address (QUALITY line 22); the suite a handful.
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "5"))
FIELD = re.compile(r'name="([^"]{1,60})"')
SLOWEST = 2.0  # seconds


@pytest.fixture
def world(db):
    return build_world()


def quietly(call):
    """The answer's status; None where the test client itself cannot send what we made up."""
    try:
        return call().status_code
    except UnicodeEncodeError:
        return None


def own_names(page):
    """What the page's own forms call their fields, three times over: these are what its code reads."""
    if page.status_code != 200 or page.streaming or "html" not in page.get("Content-Type", ""):
        return []
    return sorted(set(FIELD.findall(page.content.decode())) - {"csrfmiddlewaretoken", "viewport"}) * 3


@pytest.mark.parametrize("name", sorted(set(addresses())))
@pytest.mark.parametrize("who", ["visitor", "board", "staff"])
def test_broken_input_is_answered_and_never_a_server_error(name, who, world, client):
    # The same rubbish each time, so that a failure can be met again.
    dice = random.Random(f"{name}{who}")
    row = rows()[name]
    client.raise_request_exception = False
    if person := getattr(world, who):
        client.force_login(person)
    url = reverse(name, args=row["args"](world) if row.get("args") else [])
    expected_503 = {503} if name == "readyz" else set()
    faults = []
    names = NAMES + own_names(client.get(url))
    for _ in range(ROUNDS):
        data = {dice.choice(names): dice.choice(NASTY) for _ in range(dice.randint(1, 8))}
        started = time.monotonic()
        calls = [
            ("get", lambda data=data: client.get(url, data)),
            ("post", lambda data=data: client.post(url, data)),
            ("odd type", lambda: client.post(url, b"\xff\xfe{", content_type="application/json")),
        ]
        for method, call in calls:
            status = quietly(call)
            if status and status >= 500 and status not in expected_503:
                faults.append((method, status, data))
        if time.monotonic() - started > SLOWEST * len(calls):
            faults.append(("slow", data))
    assert faults == []


def test_a_field_of_a_megabyte_is_refused_with_a_message(world, client):
    client.force_login(world.staff)
    for name in ("events:event_create", "accounts:profile"):
        answer = client.post(reverse(name), {"title": "x" * 1_000_000, "name": "x" * 1_000_000})
        assert answer.status_code == 422
    # Ten megabytes do not even get that far.
    assert client.post(reverse("events:event_create"), {"title": "x" * 10_000_000}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/tapahtumat/9223372036854775808/",
        "/tapahtumat/0/",
        "/yhdistykset/99999999999999999999/",
        "/kunnat/%00/",
        "/kunnat/999/",
        "/hyvinvointialueet/77/",
        "/esitteet/99999999999999999999/",
        "/tapahtumat/ilmoittautuminen/x:y:z/",
        "/lahetykset/99999999999999999999/",
    ],
)
def test_numbers_that_no_row_has_are_not_found(path, world, client):
    client.force_login(world.administrator)
    assert client.get(path).status_code in (400, 404)
