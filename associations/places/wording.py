"""The open data in the reader's language: what the source has only in Finnish, from our own translations."""

import csv
import re
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language, gettext_lazy

DATA = Path(__file__).parent / "data"

# verification: (badge, words). Never greener than the data is.
MARKS = {
    "sourced": ("done", gettext_lazy("checked against a source")),
    "sourced_section_known": ("new", gettext_lazy("the duty is from a source, check the section in the act")),
    "sourced_timing_known": ("new", gettext_lazy("the duty is from a source, check the timing in the act")),
    "sourced_timing_not_verified": ("todo", gettext_lazy("the duty is from a source, the timing is not checked")),
}
GENERAL = ("todo", gettext_lazy("general knowledge, check the act"))


def mark(verification):
    """(badge class, words): how well a statement has been checked."""
    return MARKS.get(verification, GENERAL)


def timing(step):
    """When a step of the decision cycle comes, in words."""
    language = get_language()
    if language == "sv":
        return _own("decision_cycle_sv.csv").get(step.key, {}).get("timing_sv") or step.timing_fi
    return (language == "en" and step.timing_en) or step.timing_fi


def note(service):
    """What is good to know of a service's responsibility."""
    language = get_language()
    if service.note and language in ("sv", "en"):
        return _own("service_notes.csv").get(service.key, {}).get(f"note_{language}") or service.note
    return service.note


def legal_basis(text):
    """The acts, named in Swedish to who reads Swedish. The number says which act it is in any language."""
    if get_language() != "sv":
        return text
    for number, act in _own("acts_sv.csv", "number").items():
        text = text.replace(f"{act['name_fi']} {number}", f"{act['name_sv']} {number}")
    return re.sub(r"\bja (?=\d)", "och ", text)


def search_words(service):
    """Every word a person may look for a service by, in small letters."""
    everyday = _own("service_words.csv").get(service.key, {}).get("words", "")
    return re.findall(r"[\w-]+", f"{service.name_fi} {service.name_sv} {service.name_en} {everyday}".lower())


@lru_cache(maxsize=8)
def _own(file, key="key"):
    with open(DATA / file, encoding="utf-8", newline="") as lines:
        return {row[key]: row for row in csv.DictReader(lines)}
