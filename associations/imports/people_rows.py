"""A file of people: each row is a person's role in an organisation of the union.

An address alone opens nobody's name and number to a union: whoever has an account that is not wholly this union's
gets an invitation instead of the role, and says yes themselves. The preview looks the same for them as for people
whom the portal does not know.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from associations.imports import cells
from associations.imports.columns import folded
from associations.imports.faults import Fault
from associations.imports.organisation_rows import name_key
from associations.imports.planning import PREVIEWED, Plan, json_able
from associations.joining.models import SHOWN_AFTER, Invitation
from associations.organisations.models import Organisation
from associations.roles.models import Role
from associations.roles.standing import BOARD_KINDS

# Given by a file; whoever holds another role somewhere is never changed by one.
GIVEN = ("member", *BOARD_KINDS)
OF_PERSON = ("name", "phone", "language")
CHUNK = 2_000


@dataclass
class PersonWork:
    row: int
    pk: int | None
    email: str
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)

    def told(self):
        return ["person", self.row, self.pk, self.before, self.after]


@dataclass
class RoleWork:
    row: int
    pk: int | None
    email: str
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)

    def told(self):
        return ["role", self.row, self.pk, self.email, self.before, self.after]


@dataclass
class InvitationWork:
    row: int
    email: str
    name: str
    language: str
    after: dict

    def told(self):
        return ["invitation", self.row, self.email, self.name, self.after]


class Register:
    """The union's organisations, and the people whom the file names with their roles in the union."""

    def __init__(self, union, emails, today):
        self.rows, self.by_number, self.by_name = {}, {}, defaultdict(list)
        ours = Organisation.objects.filter(union=union.pk).order_by("pk")
        for one in ours.values("pk", "name_fi", "name_sv", "short_name", "member_number", "ended_on"):
            self.rows[one["pk"]] = one
            if one["member_number"]:
                self.by_number[folded(one["member_number"])] = one["pk"]
            for key in {name_key(one["name_fi"]), name_key(one["name_sv"]), name_key(one["short_name"])} - {""}:
                self.by_name[key].append(one["pk"])
        self.people, self.roles, self.changeable = {}, defaultdict(list), set()
        self.role_by_pk, self.invited = {}, set()
        emails = sorted(emails)
        for start in range(0, len(emails), CHUNK):
            self._read_people(union, emails[start : start + CHUNK], today)
            self._read_invitations(union, emails[start : start + CHUNK])

    def _read_invitations(self, union, emails):
        """Who has been asked: it waits for their answer, or they have just said no."""
        now = timezone.now()
        asked = Q(state=Invitation.State.SENT, expires_at__gt=now) | Q(
            state=Invitation.State.DECLINED, answered_at__gt=now - SHOWN_AFTER
        )
        found = Invitation.objects.filter(asked, organisation__union=union.pk, email__in=emails)
        self.invited |= set(found.order_by().values_list("email", "kind", "organisation"))

    def _read_people(self, union, emails, today):
        people = {
            one["pk"]: one
            for one in User.objects.filter(email__in=emails).values(
                "pk", "email", "name", "phone", "language", "is_staff", "is_superuser"
            )
        }
        self.people |= {one["email"]: one for one in people.values()}
        outside, inside = set(), set()
        rows = Role.objects.filter(person__in=list(people)).order_by("starts_on", "pk")
        for role in rows.values("pk", "person", "kind", "organisation", "organisation__union", "starts_on", "ends_on"):
            is_ours = role["organisation__union"] == union.pk and role["kind"] in GIVEN
            if not is_ours:
                outside.add(role["person"])
            elif role["ends_on"] is None or role["ends_on"] >= today:
                inside.add(role["person"])
            if is_ours:
                self.roles[role["person"], role["kind"], role["organisation"]].append(role)
                self.role_by_pk[role["pk"]] = role
        # Only those who are wholly this union's: nobody else's name or number is written over, and none is shown.
        for pk in inside - outside:
            if not people[pk]["is_staff"] and not people[pk]["is_superuser"]:
                self.changeable.add(people[pk]["email"])

    def knows_as_stranger(self, email):
        return email in self.people and email not in self.changeable

    def organisation(self, words):
        pk = self.by_number.get(folded(words))
        if pk is None:
            found = self.by_name.get(name_key(words), [])
            active = [one for one in found if not self.rows[one]["ended_on"]]
            found = active or found
            if len(found) > 1:
                raise Fault("several", value=words)
            if not found:
                raise Fault("organisation", value=words)
            pk = found[0]
        if self.rows[pk]["ended_on"]:
            raise Fault("ended", value=words)
        return pk


def plan(union, rows, today):
    """A Plan whose work is PersonWork first, then RoleWork, then InvitationWork."""
    made = Plan()
    register = Register(union, {row.cells.get("email", "").lower() for row in rows}, today)
    people, taken, roles, asked = {}, {}, [], []
    for row in rows:
        values = _read(row, made, register)
        if values is None:
            continue
        person = people.get(values["email"])
        if person is None:
            person = people[values["email"]] = _person(row, values, register)
        elif folded(values["name"]) != folded(person.typed_name):
            made.fault(row.number, "name", Fault("name_differs", row=person.row))
            continue
        role = _role(row, values, register, today)
        if _is_backwards(role, register):
            made.fault(row.number, "ends_on", Fault("backwards"))
            continue
        period = (role.after.get("starts_on") or values["starts_on"] or "", role.after.get("ends_on") or "")
        if (clash := _clash(taken, person.email, values, role, period)) is not None:
            made.fault(row.number, "", Fault("twice", row=clash))
            continue
        is_asked = _is_asked(role, register, today)
        is_new = role.pk is None and person.email not in register.changeable
        # The same for strangers and for the unknown, so that neither stands out.
        if (is_asked or is_new) and (person.email, values["role"], values["organisation"]) in register.invited:
            if person.row == row.number:
                del people[person.email]
            made.tell(row.number, "same", "", [])
            continue
        _tell(row, person, role, register, values, made)
        if is_asked:
            asked.append(_invitation(role, values, register, today))
        else:
            roles.append(role)
    made.work = [one for one in people.values() if one.pk is None or one.after] + [
        one for one in roles if one.pk is None or one.after
    ]
    made.work += _one_each(asked, today)
    return made


def _read(row, made, register):
    before = len(made.faults)
    for key, fault in row.faults:
        made.fault(row.number, key, fault)
    if len(made.faults) > before:
        return None
    values = {
        "name": row.need(made, "name", partial(cells.text, 150)),
        "email": row.need(made, "email", cells.email),
        "role": row.need(made, "role", cells.role),
        "organisation": row.need(made, "organisation", register.organisation),
        "phone": row.read(made, "phone", cells.phone, ""),
        "language": row.read(made, "language", cells.language, ""),
        "starts_on": row.read(made, "starts_on", cells.day),
        "ends_on": row.read(made, "ends_on", cells.day),
    }
    return values if len(made.faults) == before else None


def _person(row, values, register):
    email = values["email"]
    known = register.people.get(email)
    work = PersonWork(row.number, known and known["pk"], email)
    work.typed_name = values["name"]
    given = {key: values[key] for key in OF_PERSON if values[key]}
    if known is None:
        work.after = {"email": email, "language": "fi"} | given
    elif email in register.changeable:
        for key, value in given.items():
            if value != known[key]:
                work.before[key], work.after[key] = known[key], value
    return work


def _role(row, values, register, today):
    """The role of a row: the one that is there already at that time, or a new one."""
    known = register.people.get(values["email"])
    there = register.roles.get((known["pk"], values["role"], values["organisation"]), []) if known else []
    start, end = values["starts_on"], values["ends_on"]
    if start is None:
        found = next((one for one in there if one["ends_on"] is None or one["ends_on"] >= today), None)
    else:
        found = next((one for one in there if one["starts_on"] == start), None)
        last = end or datetime.date.max
        found = found or next(
            (one for one in there if one["starts_on"] <= last and (one["ends_on"] or datetime.date.max) >= start), None
        )
    work = RoleWork(row.number, found and found["pk"], values["email"])
    if found is None:
        work.after = {
            "kind": values["role"], "organisation": values["organisation"],
            "starts_on": json_able(start or min(today, end or today)), "ends_on": json_able(end),
        }  # fmt: skip
        return work
    # Whoever has been in office longer than the file knows stays so.
    if start and start < found["starts_on"]:
        work.before["starts_on"], work.after["starts_on"] = json_able(found["starts_on"]), json_able(start)
    if end and end != found["ends_on"]:
        work.before["ends_on"], work.after["ends_on"] = json_able(found["ends_on"]), json_able(end)
    return work


def _is_asked(role, register, today):
    """Whether this role would show a stranger to the union: a new one, or one that has ended and would go on."""
    if not register.knows_as_stranger(role.email):
        return False
    if role.pk is None:
        return True
    ended = register.role_by_pk[role.pk]["ends_on"]
    return bool(ended) and ended < today and role.after.get("ends_on", "") >= json_able(today)


def _invitation(role, values, register, today):
    after = {
        "kind": values["role"], "organisation": values["organisation"],
        "starts_on": json_able(today) if role.pk else role.after["starts_on"], "ends_on": role.after.get("ends_on"),
    }  # fmt: skip
    language = register.people[role.email]["language"]
    return InvitationWork(role.row, role.email, values["name"], language, after)


def _one_each(asked, today):
    """Terms that follow each other as one invitation: only one may wait for the same role. Nobody is asked about
    what is over, and what comes after a gap is left to a later file."""
    waiting = {}
    for work in sorted(asked, key=lambda one: one.after["starts_on"]):
        if work.after["ends_on"] and work.after["ends_on"] < json_able(today):
            continue
        first = waiting.setdefault((work.email, work.after["kind"], work.after["organisation"]), work)
        if first is not work and first.after["ends_on"]:
            day_after = datetime.date.fromisoformat(first.after["ends_on"]) + datetime.timedelta(days=1)
            if work.after["starts_on"] <= json_able(day_after):
                first.after["ends_on"] = work.after["ends_on"]
    return list(waiting.values())


def _is_backwards(role, register):
    now = register.role_by_pk.get(role.pk, {})
    start = role.after.get("starts_on") or json_able(now.get("starts_on"))
    end = role.after.get("ends_on") or json_able(now.get("ends_on"))
    return bool(end) and end < start


def _clash(taken, email, values, role, period):
    """The row that already gives this person this role at that time, or None."""
    key = (email, values["role"], values["organisation"])
    if role.pk is not None:
        period = ("", "")
        key = (*key, role.pk)
    start, end = period
    for other_start, other_end, row in taken.get(key, []):
        if (not end or other_start <= end) and (not other_end or start <= other_end):
            return row
    taken.setdefault(key, []).append((start, end, role.row))
    return None


def _tell(row, person, role, register, values, made):
    first = person.row == row.number
    # A stranger's row looks the same whether the portal knows the address or not: that is nobody's to find out.
    is_ours = person.email in register.changeable
    verb = "create" if role.pk is None else "change" if role.after or (first and person.after) else "same"
    if verb == "same" or len(made.preview) >= PREVIEWED:
        made.tell(row.number, verb, "", [])
        return
    lines = []
    if is_ours and first:
        lines += [[key, person.before.get(key) or "", value] for key, value in person.after.items()]
    elif not is_ours and first:
        lines += [[key, "", values[key]] for key in ("name", "email", "phone", "language") if values[key]]
    if role.pk is None:
        lines += [["role", "", values["role"]]]
        lines += [["organisation", "", register.rows[values["organisation"]]["name_fi"]]]
    lines += [
        [key, role.before.get(key) or "", role.after[key]] for key in ("starts_on", "ends_on") if role.after.get(key)
    ]
    made.tell(row.number, verb, values["name"], lines)
