"""Whom to call: the people who look after an organisation, and those on its board."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils import timezone

from associations.organisations.models import Organisation
from associations.places.models import WellbeingRegion
from associations.roles.models import Role, RoleRegion
from associations.roles.standing import BOARD_KINDS


@dataclass(frozen=True)
class Contact:
    """A person to turn to: name, what they look after, phone and e-mail."""

    name: str
    area: str
    phone: str
    email: str


def with_coordinators(organisations, day):
    """Annotate ``coordinator_rows``: who coordinates the area of each organisation on ``day``, for ``contacts_in``.

    Those who look after its own regions come before those who look after the whole union.
    """
    looked_after = RoleRegion.objects.filter(role=OuterRef("pk"))
    home = looked_after.filter(wellbeingregion=OuterRef(OuterRef("home_municipality__wellbeing_region")))
    regions = looked_after.order_by("wellbeingregion__code").values(
        names=JSONObject(**{name: f"wellbeingregion__{name}" for name in ("code", "name_fi", "name_sv", "name_en")})
    )
    roles = (
        Role.objects.on(day)
        .filter(kind=Role.Kind.COORDINATOR, person__is_active=True)
        .filter(Q(organisation=OuterRef("union")) | Q(organisation=OuterRef("parent")) | Q(organisation=OuterRef("pk")))
        .annotate(has_regions=Exists(looked_after))
        .filter(Q(has_regions=False) | Exists(home))
        .order_by("-has_regions", "pk")
        .values(
            row=JSONObject(
                person="person",
                name=Coalesce(NullIf("person__name", Value("")), "person__email"),
                phone="person__phone",
                email="person__email",
                organisation="organisation__name_fi",
                regions=ArraySubquery(regions),
            )
        )
    )
    return organisations.annotate(coordinator_rows=ArraySubquery(roles))


def contacts_in(rows):
    """The annotated coordinators as Contacts, each person once."""
    contacts = {}
    for row in rows:
        names = [WellbeingRegion(**names).short_name for names in row["regions"]]
        area = ", ".join(names) or row["organisation"]
        contacts.setdefault(row["person"], Contact(row["name"], area, row["phone"], row["email"]))
    return list(contacts.values())


def coordinators_of(organisation, now=None):
    """The coordinators (aluekoordinaattori) of the area where the organisation is. One query at most."""
    rows = getattr(organisation, "coordinator_rows", None)
    if rows is None:
        today = timezone.localtime(now).date()
        one = with_coordinators(Organisation.objects.filter(pk=organisation.pk), today)
        rows = one.values_list("coordinator_rows", flat=True).get()
    return contacts_in(rows)


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
