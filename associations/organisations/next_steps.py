"""What waits for a person in the register of organisations."""

import datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy_portal.lib.steps import Step
from associations.organisations.models import Organisation
from associations.roles.models import Role
from associations.roles.standing import standing_of

# A union has thousands of associations: nobody reads an exact number past this.
ENOUGH = 201
LAST_MONTHS = (11, 12)


def steps_for(user, now):
    """The steps of boards, coordinators and staff. Two queries at most, one of the person's standing besides."""
    today = timezone.localtime(now).date()
    standing = standing_of(user)
    steps = []
    if standing.boards:
        steps += _board_steps(user, today)
    if standing.areas or standing.staffed_unions or standing.is_administrator:
        steps += _area_steps(user, today)
    return steps


def in_office(kinds, day):
    """Whether the organisation of the outer query has somebody of these kinds on ``day``."""
    return Exists(Role.objects.on(day).filter(organisation=OuterRef("pk"), kind__in=kinds))


def _board_steps(user, today):
    first_day = datetime.date(today.year + 1, 1, 1)
    organisations = Organisation.objects.run_by(user).annotate(
        has_chair=in_office(["chair"], today),
        has_secretary=in_office(["secretary"], today),
        has_next_board=in_office(["chair", "secretary", "advocacy_officer", "board_member"], first_day),
    )
    steps = []
    for organisation in organisations:
        page, edit = organisation.get_absolute_url(), reverse("associations:organisation_edit", args=[organisation.pk])
        name = organisation.name
        if not organisation.has_chair:
            steps.append(Step(
                "users", _("Tell who chairs the association"), page,
                _("%(name)s has no chair in the portal.") % {"name": name},
                state_class="todo", state_label=_("Missing"), order=20,
            ))  # fmt: skip
        if not organisation.has_secretary:
            steps.append(Step(
                "users", _("Tell who the secretary is"), page,
                _("%(name)s has no secretary in the portal.") % {"name": name},
                state_class="todo", state_label=_("Missing"), order=40,
            ))  # fmt: skip
        if not organisation.email or not organisation.phone:
            steps.append(Step(
                "phone", _("Check the association's contact details"), edit,
                _("%(name)s: add the e-mail address and the phone number that people may use.") % {"name": name},
                state_class="todo", state_label=_("Unfinished"), order=30,
            ))  # fmt: skip
        if today.month in LAST_MONTHS and not organisation.has_next_board:
            steps.append(Step(
                "calendar", _("Tell next year's board"), page,
                _("%(name)s has no board for %(year)s in the portal yet.") % {"name": name, "year": first_day.year},
                state_class="new", state_label=_("Not started"), deadline=datetime.date(today.year, 12, 31), order=25,
            ))  # fmt: skip
    return steps


def _area_steps(user, today):
    ours = Organisation.objects.looked_after_by(user)
    chairless = ~in_office(["chair"], today)
    unreachable = Q(email="", phone="")
    # One query, and it stops counting where nobody reads on.
    rows = list(
        ours.filter(chairless | unreachable)
        .annotate(chairless=chairless)
        .order_by()
        .values_list("chairless", "email", "phone")[:ENOUGH]
    )
    without_chair = sum(1 for lacks, *_rest in rows if lacks)
    without_contact = sum(1 for _lacks, email, phone in rows if not email and not phone)
    area = reverse("associations:area")
    steps = []
    if without_chair:
        steps.append(Step(
            "users",
            ngettext(
                "%(count)s association has no chair", "%(count)s associations have no chair", without_chair
            ) % {"count": _many(without_chair)},
            area + "?tila=ei-puheenjohtajaa",
            _("Call them and ask how the board is doing."),
            state_class="todo", state_label=_("Needs help"), order=20,
        ))  # fmt: skip
    if without_contact:
        steps.append(Step(
            "phone",
            ngettext(
                "%(count)s association has no contact details",
                "%(count)s associations have no contact details",
                without_contact,
            ) % {"count": _many(without_contact)},
            area + "?tila=ei-yhteystietoja",
            _("Without them members and the municipality cannot reach the association."),
            state_class="todo", state_label=_("Unfinished"), order=45,
        ))  # fmt: skip
    return steps


def _many(count):
    return _("More than %(count)s") % {"count": count - 1} if count >= ENOUGH else count
