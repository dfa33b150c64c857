"""The sweep: what a killed worker or a silent relay left behind, and what is too late."""

from datetime import timedelta

from django.db.models import F

from notifications.letters import kind_of
from notifications.models import OutgoingMail

STILL_USEFUL = timedelta(hours=2)


def sweep(now):
    """Put letters of dead senders back, judge those in doubt by their kind's rule, and close those too late."""
    letters = OutgoingMail.objects
    # Nothing of these was ever complete at the relay, so sending them is safe.
    back = letters.filter(state="claimed", lease_until__lt=now).update(state="due", lease_until=None)
    held = again = 0
    for mail in letters.filter(state="handover", lease_until__lt=now).only(
        "pk", "token", "kind", "doubts", "expires_at"
    ):
        kind = kind_of(mail)
        useful = mail.expires_at - now >= STILL_USEFUL
        mine = letters.filter(pk=mail.pk, token=mail.token, state="handover", lease_until__lt=now)
        if kind and kind.when_unknown == "resend" and mail.doubts == 0 and useful:
            again += mine.update(state="due", due_at=now, doubts=F("doubts") + 1, lease_until=None)
        else:
            held += mine.update(state="unknown", doubts=F("doubts") + 1, lease_until=None)
    late = letters.filter(state="due", expires_at__lte=now).update(state="expired", content=None)
    # Codes and links that nobody can use any more have no business in the table.
    closed = letters.filter(state__in=("failed", "unknown", "cancelled"), expires_at__lte=now)
    closed.exclude(content=None).update(content=None)
    return {"back": back, "again": again, "held": held, "expired": late}


def oldest_due(now):
    """How long the oldest due letter has waited, for the alarm; None when none waits."""
    due_at = OutgoingMail.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    return None if due_at is None else now - due_at
