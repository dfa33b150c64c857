"""Background jobs of the details rounds: letters to the boards, a hand of associations at a time."""

import datetime

import structlog
from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from associations.checks import asking
from associations.checks.models import DetailsRound
from associations.checks.querysets import REST

log = structlog.get_logger(__name__)


def later(task, *args):
    """Wake a worker after the commit; the hourly sweep finds the round if the queue does not answer."""

    def tell():
        try:
            task.delay(*args)
        except Exception as fault:  # kombu, redis and socket each raise their own
            log.warning("details_hint_lost", task=task.name, fault=type(fault).__name__)

    transaction.on_commit(tell)


@shared_task
def ask_boards(pk, after=0):
    """Write to the boards of one hand of associations, then hand the rest on."""
    _one_hand(ask_boards, asking.ask, pk, after)


@shared_task
def remind_boards(pk, after=0):
    """Remind the boards of one hand of associations, then hand the rest on."""
    _one_hand(remind_boards, asking.remind, pk, after)


def _one_hand(task, write, pk, after):
    with transaction.atomic():
        details_round = DetailsRound.objects.still_open().filter(pk=pk).first()
        if details_round is None:
            return
        last = write(details_round, after, timezone.now())
        if last is not None:
            later(task, pk, last)


@shared_task
def sweep_rounds():
    """Every hour: rounds opened or reminded within a day go through once more; what is written stays as it is."""
    now = timezone.now()
    yesterday = timezone.localtime(now).date() - datetime.timedelta(days=1)
    recent = DetailsRound.objects.still_open().filter(Q(opened_on__gte=yesterday) | Q(reminded_at__gt=now - REST))
    for details_round in recent:
        if details_round.opened_on >= yesterday:
            ask_boards.delay(details_round.pk)
        if details_round.reminded_at and details_round.reminded_at > now - REST:
            remind_boards.delay(details_round.pk)
