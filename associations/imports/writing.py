"""Writing a plan into the register: in chunks, each a handful of statements, all in one transaction of the caller."""

import datetime
from itertools import islice

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from associations.imports.models import ImportedChange
from associations.imports.people_rows import InvitationWork, PersonWork, RoleWork
from associations.imports.planning import json_able
from associations.joining import inviting
from associations.organisations.models import OperationArea, Organisation
from associations.roles.models import Role

CHUNK = 1_000
DAYS = {"starts_on", "ends_on", "ended_on"}
# Fields of a plan that are keys of other rows.
KEYS = {"parent": "parent_id", "home_municipality": "home_municipality_id", "organisation": "organisation_id"}


class Collision(Exception):
    """Somebody has changed, between the plan and its writing, a row that it was made from."""


def chunks(rows, size=CHUNK):
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def as_columns(values):
    """{field: value} of a plan as a model takes them."""
    return {
        KEYS.get(key, key): datetime.date.fromisoformat(value) if key in DAYS and value else value
        for key, value in values.items()
    }


def value_of(row, key):
    return json_able(getattr(row, KEYS.get(key, key)))


def locked(model, keys):
    """The rows, held until the transaction ends; always in the same order, so that two never wait for each other."""
    # Only the row itself: a plain «for update» would also hold up who refers to it.
    rows = model.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in rows}


def rewrite(model, rows, keys):
    """Save these fields of rows that are locked and fresh. One statement; the history sees each as a change."""
    if rows:
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=sorted(KEYS.get(key, key) for key in keys)
        )


class Writer:
    """Writes for one import and notes down each change, so that it can be taken back."""

    def __init__(self, register_import, total, tell):
        self.register_import, self.total, self.tell = register_import, total, tell
        self.done = 0
        self.organisations = set()

    def note(self, model, changes):
        """``changes``: (pk, before, after); ``before`` is empty for a row that was made."""
        ImportedChange.objects.bulk_create(
            ImportedChange(register_import=self.register_import, model=model, row=pk, before=before, after=after)
            for pk, before, after in changes
        )
        self.done += len(changes)
        self.tell(self.done, self.total)

    def change(self, model, name, works, skipped=()):
        """Write the changes of rows that exist; refuse when one no longer is what the plan saw."""
        for chunk in chunks(works):
            rows = locked(model, [work.pk for work in chunk])
            keys = set()
            for work in chunk:
                row = rows.get(work.pk)
                own = {key: value for key, value in work.after.items() if key not in skipped}
                if row is None or any((value_of(row, key) or "") != (work.before[key] or "") for key in own):
                    raise Collision
                for key, value in as_columns(own).items():
                    setattr(row, key, value)
                keys |= set(own)
            if keys:
                rewrite(model, list(rows.values()), keys)
            self.note(name, [(work.pk, work.before, work.after) for work in chunk])
            yield chunk


def write(register_import, plan, tell):
    """Bring the plan in. Returns the keys of the organisations whose state may have changed."""
    writer = Writer(register_import, len(plan.work), tell)
    if register_import.subject == register_import.Subject.ORGANISATIONS:
        _organisations(writer, plan.work)
    else:
        _people(writer, plan.work)
    return writer.organisations


# --- organisations -------------------------------------------------------------------------------------------------


def _organisations(writer, works):
    made = {}
    new = [work for work in works if work.pk is None]
    # Districts first: associations of the same file hang on them.
    for kind in ("district", "association"):
        for chunk in chunks(work for work in new if work.after["kind"] == kind):
            _make_organisations(writer, chunk, made)
    for chunk in chunks(work for work in works if work.pk is not None):
        for work in chunk:
            if work.parent_row is not None:
                work.after["parent"] = made[work.parent_row]
        for changed in writer.change(Organisation, "organisation", chunk, skipped=("municipalities",)):
            _move_areas(changed)
            writer.organisations |= {work.pk for work in changed}


def _make_organisations(writer, chunk, made):
    rows, union = [], writer.register_import.union_id
    for work in chunk:
        if work.parent_row is not None:
            work.after["parent"] = made[work.parent_row]
        facts = {key: value for key, value in work.after.items() if key != "municipalities"}
        rows.append(Organisation(union_id=union, **as_columns(facts)))
    Organisation.objects.bulk_create(rows)
    areas = []
    for work, row in zip(chunk, rows, strict=True):
        made[work.row] = row.pk
        writer.organisations.add(row.pk)
        areas += [
            OperationArea(organisation_id=row.pk, municipality_id=place) for place in work.after["municipalities"]
        ]
    OperationArea.objects.bulk_create(areas)
    writer.note("organisation", [(row.pk, {}, work.after) for work, row in zip(chunk, rows, strict=True)])


def _move_areas(works):
    """Municipalities of operation become those of the file. Two statements."""
    moved = [work for work in works if "municipalities" in work.after]
    if not moved:
        return
    set_areas({work.pk: (work.before["municipalities"], work.after["municipalities"]) for work in moved})


def set_areas(moves):
    """``moves``: {organisation: (places before, places after)}. Raises Collision when they were not as before."""
    there = {}
    for row in OperationArea.objects.filter(organisation__in=list(moves)):
        there.setdefault(row.organisation_id, {})[row.municipality_id] = row.pk
    gone, new = [], []
    for pk, (before, after) in moves.items():
        now = there.get(pk, {})
        if sorted(now) != sorted(before):
            raise Collision
        gone += [row for place, row in now.items() if place not in after]
        new += [OperationArea(organisation_id=pk, municipality_id=place) for place in after if place not in now]
    if gone:
        OperationArea.objects.filter(pk__in=gone).delete()
    OperationArea.objects.bulk_create(new)


# --- people --------------------------------------------------------------------------------------------------------


def _people(writer, works):
    people = [work for work in works if isinstance(work, PersonWork)]
    roles = [work for work in works if isinstance(work, RoleWork)]
    for chunk in chunks(work for work in people if work.pk is None):
        # No password: they log in by a code or choose one by a letter they ask for.
        rows = [User(password=make_password(None), **work.after) for work in chunk]
        User.objects.bulk_create(rows)
        writer.note("person", [(row.pk, {}, work.after) for work, row in zip(chunk, rows, strict=True)])
    for _changed in writer.change(User, "person", [work for work in people if work.pk is not None]):
        pass
    for chunk in chunks(work for work in roles if work.pk is None):
        keys = dict(User.objects.filter(email__in=[work.email for work in chunk]).values_list("email", "pk"))
        if any(work.email not in keys for work in chunk):
            raise Collision
        rows = [Role(person_id=keys[work.email], **as_columns(work.after)) for work in chunk]
        Role.objects.bulk_create(rows)
        writer.organisations |= {row.organisation_id for row in rows}
        writer.note(
            "role",
            [(row.pk, {}, work.after | {"person": row.person_id}) for work, row in zip(chunk, rows, strict=True)],
        )
    for changed in writer.change(Role, "role", [work for work in roles if work.pk is not None]):
        writer.organisations |= set(
            Role.objects.filter(pk__in=[work.pk for work in changed]).values_list("organisation", flat=True)
        )
    for chunk in chunks(work for work in works if isinstance(work, InvitationWork)):
        _invite(writer, chunk)


def _invite(writer, chunk):
    """Those whose account is not the union's own are asked; whoever has been asked meanwhile makes the plan stale."""
    guests = [
        inviting.Guest(
            email=work.email, name=work.name, language=work.language, organisation=work.after["organisation"],
            **{key: value for key, value in as_columns(work.after).items() if key != KEYS["organisation"]},
        )
        for work in chunk
    ]  # fmt: skip
    by, union = writer.register_import.findings["by"], writer.register_import.union_id
    rows = inviting.invite_many(guests, by=by, union=union, now=timezone.now())
    told = [work.after | {"email": work.email, "name": work.name} for work in chunk]
    writer.note("invitation", [(row.pk, {}, after) for row, after in zip(rows, told, strict=True)])
