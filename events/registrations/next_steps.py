"""What one's own registrations say on dashboards."""

import datetime

from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import moment_text
from advocacy_portal.lib.steps import Step
from events.registrations.models import Registration

NEAR = datetime.timedelta(days=2)
MOST = 10


def registrations_ahead(user, now, limit):
    """One's own registrations to events that are not over, the nearest first."""
    return _ahead(user, now)[:limit]


def _ahead(user, now):
    """The nearest few, asked once a request: two parts of a dashboard tell of them."""
    remembered = getattr(user, "_registrations_ahead", None)
    if remembered is None or remembered[0] != now:
        rows = (
            Registration.objects.of_person(user)
            .in_force()
            .filter(event__ends_at__gte=now)
            .exclude(event__state="cancelled")
            .select_related("event")
            .order_by("event__starts_at", "pk")[:MOST]
        )
        remembered = user._registrations_ahead = (now, list(rows))
    return remembered[1]


def steps_for(user, now):
    """Events of today and tomorrow that this person goes to."""
    near = [
        row
        for row in _ahead(user, now)
        if row.is_confirmed and row.event.state == "published" and row.event.starts_at <= now + NEAR
    ]
    return [
        Step(
            "calendar",
            row.event.title,
            row.event.get_absolute_url(),
            text=moment_text(row.event.starts_at, row.event.ends_at),
            state_class="open",
            state_label=_("You are coming"),
            order=20,
        )
        for row in near[:2]
    ]
