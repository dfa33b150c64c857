"""Makers of events and registrations with no surprises."""

import datetime
import itertools
import uuid
from zoneinfo import ZoneInfo

from django.utils import timezone

from events.calendar.models import Event
from events.registrations import enrolling
from events.registrations.models import Registration
from tests import factories as make

HELSINKI = ZoneInfo("Europe/Helsinki")
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
numbers = itertools.count(1)


def helsinki(year, month, day, hour=0, minute=0):
    return datetime.datetime(year, month, day, hour, minute, tzinfo=HELSINKI)


def evening(days):
    """Five o'clock in Finland so many days from now: an event of two hours ends on the same day, whenever tests run."""
    day = timezone.localtime(timezone.now()).date() + days * DAY
    return helsinki(day.year, day.month, day.day, 17)


def make_event(organiser=None, *, state="published", **facts):
    """A free webinar of two hours in 14 days, at five in the evening, for all, without a limit of seats."""
    starts_at = facts.setdefault("starts_at", evening(14))
    facts.setdefault("ends_at", starts_at + 2 * HOUR)
    facts.setdefault("kind", "webinar")
    facts.setdefault("title", f"Webinaari {next(numbers)}")
    facts.setdefault("attendance", "remote")
    facts.setdefault("remote_link", "https://example.org/etahuone")
    regions = facts.pop("regions", ())
    if state != "draft":
        facts.setdefault("published_at", timezone.now())
    if state == "cancelled":
        facts = {"cancelled_at": timezone.now(), "cancel_reason": "Kouluttaja sairastui."} | facts
    event = Event.objects.create(state=state, organiser=organiser or make.make_union(), **facts)
    event.regions.set(regions)
    return event


def enrol(event, email=None, *, now=None, name="Veera Vieras", form_key=None, **facts):
    """Register somebody the way the portal does: the outcome."""
    email = email or f"vieras{next(numbers)}@example.org"
    now, form_key = now or timezone.now(), form_key or uuid.uuid4()
    return enrolling.register(event, name=name, email=email, now=now, form_key=form_key, **facts)


def register(event, email=None, **facts):
    """The same: the registration."""
    return enrol(event, email, **facts).registration


def states(event):
    """The state of everybody who ever registered, in the order of arrival."""
    return list(Registration.objects.filter(event=event).order_by("number").values_list("state", flat=True))


def guest_form(**facts):
    """What a guest's browser sends."""
    return {"name": "Veera Vieras", "email": "veera@example.org", "form_key": str(uuid.uuid4())} | facts
