"""Our fields and the columns of a file: which is which, guessed from how people name them."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from associations.imports.models import RegisterImport


@dataclass(frozen=True)
class Field:
    """A field of ours that a column may fill. ``words``: headings people use for it, in fi, sv and en."""

    key: str
    label: str
    words: str
    needed: bool = False
    hint: str = ""


ORGANISATIONS = [
    Field(
        "name_fi",
        _("Name in Finnish"),
        "nimi; name; namn; yhdistys; yhdistyksen nimi; jäsenyhdistys; järjestö; nimi suomeksi; name_fi; "
        "association; organisation; förening; föreningens namn; namn på finska",
        needed=True,
    ),
    Field(
        "name_sv",
        _("Name in Swedish"),
        "nimi ruotsiksi; ruotsinkielinen nimi; namn på svenska; svenskt namn; swedish name; name in swedish; name_sv",
    ),
    Field(
        "kind",
        _("Kind of organisation"),
        "laji; tyyppi; taso; level; kind; type; typ; nivå; slag; organisaatiotyyppi; järjestötyyppi",
        hint=_("Association or district. Without this column all are associations."),
    ),
    Field(
        "parent",
        _("District or union it belongs to"),
        "piiri; tukipiiri; piirijärjestö; kuuluu; belongs to; distrikt; district; parent; parent_district; "
        "hör till; ylempi järjestö",
        hint=_("By name or member number. Without it a new association belongs straight to the union."),
    ),
    Field(
        "member_number",
        _("Member number"),
        "jäsennumero; yhdistysnumero; yhdistyksen numero; numero; medlemsnummer; föreningsnummer; member number; "
        "member_number; tunnus; id; nro",
        hint=_("An organisation is known by this. Without it, by its name."),
    ),
    Field(
        "home_municipality",
        _("Home municipality"),
        "kotikunta; kotipaikka; kunta; hemkommun; hemort; kommun; home municipality; municipality; "
        "municipality_code; kuntakoodi; kommunkod; kuntanumero",
        hint=_("Name in Finnish or Swedish, or the code of three figures."),
    ),
    Field(
        "municipalities",
        _("Municipalities of operation"),
        "toimintakunnat; toiminta-alue; toimialue; verksamhetskommuner; verksamhetsområde; "
        "municipalities of operation; municipalities; area of operation; works in; kunnat",
        hint=_("Several with a comma or semicolon between them."),
    ),
    Field(
        "email",
        _("E-mail"),
        "sähköposti; sähköpostiosoite; email; e-mail; e-mail address; e-post; epost; e-postadress; s-posti",
    ),
    Field("phone", _("Phone number"), "puhelin; puhelinnumero; puh; phone; phone number; telefon; telefonnummer; tel"),
    Field(
        "website",
        _("Website"),
        "verkkosivut; verkkosivu; kotisivut; kotisivu; www; www-sivut; website; website_domain; web; webbplats; "
        "hemsida; url",
    ),
    Field(
        "languages",
        _("Languages of service"),
        "kieli; kielet; palvelukielet; asiointikieli; språk; servicespråk; language; languages; languages of service",
    ),
    Field(
        "ended_on",
        _("Ended on"),
        "päättynyt; lopettanut; lakkautettu; purettu; toiminta päättynyt; upphörd; upphört; avslutad; ended; "
        "ended on; ended_on",
        hint=_("Such as 31.12.2026."),
    ),
]
PEOPLE = [
    Field(
        "name",
        _("Name"),
        "nimi; koko nimi; henkilö; henkilön nimi; namn; hela namnet; person; name; full name; jäsen",
        needed=True,
    ),
    Field(
        "email",
        _("E-mail"),
        "sähköposti; sähköpostiosoite; email; e-mail; e-mail address; e-post; epost; e-postadress; s-posti",
        needed=True,
        hint=_("A person is known by this."),
    ),
    Field(
        "role",
        _("Role"),
        "tehtävä; rooli; luottamustehtävä; asema; role; uppgift; roll; position; förtroendeuppdrag; uppdrag",
        needed=True,
        hint=_("Member, board member, chair, secretary or advocacy officer."),
    ),
    Field(
        "organisation",
        _("Organisation"),
        "yhdistys; yhdistyksen nimi; järjestö; jäsenyhdistys; jäsennumero; yhdistysnumero; association; organisation; "
        "member number; förening; föreningens namn; medlemsnummer; piiri",
        needed=True,
        hint=_("Its member number or name."),
    ),
    Field("phone", _("Phone number"), "puhelin; puhelinnumero; puh; phone; phone number; telefon; telefonnummer; tel"),
    Field(
        "starts_on",
        _("Begins on"),
        "alkaa; alkaen; alku; alkupäivä; mistä; kausi alkaa; börjar; från; from; start; starts on; start date",
        hint=_("Such as 1.1.2027. Without it a new role begins today."),
    ),
    Field(
        "ends_on",
        _("Ends on"),
        "päättyy; asti; loppu; loppupäivä; mihin; kausi päättyy; slutar; till; to; end; ends on; end date; until",
        hint=_("Such as 31.12.2027. Without it the role goes on until further notice."),
    ),
    Field("language", _("Language"), "kieli; asiointikieli; språk; language"),
]
FIELDS = {RegisterImport.Subject.ORGANISATIONS: ORGANISATIONS, RegisterImport.Subject.PEOPLE: PEOPLE}


def fields_of(subject):
    return FIELDS[subject]


def folded(text):
    """A word as it is compared: small letters, one space between, no colons or brackets."""
    text = unicodedata.normalize("NFC", text).casefold().replace("_", " ")
    return " ".join(re.sub(r"\([^)]*\)|[:.*?\"']", " ", text).split())


def guess(subject, headings):
    """{field: number of the column}: exact words first, then headings that begin with one. No column twice."""
    named = [folded(heading) for heading in headings]
    wanted = {one.key: [folded(word) for word in one.words.split(";")] for one in fields_of(subject)}
    found = {}
    for fits in (lambda name, word: name == word, lambda name, word: len(word) > 3 and name.startswith(word + " ")):
        for key, words in wanted.items():
            if key in found:
                continue
            # A field's own order of words decides between two columns.
            columns = (
                number
                for word in words
                for number, name in enumerate(named)
                if name and number not in found.values() and fits(name, word)
            )
            if (number := next(columns, None)) is not None:
                found[key] = number
    return found


def letter(number):
    """The name of a column in a spreadsheet program: A, B, …, AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
