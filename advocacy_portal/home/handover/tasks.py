"""Open work moves when the successor's role begins."""

from celery import shared_task
from django.utils import timezone

from advocacy_portal.home.handover import giving


@shared_task
def move_due_work():
    """Every hour: one small task for each role whose successor has begun lately."""
    for pk in giving.due(timezone.now()).order_by("pk").values_list("pk", flat=True):
        move_work.delay(pk)


@shared_task
def move_work(pk):
    """Move the work of one role; a second run finds nothing to move."""
    giving.move_work(pk, now=timezone.now())
