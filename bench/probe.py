"""Questions about one of the databases, asked in the portal's own process: ``python -m bench.probe QUESTION …``.

Prints one line of JSON.
"""

import datetime
import json
import sys

import django


def pages():
    """What to ask for: addresses, the cookie of who asks, and SQL queries per page with nothing on the shelf."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import User
    from advocacy_portal.lib.shelf import own_shelf, shelf
    from associations.models import Organisation
    from events.calendar.models import Event

    now = timezone.now()
    event = (
        Event.objects.announced_to_all()
        .filter(starts_at__gt=now + datetime.timedelta(days=3), capacity__gt=0, outside_registration_url="")
        .order_by("pk")
        .first()
    )
    # Somebody on a board who has registered for something, as boards have; whoever looks after a region; the office.
    people = User.objects.filter(is_active=True).order_by("pk")
    of_offices = ["staff", "coordinator"]
    member = people.filter(roles__kind="chair", registrations__event__ends_at__gt=now).exclude(
        roles__kind__in=of_offices
    )
    browsers = {
        "board": browser_of(member.first()),
        "coordinator": browser_of(people.filter(roles__kind="coordinator").first()),
        "staff": browser_of(people.filter(roles__kind="staff").first()),
        "": Client(headers={"host": "127.0.0.1"}),
    }
    asked = {
        "event list": (reverse("events:event_list"), ""),
        "event page": (event.get_absolute_url(), ""),
        "ICS": (reverse("events:event_calendar", args=[event.pk]), ""),
        "dashboard": (reverse("home:dashboard"), "board"),
        "coordinator's desk": (reverse("home:dashboard"), "coordinator"),
        "directory": (reverse("associations:organisation_list"), ""),
        "coordinator's overview": (reverse("associations:area"), "coordinator"),
        "staff's overview": (reverse("associations:area"), "staff"),
    }
    found = {}
    for name, (path, who) in asked.items():
        client = browsers[who]
        client.get(path)  # what a process asks but once in its life (translations, content types) is no page's
        shelf.clear()
        own_shelf.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}")
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME) if who else None
        found[name] = {
            "path": path,
            "cookie": f"{cookie.key}={cookie.value}" if cookie else "",
            "queries": len(queries),
            "sql": [query["sql"][:400] for query in queries],
            "bytes": len(answer.content),
        }
    return {
        "pages": found,
        "floor": Organisation.objects.order_by("pk").values_list("pk", flat=True).first(),
    }


def browser_of(person):
    """A browser in which this person has logged in, as the log-in itself leaves it."""
    from django.test import Client

    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(person)
    return browser


def event_to_fill(seats):
    """A new event of so many seats, open to all."""
    from django.urls import reverse
    from django.utils import timezone

    from associations.models import Organisation
    from events.calendar.models import Event

    now = timezone.now()
    event = Event.objects.create(
        organiser=Organisation.objects.unions().first(),
        kind="webinar",
        title="Mitattava webinaari",
        starts_at=now + datetime.timedelta(days=30),
        ends_at=now + datetime.timedelta(days=30, hours=2),
        attendance="remote",
        remote_link="https://example.org/etahuone/mittaus",
        capacity=int(seats),
    )
    event.publish(now=now)
    return {"pk": event.pk, "path": reverse("events:register", args=[event.pk])}


def count_event(pk):
    """Who got a seat, who waits, and whether all of it is in order."""
    from events.registrations.models import Registration
    from notifications.models import OutgoingMail

    rows = list(Registration.objects.filter(event=pk).order_by("number").values_list("pk", "state", "number"))
    states = [state for _, state, _ in rows]
    confirmed = states.count("confirmed")
    kinds = {"registration-confirmed": "confirmed", "registration-waiting": "waiting"}
    letters = OutgoingMail.objects.filter(about__in=[key for key, _, _ in rows], kind__in=kinds)
    right = {(about, kinds[kind]) for about, kind in letters.values_list("about", "kind")}
    return {
        "confirmed": confirmed,
        "waiting": states.count("waiting"),
        "letters": len(letters) if right == {(key, state) for key, state, _ in rows} else -1,
        "in_order": states == ["confirmed"] * confirmed + ["waiting"] * (len(rows) - confirmed)
        and [number for _, _, number in rows] == list(range(1, len(rows) + 1)),
    }


def work_for_worker():
    """Give a running worker a brochure to press and letters to look for; wait until the brochure is there."""
    import time

    from django.db import transaction
    from django.utils import timezone

    from associations.models import Organisation
    from bench.brochures import CONTACT, SENTENCE
    from materials.brochures.defaults import default_template
    from materials.brochures.models import Brochure, ServiceOffer
    from notifications.tasks import drain_now

    association = Organisation.objects.associations().exclude(union=None).select_related("union").first()
    with transaction.atomic():
        default_template(association.union)
        template = association.union.brochure_templates.get(language="fi", active=True)
        brochure = Brochure.objects.filter(association=association, language="fi").first() or Brochure(
            association=association, template=template, language="fi"
        )
        brochure.write(
            introduction=f"{SENTENCE} {timezone.now():%H.%M.%S}",
            greeting=SENTENCE,
            services=ServiceOffer.objects.offered_in(association.union),
            contacts=[CONTACT],
            seen_version=brochure.version,
            by=None,
            now=timezone.now(),
        )
        file = brochure.request_pdf(by=None, now=timezone.now())
    drain_now.delay()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and file.is_open:
        time.sleep(0.2)
        file.refresh_from_db()
    return {"state": file.state, "seconds": file.seconds, "peak_kb": file.peak_kb}


QUESTIONS = {
    "pages": pages,
    "event_to_fill": event_to_fill,
    "count_event": count_event,
    "work_for_worker": work_for_worker,
}

if __name__ == "__main__":
    django.setup()
    question, *words = sys.argv[1:]
    print(json.dumps(QUESTIONS[question](*words)))
