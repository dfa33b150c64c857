"""An import in the reader's words: sample, preview and faults, as the pages and files show them."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from associations.imports.columns import fields_of, letter
from associations.imports.faults import words
from associations.organisations.models import LANGUAGES, Organisation
from associations.roles.models import Role

SHOWN_FAULTS = 50
LONGEST = 120


@dataclass
class Told:
    """A fault: where, and what is wrong."""

    row: object
    field: str
    words: str


def sample_of(register_import):
    """[(name of the column, heading, [first cells])]: the file turned so that a phone can show it."""
    return [
        (letter(number), heading, [cut(row[number]) for row in register_import.sample if number < len(row)])
        for number, heading in enumerate(register_import.columns)
    ]


def cut(text):
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def labels_of(register_import):
    """{field: its label, with the file's own heading where it has one}"""
    return {one.key: str(one.label) for one in fields_of(register_import.subject)}


def preview_of(register_import):
    """[(row, verb, title, [(label, before, after)])] in the reader's language."""
    labels = labels_of(register_import)
    return [
        (
            row,
            verb,
            title,
            [(_label(labels, key), _told(key, before), _told(key, after)) for key, before, after in lines],
        )
        for row, verb, title, lines in register_import.preview
    ]


def _label(labels, key):
    return labels["parent" if key == "parent_row" else key]


def _told(key, value):
    if not value:
        return ""
    if key in ("ended_on", "starts_on", "ends_on"):
        return date_format(day) if (day := parse_date(value)) else value
    if key == "kind":
        return str(dict(Organisation.Kind.choices).get(value, value))
    if key == "role":
        return str(dict(Role.Kind.choices).get(value, value))
    if key == "language":
        return str(dict(settings.LANGUAGES).get(value, value))
    if key == "languages":
        names = dict(LANGUAGES)
        return ", ".join(str(names.get(code, code)) for code in value.split(","))
    if key == "parent_row" and value.isdecimal():
        return _("the district of row %(row)s") % {"row": value}
    return cut(value)


def faults_of(register_import, most=None):
    """The faults in the reader's language; all of them, or the first ``most``."""
    labels = labels_of(register_import)
    headings = {key: register_import.columns[column] for key, column in register_import.mapping.items()
                if column < len(register_import.columns)}  # fmt: skip
    return [
        Told(row, headings.get(key) or labels.get(key, ""), words(code, facts))
        for row, key, code, facts in register_import.faults[:most]
    ]
