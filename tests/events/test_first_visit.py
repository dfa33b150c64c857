"""What a first-time user stumbled on: forms, words, contact details and short ways."""

import re
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from advocacy_portal.lib.phones import check_phone
from events.models import Event, Registration
from events.registrations import letters, next_steps, telling
from notifications.letters import compose
from notifications.models import OutgoingMail
from tests import factories as make
from tests.events.makers import DAY, evening, guest_form, make_event, register
from tests.events.test_arranging import as_typed, typed

pytestmark = pytest.mark.django_db


def links(page):
    return re.findall(r'href="([^"]+)"', page.content.decode())


# --- Phone numbers ---


@pytest.mark.parametrize(
    "number", ["040 123 4567", "+358401234567", "+358 (0)40 123-4567", "(09) 123 456", "10023", "0" * 30]
)
def test_a_phone_number_is_taken_as_people_write_it(number):
    check_phone(number)


@pytest.mark.parametrize(
    "number",
    [
        "soita minulle",
        "0401",
        "0" * 31,
        "-----",
        "     ",
        "040\n123",
        "040 123 4567\n",
        "٠٤٠١٢٣٤٥",
        "040x123",
        "++358401",
    ],
)
def test_what_nobody_can_call_is_refused(number):
    with pytest.raises(ValidationError):
        check_phone(number)


def test_a_wrong_phone_number_is_told_and_nothing_typed_is_lost(client, world):
    event = make_event(world.union)
    with translation.override("fi"):
        address = reverse("events:register", args=[event.pk])
    page = client.post(address, guest_form(phone="soita minulle"))
    assert page.status_code == 422
    text = page.content.decode()
    assert "Kirjoita puhelinnumero, esimerkiksi 040 123 4567" in text
    assert 'value="soita minulle"' in text
    assert client.post(address, guest_form(phone="")).status_code == 302


# --- Words of the registration form ---


def test_empty_fields_are_asked_for_in_plain_words(client, world):
    event = make_event(world.union)
    page = client.post("/en" + reverse("events:register", args=[event.pk]), guest_form(name="", email=""))
    text = page.content.decode()
    for words in ("Write your name.", "Write your e-mail address."):
        # In the summary and at the field.
        assert text.count(words) == 2
    assert "Fill in:" not in text


# --- Letters ---


@pytest.mark.parametrize("kind", [
    letters.CONFIRMED, letters.WAITING, letters.PROMOTED, letters.CANCELLED, letters.KNOWN,
    letters.EVENT_CANCELLED, letters.EVENT_MOVED, letters.REMINDER,
])  # fmt: skip
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_first_line_of_a_letter_does_not_repeat_its_subject(world, kind, language):
    row = register(make_event(world.union))
    letter = compose(OutgoingMail(kind=kind, key="x", to=row.email, language=language, about=row.pk))
    matter = letter.subject.split(":")[0].casefold()
    assert matter not in letter.lead.casefold()


def test_letters_say_where_in_plain_words_and_whom_to_ask(world):
    facts = {"contact_name": "Oili Opas", "contact_phone": "040 123 4567", "contact_email": "oili@example.org"}
    row = register(make_event(world.union, price="10 €", **facts), language="en")
    said = dict(compose(OutgoingMail.objects.get(kind=letters.CONFIRMED, about=row.pk)).facts)
    assert (said["Place"], said["Price"]) == ("Remote", "10 €")
    assert said["Questions about the event"] == "Oili Opas, 040 123 4567, oili@example.org"
    other = register(make_event(world.union), language="en")
    said = dict(compose(OutgoingMail.objects.get(kind=letters.CONFIRMED, about=other.pk)).facts)
    assert "Questions about the event" not in said


# --- Whom to ask ---


def test_the_contact_person_stands_on_the_page_and_with_the_registration(client, world):
    client.force_login(world.staff)
    contact = {"contact_name": "Oili Opas", "contact_phone": "040 123 4567", "contact_email": "oili@example.org"}
    client.post(reverse("events:event_create"), typed(world.union, publish="1", **contact))
    event = Event.objects.get()
    client.logout()
    row = register(event)
    for address in (event.get_absolute_url(), row.get_manage_url()):
        page = client.get(address)
        assert {"tel:0401234567", "mailto:oili@example.org"} <= set(links(page))
        assert "Oili Opas" in page.content.decode()
    # A copy keeps the contact person; somebody else can be written in.
    assert event.copy(now=timezone.now()).contact_name == "Oili Opas"


@pytest.mark.parametrize(("field", "value"), [("contact_phone", "soita"), ("contact_email", "oili")])
def test_a_contact_nobody_can_reach_is_told_at_its_field(client, world, field, value):
    client.force_login(world.staff)
    page = client.post(reverse("events:event_create"), typed(world.union, **{field: value}))
    assert list(page.context["form"].errors) == [field]


# --- The form of an event ---


@pytest.mark.parametrize("name", ["Tampere", "tampere", " TAMPERE ", "Tammerfors", "tammerFORS"])
def test_a_municipality_is_written_by_either_name(client, world, name):
    world.municipality.name_sv = "Tammerfors"
    world.municipality.save()
    client.force_login(world.staff)
    client.post(reverse("events:event_create"), typed(world.union, municipality=name))
    assert Event.objects.get().municipality == world.municipality


@pytest.mark.parametrize(
    ("name", "suggested"), [("Tamprere", "Tampere"), ("Tampereella", "Tampere"), ("Xyzzy", ""), ("837", "")]
)
def test_an_unknown_municipality_gets_suggestions(client, world, name, suggested):
    client.force_login(world.staff)
    page = client.post(reverse("events:event_create"), typed(world.union, municipality=name))
    errors = page.context["form"].errors
    assert list(errors) == ["municipality"]
    assert name in str(errors)
    assert suggested in str(errors)
    assert page.context["form"]["municipality"].value() == name


def test_a_municipality_that_is_no_more_is_not_taken(client, world):
    make.make_municipality("999", "Entiskylä")
    type(world.municipality).objects.filter(code="999").update(valid_to=timezone.localdate() - DAY)
    client.force_login(world.staff)
    page = client.post(reverse("events:event_create"), typed(world.union, municipality="Entiskylä"))
    assert list(page.context["form"].errors) == ["municipality"]


def test_the_edited_event_shows_the_name_of_its_municipality_and_keeps_it(client, world):
    event = make_event(world.union, municipality=world.municipality)
    client.force_login(world.staff)
    page = client.get(reverse("events:event_edit", args=[event.pk]))
    assert 'value="Tampere"' in page.content.decode()
    client.post(reverse("events:event_edit", args=[event.pk]), as_typed(event, user=world.staff, title="Uusi"))
    event.refresh_from_db()
    assert (event.title, event.municipality) == ("Uusi", world.municipality)
    client.post(reverse("events:event_edit", args=[event.pk]), as_typed(event, user=world.staff, municipality=None))
    event.refresh_from_db()
    assert event.municipality is None


def test_every_field_of_the_form_stands_in_one_of_its_parts(world):
    from events.calendar.forms import EventForm

    form = EventForm(user=world.administrator)
    shown = [field.name for _, fields in form.groups() for field in fields]
    assert sorted([*shown, "seen_version"]) == sorted(form.fields)


def test_the_parts_of_the_form_are_a_list_to_jump_by(client, world):
    client.force_login(world.staff)
    page = client.get(reverse("events:event_create"))
    text = page.content.decode()
    anchors = [link[1:] for link in links(page) if link.startswith("#group-")]
    assert len(anchors) == 6
    assert all(f'id="{anchor}"' in text for anchor in anchors)


# --- The organiser's short ways ---


def test_two_clicks_lead_from_the_desk_to_the_file_of_who_comes(client, world):
    event = make_event(world.union)
    register(event)
    client.force_login(world.staff)
    desk = client.get(reverse("home:dashboard"), follow=True)
    manage, file = reverse("events:event_manage"), reverse("events:registration_export", args=[event.pk, "xlsx"])
    assert manage in links(desk)
    assert file in links(client.get(manage))
    assert client.get(file).status_code == 200


def test_where_people_register_elsewhere_no_list_is_promised(client, world):
    outside = make_event(world.union, outside_registration_url="https://example.org/")
    draft = make_event(world.union, state="draft")
    # Registration moved elsewhere only after somebody had come: those must still be found.
    moved = make_event(world.union)
    register(moved)
    Event.objects.filter(pk=moved.pk).update(outside_registration_url="https://example.org/")
    here = make_event(world.union)
    client.force_login(world.staff)
    for event, is_shown in ((outside, False), (draft, False), (moved, True), (here, True)):
        address = reverse("events:registration_list", args=[event.pk])
        for page in (event.get_absolute_url(), reverse("events:event_manage")):
            assert (address in links(client.get(page))) == is_shown


# --- A cancelled event on the desk of who was coming ---


@pytest.fixture
def going(world):
    """The board member goes to an event in a month, the neighbour to another."""
    events = SimpleNamespace(mine=make_event(world.union, starts_at=evening(30), title="Peruttava ilta"))
    register(events.mine, world.board.email, person=world.board)
    register(make_event(world.union, starts_at=evening(30)), world.neighbour.email, person=world.neighbour)
    return events


def news(person, now):
    person.__dict__.pop("_registrations_ahead", None)
    return [step for step in next_steps.steps_for(person, now) if step.state_class == "ended"]


def test_who_was_coming_is_told_on_the_desk_and_others_are_not(client, world, going):
    now = timezone.now()
    assert news(world.board, now) == []
    telling.call_off(going.mine, reason="Syy", now=now)
    (step,) = news(world.board, now)
    assert going.mine.title in step.title
    assert step.url == going.mine.get_absolute_url()
    assert news(world.neighbour, now) == []
    client.force_login(world.board)
    desk = client.get(reverse("home:dashboard"), follow=True).content.decode()
    assert "Peruttava ilta" in desk
    assert next_steps.registrations_ahead(world.board, now, 5) == []


def test_the_news_stays_until_the_day_has_passed_and_at_least_two_weeks(world, going):
    now = timezone.now()
    telling.call_off(going.mine, reason="Syy", now=now)
    assert news(world.board, going.mine.ends_at)
    late_evening = going.mine.ends_at.replace(hour=23, minute=50)
    assert news(world.board, late_evening)
    assert not news(world.board, going.mine.ends_at + DAY)
    # Called off on the day before: who comes here seldom still reads it.
    Event.objects.filter(pk=going.mine.pk).update(cancelled_at=going.mine.starts_at - DAY)
    assert news(world.board, going.mine.starts_at + 12 * DAY)
    assert not news(world.board, going.mine.starts_at + 14 * DAY)


def test_who_gave_up_before_is_not_told_of_a_cancelled_event(world, going):
    Registration.objects.update(state="cancelled")
    telling.call_off(going.mine, reason="Syy", now=timezone.now())
    assert news(world.board, timezone.now()) == []
