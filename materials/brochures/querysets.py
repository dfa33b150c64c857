"""Which brochures a person may know of, and which files are owed."""

import datetime

from django.db import models
from django.db.models import F, Q

from associations.models import Organisation

# Longer than the press's own clock (60 s) and its start, so that no living press loses its lease.
LEASE = datetime.timedelta(seconds=150)
MOST_ATTEMPTS = 3


def associations_of(user):
    """Associations whose brochure is this person's to see: own board's and those one looks after."""
    # The primary keys first: a union of two such querysets may not be filtered further.
    ours = Q(pk__in=Organisation.objects.run_by(user).values("pk"))
    looked_after = Q(pk__in=Organisation.objects.looked_after_by(user).values("pk"))
    return Organisation.objects.active().associations().filter(ours | looked_after)


class BrochureTemplateQuerySet(models.QuerySet):
    def in_use(self, union):
        """The templates that a union's associations fill in now, one a language."""
        return self.filter(union=union, active=True)

    def staffed_by(self, user):
        return self.filter(union__in=Organisation.objects.staffed_by(user).values("pk"))


class ServiceOfferQuerySet(models.QuerySet):
    def offered_in(self, union):
        return self.filter(union=union, active=True)

    def staffed_by(self, user):
        return self.filter(union__in=Organisation.objects.staffed_by(user).values("pk"))


class BrochureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Brochures this person may know of. The only place that says so."""
        return self.filter(association__in=associations_of(user).values("pk"))


class BrochureFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files of the brochures this person may know of: they hold contact people."""
        return self.filter(brochure__association__in=associations_of(user).values("pk"))

    def owed(self, now):
        """Files that wait for a press, or whose press was lost half-way."""
        waiting = Q(state=self.model.State.QUEUED)
        lost = Q(state=self.model.State.PRESSING, lease_until__lte=now)
        return self.filter(waiting | lost)

    def claim(self, pk, *, now):
        """Take one file to press. The row, or None when another has it or nothing is owed."""
        claimed = (
            self.owed(now)
            .filter(pk=pk, attempts__lt=MOST_ATTEMPTS)
            .update(
                state=self.model.State.PRESSING,
                token=F("token") + 1,
                attempts=F("attempts") + 1,
                lease_until=now + LEASE,
                started_at=now,
                error="",
            )
        )
        return self.select_related("brochure__association").get(pk=pk) if claimed else None

    def give_up(self, *, now):
        """Mark failed what crashed too often: somebody has to look at it. How many there were."""
        return (
            self.owed(now)
            .filter(attempts__gte=MOST_ATTEMPTS)
            .update(state=self.model.State.FAILED, error="crash", finished_at=now)
        )
