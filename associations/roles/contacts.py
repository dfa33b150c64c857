"""Whom to call: the people who look after an organisation, and those on its board."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

from associations.roles.models import Role
from associations.roles.standing import BOARD_KINDS


@dataclass(frozen=True)
class Contact:
    """A person to turn to: name, what they look after, phone and e-mail."""

    name: str
    area: str
    phone: str
    email: str


def coordinators_of(organisation, now=None):
    """The coordinators (aluekoordinaattori) of the area where the organisation is. Two queries.

    Those who look after its own regions come before those who look after the whole union.
    """
    today = timezone.localtime(now).date()
    home = organisation.home_municipality.wellbeing_region_id if organisation.home_municipality else None
    roles = (
        Role.objects.on(today)
        .filter(kind=Role.Kind.COORDINATOR, person__is_active=True)
        .filter(organisation__in={organisation.union_id, organisation.parent_id, organisation.pk} - {None})
        .filter(Q(regions=None) | Q(regions=home))
        .select_related("person", "organisation")
        .prefetch_related("regions")
        .order_by("pk")
        .distinct()
    )
    found = sorted(roles, key=lambda role: not role.regions.all())
    contacts = {}
    for role in found:
        area = ", ".join(region.short_name for region in role.regions.all()) or role.organisation.name
        contacts.setdefault(role.person_id, Contact(str(role.person), area, role.person.phone, role.person.email))
    return list(contacts.values())


def board_of(organisation, now=None):
    """Board roles of today and those entered ahead, the chair first. One query."""
    today = timezone.localtime(now).date()
    rank = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(BOARD_KINDS)), output_field=IntegerField())
    return (
        Role.objects.filter(organisation=organisation, kind__in=BOARD_KINDS)
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .select_related("person")
        .order_by("starts_on__year", rank, "person__name", "pk")
    )
