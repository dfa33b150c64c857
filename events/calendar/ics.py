"""Calendar files (RFC 5545), written by the icalendar library."""

import datetime

from django.conf import settings
from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as CalendarEntry

from notifications.cleaning import clean_line
from notifications.letters import absolute_url

CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_file(events, *, name="", language="fi", remote_links=False, method="PUBLISH"):
    """A calendar file (bytes) of ``events``; ``remote_links`` only for those who are registered to them."""
    calendar = Calendar()
    calendar.add("prodid", "-//Vaikuttamisen portaali//Tapahtumat//FI")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", clean_line(name, 150))
    for event in events:
        calendar.add_component(_entry(event, language, remote_links))
    return calendar.to_ical()


def _entry(event, language, remote_links):
    """One VEVENT. Its UID never changes; SEQUENCE grows each time people must be told of a change.

    Times are in UTC, so that no reader needs our rules of summer time.
    """
    entry = CalendarEntry()
    address = absolute_url(event.get_absolute_url(), language)
    entry.add("uid", f"{event.uid}@{settings.MESSAGE_ID_DOMAIN}")
    entry.add("sequence", event.revision)
    entry.add("dtstamp", event.cancelled_at or event.moved_at or event.published_at or event.starts_at)
    entry.add("dtstart", event.starts_at.astimezone(datetime.UTC))
    entry.add("dtend", event.ends_at.astimezone(datetime.UTC))
    entry.add("summary", clean_line(event.title, 200))
    link = event.remote_link if remote_links else ""
    where = ", ".join(filter(None, [event.place, event.address])) or link
    if where:
        entry.add("location", clean_line(where, 500))
    entry.add("description", "\n".join(filter(None, [event.summary, link, address])))
    entry.add("url", address)
    # A publisher must be named, else some programs leave a cancelled entry standing.
    publisher = vCalAddress(f"mailto:{settings.SUPPORT_EMAIL}")
    publisher.params["cn"] = vText(clean_line(settings.SITE_NAME, 60))
    entry.add("organizer", publisher)
    entry.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    return entry
