"""What may be done to a letter."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from notifications.letters import kind_of
from notifications.models import STUCK


def can_resend(mail):
    """Whether sending this letter once more makes sense. Who may ask at all is the pages' question."""
    if mail.is_ready_made and not (mail.content and mail.state in STUCK):
        return Denied(_("This letter held a secret and has been emptied. Ask the reader to order a new one."))
    if not mail.is_ready_made and kind_of(mail) is None:
        return Denied(_("Letters of this kind are no longer sent."))
    if mail.state in ("due", "claimed", "handover"):
        return Denied(_("The letter is on its way."))
    if mail.state == "cancelled":
        return Denied(_("The letter was withdrawn, because its matter is over."))
    return True
