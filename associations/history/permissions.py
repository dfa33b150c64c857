"""Who may read what has been changed."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.roles.standing import standing_of


def can_see_history(user, organisation):
    """Read who changed what: the organisation's chair, the staff of its union, administrators."""
    standing = standing_of(user)
    if standing.is_administrator or organisation.pk in standing.chairs:
        return True
    if organisation.union_id and organisation.union_id in standing.staffed_unions:
        return True
    return Denied(_("Only the chair and the union's staff see who has changed what."))
