"""The year wheel as SVG: twelve months clockwise from the top, a ring for each kind, today's hand.

Classes only, no style: the colours are in portal.css. Two drawings, so that letters stay readable on a phone.
"""

import calendar
import math
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from advocacy_portal.home.wheel.gathering import DECISION, ELECTION, EVENT, OWN
from advocacy_portal.lib.moments import MONTHS, day_text, language_now

# From the outermost ring inwards: what there is most of has the longest way round.
RINGS = (EVENT, DECISION, OWN, ELECTION)


@dataclass(frozen=True)
class Size:
    """Measures of a drawing, in its own units."""

    css: str
    side: int
    edge: int  # outer radius of the months
    band: int  # width of the months' band
    gap: int  # from ring to ring
    mark: float  # half of a mark
    is_short: bool = False  # months by number


WIDE = Size("wheel-wide", 560, 274, 44, 40, 11)
NARROW = Size("wheel-narrow", 288, 142, 28, 21, 8.5, is_short=True)
SIZES = (WIDE, NARROW)


def draw(entries, period, today):
    """Both drawings as one piece of markup."""
    return mark_safe("".join(_draw(size, entries, period, today) for size in SIZES))  # noqa: S308 (format_html)


def _draw(size, entries, period, today):
    parts = [_months(size, period, today), _rings(size)]
    for number, kind in enumerate(RINGS):
        parts.append(_marks(size, number, [entry for entry in entries if entry.kind == kind]))
    if period.first <= today <= period.last:
        parts.append(_hand(size, today))
    parts.append(_middle(size, period, today))
    return format_html(
        '<svg class="wheel {}" viewBox="0 0 {} {}" xmlns="http://www.w3.org/2000/svg" aria-hidden="true"'
        ' focusable="false">{}</svg>',
        size.css, size.side, size.side, format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip


# --- Where things are --------------------------------------------------------------------------------
def angle_of(day):
    """The day's angle in degrees, clockwise from the top: the year is a full round."""
    length = 366 if calendar.isleap(day.year) else 365
    return (day.timetuple().tm_yday - 0.5) * 360 / length


def _point(size, radius, degrees):
    turn = math.radians(degrees)
    half = size.side / 2
    return round(half + radius * math.sin(turn), 1), round(half - radius * math.cos(turn), 1)


def _radius(size, number):
    """The middle of a ring's width."""
    return size.edge - size.band - size.gap * (number + 0.5)


def _arc(size, radius, start, end):
    """A path along a circle from one angle to another, clockwise."""
    sweep = (end - start) % 360 or 359.9
    (x1, y1), (x2, y2) = _point(size, radius, start), _point(size, radius, start + sweep)
    return f"M{x1} {y1}A{radius} {radius} 0 {int(sweep > 180)} 1 {x2} {y2}"


# --- What is drawn -----------------------------------------------------------------------------------
def _months(size, period, today):
    """Twelve sectors with their names; the months of the second year in another tint, this month in the strongest."""
    outer, inner = size.edge, size.edge - size.band
    names = MONTHS[language_now()]
    parts = []
    for month in range(1, 13):
        year = period.first.year if month >= period.first.month else period.last.year
        days = calendar.monthrange(year, month)[1]
        length = 366 if calendar.isleap(year) else 365
        first = sum(calendar.monthrange(year, one)[1] for one in range(1, month)) * 360 / length
        last = first + days * 360 / length
        (x1, y1), (x2, y2) = _point(size, outer, first), _point(size, outer, last)
        (x3, y3), (x4, y4) = _point(size, inner, last), _point(size, inner, first)
        css = "month"
        if (year, month) == (today.year, today.month):
            css += " now"
        elif year != period.first.year:
            css += " next"
        parts.append(format_html(
            '<path class="{}" d="M{} {}A{} {} 0 0 1 {} {}L{} {}A{} {} 0 0 0 {} {}z"/>',
            css, x1, y1, outer, outer, x2, y2, x3, y3, inner, inner, x4, y4,
        ))  # fmt: skip
        middle = (first + last) / 2
        x, y = _point(size, (outer + inner) / 2, middle)
        # A name lies along the band, and never on its head; a number stands upright.
        turn = 0 if size.is_short else round(middle - 180 if 90 < middle < 270 else middle, 1)
        parts.append(format_html(
            '<text class="{}" x="{}" y="{}" transform="rotate({} {} {})">{}</text>',
            css.replace("month", "name"), x, y, turn, x, y, month if size.is_short else names[month - 1],
        ))  # fmt: skip
        # A spoke between this month and the next.
        (x5, y5), (x6, y6) = _point(size, inner, first), _point(size, _middle_radius(size), first)
        parts.append(format_html('<path class="spoke" d="M{} {}L{} {}"/>', x5, y5, x6, y6))
    return format_html_join("", "{}", ((part,) for part in parts))


def _middle_radius(size):
    return size.edge - size.band - size.gap * len(RINGS)


def _rings(size):
    half = size.side / 2
    rings = [
        format_html('<circle class="ring" cx="{}" cy="{}" r="{}"/>', half, half, _radius(size, number))
        for number in range(len(RINGS))
    ]
    return format_html_join("", "{}", ((ring,) for ring in rings))


def _marks(size, number, entries):
    """The marks of one ring. Those that would lie on each other are one mark with their number in it."""
    radius = _radius(size, number)
    parts = []
    for entry in entries:
        if entry.end:
            path = _arc(size, radius, angle_of(entry.day), angle_of(entry.end))
            parts.append(format_html('<path class="span is-{}" d="{}"/>', entry.kind, path))
    nearest = math.degrees(2.3 * size.mark / radius)
    for degrees, count in gathered([angle_of(entry.day) for entry in entries], nearest):
        x, y = _point(size, radius, degrees)
        parts.append(mark_of(entries[0].kind, x, y, size.mark * (1.25 if count > 1 else 1)))
        if count > 1:
            parts.append(format_html('<text class="count is-{}" x="{}" y="{}">{}</text>', entries[0].kind, x, y, count))
    return format_html_join("", "{}", ((part,) for part in parts))


def gathered(angles, nearest):
    """[(angle, how many)]: angles closer to their neighbour than ``nearest`` are put together, in their middle."""
    groups = []
    for angle in sorted(angles):
        if groups and angle - groups[-1][-1] < nearest:
            groups[-1].append(angle)
        else:
            groups.append([angle])
    # The end of December and the beginning of January are neighbours.
    if len(groups) > 1 and groups[0][0] + 360 - groups[-1][-1] < nearest:
        groups[0] = [angle - 360 for angle in groups.pop()] + groups[0]
    return [(sum(group) / len(group), len(group)) for group in groups]


def mark_of(kind, x, y, half):
    """Each kind has a shape of its own, so that the wheel can be read in black and white."""
    if kind == DECISION:
        return format_html('<circle class="mark is-{}" cx="{}" cy="{}" r="{}"/>', kind, x, y, half)
    if kind == EVENT:
        r = round(half * 0.9, 1)
        return format_html('<circle class="mark is-{}" cx="{}" cy="{}" r="{}"/>', kind, x, y, r)
    if kind == ELECTION:
        r = round(half * 0.9, 1)
        return format_html(
            '<rect class="mark is-{}" x="{}" y="{}" width="{}" height="{}"/>',
            kind, round(x - r, 1), round(y - r, 1), 2 * r, 2 * r,
        )  # fmt: skip
    r = round(half * 1.15, 1)
    return format_html(
        '<path class="mark is-{}" d="M{} {}l{} {} {} {} {} {}z"/>',
        kind, x, round(y - r, 1), r, r, -r, r, -r, -r,
    )  # fmt: skip


def _hand(size, today):
    """Today's hand, from the middle to the months."""
    degrees = angle_of(today)
    (x1, y1), (x2, y2) = _point(size, _middle_radius(size), degrees), _point(size, size.edge - size.band, degrees)
    return format_html('<path class="hand" d="M{} {}L{} {}"/>', x1, y1, x2, y2)


def _middle(size, period, today):
    """In the middle: today, or the year."""
    half = size.side / 2
    circle = format_html('<circle class="middle" cx="{}" cy="{}" r="{}"/>', half, half, _middle_radius(size))
    if period.year and not period.first <= today <= period.last:
        words = str(period.year)
    else:
        words = day_text(today, weekday=False, year=False)
    return format_html('{}<text class="middle-text" x="{}" y="{}">{}</text>', circle, half, half, words)


def legend(kinds):
    """[(mark, words)]: what the shapes mean; ``kinds`` are (kind, words)."""
    return [
        (
            format_html(
                '<svg class="wheel-key" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
                mark_of(kind, 12, 12, 8),
            ),
            words,
        )
        for kind, words in kinds
    ]
