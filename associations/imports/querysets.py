"""Which imports a person may know of, and which are owed to a worker."""

import datetime

from django.db import models
from django.db.models import Q

from associations.organisations.models import Organisation

KEPT_FOR = datetime.timedelta(days=30)
UNDONE_WITHIN = datetime.timedelta(hours=24)


class RegisterImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Imports of the unions whose staff this person is. The only place that says so."""
        return self.filter(union__in=Organisation.objects.staffed_by(user).values("pk"))

    def light(self):
        """Without the parts that may be megabytes."""
        return self.defer("faults", "preview")

    def owed(self):
        """Those that a worker has to go on with; of a union the oldest first."""
        return self.filter(state__in=self.model.OPEN).order_by("created_at", "pk")

    def past_keeping(self, now):
        """Those whose file, preview and before-values are too old to be kept: they are personal data."""
        old = Q(created_at__lt=now - KEPT_FOR) & (Q(applied_at=None) | Q(applied_at__lt=now - KEPT_FOR))
        emptied = Q(file="", sample=[], preview=[], faults=[])
        return self.filter(old).exclude(emptied).exclude(state__in=self.model.OPEN)
