"""Reading real organisations from ``associations.csv``: unions, districts, associations.

The file fills what is empty and never undoes what people have written. Nothing is guessed: an association
whose district the sources do not tell hangs on its union.
"""

import re

from django.db import transaction

from advocacy_portal.lib.intake import FaultyFile, code, one_of, or_blank, or_none, read_lines, text, whole
from associations.organisations.models import Organisation
from associations.places.loading import DATA, Report
from associations.places.models import Municipality, WellbeingRegion

KINDS = {"national": "union", "district": "district", "local": "association"}
COLUMNS = {
    "organisation": text(60, needed=True),
    "level": one_of(*KINDS),
    "name": text(200, needed=True),
    "municipality_code": or_blank(code(3)),
    "parent_district": text(200),
    "area_region_codes": text(100),
    "website_domain": text(200),
    "source": text(250),
    "source_year": or_none(whole),
    "note": text(500),
}


def read_associations(path):
    """The rows, in an order where parents come first; raises FaultyFile with every fault."""
    rows = read_lines(path, COLUMNS, lambda row: (row["organisation"], row["level"], row["name"]))
    municipalities = set(Municipality.objects.values_list("code", flat=True))
    unions = {row["organisation"] for row in rows if row["level"] == "national"}
    districts = {(row["organisation"], row["name"]) for row in rows if row["level"] == "district"}
    faults = []
    for row in rows:
        where = f"{path.name} line {row['line']}"
        if row["organisation"] not in unions:
            faults.append(f"{where}: {row['organisation']} has no line of level national")
        if row["municipality_code"] and row["municipality_code"] not in municipalities:
            faults.append(f"{where}: there is no municipality {row['municipality_code']} (run load_places first)")
        if row["parent_district"] and (row["organisation"], row["parent_district"]) not in districts:
            faults.append(f"{where}: {row['parent_district']} has no line of level district")
    if faults:
        raise FaultyFile(faults)
    return sorted(rows, key=lambda row: list(KINDS).index(row["level"]))


@transaction.atomic
def load_associations(path=DATA / "associations.csv"):
    """Bring the organisations of the file into the register, all or nothing. Returns a Report."""
    rows = read_associations(path)
    report = Report()
    municipalities = Municipality.objects.in_bulk(field_name="code")
    known = {(row.kind, row.union_id if row.kind != "union" else None, row.name_fi): row for row in
             Organisation.objects.all()}  # fmt: skip
    unions, districts, homes = {}, {}, {}
    for row in rows:
        kind = KINDS[row["level"]]
        union = unions.get(row["organisation"])
        parent = districts.get((row["organisation"], row["parent_district"]), union) if kind == "association" else union
        home = municipalities.get(row["municipality_code"])
        organisation = known.get((kind, union.pk if union else None, row["name"]))
        facts = {
            "name_sv": swedish_name(row["note"]),
            "short_name": row["organisation"] if kind == "union" else "",
            "home_municipality": home,
            "website": website(row["website_domain"]),
            "source": row["source"] + (f" ({row['source_year']})" if row["source_year"] else ""),
        }
        if organisation is None:
            organisation = Organisation.objects.create(kind=kind, name_fi=row["name"], parent=parent, **facts)
            if home:
                organisation.municipalities.add(home)
            report.change(f"{kind} added", f"{kind} added: {row['name']}")
        else:
            _fill(organisation, facts, parent, report)
        if kind == "union":
            unions[row["organisation"]] = organisation
        elif kind == "district":
            districts[row["organisation"], row["name"]] = organisation
        elif home and parent.kind == "district":
            homes.setdefault(parent.pk, set()).add(home.wellbeing_region_id)
    for row in rows:
        if KINDS[row["level"]] == "district":
            district = districts[row["organisation"], row["name"]]
            _cover(district, row["area_region_codes"], homes.get(district.pk, set()), report)
    return report


def _fill(organisation, facts, parent, report):
    """Write what is still empty. A district that has become known replaces the union as parent."""
    filled = {name: value for name, value in facts.items() if value and not getattr(organisation, name)}
    if parent and parent.kind == "district" and organisation.parent_id == organisation.union_id:
        filled["parent"] = parent
    if not filled:
        return
    for name, value in filled.items():
        setattr(organisation, name, value)
        report.change(f"{organisation.kind} changed", f"{organisation.name_fi}: {name} → {value}")
    organisation.save(update_fields=list(filled))


def _cover(district, region_codes, homes, report):
    """Give a district that has none its wellbeing regions: those of its maakunta, else of its associations."""
    if district.wellbeing_regions.exists():
        return
    codes = [part.strip() for part in region_codes.split(";") if part.strip()]
    if codes:
        regions = WellbeingRegion.objects.filter(municipalities__region_code__in=codes).distinct()
    else:
        regions = WellbeingRegion.objects.filter(pk__in=homes - {None})
    regions = list(regions)
    if regions:
        district.wellbeing_regions.set(regions)
        names = ", ".join(region.name_fi for region in regions)
        report.change("district changed", f"{district.name_fi}: covers {names}")


def swedish_name(note):
    """«Svenska: Mannerheims Barnskyddsförbund rf.» in the note is the only Swedish name the sources give."""
    found = re.search(r"Svenska: (.+? rf)\b", note)
    return found.group(1) if found else ""


def website(domain):
    """The site as an address. The source gives bare domains, sometimes several: the first is not
    the district's own then, so none is shown."""
    return f"https://{domain}/" if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) else ""
