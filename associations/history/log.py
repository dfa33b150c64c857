"""What has been changed in an organisation, told in words from the rows that the database's triggers wrote."""

import datetime
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import F, Q, Window
from django.db.models.functions import Lag
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from associations.organisations.models import Organisation

SHOWN = 50
# What follows from other fields, or means nothing to a reader.
UNTOLD = {"id", "union", "successor"}
LINKS = {"OperationAreaHistory", "CoveredRegionHistory", "RoleRegionHistory"}
VERBS = {
    "insert": ("new", pgettext_lazy("a change", "Added")),
    "update": ("todo", pgettext_lazy("a change", "Changed")),
    "delete": ("refused", pgettext_lazy("a change", "Removed")),
}


@dataclass
class Change:
    """One change: when, by whom, to what, and each value before and after."""

    at: datetime.datetime
    order: int
    who: str
    verb: str
    verb_class: str
    what: str
    lines: list = field(default_factory=list)  # [(label, before, after)]
    request: str = ""


def changes_of(organisation, before=None, shown=SHOWN):
    """(changes, moment of the last one or None): the newest first, those older than ``before`` when it is given.

    A number of queries that does not depend on the rows. The moment is given only when there are older ones.
    """
    found = []
    for name, condition in sources(organisation):
        found += [(name, row) for row in _newest(name, condition, before, shown + 1)]
    found.sort(key=lambda pair: (pair[1].pgh_created_at, pair[1].pgh_id), reverse=True)
    kept = found[:shown]
    # Changes of one transaction share its moment: they stay together, or the next page would lose some.
    kept += [pair for pair in found[shown:] if kept and pair[1].pgh_created_at == kept[-1][1].pgh_created_at]
    words = Words(kept)
    more = kept[-1][1].pgh_created_at if len(found) > len(kept) else None
    return [words.change(name, row) for name, row in kept], more


def sources(organisation):
    """[(name of the history, condition)]: every table that tells of this organisation."""
    ours = apps.get_model("associations", "RoleHistory").objects.filter(organisation=organisation.pk)
    return [
        ("OrganisationHistory", Q(pgh_obj=organisation.pk)),
        ("RoleHistory", Q(organisation=organisation.pk)),
        ("RoleRegionHistory", Q(role__in=ours.values("id"))),
        ("OperationAreaHistory", Q(organisation=organisation.pk)),
        ("CoveredRegionHistory", Q(organisation=organisation.pk)),
        ("NetworkMembershipHistory", Q(member=organisation.pk) | Q(network=organisation.pk)),
    ]


def _newest(name, condition, before, most):
    History = apps.get_model("associations", name)
    # The row before an older one is older still, so the limit may come before the window.
    rows = History.objects.filter(condition, **({"pgh_created_at__lt": before} if before else {}))
    if any(one.name == "pgh_obj" for one in History._meta.fields):
        rows = rows.annotate(previous=Window(Lag("pgh_id"), partition_by="pgh_obj", order_by=F("pgh_id").asc()))
    return list(rows.order_by("-pgh_created_at", "-pgh_id")[:most])


class Words:
    """Turns history rows into sentences; everything they name is fetched at once."""

    def __init__(self, rows):
        self.earlier = {}
        wanted = {}
        for name, row in rows:
            if getattr(row, "previous", None):
                wanted.setdefault(name, set()).add(row.previous)
        for name, keys in wanted.items():
            self.earlier[name] = apps.get_model("associations", name).objects.in_bulk(keys)
        self.named = {}
        needed = {User: {(row.pgh_context or {}).get("user") for _name, row in rows}}
        for name, row in rows:
            for one in (row, self._before(name, row)):
                for column in self._columns(row) if one else ():
                    if column.related_model:
                        needed.setdefault(column.related_model, set()).add(getattr(one, column.attname))
                if one and name == "RoleRegionHistory":
                    needed.setdefault(apps.get_model("associations", "Role"), set()).add(one.role_id)
        for model, keys in needed.items():
            found = model.objects.filter(pk__in=keys - {None})
            if model.__name__ == "Role":
                found = found.select_related("person")
            self.named[model] = {one.pk: str(one) for one in found}
            if model is User:
                # Without a name a person is told by the address, which is not every reader's to see.
                self.doers = {one.pk: one.name or _("somebody who has not told their name") for one in found}

    def change(self, name, row):
        verb_class, verb = VERBS[row.pgh_label]
        context = row.pgh_context or {}
        who = self.doers.get(context.get("user"))
        if not who:
            who = _("somebody whose account has been removed") if context.get("user") else _("the portal itself")
        return Change(
            at=row.pgh_created_at,
            order=row.pgh_id,
            who=who,
            verb=str(verb),
            verb_class=verb_class,
            what=self._what(name, row),
            lines=self._lines(name, row),
            request=context.get("request", ""),
        )

    def _before(self, name, row):
        return self.earlier.get(name, {}).get(getattr(row, "previous", None))

    @staticmethod
    def _columns(row):
        return [
            column
            for column in row._meta.concrete_fields
            if not column.name.startswith("pgh_") and column.name not in UNTOLD
        ]

    def _name(self, model, key):
        return self.named.get(model, {}).get(key) or (_("removed") if key else "")

    def _what(self, name, row):
        if name == "RoleHistory":
            return _("Role: %(person)s, %(role)s") % {
                "person": self._name(User, row.person_id),
                "role": row.get_kind_display(),
            }
        if name == "RoleRegionHistory":
            return _("Area of a role: %(role)s") % {
                "role": self._name(apps.get_model("associations", "Role"), row.role_id)
            }
        if name == "OperationAreaHistory":
            return _("Municipality of operation")
        if name == "CoveredRegionHistory":
            return _("Wellbeing region")
        if name == "NetworkMembershipHistory":
            return _("Network: %(network)s, member: %(member)s") % {
                "network": self._name(Organisation, row.network_id),
                "member": self._name(Organisation, row.member_id),
            }
        return _("Details of the organisation")

    def _lines(self, name, row):
        earlier = self._before(name, row)
        if row.pgh_label == "update" and earlier is None:
            return []
        # What names the row itself stands in the heading.
        heading = {
            "RoleHistory": {"person", "kind", "organisation"},
            "NetworkMembershipHistory": {"network", "member"},
            "RoleRegionHistory": {"role"},
            "OperationAreaHistory": {"organisation"},
            "CoveredRegionHistory": {"organisation"},
        }.get(name, set())
        lines = []
        for column in self._columns(row):
            if column.name in heading and row.pgh_label != "update":
                continue
            after = self._value(row, column)
            before = self._value(earlier, column) if earlier else ""
            if row.pgh_label == "delete":
                before, after = after, ""
            if before != after:
                # What a row only links to is named by its heading.
                label = "" if name in LINKS else str(column.verbose_name)
                lines.append((label[:1].upper() + label[1:], before, after))
        return lines

    def _value(self, row, column):
        value = getattr(row, column.attname)
        if value in (None, ""):
            return ""
        if column.related_model:
            return self._name(column.related_model, value)
        if column.choices:
            return str(getattr(row, f"get_{column.name}_display")())
        if isinstance(value, datetime.datetime):
            return date_format(value, "SHORT_DATETIME_FORMAT")
        if isinstance(value, datetime.date):
            return date_format(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return str(value)
