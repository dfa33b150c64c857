"""What stands on an organisation's page: for everybody, and the card for those who work with it."""

import datetime
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from associations.organisations.models import NetworkMembership, Organisation
from associations.places.mapping import region_map
from associations.places.models import WellbeingRegion

SHOWN = 25
MOST_MEMBERS = 200
# After a year a board has changed.
GOOD_FOR = datetime.timedelta(days=365)


@dataclass(frozen=True)
class Place:
    """A wellbeing region and how many associations of an organisation are at home there."""

    name: str
    count: int
    url: str
    is_outside: bool = False


def family_of(organisation, covered=()):
    """What a union or district is made of, as it is: regions with many, one or none, and those without a district."""
    if organisation.kind == Organisation.Kind.UNION:
        return _union(organisation)
    if organisation.kind == Organisation.Kind.DISTRICT:
        return _district(organisation, covered)
    return {}


def _union(union):
    directory = reverse("associations:organisation_list")
    own = union.family.active()
    sizes = dict(own.associations().order_by().values_list("parent").annotate(Count("pk")))
    districts = list(own.filter(kind=Organisation.Kind.DISTRICT).order_by("name_fi"))
    for district in districts:
        district.size = sizes.get(district.pk, 0)
    here = f"{directory}?liitto={union.pk}&laji=association"
    regions = list(WellbeingRegion.objects.all())
    counts = counts_of(own.associations())
    return {
        "districts": districts,
        "orphans": sizes.get(union.pk, 0),
        "total": sum(sizes.values()),
        "places": places_of(counts, here, [region for region in regions if region.pk in counts]),
        "map": region_map(
            regions,
            counts,
            label=_("Associations by wellbeing region"),
            address=lambda region: f"{here}&alue={region.code}",
        ),
    }


def _district(district, covered):
    directory = reverse("associations:organisation_list")
    own = district.children.active().associations()
    shown = list(own.select_related("home_municipality").order_by("name_fi", "pk")[: SHOWN + 1])
    here = f"{directory}?piiri={district.pk}&laji=association"
    counts = counts_of(own)
    known = {region.pk for region in covered}
    others = list(WellbeingRegion.objects.filter(pk__in=set(counts) - known - {None}))
    # Nothing is outside what is not known.
    covered, outside = (covered, others) if covered else (others, [])
    return {
        "children": shown[:SHOWN],
        "has_more": len(shown) > SHOWN,
        "all_url": f"{directory}?piiri={district.pk}",
        "places": places_of(counts, here, covered, outside),
    }


def counts_of(associations):
    """{primary key of a wellbeing region, None for those without: associations at home there}. One query."""
    return dict(associations.order_by().values_list("home_municipality__wellbeing_region").annotate(Count("pk")))


def places_of(counts, address, regions, outside=()):
    """The regions with their counts, those of which there are none too; then what lies outside them."""
    lines = [
        Place(region.short_name, counts.get(region.pk, 0), f"{address}&alue={region.code}", is_outside)
        for group, is_outside in ((regions, False), (outside, True))
        for region in sorted(group, key=lambda region: region.short_name)
    ]
    if counts.get(None):
        lines.append(Place(_("No wellbeing region"), counts[None], ""))
    return lines


def members_of(network):
    """The member organisations of a network, with their unions. One query."""
    rows = (
        NetworkMembership.objects.in_force()
        .filter(network=network, member__ended_on=None)
        .select_related("member__union", "member__home_municipality")
        .order_by("member__name_fi", "pk")
    )
    return list(rows[:MOST_MEMBERS])


def networks_of(organisation, with_invitations):
    """Its memberships, and for its own people the invitations that wait. One query."""
    rows = NetworkMembership.objects.filter(member=organisation, network__ended_on=None)
    rows = rows.filter(left_on=None) if with_invitations else rows.in_force()
    return list(rows.select_related("network").order_by("network__name_fi", "pk"))


def missing_from(organisation, board, now, today):
    """What the board, the coordinator or the staff should fill in: words."""
    kinds = {role.kind for role in board if role.starts_on <= today}
    lines = []
    if organisation.kind in (Organisation.Kind.ASSOCIATION, Organisation.Kind.DISTRICT):
        if "chair" not in kinds:
            lines.append(_("The chair is not known."))
        if "secretary" not in kinds:
            lines.append(_("The secretary is not known."))
    if not organisation.email:
        lines.append(_("There is no e-mail address."))
    if not organisation.phone:
        lines.append(_("There is no phone number."))
    if not organisation.introduction:
        lines.append(_("There is no introduction for visitors."))
    confirmed = organisation.details_confirmed_at
    if confirmed and confirmed < now - GOOD_FOR:
        lines.append(
            _("The details were last confirmed on %(day)s, over a year ago.") % {"day": date_format(confirmed)}
        )
    return lines
