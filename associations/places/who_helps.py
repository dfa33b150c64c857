"""Who in our house can help in a place: its associations, the unions' offices and the coordinators of the area."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from associations.organisations.models import Organisation
from associations.roles.contacts import Contact
from associations.roles.models import Role
from associations.roles.standing import standing_of

SHOWN = 12
MOST_COORDINATORS = 6


@dataclass
class Help:
    """Whom one may turn to in a place. Coordinators only to the people of their own union."""

    associations: list = field(default_factory=list)
    has_more: bool = False
    districts: list = field(default_factory=list)
    offices: list = field(default_factory=list)
    coordinators: list = field(default_factory=list)


def help_in(user, *, region, municipality=None, now):
    """Who helps in a municipality, or in a whole wellbeing region. Five queries at most.

    Everybody sees the associations and the offices of their unions. A coordinator's name, phone and
    e-mail are for the people of that union: a visitor is led to the office.
    """
    seen = Organisation.objects.visible_to(user).active()
    here = seen.in_municipality(municipality) if municipality else seen.in_region(region)
    there = list(
        here.associations().select_related("home_municipality", "parent").order_by("name_fi", "pk")[: SHOWN + 1]
    )
    districts = []
    if region:
        covering = seen.filter(kind=Organisation.Kind.DISTRICT, wellbeing_regions=region)
        districts = list(covering.order_by("name_fi", "pk")[:SHOWN])
    standing = standing_of(user)
    unions = {one.union_id for one in there} | {one.union_id for one in districts} | standing.unions
    offices = list(seen.unions().filter(pk__in=unions - {None}).order_by("name_fi", "pk"))
    # One's own office first: the others have their own people.
    offices.sort(key=lambda union: union.pk not in standing.unions)
    mine = unions - {None} if standing.is_administrator else standing.unions
    ours = {one.parent_id for one in there} | {one.pk for one in districts}
    return Help(
        associations=there[:SHOWN],
        has_more=len(there) > SHOWN,
        districts=districts,
        offices=offices[:SHOWN],
        coordinators=_coordinators(mine, ours, region, now) if mine else [],
    )


def _coordinators(unions, districts, region, now):
    """The coordinators of these unions who look after the region, those with regions of their own first."""
    today = timezone.localtime(now).date()
    area = Q(regions=None) | Q(regions=region) if region else Q(regions=None)
    roles = (
        Role.objects.on(today)
        .filter(kind=Role.Kind.COORDINATOR, person__is_active=True)
        .filter(organisation__union__in=unions, organisation__ended_on=None)
        .filter(area)
        .select_related("person", "organisation")
        .prefetch_related("regions")
        .order_by("pk")
        .distinct()
    )
    found = {}
    for role in sorted(roles, key=lambda role: not role.regions.all()):
        # A district's coordinator without regions looks after the district, which may be far from here.
        of_district = role.organisation.kind != Organisation.Kind.UNION
        if of_district and not role.regions.all() and role.organisation_id not in districts:
            continue
        names = ", ".join(one.short_name for one in role.regions.all()) or role.organisation.name
        found.setdefault(role.person_id, Contact(str(role.person), names, role.person.phone, role.person.email))
    return list(found.values())[:MOST_COORDINATORS]
