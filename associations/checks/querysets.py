"""Which details rounds a person may know of."""

import datetime

from django.db import models
from django.db.models import Q

from associations.roles.standing import standing_of

# Nobody is asked twice within this.
REST = datetime.timedelta(hours=24)


class DetailsRoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rounds of the unions this person works for or coordinates. The only place that says so."""
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        return self.filter(union__in=standing.staffed_unions | {area.union for area in standing.areas})

    def still_open(self):
        return self.filter(closed_at=None)

    def rested(self, now):
        """Rounds in which nobody has reminded the whole union within a day."""
        return self.filter(Q(reminded_at=None) | Q(reminded_at__lte=now - REST))
