"""Reading a spreadsheet that a person uploads: CSV as programs write it, or XLSX. Nothing in it is ever calculated.

Limits are checked before the work, on what the file really holds and not on what it says of itself.
"""

import csv
import datetime
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from itertools import chain

from django.utils.translation import gettext_lazy as _

from advocacy_portal.lib.sheets import UNFIT, plain, undefused

MOST_BYTES = 10_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 300
MOST_CELLS = 3_000_000
MOST_UNPACKED = 100_000_000
# Parts that are read whole before the first row: styles, the list of sheets.
MOST_IN_A_SMALL_PART = 5_000_000
MOST_PARTS = 2_000
# A sheet of one repeated word packs to about a fiftieth; a bomb to a thousandth.
MOST_RATIO = 300
LONGEST_CELL = 32_000
LAST_ROW_OF_XLSX = 1_048_576
HEADING_WITHIN = 50
# The first rows are looked for no further: a page waits for them.
HEAD_WITHIN = 1_000

REASONS = {
    "empty": _("The file is empty."),
    "too_big": _("The file is larger than 10 MB. Divide it in two."),
    "too_many_rows": _("The file has more than 50,000 rows. Divide it in two."),
    "too_many_columns": _("The file has more than 300 columns. Take away those that are not needed."),
    "too_many_cells": _("The file is too large. Take away the columns that are not needed."),
    "bomb": _("The file unpacks to something far too large, so it was not opened."),
    "entities": _("The file holds definitions that no spreadsheet program writes, so it was not opened."),
    "old_excel": _("The file is in the old Excel format or behind a password. Save it as XLSX without a password."),
    "not_sheet": _("The file is not a spreadsheet. Save it as XLSX or CSV."),
    "broken": _("The file is broken and cannot be opened. Save it again as XLSX or CSV."),
    "quotes": _("Line %(line)s cannot be read: its quotation marks do not match."),
    "no_headings": _("The file has no heading row. The first row must name the columns."),
    "no_rows": _("The file has headings but no rows."),
}


class Unreadable(Exception):
    """The file cannot be used; ``code`` names the reason, ``words`` says it in one sentence."""

    def __init__(self, code, **facts):
        self.code, self.facts = code, facts
        super().__init__(code)

    @property
    def words(self):
        return REASONS[self.code] % self.facts


@dataclass
class Row:
    """A row: its number in the file, its cells as text, and numbers of columns that cannot be trusted."""

    number: int
    cells: list
    # Columns (from 0) with a formula that has no stored value.
    unknown: list = field(default_factory=list)
    # More cells than the heading row has: a line of CSV that was cut in the wrong place.
    is_too_long: bool = False


@dataclass
class Sheet:
    headings: list
    rows: list


def read(content, head=None):
    """The sheet in ``content`` (bytes); only its first ``head`` rows when that is given. Raises Unreadable."""
    if not content.strip():
        raise Unreadable("empty")
    if len(content) > MOST_BYTES:
        raise Unreadable("too_big")
    if content.startswith(b"PK\x03\x04"):
        rows = _xlsx_rows(content, last=None if head is None else HEAD_WITHIN)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_excel")
    else:
        rows = _csv_rows(_decoded(content))
    return _sheet(rows, head)


def _sheet(rows, head):
    """Headings and rows. Empty rows, and a title above the headings, are passed over."""
    rows = _filled(rows)
    above = []
    for row in rows:
        above.append(row)
        # A title, often a merged cell, stands alone on its row.
        if len([cell for cell in row.cells if cell]) > 1 or len(above) > HEADING_WITHIN:
            break
    if not above:
        raise Unreadable("no_headings")
    several = len([cell for cell in above[-1].cells if cell]) > 1
    heading, waiting = (above[-1], []) if several else (above[0], above[1:])
    headings = list(heading.cells)
    while headings and not headings[-1]:
        headings.pop()
    width = len(headings)
    if width > MOST_COLUMNS:
        raise Unreadable("too_many_columns")
    kept = []
    for one in chain(waiting, rows):
        one.is_too_long = one.is_too_long and any(one.cells[width:])
        one.cells = (one.cells + [""] * width)[:width]
        one.unknown = [column for column in one.unknown if column < width]
        if not any(one.cells) and not one.unknown:
            continue
        kept.append(one)
        if head is not None and len(kept) >= head:
            break
        if len(kept) > MOST_ROWS:
            raise Unreadable("too_many_rows")
        if len(kept) * width > MOST_CELLS:
            raise Unreadable("too_many_cells")
    if not kept:
        raise Unreadable("no_rows")
    return Sheet(headings, kept)


def _filled(rows):
    return (row for row in rows if any(row.cells) or row.unknown)


def _plain(text):
    """Text without control signs, in one piece; inner line breaks are kept."""
    return UNFIT.sub("", str(text).replace("\r\n", "\n").replace("\u00a0", " ")).strip()[:LONGEST_CELL]


# --- CSV -------------------------------------------------------------------------------------------------------

OTHER_KINDS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"Rar!",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"\x7fELF",
)


def _decoded(content):
    """The text: UTF-8 or UTF-16 where the file is that, else the Western code page of Windows (Latin-1)."""
    if content.startswith(OTHER_KINDS):
        raise Unreadable("not_sheet")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = _in("utf-16", content)
    elif content.startswith(b"\xef\xbb\xbf"):
        text = _in("utf-8-sig", content)
    elif content[1:200:2].count(0) > 20 or content[:200:2].count(0) > 20:
        # UTF-16 without its mark: every other byte of plain letters is nothing.
        text = _in("utf-16-le" if content[1:200:2].count(0) > 20 else "utf-16-be", content)
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            try:
                text = content.decode("cp1252")
            except UnicodeDecodeError:
                text = content.decode("latin-1")
    start = text[:4000]
    if len(UNFIT.findall(start.replace("\r", ""))) > max(10, len(start) / 20):
        raise Unreadable("not_sheet")
    if re.match(r"\s*<(!doctype|html|\?xml)", start, re.IGNORECASE):
        raise Unreadable("not_sheet")
    return text


def _in(encoding, content):
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("broken") from None


def _csv_rows(text):
    text = text.replace("\x00", "")
    first = 1
    # Excel's own first line that names the separator.
    if named := re.match(r"\ufeff?\"?sep=(.)\"?\r?\n", text):
        delimiter, text, first = named.group(1), text[named.end() :], 2
    else:
        delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first
    try:
        for cells in lines:
            # Ten million separators on one line are refused for their number, not read first.
            cells = cells[: MOST_COLUMNS + 1]
            yield Row(number, [_plain(undefused(plain(cell))) for cell in cells], is_too_long=True)
            number = first + lines.line_num
    except csv.Error:
        raise Unreadable("quotes", line=number) from None


def _delimiter(text):
    """The one that the first lines use most, outside quotation marks."""
    start = re.sub(r'"[^"]*"', "", "\n".join(text[:20_000].splitlines()[:20]))
    return max(";\t,", key=start.count)


# --- XLSX ------------------------------------------------------------------------------------------------------

SMALL_PARTS = re.compile(r"(styles|workbook|theme\d*|core|app|custom|\[Content_Types\])\.xml$|\.rels$")


def _xlsx_rows(content, last=None):
    import openpyxl

    formulas = _check_package(content)
    try:
        # Values as they were last stored; a formula is never worked out.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not sheets:
            raise Unreadable("no_headings")
        title = sheets[0].title
        blank_formulas = _formulas_without_value(content, title, last) if formulas else {}
        for number, cells in _raw_rows(book[title], last):
            unknown = blank_formulas.get(number, [])
            # A file of a few kilobytes can leave a million rows empty between two.
            if unknown or not _is_blank(cells):
                yield Row(number, [_cell_text(cell) for cell in cells], unknown=unknown)
    except Unreadable:
        raise
    except Exception:  # openpyxl, zipfile, zlib and the parser each raise their own for a broken file
        raise Unreadable("broken") from None


def _raw_rows(sheet, last=None):
    """(number, values), up to row ``last``: what a sheet says of its own size is not believed."""
    sheet.reset_dimensions()
    # The headings are among the first rows; what stands to the right of them has no name.
    start = sheet.iter_rows(max_row=HEADING_WITHIN + 1, max_col=MOST_COLUMNS + 1, values_only=True)
    width = max(
        (column for cells in start for column, cell in enumerate(cells, start=1) if cell is not None), default=1
    )
    for number, cells in enumerate(sheet.iter_rows(max_col=width, values_only=True), start=1):
        if last is not None and number > last:
            return
        if number > LAST_ROW_OF_XLSX:
            raise Unreadable("too_many_rows")
        yield number, cells


def _is_blank(cells):
    return cells.count(None) == len(cells)


def _formulas_without_value(content, title, last=None):
    """{row: [columns]}: where a formula stands but its value was never stored (a program wrote the file)."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    values = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    found = {}
    for (number, cells), (_number, stored) in zip(
        _raw_rows(book[title], last), _raw_rows(values[title], last), strict=False
    ):
        for column, cell in enumerate(() if _is_blank(cells) else cells):
            is_formula = (isinstance(cell, str) and cell.startswith("=")) or type(cell).__name__.endswith("Formula")
            if is_formula and column < len(stored) and stored[column] is None:
                found.setdefault(number, []).append(column)
    return found


def _check_package(content):
    """Unpack every part once, counting; says whether some sheet has formulas. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names and not any(name.startswith("xl/") for name in names):
                raise Unreadable("not_sheet")
            if len(parts) > MOST_PARTS:
                raise Unreadable("bomb")
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable("old_excel")
            total, formulas = 0, False
            for part in parts:
                size, has_formulas = _check_part(package, part, total)
                total += size
                formulas |= has_formulas
            if total > MOST_UNPACKED // 10 and total > MOST_RATIO * len(content):
                raise Unreadable("bomb")
            return formulas
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Unreadable("broken") from None


def _check_part(package, part, before):
    limit = MOST_IN_A_SMALL_PART if SMALL_PARTS.search(part.filename) else MOST_UNPACKED
    is_xml = part.filename.endswith((".xml", ".rels", ".vml"))
    is_sheet = part.filename.startswith("xl/worksheets/")
    size, formulas, tail = 0, False, b""
    with package.open(part) as stream:
        while piece := stream.read(1_000_000):
            size += len(piece)
            if size > limit or before + size > MOST_UNPACKED:
                raise Unreadable("bomb")
            if is_xml:
                # UTF-16 would hide the words; without its nothings they stand plain.
                seen = (tail + piece).replace(b"\x00", b"")
                if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                    raise Unreadable("entities")
                formulas |= is_sheet and bool(re.search(rb"<(\w+:)?f[ />]", seen))
                tail = seen[-16:]
    return size, formulas


def _cell_text(value):
    """A cell as text: days as 2027-01-31, whole numbers without decimals."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return _plain(value)
