"""Counting the states: from roles by date, contact details and signs of life.

``recount(keys, now=…)`` is what a verb calls that has changed an association or its roles. Nobody has to: the
history that the database writes names whoever changed, and ``owed`` (every minute, by ``tasks``) and ``catch_up``
(before the overview is shown) count those anew. Whoever was counted yesterday is counted again today, because
roles begin and lapse by date.
"""

import datetime
from dataclasses import dataclass, field
from itertools import islice

from django.apps import apps
from django.core.cache import cache
from django.db.models import Max, Q, Value
from django.utils import timezone

from associations.organisations.models import Organisation
from associations.organisations.next_steps import contacts_missing
from associations.overview import needs
from associations.overview.models import AssociationState
from associations.roles.models import Role
from associations.roles.standing import BOARD_KINDS

CHUNK = 2_000
# Changes since the last look that a page still counts itself; a large import is left to the worker.
MOST_AT_ONCE = 500
# A transaction that began before the last look may end after it.
LOOK_BACK = datetime.timedelta(minutes=10)
MARK = "overview:last-change-counted"
COUNTED = [
    "union", "district", "region", "name", "has_chair", "board_size", "has_next_board", "is_reachable",
    "details_confirmed_on", "last_active_on", "needs", "counted_on",
]  # fmt: skip
# Signs of life besides a log-in and the confirmation of details: how the apps above record what a board did. Told as
# names of relations, for nothing here may import those apps.
OF_PEOPLE = ["person__registrations__created_at"]  # to a training or a meeting
OF_ASSOCIATION = ["brochures__updated_at", "brochures__files__finished_at"]  # the partnership brochure


@dataclass
class Board:
    """The people of an association today, and whether next year has some."""

    people: set = field(default_factory=set)
    chairs: list = field(default_factory=list)
    has_next: bool = False
    logged_in_at: datetime.datetime | None = None


def recount(organisations=None, *, now=None):
    """Count the states of these associations (rows or keys), or of all. What is no active association loses its row.

    Returns how many were counted.
    """
    today = timezone.localtime(now).date()
    if organisations is None:
        gone = AssociationState.objects.exclude(organisation__in=Organisation.objects.active().associations())
        gone.delete()
        keys = iter(list(Organisation.objects.active().associations().order_by("pk").values_list("pk", flat=True)))
    else:
        # In the order of keys: of two who count the same rows, one waits for the other.
        keys = iter(sorted({getattr(one, "pk", one) for one in organisations} - {None}))
    counted = 0
    while chunk := list(islice(keys, CHUNK)):
        counted += _count(chunk, today)
    return counted


def _count(keys, today):
    associations = list(
        Organisation.objects.active().associations().filter(pk__in=keys).order_by("pk")
        .select_related("home_municipality")
        .only("union", "parent", "name_fi", "email", "phone", "details_confirmed_at", "home_municipality",
              "home_municipality__wellbeing_region")
    )  # fmt: skip
    boards, active = boards_of(keys, today), _signs_of_life(keys, today)
    states = [_state(one, boards.get(one.pk, Board()), active.get(one.pk), today) for one in associations]
    AssociationState.objects.bulk_create(
        states, update_conflicts=True, unique_fields=["organisation"], update_fields=COUNTED
    )
    if gone := set(keys) - {one.pk for one in associations}:
        AssociationState.objects.filter(pk__in=gone).delete()
    return len(states)


def _state(organisation, board, active_at, today):
    home = organisation.home_municipality
    moments = [active_at, board.logged_in_at, organisation.details_confirmed_at]
    state = AssociationState(
        organisation=organisation,
        name=organisation.name_fi,
        **place_of(organisation),
        region_id=home.wellbeing_region_id if home else None,
        has_chair=bool(board.chairs),
        board_size=len(board.people),
        has_next_board=board.has_next,
        is_reachable=not contacts_missing(organisation.email, organisation.phone),
        details_confirmed_on=_day(organisation.details_confirmed_at),
        last_active_on=max(filter(None, map(_day, moments)), default=None),
        counted_on=today,
    )
    state.needs = sum(need.weight for need in needs.needs_of(state, organisation, today))
    return state


def place_of(organisation):
    """Where in the tree it hangs: the copied columns that decide whose it is."""
    in_district = organisation.parent_id != organisation.union_id
    return {"union_id": organisation.union_id, "district_id": organisation.parent_id if in_district else None}


def is_in_its_place(state):
    """Whether the columns that decide who sees the row still say what the register says."""
    organisation = state.organisation
    home = organisation.home_municipality
    return (
        organisation.ended_on is None
        and {"union_id": state.union_id, "district_id": state.district_id} == place_of(organisation)
        and state.region_id == (home.wellbeing_region_id if home else None)
    )


def is_true_of(state, board):
    """Whether the counted row still says what the register and the roles of today (a Board) say."""
    organisation = state.organisation
    return (
        is_in_its_place(state)
        and (state.has_chair, state.board_size) == (bool(board.chairs), len(board.people))
        and state.is_reachable == (not contacts_missing(organisation.email, organisation.phone))
    )


def boards_of(keys, today):
    """{association: Board}. One query."""
    first_day = datetime.date(today.year + 1, 1, 1)
    boards = {}
    rows = (
        Role.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), organisation__in=keys, kind__in=BOARD_KINDS)
        .order_by("pk")
        .values_list(
            "organisation", "kind", "starts_on", "ends_on", "person", "person__name", "person__email", "person__phone",
            "person__last_login",
        )
    )  # fmt: skip
    for organisation, kind, starts_on, ends_on, person, name, email, phone, logged_in_at in rows:
        board = boards.setdefault(organisation, Board())
        if starts_on <= today:
            board.people.add(person)
            if kind == "chair":
                board.chairs.append((name or email, phone, email))
            if logged_in_at:
                board.logged_in_at = max(logged_in_at, board.logged_in_at or logged_in_at)
        if starts_on <= first_day and (ends_on is None or ends_on >= first_day):
            board.has_next = True
    return boards


def _signs_of_life(keys, today):
    """{association: the latest moment when its board did something in the portal}. A query a sign."""
    latest = {}
    seats = Role.objects.on(today).board().filter(organisation__in=keys).order_by().values("organisation")
    rows = [seats.filter(**{f"{path}__isnull": False}).values_list("organisation", Max(path)) for path in OF_PEOPLE]
    associations = Organisation.objects.filter(pk__in=keys).order_by().values("pk")
    rows += [associations.filter(**{f"{path}__isnull": False}).values_list("pk", Max(path)) for path in OF_ASSOCIATION]
    for sign in rows:
        for organisation, moment in sign:
            latest[organisation] = max(moment, latest.get(organisation, moment))
    return latest


def _day(moment):
    return timezone.localtime(moment).date() if moment else None


def _histories():
    """The tables in which the database writes who changed, and their column for the association."""
    return [
        ("role", apps.get_model("associations", "RoleHistory"), "organisation_id"),
        ("organisation", apps.get_model("associations", "OrganisationHistory"), "id"),
    ]


def catch_up(*, now=None):
    """Count those who changed since the last look, the newest first. One query when nobody did."""
    mark = cache.get(MARK) or {}
    looks = [
        history.objects.filter(pgh_id__gt=mark.get(name, 0)).order_by("-pgh_id")
        .annotate(told_by=Value(name)).values_list("told_by", "pgh_id", column)[:MOST_AT_ONCE]
        for name, history, column in _histories()
    ]  # fmt: skip
    rows = list(looks[0].union(looks[1], all=True))
    if not rows:
        return 0
    counted = recount({organisation for _name, _number, organisation in rows}, now=now)
    for name, number, _organisation in rows:
        mark[name] = max(number, mark.get(name, 0))
    cache.set(MARK, mark, timeout=86_400)
    return counted


def owed(*, now):
    """Keys of all who are to be counted: changed of late, counted on an earlier day, or never counted."""
    keys = set()
    for _name, history, column in _histories():
        newest = history.objects.order_by("-pgh_id").values_list("pgh_created_at", column)
        for changed_at, organisation in newest.iterator(chunk_size=CHUNK):
            if changed_at < now - LOOK_BACK:
                break
            keys.add(organisation)
    keys |= set(AssociationState.objects.stale(timezone.localtime(now).date()).values_list("pk", flat=True))
    keys |= set(Organisation.objects.active().associations().filter(state=None).values_list("pk", flat=True))
    return keys - {None}
