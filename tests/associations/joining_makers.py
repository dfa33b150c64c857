"""Makers of invitations and requests to join."""

import datetime
import itertools

from django.utils import timezone

from associations.joining.models import LIFE, Invitation, JoinRequest
from tests import factories as make

numbers = itertools.count(1)


def make_invitation(organisation, by, *, kind="board_member", sent_ago=datetime.timedelta(hours=1), **facts):
    """An invitation that was sent an hour ago and waits."""
    sent_at = timezone.now() - sent_ago
    facts = {
        "email": f"kutsuttu{next(numbers)}@example.org",
        "name": "Kutsu Mallikas",
        "starts_on": timezone.localdate(),
        "ends_on": datetime.date(timezone.localdate().year, 12, 31),
        "nonce": Invitation.make_nonce(),
        "invited_at": sent_at,
        "expires_at": sent_at + LIFE,
    } | facts
    return Invitation.objects.create(organisation=organisation, kind=kind, invited_by=by, **facts)


def make_join_request(organisation, person=None, **facts):
    facts = {"kind": "member", "message": "Päiväkodin vanhempia.", "asked_at": timezone.now()} | facts
    return JoinRequest.objects.create(
        organisation=organisation, person=person or make.make_user("Pyry Pyytäjä"), **facts
    )
