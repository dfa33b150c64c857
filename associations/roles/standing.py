"""A person's standing: all their roles of today, asked once a request (one query)."""

from collections import namedtuple
from dataclasses import dataclass, field

from django.apps import apps
from django.utils import timezone

BOARD_KINDS = ("chair", "secretary", "advocacy_officer", "board_member")

Area = namedtuple("Area", "union regions role organisation_name district")
Seat = namedtuple("Seat", "role kind organisation organisation_kind organisation_name union")


@dataclass
class Standing:
    """What a person is today. Sets of primary keys; empty for a visitor."""

    organisations: set = field(default_factory=set)  # any role there
    boards: set = field(default_factory=set)  # sits on the board
    chairs: set = field(default_factory=set)  # chairs it
    unions: set = field(default_factory=set)  # belongs to the family of these unions
    staffed_unions: set = field(default_factory=set)
    advised_unions: set = field(default_factory=set)  # legal adviser of these
    areas: list = field(default_factory=list)  # coordinator: Area(union, frozenset of region ids, …, district or None)
    seats: list = field(default_factory=list)  # every role as a Seat, the context switcher's rows
    is_administrator: bool = False


def standing_of(user):
    """The standing of ``user`` today, remembered on the user object for the rest of the request.

    An administrator is whoever holds that role or is a superuser. Inactive people and visitors have none.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Standing()
    today = timezone.localdate()
    remembered = getattr(user, "_standing", None)
    if remembered and remembered[0] == today:
        return remembered[1]
    standing = _ask(user, today)
    user._standing = (today, standing)
    return standing


def _ask(user, today):
    from django.contrib.postgres.aggregates import ArrayAgg
    from django.db.models import Q

    Role = apps.get_model("associations", "Role")
    rows = (
        Role.objects.on(today)
        .filter(person=user)
        .filter(Q(organisation__ended_on=None) | Q(organisation__ended_on__gt=today))
        .annotate(region_ids=ArrayAgg("regions", filter=Q(regions__isnull=False), default=[]))
        .order_by("pk")
        .values_list(
            "pk",
            "kind",
            "organisation",
            "organisation__kind",
            "organisation__name_fi",
            "organisation__union",
            "region_ids",
        )
    )
    standing = Standing(is_administrator=user.is_superuser)
    for pk, kind, organisation, organisation_kind, name, union, regions in rows:
        standing.seats.append(Seat(pk, kind, organisation, organisation_kind, name, union))
        if organisation:
            standing.organisations.add(organisation)
        if union:
            standing.unions.add(union)
        if kind in BOARD_KINDS:
            standing.boards.add(organisation)
        if kind == "chair":
            standing.chairs.add(organisation)
        elif kind == "staff":
            standing.staffed_unions.add(union)
        elif kind == "legal_adviser":
            standing.advised_unions.add(union)
        elif kind == "coordinator":
            # A district's coordinator looks after that district's associations, not the whole union's.
            district = organisation if organisation_kind != "union" else None
            standing.areas.append(Area(union, frozenset(regions), pk, name, district))
        elif kind == "administrator":
            standing.is_administrator = True
    return standing
