"""A union's staff bring their associations in from a spreadsheet."""

import datetime
import io
import json

import pghistory
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advocacy_portal.lib import sheets
from associations.imports import working, writing
from associations.imports.columns import guess
from associations.imports.models import ImportedChange, RegisterImport
from associations.models import Organisation, OrganisationHistory
from associations.places.loading import DATA
from tests import factories as make


@pytest.fixture
def union(db):
    return make.make_union("Malliliitto ry", short_name="Malli")


@pytest.fixture
def staff(union):
    return make.make_staff(union, name="Taina Toimisto")


@pytest.fixture
def tampere(db):
    return make.make_municipality("837", "Tampere", name_sv="Tammerfors")


def csv(*lines):
    return "\r\n".join(lines).encode()


def upload(union, by, content, subject="organisations", name="rekisteri.csv"):
    return RegisterImport.upload(
        union=union, subject=subject, content=content, file_name=name, by=by, now=timezone.now()
    )


def checked(union, by, content, subject="organisations"):
    one = upload(union, by, content, subject)
    one.start_check(one.mapping, by=by, now=timezone.now())
    working.work(one.pk)
    one.refresh_from_db()
    return one


def brought_in(union, by, content, subject="organisations"):
    one = checked(union, by, content, subject)
    assert one.faults == []
    one.bring_in(by=by, now=timezone.now())
    working.work(one.pk)
    one.refresh_from_db()
    assert one.state == "done", one.failure
    return one


def undone(one, by):
    one.undo(by=by, now=timezone.now())
    working.work(one.pk)
    one.refresh_from_db()
    return one


def counts(one):
    return {key: one.findings[key] for key in ("create", "change", "same", "faults")}


def codes(one):
    return [(row, key, code) for row, key, code, _facts in one.faults]


def snapshot():
    rows = Organisation.objects.order_by("pk").values()
    places = Organisation.municipalities.through.objects.order_by("organisation_id", "municipality_id")
    return list(rows), list(places.values_list("organisation_id", "municipality_id"))


FULL = csv(
    "Jäsennumero;Nimi;Nimi ruotsiksi;Laji;Piiri;Kotikunta;Toimintakunnat;Sähköposti;Puhelin;Verkkosivut;Kieli;"
    "Päättynyt",
    "P1;Pirkanmaan piiri ry;;piiri;;Tampere;;;;;;",
    "101;Harjun yhdistys ry;Åsens förening rf;yhdistys;P1;837;Tampere;harju@example.org;040 123 4567;harju.example.org;"
    "suomi ja ruotsi;",
    "102;Rannan yhdistys ry;;;Pirkanmaan piiri;Tammerfors;;;;;;31.12.2025",
)


def test_a_register_comes_in_with_its_tree(union, staff, tampere):
    one = brought_in(union, staff, FULL)
    assert counts(one) == {"create": 3, "change": 0, "same": 0, "faults": 0}
    district = Organisation.objects.get(member_number="P1")
    first, second = Organisation.objects.filter(kind="association").order_by("member_number")
    assert (district.kind, district.parent, district.union) == ("district", union, union)
    assert (first.parent, first.union, first.home_municipality) == (district, union, tampere)
    assert (first.email, first.phone, first.website) == (
        "harju@example.org",
        "040 123 4567",
        "https://harju.example.org",
    )
    assert (first.name_sv, first.languages, list(first.municipalities.all())) == (
        "Åsens förening rf",
        "fi,sv",
        [tampere],
    )
    assert (second.parent, second.ended_on) == (district, datetime.date(2025, 12, 31))
    assert list(second.municipalities.all()) == [tampere]


def test_the_preview_tells_the_district_that_the_file_itself_makes(union, staff, tampere):
    one = checked(union, staff, FULL)
    _district, first, second = [lines for _row, _verb, _title, lines in one.preview]
    assert ["parent_row", "", "2"] in first and ["parent_row", "", "2"] in second
    # What follows by itself is not said.
    assert not {"languages", "municipalities"} & {key for key, _before, _after in second}


def test_the_same_file_again_changes_nothing(union, staff, tampere):
    brought_in(union, staff, FULL)
    before = snapshot()
    again = checked(union, staff, FULL)
    assert counts(again) == {"create": 0, "change": 0, "same": 3, "faults": 0}
    assert again.preview == []
    assert snapshot() == before


def test_a_known_association_is_changed_and_its_empty_cells_change_nothing(union, staff, tampere):
    known = make.make_association(
        union, "Harjun yhdistys ry", tampere, member_number="101", phone="040 1", introduction="Tervetuloa"
    )
    one = brought_in(union, staff, csv("Jäsennumero;Nimi;Sähköposti;Puhelin", "101;Uusi nimi ry;uusi@example.org;"))
    known.refresh_from_db()
    assert (known.name_fi, known.email, known.phone, known.introduction) == (
        "Uusi nimi ry", "uusi@example.org", "040 1", "Tervetuloa",
    )  # fmt: skip
    ((row, verb, title, lines),) = one.preview
    assert (row, verb, title) == (2, "change", "Harjun yhdistys ry")
    assert lines == [["name_fi", "Harjun yhdistys ry", "Uusi nimi ry"], ["email", "", "uusi@example.org"]]


def test_without_a_number_the_name_tells_which_and_stays_as_it_is(union, staff):
    known = make.make_association(union, "Koivurannan Yhdistys ry", name_sv="Björkstrands förening rf")
    brought_in(union, staff, csv("nimi;jäsennumero;puhelin", "koivurannan yhdistys;77;040 123 4567"))
    known.refresh_from_db()
    assert (known.name_fi, known.member_number, known.phone) == ("Koivurannan Yhdistys ry", "77", "040 123 4567")


def test_history_tells_who_brought_each_row_in(union, staff, tampere):
    known = make.make_association(union, "Vanha ry", tampere, member_number="9")
    one = brought_in(union, staff, csv("numero;nimi;puhelin", "9;Vanha ry;040 123 4567", "10;Uusi ry;"))
    new = Organisation.objects.get(member_number="10")
    lines = OrganisationHistory.objects.filter(pgh_obj__in=[known.pk, new.pk], pgh_context__isnull=False)
    assert sorted(lines.values_list("pgh_obj", "pgh_label")) == [(known.pk, "update"), (new.pk, "insert")]
    assert all(line.pgh_context == {"user": staff.pk, "import": one.pk} for line in lines)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("1;;;;;;;;;;;", (2, "name_fi", "missing")),
        ("1;X;;kerho;;;;;;;;", (2, "kind", "kind")),
        ("1;X;;liitto;;;;;;;;", (2, "kind", "network")),
        ("1;X;;;Olematon piiri;;;;;;;", (2, "parent", "parent")),
        ("1;X;;;Toisen piiri;;;;;;;", (2, "parent", "parent")),
        ("1;X;;piiri;Oma piiri;;;;;;;", (2, "parent", "parent_kind")),
        ("1;X;;;Oman yhdistys;;;;;;;", (2, "parent", "parent_kind")),
        ("1;X;;;;Atlantis;;;;;;", (2, "home_municipality", "municipality")),
        ("1;X;;;;;Tampere, Atlantis;;;;;", (2, "municipalities", "municipality")),
        ("1;X;;;;;;ei osoite;;;;", (2, "email", "email")),
        ("1;X;;;;;;;soita;;;", (2, "phone", "phone")),
        ("1;X;;;;;;;;javascript:alert(1);;", (2, "website", "website")),
        ("1;X;;;;;;;;;klingon;", (2, "languages", "language")),
        ("1;X;;;;;;;;;;31.2.2027", (2, "ended_on", "day")),
        ("1;" + "x" * 201 + ";;;;;;;;;;", (2, "name_fi", "too_long")),
        ("1;X;;;;;;;;;;;;liikaa", (2, "", "too_many_cells")),
        ("5;Oman yhdistys;;piiri;;;;;;;;", (2, "kind", "kind_changes")),
        ("1;Kaksonen;;;;;;;;;;", (2, "name_fi", "several")),
    ],
)
def test_a_faulty_cell_is_told_by_row_and_column_and_nothing_comes_in(union, staff, tampere, line, fault):
    other = make.make_union("Toinen liitto ry")
    make.make_district(other, "Toisen piiri ry")
    make.make_district(union, "Oma piiri ry")
    make.make_association(union, "Oman yhdistys ry", tampere, member_number="5")
    make.make_association(union, "Kaksonen ry", tampere)
    make.make_association(union, "Kaksonen ry", tampere)
    one = checked(union, staff, csv(FULL.decode().splitlines()[0], line, "999;Kunnossa ry;;;;;;;;;;"))
    assert codes(one) == [fault]
    with pytest.raises(PermissionError) as refusal:
        require_apply(one)
    assert refusal
    assert not Organisation.objects.filter(name_fi="Kunnossa ry").exists()


def require_apply(one):
    from associations.imports.permissions import can_apply

    if not (verdict := can_apply(one)):
        raise PermissionError(verdict.reason)


def test_duplicate_rows_are_told_with_the_row_they_repeat(union, staff, tampere):
    make.make_association(union, "Vanha ry", tampere, member_number="9")
    one = checked(
        union, staff,
        csv("numero;nimi", "1;Eka ry", "1;Toka ry", ";Kolmas ry", ";KOLMAS  RY", "9;Vanha ry", ";Vanha ry"),
    )  # fmt: skip
    assert [(row, code, facts["row"]) for row, _key, code, facts in one.faults] == [
        (3, "twice", "2"), (5, "twice", "4"), (7, "twice", "6"),
    ]  # fmt: skip


def test_organisations_of_another_union_are_neither_found_nor_touched(union, staff, tampere):
    other = make.make_union("Toinen liitto ry", member_number="1")
    theirs = make.make_association(other, "Heidän yhdistys ry", tampere, member_number="500", phone="040 999 9999")
    one = brought_in(union, staff, csv("numero;nimi;puhelin", "500;Heidän yhdistys ry;040 123 4567"))
    theirs.refresh_from_db()
    assert (theirs.phone, theirs.union) == ("040 999 9999", other)
    assert counts(one)["create"] == 1
    assert "040 999 9999" not in json.dumps([one.preview, one.faults, one.findings])
    assert Organisation.objects.filter(member_number="500", union=union).count() == 1


def test_an_excel_file_with_dates_and_a_formula_without_a_value(union, staff):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["Malliliiton yhdistykset", None, None],
        [],
        ["Nimi", "Päättynyt", "Puhelin"],
        ["Yksi ry", datetime.datetime(2026, 12, 31), None],
        ["Kaksi ry", None, "=A1"],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    one = checked(union, staff, out.getvalue())
    assert codes(one) == [(5, "phone", "formula")]
    assert one.preview[0][3][1] == ["kind", "", "association"]
    assert ["ended_on", "", "2026-12-31"] in one.preview[0][3]


def test_two_hundred_columns_of_which_ours_are_found(union, staff):
    headings = [f"muu {n}" for n in range(199)]
    headings.insert(120, "Yhdistyksen nimi")
    row = [str(n) for n in range(199)]
    row.insert(120, "Laaja ry")
    one = brought_in(union, staff, csv(";".join(headings), ";".join(row)))
    assert one.mapping == {"name_fi": 120}
    assert Organisation.objects.filter(name_fi="Laaja ry", union=union).exists()


@pytest.mark.parametrize(
    "headings",
    ["Nimi;Jäsennumero;Kotikunta;Sähköposti;Puhelin", "Namn;Medlemsnummer;Hemkommun;E-post;Telefon",
     "Name;Member number;Home municipality;E-mail;Phone number", "NIMI ;Jäsennumero:;Kotikunta (koodi);S-posti;Puh."],
)  # fmt: skip
def test_columns_are_guessed_in_three_languages(headings):
    assert guess("organisations", headings.split(";")) == {
        "name_fi": 0, "member_number": 1, "home_municipality": 2, "email": 3, "phone": 4,
    }  # fmt: skip


def test_columns_once_chosen_are_remembered_for_the_same_headings(union, staff):
    content = csv("aaa;bbb", "Eka ry;x")
    one = upload(union, staff, content)
    assert one.mapping == {}
    one.start_check({"name_fi": 0}, by=staff, now=timezone.now())
    assert upload(union, staff, content).mapping == {"name_fi": 0}
    other = make.make_union("Toinen liitto ry")
    assert upload(other, staff, content).mapping == {}
    assert upload(union, staff, csv("aaa;ccc", "Eka ry;x")).mapping == {}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("union_name", ["MLL", "Tukiliitto"])
def test_the_real_register_is_read_through_the_same_door(staff, union, tampere, kind, union_name):
    """The rows of associations.csv as a union would upload them: columns found by their headings."""
    import csv as reader

    with open(DATA / "associations.csv", encoding="utf-8-sig", newline="") as lines:
        headings, *rows = list(reader.reader(lines))
    rows = [row for row in rows if row[0] == union_name and row[headings.index("level")] != "national"]
    code, place = headings.index("municipality_code"), headings.index("municipality_fi")
    for number, (one, name) in enumerate(sorted({(row[code], row[place]) for row in rows if row[code]})):
        if one != "837":
            make.make_municipality(one, name)
    # Their own «organisation» column names the union, not the association.
    headings[0] = "union"
    write = sheets.csv_file if kind == "csv" else sheets.xlsx_file
    one = brought_in(union, staff, write(headings, rows))
    assert counts(one)["create"] == len(rows) > 3
    for row in rows:
        found = Organisation.objects.get(name_fi=row[headings.index("name")], union=union)
        parent = row[headings.index("parent_district")]
        assert found.kind == {"district": "district", "local": "association"}[row[headings.index("level")]]
        assert found.parent.name_fi == (parent or union.name_fi)
        assert (found.home_municipality.code if found.home_municipality else "") == row[code]


# --- all or nothing -----------------------------------------------------------------------------------------------


def test_a_fault_in_the_middle_leaves_nothing_half_done(union, staff, tampere, monkeypatch):
    make.make_association(union, "Vanha ry", tampere, member_number="1")
    lines = [f"{n};Yhdistys {n} ry;040 123 4567" for n in range(1, 30)]
    one = checked(union, staff, csv("numero;nimi;puhelin", *lines))
    before = snapshot()
    monkeypatch.setattr(writing, "CHUNK", 10)
    monkeypatch.setattr(writing.chunks, "__defaults__", (10,))
    written, note = [], writing.Writer.note

    def fail_later(self, model, changes):
        note(self, model, changes)
        written.append(len(changes))
        if len(written) == 2:
            raise RuntimeError("the machine was unplugged")

    monkeypatch.setattr(writing.Writer, "note", fail_later)
    one.bring_in(by=staff, now=timezone.now())
    with pytest.raises(RuntimeError):
        working.work(one.pk)
    assert sum(written) == 20
    assert snapshot() == before
    assert not ImportedChange.objects.exists()
    one.refresh_from_db()
    assert one.state == "running"
    # The sweep gives it to another worker, who does all of it.
    monkeypatch.setattr(writing.Writer, "note", note)
    working.work(one.pk)
    one.refresh_from_db()
    assert one.state == "done"
    assert Organisation.objects.filter(union=union, kind="association").count() == 29
    # The negative control: without the fault the second run changes nothing.
    after = snapshot()
    working.work(one.pk)
    assert snapshot() == after


def test_what_fails_three_times_is_given_up(union, staff, monkeypatch):
    one = checked(union, staff, csv("nimi;puhelin", "Yksi ry;"))
    one.bring_in(by=staff, now=timezone.now())

    def crash(*args, **more):
        raise RuntimeError

    monkeypatch.setattr(working, "bring_in", crash)
    for _try in range(3):
        with pytest.raises(RuntimeError):
            working.work(one.pk)
    working.work(one.pk)
    one.refresh_from_db()
    assert (one.state, json.loads(one.failure)[0]) == ("failed", "interrupted")


def test_pressed_twice_it_is_done_once(union, staff):
    one = checked(union, staff, csv("nimi;puhelin", "Yksi ry;"))
    same = RegisterImport.objects.get(pk=one.pk)
    one.bring_in(by=staff, now=timezone.now())
    with pytest.raises(ValidationError):
        same.bring_in(by=staff, now=timezone.now())
    working.work(one.pk)
    working.work(one.pk)
    assert Organisation.objects.filter(name_fi="Yksi ry").count() == 1


def test_a_register_that_changed_since_the_preview_is_shown_anew(union, staff, tampere):
    one = checked(union, staff, csv("numero;nimi;puhelin", "1;Yksi ry;040 123 4567"))
    make.make_association(union, "Yksi ry", tampere, member_number="1")
    one.bring_in(by=staff, now=timezone.now())
    working.work(one.pk)
    one.refresh_from_db()
    assert (one.state, one.findings["changed"], counts(one)["change"]) == ("checked", True, 1)
    one.bring_in(by=staff, now=timezone.now())
    working.work(one.pk)
    one.refresh_from_db()
    assert (one.state, "changed" in one.findings) == ("done", False)


def test_a_change_at_the_very_same_moment_is_not_written_over(union, staff, tampere, monkeypatch):
    known = make.make_association(union, "Yksi ry", tampere, member_number="1", phone="040 1")
    one = checked(union, staff, csv("numero;nimi;puhelin", "1;Yksi ry;040 123 4567"))
    one.bring_in(by=staff, now=timezone.now())
    write = working.write

    def somebody_is_faster(*args):
        Organisation.objects.filter(pk=known.pk).update(phone="040 777 7777")
        return write(*args)

    monkeypatch.setattr(working, "write", somebody_is_faster)
    working.work(one.pk)
    one.refresh_from_db()
    known.refresh_from_db()
    # The test's faster one sat in the same transaction, so it went back too; the import wrote nothing.
    assert (one.state, one.findings["changed"], known.phone) == ("checked", True, "040 1")


def test_whoever_left_the_office_brings_nothing_in_any_more(union, staff):
    one = checked(union, staff, csv("nimi;puhelin", "Yksi ry;"))
    one.bring_in(by=staff, now=timezone.now())
    staff.roles.update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    working.work(one.pk)
    one.refresh_from_db()
    assert (one.state, json.loads(one.failure)[0]) == ("failed", "not_staff")
    assert not Organisation.objects.filter(name_fi="Yksi ry").exists()


@pytest.mark.parametrize("content", [b"nimi;puhelin\n" + b"x;y\n" * 50_001, b'nimi;puhelin\na;b\nc;d\ne;f\n"g;h\n'])
def test_a_file_whose_fault_shows_only_at_its_end_fails_with_one_sentence(union, staff, content):
    one = checked(union, staff, content)
    assert one.state == "failed"
    assert one.why_failed


# --- undo ---------------------------------------------------------------------------------------------------------


def test_an_import_is_undone_to_the_last_value(union, staff, tampere):
    espoo = make.make_municipality("049", "Espoo")
    known = make.make_association(union, "Vanha ry", tampere, member_number="102", phone="040 1")
    known.municipalities.set([tampere, espoo])
    before = snapshot()
    one = brought_in(union, staff, FULL)
    assert snapshot() != before
    assert undone(one, staff).state == "undone"
    assert snapshot() == before
    with pytest.raises(ValidationError):
        one.undo(by=staff, now=timezone.now())


@pytest.mark.parametrize("code", ["changed_since", "used_since", "gone_since", "same_row_by_hand"])
def test_what_has_changed_since_is_told_and_nothing_is_undone(union, staff, tampere, code):
    known = make.make_association(union, "Vanha ry", tampere, member_number="9")
    one = brought_in(union, staff, csv("numero;nimi;puhelin", "9;Vanha ry;040 123 4567", "10;Uusi ry;", "11;Toka ry;"))
    new = Organisation.objects.get(member_number="10")
    whose = "Uusi ry"
    if code == "changed_since":
        whose = "Vanha ry"
        Organisation.objects.filter(pk=known.pk).update(phone="050 1")
    elif code == "same_row_by_hand":
        # Even a field that the import never touched: the row is somebody's work now.
        with pghistory.context(user=known.pk):
            Organisation.objects.filter(pk=new.pk).update(introduction="Tervetuloa")
        code = "changed_since"
    elif code == "used_since":
        make.make_board_member(new)
    else:
        Organisation.objects.filter(pk=new.pk).delete()
    before = snapshot()
    undone(one, staff)
    assert (one.state, json.loads(one.failure)[0]) == ("done", "cannot_undo")
    ((name, _field, found, _facts),) = one.faults
    assert (name, found) == (whose, code)
    assert snapshot() == before


def test_an_undo_waits_for_the_undo_of_a_later_import(union, staff, tampere):
    first = brought_in(union, staff, csv("numero;nimi;puhelin", "1;Yksi ry;040 111 1111"))
    second = brought_in(union, staff, csv("numero;nimi;puhelin", "1;Yksi ry;040 222 2222"))
    assert undone(first, staff).state == "done"
    assert undone(second, staff).state == "undone"
    # The row is again as the first left it, but its history is not: a person looks at it.
    assert Organisation.objects.get(member_number="1").phone == "040 111 1111"


# --- size ---------------------------------------------------------------------------------------------------------


def made_rows(count, start=0):
    lines = [f"N{n};Yhdistys {n} ry;Tampere;y{n}@example.org;040 123 {n:04}" for n in range(start, start + count)]
    return csv("numero;nimi;kotikunta;sähköposti;puhelin", *lines)


@pytest.mark.parametrize("verb", ["create", "change"])
def test_each_thousand_rows_cost_the_same_number_of_queries(union, staff, tampere, verb, monkeypatch):
    monkeypatch.setattr(working, "recount", lambda *args, **more: None)
    asked = {}
    for start, count in ((0, 1000), (10_000, 2000), (20_000, 3000)):
        content = made_rows(count, start)
        if verb == "change":
            brought_in(union, staff, content.replace(b"040 123", b"040 000"))
        one = checked(union, staff, content)
        assert counts(one)[verb] == count
        one.bring_in(by=staff, now=timezone.now())
        with CaptureQueriesContext(
            connection,
        ) as seen:
            working.work(one.pk)
        asked[count] = len(seen)
    assert asked[3000] - asked[2000] == asked[2000] - asked[1000] <= 6


def test_progress_is_told_while_the_work_goes_on(union, staff, tampere, monkeypatch):
    told = []
    one = checked(union, staff, made_rows(2500))
    one.bring_in(by=staff, now=timezone.now())
    tell = RegisterImport.tell_progress

    def listen(self, done, total):
        tell(self, done, total)
        told.append(RegisterImport.objects.get(pk=one.pk).percent)

    monkeypatch.setattr(RegisterImport, "tell_progress", listen)
    working.work(one.pk)
    assert told == [40, 80, 100]


def test_the_addresses_of_the_room_exist():
    assert reverse("associations:import_list") == "/tuonti/"
