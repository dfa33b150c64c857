"""The decision cycle (vuosikello): which recurring decisions come next."""

import calendar
import datetime

from django.utils import timezone

from associations.places.models import DecisionCycleStep, Service

# Councils are elected every fourth year; their term begins in June of these years: 2025, 2029, …
TERM_YEAR = 2025
TERM_LENGTH = 4


def dates_ahead(level, now, months=12, steps=None):
    """[(day, step)] of the coming ``months``, soonest first; today counts.

    ``level`` is "municipality" or "wellbeing_region"; steps of both belong to each. ``steps`` are
    the rows to look at: those of the table unless given. Only decisions with a day of their own are here.
    """
    if steps is None:
        steps = DecisionCycleStep.objects.exclude(deadline_month=None)
    today = timezone.localtime(now).date()
    last = _months_later(today, months)
    found = []
    for step in steps:
        if step.level not in (level, Service.Responsible.BOTH) or not step.deadline_month or not step.deadline_day:
            continue
        for year in range(today.year, last.year + 1):
            if step.recurrence == "council_term" and (year - TERM_YEAR) % TERM_LENGTH:
                continue
            day = _day(year, step.deadline_month, step.deadline_day)
            if today <= day <= last:
                found.append((day, step))
    return sorted(found, key=lambda pair: (pair[0], pair[1].key))


def _day(year, month, day):
    """The day, or the month's last one where the month is shorter (29 February)."""
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _months_later(day, months):
    years, month = divmod(day.month - 1 + months, 12)
    return _day(day.year + years, month + 1, day.day)
