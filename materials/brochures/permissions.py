"""Who may write a brochure. What one may see is said in querysets.py."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from materials.brochures.models import BrochureFile
from materials.brochures.querysets import associations_of


def can_edit_brochure(user, association):
    """The board of the association, its coordinator and the union's staff."""
    if associations_of(user).filter(pk=association.pk).exists():
        return True
    return Denied(_("Only the association's board, its coordinator and the union's staff can edit the brochure."))


def can_request_pdf(user, brochure):
    """Whoever edits a brochure orders its PDF, once the association's part is filled in."""
    if brochure.pk is None or not brochure.version:
        return Denied(_("Fill in the association's part first."))
    return can_edit_brochure(user, brochure.association)


def can_retry(user, file):
    """Whoever edits a brochure has a PDF that failed made again."""
    if file.state != BrochureFile.State.FAILED:
        return Denied(_("Only a PDF that failed can be made again."))
    return can_edit_brochure(user, file.brochure.association)
