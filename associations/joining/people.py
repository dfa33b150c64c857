"""The page «People and roles»: who serves now, who later, who before, and who waits to come in."""

from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q

from associations.joining.models import SHOWN_AFTER, Invitation, JoinRequest
from associations.roles.forms import CHOOSING_MONTHS
from associations.roles.models import Role
from associations.roles.permissions import can_manage_people, can_see_members, kinds_given_by

# Boards have some ten people a year: this is decades.
MOST = 500


@dataclass
class Line:
    """A role as a line of the page, with what this reader may do about it."""

    role: Role
    may_change: bool
    may_end: bool
    may_remove: bool
    may_continue: bool


@dataclass
class People:
    """Everything the page shows to one reader. At most six queries, however many people there are."""

    may_manage: object  # True, or the refusal with its reason
    sees_members: bool
    now: list = field(default_factory=list)
    later: list = field(default_factory=list)
    before: list = field(default_factory=list)  # [(year, [Line, …])], the latest first
    invitations: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    has_chair: bool = False


def people_of(organisation, user, *, today, now):
    """The page's lists for this reader. Ordinary members are a list of their own (``members_of``)."""
    kinds = kinds_given_by(user, organisation)
    people = People(
        may_manage=can_manage_people(user, organisation), sees_members=bool(can_see_members(user, organisation))
    )
    roles = (
        Role.objects.filter(organisation=organisation)
        .filter(~Q(kind=Role.Kind.MEMBER) | Q(person=user.pk))
        .select_related("person")
        .prefetch_related("regions")
        .by_rank()[:MOST]
    )
    ended = []
    rows = list(roles)
    goes_on = {(role.person_id, role.kind) for role in rows if role.begins_later(today)}
    for role in rows:
        role.organisation = organisation
        line = line_of(role, user, kinds, today)
        if (role.person_id, role.kind) in goes_on:
            line.may_continue = False
        if role.has_ended(today):
            ended.append(line)
        elif role.begins_later(today):
            people.later.append(line)
        else:
            people.now.append(line)
    people.later.sort(key=lambda line: line.role.starts_on)
    ended.sort(key=lambda line: -line.role.ends_on.year)
    people.before = [(year, list(lines)) for year, lines in groupby(ended, key=lambda line: line.role.ends_on.year)]
    people.has_chair = any(line.role.kind == Role.Kind.CHAIR for line in people.now)
    if people.sees_members:
        people.invitations = invitations_of(organisation, kinds, now)
        people.requests = list(
            JoinRequest.objects.visible_to(user).waiting().filter(organisation=organisation).select_related("person")
        )
    return people


def line_of(role, user, kinds, today):
    """The same answers as ``can_change_role`` and its sisters, asked once for all lines of an organisation."""
    given = role.kind in kinds
    ended = role.has_ended(today)
    return Line(
        role=role,
        may_change=given,
        may_end=not ended and (given or role.person_id == user.pk),
        may_remove=given and role.begins_later(today),
        may_continue=given
        and role.is_boards
        and today.month in CHOOSING_MONTHS
        and not ended
        and role.ends_on is not None
        and role.ends_on.year == today.year,
    )


def members_of(organisation, user, *, today):
    """Ordinary members of today and later, as a queryset: there may be hundreds."""
    return (
        Role.objects.visible_to(user)
        .filter(organisation=organisation, kind=Role.Kind.MEMBER)
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .exclude(person=user.pk)
        .select_related("person")
        .order_by("person__name", "person__email", "pk")
    )


def invitations_of(organisation, kinds, now):
    """Those that wait, and for a while those that were declined; each with ``may_change`` and ``badge``."""
    recent = Q(state=Invitation.State.DECLINED, answered_at__gt=now - SHOWN_AFTER)
    rows = list(
        Invitation.objects.filter(Q(state=Invitation.State.SENT) | recent, organisation=organisation)
        .select_related("invited_by")
        .order_by("invited_at", "pk")[:MOST]
    )
    for invitation in rows:
        invitation.expired = invitation.is_waiting and invitation.is_expired(now)
        invitation.may_change = invitation.is_waiting and invitation.kind in kinds
        invitation.may_resend = invitation.may_change and invitation.can_be_sent_again_at() <= now
    return rows
