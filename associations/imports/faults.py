"""What can be wrong in a file, kept as a code with its facts and told in the reader's language."""

from django.utils.translation import gettext_lazy as _

from advocacy_portal.lib.spreadsheets import REASONS

SHOWN = 80

FAULTS = {
    "missing": _("This cell is empty. Every row needs it."),
    "too_long": _("Longer than %(most)s signs."),
    "too_many_cells": _("The row has more cells than there are headings. Is a quotation mark missing?"),
    "formula": _("There is a formula without a result. Open the file in a spreadsheet program, save it, try again."),
    "email": _("“%(value)s” is not an e-mail address."),
    "phone": _("“%(value)s” is not a phone number."),
    "website": _("“%(value)s” is not a web address."),
    "day": _("“%(value)s” is not a day. Write it as 31.12.2027."),
    "municipality": _("There is no municipality “%(value)s”."),
    "kind": _("“%(value)s” is not a kind we know. Write association or district."),
    "network": _("Central organisations and networks are not brought in from a file."),
    "kind_changes": _("The register says this is another kind of organisation. Its kind is not changed by a file."),
    "language": _("“%(value)s” is not a language we know."),
    "parent": _("“%(value)s” was not found among the union's organisations."),
    "parent_kind": _("An organisation of this kind cannot belong to “%(value)s”."),
    "organisation": _("“%(value)s” was not found among the union's organisations."),
    "ended": _("“%(value)s” has ended, so nobody gets a role in it."),
    "several": _("Several organisations are called “%(value)s”. Give the member number."),
    "twice": _("Row %(row)s is about the same one."),
    "role": _("“%(value)s” is not a role we know."),
    "role_not_given": _("This role is not given by a file. Members and boards are; others are added one by one."),
    "backwards": _("The role ends before it begins."),
    "name_differs": _("Row %(row)s has another name for the same e-mail address."),
    # Why something cannot be taken back.
    "changed_since": _("Somebody has changed this after the import."),
    "gone_since": _("Somebody has removed this after the import."),
    "used_since": _("Something else has been tied to this after the import: %(what)s."),
    "logged_in": _("This person has logged in already."),
    "accepted": _("This person has accepted the invitation already."),
}
FAILURES = {
    "not_staff": _("The person who started this no longer works for the union, so nothing was done."),
    "too_long": _("The work took too long and was stopped. Nothing was changed. Divide the file in two."),
    "interrupted": _("The work was interrupted three times. Nothing was changed. Try again in a while."),
    "file_gone": _("The file has been removed because it was old. Upload it again."),
    "collision": _("Somebody changed the register at the same moment. Nothing was changed. Check the file again."),
    "cannot_undo": _(
        "The import was not undone, because all of it is taken back or nothing is. See the reasons below."
    ),
}


class Fault(Exception):
    """A cell that cannot be used."""

    def __init__(self, code, **facts):
        self.code = code
        self.facts = {name: str(fact)[:SHOWN] for name, fact in facts.items()}
        super().__init__(code)


def words(code, facts):
    """The fault as a sentence in the reader's language."""
    return FAULTS[code] % facts


def failure_words(code, facts):
    return (FAILURES.get(code) or REASONS[code]) % facts
