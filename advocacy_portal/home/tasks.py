"""The portal's own pulse and housekeeping."""

import time

from celery import shared_task
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from advocacy_portal.home.health import HEARTBEAT


@shared_task
def beat_heart():
    """Every fifteen seconds a worker says that it is alive; ``/readyz`` listens."""
    cache.set(HEARTBEAT, time.time(), timeout=600)


@shared_task
def clean_up():
    """Every night: sessions that have ended and letters past their retention go."""
    from accounts.sessions import forget_ended
    from notifications.models import OutgoingMail

    call_command("clearsessions")
    forget_ended(timezone.now())
    OutgoingMail.objects.purge_old(now=timezone.now())
