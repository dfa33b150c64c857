"""Keeping the counted states true."""

from celery import shared_task
from django.utils import timezone

from associations.overview import counting


@shared_task
def count_states():
    """Every minute: those who changed of late; after midnight all, a few thousand a second."""
    now = timezone.now()
    counting.recount(counting.owed(now=now), now=now)
