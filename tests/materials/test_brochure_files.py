"""A brochure's PDF is owed by a row, made once, and survives crashes of whoever makes it."""

import datetime
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from advocacy_portal.lib import pdf
from materials.brochures import press
from materials.brochures.manuscript import input_hash, manuscript_of
from materials.brochures.models import Brochure, BrochureFile, BrochureTemplate
from materials.brochures.tasks import press_brochure, sweep_brochures
from tests import factories as make
from tests.materials.makers import CONTACT, make_brochure, make_done_file, make_file, make_template

PRESSED = pdf.Pressed(pdf=b"%PDF-1.7 x", pages=4, seconds=0.3, cpu_seconds=0.3, peak_kb=70_000)


@pytest.fixture
def presses(monkeypatch):
    """Counts the presses; makes no real PDF."""
    made = []

    def pressed_from(manuscript):
        made.append(manuscript)
        return PRESSED

    monkeypatch.setattr(press, "pressed_from", pressed_from)
    return made


def later(**delta):
    return timezone.now() + datetime.timedelta(**delta)


def test_unchanged_input_is_never_pressed_twice(association, presses):
    brochure = make_brochure(association)
    first = make_file(brochure)
    press_brochure(first.pk)
    second = make_file(brochure)
    press_brochure(second.pk)
    assert (second.pk, second.state, len(presses)) == (first.pk, "done", 1)


def test_a_changed_text_figure_template_or_language_is_another_input(association, presses):
    brochure = make_brochure(association)
    hashes = [input_hash(manuscript_of(brochure))]
    brochure = make_brochure(association, introduction="Tapaamme nyt keskiviikkoisin.")
    hashes.append(input_hash(manuscript_of(brochure)))
    association.home_municipality.population_0_14 += 1
    brochure.association = association
    hashes.append(input_hash(manuscript_of(brochure)))
    BrochureTemplate.objects.filter(pk=brochure.template_id).update(version=2)
    brochure.template.refresh_from_db()
    hashes.append(input_hash(manuscript_of(brochure)))
    hashes.append(input_hash(manuscript_of(make_brochure(association, language="sv"))))
    assert len(set(hashes)) == 5


def test_going_back_to_an_earlier_text_finds_its_file_again(association, presses):
    first = make_file(make_brochure(association, introduction="A"))
    press_brochure(first.pk)
    press_brochure(make_file(make_brochure(association, introduction="B")).pk)
    again = make_file(make_brochure(association, introduction="A"))
    assert (again.pk, again.state, len(presses)) == (first.pk, "done", 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_makes_the_pdf(union, presses):
    file = make_file(make_brochure(make.make_association(union)))
    ready = threading.Barrier(4)

    def run():
        ready.wait()
        press_brochure(file.pk)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    file.refresh_from_db()
    assert (len(presses), file.state, file.token) == (1, "done", 1)


def test_a_press_that_was_lost_is_swept_up_and_done(association, presses, hints):
    file = make_file(make_brochure(association))
    assert BrochureFile.objects.claim(file.pk, now=later(seconds=-600))  # and then its worker died
    press_brochure(file.pk)
    file.refresh_from_db()
    assert file.state == "done" and file.attempts == 2


def test_a_living_press_keeps_its_claim(association, presses):
    file = make_file(make_brochure(association))
    assert BrochureFile.objects.claim(file.pk, now=timezone.now())
    press_brochure(file.pk)
    assert presses == []


def test_the_sweep_hands_out_what_is_owed_and_only_that(association, presses, hints):
    waiting = make_file(make_brochure(association))
    done = make_done_file(make_brochure(association, language="sv"), now=timezone.now())
    held = make_file(make_brochure(association, language="en"))
    BrochureFile.objects.claim(held.pk, now=timezone.now())
    hints.clear()
    sweep_brochures()
    sweep_brochures()
    assert hints == [waiting.pk, waiting.pk]
    assert done.state == "done"


def test_after_three_crashes_it_has_failed_and_can_be_tried_by_hand(association, presses):
    file = make_file(make_brochure(association))
    for attempt in range(3):
        assert BrochureFile.objects.claim(file.pk, now=later(minutes=10 * attempt))
    BrochureFile.objects.filter(pk=file.pk).update(lease_until=later(minutes=-1))
    sweep_brochures()
    file.refresh_from_db()
    assert (file.state, file.error) == ("failed", "crash")
    assert str(file.fault)
    file.retry(now=timezone.now())
    file.retry(now=timezone.now())
    press_brochure(file.pk)
    file.refresh_from_db()
    assert (file.state, file.attempts, len(presses)) == ("done", 1, 1)


def test_a_text_that_cannot_be_pressed_is_reported_and_stops_nobody(association, union, monkeypatch):
    def pressed_from(manuscript):
        if manuscript["association"] == association.name_fi:
            raise pdf.PressFault("limits", "SIGXCPU")
        return PRESSED

    monkeypatch.setattr(press, "pressed_from", pressed_from)
    bad = make_file(make_brochure(association))
    good = make_file(make_brochure(make.make_association(union, "Harjun yhdistys ry")))
    for pk in (bad.pk, good.pk):
        press_brochure(pk)
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.error, good.state) == ("failed", "limits", "done")


def test_a_broken_workshop_gives_the_work_back(association, monkeypatch):
    def pressed_from(manuscript):
        raise pdf.PressFault("crash", "SIGKILL")

    monkeypatch.setattr(press, "pressed_from", pressed_from)
    file = make_file(make_brochure(association))
    states = []
    for _ in range(4):
        press_brochure(file.pk)
        file.refresh_from_db()
        states.append((file.state, file.attempts))
    assert states == [("queued", 1), ("queued", 2), ("failed", 3), ("failed", 3)]


def test_a_late_press_does_not_overwrite_the_one_that_took_over(association):
    file = make_file(make_brochure(association))
    late = BrochureFile.objects.claim(file.pk, now=later(seconds=-600))
    press.store(BrochureFile.objects.claim(file.pk, now=timezone.now()), PRESSED)
    press.store(late, PRESSED)
    file.refresh_from_db()
    assert file.state == "done" and file.token == 2
    folders, files = file.file.storage.listdir("brochures")
    assert files == [file.file.name.split("/")[1]]


def test_only_the_newest_pdfs_are_kept(association, presses):
    for number in range(5):
        file = make_file(make_brochure(association, introduction=f"Teksti {number}"), now=later(minutes=number))
        press_brochure(file.pk)
    assert BrochureFile.objects.count() == 3
    assert len(file.file.storage.listdir("brochures")[1]) == 3


def test_a_silent_queue_loses_nothing(association, monkeypatch, django_capture_on_commit_callbacks):
    from materials.brochures import tasks

    def silent(pk):
        raise OSError("no queue")

    monkeypatch.setattr(tasks.press_brochure, "delay", silent)
    with django_capture_on_commit_callbacks(execute=True):
        file = make_file(make_brochure(association))
    assert list(BrochureFile.objects.owed(timezone.now())) == [file]


def test_the_queue_is_told_after_the_commit(association, hints, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        file = make_file(make_brochure(association))
        assert hints == []
    assert hints == [file.pk]


def test_of_two_who_save_at_once_one_is_told(association):
    brochure = make_brochure(association)
    mine, theirs = (Brochure.objects.get(pk=brochure.pk) for _ in range(2))
    facts = {"services": [], "contacts": [CONTACT], "greeting": "", "by": None, "now": timezone.now()}
    theirs.write(introduction="Heidän", seen_version=theirs.version, **facts)
    with pytest.raises(ValidationError) as refusal:
        mine.write(introduction="Minun", seen_version=mine.version, **facts)
    assert refusal.value.code == "changed"
    assert Brochure.objects.get(pk=brochure.pk).introduction == "Heidän"


def test_the_first_templates_are_made_once_and_staff_changes_stay(union):
    make_template(union)
    BrochureTemplate.objects.filter(union=union, language="fi").update(title="Oma otsikko")
    assert make_template(union).title == "Oma otsikko"
    assert union.brochure_templates.count() == 3
    assert union.service_offers.count() == 7
