"""The directory as a file: what is public of the organisations that a search found."""

import csv

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext as _

from advocacy_portal.lib import sheets
from associations.organisations.models import LANGUAGES, Organisation
from associations.places.models import Municipality, WellbeingRegion

# A workbook is built in memory, a text file flows row by row.
MOST_IN_A_WORKBOOK = 10_000
A_TIME = 1000


def heading():
    return [
        _("Name"),
        _("Name in Swedish"),
        _("Short name"),
        _("Kind"),
        _("District"),
        _("Central organisation"),
        _("Home municipality"),
        _("Wellbeing region"),
        _("Works in"),
        _("Languages of service"),
        _("E-mail"),
        _("Phone number"),
        _("Website"),
    ]


def rows_of(organisations):
    """The rows, fetched some at a time. Names of places and of parents come from small lists read once."""
    places = Municipality.objects.in_bulk()
    regions = WellbeingRegion.objects.in_bulk()
    above = {
        one.pk: one
        for one in Organisation.objects.exclude(kind=Organisation.Kind.ASSOCIATION).only("kind", "name_fi", "name_sv")
    }
    kinds = {value: str(label) for value, label in Organisation.Kind.choices}
    languages = {code: str(label) for code, label in LANGUAGES}
    working, covering = Organisation.municipalities.through, Organisation.wellbeing_regions.through
    whole = organisations.annotate(
        works_in=ArraySubquery(working.objects.filter(organisation=OuterRef("pk")).values("municipality")),
        covers=ArraySubquery(covering.objects.filter(organisation=OuterRef("pk")).values("wellbeingregion")),
    ).values_list(
        "name_fi", "name_sv", "short_name", "kind", "parent_id", "union_id", "home_municipality_id", "covers",
        "works_in", "languages", "email", "phone", "website",
    )  # fmt: skip
    for (
        name, name_sv, short_name, kind, parent, union, home, covers, works_in, codes, email, phone, website,
    ) in whole.iterator(chunk_size=A_TIME):  # fmt: skip
        district = above.get(parent)
        home = places.get(home)
        covers = covers or ([home.wellbeing_region_id] if home and home.wellbeing_region_id else [])
        yield [
            name,
            name_sv,
            short_name,
            kinds[kind],
            district.name if district and district.kind == Organisation.Kind.DISTRICT else "",
            above[union].name if union in above else "",
            home.name if home else "",
            ", ".join(sorted(regions[pk].name for pk in covers)),
            ", ".join(sorted(places[pk].name for pk in works_in)),
            ", ".join(languages.get(code, code) for code in codes.replace(" ", "").split(",") if code),
            email,
            phone,
            website,
        ]


class Echo:
    """A file that hands back what is written, for a writer that wants one."""

    def write(self, value):
        return value


def csv_lines(organisations):
    """UTF-8 with a byte order mark and semicolons, as ``sheets.csv_file`` writes it, line by line."""
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield b"\xef\xbb\xbf" + writer.writerow([sheets.defused(cell) for cell in heading()]).encode()
    for row in rows_of(organisations):
        yield writer.writerow([sheets.defused(cell) for cell in row]).encode()


def response(kind, organisations):
    """A download; ``kind`` is ``csv`` or ``xlsx``. Raises Http404 for any other.

    More than a workbook takes is told to the reader before, never cut short here.
    """
    if kind == "xlsx":
        return sheets.response(kind, "yhdistykset", heading(), rows_of(organisations))
    if kind != "csv":
        raise Http404
    return StreamingHttpResponse(
        csv_lines(organisations),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="yhdistykset.csv"',
            "Cache-Control": "private, no-store",
        },
    )
