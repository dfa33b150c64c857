"""The pages of an import as staff, their colleagues and strangers meet them."""

import datetime
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from associations.imports import tasks, working
from associations.imports.models import RegisterImport
from associations.models import Organisation
from tests import factories as make
from tests.associations.test_imports_organisations import (  # noqa: F401 (fixtures)
    brought_in,
    checked,
    csv,
    staff,
    union,
    upload,
)

GOOD = csv("nimi;puhelin", "Yksi ry;040 123 4567", "Kaksi ry;")
BAD = csv("nimi;puhelin;muu", "Yksi ry;soita;x", "Kaksi ry;;x")


@pytest.fixture
def office(staff, client):  # noqa: F811
    client.force_login(staff)
    return client


@pytest.fixture(autouse=True)
def hints(monkeypatch):
    """The queue, as a list of what was put in it: these tests run the tasks themselves."""
    sent = []
    monkeypatch.setattr(tasks.work_on_import, "delay", sent.append)
    return sent


def url(name, *args):
    return reverse(f"associations:{name}", args=args)


def send(client, content, union, subject="organisations", name="rekisteri.csv"):  # noqa: F811
    data = {"subject": subject, "union": union.pk, "file": SimpleUploadedFile(name, content)}
    return client.post(url("import_new"), data)


def test_from_file_to_register_and_back(office, union, django_capture_on_commit_callbacks, hints):  # noqa: F811
    assert send(office, GOOD, union).url == url("import_columns", RegisterImport.objects.get().pk)
    one = RegisterImport.objects.get()
    page = office.get(url("import_columns", one.pk)).content.decode()
    assert "040 123 4567" in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post(url("import_columns", one.pk), {"name_fi": "0", "phone": "1"})
    assert answer.url == url("import", one.pk) and hints == [one.pk]
    assert url("import_state", one.pk) in office.get(answer.url).content.decode()
    tasks.work_on_import(one.pk)
    page = office.get(answer.url).content.decode()
    assert "Yksi ry" in page and url("import_apply", one.pk) in page
    assert not Organisation.objects.filter(name_fi="Yksi ry").exists()
    assert office.post(url("import_apply", one.pk)).status_code == 302
    tasks.work_on_import(one.pk)
    assert Organisation.objects.filter(name_fi="Yksi ry", union=union).exists()
    assert url("import_undo", one.pk) in office.get(answer.url).content.decode()
    assert office.post(url("import_undo", one.pk)).status_code == 302
    tasks.work_on_import(one.pk)
    assert office.get(answer.url).status_code == 200
    assert not Organisation.objects.filter(name_fi="Yksi ry").exists()
    assert office.get(url("import_list")).status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"\xd0\xcf\x11\xe0" + b"x" * 100, b"PK\x03\x04x", b"nimi;puhelin\n"]
)
def test_a_file_that_cannot_be_read_is_told_at_once_and_not_kept(office, union, content):  # noqa: F811
    answer = send(office, content, union)
    assert answer.status_code == 422
    assert "id_file" in answer.content.decode()
    assert not RegisterImport.objects.exists()


def test_a_file_for_another_union_is_not_taken(office, union):  # noqa: F811
    other = make.make_union("Toinen liitto ry")
    assert send(office, GOOD, other).status_code == 422
    assert "Toinen liitto" not in office.get(url("import_new")).content.decode()
    assert not RegisterImport.objects.exists()


@pytest.mark.parametrize(
    "data", [{}, {"name_fi": ""}, {"name_fi": "99"}, {"name_fi": "x"}, {"name_fi": "0", "phone": "0"}]
)
def test_a_wrong_choice_of_columns_is_told(office, union, staff, data):  # noqa: F811
    one = upload(union, staff, GOOD)
    assert office.post(url("import_columns", one.pk), data).status_code == 422
    one.refresh_from_db()
    assert one.state == "uploaded"


def test_with_faults_there_is_no_button_but_a_reason_and_a_file(office, union, staff):  # noqa: F811
    one = checked(union, staff, BAD)
    page = office.get(url("import", one.pk)).content.decode()
    assert url("import_apply", one.pk) not in page
    assert "soita" in page and url("import_faults", one.pk, "csv") in page
    refused = office.post(url("import_apply", one.pk))
    assert refused.status_code == 403
    assert "All rows come in or none does" in refused.content.decode() or "rivi" in refused.content.decode().lower()
    for kind in ("csv", "xlsx"):
        assert office.get(url("import_faults", one.pk, kind)).status_code == 200
    assert office.get(url("import_faults", one.pk, "pdf")).status_code == 404


def test_faults_are_told_in_the_readers_language(office, union, staff):  # noqa: F811
    one = checked(union, staff, BAD)
    with translation.override("en"):
        lines = office.get(url("import_faults", one.pk, "csv")).content.decode("utf-8-sig").splitlines()
    assert lines[1] == "2;puhelin;“soita” is not a phone number."


@pytest.mark.parametrize("name", ["import_apply", "import_undo"])
def test_a_verb_out_of_turn_is_refused_with_its_reason(office, union, staff, name):  # noqa: F811
    one = upload(union, staff, GOOD)
    assert office.post(url(name, one.pk)).status_code == 403
    assert office.get(url(name, one.pk)).status_code == 405


def test_pressed_twice_the_second_press_is_told(office, union, staff):  # noqa: F811
    one = checked(union, staff, GOOD)
    assert office.post(url("import_apply", one.pk)).status_code == 302
    assert office.post(url("import_apply", one.pk)).status_code == 403
    tasks.work_on_import(one.pk)
    assert Organisation.objects.filter(name_fi="Yksi ry").count() == 1


def test_a_day_later_nothing_is_undone(office, union, staff):  # noqa: F811
    one = brought_in(union, staff, GOOD)
    RegisterImport.objects.filter(pk=one.pk).update(applied_at=timezone.now() - datetime.timedelta(hours=24, minutes=1))
    assert url("import_undo", one.pk) not in office.get(url("import", one.pk)).content.decode()
    assert office.post(url("import_undo", one.pk)).status_code == 403


def test_imports_of_another_union_do_not_exist(client, union, staff):  # noqa: F811
    mine = checked(union, staff, BAD)
    other = make.make_union("Toinen liitto ry")
    client.force_login(make.make_staff(other))
    for name in ("import", "import_columns", "import_state"):
        assert client.get(url(name, mine.pk)).status_code == 404
    for name in ("import_apply", "import_undo", "import_columns"):
        assert client.post(url(name, mine.pk)).status_code == 404
    assert client.get(url("import_faults", mine.pk, "csv")).status_code == 404
    assert "rekisteri.csv" not in client.get(url("import_list")).content.decode()


def test_progress_answers_204_until_something_changes_and_then_leads_on(office, union, staff):  # noqa: F811
    one = checked(union, staff, GOOD)
    one.bring_in(by=staff, now=timezone.now())
    state = url("import_state", one.pk)
    assert office.get(state, {"oli": "running-0"}).status_code == 204
    one.tell_progress(1, 2)
    told = office.get(state, {"oli": "running-0"})
    assert told.status_code == 200 and "50" in told.content.decode()
    tasks.work_on_import(one.pk)
    assert office.get(state, {"oli": "running-50"})["HX-Redirect"] == url("import", one.pk)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_list_of_files_asks_no_more_queries(office, union, staff, rows, django_assert_num_queries):  # noqa: F811
    for _ in range(rows):
        upload(union, staff, GOOD)
    office.get(url("import_list"))
    with django_assert_num_queries(5):
        office.get(url("import_list"))


# --- the worker ---------------------------------------------------------------------------------------------------


def test_the_sweep_wakes_what_waits_and_forgets_what_is_old(
    office, union, staff, hints, django_capture_on_commit_callbacks  # noqa: F811
):  # fmt: skip
    waiting = checked(union, staff, GOOD)
    waiting.bring_in(by=staff, now=timezone.now())
    old, done = upload(union, staff, GOOD), brought_in(union, staff, csv("nimi;puhelin", "Kolme ry;"))
    now = timezone.now() + datetime.timedelta(days=29)
    with django_capture_on_commit_callbacks(execute=True):
        working.sweep(now)
    assert hints == [waiting.pk]
    old.refresh_from_db()
    assert old.file and old.file.storage.exists(old.file.name)
    kept = (old.file.storage, old.file.name, done.file.name)
    working.sweep(timezone.now() + datetime.timedelta(days=31))
    for one in (old, done):
        one.refresh_from_db()
        assert (bool(one.file), one.sample, one.preview, one.faults, one.changes.count()) == (False, [], [], [], 0)
    assert not kept[0].exists(kept[1]) and not kept[0].exists(kept[2])
    waiting.refresh_from_db()
    assert waiting.file
    # A page that was left open tells why it cannot go on.
    assert office.get(url("import", old.pk)).status_code == 200
    assert office.post(url("import_columns", old.pk), {"name_fi": "0"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_a_union_take_turns(staff, union):  # noqa: F811
    one = checked(union, staff, csv("nimi;puhelin", "Yksi ry;040 123 4567"))
    two = checked(union, staff, csv("nimi;puhelin", "Yksi ry;040 765 4321"))
    for each in (one, two):
        each.bring_in(by=staff, now=timezone.now())
    inside, go_on, threads = threading.Event(), threading.Event(), []

    def slowly(register_import, **more):
        inside.set()
        assert go_on.wait(10)
        real(register_import, **more)

    real, working.bring_in = working.bring_in, slowly

    def run():
        try:
            working.work(one.pk)
        finally:
            connection.close()

    try:
        threads.append(threading.Thread(target=run))
        threads[0].start()
        assert inside.wait(10)
        working.bring_in = real
        # The second comes in the middle: it is not its turn, and it stays owed.
        working.work(two.pk)
        assert RegisterImport.objects.get(pk=two.pk).state == "running"
        assert RegisterImport.objects.get(pk=two.pk).findings["tries"] == 0
        # Nor does a second worker for the same file begin.
        working.work(one.pk)
    finally:
        working.bring_in = real
        go_on.set()
        threads[0].join()
    assert RegisterImport.objects.get(pk=one.pk).state == "done"
    working.work(two.pk)
    two.refresh_from_db()
    # The register has changed since its preview: a person looks again, and there is one association.
    assert (two.state, two.findings["changed"]) == ("checked", True)
    assert Organisation.objects.filter(name_fi="Yksi ry").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_nothing_and_the_next_one_goes_on(staff, union):  # noqa: F811
    """The killed one's session ends at the server, as it does when a process gets kill -9."""
    one = checked(union, staff, csv("nimi;puhelin", *(f"Yhdistys {n} ry;" for n in range(50))))
    one.bring_in(by=staff, now=timezone.now())
    halfway, dead, faults = threading.Event(), threading.Event(), []
    sessions = []

    def write(*args):
        real(*args)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            sessions.append(cursor.fetchone()[0])
        halfway.set()
        assert dead.wait(10)
        return set()

    real, working.write = working.write, write

    def run():
        try:
            working.work(one.pk)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    try:
        thread.start()
        assert halfway.wait(10)
        working.write = real
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [sessions[0]])
        assert not Organisation.objects.filter(name_fi__startswith="Yhdistys").exists()
    finally:
        working.write = real
        dead.set()
        thread.join()
    assert faults
    assert RegisterImport.objects.get(pk=one.pk).state == "running"
    working.work(one.pk)
    assert RegisterImport.objects.get(pk=one.pk).state == "done"
    assert Organisation.objects.filter(name_fi__startswith="Yhdistys").count() == 50
