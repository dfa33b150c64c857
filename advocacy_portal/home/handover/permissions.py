"""Who hands over whose role, and who reads the handover pack."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.home.handover.giving import why_not
from advocacy_portal.lib.access import Denied
from associations.models import Organisation, Role
from associations.roles.standing import BOARD_KINDS, standing_of

BOARDS = (Organisation.Kind.ASSOCIATION, Organisation.Kind.DISTRICT)


def roles_seen_by(user):
    """One's own roles, and those in organisations whose inner matters one sees."""
    return Role.objects.filter(Q(person=user) | Q(organisation__in=Organisation.objects.inside(user).values("pk")))


def packs_seen_by(user, now):
    """Organisations whose handover pack is this person's to read: insiders, and the board entered ahead."""
    today = timezone.localtime(now).date()
    coming = Role.objects.board().filter(person=user, starts_on__gt=today).values("organisation")
    inside = Organisation.objects.inside(user).values("pk")
    return Organisation.objects.active().filter(Q(pk__in=inside) | Q(pk__in=coming), kind__in=BOARDS)


def can_hand_over(user, role, now):
    """One's own board role; another's for the chair, the coordinator and the union's staff."""
    if role.kind not in BOARD_KINDS:
        return Denied(_("Only the roles of a board are handed over here."))
    if not (role.person_id == user.pk or _looks_after(user, role.organisation)):
        return Denied(
            _("Only %(person)s, the chair, the coordinator and the union's staff can hand over this role.")
            % {"person": role.person}
        )
    reason = why_not(role, timezone.localtime(now).date())
    return Denied(reason) if reason else True


def _looks_after(user, organisation):
    standing = standing_of(user)
    if standing.is_administrator or organisation.pk in standing.chairs:
        return True
    if organisation.union_id in standing.staffed_unions:
        return True
    if any(area.district == organisation.pk for area in standing.areas):
        return True
    return Organisation.objects.looked_after_by(user).filter(pk=organisation.pk).exists()
