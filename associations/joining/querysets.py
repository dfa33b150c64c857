"""Invitations and requests that a person may see."""

from django.db import models


class InvitationQuerySet(models.QuerySet):
    """Filled by the room's own rules."""


class JoinRequestQuerySet(models.QuerySet):
    """Filled by the room's own rules."""
