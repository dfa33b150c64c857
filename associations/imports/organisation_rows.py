"""A file of organisations: each row finds its organisation in the union, or is a new one."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from associations.imports import cells
from associations.imports.columns import folded
from associations.imports.faults import Fault
from associations.imports.planning import PREVIEWED, Plan, json_able
from associations.organisations.models import OperationArea, Organisation
from associations.places.models import Municipality

# What a file writes as it stands; the parent, the member number and the municipalities have rules of their own.
PLAIN = ("name_fi", "name_sv", "email", "phone", "website", "languages", "home_municipality", "ended_on")
ORDER = ("name_fi", "name_sv", "kind", "member_number", "parent", "home_municipality", "municipalities", "email",
         "phone", "website", "languages", "ended_on")  # fmt: skip


@dataclass
class OrganisationWork:
    """What one row does. ``parent_row``: the row of this file that makes the parent."""

    row: int
    pk: int | None
    name: str
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    parent_row: int | None = None

    def told(self):
        return [self.row, self.pk, self.before, self.after, self.parent_row]


def name_key(name):
    """A name as it is compared: «Koivurannan yhdistys ry» is «koivurannan yhdistys»."""
    return re.sub(r"\s+(ry|rf|r y|r f)$", "", folded(name))


class Register:
    """The union's organisations as they are now. Two queries."""

    def __init__(self, union):
        self.union = union
        works_in = OperationArea.objects.filter(organisation=OuterRef("pk")).order_by("municipality")
        rows = Organisation.objects.filter(union=union.pk).annotate(
            works_in=ArraySubquery(works_in.values("municipality"))
        )
        self.rows = {
            one["pk"]: one
            for one in rows.order_by("pk").values(
                "pk", "kind", "parent", "member_number", "short_name", "works_in", *PLAIN
            )
        }
        self.by_number, self.by_name = {}, defaultdict(list)
        for pk, one in self.rows.items():
            if one["member_number"]:
                self.by_number[folded(one["member_number"])] = pk
            for key in {name_key(one["name_fi"]), name_key(one["name_sv"]), name_key(one["short_name"])} - {""}:
                self.by_name[key].append(pk)
        self.places = cells.Places(Municipality.objects.filter(valid_to=None))

    def find(self, words):
        """The organisation that these words mean: a member number or a name. None when there is none."""
        if (pk := self.by_number.get(folded(words))) is not None:
            return pk
        found = self.by_name.get(name_key(words), [])
        # The active one is meant when an ended one has the same name.
        active = [pk for pk in found if not self.rows[pk]["ended_on"]]
        found = active if active else found
        if len(found) > 1:
            raise Fault("several", value=words)
        return found[0] if found else None


def plan(union, rows, today):
    """A Plan whose work is OrganisationWork, districts before their associations."""
    made = Plan()
    register = Register(union)
    read = [_read(row, made, register) for row in rows]
    made_here = _made_here(read)
    seen = {}
    for row, values, target in read:
        if values is None:
            continue
        new = ("new", folded(values["member_number"]) or name_key(values["name_fi"]))
        identity = new if target is None else target
        if identity in seen:
            made.fault(row.number, "", Fault("twice", row=seen[identity]))
            continue
        seen[identity] = row.number
        work = _work(row, values, target, register, made_here, made)
        if work:
            _tell(work, register, made)
    made.work.sort(key=lambda one: (one.after.get("kind") != "district", one.row))
    return made


def _read(row, made, register):
    """(row, values or None, pk or None)"""
    before = len(made.faults)
    for key, fault in row.faults:
        made.fault(row.number, key, fault)
    if len(made.faults) > before:
        return row, None, None
    values = {
        "name_fi": row.need(made, "name_fi", partial(cells.text, 200)),
        "name_sv": row.read(made, "name_sv", partial(cells.text, 200), ""),
        "kind": row.read(made, "kind", cells.kind, ""),
        "member_number": row.read(made, "member_number", partial(cells.text, 40), ""),
        "home_municipality": row.read(made, "home_municipality", register.places.one),
        "municipalities": row.read(made, "municipalities", register.places.several, []),
        "email": row.read(made, "email", cells.email, ""),
        "phone": row.read(made, "phone", cells.phone, ""),
        "website": row.read(made, "website", cells.website, ""),
        "languages": row.read(made, "languages", cells.languages, ""),
        "ended_on": row.read(made, "ended_on", cells.day),
    }
    target = None
    if values["name_fi"] is not None and values["member_number"] is not None:
        try:
            target = _target(values, register)
        except Fault as fault:
            made.fault(row.number, "name_fi", fault)
    if values["kind"] in ("union", "network") and target != register.union.pk:
        made.fault(row.number, "kind", Fault("network"))
    elif values["kind"] and target is not None and values["kind"] != register.rows[target]["kind"]:
        made.fault(row.number, "kind", Fault("kind_changes"))
    return row, (values if len(made.faults) == before else None), target


def _target(values, register):
    """The organisation that a row is about. The member number decides; without one, the name does."""
    number = folded(values["member_number"])
    if number and number in register.by_number:
        return register.by_number[number]
    found = register.by_name.get(name_key(values["name_fi"]), [])
    if number:
        # The register does not know this number: the row is about the one of this name that has none yet.
        found = [pk for pk in found if not register.rows[pk]["member_number"]]
    if values["kind"]:
        found = [pk for pk in found if register.rows[pk]["kind"] == values["kind"]] or found
    active = [pk for pk in found if not register.rows[pk]["ended_on"]]
    found = active or found
    if len(found) > 1:
        raise Fault("several", value=values["name_fi"])
    return found[0] if found else None


def _made_here(read):
    """{words: row}: new districts of this very file, by number and name, so that associations can hang on them."""
    found = {}
    for row, values, target in read:
        if values and target is None and values["kind"] == "district":
            for word in (folded(values["member_number"]), name_key(values["name_fi"]), name_key(values["name_sv"])):
                if word:
                    found.setdefault(word, row.number)
    return found


def _work(row, values, target, register, made_here, made):
    kind = register.rows[target]["kind"] if target is not None else values["kind"] or "association"
    try:
        parent, parent_row = _parent(row.cells.get("parent", ""), kind, target, register, made_here)
    except Fault as fault:
        made.fault(row.number, "parent", fault)
        return None
    work = OrganisationWork(row.number, target, values["name_fi"], parent_row=parent_row)
    # An empty cell changes nothing: a file never wipes out what people have written.
    given = {key: json_able(values[key]) for key in (*PLAIN, "member_number") if values[key]}
    if target is None:
        home = given.get("home_municipality")
        works_in = values["municipalities"] or ([home] if home else [])
        work.after = {"kind": kind, "parent": parent, "languages": "fi"} | given | {"municipalities": works_in}
        made.work.append(work)
        return work
    now = register.rows[target]
    if register.by_number.get(folded(values["member_number"])) != target:
        # Found by its name, perhaps by the Swedish or the short one: the name in the register stays as it is.
        given.pop("name_fi")
    if parent is not None or parent_row is not None:
        given["parent"] = parent
    for key, value in given.items():
        if value != json_able(now[key]) or (key == "parent" and parent_row is not None):
            work.before[key], work.after[key] = json_able(now[key]), value
    if values["municipalities"] and values["municipalities"] != sorted(now["works_in"]):
        work.before["municipalities"], work.after["municipalities"] = sorted(now["works_in"]), values["municipalities"]
    if work.after:
        made.work.append(work)
    return work


def _parent(words, kind, target, register, made_here):
    """(pk, None), (None, row of this file) or (None, None) when the row says nothing and there is one already."""
    union = register.union.pk
    if target == union:
        return None, None
    if not words:
        return (union, None) if target is None else (None, None)
    found = register.find(words)
    if found is None:
        row = made_here.get(folded(words)) or made_here.get(name_key(words))
        if row is None:
            raise Fault("parent", value=words)
        if kind != "association":
            raise Fault("parent_kind", value=words)
        return None, row
    above = {"district": {"union"}, "association": {"union", "district"}}.get(kind, set())
    if register.rows[found]["kind"] not in above or found == target:
        raise Fault("parent_kind", value=words)
    return found, None


def _tell(work, register, made):
    verb = "create" if work.pk is None else "change" if work.after else "same"
    lines = []
    if verb != "same" and len(made.preview) < PREVIEWED:
        for key in ORDER:
            if _is_told(work, key):
                after = _shown(key, work.after[key], register)
                if key == "parent" and work.parent_row is not None:
                    after = str(work.parent_row)
                    key = "parent_row"
                lines.append([key, _shown(key, work.before.get(key), register), after])
    title = work.name if work.pk is None else register.rows[work.pk]["name_fi"]
    made.tell(work.row, verb, title, lines)


def _is_told(work, key):
    """Whether the preview names this: not what was left unsaid in the file and follows by itself."""
    if key == "parent" and work.parent_row is not None:
        return True
    implied = {"languages": "fi", "municipalities": [work.after.get("home_municipality")]}
    if work.pk is None and key in implied and work.after[key] == implied[key]:
        return False
    return bool(work.after.get(key))


def _shown(key, value, register):
    """A value as the preview keeps it: names instead of keys."""
    if not value:
        return ""
    if key in ("parent", "parent_row"):
        return register.rows[value]["name_fi"] if value in register.rows else ""
    if key == "home_municipality":
        return register.places.names.get(value, "")
    if key == "municipalities":
        return ", ".join(register.places.names.get(one, "") for one in value)
    return str(value)
