"""The counted states that a person may see, and those that lack something."""

from django.db import models
from django.db.models import Q

from associations.roles.standing import standing_of


class AssociationStateQuerySet(models.QuerySet):
    def looked_after_by(self, user):
        """As ``Organisation.objects.looked_after_by``, told by the columns copied here, so that an index leads."""
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        areas = Q(pk__in=[])
        for area in standing.areas:
            of_area = Q(union=area.union)
            if area.district:
                of_area &= Q(district=area.district)
            if area.regions:
                of_area &= Q(region__in=area.regions)
            areas |= of_area
        if standing.staffed_unions:
            areas |= Q(union__in=standing.staffed_unions)
        return self.filter(areas)

    def stale(self, today):
        """Counted on an earlier day: roles may have lapsed since."""
        return self.filter(counted_on__lt=today)
