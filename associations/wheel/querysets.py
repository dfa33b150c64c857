"""Whose own dates a person sees."""

from django.apps import apps
from django.db import models
from django.db.models import Q

from associations.roles.standing import standing_of


class UnionDateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Own dates this person may know of. The only place that says so.

        A date for everybody is public. A date for the family is for whoever has a role in the union or its
        associations, or in a member of the network. A date for the office is for its staff and coordinators.
        """
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        Audience = self.model.Audience
        seen = Q(audience=Audience.EVERYBODY)
        if standing.organisations:
            seen |= Q(audience=Audience.FAMILY) & _family(standing)
        office = standing.staffed_unions | {area.union for area in standing.areas}
        if office:
            seen |= Q(audience=Audience.OFFICE, union__in=office)
        return self.filter(seen)

    def concerning(self, user):
        """Of those, the dates of one's own unions and networks: another's public day waits for nobody here."""
        standing = standing_of(user)
        if not standing.organisations:
            return self.none()
        return self.visible_to(user).filter(_family(standing))

    def kept_by(self, user):
        """Own dates that this person's office keeps."""
        standing = standing_of(user)
        return self if standing.is_administrator else self.filter(union__in=standing.staffed_unions)


def _family(standing):
    """Dates of the unions one belongs to, and of the networks that one's organisations have joined."""
    ours = standing.unions | standing.organisations
    networks = (
        apps.get_model("associations", "NetworkMembership")
        .objects.filter(member__in=ours, left_on=None)
        .exclude(joined_on=None)
    )
    return Q(union__in=ours) | Q(union__in=networks.values("network"))
