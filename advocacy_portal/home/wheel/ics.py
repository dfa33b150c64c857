"""The year wheel as a calendar file: days of their own, and events as the events' own files tell them."""

import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as CalendarEntry

from advocacy_portal.home.wheel.gathering import EVENT
from events.calendar.ics import calendar_file
from notifications.cleaning import clean_line
from notifications.letters import absolute_url


def wheel_file(entries, *, now, language):
    """A calendar file (bytes). What has no exact day is left out: a calendar would make one up.

    An event keeps the UID and the hours it has in the events' own files, so nobody gets it twice.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Vaikuttamisen portaali//Vuosikello//FI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean_line(f"{_('Year wheel')} – {settings.SITE_NAME}", 150))
    for entry in entries:
        if entry.kind != EVENT and entry.is_exact:
            calendar.add_component(_entry(entry, now, language))
    events = [entry.event for entry in entries if entry.kind == EVENT]
    for part in Calendar.from_ical(calendar_file(events, language=language)).walk("VEVENT"):
        calendar.add_component(part)
    return calendar.to_ical()


def _entry(entry, now, language):
    """A whole day. Its UID is made of what it is and its year, so a day that moves moves in the calendar too."""
    part = CalendarEntry()
    part.add("uid", f"{entry.kind}-{entry.key}@{settings.MESSAGE_ID_DOMAIN}")
    part.add("dtstamp", now.astimezone(datetime.UTC).replace(microsecond=0))
    part.add("dtstart", entry.day)
    part.add("dtend", entry.last + datetime.timedelta(days=1))
    part.add("summary", clean_line(entry.title, 200))
    lines = [entry.text, entry.level_words, entry.source]
    part.add("description", "\n".join(clean_line(line, 500) for line in lines if line))
    part.add("url", clean_line(entry.url, 500) if entry.url else absolute_url(reverse("home:wheel"), language))
    part.add("categories", [clean_line(str(entry.kind_words), 60)])
    # A day to know of keeps nobody busy.
    part.add("transp", "TRANSPARENT")
    return part
