"""Roles by date, and by who may know of them."""

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Case, IntegerField, Q, Value, When

from associations.roles.standing import BOARD_KINDS, standing_of

# The order in which people are listed.
RANK = (*BOARD_KINDS, "coordinator", "staff", "legal_adviser", "administrator", "member")


class RoleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Roles this person may know of: one's own, and those inside the organisations one belongs to or looks after.

        Who the ordinary members are is seen by the board and those who look after the organisation.
        """
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        Organisation = apps.get_model("associations", "Organisation")
        own = Q(person=user.pk) if user.is_authenticated else Q(pk__in=[])
        inside = Q(organisation__in=Organisation.objects.inside(user).values("pk"))
        return self.filter(own | inside & (~Q(kind="member") | Q(organisation__in=organisations_run_or_helped(user))))

    def on(self, day):
        """Roles in force on ``day`` (a date): both ends included, no end means until further notice."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def board(self):
        """Roles of a board: chair, secretary, advocacy officer and the other members."""
        return self.filter(kind__in=BOARD_KINDS)

    def by_rank(self):
        """The chair first, ordinary members last."""
        rank = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(RANK)), output_field=IntegerField())
        return self.order_by(rank, "person__name", "starts_on", "pk")

    def give(self, *, person, kind, organisation, starts_on, ends_on, regions=()):
        """The person's role from a day to a day: a new one, or the one that says so already."""
        facts = {"person": person, "kind": kind, "organisation": organisation}
        if not regions:
            wide_enough = self.filter(**facts, starts_on__lte=starts_on)
            wide_enough = wide_enough.filter(Q(ends_on=None) | Q(ends_on__gte=ends_on) if ends_on else Q(ends_on=None))
            if standing := wide_enough.order_by("pk").first():
                return standing
        try:
            with transaction.atomic():
                role = self.create(**facts, starts_on=starts_on, ends_on=ends_on)
        except IntegrityError:
            # The same role from the same day, which ended too soon: it goes on.
            role = self.get(**facts, starts_on=starts_on)
            role.correct(starts_on=starts_on, ends_on=ends_on)
        if regions:
            role.regions.set(regions)
        return role


def organisations_run_or_helped(user):
    """Primary keys of the organisations on whose board one sits, or that one looks after. A subquery."""
    standing = standing_of(user)
    Organisation = apps.get_model("associations", "Organisation")
    if standing.is_administrator:
        return Organisation.objects.values("pk")
    districts = {area.district for area in standing.areas if area.district}
    return Organisation.objects.filter(
        Q(pk__in=standing.boards | districts)
        | Q(union__in=standing.staffed_unions)
        | Q(pk__in=Organisation.objects.looked_after_by(user).values("pk"))
    ).values("pk")
