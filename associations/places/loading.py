"""Reading the open data of ``data/`` into the tables. Twice the same file changes nothing the second time."""

import datetime
from pathlib import Path

from django.db import transaction

from advocacy_portal.lib.intake import FaultyFile, code, day, one_of, or_blank, or_none, read_lines, text, whole
from associations.places import cycle
from associations.places.models import (
    CouncilSizeRule,
    DecisionCycleStep,
    Election,
    Municipality,
    Service,
    WellbeingRegion,
)

DATA = Path(__file__).parent / "data"
LEVELS = one_of(*Service.Responsible.values)
NAMES = {"name_fi": text(150, needed=True), "name_sv": text(150), "name_en": text(150)}

REGION_COLUMNS = {
    "code": code(2),
    **NAMES,
    "kind": one_of(*WellbeingRegion.Kind.values),
    "population": whole,
    "population_year": whole,
    "language_status": one_of("fi", "sv", "bilingual"),
    "main_city_code": or_blank(code(3)),
    "website_domain": text(100),
    "councillors_2022": or_none(whole),
}
MUNICIPALITY_COLUMNS = {
    "code": code(3),
    "name_fi": text(150, needed=True),
    "name_sv": text(150),
    "region_code": code(2),
    "region_name_fi": text(100, needed=True),
    "region_name_sv": text(100),
    "wellbeing_region_code": or_blank(code(2)),
    "language_status": one_of(*Municipality.Language.values),
    "majority_language": one_of("fi", "sv"),
    "population": whole,
    "population_0_14": whole,
    "population_15_64": whole,
    "population_65_plus": whole,
    "population_year": whole,
    "classification_year": whole,
}
SUCCESSOR_COLUMNS = {"code": code(3), "successor_code": code(3), "valid_to": day}
SERVICE_COLUMNS = {
    "key": text(60, needed=True),
    "service_fi": text(150, needed=True),
    "service_sv": text(150),
    "service_en": text(150),
    "responsible": LEVELS,
    "legal_basis": text(300),
    "since": or_none(day),
    "note": text(2000),
    "source": text(300),
    "verification": text(40),
}


def month_and_day(value):
    date = day(f"2024-{value}")  # a leap year: 29 February is a day too
    return date.month, date.day


CYCLE_COLUMNS = {
    "key": text(60, needed=True),
    "name_fi": text(150, needed=True),
    "name_en": text(150),
    "level": LEVELS,
    "timing_fi": text(300, needed=True),
    "timing_en": text(300),
    "recurrence": one_of("yearly", "council_term", "four_years", "on_demand", "not_verified"),
    "deadline_mm_dd": or_none(month_and_day),
    "legal_basis": text(300),
    "source": text(300),
    "verification": text(40),
}
CYCLE_SV_COLUMNS = {
    "key": text(60, needed=True),
    "name_sv": text(150, needed=True),
    "timing_sv": text(300, needed=True),
}
COUNCIL_COLUMNS = {
    "level": one_of(Service.Responsible.MUNICIPALITY, Service.Responsible.WELLBEING_REGION),
    "population_from": whole,
    "population_to": or_none(whole),
    "min_councillors": whole,
    "legal_basis": text(300),
    "source": text(300),
    "verification": text(40),
}
MAY_BE_MISSING = {"cycle_sv", "successors"}
ELECTION_COLUMNS = {
    "election_type": one_of("parliamentary", "municipal", "county", "presidential", "european"),
    **NAMES,
    "round": or_none(whole),
    "election_date": or_none(day),
    "expected_period": text(20),
    "status": one_of("held", "scheduled", "expected"),
    "scope": text(200, needed=True),
    "advance_voting_start": or_none(day),
    "advance_voting_end": or_none(day),
    "term_start": or_none(day),
    "legal_basis": text(300),
    "date_basis": one_of("sourced", "rule", "not_fixed"),
    "source": text(2000),
    "note": text(2000),
}


class Report:
    """What a load did: one line per change, notes on what was left as it is."""

    def __init__(self):
        self.changes, self.notes, self.counts = [], [], {}

    def change(self, what, line):
        self.counts[what] = self.counts.get(what, 0) + 1
        self.changes.append(line)


def synchronise(model, rows, key, report):
    """Make the table's rows like ``rows`` (dicts), found by ``key``; writes only what differs."""
    word = model.__name__
    known = {getattr(row, key): row for row in model.objects.all()}
    new, changed, touched = [], [], set()
    for facts in rows:
        row = known.get(facts[key])
        if row is None:
            new.append(model(**facts))
            report.change(f"{word} added", f"{word} {facts[key]} added: {facts['name_fi']}")
            continue
        differing = [name for name, value in facts.items() if getattr(row, name) != value]
        for name in differing:
            report.change(
                f"{word} changed", f"{word} {facts[key]} {row.name_fi}: {name} {getattr(row, name)!s} → {facts[name]!s}"
            )
            setattr(row, name, facts[name])
        if differing:
            changed.append(row)
            touched.update(differing)
    if new:
        model.objects.bulk_create(new)
    if changed:
        model.objects.bulk_update(changed, sorted(touched), batch_size=500)
    gone = set(known) - {facts[key] for facts in rows}
    return [known[name] for name in sorted(gone)]


def read_places(folder=DATA):
    """The files, checked one by one and against each other; raises FaultyFile with every fault."""
    wanted = {
        "regions": ("wellbeing_regions.csv", REGION_COLUMNS, lambda row: row["code"]),
        "municipalities": ("municipalities.csv", MUNICIPALITY_COLUMNS, lambda row: row["code"]),
        "services": ("service_responsibilities.csv", SERVICE_COLUMNS, lambda row: row["key"]),
        "cycle": ("decision_cycle.csv", CYCLE_COLUMNS, lambda row: row["key"]),
        "elections": ("elections.csv", ELECTION_COLUMNS, election_key),
        "councils": ("council_size_rules.csv", COUNCIL_COLUMNS, lambda row: (row["level"], row["population_from"])),
        # Our own translations: the source has none.
        "cycle_sv": ("decision_cycle_sv.csv", CYCLE_SV_COLUMNS, lambda row: row["key"]),
        # Kept by hand: which municipality became part of which, and its last day.
        "successors": ("successors.csv", SUCCESSOR_COLUMNS, lambda row: row["code"]),
    }
    sheets, faults = {}, []
    for name, (file, columns, key) in wanted.items():
        if name in MAY_BE_MISSING and not (folder / file).exists():
            sheets[name] = []
            continue
        try:
            sheets[name] = read_lines(folder / file, columns, key)
        except FaultyFile as faulty:
            faults += faulty.faults
    if faults:
        raise FaultyFile(faults)
    regions = {row["code"] for row in sheets["regions"]}
    municipalities = {row["code"] for row in sheets["municipalities"]}
    for row in sheets["municipalities"]:
        where = f"municipalities.csv line {row['line']}"
        if row["wellbeing_region_code"] and row["wellbeing_region_code"] not in regions:
            faults.append(f"{where}: there is no wellbeing region {row['wellbeing_region_code']}")
        ages = row["population_0_14"] + row["population_15_64"] + row["population_65_plus"]
        if ages != row["population"]:
            faults.append(f"{where}: the age groups add up to {ages}, the population is {row['population']}")
    for row in sheets["successors"]:
        if row["successor_code"] not in municipalities:
            faults.append(f"successors.csv line {row['line']}: there is no municipality {row['successor_code']}")
        if row["code"] in municipalities:
            faults.append(f"successors.csv line {row['line']}: {row['code']} is still in municipalities.csv")
    for row in sheets["elections"]:
        if row["election_date"] is None and not row["expected_period"]:
            faults.append(f"elections.csv line {row['line']}: give election_date or expected_period")
    faults += _gaps(sheets["councils"])
    steps = {row["key"] for row in sheets["cycle"]}
    for row in sheets["cycle_sv"]:
        if row["key"] not in steps:
            faults.append(f"decision_cycle_sv.csv line {row['line']}: there is no decision {row['key']}")
    if faults:
        raise FaultyFile(faults)
    return sheets


def _gaps(rows):
    """Every population has one smallest council: the rules of a level begin at 0 and follow each other."""
    faults = []
    for level in sorted({row["level"] for row in rows}):
        following = 0
        for row in sorted((row for row in rows if row["level"] == level), key=lambda row: row["population_from"]):
            if row["population_from"] != following:
                where = f"council_size_rules.csv line {row['line']}"
                faults.append(f"{where}: {level} should go on from {following}, not {row['population_from']}")
            following = None if row["population_to"] is None else row["population_to"] + 1
        if following is not None:
            faults.append(f"council_size_rules.csv: {level} has no rule from {following} on")
    return faults


def election_key(row):
    """Lives through the day being fixed or moved: «european-2029», «presidential-2030-2»."""
    year = row["election_date"].year if row["election_date"] else row["expected_period"][:4]
    return f"{row['election_type']}-{year}" + (f"-{row['round']}" if row["round"] else "")


@transaction.atomic
def load_places(folder=DATA):
    """Bring the tables to what the files say, all or nothing. Returns a Report.

    A municipality that is no longer in the file is not deleted: it gets its last day and, from
    ``successors.csv``, its successor. What hangs on it stays.
    """
    sheets = read_places(folder)
    report = Report()
    gone = synchronise(WellbeingRegion, [region_facts(row) for row in sheets["regions"]], "code", report)
    report.notes += [f"Wellbeing region {row.code} {row.name_fi} is not in the file; left as it is." for row in gone]
    swedish = {row["key"]: row["name_sv"] for row in sheets["cycle_sv"]}
    _municipalities(sheets["municipalities"], sheets["successors"], report)
    for model, rows in [
        (Service, [service_facts(row) for row in sheets["services"]]),
        (DecisionCycleStep, [cycle_facts(row, swedish) for row in sheets["cycle"]]),
        (Election, [election_facts(row) for row in sheets["elections"]]),
    ]:
        gone = synchronise(model, rows, "key", report)
        report.notes += [f"{model.__name__} {row.key} is not in the file; left as it is." for row in gone]
    _council_sizes(sheets["councils"], report)
    # The pages' copy of the decision cycle is made anew from what is committed.
    transaction.on_commit(cycle.forget_steps)
    return report


def _council_sizes(rows, report):
    """The rules as the file has them. One that is gone is deleted: two rules for a population would both be wrong."""
    known = {(rule.level, rule.population_from): rule for rule in CouncilSizeRule.objects.all()}
    for row in rows:
        facts = {name: row[name] for name in COUNCIL_COLUMNS}
        said = f"CouncilSizeRule {row['level']} from {row['population_from']}"
        rule = known.pop((row["level"], row["population_from"]), None)
        if rule is None:
            CouncilSizeRule.objects.create(**facts)
            report.change("CouncilSizeRule added", f"{said} added: {row['min_councillors']}")
            continue
        differing = [name for name, value in facts.items() if getattr(rule, name) != value]
        for name in differing:
            report.change("CouncilSizeRule changed", f"{said}: {name} {getattr(rule, name)!s} → {facts[name]!s}")
            setattr(rule, name, facts[name])
        if differing:
            rule.save(update_fields=differing)
    for rule in known.values():
        report.change("CouncilSizeRule removed", f"CouncilSizeRule {rule} removed")
        rule.delete()


def _municipalities(rows, successors, report):
    year = max(row["classification_year"] for row in rows)
    regions = dict(WellbeingRegion.objects.values_list("code", "pk"))
    known = set(Municipality.objects.values_list("code", flat=True))
    facts = []
    for row in rows:
        municipality = {name: row[name] for name in MUNICIPALITY_COLUMNS if name not in NOT_FACTS}
        municipality["wellbeing_region_id"] = regions.get(row["wellbeing_region_code"])
        municipality["valid_to"] = None
        # The first load cannot know since when the old ones stand; later newcomers begin with their year.
        if known and row["code"] not in known:
            municipality["valid_from"] = datetime.date(year, 1, 1)
        facts.append(municipality)
    gone = synchronise(Municipality, facts, "code", report)
    by_code = {row["code"]: row for row in successors}
    pks = dict(Municipality.objects.values_list("code", "pk")) if gone else {}
    ended = []
    for row in gone:
        said = by_code.get(row.code)
        last_day = said["valid_to"] if said else row.valid_to or datetime.date(year - 1, 12, 31)
        successor = pks[said["successor_code"]] if said else row.successor_id
        if (row.valid_to, row.successor_id) == (last_day, successor):
            continue
        row.valid_to, row.successor_id = last_day, successor
        ended.append(row)
        into = f", continues as {said['successor_code']}" if said else "; its successor is not known"
        report.change("Municipality ended", f"Municipality {row.code} {row.name_fi} ended on {last_day}{into}")
    if ended:
        Municipality.objects.bulk_update(ended, ["valid_to", "successor"])


NOT_FACTS = {"wellbeing_region_code", "classification_year"}


def region_facts(row):
    facts = {name: row[name] for name in REGION_COLUMNS if name != "councillors_2022"}
    return facts | {"councillors": row["councillors_2022"]}


def service_facts(row):
    facts = {name: row[name] for name in SERVICE_COLUMNS if not name.startswith("service_")}
    return facts | {f"name_{language}": row[f"service_{language}"] for language in ("fi", "sv", "en")}


def cycle_facts(row, swedish):
    facts = {name: row[name] for name in CYCLE_COLUMNS if name != "deadline_mm_dd"}
    month, day_of_month = row["deadline_mm_dd"] or (None, None)
    return facts | {"deadline_month": month, "deadline_day": day_of_month, "name_sv": swedish.get(row["key"], "")}


def election_facts(row):
    return {name: row[name] for name in ELECTION_COLUMNS} | {"key": election_key(row)}
