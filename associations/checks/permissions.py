"""Who opens, follows and reminds in a round, and who answers."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.checks.asking import why_not_now
from associations.organisations.permissions import can_edit_organisation, can_see_area
from associations.roles.standing import standing_of


def can_follow_rounds(user):
    """Coordinators and staff."""
    return can_see_area(user)


def can_open_round(user):
    """The union's staff."""
    standing = standing_of(user)
    if standing.staffed_unions or standing.is_administrator:
        return True
    return Denied(_("Only the union's staff can open a round."))


def can_close_round(user, details_round):
    """The union's staff, while it is open."""
    standing = standing_of(user)
    if not (standing.is_administrator or details_round.union_id in standing.staffed_unions):
        return Denied(_("Only the union's staff can close the round."))
    if not details_round.is_open:
        return Denied(_("The round has been closed already."))
    return True


def can_remind(user, details_round, now):
    """Staff and coordinators, each their own part, at most once a day."""
    if not (may := can_follow_rounds(user)):
        return may
    standing = standing_of(user)
    unions = standing.staffed_unions | {area.union for area in standing.areas}
    if not standing.is_administrator and details_round.union_id not in unions:
        return Denied(_("Only the union's own staff and coordinators remind its associations."))
    reason = why_not_now(details_round, user, now)
    return Denied(reason) if reason else True


def can_confirm_details(user, organisation):
    """Its board; for those who tell by phone, the coordinator and the union's staff."""
    if organisation.ended_on:
        return Denied(_("The organisation has ended."))
    return can_edit_organisation(user, organisation)
