"""Background jobs of the brochures: one press per file, and the sweep that forgets none."""

from celery import shared_task
from django.utils import timezone

from materials.brochures.models import BrochureFile


# The worker child may be lost with this message in hand; then the queue gives it to another at once.
@shared_task(acks_late=True, reject_on_worker_lost=True)
def press_brochure(pk):
    """Claim one file and press it; a second run finds nothing to claim."""
    from materials.brochures.press import press

    if file := BrochureFile.objects.claim(pk, now=timezone.now()):
        press(file)


@shared_task
def sweep_brochures():
    """Every minute: a small task for each file that waits or whose press was lost."""
    now = timezone.now()
    BrochureFile.objects.give_up(now=now)
    for pk in BrochureFile.objects.owed(now).order_by("requested_at").values_list("pk", flat=True)[:500]:
        press_brochure.delay(pk)
