"""What the overview says on dashboards: who needs help, how many, and whom to call first."""

from django.db.models import Case, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy_portal.lib.steps import Step
from associations.overview import area, counting, needs
from associations.overview.models import AssociationState
from associations.roles.models import Role
from associations.roles.standing import BOARD_KINDS, standing_of

FIRST_FEW = 5


def steps_for(user, now):
    """The steps of coordinators and staff. One query, a coordinator's another; the person's standing besides."""
    standing = standing_of(user)
    if not (standing.areas or standing.staffed_unions or standing.is_administrator):
        return []
    counts = counts_for(user, now)
    page = reverse("associations:area")
    steps = []
    if chairless := counts["ei-puheenjohtajaa"]:
        steps.append(Step(
            "users",
            ngettext("%(count)s association has no chair", "%(count)s associations have no chair", chairless)
            % {"count": _many(chairless)},
            page + "?tila=ei-puheenjohtajaa",
            _whom_to_call(user, now) if standing.areas else _("The list tells whom you can ask."),
            state_class="todo", state_label=_("Needs help"), order=20,
        ))  # fmt: skip
    if unreachable := counts["ei-yhteystietoja"]:
        steps.append(Step(
            "phone",
            ngettext(
                "%(count)s association lacks contact details",
                "%(count)s associations lack contact details",
                unreachable,
            ) % {"count": _many(unreachable)},
            page + "?tila=ei-yhteystietoja",
            _("Without them members and the municipality cannot reach the association."),
            state_class="todo", state_label=_("Unfinished"), order=45,
        ))  # fmt: skip
    return steps


def counts_for(user, now):
    """How many associations one looks after and how many of them lack what; asked once a request. One query."""
    remembered = getattr(user, "_counts_of_area", None)
    if remembered is None or remembered[0] != now:
        today = timezone.localtime(now).date()
        ours = AssociationState.objects.looked_after_by(user)
        counts = area.counts_of(ours, user, today=today, now=now)
        if not counts["all"] and counting.catch_up(now=now):
            counts = area.counts_of(ours, user, today=today, now=now)
        remembered = user._counts_of_area = (now, counts)
    return remembered[1]


def who_needs_help(user, now):
    """The few associations of the area that need help most, each with ``reasons`` and ``call``; asked once. One query.

    ``call`` is somebody of the board, else the association's own number or address; None where nobody is known.
    """
    remembered = getattr(user, "_who_needs_help", None)
    if remembered is None or remembered[0] != now:
        counts_for(user, now)
        today = timezone.localtime(now).date()
        kinds = (When(kind=kind, then=Value(n)) for n, kind in enumerate(BOARD_KINDS))
        rank = Case(*kinds, output_field=IntegerField())
        has_phone = Case(When(person__phone="", then=Value(1)), default=Value(0), output_field=IntegerField())
        board = (
            Role.objects.on(today).board().filter(organisation=OuterRef("pk"), person__is_active=True)
            .order_by(has_phone, rank, "pk")
            .values(person_=JSONObject(
                name=Coalesce(NullIf("person__name", Value("")), "person__email"),
                phone="person__phone", email="person__email",
            ))
        )  # fmt: skip
        rows = list(
            AssociationState.objects.looked_after_by(user).filter(needs__gt=0)
            .select_related("organisation__home_municipality")
            .annotate(somebody=Subquery(board[:1]))
            .order_by("-needs", "name", "organisation")[:FIRST_FEW]
        )  # fmt: skip
        rows = [row for row in rows if counting.is_in_its_place(row)]
        for row in rows:
            row.reasons = needs.needs_of(row, row.organisation, today)
            row.call = _contact(row.somebody, row.organisation)
        remembered = user._who_needs_help = (now, rows)
    return remembered[1]


def _contact(somebody, organisation):
    """{"name", "phone", "email"}: a telephone first, a person before the association."""
    own = {"name": "", "phone": organisation.phone, "email": organisation.email}
    found = [one for one in (somebody, own) if one]
    by_phone = next((one for one in found if one["phone"]), None)
    return by_phone or next((one for one in found if one["email"]), None)


def _whom_to_call(user, now):
    """One sentence that names an association without a chair, and somebody to call if anybody is known."""
    first = next((row for row in who_needs_help(user, now) if not row.has_chair), None)
    if first is None:
        return ""
    facts = {"association": first.organisation.name} | (first.call or {})
    if first.call is None:
        return _("Begin with %(association)s. We know nobody there: ask its neighbours or the municipality.") % facts
    if not first.call["phone"]:
        return _("Begin with %(association)s: write to %(email)s.") % facts
    if first.call["name"]:
        return _("Begin with %(association)s: call %(name)s, %(phone)s.") % facts
    return _("Begin with %(association)s: call %(phone)s.") % facts


def _many(count):
    return number_format(count, force_grouping=True)
