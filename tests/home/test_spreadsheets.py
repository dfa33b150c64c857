"""What people upload as a spreadsheet, and what pretends to be one."""

import csv
import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy_portal.lib import sheets
from advocacy_portal.lib.spreadsheets import Unreadable, read

LINES = "Nimi;Kotikunta\r\nÄänekosken yhdistys;Äänekoski\r\nÅbo förening;Åbo\r\n"
ROWS = [["Äänekosken yhdistys", "Äänekoski"], ["Åbo förening", "Åbo"]]


def cells(content, **more):
    return [row.cells for row in read(content, **more).rows]


def book(*rows, change=None):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(content, changes):
    """The same package with some parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in changes:
                new.writestr(part.filename, old.read(part.filename))
        for name, data in changes.items():
            new.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_as_programs_write_it(encoding, separator):
    sheet = read(LINES.replace(";", separator).encode(encoding))
    assert sheet.headings == ["Nimi", "Kotikunta"]
    assert [row.cells for row in sheet.rows] == ROWS
    assert [row.number for row in sheet.rows] == [2, 3]


def test_the_separator_line_of_excel_is_no_heading():
    assert cells(b"sep=|\r\na|b\r\n1|2\r\n") == [["1", "2"]]


def test_quoted_separators_and_line_breaks_stay_in_their_cell():
    content = b'nimi;"a;b"\n"x;y";"1\n2"\n3;4\n'
    sheet = read(content)
    assert sheet.headings == ["nimi", "a;b"]
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, ["x;y", "1\n2"]), (4, ["3", "4"])]


def test_control_signs_are_taken_away_and_empty_rows_passed_over():
    assert cells(b"a;b\n\x00x\x07;y\n;\n\n 1 ;2\n") == [["x", "y"], ["1", "2"]]


def test_a_title_above_the_headings_is_passed_over():
    def merge(made):
        made.active.merge_cells("A1:C1")

    content = book(["Jäsenet 2027", None, None], [None] * 3, ["Nimi", "Kunta", ""], ["A", "B", None], change=merge)
    sheet = read(content)
    assert (sheet.headings, [row.cells for row in sheet.rows]) == (["Nimi", "Kunta"], [["A", "B"]])
    assert sheet.rows[0].number == 4


def test_one_column_alone_is_a_sheet_too():
    assert cells(b"nimi\nx\ny\n") == [["x"], ["y"]]


def test_cells_of_excel_become_the_text_one_sees():
    row = [datetime.datetime(2027, 1, 31), datetime.date(2027, 2, 1), 123.0, 1.5, True, None, " x "]
    headings = [f"c{n}" for n in range(7)]
    assert cells(book(headings, row)) == [["2027-01-31", "2027-02-01", "123", "1.5", "1", "", "x"]]


def test_a_formula_is_never_worked_out_and_is_told_when_it_has_no_value():
    (row,) = read(book(["a", "b"], ["x", "=1+1"])).rows
    assert (row.cells, row.unknown) == (["x", ""], [1])
    # As a text in CSV it is a text.
    assert cells(b'a;b\nx;"=HYPERLINK(""http://x"")"\n') == [["x", '=HYPERLINK("http://x")']]


def test_a_formula_with_its_stored_value_is_that_value():
    content = book(["a", "b"], ["x", "=1+1"])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").replace(b"<v/>", b"<v>2</v>").replace(b"<v></v>", b"<v>2</v>")
    (row,) = read(repacked(content, {"xl/worksheets/sheet1.xml": sheet})).rows
    assert (row.cells, row.unknown) == (["x", "2"], [])


def test_two_hundred_columns_are_fine_and_three_hundred_and_one_are_not():
    assert len(read(book([f"c{n}" for n in range(200)], list(range(200)))).headings) == 200
    for content in (
        book([f"c{n}" for n in range(301)], list(range(301))),
        ";".join(f"c{n}" for n in range(301)).encode() + b"\n1;2\n",
    ):
        with pytest.raises(Unreadable) as fault:
            read(content)
        assert fault.value.code == "too_many_columns"


def test_headings_may_stand_twice():
    assert read(b"a;a\n1;2\n").headings == ["a", "a"]


def test_only_the_beginning_is_read_when_that_is_enough():
    assert len(read(b"a;b\n" + b"1;2\n" * 100 + b'"broken', head=3).rows) == 3


def test_a_line_with_too_many_cells_is_told():
    assert [row.is_too_long for row in read(b"a;b\n1;2;3\n1;2;;\n").rows] == [True, False]


BAD = {
    "empty": b"  \n ",
    "too_big": b"a;b\n" + b"1;2\n" * 2_500_001,
    "too_many_rows": b"a;b\n" + b"1;2\n" * 50_001,
    "old_excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500,
    "not_sheet": b"%PDF-1.7 something",
    "no_rows": b"a;b\n",
    "quotes": b'a;b\n1;2\n"x;y\n',
    "broken": b"PK\x03\x04 this is no package",
}


@pytest.mark.parametrize("code", BAD)
def test_a_broken_file_gets_one_clear_sentence(code):
    with pytest.raises(Unreadable) as fault:
        read(BAD[code])
    assert fault.value.code == code
    assert str(fault.value.words)


@pytest.mark.parametrize(
    "content",
    [b"<html><table><tr><td>x</td></tr></table></html>", bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + b"\x00" * 100],
)
def test_other_files_are_no_spreadsheets(content):
    with pytest.raises(Unreadable) as fault:
        read(content)
    assert fault.value.code == "not_sheet"


def test_another_zip_is_no_spreadsheet():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(Unreadable) as fault:
        read(out.getvalue())
    assert fault.value.code == "not_sheet"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/media/image1.png", "xl/styles.xml"])
def test_a_bomb_is_not_opened(part):
    bomb = repacked(book(["a", "b"], [1, 2]), {part: b" " * 101_000_000})
    assert len(bomb) < 1_000_000
    with pytest.raises(Unreadable) as fault:
        read(bomb)
    assert fault.value.code == "bomb"


def test_a_bomb_that_lies_of_its_size_is_not_opened():
    bomb = bytearray(repacked(book(["a", "b"], [1, 2]), {"xl/worksheets/sheet1.xml": b" " * 120_000_000}))
    true, small = (120_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bomb.count(true)
    with pytest.raises(Unreadable):
        read(bytes(bomb.replace(true, small)))


def test_a_sheet_that_packs_too_well_is_not_opened():
    with pytest.raises(Unreadable) as fault:
        read(repacked(book(["a", "b"], [1, 2]), {"xl/worksheets/sheet1.xml": b" " * 40_000_000}))
    assert fault.value.code == "bomb"


ENTITIES = """<?xml version="1.0"{encoding}?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&e;</t></is></c>
<c r="B1" t="inlineStr"><is><t>b</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_definitions_that_could_read_other_files_are_refused(encoding, part):
    words = ENTITIES.replace("{encoding}", f' encoding="{encoding}"').encode(encoding)
    with pytest.raises(Unreadable) as fault:
        read(repacked(book(["a", "b"], [1, 2]), {part: words}))
    assert fault.value.code == "entities"


def test_a_row_far_down_is_refused_and_not_waited_for():
    sheet = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    <row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>
    <row r="999999999"><c r="A999999999"><v>1</v></c></row></sheetData></worksheet>"""
    with pytest.raises(Unreadable) as fault:
        read(repacked(book(["a", "b"], [1, 2]), {"xl/worksheets/sheet1.xml": sheet}))
    assert fault.value.code == "too_many_rows"


def test_parts_cut_in_two_are_broken_files():
    whole = book(["a", "b"], *([n, n] for n in range(500)))
    with pytest.raises(Unreadable):
        read(whole[: len(whole) // 2])
    with pytest.raises(Unreadable) as fault:
        read(repacked(whole, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}))
    assert fault.value.code == "broken"


# --- What we write ourselves comes back as it was (QUALITY line 32) ------------------------------------------------

LIVE = ("=", "+", "-", "@", "\t", "\r")
PAYLOADS = [f"{sign}cmd|' /C calc'!A0" for sign in (*LIVE, " =", "\n=", "\x00=", "'=", "''@", "＝", "＋")]


def fit(text):
    return sheets.plain(text).replace("\u00a0", " ").strip()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_dangerous_text_is_no_formula_and_comes_back_as_it_was(payload):
    for write in (sheets.csv_file, sheets.xlsx_file):
        content = write(["nimi", "kunta"], [[payload, "x"]])
        ((got, other),) = cells(content)
        assert (got.strip(), other) == (fit(payload), "x")
    written = sheets.csv_file(["nimi", "kunta"], [[payload, "x"]]).decode("utf-8-sig")
    (_heading, (first, _other)) = csv.reader(io.StringIO(written, newline=""), delimiter=";")
    assert not first.lstrip().startswith(LIVE)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_comes_back_from_a_csv_of_ours(text):
    # Row breaks of other scripts are written inside quotes or as they are; both stay in the cell.
    content = sheets.csv_file(["nimi", "kunta"], [[text, "x"]])
    ((first, second),) = cells(content)
    assert second == "x"
    assert first.strip() == fit(text).strip()
