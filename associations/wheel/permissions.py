"""Who keeps a union's own dates."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.roles.standing import standing_of


def can_keep_own_dates(user):
    """The staff of a central organisation, for their own union."""
    standing = standing_of(user)
    if standing.staffed_unions or standing.is_administrator:
        return True
    return Denied(_("Only the staff of a central organisation keep its own dates on the year wheel."))


def can_edit_own_date(user, date):
    """The staff of the union whose date it is."""
    standing = standing_of(user)
    if date.union_id in standing.staffed_unions or standing.is_administrator:
        return True
    return Denied(_("Only the staff of the union whose date this is can change it."))
