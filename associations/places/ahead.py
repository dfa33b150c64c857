"""What is ahead in a place: decisions of the cycle and elections, in the reader's words."""

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from associations.places import wording
from associations.places.cycle import dates_ahead, undated
from associations.places.models import Election

ELECTIONS = 4


@dataclass(frozen=True)
class Decision:
    """A decision ahead: by which day, or in words when, and on what that rests."""

    name: str
    timing: str
    basis: str
    badge: str
    words: str
    day: datetime.date | None = None


def decision(step, day=None):
    badge, words = wording.mark(step.verification)
    return Decision(
        name=step.name, timing=wording.timing(step), basis=wording.legal_basis(step.legal_basis),
        badge=badge, words=words, day=day,
    )  # fmt: skip


def decisions_of(level, now):
    """(those with a day, those without): decisions of a municipality or wellbeing region in the coming year."""
    dated = [decision(step, day) for day, step in dates_ahead(level, now)]
    return dated, [decision(step) for step in undated(level)]


def elections_in(region, now):
    """[(name, when)]: the nearest elections there. Åland has no region, and elections of its own besides. One query."""
    today = timezone.localtime(now).date()
    nearest = Election.objects.of_region(region).ahead(today)[:ELECTIONS]
    return [(_name(election), when_held(election)) for election in nearest]


def _name(election):
    if election.round and election.round > 1:
        return _("%(election)s, round %(round)s if needed") % {"election": election.name, "round": election.round}
    return election.name


def when_held(election):
    return date_format(election.election_date) if election.election_date else month_held(election.expected_period)


def month_held(period):
    """«06/2029» of «2029-06»: no exact day is known."""
    year, _dash, month = period.partition("-")
    return _("%(month)s/%(year)s, day not fixed yet") % {"month": int(month), "year": year} if month else year
