"""Lists as CSV and XLSX that no spreadsheet program takes for formulas."""

import csv
import io
import re

import xlsxwriter
from django.http import Http404, HttpResponse

# What makes a spreadsheet calculate or reach out (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH COMMERCIAL AT}")
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain(value):
    """The value as text without control characters, which no spreadsheet can hold."""
    return "" if value is None else UNFIT.sub("", str(value))


def defused(value):
    """The value as text that stays text; numbers stay numbers. ``undefused`` gives the same text back."""
    if isinstance(value, int | float):
        return value
    text = plain(value)
    # A text that already begins with the mark gets one more, so that nothing is lost on the way back.
    inner = text.lstrip("'")
    return f"'{text}" if inner.startswith(("\t", "\n")) or inner.lstrip().startswith(DANGEROUS) else text


def undefused(text):
    """The text of a CSV cell without the mark that ``defused`` put before it."""
    return text[1:] if text.startswith("'") and defused(text[1:]) == text else text


def csv_file(heading, rows):
    """UTF-8 with a byte order mark and semicolons, as Finnish spreadsheet programs read it. Bytes."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([defused(cell) for cell in heading])
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx_file(heading, rows):
    """A workbook with one sheet whose first row stays in sight. Bytes."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, [plain(cell) for cell in heading], bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, int | float):
                sheet.write_number(number, column, cell)
            else:
                # A string cell is never calculated, so the text can stay as it is.
                sheet.write_string(number, column, plain(cell)[:32_000])
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return out.getvalue()


def response(kind, name, heading, rows):
    """A download; ``kind`` is ``csv`` or ``xlsx``. Raises Http404 for any other."""
    if kind == "csv":
        content, content_type = csv_file(heading, rows), "text/csv; charset=utf-8"
    elif kind == "xlsx":
        content, content_type = xlsx_file(heading, rows), XLSX
    else:
        raise Http404
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "private, no-store"},
    )
