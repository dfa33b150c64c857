"""What each role's front page gathers from the rooms. Plain functions that return template contexts."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from advocacy_portal.lib.steps import in_order
from associations.checks import next_steps as check_steps
from associations.joining import next_steps as joining_steps
from associations.models import Election, Organisation
from associations.organisations import next_steps as organisation_steps
from associations.overview import next_steps as overview_steps
from associations.roles.contacts import coordinators_of
from associations.roles.models import Role
from associations.roles.standing import standing_of
from associations.wheel import next_steps as wheel_steps
from events.calendar import next_steps as calendar_steps
from events.calendar.models import Event
from events.registrations import next_steps as registration_steps
from materials.brochures import next_steps as brochure_steps
from notifications.models import OutgoingMail

ROOMS = (
    organisation_steps,
    overview_steps,
    check_steps,
    joining_steps,
    calendar_steps,
    registration_steps,
    brochure_steps,
    wheel_steps,
)
NEAR = 3


def steps_for(user, now):
    """Everything that waits for this person, from every room, most urgent first."""
    return in_order(step for room in ROOMS for step in room.steps_for(user, now))


def front(now):
    """The visitor's front page."""
    counts = Organisation.objects.active().associations().count()
    elections = Election.objects.filter(election_date__gte=now.date()).order_by("election_date")[:NEAR]
    return {
        "upcoming": list(Event.objects.announced_to_all().upcoming(now)[:4]),
        "facts": [
            (_("Associations in the portal"), counts),
            (_("Municipalities"), 308),
            (_("Wellbeing regions"), 22),
        ],
        "elections": [(election.name, date_format(election.election_date)) for election in elections],
    }


def board(user, seat, now):
    """A board member's page about their own association."""
    organisation = next(one for one in organisation_steps.boards_of(user, now) if one.pk == seat.organisation)
    return {
        "organisation": organisation,
        "role": seat.role,
        "steps": steps_for(user, now),
        "registrations": registration_steps.registrations_ahead(user, now, limit=NEAR),
        "upcoming": calendar_steps.upcoming_for(user, now, limit=NEAR),
        "facts": _board_facts(organisation),
        "coordinators": coordinators_of(organisation, now),
    }


def _board_facts(organisation):
    unknown = _("not known")
    return [
        (_("Chair"), ", ".join(organisation.chairs) or unknown),
        (_("Secretary"), ", ".join(organisation.secretaries) or unknown),
        (_("Home municipality"), organisation.home_municipality or unknown),
        (_("E-mail"), organisation.email or unknown),
    ]


def coordinator(user, seat, now):
    """A coordinator's page about their area."""
    return {
        "area_name": seat.organisation_name,
        "association_count": overview_steps.counts_for(user, now)["all"],
        "steps": steps_for(user, now),
        "helpless": overview_steps.who_needs_help(user, now),
        "upcoming": calendar_steps.upcoming_for(user, now, limit=NEAR),
    }


def staff(user, seat, now):
    """The desk of a union's staff."""
    standing = standing_of(user)
    letters = OutgoingMail.objects.of_unions(None if standing.is_administrator else standing.staffed_unions)
    states = letters.counts()
    waiting = sum(states.get(state, 0) for state in ("due", "claimed", "handover"))
    trouble = sum(states.get(state, 0) for state in ("failed", "unknown", "expired", "suppressed"))
    return {
        "organisation_name": (seat and seat.organisation_name) or _("The portal"),
        "steps": steps_for(user, now),
        "upcoming": calendar_steps.upcoming_for(user, now, limit=NEAR),
        "letters": [
            (_("Waiting to be sent"), waiting),
            (_("Need your eyes"), trouble),
        ],
    }


def person(user, seat, now):
    """The page of somebody who has logged in but sits on no board."""
    today = timezone.localtime(now).date()
    return {
        "has_roles": seat is not None,
        # Whoever has been chosen for next year sees that it is known.
        "roles_ahead": list(
            Role.objects.filter(person=user, starts_on__gt=today).select_related("organisation").order_by("starts_on")
        ),
        "steps": in_order(registration_steps.steps_for(user, now)),
        "registrations": registration_steps.registrations_ahead(user, now, limit=NEAR),
        "upcoming": calendar_steps.upcoming_for(user, now, limit=NEAR),
    }
