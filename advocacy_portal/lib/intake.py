"""Reading a CSV file that people keep: every fault of every line is told at once, by line and column."""

import csv
import datetime
import re


class FaultyFile(Exception):
    """The file cannot be used; ``faults`` are sentences that say where and why."""

    def __init__(self, faults):
        self.faults = faults
        super().__init__("\n".join(faults))


def text(longest, needed=False):
    def read(value):
        if needed and not value:
            raise ValueError("is empty")
        if len(value) > longest:
            raise ValueError(f"is longer than {longest} signs")
        return value

    return read


def code(digits):
    def read(value):
        if not re.fullmatch(rf"[0-9]{{{digits}}}", value):
            raise ValueError(f"{value!r} is not a code of {digits} digits")
        return value

    return read


def whole(value):
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError(f"{value!r} is not a whole number")
    return int(value)


def day(value):
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is not a day such as 2027-04-18")


def one_of(*allowed):
    def read(value):
        if value not in allowed:
            raise ValueError(f"{value!r} is not one of: {', '.join(allowed)}")
        return value

    return read


def or_none(read):
    return lambda value: read(value) if value else None


def or_blank(read):
    return lambda value: read(value) if value else ""


def read_lines(path, columns, key):
    """Rows of a CSV file as dicts of ``columns`` (name: reader), with ``line``; raises FaultyFile.

    ``key`` tells what may stand only once: it takes a row and returns it.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            sheet = csv.DictReader(lines)
            missing = [name for name in columns if name not in (sheet.fieldnames or [])]
            if missing:
                raise FaultyFile([f"{path.name}: the first line lacks: {', '.join(missing)}"])
            raw = [(sheet.line_num, row) for row in sheet]
    except OSError as fault:
        raise FaultyFile([f"{path.name}: cannot be opened in {path.parent} ({fault.strerror})"])
    except (UnicodeDecodeError, csv.Error) as fault:
        raise FaultyFile([f"{path.name}: cannot be read as CSV in UTF-8 ({fault})"])
    rows, faults, seen = [], [], {}
    for number, cells in raw:
        if None in cells or None in cells.values():
            faults.append(f"{path.name} line {number}: does not have {len(sheet.fieldnames)} values")
            continue
        row = _read_line(cells, columns, f"{path.name} line {number}", faults)
        if row is None:
            continue
        row["line"] = number
        if (first := seen.setdefault(key(row), number)) != number:
            faults.append(f"{path.name} line {number}: {key(row)} is already on line {first}")
        rows.append(row)
    if not raw:
        faults.append(f"{path.name}: has no rows")
    if faults:
        raise FaultyFile(faults)
    return rows


def _read_line(cells, columns, where, faults):
    """The line's values, or None when any of them is faulty; the faults are added to ``faults``."""
    row, sound = {}, True
    for name, read in columns.items():
        try:
            row[name] = read(cells[name].replace("\x00", "").strip())
        except ValueError as fault:
            faults.append(f"{where}: {name} {fault}")
            sound = False
    return row if sound else None
