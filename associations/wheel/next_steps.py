"""What the year wheel says on dashboards: a union's own dates and decisions that are near."""

import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.steps import Step
from associations.organisations.models import Organisation
from associations.places.cycle import all_steps, dates_between, steps_of
from associations.places.models import Service, WellbeingRegion
from associations.roles.standing import standing_of
from associations.wheel.models import UnionDate

# Influence is greatest before the decision: say it in time.
NEAR = datetime.timedelta(days=45)
MOST = 4
FACTS = {field.attname: F(field.attname) for field in UnionDate._meta.concrete_fields}


def steps_for(user, now):
    """Own dates that ask to be remembered, and decisions ahead where one's association is. One query at most."""
    today = timezone.localtime(now).date()
    standing = standing_of(user)
    if not standing.organisations:
        return []
    own = UnionDate.objects.concerning(user).exclude(remind_days=None).order_by("pk")
    steps = []
    if standing.boards:
        # The dates ride along with the places, as JSON: a dashboard asks little of every room.
        rows = list(
            Organisation.objects.filter(pk__in=standing.boards, ended_on=None)
            .annotate(
                own=ArraySubquery(own.values(facts=JSONObject(**FACTS))),
                place_code=F("home_municipality__code"),
                region_code=F("home_municipality__wellbeing_region__code"),
                region_kind=F("home_municipality__wellbeing_region__kind"),
            )
            .order_by("pk")
            .values("own", "place_code", "region_code", "region_kind")
        )
        dates = [UnionDate(**facts) for facts in rows[0]["own"]] if rows else []
        steps += _decisions(rows, today)
    else:
        dates = list(own)
    return _own(dates, today) + steps


def _own(dates, today):
    steps = []
    for date in dates:
        for day in date.days_between(today, today + datetime.timedelta(days=date.remind_days)):
            steps.append(Step(
                "star", date.title, date.website or f"{reverse('home:wheel')}#{day:%Y-%m}", date.text,
                state_class="new", state_label=_("Own date"), deadline=day, order=55,
            ))  # fmt: skip
    return sorted(steps, key=lambda step: step.deadline)[:MOST]


def _decisions(rows, today):
    """One step for a decision, however many of one's associations it concerns."""
    levels = {}
    for row in rows:
        # Åland has a law of its own; Helsinki has no county council besides the city's.
        if row["region_code"] is None:
            continue
        levels.setdefault(Service.Responsible.MUNICIPALITY, ("associations:municipality", row["place_code"]))
        if row["region_kind"] != WellbeingRegion.Kind.CITY:
            levels.setdefault(
                Service.Responsible.WELLBEING_REGION, ("associations:wellbeing_region", row["region_code"])
            )
    if not levels:
        return []
    known = all_steps()
    found, seen = [], set()
    for level, (name, code) in levels.items():
        address = reverse(name, args=[code]) + "#dates"
        for day, step in dates_between(steps_of(level, known), today, today + NEAR):
            if step.key in seen:
                continue
            seen.add(step.key)
            found.append(Step(
                "landmark", step.name, address, _where(step.level),
                state_class="new", state_label=_("Decision ahead"), deadline=day, order=70,
            ))  # fmt: skip
    return sorted(found, key=lambda step: step.deadline)[:MOST]


def _where(level):
    if level == Service.Responsible.MUNICIPALITY:
        return _("In the municipality. Influence is greatest before the decision is prepared.")
    if level == Service.Responsible.WELLBEING_REGION:
        return _("In the wellbeing region. Influence is greatest before the decision is prepared.")
    return _("In the municipality and the wellbeing region. Influence is greatest before the decision is prepared.")
