"""Who may change who does what in an organisation."""

from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.organisations.models import Organisation
from associations.roles.models import Role
from associations.roles.standing import BOARD_KINDS, standing_of

ORDINARY_KINDS = (*BOARD_KINDS, "member")
# Roles that reach beyond one organisation: only the union's office gives them. Nobody here gives an administrator's.
OFFICE_KINDS = {"union": ("coordinator", "staff", "legal_adviser"), "district": ("coordinator",)}


def can_see_people(user, organisation):
    """See who does what in an organisation: its own people, those who look after it, the staff of its union."""
    if Organisation.objects.inside(user).filter(pk=organisation.pk).exists():
        return True
    return Denied(
        _(
            "Only the organisation's own people, the coordinator of its area "
            "and the union's staff see who does what there."
        )
    )


def can_see_members(user, organisation):
    """See the ordinary members, the invitations and the requests too: the board and those who look after it."""
    if organisation.pk in standing_of(user).boards or _looks_after(user, organisation):
        return True
    return Denied(_("Only the board and those who look after the organisation see its members."))


def can_manage_people(user, organisation):
    """Invite people, enter and end roles, answer requests to join: the chair, the secretary, the advocacy officer,
    the coordinator of the area and the union's staff.
    """
    if organisation.ended_on:
        return Denied(_("This organisation has ended. Its people can no longer be changed."))
    if organisation.pk in standing_of(user).led or _looks_after(user, organisation):
        return True
    return Denied(
        _(
            "Only the chair, the secretary and the advocacy officer, the coordinator of the area "
            "and the union's staff can invite and remove people. Ask one of them."
        )
    )


def can_give_office_roles(user, organisation):
    """Give the roles of the union's office (coordinator, staff, legal adviser): the staff of that very union."""
    standing = standing_of(user)
    if standing.is_administrator or organisation.union_id and organisation.union_id in standing.staffed_unions:
        return True
    return Denied(_("Only the union's staff give the roles of coordinators, staff and legal advisers."))


def can_change_role(user, role):
    """Correct the days of a role: whoever may give that role there."""
    if role.organisation is None or role.kind == Role.Kind.ADMINISTRATOR:
        return Denied(_("An administrator's role is changed in the administration site."))
    if role.kind in kinds_given_by(user, role.organisation):
        return True
    managed = can_manage_people(user, role.organisation)
    return can_give_office_roles(user, role.organisation) if managed else managed


def can_end_role(user, role):
    """End a role: whoever may give it there; and everybody their own."""
    if role.has_ended(timezone.localdate()):
        return Denied(_("This role has ended already."))
    if role.person_id == user.pk and role.organisation is not None and role.kind != Role.Kind.ADMINISTRATOR:
        return True
    return can_change_role(user, role)


def can_remove_role(user, role):
    """Take away a role that was entered by mistake and has not begun before today. What has begun is ended instead."""
    if role.starts_on < timezone.localdate():
        return Denied(_("The role has begun already. End it instead, so that the history stays."))
    return can_change_role(user, role)


def kinds_given_by(user, organisation):
    """The kinds of role this person may give in the organisation today, in the order of a form's choices."""
    kinds = list(ORDINARY_KINDS) if can_manage_people(user, organisation) else []
    if kinds and can_give_office_roles(user, organisation):
        kinds += OFFICE_KINDS.get(organisation.kind, ())
    return kinds


def _looks_after(user, organisation):
    """Whether this person helps the organisation from outside: coordinator, staff, administrator."""
    standing = standing_of(user)
    if standing.is_administrator or organisation.union_id and organisation.union_id in standing.staffed_unions:
        return True
    if any(area.district == organisation.pk for area in standing.areas if area.district):
        return True
    if not standing.areas:
        return False
    if organisation.pk not in standing.helps:
        ours = Organisation.objects.looked_after_by(user)
        standing.helps[organisation.pk] = ours.filter(pk=organisation.pk).exists()
    return standing.helps[organisation.pk]
