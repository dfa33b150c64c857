"""The breaker: when the relay is down, all workers know it from one row and leave it in peace.

Letters wait meanwhile and lose no attempt. Two knocks a minute, by whoever comes first, find out when it is back.
"""

import datetime

import structlog
from django.db.models import Q

from notifications.models import Relay

KNOCK_EVERY = datetime.timedelta(seconds=30)
NAME = "default"

log = structlog.get_logger(__name__)


def may_connect(now):
    """Whether this worker may connect: the relay is up, or it is this worker's turn to knock."""
    next_try = Relay.objects.filter(name=NAME).values_list("next_try_at", flat=True).first()
    if next_try is None:
        return True
    turn = Relay.objects.filter(name=NAME, next_try_at__lte=now)
    return bool(turn.update(next_try_at=now + KNOCK_EVERY))


def trip(now, fault):
    """The relay does not take letters: nobody tries again before the next knock."""
    text = str(fault)[:500]
    down = {"next_try_at": now + KNOCK_EVERY, "last_error": text}
    Relay.objects.get_or_create(name=NAME)
    Relay.objects.filter(name=NAME).filter(Q(next_try_at=None) | Q(down_since=None)).update(down_since=now, **down)
    Relay.objects.filter(name=NAME).update(**down)
    log.warning("relay_down", fault=text)


def mend(now):
    """The relay answered."""
    if Relay.objects.filter(name=NAME).exclude(next_try_at=None).update(next_try_at=None, down_since=None):
        log.info("relay_up")


def down_since():
    """Since when the relay is down, or None."""
    return Relay.objects.filter(name=NAME).values_list("down_since", flat=True).first()
