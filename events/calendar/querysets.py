"""Which events a person may know of."""

import datetime

from django.db import models
from django.db.models import F, Min, Q, Subquery, Value
from django.db.models.functions import Coalesce

from associations.roles.standing import standing_of


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Events this person may know of. The only place that says so.

        What is announced to all is seen by all; the rest by the union's own people, and drafts by
        its staff. A cancelled event stays, so that an old link tells what became of it.
        """
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        announced = ~Q(state=self.model.State.DRAFT)
        seen = announced & Q(open_to_all=True)
        if standing.unions:
            seen |= announced & Q(organiser__in=standing.unions)
        if standing.staffed_unions:
            seen |= Q(organiser__in=standing.staffed_unions)
        return self.filter(seen)

    def announced_to_all(self):
        """What a visitor sees."""
        return self.filter(state=self.model.State.PUBLISHED, open_to_all=True)

    def run_by(self, user):
        """Events that this person's office arranges."""
        standing = standing_of(user)
        return self if standing.is_administrator else self.filter(organiser__in=standing.staffed_unions)

    def upcoming(self, now):
        """Not over yet, the nearest first."""
        # What goes on now may have begun long ago. Knowing when, the database reads on in order from there,
        # and a list of 25 costs the same among 500 events and 50,000.
        going_on = self.model.objects.filter(ends_at__gte=now, starts_at__lt=now).order_by()
        # Adding nothing keeps the database from leafing through all the past for the smallest one.
        start = F("starts_at") + Value(datetime.timedelta(0))
        first = going_on.values(all=Value(1)).annotate(first=Min(start)).values("first")
        return self.filter(ends_at__gte=now, starts_at__gte=Coalesce(Subquery(first), Value(now))).order_by(
            "starts_at", "pk"
        )
