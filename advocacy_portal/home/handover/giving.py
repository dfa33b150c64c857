"""Handing a board role over to a successor, and moving the open work when the day comes."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy_portal.home.handover import letters, rooms
from advocacy_portal.lib.moments import day_text
from associations.roles.models import Role

DAY = datetime.timedelta(days=1)
LONGEST = datetime.timedelta(days=366)
# In these months one speaks of next year's board.
LAST_MONTHS = (11, 12)
# A sweep that was away for a holiday still moves the work.
LATE = datetime.timedelta(days=14)


def usual_day(role, today):
    """From which day a role is handed over unless somebody says otherwise."""
    turn = datetime.date(today.year + 1, 1, 1) if today.month in LAST_MONTHS else today
    return max(turn, first_day(role, today))


def first_day(role, today):
    """The first day on which somebody else can have the role: its own last day is the day before."""
    return max(today, role.starts_on + DAY)


def why_not(role, today):
    """Why nobody can hand this role over, in words; empty when it can be done."""
    if role.organisation is None or role.organisation.ended_on:
        return _("The organisation has ended.")
    if role.successor_id:
        return _("This role has been handed over already.")
    if role.ends_on and role.ends_on < today:
        return _("This role has ended.")
    if role.starts_on > today:
        return _("This role has not begun yet.")
    return ""


def hand_over(role, *, to, day, now):
    """Afterwards the role ends the day before ``day``, and its successor has it from then on.

    The open work moves at once when the day is today, else on its day. Both are written to. Of two who press
    at once, one hands over and the other is told (ValidationError). How many things moved already.
    """
    today = timezone.localtime(now).date()
    try:
        with transaction.atomic():
            locked = (
                Role.objects.select_for_update(of=("self",), no_key=True)
                .select_related("organisation", "person")
                .get(pk=role.pk)
            )
            if reason := why_not(locked, today):
                raise ValidationError(reason)
            if not first_day(locked, today) <= day <= today + LONGEST:
                raise ValidationError({"day": _("Choose a day from %(day)s on, at most a year ahead.") % {
                    "day": day_text(first_day(locked, today), weekday=False)
                }})  # fmt: skip
            if to.pk == locked.person_id:
                raise ValidationError({"to": _("Choose somebody else.")})
            ends_on = min(filter(None, [day - DAY, locked.ends_on]))
            successor = _successor(locked, to, day)
            Role.objects.filter(pk=locked.pk).update(ends_on=ends_on, successor=successor)
            letters.tell(locked, successor)
            return _move(locked, successor, now=now) if day <= today else 0
    except IntegrityError as clash:
        raise ValidationError(_("Something changed at the same moment. Send the form again.")) from clash


def _successor(role, to, day):
    """The successor's own role from ``day``: the one entered ahead, or a new one with the same end."""
    same = Role.objects.filter(organisation=role.organisation, kind=role.kind, person=to)
    same = same.filter(Q(ends_on=None) | Q(ends_on__gte=day)).order_by("starts_on").first()
    if same and same.starts_on > day:
        raise ValidationError({"day": _("%(person)s has this role from %(day)s. Choose that day.") % {
            "person": to, "day": day_text(same.starts_on, weekday=False),
        }})  # fmt: skip
    if same:
        return same
    ends_on = role.ends_on if role.ends_on and role.ends_on >= day else None
    return Role.objects.create(
        person=to, kind=role.kind, organisation=role.organisation, starts_on=day, ends_on=ends_on
    )


def due(now):
    """Roles whose successor has begun: their work should have moved. Moving again moves nothing."""
    today = timezone.localtime(now).date()
    lately = Q(ends_on__gte=today - LATE) | Q(successor__starts_on__gte=today - LATE)
    return Role.objects.filter(lately, successor__starts_on__lte=today, ends_on__lt=today)


@transaction.atomic
def move_work(pk, *, now):
    """Move the open work of a role that was handed over, if its successor still has the role. How much moved."""
    role = (
        due(now)
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "person", "successor")
        .filter(pk=pk)
        .first()
    )
    return _move(role, role.successor, now=now) if role else 0


def _move(role, successor, *, now):
    today = timezone.localtime(now).date()
    if not Role.objects.on(today).filter(pk=successor.pk, person__is_active=True).exists():
        return 0
    if stays_on_board(role, today):
        return 0
    # Asked anew: what a person may see follows from their roles as they are now.
    to = User.objects.get(pk=successor.person_id)
    return rooms.move(role.person, role.organisation, to, now=now)


def stays_on_board(role, day):
    """Whether the giver still sits on the same board on ``day``: then what they do for it stays theirs."""
    others = Role.objects.on(day).board().filter(person=role.person_id, organisation=role.organisation_id)
    return others.exclude(pk=role.pk).exists()
