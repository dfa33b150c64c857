"""A person's standing: all their roles of today, asked once a request (one query)."""

from collections import namedtuple
from dataclasses import dataclass, field

from django.apps import apps
from django.utils import timezone

BOARD_KINDS = ("chair", "secretary", "advocacy_officer", "board_member")
# Those of the board who look after its people.
LEADING_KINDS = ("chair", "secretary", "advocacy_officer")

Area = namedtuple("Area", "union regions role organisation_name district")
# The look of the seat's union, so that the page frame needs no question of its own.
Brand = namedtuple("Brand", "union name primary strong soft logo")
Seat = namedtuple("Seat", "role kind organisation organisation_kind organisation_name union brand", defaults=[None])


@dataclass
class Standing:
    """What a person is today. Sets of primary keys; empty for a visitor."""

    organisations: set = field(default_factory=set)  # any role there
    boards: set = field(default_factory=set)  # sits on the board
    chairs: set = field(default_factory=set)  # chairs it
    led: set = field(default_factory=set)  # chair, secretary or advocacy officer: invites and removes people
    unions: set = field(default_factory=set)  # belongs to the family of these unions
    staffed_unions: set = field(default_factory=set)
    advised_unions: set = field(default_factory=set)  # legal adviser of these
    areas: list = field(default_factory=list)  # coordinator: Area(union, frozenset of region ids, …, district or None)
    seats: list = field(default_factory=list)  # every role as a Seat, the context switcher's rows
    is_administrator: bool = False
    # Organisation: whether this person looks after it; filled as it is asked.
    helps: dict = field(default_factory=dict)


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
            "organisation__union__name_fi",
            "organisation__union__primary_colour",
            "organisation__union__strong_colour",
            "organisation__union__soft_colour",
            "organisation__union__logo",
        )
    )
    standing = Standing(is_administrator=user.is_superuser)
    for pk, kind, organisation, organisation_kind, name, union, regions, *look in rows:
        brand = Brand(union, *look) if union else None
        standing.seats.append(Seat(pk, kind, organisation, organisation_kind, name, union, brand))
        if organisation:
            standing.organisations.add(organisation)
        if union:
            standing.unions.add(union)
        if kind in BOARD_KINDS:
            standing.boards.add(organisation)
        if kind in LEADING_KINDS:
            standing.led.add(organisation)
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
