"""What is not needed any more is not kept: names and addresses of people who never came."""

import datetime

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from associations.joining.models import Invitation, JoinRequest

INVITATIONS_KEPT = datetime.timedelta(days=90)
REQUESTS_KEPT = datetime.timedelta(days=365)


@shared_task
def forget_old():
    """Once a day: invitations that came to nothing, and requests that were refused or taken back long ago."""
    now = timezone.now()
    came_to_nothing = Q(state=Invitation.State.SENT, expires_at__lt=now - INVITATIONS_KEPT) | Q(
        state__in=[Invitation.State.DECLINED, Invitation.State.REVOKED], answered_at__lt=now - INVITATIONS_KEPT
    )
    Invitation.objects.filter(came_to_nothing).delete()
    over = [JoinRequest.State.REFUSED, JoinRequest.State.WITHDRAWN]
    JoinRequest.objects.filter(state__in=over, decided_at__lt=now - REQUESTS_KEPT).delete()
