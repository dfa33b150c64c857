"""Whom do we approach (kenelle asia kuuluu): which body answers for a service in a municipality."""

import re
from dataclasses import dataclass, field

from associations.places.models import Municipality, Service, WellbeingRegion
from associations.places.wording import search_words

MUNICIPALITY = Service.Responsible.MUNICIPALITY
REGION = Service.Responsible.WELLBEING_REGION
# Merged municipalities have been merged again: follow so many steps, and never round in a circle.
MOST_MERGERS = 10
# Inside compounds («kouluterveydenhoitaja») only words this long are looked for.
LONG_ENOUGH = 4


@dataclass(frozen=True)
class Body:
    """Who decides: a municipality or a wellbeing region."""

    level: str
    place: Municipality | WellbeingRegion
    website: str = ""

    @property
    def name(self):
        return self.place.name


@dataclass(frozen=True)
class Answer:
    """Who answers for the service there. No bodies: outside the system (Åland)."""

    service: Service
    municipality: Municipality
    bodies: list = field(default_factory=list)
    # Helsinki has the duties of a wellbeing region too.
    is_city_of_both: bool = False

    @property
    def is_outside(self):
        return not self.bodies


def who_answers(service, municipality):
    """The Answer. Asks nothing of the database when the municipality comes with its wellbeing region."""
    bodies = bodies_of(municipality)
    # Helsinki is the only body there is, whatever the service.
    if len(bodies) > 1:
        bodies = [body for body in bodies if service.responsible in (body.level, Service.Responsible.BOTH)]
    region = municipality.wellbeing_region
    is_city = region is not None and region.kind == WellbeingRegion.Kind.CITY
    return Answer(service, municipality, bodies, is_city_of_both=is_city)


def bodies_of(municipality):
    """Every body that decides for the municipality: itself and its wellbeing region; in Helsinki the city alone."""
    region = municipality.wellbeing_region
    if region is None:
        return []
    website = f"https://{region.website_domain}/" if region.website_domain else ""
    if region.kind == WellbeingRegion.Kind.CITY:
        return [Body(MUNICIPALITY, municipality, website)]
    # Municipalities' websites are not in the data, and we do not guess addresses.
    return [Body(MUNICIPALITY, municipality), Body(REGION, region, website)]


def grouped(services, municipality=None):
    """[(responsible, [services])]: the municipality's first, then the region's, then those of both.

    In Helsinki all of them are the city's, and nothing is said of Åland.
    """
    if municipality is not None:
        bodies = bodies_of(municipality)
        if len(bodies) < 2:
            return [(MUNICIPALITY, list(services))] if bodies else []
    groups = {responsible: [] for responsible in (MUNICIPALITY, REGION, Service.Responsible.BOTH)}
    for service in services:
        groups[service.responsible].append(service)
    return [(responsible, group) for responsible, group in groups.items() if group]


def matching(services, typed):
    """The services whose words begin with all the typed ones, in any language; long words also inside compounds."""
    words = re.findall(r"[\w-]+", typed.lower())
    if not words:
        return list(services)
    found = []
    for service in services:
        known = search_words(service)
        if all(any(fits(one, word) for one in known) for word in words):
            found.append(service)
    return found


def fits(known, word):
    return known.startswith(word) or (len(word) >= LONG_ENOUGH and word in known)


def in_force(municipality, day):
    """The municipality of that day: itself, or what it has become part of; None when nobody knows."""
    seen = set()
    while municipality.valid_to and municipality.valid_to < day:
        seen.add(municipality.pk)
        successor = municipality.successor_id and Municipality.objects.select_related("wellbeing_region").get(
            pk=municipality.successor_id
        )
        if not successor or successor.pk in seen or len(seen) > MOST_MERGERS:
            return None
        municipality = successor
    return municipality
