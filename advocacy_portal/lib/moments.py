"""Moments in words: «ti 12.1.2027 klo 17–19», the same on pages, in letters and in PDFs."""

import datetime

from django.utils import timezone, translation

WEEKDAYS = {
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "sv": ("må", "ti", "on", "to", "fr", "lö", "sö"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
MONTHS = {
    "fi": ("tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu"),
    "sv": ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
AT = {"fi": " klo ", "sv": " kl. ", "en": ", "}
# What ends in the small hours belongs to the evening it began.
NIGHT = datetime.timedelta(hours=12)


def language_now():
    """The reader's language as one of ours."""
    code = (translation.get_language() or "fi")[:2]
    return code if code in WEEKDAYS else "fi"


def local(moment):
    """A moment on Finnish clocks; plain days and naive moments are as they stand."""
    if isinstance(moment, datetime.datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


def day_text(moment, *, weekday=True, year=True, language=None):
    """«ti 12.1.2027», in English «Tue 12 Jan 2027»."""
    language = language or language_now()
    day = local(moment)
    name = f"{WEEKDAYS[language][day.weekday()]} " if weekday else ""
    if language == "en":
        return f"{name}{day.day} {MONTHS['en'][day.month - 1]}{f' {day.year}' if year else ''}"
    return f"{name}{day.day}.{day.month}.{day.year if year else ''}"


def month_text(moment, *, language=None):
    """The short name of the month, for the date leaf of a card."""
    return MONTHS[language or language_now()][local(moment).month - 1]


def clock_text(moment, *, language=None):
    """«17» or «17.30»; in English always «17:00»."""
    now = local(moment)
    if (language or language_now()) == "en":
        return f"{now.hour}:{now.minute:02}"
    return f"{now.hour}.{now.minute:02}" if now.minute else str(now.hour)


def clocks_text(start, end=None, *, language=None):
    """«17–19»: the hours alone."""
    clocks = [clock_text(start, language=language)]
    if end is not None:
        clocks.append(clock_text(end, language=language))
    return "–".join(clocks)


def hours_text(start, end=None, *, language=None):
    """«klo 17–19»; in English «17:00–19:00»."""
    language = language or language_now()
    return f"{AT[language]}{clocks_text(start, end, language=language)}".lstrip(", ")


def days_text(start, end, *, language=None):
    """A span of days: «31.10.–12.12.2026»."""
    language = language or language_now()
    first, last = local(start), local(end)
    if first.year != last.year:
        dash = " – " if language == "en" else "–"
        return dash.join(day_text(day, weekday=False, language=language) for day in (first, last))
    if language == "en":
        if first.month == last.month:
            return f"{first.day}–{day_text(last, weekday=False, language=language)}"
        both = [day_text(first, weekday=False, year=False, language=language)]
        return " – ".join([*both, day_text(last, weekday=False, language=language)])
    head = f"{first.day}." if first.month == last.month else f"{first.day}.{first.month}."
    return f"{head}–{day_text(last, weekday=False, language=language)}"


def moment_text(start, end=None, *, language=None):
    """When something is: a day with its hours, or the days when there are several."""
    language = language or language_now()
    first, last = local(start), local(end) if end is not None else None
    if not isinstance(first, datetime.datetime):
        if last is None or last == first:
            return day_text(first, language=language)
        return days_text(first, last, language=language)
    if last is not None and last.date() != first.date() and last - first > NIGHT:
        return days_text(first, last, language=language)
    if last == first:
        last = None
    return f"{day_text(first, language=language)}{AT[language]}{clocks_text(first, last, language=language)}"
