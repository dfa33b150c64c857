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


def can_name_organisation(user, organisation):
    """Names and regions are the register's own: the staff of its union keep them."""
    standing = standing_of(user)
    if standing.is_administrator or (organisation.union_id and organisation.union_id in standing.staffed_unions):
        return True
    return Denied(_("Names and regions are kept by the staff of the central organisation."))


def can_brand(user, organisation):
    """A union's colours and logo: its staff."""
    if organisation.kind != Organisation.Kind.UNION:
        return Denied(_("Only a central organisation has colours of its own."))
    standing = standing_of(user)
    if standing.is_administrator or organisation.pk in standing.staffed_unions:
        return True
    return Denied(_("Only the staff of the central organisation can change its colours and logo."))


def can_run_network(user, network):
    """Invite members and end memberships: the network's own board."""
    if network.kind != Organisation.Kind.NETWORK:
        return Denied(_("Only a network has members."))
    standing = standing_of(user)
    if standing.is_administrator or network.pk in standing.boards:
        return True
    return Denied(_("Only the network's own board can invite members."))


def can_see_shared_contacts(user, network):
    """What members share is for those who run the network, and for nobody else: not even an administrator's errand."""
    if network.kind == Organisation.Kind.NETWORK and network.pk in standing_of(user).boards:
        return True
    return Denied(_("Only the network's own board sees the contact details that its members share."))


def can_see_networks(user, organisation):
    """Invitations and what is shared are inner matters."""
    if Organisation.objects.inside(user).filter(pk=organisation.pk).exists():
        return True
    return Denied(_("Only the organisation's own people, its coordinator and the staff see this."))


def can_decide_networks(user, organisation):
    """Its chair or secretary; for a union, which has an office, its staff. Nobody consents for another's board."""
    for seat in standing_of(user).seats:
        if seat.organisation == organisation.pk and seat.kind in ("chair", "secretary", "staff"):
            return True
    return Denied(_("Only the chair or the secretary decides about networks and what is shown to them."))
