"""What stands on the year wheel: decisions, elections, the unions' own dates and events, side by side."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from advocacy_portal.lib.moments import days_text, moment_text
from associations.models import Election, UnionDate
from associations.places import wording
from associations.places.ahead import month_held
from associations.places.cycle import all_steps, dates_between
from events.models import Event

DECISION, ELECTION, OWN, EVENT = "decision", "election", "own", "event"
# value in the address: (kind, words)
KINDS = {
    "paatokset": (DECISION, pgettext_lazy("year wheel", "Decisions")),
    "vaalit": (ELECTION, pgettext_lazy("year wheel", "Elections")),
    "omat": (OWN, pgettext_lazy("year wheel", "Own dates")),
    "tapahtumat": (EVENT, pgettext_lazy("year wheel", "Events")),
}
ONE_OF_KIND = {
    DECISION: gettext_lazy("Decision"),
    ELECTION: gettext_lazy("Election"),
    OWN: gettext_lazy("Own date"),
    EVENT: gettext_lazy("Event"),
}
MUNICIPALITY, REGION = "municipality", "wellbeing_region"
LEVELS = {
    "kunta": (MUNICIPALITY, gettext_lazy("Municipality")),
    "hyvinvointialue": (REGION, gettext_lazy("Wellbeing region")),
}
LEVEL_OF_ELECTION = {"municipal": MUNICIPALITY, "county": REGION}
# The past year, this one and those for which elections are known.
YEARS_BACK, YEARS_AHEAD = 1, 4
MOST_EVENTS = 300


@dataclass(frozen=True)
class Period:
    """Twelve months, whole ones, from ``first`` to ``last``; what is before ``since`` is left out."""

    first: datetime.date
    last: datetime.date
    since: datetime.date
    year: int | None = None


@dataclass(frozen=True)
class Entry:
    """One date of the wheel: a day, or from ``day`` to ``end``; ``is_exact`` is false when only the month is known."""

    kind: str
    key: str
    day: datetime.date
    title: str
    url: str = ""
    text: str = ""
    source: str = ""
    level: str = ""
    end: datetime.date | None = None
    is_exact: bool = True
    when: str = ""
    event: object = field(default=None, compare=False)

    @property
    def last(self):
        return self.end or self.day

    @property
    def kind_words(self):
        return ONE_OF_KIND[self.kind]

    @property
    def level_words(self):
        return {
            MUNICIPALITY: _("Municipality"), REGION: _("Wellbeing region"),
            "both": _("Municipality and wellbeing region"),
        }.get(self.level, "")  # fmt: skip


class Choices:
    """What the reader has chosen, read from the address. What means nothing chooses nothing."""

    def __init__(self, query, today):
        self.today = today
        self.years = list(range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1))
        self.kind = query.get("laji") if query.get("laji") in KINDS else ""
        self.level = query.get("taso") if query.get("taso") in LEVELS else ""
        self.year = query.get("vuosi") if query.get("vuosi") in map(str, self.years) else ""

    @property
    def period(self):
        if self.year:
            year = int(self.year)
            first = datetime.date(year, 1, 1)
            return Period(first, datetime.date(year, 12, 31), first, year)
        first = self.today.replace(day=1)
        following = datetime.date(first.year + 1, first.month, 1)
        return Period(first, following - datetime.timedelta(days=1), self.today)

    @property
    def values(self):
        chosen = {"vuosi": self.year, "laji": self.kind, "taso": self.level}
        return {name: value for name, value in chosen.items() if value}

    def wants(self, kind):
        return not self.kind or KINDS[self.kind][0] == kind

    def fits(self, level):
        """Own dates, events and national elections are of no level: they stay."""
        return not self.level or level in ("", "both", LEVELS[self.level][0])


def entries_for(user, choices, now):
    """Every Entry of the period that this person may see, soonest first. Three queries at most."""
    period = choices.period
    found = []
    if choices.wants(DECISION):
        found += _decisions(period)
    if choices.wants(ELECTION):
        found += _elections(period)
    if choices.wants(OWN):
        found += _own_dates(user, period)
    if choices.wants(EVENT):
        found += _events(user, period)
    chosen = [entry for entry in found if choices.fits(entry.level) and entry.last >= period.since]
    return sorted(chosen, key=lambda entry: (entry.day, not entry.is_exact, entry.kind, entry.key))


def undated_for(choices):
    """Decisions that have no day, as Entries without one being drawn: (title, timing, level, source)."""
    if not choices.wants(DECISION):
        return []
    steps = [step for step in all_steps() if not step.deadline_month and choices.fits(step.level)]
    return [
        Entry(
            DECISION, step.key, datetime.date.min, step.name, text=wording.timing(step), level=step.level,
            source=_basis(step),
        )
        for step in sorted(steps, key=lambda step: (step.level, step.name))
    ]  # fmt: skip


def _basis(step):
    return " · ".join(filter(None, [wording.legal_basis(step.legal_basis), str(wording.mark(step.verification)[1])]))


def _decisions(period):
    return [
        Entry(
            DECISION, f"{step.key}-{day.year}", day, step.name, text=wording.timing(step), level=step.level,
            source=_basis(step),
        )
        for day, step in dates_between(all_steps(), period.first, period.last)
    ]  # fmt: skip


def _elections(period):
    by_month = Q(
        election_date=None, expected_period__gte=f"{period.first:%Y-%m}", expected_period__lte=f"{period.last:%Y-%m}"
    )
    by_day = Q(election_date__range=(period.first, period.last))
    found = []
    for election in Election.objects.filter(by_day | by_month):
        level = LEVEL_OF_ELECTION.get(election.election_type, "")
        title = election.name
        if election.round:
            title = _("%(election)s, round %(round)s") % {"election": title, "round": election.round}
        if election.election_date is None:
            year, _dash, month = election.expected_period.partition("-")
            # Only a year is known: it stands in no month.
            if not month:
                continue
            day = datetime.date(int(year), int(month), 1)
            found.append(Entry(
                ELECTION, election.key, day, title, level=level, is_exact=False,
                when=month_held(election.expected_period), source=wording.legal_basis(election.legal_basis),
            ))  # fmt: skip
            continue
        text = ""
        if election.advance_voting_start and election.advance_voting_end:
            text = _("Advance voting in Finland %(days)s.") % {
                "days": days_text(election.advance_voting_start, election.advance_voting_end)
            }
        source = wording.legal_basis(election.legal_basis)
        if election.date_basis == "rule":
            source = _("%(basis)s (the day is computed from the act)") % {"basis": source}
        found.append(
            Entry(ELECTION, election.key, election.election_date, title, text=text, level=level, source=source)
        )
    return found


def _own_dates(user, period):
    dates = UnionDate.objects.visible_to(user).filter(
        Q(year=None) | Q(year__range=(period.first.year, period.last.year))
    )
    return [
        Entry(
            OWN, f"{date.pk}-{day.year}", day, date.title, url=date.website, text=date.text,
            source=date.union.short_name or date.union.name,
        )
        for date in dates.select_related("union")
        for day in date.days_between(period.first, period.last)
    ]  # fmt: skip


def _events(user, period):
    # From the first moment of the first day to the last of the last, on Finnish clocks.
    opens = timezone.make_aware(datetime.datetime.combine(period.since, datetime.time.min))
    closes = timezone.make_aware(datetime.datetime.combine(period.last, datetime.time.max))
    events = (
        Event.objects.visible_to(user)
        .filter(state=Event.State.PUBLISHED, starts_at__lte=closes, ends_at__gte=opens)
        .select_related("organiser")
        .order_by("starts_at", "pk")[:MOST_EVENTS]
    )
    found = []
    for event in events:
        first, last = timezone.localdate(event.starts_at), timezone.localdate(event.ends_at)
        # What began before the wheel's months stands at their beginning.
        day = max(first, period.first)
        found.append(Entry(
            EVENT, str(event.uid), day, event.title, url=reverse("events:event", args=[event.pk]),
            text=event.where, source=event.organiser.short_name or event.organiser.name,
            end=last if last > day else None, when=moment_text(event.starts_at, event.ends_at), event=event,
        ))  # fmt: skip
    return found
