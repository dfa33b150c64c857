"""What one's own registrations say on dashboards."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import moment_text
from advocacy_portal.lib.steps import Step
from events.calendar.models import Event
from events.registrations.models import Registration

NEAR = datetime.timedelta(days=2)
# A cancelled event is told of until its day has passed, and at least this long for who comes here seldom.
NEWS = datetime.timedelta(days=14)
MOST = 20


def registrations_ahead(user, now, limit):
    """One's own registrations to events that are not over, the nearest first."""
    return [row for row in _ahead(user, now) if not row.event.is_cancelled][:limit]


def _ahead(user, now):
    """The nearest few, the cancelled ones among them, asked once a request: two parts of a dashboard tell of them."""
    remembered = getattr(user, "_registrations_ahead", None)
    if remembered is None or remembered[0] != now:
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        cancelled = Q(event__ends_at__gte=today) | Q(event__cancelled_at__gte=now - NEWS)
        rows = (
            Registration.objects.of_person(user)
            .in_force()
            .filter(
                ~Q(event__state=Event.State.CANCELLED) & Q(event__ends_at__gte=now)
                | Q(event__state=Event.State.CANCELLED) & cancelled
            )
            .select_related("event")
            .order_by("event__starts_at", "pk")[:MOST]
        )
        remembered = user._registrations_ahead = (now, list(rows))
    return remembered[1]


def steps_for(user, now):
    """Events that were cancelled, and those of today and tomorrow that this person goes to."""
    gone = [row for row in _ahead(user, now) if row.event.is_cancelled]
    near = [
        row
        for row in _ahead(user, now)
        if row.is_confirmed and row.event.state == "published" and row.event.starts_at <= now + NEAR
    ]
    return [
        Step(
            "ban",
            _("The event is cancelled: %(title)s") % {"title": row.event.title},
            row.event.get_absolute_url(),
            text=moment_text(row.event.starts_at, row.event.ends_at),
            state_class="ended",
            state_label=_("Cancelled"),
            order=15,
        )
        for row in gone[:3]
    ] + [
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
