"""What waits for a board in the register of organisations."""

import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.steps import Step
from associations.organisations.models import Organisation
from associations.roles.contacts import with_coordinators
from associations.roles.models import Role
from associations.roles.standing import BOARD_KINDS, standing_of

# A union has thousands of associations: nobody reads an exact number past this.
ENOUGH = 201
LAST_MONTHS = (11, 12)


def steps_for(user, now):
    """The steps of boards. One query at most, one of the person's standing besides."""
    today = timezone.localtime(now).date()
    active = [organisation for organisation in boards_of(user, now) if organisation.ended_on is None]
    return [step for organisation in active for step in _board_steps(organisation, today)]


def boards_of(user, now):
    """The organisations on whose boards this person sits, with their officers and coordinators; asked once a request.

    Two parts of a dashboard tell of them, so that is one query for both.
    """
    standing = standing_of(user)
    if not standing.boards:
        return []
    remembered = getattr(user, "_boards_of", None)
    if remembered is None or remembered[0] != now:
        today = timezone.localtime(now).date()
        first_day = datetime.date(today.year + 1, 1, 1)
        names = Role.objects.on(today).filter(organisation=OuterRef("pk")).order_by("pk").values("person__name")
        boards = (
            with_coordinators(Organisation.objects.filter(pk__in=standing.boards), today)
            .select_related("parent", "home_municipality__wellbeing_region")
            .annotate(
                chairs=ArraySubquery(names.filter(kind="chair")),
                secretaries=ArraySubquery(names.filter(kind="secretary")),
                has_next_board=in_office(BOARD_KINDS, first_day),
            )
        )
        remembered = user._boards_of = (now, list(boards))
    return remembered[1]


def in_office(kinds, day):
    """Whether the organisation of the outer query has somebody of these kinds on ``day``."""
    return Exists(Role.objects.on(day).filter(organisation=OuterRef("pk"), kind__in=kinds))


def contacts_missing(email, phone):
    """Which of the two the register lacks: one rule for the board's step and for those who look after the area."""
    return [word for word, value in (("email", email), ("phone", phone)) if not value]


def contacts_missing_words(missing):
    return {
        ("email", "phone"): _("No contact details"),
        ("email",): _("No e-mail address"),
        ("phone",): _("No phone number"),
    }[tuple(missing)]


def _board_steps(organisation, today):
    page, edit = organisation.get_absolute_url(), reverse("associations:organisation_edit", args=[organisation.pk])
    name = organisation.name
    steps = []
    if not organisation.chairs:
        steps.append(Step(
            "users", _("Tell who chairs the association"), page,
            _("%(name)s has no chair in the portal.") % {"name": name},
            state_class="todo", state_label=_("Missing"), order=20,
        ))  # fmt: skip
    if not organisation.secretaries:
        steps.append(Step(
            "users", _("Tell who the secretary is"), page,
            _("%(name)s has no secretary in the portal.") % {"name": name},
            state_class="todo", state_label=_("Missing"), order=40,
        ))  # fmt: skip
    if missing := contacts_missing(organisation.email, organisation.phone):
        steps.append(Step(
            "mail" if missing == ["email"] else "phone", _("Check the association's contact details"), edit,
            _what_to_add(missing) % {"name": name},
            state_class="todo", state_label=_("Unfinished"), order=30,
        ))  # fmt: skip
    if today.month in LAST_MONTHS and not organisation.has_next_board:
        steps.append(Step(
            "calendar", _("Tell next year's board"), page,
            _("%(name)s has no board for %(year)s in the portal yet.") % {"name": name, "year": today.year + 1},
            state_class="new", state_label=_("Not started"), deadline=datetime.date(today.year, 12, 31), order=25,
        ))  # fmt: skip
    return steps


def _what_to_add(missing):
    """Exactly what is missing, nothing that is there already."""
    return {
        ("email", "phone"): _("%(name)s: add the e-mail address and the phone number that people may use."),
        ("email",): _("%(name)s: add the e-mail address that people may use."),
        ("phone",): _("%(name)s: add the phone number that people may use."),
    }[tuple(missing)]
