"""Background jobs of the imports: one for each file, and the sweep that forgets none."""

from celery import shared_task
from django.utils import timezone

from associations.imports import working


# The worker may be lost with this message in hand; then the queue gives it to another at once.
@shared_task(acks_late=True, reject_on_worker_lost=True)
def work_on_import(pk):
    """Check, bring in or take back, whatever the row says is owed."""
    working.work(pk)


@shared_task
def sweep_imports():
    """Every minute: what waits, what was cut off, what is too old to be kept."""
    working.sweep(timezone.now())
