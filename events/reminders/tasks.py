from celery import shared_task
from django.utils import timezone

from events.reminders import planning


@shared_task
def plan_reminders():
    """Every minute: write the reminders that are owed; the sender takes them at their moment."""
    planning.plan(timezone.now())
