"""What a cell says: text that people typed, read as a day, a place, a role. Raises Fault for what it cannot mean."""

import datetime
import re
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from advocacy_portal.lib.phones import check_phone
from associations.imports.columns import folded
from associations.imports.faults import Fault

KINDS = {
    "association": "yhdistys jäsenyhdistys paikallisyhdistys association förening medlemsförening lokalförening local "
    "paikallinen",
    "district": "piiri tukipiiri piirijärjestö district distrikt kretsdistrikt",
    "union": "liitto keskusjärjestö union förbund centralorganisation national valtakunnallinen",
    "network": "verkosto network nätverk",
}
ROLES = {
    "member": "jäsen; member; medlem; henkilöjäsen",
    "board_member": "hallituksen jäsen; hallitus; board member; board; styrelsemedlem; styrelseledamot; "
    "ledamot i styrelsen; medlem i styrelsen; styrelse; varajäsen; hallituksen varajäsen; deputy; suppleant; "
    "varapuheenjohtaja; vice chair; deputy chair; vice ordförande; viceordförande; rahastonhoitaja; treasurer; kassör",
    "chair": "puheenjohtaja; pj; chair; chairperson; ordförande",
    "secretary": "sihteeri; secretary; sekreterare",
    "advocacy_officer": "vaikuttamisvastaava; vaikuttamistyön vastaava; vaikuttamisyhdyshenkilö; advocacy officer; "
    "påverkansansvarig; ansvarig för påverkan; intressebevakare",
    # Known, so that the refusal can say why.
    "refused": "aluekoordinaattori; koordinaattori; coordinator; regional coordinator; koordinator; "
    "regionkoordinator; työntekijä; toimisto; staff; personal; anställd; lakineuvoja; lakimies; legal adviser; jurist; "
    "juridisk rådgivare; ylläpitäjä; administrator; administratör; pääkäyttäjä",
}
LANGUAGES = {
    "fi": "fi suomi finska finnish suomeksi",
    "sv": "sv ruotsi svenska swedish ruotsiksi",
    "en": "en englanti engelska english englanniksi",
    "se": "se pohjoissaame nordsamiska",
    "smn": "smn inarinsaame enaresamiska",
}
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split()}
ROLE_OF = {folded(word): role for role, words in ROLES.items() for word in words.split(";")}
LANGUAGE_OF = {word: code for code, words in LANGUAGES.items() for word in words.split()}
LANGUAGE_OF |= {"pohjoissaami": "se", "inarinsaami": "smn", "northern sámi": "se", "inari sámi": "smn"}
check_website = URLValidator(schemes=["http", "https"])


def text(most, value):
    value = " ".join(value.split())
    if len(value) > most:
        raise Fault("too_long", most=most)
    return value


def checked(code, most, check, value):
    value = text(most, value)
    try:
        check(value)
    except ValidationError:
        raise Fault(code, value=value) from None
    return value


def email(value):
    # People's programs write «mailto:» before it.
    return checked("email", 254, validate_email, re.sub(r"(?i)^mailto:", "", value).lower())


phone = partial(checked, "phone", 40, check_phone)


def website(value):
    if value and not re.match(r"(?i)[a-z][a-z0-9+.-]*:", value):
        value = f"https://{value}"
    return checked("website", 200, check_website, value)


def day(value):
    """1.1.2027, 01.01.2027 or 2027-01-01 (with a clock or without), from 1850 to 2200."""
    found = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", value)
    parts = (found[3], found[2], found[1]) if found else ()
    if not found and (found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d\d:\d\d(?::\d\d)?)?", value)):
        parts = found.groups()
    try:
        read = datetime.date(*(int(part) for part in parts))
    except (TypeError, ValueError):
        raise Fault("day", value=value) from None
    if not 1850 <= read.year <= 2200:
        raise Fault("day", value=value)
    return read


def kind(value):
    found = KIND_OF.get(folded(value).removesuffix(" ry"))
    if found is None:
        raise Fault("kind", value=value)
    return found


def role(value):
    found = ROLE_OF.get(folded(value))
    if found is None:
        raise Fault("role", value=value)
    if found == "refused":
        raise Fault("role_not_given")
    return found


def language(value):
    if (found := LANGUAGE_OF.get(folded(value))) not in ("fi", "sv", "en"):
        raise Fault("language", value=value)
    return found


def languages(value):
    """«suomi ja ruotsi», «fi, sv», «finska/svenska» → «fi,sv»."""
    codes = []
    for part in parts_of(re.sub(r"\s(ja|och|and|&)\s", ",", value)):
        code = LANGUAGE_OF.get(folded(part))
        if code is None:
            raise Fault("language", value=part)
        if code not in codes:
            codes.append(code)
    return ",".join(codes)


def parts_of(value):
    return [part.strip() for part in re.split(r"[,;/\n]", value) if part.strip()]


class Places:
    """Municipalities of today by code and by name in Finnish and Swedish."""

    def __init__(self, municipalities):
        self.names, self.found = {}, {}
        for one in municipalities:
            self.names[one.pk] = one.name_fi
            for word in (one.code, one.name_fi, one.name_sv):
                if word:
                    self.found.setdefault(folded(word), one.pk)

    def one(self, value):
        word = folded(value)
        # A spreadsheet program turns the code 005 into the number 5.
        word = word.zfill(3) if word.isdecimal() else word
        found = self.found.get(word) or self.found.get(re.sub(r" (kunta|kaupunki|kommun|stad)$", "", word))
        if found is None:
            raise Fault("municipality", value=value)
        return found

    def several(self, value):
        return sorted({self.one(part) for part in parts_of(value)})
