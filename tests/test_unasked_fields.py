"""What a form does not ask, no request changes: every field of every model sent along (QUALITY line 19)."""

import re

import pytest
from django.apps import apps
from django.db import models
from django.forms.models import model_to_dict
from django.urls import reverse

from tests.events.makers import make_event
from tests.forms import filled
from tests.materials import makers as brochures
from tests.world import build_world

pytestmark = pytest.mark.django_db

HOSTILE = {
    "kind": "administrator",
    "state": "published",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "",
    "email": "kaapattu@example.org",
    "ended_on": "2020-01-01",
    "starts_on": "2020-01-01",
    "password": "kaapattu",
    "member_number": "kaapattu",
    "source": "kaapattu",
    "details_confirmed_at": "2020-01-01 00:00",
    "seats_taken": "0",
    "published_at": "2020-01-01 00:00",
    "revision": "999",
    "token": "kaapattu",
}
# (address, role, the object's maker, fields its page changes besides those named like the form's own)
PAGES = [
    ("associations:organisation_edit", "board", lambda world: world.association, set()),
    ("accounts:profile", "board", lambda world: world.board, set()),
    (
        "events:event_edit",
        "staff",
        lambda world: make_event(world.union, title="Oma"),
        {"starts_at", "ends_at", "is_period"},
    ),
    (
        "materials:brochure_edit",
        "board",
        lambda world: brochures.make_brochure(world.association).association,
        {"version", "updated_by_id"},
    ),
]


def everything(model):
    """{pk: {column: value}} of a whole table."""
    return {row["pk"]: row for row in model.objects.values("pk", *(one.attname for one in model._meta.concrete_fields))}


def snapshot():
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]
    return {model: everything(model) for model in ours if not model._meta.model_name.endswith("history")}


OURS = {"accounts", "associations", "events", "materials", "campaigns"}
FIELD = re.compile(r'<(?:input|select|textarea)[^>]*name="([^"]+)"')


@pytest.mark.parametrize("name, role, make_object, follows", PAGES, ids=[page[0] for page in PAGES])
def test_fields_that_the_form_does_not_ask_stay_as_they_are(name, role, make_object, follows, client):
    world = build_world()
    thing = make_object(world)
    client.force_login(getattr(world, role))
    url = reverse(name, args=[] if name == "accounts:profile" else [thing.pk])
    shown = client.get(url)
    assert shown.status_code == 200
    asked = set(FIELD.findall(shown.content.decode()))
    other = str(world.other_union.pk)
    hostile = {}
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS:
            for field in model._meta.get_fields():
                if isinstance(field, models.Field) and field.name not in asked:
                    value = HOSTILE.get(field.name, other if field.is_relation else "1")
                    hostile |= {field.name: value, getattr(field, "attname", field.name): value}
    before = snapshot()
    answer = client.post(url, filled(shown.context["form"]) | hostile)
    assert answer.status_code in (302, 422)
    allowed = asked | follows | {field.split("-")[-1] for field in asked} | {"updated_at", "changed_at", "revision"}
    changed = set()
    for model, rows in snapshot().items():
        for pk, row in rows.items():
            old = before[model].get(pk)
            if old is None:
                continue
            changed |= {
                f"{model.__name__}.{column}" for column in row if row[column] != old[column] and column not in allowed
            }
        # A brochure's contacts are written anew each time.
        assert set(before[model]) <= set(rows) or model.__name__ == "BrochureContact"
    assert changed == set()
    assert model_to_dict(world.board)["is_superuser"] is False
