"""Waking a worker. A hint may be lost: beat's tick finds the rows anyway."""

import time

import structlog

log = structlog.get_logger(__name__)

# A queue that did not answer is left in peace for a while, so that its fault costs nobody a second pause.
PEACE = 30  # seconds
_silent_until = 0.0


def give(queue):
    """Tell a worker that letters of ``queue`` are due. Never raises, and waits at most once in a while."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    from notifications.tasks import drain_bulk, drain_now

    task = drain_bulk if queue == "bulk" else drain_now
    try:
        task.apply_async(retry=False, ignore_result=True, expires=60)
    except Exception as fault:
        _silent_until = time.monotonic() + PEACE
        log.warning("letter_hint_failed", fault=type(fault).__name__)
        return False
    return True
