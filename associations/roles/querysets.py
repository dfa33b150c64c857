"""Roles by date."""

from django.db import models
from django.db.models import Q

from associations.roles.standing import BOARD_KINDS


class RoleQuerySet(models.QuerySet):
    def on(self, day):
        """Roles in force on ``day`` (a date): both ends included, no end means until further notice."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def board(self):
        """Roles of a board: chair, secretary, advocacy officer and the other members."""
        return self.filter(kind__in=BOARD_KINDS)
