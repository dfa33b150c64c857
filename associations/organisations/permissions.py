"""Who may change what the register says about an organisation."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.organisations.models import Organisation
from associations.roles.standing import standing_of


def can_edit_organisation(user, organisation):
    """Its board, the staff of its union, the coordinator of its area."""
    standing = standing_of(user)
    if standing.is_administrator or organisation.pk in standing.boards:
        return True
    if organisation.union_id and organisation.union_id in standing.staffed_unions:
        return True
    if any(area.district == organisation.pk for area in standing.areas):
        return True
    if standing.areas and Organisation.objects.looked_after_by(user).filter(pk=organisation.pk).exists():
        return True
    return Denied(
        _(
            "Only the organisation's own board, the coordinator of its area "
            "and the union's staff can change these details."
        )
    )


def can_see_area(user):
    """Coordinators see their area, staff their whole union."""
    standing = standing_of(user)
    if standing.areas or standing.staffed_unions or standing.is_administrator:
        return True
    return Denied(_("This page is for regional coordinators and the staff of central organisations."))
