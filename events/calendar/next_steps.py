"""What the calendar says on dashboards."""

import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import moment_text
from advocacy_portal.lib.steps import Step
from associations.roles.standing import standing_of
from events.calendar.models import Event
from events.registrations.models import Registration

SOON = datetime.timedelta(days=14)


def upcoming_for(user, now, limit):
    """The nearest announced events this person may see."""
    return list(Event.objects.visible_to(user).filter(state=Event.State.PUBLISHED).upcoming(now)[:limit])


def steps_for(user, now):
    """Staff: drafts to publish and full trainings. Boards: trainings whose registration closes soon."""
    standing = standing_of(user)
    steps = []
    if standing.staffed_unions or standing.is_administrator:
        steps += _office(user, now)
    if standing.boards:
        steps += _boards(user, now)
    return steps


def _office(user, now):
    # Upcoming ones begin where an index leads: among 10,000 past events of a union that is what counts.
    ours = Event.objects.run_by(user).upcoming(now)
    drafts = ours.filter(state=Event.State.DRAFT)[:3]
    full = ours.filter(state=Event.State.PUBLISHED, seats_taken=F("capacity"))[:3]
    # One query for both.
    both = sorted(drafts.union(full, all=True), key=lambda event: event.starts_at)
    drafts = [event for event in both if event.state == Event.State.DRAFT]
    full = [event for event in both if event.state != Event.State.DRAFT]
    return [
        Step(
            "pencil",
            _("Publish: %(title)s") % {"title": event.title},
            event.get_absolute_url(),
            text=moment_text(event.starts_at, event.ends_at),
            state_class="draft",
            state_label=_("Draft"),
            order=40,
        )
        for event in drafts
    ] + [
        Step(
            "users",
            _("Full: %(title)s") % {"title": event.title},
            reverse("events:registration_list", args=[event.pk]),
            text=_("New people go on the waiting list."),
            state_class="full",
            state_label=_("Full"),
            order=60,
        )
        for event in full
    ]


def _boards(user, now):
    """Trainings of one's own unions to register for before they close."""
    closing = (
        Event.objects.visible_to(user)
        .filter(
            state=Event.State.PUBLISHED,
            organiser__in=standing_of(user).unions,
            outside_registration_url="",
            starts_at__gt=now,
            registration_closes_at__gt=now,
            registration_closes_at__lte=now + 2 * SOON,
        )
        .exclude(registrations__in=Registration.objects.of_person(user).in_force())
        .order_by("registration_closes_at")[:2]
    )
    return [
        Step(
            "graduation-cap",
            _("Register: %(title)s") % {"title": event.title},
            event.get_absolute_url(),
            text=moment_text(event.starts_at, event.ends_at),
            state_class="new",
            state_label=_("Open"),
            deadline=timezone.localdate(event.registration_closes_at),
            order=50,
        )
        for event in closing
    ]
