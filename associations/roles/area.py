"""The area page: whose associations are where, and who needs help first."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.organisations.models import Organisation
from associations.organisations.next_steps import in_office
from associations.places.mapping import municipality_map, region_map
from associations.places.models import Municipality, WellbeingRegion
from associations.roles.models import Role
from associations.roles.standing import standing_of

# value in the address: words
STATES = {
    "ei-puheenjohtajaa": _("No chair"),
    "ei-hallitusta": _("No board in the portal"),
    "ei-yhteystietoja": _("No contact details"),
}


@dataclass
class Need:
    """Why an association is on top of the list."""

    state: str
    label: str


def associations_of_area(user, now):
    """Associations this person looks after, with ``has_chair`` and ``board_size``; who needs help first."""
    today = timezone.localtime(now).date()
    seats = (
        Role.objects.on(today).board().filter(organisation=OuterRef("pk")).order_by().values("organisation")
        .annotate(people=Count("person", distinct=True)).values("people")
    )  # fmt: skip
    return (
        Organisation.objects.looked_after_by(user)
        .annotate(has_chair=in_office(["chair"], today), board_size=Coalesce(Subquery(seats), 0))
        .select_related("home_municipality__wellbeing_region")
        .order_by("has_chair", "board_size", "name_fi", "pk")
    )


def in_state(associations, state):
    """Only those with this need; all for an unknown word."""
    return {
        "ei-puheenjohtajaa": associations.filter(has_chair=False),
        "ei-hallitusta": associations.filter(board_size=0),
        "ei-yhteystietoja": associations.filter(Q(email="") & Q(phone="")),
    }.get(state, associations)


def with_people(associations, now):
    """Give each of a page's associations its chairs' names and its needs. One query."""
    today = timezone.localtime(now).date()
    chairs = {}
    rows = Role.objects.on(today).filter(kind=Role.Kind.CHAIR, organisation__in=[one.pk for one in associations])
    for organisation, name in rows.order_by("pk").values_list("organisation", "person__name"):
        chairs.setdefault(organisation, []).append(name)
    for one in associations:
        one.chair_names = ", ".join(chairs.get(one.pk, []))
        one.needs = needs_of(one)
    return associations


def needs_of(association):
    needs = []
    if not association.board_size:
        needs.append(Need("todo", STATES["ei-hallitusta"]))
    elif not association.has_chair:
        needs.append(Need("todo", STATES["ei-puheenjohtajaa"]))
    if not association.email and not association.phone:
        needs.append(Need("todo", STATES["ei-yhteystietoja"]))
    return needs


def counts_of_area(user):
    """{municipality pk: associations} of what this person looks after. One query."""
    rows = Organisation.objects.looked_after_by(user).order_by().values_list("home_municipality").annotate(Count("pk"))
    return dict(rows)


def own_regions(user):
    """Primary keys of the regions this person looks after; None for a whole union or district."""
    standing = standing_of(user)
    if standing.is_administrator or standing.staffed_unions or any(not area.regions for area in standing.areas):
        return None
    return set().union(*(area.regions for area in standing.areas))


class AreaMaps:
    """Two maps from one count: 22 regions as links that narrow the list, 308 municipalities as an image."""

    def __init__(self, user, *, today, address, region_label, municipality_label):
        by_municipality = counts_of_area(user)
        regions = list(WellbeingRegion.objects.all())
        places = list(
            Municipality.objects.on(today)
            .order_by("name_fi")
            .values_list("pk", "code", "name_fi", "name_sv", "wellbeing_region")
        )
        home = {pk: region for pk, _code, _fi, _sv, region in places}
        by_region = {}
        for pk, count in by_municipality.items():
            by_region[home.get(pk)] = by_region.get(home.get(pk), 0) + count
        ours = own_regions(user)
        self.total = sum(by_municipality.values())
        self.choices = [region for region in regions if ours is None or region.pk in ours]
        self.regions = region_map(regions, by_region, label=region_label, address=address, only=ours)
        self.municipalities = municipality_map(
            [(pk, code, fi, sv) for pk, code, fi, sv, _region in places], by_municipality, label=municipality_label
        )
