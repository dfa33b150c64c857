"""What a file would do: read row by row, compared with the register, nothing written yet."""

import datetime
import hashlib
import json
from dataclasses import dataclass, field

from advocacy_portal.lib.spreadsheets import Unreadable, read
from associations.imports.columns import fields_of
from associations.imports.faults import Fault

PREVIEWED = 200


@dataclass
class Plan:
    """The outcome of a check. ``work`` is what the subject's own module needs to bring the rows in."""

    work: list = field(default_factory=list)
    faults: list = field(default_factory=list)  # [row, field, code, facts]
    preview: list = field(default_factory=list)  # [row, "create" or "change", title, [[field, before, after]]]
    counts: dict = field(default_factory=lambda: {"create": 0, "change": 0, "same": 0})

    def fault(self, row, key, fault):
        self.faults.append([row, key, fault.code, fault.facts])

    def tell(self, row, verb, title, lines):
        """Count a row, and show it while there is room."""
        self.counts[verb] += 1
        if verb != "same" and len(self.preview) < PREVIEWED:
            self.preview.append([row, verb, title, lines])

    def findings(self):
        faulty = {row for row, _key, _code, _facts in self.faults}
        return self.counts | {"faults": len(faulty), "digest": self.digest()}

    def digest(self):
        """What was promised: when it differs at the time of doing, the register has changed in between."""
        told = [one.told() for one in self.work]
        return hashlib.sha256(json.dumps([told, len(self.faults)], default=str).encode()).hexdigest()


def plan_of(register_import, today):
    """The plan of a file with its chosen columns. Raises Unreadable."""
    from associations.imports import organisation_rows, people_rows

    rooms = {"organisations": organisation_rows, "people": people_rows}
    sheet = sheet_of(register_import)
    return rooms[register_import.subject].plan(register_import.union, rows_of(sheet, register_import), today)


def sheet_of(register_import):
    if not register_import.file:
        raise Unreadable("empty")
    with register_import.file.storage.open(register_import.file.name, "rb") as stored:
        return read(stored.read())


@dataclass
class FileRow:
    """A row of the file by our own fields. ``faults`` were seen before any cell was read."""

    number: int
    cells: dict
    faults: list

    def read(self, plan, key, reader, default=None):
        """The value of a cell; ``default`` for an empty one; None and a fault in the plan for a bad one."""
        typed = self.cells.get(key, "")
        if not typed:
            return default
        try:
            return reader(typed)
        except Fault as fault:
            plan.fault(self.number, key, fault)
            return None

    def need(self, plan, key, reader):
        if not self.cells.get(key):
            plan.fault(self.number, key, Fault("missing"))
            return None
        return self.read(plan, key, reader)


def rows_of(sheet, register_import):
    mapping = register_import.mapping
    if any(column >= len(sheet.headings) for column in mapping.values()):
        raise Unreadable("broken")
    key_of = {column: key for key, column in mapping.items()}
    keys = [one.key for one in fields_of(register_import.subject)]
    rows = []
    for row in sheet.rows:
        faults = [["", Fault("too_many_cells")]] if row.is_too_long else []
        faults += [[key_of[column], Fault("formula")] for column in row.unknown if column in key_of]
        cells = {key: row.cells[mapping[key]] for key in keys if key in mapping}
        # A row that says nothing in the chosen columns (a line of sums, a remark) is not one of ours.
        if any(cells.values()) or faults:
            rows.append(FileRow(row.number, cells, faults))
    return rows


def json_able(value):
    return value.isoformat() if isinstance(value, datetime.date) else value
