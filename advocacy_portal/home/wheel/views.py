"""The year wheel page and its calendar file."""

import itertools

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from advocacy_portal.home.wheel import drawing
from advocacy_portal.home.wheel.gathering import KINDS, LEVELS, Choices, entries_for, undated_for
from advocacy_portal.home.wheel.ics import wheel_file
from advocacy_portal.lib.moments import day_text
from advocacy_portal.lib.shelf import kept_for_visitors
from associations.wheel.permissions import can_keep_own_dates
from events.calendar.ics import CONTENT_TYPE


@kept_for_visitors
@require_safe
def wheel(request):
    """What the year brings, drawn and as a list by month; the list is the real way in."""
    now = timezone.now()
    today = timezone.localtime(now).date()
    choices = Choices(request.GET, today)
    period = choices.period
    entries = entries_for(request.user, choices, now)
    ahead = [entry for entry in entries if entry.last >= today]
    past = [entry for entry in entries if entry.last < today]
    return render(
        request,
        "home/wheel/wheel.html",
        {
            "choices": choices,
            "kinds": [(value, words) for value, (_kind, words) in KINDS.items()],
            "levels": [(value, words) for value, (_level, words) in LEVELS.items()],
            "chosen": _removable(choices),
            "query": _query(choices.values),
            "drawing": drawing.draw(entries, period, today),
            "legend": drawing.legend([kind for kind in KINDS.values() if choices.wants(kind[0])]),
            "label": _label(entries, ahead, period),
            "count": len(entries),
            "months": by_month(ahead),
            "past": by_month(past),
            "undated": undated_for(choices),
            "may_keep": bool(can_keep_own_dates(request.user)),
        },
    )


@require_safe
def wheel_calendar(request):
    """The same dates as a calendar file: a visitor's tells what a visitor sees."""
    now = timezone.now()
    choices = Choices(request.GET, timezone.localtime(now).date())
    content = wheel_file(entries_for(request.user, choices, now), now=now, language=get_language())
    return HttpResponse(
        content,
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": 'attachment; filename="vuosikello.ics"',
            "Cache-Control": "private, no-store",
        },
    )


def by_month(entries):
    """[{"key", "name", "entries"}] in order, an entry by the month it begins in."""
    return [
        {"key": f"{year}-{month:02}", "name": month_name(rows[0].day), "entries": rows}
        for (year, month), rows in (
            (month, list(rows)) for month, rows in itertools.groupby(entries, lambda one: (one.day.year, one.day.month))
        )
    ]


def month_name(day):
    """«joulukuu 2026»: the month standing alone, not bent as in a date."""
    return date_format(day, "F Y")


def _removable(choices):
    """[(words, address without it)] of what has been chosen."""
    words = {
        "vuosi": choices.year,
        "laji": choices.kind and str(KINDS[choices.kind][1]),
        "taso": choices.level and str(LEVELS[choices.level][1]),
    }
    return [
        (words[name], _query({other: value for other, value in choices.values.items() if other != name}) or "?")
        for name in choices.values
    ]


def _query(values):
    query = QueryDict(mutable=True)
    query.update(values)
    return f"?{query.urlencode()}" if values else ""


def _label(entries, ahead, period):
    """The wheel in words, for who does not see it."""
    count = ngettext("Year wheel with %(count)s date", "Year wheel with %(count)s dates", len(entries)) % {
        "count": len(entries)
    }
    span = _("%(label)s, from %(first)s to %(last)s.") % {
        "label": count, "first": month_name(period.first), "last": month_name(period.last),
    }  # fmt: skip
    if not ahead:
        return span
    nearest = next((entry for entry in ahead if entry.is_exact), ahead[0])
    return (
        span
        + " "
        + _("Next: %(title)s, %(day)s.") % {"title": nearest.title, "day": nearest.when or day_text(nearest.day)}
    )
