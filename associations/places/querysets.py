"""Elections and municipalities as the pages ask for them."""

from django.db import models
from django.db.models import Q, functions


class MunicipalityQuerySet(models.QuerySet):
    def on(self, day):
        """Municipalities in force on ``day``: both ends included."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))


class ElectionQuerySet(models.QuerySet):
    def ahead(self, day):
        """Elections from ``day`` on, soonest first; those without a fixed day by their expected month."""
        undated = Q(election_date=None, expected_period__gte=f"{day:%Y-%m}")
        return self.filter(Q(election_date__gte=day) | undated).order_by(
            functions.Coalesce(
                functions.Cast("election_date", models.CharField()), "expected_period", output_field=models.CharField()
            ),
            "key",
        )

    def of_region(self, region):
        """Those held there: Helsinki elects no county council, Åland (no region) holds elections of its own."""
        if region is None:
            return self.exclude(election_type__in=["county", "municipal"])
        if region.kind == region.Kind.CITY:
            return self.exclude(election_type="county")
        return self
