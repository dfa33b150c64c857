"""Registering, waiting, giving up, and the organiser's list."""

import csv
import io
import uuid

import openpyxl
import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import Registration
from events.registrations import enrolling, telling
from events.registrations.models import LINK_SALT
from notifications import hints
from notifications.models import OutgoingMail
from tests.events.makers import DAY, HOUR, make_event, register, states


def letters(kind=None):
    rows = OutgoingMail.objects.order_by("pk")
    return list((rows.filter(kind=kind) if kind else rows).values_list("kind", "to"))


def send(client, event, **changes):
    """Fill in the form as a guest does."""
    data = {"name": "Vieno Vieras", "email": "vieno@example.org", "form_key": str(uuid.uuid4())} | changes
    return client.post(reverse("events:register", args=[event.pk]), data)


# --- A visitor ---


def test_a_visitor_registers_with_name_and_address_and_gets_a_letter(client, world):
    event = make_event(world.union, capacity=1)
    response = send(client, event, email=" Vieno@Example.ORG ", association_text="Koivurannan yhdistys")
    assert response.url == reverse("events:registered", args=[event.pk])
    row = Registration.objects.get()
    assert (row.email, row.state, row.number, row.association_name) == (
        "vieno@example.org",
        "confirmed",
        1,
        "Koivurannan yhdistys",
    )
    assert letters() == [("registration-confirmed", "vieno@example.org")]


def test_after_the_last_seat_people_wait(client, world):
    event = make_event(world.union, capacity=1)
    send(client, event)
    send(client, event, email="toinen@example.org")
    assert states(event) == ["confirmed", "waiting"]
    assert letters("registration-waiting") == [("registration-waiting", "toinen@example.org")]


def test_a_double_click_makes_one_registration_and_one_letter(client, world):
    event = make_event(world.union, capacity=5)
    key = str(uuid.uuid4())
    first, second = send(client, event, form_key=key), send(client, event, form_key=key)
    assert first.url == second.url
    event.refresh_from_db()
    assert (event.seats_taken, event.last_number, len(letters())) == (1, 1, 1)


@pytest.mark.parametrize("change", [{"email": "toinen@example.org"}, {"name": "Toinen Nimi"}, {"phone": "040 1"}])
def test_the_same_form_with_other_contents_is_told_of(client, world, change):
    event = make_event(world.union)
    key = str(uuid.uuid4())
    send(client, event, form_key=key)
    response = send(client, event, form_key=key, **change)
    assert response.status_code == 409
    assert Registration.objects.count() == 1


def test_an_old_form_does_not_pretend_that_a_cancelled_registration_is_in_force(client, world):
    event = make_event(world.union)
    key = str(uuid.uuid4())
    send(client, event, form_key=key)
    enrolling.cancel(Registration.objects.get(), now=timezone.now())
    assert send(client, event, form_key=key).status_code in (409, 422)
    assert states(event) == ["cancelled"]


def test_an_address_registered_before_gets_the_same_page_and_at_most_one_letter_an_hour(client, world):
    event = make_event(world.union, capacity=5)
    new = send(client, event)
    for _ in range(3):
        again = send(client, event, name="Joku Muu")
        assert (again.status_code, again.url) == (new.status_code, new.url)
    assert letters() == [
        ("registration-confirmed", "vieno@example.org"),
        ("registration-known", "vieno@example.org"),
    ]
    event.refresh_from_db()
    assert (event.seats_taken, event.last_number) == (1, 1)
    first, second = (client.get(page.url).content for page in (new, again))
    assert first == second


def test_who_gave_up_may_come_again_at_the_end_of_the_line(client, world):
    event = make_event(world.union, capacity=1)
    mine = register(event, "vieno@example.org")
    register(event)
    enrolling.cancel(mine, now=timezone.now())
    send(client, event)
    assert states(event) == ["cancelled", "confirmed", "waiting"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "   "}),
        ("name", {"name": "x" * 151}),
        ("name", {"name": "a\x00b"}),
        ("email", {"email": ""}),
        ("email", {"email": "ei osoite"}),
        ("email", {"email": "a\x00@example.org"}),
        ("email", {"email": "a@example.org\r\nBcc: b@example.org"}),
        ("email", {"email": "x" * 250 + "@example.org"}),
        ("phone", {"phone": "0" * 41}),
        ("association_text", {"association_text": "x" * 151}),
        ("form_key", {"form_key": "x"}),
        ("form_key", {"form_key": "\x00"}),
        ("form_key", {"form_key": ""}),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(client, world, field, changes):
    event = make_event(world.union)
    response = send(client, event, **changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Registration.objects.exists()
    if field != "name":
        assert 'value="Vieno Vieras"' in response.content.decode()


def test_ten_megabytes_get_an_answer(client, world):
    assert send(client, make_event(world.union), name="a" * 10_000_000).status_code in (400, 413)


def refused(world, **facts):
    return make_event(world.union, **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "cancelled"},
        {"registration_closes_at": timezone.now() - HOUR},
        {"registration_opens_at": timezone.now() + HOUR},
        {"starts_at": timezone.now() - HOUR},
        {"starts_at": timezone.now() - DAY},
        {"outside_registration_url": "https://example.org/"},
    ],
)
def test_where_registration_is_not_open_the_reason_is_given(client, world, facts):
    event = make_event(world.union, **facts)
    for response in (client.get(reverse("events:register", args=[event.pk])), send(client, event)):
        assert response.status_code == 403
        assert response.content.decode().count('class="reason"') or len(response.content) > 200
    with pytest.raises(ValidationError):
        register(event)
    assert not Registration.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_draft_takes_nobody_even_from_its_own_office(client, world):
    event = make_event(world.union, state="draft")
    assert send(client, event).status_code == 302
    client.force_login(world.neighbour)
    assert send(client, event).status_code == 404
    client.force_login(world.staff)
    assert send(client, event).status_code == 403
    with pytest.raises(ValidationError):
        register(event)


def test_a_registration_stands_though_the_queue_does_not_answer(
    client, world, monkeypatch, django_capture_on_commit_callbacks
):
    from notifications import letters as module

    def broken(*args, **words):
        raise OSError("no broker")

    monkeypatch.undo()
    monkeypatch.setattr("celery.app.task.Task.apply_async", broken)
    monkeypatch.setattr(hints, "_silent_until", 0.0)
    assert module._HINTS
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        response = send(client, make_event(world.union))
    assert callbacks
    assert response.status_code == 302
    assert Registration.objects.count() == OutgoingMail.objects.filter(state="due").count() == 1


def test_a_registration_and_its_letter_come_together_or_not_at_all(world, monkeypatch):
    def broken(*args, **words):
        raise RuntimeError("no letter")

    event = make_event(world.union, capacity=3)
    monkeypatch.setattr("events.registrations.letters.queue_letter", broken)
    with pytest.raises(RuntimeError):
        register(event)
    event.refresh_from_db()
    assert (Registration.objects.count(), event.seats_taken, event.last_number) == (0, 0, 0)


# --- With an account ---


def test_a_board_member_finds_the_details_filled_in_and_is_done_in_one_form(client, world):
    event = make_event(world.union)
    client.force_login(world.board)
    form = client.get(reverse("events:register", args=[event.pk])).context["form"]
    assert form["name"].value() == "Helmi Hallitus"
    assert form["association"].value() in (world.association, world.association.pk)
    assert "email" not in form.fields
    response = send(client, event, name="Helmi Hallitus", association=world.association.pk)
    assert response.url == event.get_absolute_url()
    row = Registration.objects.get()
    assert (row.person, row.email, row.association) == (world.board, world.board.email, world.association)


def test_nobody_registers_for_a_board_they_do_not_sit_on(client, world):
    client.force_login(world.board)
    for stranger in (world.neighbour_association.pk, 2**64, "\x00"):
        response = send(client, make_event(world.union), association=stranger)
        assert list(response.context["form"].errors) == ["association"]


def test_a_logged_in_person_cannot_register_another_address(client, world):
    client.force_login(world.board)
    send(client, make_event(world.union), email="uhri@example.org")
    assert Registration.objects.get().email == world.board.email


def test_the_second_time_says_that_one_is_registered_already(client, world):
    event = make_event(world.union)
    client.force_login(world.board)
    send(client, event)
    response = send(client, event)
    assert response.url == event.get_absolute_url()
    assert Registration.objects.count() == 1


def test_who_registered_as_a_guest_and_then_logs_in_finds_the_registration(client, world):
    event = make_event(world.union)
    register(event, world.board.email)
    client.force_login(world.board)
    send(client, event)
    page = client.get(event.get_absolute_url())
    assert page.context["mine"] == Registration.objects.get()
    assert page.context["mine"] in client.get(reverse("events:my_registrations")).context["ahead"]


def test_my_registrations_are_mine_with_what_is_ahead_first(client, world):
    mine = register(make_event(world.union), world.board.email, person=world.board)
    register(make_event(world.union), world.neighbour.email, person=world.neighbour)
    old = make_event(world.union, starts_at=timezone.now() + HOUR)
    past = register(old, world.board.email, person=world.board)
    type(old).objects.filter(pk=old.pk).update(
        starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY, registration_closes_at=None
    )
    client.force_login(world.board)
    context = client.get(reverse("events:my_registrations")).context
    assert (list(context["ahead"]), list(context["past"])) == ([mine], [past])


@pytest.mark.parametrize("rows", [1, 3])
def test_longer_lists_of_registrations_ask_no_more_queries(client, world, rows):
    event = make_event(world.union)
    for _ in range(rows):
        register(make_event(world.union), world.board.email, person=world.board)
        register(event, association=world.association)
    client.force_login(world.board)
    with CaptureQueriesContext(connection) as mine:
        client.get(reverse("events:my_registrations"))
    client.force_login(world.staff)
    with CaptureQueriesContext(connection) as listed:
        client.get(reverse("events:registration_list", args=[event.pk]))
    with CaptureQueriesContext(connection) as exported:
        client.get(reverse("events:registration_export", args=[event.pk, "csv"]))
    assert (len(mine), len(listed), len(exported)) <= (8, 12, 6)


# --- Giving up ---


def test_a_freed_seat_goes_to_the_first_who_waited_and_both_are_told(world):
    event = make_event(world.union, capacity=1)
    first, second, third = register(event), register(event), register(event)
    enrolling.cancel(first, now=timezone.now())
    assert states(event) == ["cancelled", "confirmed", "waiting"]
    event.refresh_from_db()
    assert event.seats_taken == 1
    assert letters("registration-promoted") == [("registration-promoted", second.email)]
    assert letters("registration-cancelled") == [("registration-cancelled", first.email)]
    enrolling.cancel(second, now=timezone.now())
    assert letters("registration-promoted")[-1] == ("registration-promoted", third.email)


def test_who_gives_up_waiting_frees_no_seat(world):
    event = make_event(world.union, capacity=1)
    register(event), register(event)
    third = register(event)
    enrolling.cancel(Registration.objects.get(number=2), now=timezone.now())
    assert states(event) == ["confirmed", "cancelled", "waiting"]
    enrolling.cancel(third, now=timezone.now())
    event.refresh_from_db()
    assert event.seats_taken == 1


def test_giving_up_twice_is_refused_and_frees_one_seat(world):
    event = make_event(world.union, capacity=2)
    mine = register(event)
    register(event)
    enrolling.cancel(mine, now=timezone.now())
    with pytest.raises(ValidationError):
        enrolling.cancel(mine, now=timezone.now())
    event.refresh_from_db()
    assert event.seats_taken == 1
    assert len(letters("registration-cancelled")) == 1


def test_what_is_over_cannot_be_given_up(world):
    event = make_event(world.union)
    mine = register(event)
    with pytest.raises(ValidationError):
        enrolling.cancel(mine, now=event.ends_at + HOUR)


def test_nobody_is_promoted_into_a_cancelled_event(world):
    event = make_event(world.union, capacity=1)
    first = register(event)
    register(event)
    telling.call_off(event, reason="Syy", now=timezone.now())
    with pytest.raises(ValidationError):
        enrolling.cancel(first, now=timezone.now())
    assert states(event) == ["confirmed", "waiting"]


def test_the_letter_that_promised_a_seat_is_held_back_when_it_is_given_up(world):
    mine = register(make_event(world.union))
    enrolling.cancel(mine, now=timezone.now())
    assert OutgoingMail.objects.get(kind="registration-confirmed").state == "cancelled"


# --- The link of the letter ---


def test_the_link_shows_the_registration_and_only_a_button_cancels_it(client, world):
    link = "https://etahuone.example.org/a"
    mine = register(make_event(world.union, remote_link=link))
    address = mine.get_manage_url()
    for _ in range(2):
        assert link in client.get(address).content.decode()
    cancel = reverse("events:registration_manage_cancel", args=[mine.token])
    assert cancel in client.get(address).content.decode()
    client.head(address), client.get(cancel), client.head(cancel)
    assert client.post(address).status_code == 405
    assert states(mine.event) == ["confirmed"]
    page = client.post(cancel, follow=True)
    assert states(mine.event) == ["cancelled"]
    assert link not in page.content.decode()
    # Another press says it is done and changes nothing; nor is it asked again.
    assert client.post(cancel, follow=True).status_code == 200
    assert client.get(cancel).status_code == 302
    assert len(letters("registration-cancelled")) == 1


def test_who_waits_does_not_see_the_remote_link(client, world):
    link = "https://etahuone.example.org/a"
    event = make_event(world.union, capacity=1, remote_link=link)
    register(event)
    waiting = register(event)
    assert link not in client.get(waiting.get_manage_url()).content.decode()
    token = waiting.get_manage_url().rstrip("/").rsplit("/", 1)[1]
    calendar = client.get(reverse("events:registration_calendar", args=[token]))
    assert link not in calendar.content.decode().replace("\r\n ", "")


def test_forged_links_get_a_clear_page_and_change_nothing(client, world):
    mine, other = register(make_event(world.union)), register(make_event(world.union))
    good = mine.get_manage_url().rstrip("/").rsplit("/", 1)[1]
    forged = [
        "x",
        "a:b:c",
        good[:-1],
        good + "A",
        good.swapcase(),
        "." + good,
        signing.dumps([mine.pk, mine.form_key.hex], salt="another.purpose"),
        signing.dumps([mine.pk, mine.form_key.hex], salt=LINK_SALT, key="another key"),
        # Signed by us, but of no registration: the number of one and the secret of another.
        signing.dumps([mine.pk, other.form_key.hex], salt=LINK_SALT),
        signing.dumps([2**70, mine.form_key.hex], salt=LINK_SALT),
        signing.dumps([mine.pk, "x"], salt=LINK_SALT),
        signing.dumps("x", salt=LINK_SALT),
        signing.dumps({"a": 1}, salt=LINK_SALT),
        "A" * 5000,
    ]
    for token in forged:
        address = reverse("events:registration_manage", args=[token])
        cancel = reverse("events:registration_manage_cancel", args=[token])
        for response in (client.get(address), client.get(cancel), client.post(cancel)):
            assert response.status_code == 404, token
            assert mine.name not in response.content.decode()
        assert client.get(reverse("events:registration_calendar", args=[token])).status_code == 404
    assert set(Registration.objects.values_list("state", flat=True)) == {"confirmed"}


def test_a_link_ends_some_time_after_its_event(client, world):
    event = make_event(world.union)
    mine = register(event)
    address = mine.get_manage_url()
    type(event).objects.filter(pk=event.pk).update(starts_at=timezone.now() - 3 * DAY, ends_at=timezone.now() - 2 * DAY)
    assert client.get(address).status_code == 200
    type(event).objects.filter(pk=event.pk).update(
        starts_at=timezone.now() - 400 * DAY, ends_at=timezone.now() - 399 * DAY
    )
    assert client.get(address).status_code == 404


def test_one_s_own_page_cancels_too_and_is_nobody_else_s(client, world):
    mine = register(make_event(world.union), world.board.email, person=world.board)
    address = reverse("events:registration_cancel", args=[mine.pk])
    client.force_login(world.neighbour)
    assert client.get(address).status_code == client.post(address).status_code == 404
    assert states(mine.event) == ["confirmed"]
    client.force_login(world.board)
    assert client.get(address).status_code == 200
    assert states(mine.event) == ["confirmed"]
    client.post(address)
    assert states(mine.event) == ["cancelled"]


# --- The organiser's list ---


def test_the_organiser_sees_who_comes_who_waits_and_how_many_gave_up(client, world):
    event = make_event(world.union, capacity=1)
    gone = register(event, name="Pertti Perunut")
    register(event, name="Tuija Tulija")
    register(event, name="Jaana Jonottaja")
    enrolling.cancel(gone, now=timezone.now())
    client.force_login(world.staff)
    response = client.get(reverse("events:registration_list", args=[event.pk]))
    assert [row.name for row in response.context["page_obj"]] == ["Tuija Tulija", "Jaana Jonottaja"]
    assert (response.context["waiting"], response.context["cancelled"]) == (1, 1)


FORMULAS = ["=1+1", "+358 40", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")', 'Matti; "Meikäläinen"']


def test_no_cell_of_the_lists_is_taken_for_a_formula(client, world):
    event = make_event(world.union)
    for formula in FORMULAS:
        # Past the form, which would trim it: the list trusts nobody.
        register(event, name=formula)
    client.force_login(world.staff)
    text = client.get(reverse("events:registration_export", args=[event.pk, "csv"])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == len(FORMULAS) + 1
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert rows[-1][1] == FORMULAS[-1]
    book = client.get(reverse("events:registration_export", args=[event.pk, "xlsx"])).content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [row[1].value.strip() for row in sheet.iter_rows(min_row=2)] == [name.strip() for name in FORMULAS]


def test_there_are_two_kinds_of_lists(client, world):
    event = make_event(world.union)
    client.force_login(world.staff)
    for kind, status in (("csv", 200), ("xlsx", 200), ("exe", 404)):
        response = client.get(reverse("events:registration_export", args=[event.pk, kind]))
        assert response.status_code == status
    assert "no-store" in client.get(reverse("events:registration_export", args=[event.pk, "csv"]))["Cache-Control"]


def test_registrations_are_seen_by_their_owner_and_the_organiser(world):
    own = register(make_event(world.union), world.board.email, person=world.board)
    other = register(make_event(world.other_union))
    from django.contrib.auth.models import AnonymousUser

    for person, seen in (
        (AnonymousUser(), set()),
        (world.board, {own}),
        (world.neighbour, set()),
        (world.staff, {own}),
        (world.other_staff, {other}),
        (world.administrator, {own, other}),
    ):
        assert set(Registration.objects.visible_to(person)) == seen


# --- Names as people have them ---


@pytest.mark.parametrize(
    "name", ["Áile Ánne 🌻", "يوسف \u202eأحمد", "O'Brien & <Poika>", "\u0085Aino", "=cmd|' /C calc'!A0"]
)
def test_any_name_goes_from_the_form_to_page_letter_and_lists(client, world, name):
    event = make_event(world.union)
    assert send(client, event, name=name).status_code == 302
    row = Registration.objects.get()
    assert "<Poika>" not in client.get(row.get_manage_url()).content.decode()
    client.force_login(world.staff)
    assert client.get(reverse("events:registration_list", args=[event.pk])).status_code == 200
    for kind in ("csv", "xlsx"):
        assert client.get(reverse("events:registration_export", args=[event.pk, kind])).status_code == 200


def test_what_no_spreadsheet_can_hold_is_left_out(client, world):
    event = make_event(world.union)
    register(event, name="Ai\x01no\ufffe \uffff", phone=" =1+1")
    client.force_login(world.staff)
    book = client.get(reverse("events:registration_export", args=[event.pk, "xlsx"])).content
    row = list(openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(min_row=2, values_only=True))[0]
    assert row[1].strip() == "Aino"
    text = client.get(reverse("events:registration_export", args=[event.pk, "csv"])).content.decode("utf-8-sig")
    assert "' =1+1" in text


# --- A form that was sent before ---


def test_a_refused_form_can_be_sent_again_with_its_new_key(client, world):
    event = make_event(world.union)
    key = str(uuid.uuid4())
    send(client, event, form_key=key)
    refused_form = send(client, event, form_key=key, email="toinen@example.org").context["form"]
    assert refused_form["form_key"].value() != key
    send(client, event, form_key=refused_form["form_key"].value(), email="toinen@example.org")
    assert states(event) == ["confirmed", "confirmed"]


def test_the_queue_s_port_is_dead_and_a_visitor_still_registers(client, world, monkeypatch, settings):
    from advocacy_portal.celery import app

    monkeypatch.undo()
    monkeypatch.setattr(hints, "_silent_until", 0.0)
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:9/0")
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:9/0")
    app.pool.force_close_all()
    app.amqp.__dict__.pop("producer_pool", None)
    try:
        assert hints.give("now") is False
        monkeypatch.setattr(hints, "_silent_until", 0.0)
        assert send(client, make_event(world.union)).status_code == 302
    finally:
        app.pool.force_close_all()
    assert OutgoingMail.objects.get().state == "due"
