"""The handover pack (perehdytyspaketti): what a new board needs first, gathered from the rooms.

The same contents make the page and the PDF, in the reader's language. Nobody reads here what they could not read
elsewhere: events are those the reader sees, and of registrations only how many there are.
"""

import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from advocacy_portal.lib.moments import day_text, moment_text
from associations.checks.models import DetailsConfirmation, DetailsRound
from associations.models import Election, Service, UnionDate
from associations.places.cycle import dates_ahead
from associations.roles.contacts import board_of, coordinators_of
from events.calendar.models import Event
from events.registrations.models import Registration
from materials.brochures.handing_over import brochures_of

LEARNING = (Event.Kind.TRAINING, Event.Kind.COACHING, Event.Kind.WEBINAR, Event.Kind.ONLINE_COURSE)
MOST_EVENTS = 6
MOST_DATES = 12
MOST_ELECTIONS = 3
A_YEAR = datetime.timedelta(days=365)


def pack_of(organisation, reader, now):
    """The contents of one organisation's pack as plain words. The queries do not grow with the lists."""
    today = timezone.localtime(now).date()
    board = list(board_of(organisation, now))
    return {
        "name": organisation.name,
        "made_on": day_text(today, weekday=False),
        "board": [_person(role) for role in board if role.starts_on <= today],
        "coming_board": [_person(role) for role in board if role.starts_on > today],
        "coordinators": coordinators_of(organisation, now),
        "office": _office(organisation),
        "open": _open(organisation, reader, now),
        "dates": _dates(organisation, reader, now),
        "elections": _elections(organisation, today),
        "learning": _learning(organisation, reader, now),
        "portal": _how_the_portal_works(),
        "places": _places(organisation),
    }


def _person(role):
    if role.ends_on:
        term = f"{day_text(role.starts_on, weekday=False)}–{day_text(role.ends_on, weekday=False)}"
    else:
        term = _("from %(day)s") % {"day": day_text(role.starts_on, weekday=False)}
    return {
        "name": str(role.person),
        "role": capfirst(str(role.get_kind_display())),
        "term": term,
        "phone": role.person.phone,
        "email": role.person.email,
    }


def _office(organisation):
    union = organisation.union
    if union is None:
        return None
    return {"name": union.name, "phone": union.phone, "email": union.email, "website": union.website}


def _open(organisation, reader, now):
    """(what, state, address) of what waits: registrations ahead, brochures, the check of details."""
    lines = []
    details_round = _unanswered_round(organisation)
    if details_round:
        state = _("by %(day)s") % {"day": day_text(details_round.deadline, weekday=False)}
        page = reverse("associations:details_check", args=[organisation.pk])
        lines.append((_("Check the details of the association"), state, page))
    seen = Event.objects.visible_to(reader).filter(state=Event.State.PUBLISHED, ends_at__gte=now)
    mine = Q(registrations__in=Registration.objects.in_force().filter(association=organisation))
    for event in (
        seen.filter(mine).annotate(coming=Count("registrations", filter=mine)).order_by("starts_at", "pk")[:MOST_EVENTS]
    ):
        count = ngettext("%(count)s registered from us", "%(count)s registered from us", event.coming) % {
            "count": event.coming
        }
        when = moment_text(event.starts_at, event.ends_at)
        lines.append((event.title, f"{when}: {count}", event.get_absolute_url()))
    lines += [(line.title, str(line.state_label), line.url) for line in brochures_of(organisation)]
    return lines


def _unanswered_round(organisation):
    """The open round that still waits for this association's answer, or None."""
    if organisation.kind != organisation.Kind.ASSOCIATION:
        return None
    answers = DetailsConfirmation.objects.filter(organisation=organisation).values("round")
    return DetailsRound.objects.still_open().filter(union=organisation.union_id).exclude(pk__in=answers).first()


def _dates(organisation, reader, now):
    """[(day, what, whose)] of the coming twelve months: decisions that recur where the association is, and the
    union's own dates that its people see."""
    found = [
        (day, step.key, step.name, _level(step))
        # Steps of both levels come once.
        for day, step in {
            (day, step.key): (day, step) for level in _levels(organisation) for day, step in dates_ahead(level, now)
        }.values()
    ]
    today = timezone.localtime(now).date()
    own = UnionDate.objects.visible_to(reader).filter(union=organisation.union_id)
    for date in own.exclude(audience=UnionDate.Audience.OFFICE):
        for day in date.days_between(today, today + A_YEAR):
            found.append((day, f"own-{date.pk}", date.title, organisation.union.name))
    return [(day_text(day), what, whose) for day, _key, what, whose in sorted(found)[:MOST_DATES]]


def _levels(organisation):
    """Who decides there: Åland has a law of its own, Helsinki no county council besides the city's."""
    home = organisation.home_municipality
    region = home.wellbeing_region if home else None
    if region is None:
        return []
    return ["municipality"] if region.kind == region.Kind.CITY else ["municipality", "wellbeing_region"]


def _level(step):
    if step.level == Service.Responsible.BOTH:
        return _("Municipality and wellbeing region")
    return capfirst(str(step.get_level_display()))


def _elections(organisation, today):
    home = organisation.home_municipality
    if home is None:
        return []
    ahead = Election.objects.of_region(home.wellbeing_region).ahead(today)[:MOST_ELECTIONS]
    return [
        (election.name, day_text(election.election_date) if election.election_date else _month(election))
        for election in ahead
    ]


def _month(election):
    year, _dash, month = election.expected_period.partition("-")
    return _("%(month)s/%(year)s, day not fixed yet") % {"month": int(month), "year": year} if month else year


def _learning(organisation, reader, now):
    """[(title, when, address)] of the trainings ahead that the reader sees and the association may come to."""
    ours = Q(organiser=organisation.union_id) | Q(open_to_all=True)
    events = Event.objects.visible_to(reader).upcoming(now).filter(ours, kind__in=LEARNING, state=Event.State.PUBLISHED)
    return [
        (event.title, moment_text(event.starts_at, event.ends_at), event.get_absolute_url())
        for event in events[:MOST_EVENTS]
    ]


def _how_the_portal_works():
    return [
        _("Your own page shows what waits for you, the most urgent first."),
        _("If you have several roles, choose at the top of the page for whom you act."),
        _("You register for events yourself. If you cannot come, cancel, and somebody else gets the seat."),
        _("Roles begin and end by their days: enter the new board ahead, and hand your own role over when it ends."),
        _("If something is unclear, call your coordinator. The number is on your own page."),
    ]


def _places(organisation):
    """[(what, address)]: where the material is."""
    return [
        (_("The association's page and details"), organisation.get_absolute_url()),
        (_("Events and trainings"), reverse("events:event_list")),
        (_("Partnership brochures"), reverse("materials:brochure_list")),
        (_("Directory of associations"), reverse("associations:organisation_list")),
        (_("Help with the portal"), reverse("home:help")),
    ]
