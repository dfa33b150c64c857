"""Every list that goes out as a file: no cell of it is ever calculated, and its text comes back as it was.

QUALITY line 32. A new export is found by its address (it has a ``kind``) and needs only its row in the access table.
"""

import csv
import datetime
import io

import openpyxl
import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from advocacy_portal.lib import sheets
from advocacy_portal.lib.spreadsheets import read
from associations.models import NetworkMembership, Organisation, RegisterImport
from tests import factories as make
from tests.events.makers import make_event, register
from tests.test_access import rows
from tests.world import build_world

OURS = ["accounts", "associations", "campaigns", "events", "materials", "notifications"]
SIGNS = {"=": "=1+1", "+": "+1+1", "-": "-1+1", "@": "@SUM(1)", "TAB": "\t=1+1", "CR": "\r=1+1"}
# What lets the test's own person in is left as it is.
KEPT = {"password"}
LIVE = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff20")


def exports(resolver=None, namespace=""):
    """Names of the addresses that end in a kind of file."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from exports(pattern, ":".join(filter(None, [namespace, pattern.namespace])))
        elif "kind" in pattern.pattern.converters:
            yield f"{namespace}:{pattern.name}"


def seed(payload):
    """Write ``payload`` into every text column of every table of ours that takes it; returns how many took it."""
    seeded = 0
    for label in OURS:
        if not apps.is_installed(label):
            continue
        for model in apps.get_app_config(label).get_models():
            # The history only grows; nobody rewrites it.
            if model._meta.proxy or any(one.name == "pgh_id" for one in model._meta.fields):
                continue
            for column in model._meta.concrete_fields:
                is_text = isinstance(column, models.CharField | models.TextField) and not column.choices
                if not is_text or column.unique or column.name in KEPT or (column.max_length or 99) < len(payload):
                    continue
                try:
                    with transaction.atomic():
                        seeded += model._base_manager.update(**{column.attname: payload})
                except IntegrityError:
                    pass
    return seeded


@pytest.fixture
def world(db):
    return build_world()


def faults(world, text):
    now = timezone.now()
    found = [[2, "name_fi", "email", {"value": text}]]
    made = RegisterImport.objects.create(
        union=world.union, subject="organisations", state="checked", file_name="x", columns=[text],
        mapping={"name_fi": 0}, faults=found, created_at=now,
    )  # fmt: skip
    return world.staff, [made.pk]


def shared_contacts(world, text):
    network = Organisation.objects.create(kind="network", name_fi="Verkosto")
    leader = make.make_chair(network, name="Veera Vetäjä")
    NetworkMembership.objects.create(
        network=network, member=world.association, joined_on=datetime.date(2020, 1, 1), shares_contacts=True
    )
    return leader, [network.pk]


def registered(world, text):
    event = make_event(world.union)
    register(event)
    return world.staff, [event.pk]


def arranged(world, text):
    make_event(world.union)
    return world.staff, []


# Lists that would be empty with the access table's own object.
FILLED = {
    "associations:import_faults": faults,
    "associations:network_contacts_export": shared_contacts,
    "events:registration_export": registered,
    "events:event_export": arranged,
}


def reader_of(name, world, text):
    """(person, arguments without the kind): for most, the object that the access table names."""
    if name in FILLED:
        return FILLED[name](world, text)
    row = rows()[name]
    args = row["args"](world) if row.get("args") else []
    readers = [role for role in ("administrator", "staff", "coordinator", "board") if row.get(role) == "OK"]
    return getattr(world, readers[0]), [arg for arg in args if arg not in ("csv", "xlsx")]


def cells_of(response, kind):
    content = b"".join(response) if response.streaming else response.content
    if kind == "csv":
        lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
        found = [cell for line in lines for cell in line]
        assert [cell for cell in found if cell.lstrip().startswith(LIVE)] == []
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert [cell.coordinate for cell in found if cell.data_type == "f" or cell.hyperlink] == []
    return content


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("name", sorted(set(exports())))
def test_no_export_holds_a_live_formula_and_its_text_comes_back(name, sign, kind, world, client):
    person, args = reader_of(name, world, SIGNS[sign])
    assert seed(SIGNS[sign]) > 10
    client.force_login(person)
    response = client.get(reverse(name, args=[*args, kind]))
    assert response.status_code == 200
    content = cells_of(response, kind)
    assert "attachment" in response["Content-Disposition"]
    back = [cell for row in read(content).rows for cell in row.cells]
    assert sheets.plain(SIGNS[sign]).strip() in [cell.strip() for cell in back]


def test_the_exports_are_found():
    assert {"associations:import_faults", "events:registration_export"} <= set(exports())


def test_without_defusing_the_same_check_finds_the_formula(world, client, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(sheets, "defused", sheets.plain)
    seed("=1+1")
    client.force_login(world.administrator)
    with pytest.raises(AssertionError):
        cells_of(client.get(reverse("associations:organisation_export", args=["csv"])), "csv")
