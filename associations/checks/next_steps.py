"""What a details round asks of a board, and of those who follow it."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy_portal.lib.steps import Step
from associations.checks.answers import answered_in
from associations.checks.models import DetailsRound
from associations.organisations.models import Organisation
from associations.organisations.next_steps import ENOUGH
from associations.roles.standing import standing_of


def steps_for(user, now):
    """One query for those on boards, one for coordinators and staff; the person's standing besides."""
    today = timezone.localtime(now).date()
    standing = standing_of(user)
    steps = []
    if standing.boards:
        steps += _board_steps(user, today)
    if standing.areas or standing.staffed_unions or standing.is_administrator:
        steps += _area_steps(user, today)
    return steps


def _board_steps(user, today):
    rounds = DetailsRound.objects.still_open().filter(union=OuterRef("union"))
    unanswered = (
        Organisation.objects.run_by(user)
        .associations()
        .annotate(
            open_round=Subquery(rounds.values("pk")[:1]),
            round_deadline=Subquery(rounds.values("deadline")[:1], output_field=DateField()),
        )
        .filter(~answered_in(OuterRef("open_round")), open_round__isnull=False)
    )
    return [
        Step(
            "check-circle", _("Check the details of the association"),
            reverse("associations:details_check", args=[one.pk]),
            _("%(name)s: if everything is right, one click is enough.") % {"name": one.name},
            deadline=one.round_deadline, **_state(one.round_deadline, today),
        )
        for one in unanswered
    ]  # fmt: skip


def _area_steps(user, today):
    standing = standing_of(user)
    missing = (
        Organisation.objects.looked_after_by(user)
        .filter(~answered_in(OuterRef(OuterRef("pk"))), union=OuterRef("union"))
        .order_by()
        .values("pk")[:ENOUGH]
    )
    rounds = DetailsRound.objects.still_open()
    if not standing.is_administrator:
        rounds = rounds.filter(Q(union__in=standing.staffed_unions | {area.union for area in standing.areas}))
    steps = []
    for one in rounds.annotate(missing=ArraySubquery(missing)).order_by("deadline", "pk")[:10]:
        if count := len(one.missing):
            more = _("More than %(count)s") % {"count": count - 1} if count >= ENOUGH else count
            title = ngettext(
                "%(count)s association has not checked its details",
                "%(count)s associations have not checked their details",
                count,
            ) % {"count": more}
            steps.append(
                Step(
                    "users", title, one.get_absolute_url(), _("You can remind them with one click."),
                    deadline=one.deadline, **_state(one.deadline, today),
                )
            )  # fmt: skip
    return steps


def _state(deadline, today):
    if deadline < today:
        return {"state_class": "late", "state_label": _("Late"), "order": 10}
    return {"state_class": "todo", "state_label": _("Not answered"), "order": 25}
