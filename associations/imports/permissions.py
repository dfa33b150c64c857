"""Who may bring a register in, and who may take it back, and when."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.access import Denied
from associations.imports.models import RegisterImport
from associations.imports.querysets import UNDONE_WITHIN
from associations.organisations.models import Organisation
from associations.roles.standing import standing_of


def can_import(user):
    """The staff of a central organisation, and administrators."""
    standing = standing_of(user)
    if standing.staffed_unions or standing.is_administrator:
        return True
    return Denied(_("Only the staff of a central organisation bring registers in."))


def is_still_staff(user, union):
    """Asked again when the worker begins: a role may have ended while the file waited."""
    if user and Organisation.objects.staffed_by(user).filter(pk=union.pk).exists():
        return True
    return Denied(_("The person who started this no longer works for the union."))


def can_name_columns(register_import):
    if register_import.state not in (RegisterImport.State.UPLOADED, RegisterImport.State.CHECKED):
        return Denied(_("The columns can no longer be changed. Upload the file again."))
    if not register_import.file:
        return Denied(_("The file has been removed because it was old. Upload it again."))
    return True


def can_apply(register_import):
    if register_import.state != RegisterImport.State.CHECKED:
        return Denied(_("Only a checked file can be brought in."))
    if not register_import.file:
        return Denied(_("The file has been removed because it was old. Upload it again."))
    if register_import.findings.get("faults"):
        return Denied(_("All rows come in or none does. Mend the faults in the file and upload it again."))
    if not register_import.to_do:
        return Denied(_("The register already says all that the file says. There is nothing to bring in."))
    return True


def can_undo(register_import, now):
    if register_import.state != RegisterImport.State.DONE:
        return Denied(_("Only a finished import can be undone."))
    if now > register_import.applied_at + UNDONE_WITHIN:
        return Denied(_("An import can be undone for 24 hours. After that, mend the details by hand."))
    return True
