"""What beat and hints wake. Each may run twice, late or never: the rows say what is owed."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifications import hints, sending, sweeping

# Drain, one phase each for MAIL, RCPT, DATA and body, then the wait for the answer to the dot.
_LONGEST = 30 + 4 * settings.EMAIL_TIMEOUT + settings.EMAIL_FINAL_TIMEOUT
_LIMITS = {"ignore_result": True, "soft_time_limit": _LONGEST + 60, "time_limit": _LONGEST + 90}


@shared_task(**_LIMITS)
def drain_now():
    """Letters that somebody waits for."""
    if sending.drain("now"):
        hints.give("now")


@shared_task(**_LIMITS)
def drain_bulk():
    """Letters to many, on a queue of their own so that nobody's log-in code waits behind them."""
    if sending.drain("bulk"):
        hints.give("bulk")


@shared_task(ignore_result=True)
def sweep():
    """Each minute: what was left behind."""
    sweeping.sweep(timezone.now())
