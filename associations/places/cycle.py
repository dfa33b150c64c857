"""The decision cycle (vuosikello): which recurring decisions come next."""

import calendar
import datetime

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from associations.places.models import DecisionCycleStep, Service

# Councils are elected every fourth year; their term begins in June of these years: 2025, 2029, …
TERM_YEAR = 2025
TERM_LENGTH = 4

# Some thirty rows that change when the law does: asked once an hour, not once a page.
KEPT = "places.decision_cycle"
KEPT_FOR = 60 * 60
FIELDS = [field.name for field in DecisionCycleStep._meta.concrete_fields]


def all_steps():
    """Every step of the cycle, from the cache for an hour at most; no query while it is there."""
    rows = cache.get(_key())
    if rows is None:
        # Plain values: a row kept by an older release is still understood by the new one.
        rows = list(DecisionCycleStep.objects.values())
        # An empty table is a portal still being filled: nothing to remember.
        if rows:
            cache.set(_key(), rows, KEPT_FOR)
    return [DecisionCycleStep(**{name: row[name] for name in FIELDS if name in row}) for row in rows]


def forget_steps():
    """The next page asks the table again."""
    cache.delete(_key())


def _key():
    # Two databases may share a cache: each has rows of its own.
    return f"{KEPT}.{connection.settings_dict['NAME']}"


def dates_ahead(level, now, months=12, steps=None):
    """[(day, step)] of the coming ``months``, soonest first; today counts.

    ``level`` is "municipality" or "wellbeing_region"; steps of both belong to each. ``steps`` are
    the rows to look at: those of the table unless given. Only decisions with a day of their own are here.
    """
    today = timezone.localtime(now).date()
    wanted = steps_of(level, all_steps() if steps is None else steps)
    return dates_between(wanted, today, _months_later(today, months))


def dates_between(steps, first, last):
    """[(day, step)] from ``first`` to ``last``, both included, soonest first."""
    found = []
    for step in steps:
        if not step.deadline_month or not step.deadline_day:
            continue
        for year in range(first.year, last.year + 1):
            if step.recurrence == "council_term" and (year - TERM_YEAR) % TERM_LENGTH:
                continue
            day = day_in(year, step.deadline_month, step.deadline_day)
            if first <= day <= last:
                found.append((day, step))
    return sorted(found, key=lambda pair: (pair[0], pair[1].key))


def undated(level, steps=None):
    """Steps of the level that have no day of their own; when they come is told in words."""
    wanted = steps_of(level, all_steps() if steps is None else steps)
    return [step for step in wanted if not (step.deadline_month and step.deadline_day)]


def steps_of(level, steps):
    """The steps of a level, those of both levels included."""
    return [step for step in steps if step.level in (level, Service.Responsible.BOTH)]


def day_in(year, month, day):
    """The day, or the month's last one where the month is shorter (29 February)."""
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _months_later(day, months):
    years, month = divmod(day.month - 1 + months, 12)
    return day_in(day.year + years, month + 1, day.day)
