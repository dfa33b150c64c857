"""Who may answer those who want in, and who may ask."""

from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.joining.models import ASK_AGAIN_AFTER, JoinRequest
from associations.organisations.models import Organisation
from associations.roles.permissions import can_manage_people, kinds_given_by

# What one can ask to be; everything else is given by invitation.
ASKED_KINDS = ("member", "board_member")
OPEN_KINDS = (Organisation.Kind.ASSOCIATION, Organisation.Kind.DISTRICT)
MOST_TAKEN_BACK = 3
MOST_WAITING = 5


def can_change_invitation(user, invitation):
    """Send an invitation again or withdraw it: whoever may give that role there."""
    managed = can_manage_people(user, invitation.organisation)
    if not managed:
        return managed
    if invitation.kind not in kinds_given_by(user, invitation.organisation):
        return Denied(_("Only the union's staff give the roles of coordinators, staff and legal advisers."))
    if not invitation.is_waiting:
        return Denied(_("This invitation no longer waits for an answer."))
    return True


def can_answer_join_request(user, join_request):
    """Approve or refuse a request to join: whoever may invite people there. Nobody answers their own."""
    managed = can_manage_people(user, join_request.organisation)
    if not managed:
        return managed
    if join_request.person_id == user.pk:
        return Denied(_("Somebody else answers your own request."))
    if not join_request.is_waiting:
        return Denied(_("This request has been answered already."))
    return True


def can_withdraw_join_request(user, join_request):
    """Take a request back: only who made it, while it waits."""
    if join_request.person_id != user.pk:
        return Denied(_("Only who asked can take the request back."))
    if not join_request.is_waiting:
        return Denied(_("This request has been answered already."))
    return True


def can_ask_to_join(user, organisation):
    """Ask to join an association or a district: anybody with an account who has no role there and no open request."""
    if not user.is_authenticated:
        return Denied(_("Log in first."))
    if organisation.ended_on:
        return Denied(_("This organisation has ended."))
    if organisation.kind not in OPEN_KINDS:
        return Denied(_("People join associations. Find yours in the directory."))
    now = timezone.now()
    if user.roles.on(timezone.localtime(now).date()).filter(organisation=organisation).exists():
        return Denied(_("You belong to this organisation already."))
    own = JoinRequest.objects.filter(person=user)
    waiting = list(own.waiting().values_list("organisation", flat=True))
    if organisation.pk in waiting:
        return Denied(_("You have asked to join already. The association will answer."))
    if len(waiting) >= MOST_WAITING:
        return Denied(_("You have several requests waiting. Wait for their answers, or take one back."))
    recent = list(own.filter(organisation=organisation, decided_at__gt=now - ASK_AGAIN_AFTER).values_list("state"))
    if ("refused",) in recent:
        return Denied(_("The association answered you a few days ago. You can ask again a week after that."))
    # Each asking writes letters to the association's people.
    if len(recent) >= MOST_TAKEN_BACK:
        return Denied(_("You have asked and taken it back several times. You can ask again in a week."))
    return True
