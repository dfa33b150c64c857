"""Staff describe, publish, change, copy and cancel events."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events.calendar.forms import EventForm
from events.models import Event, Registration
from events.registrations import telling
from notifications.models import OutgoingMail
from tests.events.makers import DAY, HOUR, helsinki, make_event, register, states


def typed(union, **changes):
    """The form as staff fill it in; None leaves a field out."""
    facts = {
        "organiser": union.pk,
        "kind": "training",
        "title": "Lapsivaikutusten arviointi kunnissa",
        "open_to_all": "on",
        "starts_on": (timezone.localdate() + 20 * DAY).isoformat(),
        "starts_clock": "17:30",
        "ends_clock": "19:00",
        "attendance": "remote",
        "language": "fi",
    } | changes
    return {name: value for name, value in facts.items() if value is not None}


def as_typed(event, **changes):
    """The form of an existing event, as the browser would send it back."""
    form = EventForm(instance=event, user=changes.pop("user"))
    sent = {}
    for name in form.fields:
        value = form[name].value()
        if value in (None, False, ""):
            continue
        if isinstance(value, datetime.date):
            value = value.isoformat()
        elif isinstance(value, datetime.time):
            value = value.strftime("%H:%M")
        sent[name] = value
    return {name: value for name, value in (sent | changes).items() if value is not None}


# --- Creating ---


def test_a_new_event_is_saved_as_a_draft(client, world):
    client.force_login(world.staff)
    response = client.post(reverse("events:event_create"), typed(world.union))
    event = Event.objects.get()
    assert response.url == event.get_absolute_url()
    assert (event.state, event.organiser, event.published_at) == ("draft", world.union, None)
    assert timezone.localtime(event.starts_at).strftime("%H.%M") == "17.30"


def test_a_new_event_can_be_published_at_once(client, world):
    client.force_login(world.staff)
    client.post(reverse("events:event_create"), typed(world.union, publish="1"))
    assert Event.objects.get().state == "published"


def test_an_event_that_is_over_is_not_published_and_the_form_says_so(client, world):
    client.force_login(world.staff)
    day = (timezone.localdate() - 3 * DAY).isoformat()
    response = client.post(reverse("events:event_create"), typed(world.union, publish="1", starts_on=day))
    assert response.status_code == 422
    assert response.context["form"].errors
    assert not Event.objects.exists()


def test_registering_may_go_on_until_the_very_day_of_the_event(client, world):
    client.force_login(world.staff)
    data = typed(world.union)
    response = client.post(reverse("events:event_create"), data | {"closes_on": data["starts_on"]})
    assert response.status_code == 302
    event = Event.objects.get()
    assert event.registration_closes_at == event.starts_at


def test_registering_closes_at_the_end_of_an_earlier_day(client, world):
    client.force_login(world.staff)
    day = timezone.localdate() + 10 * DAY
    client.post(reverse("events:event_create"), typed(world.union, closes_on=day.isoformat()))
    closes = timezone.localtime(Event.objects.get().registration_closes_at)
    assert (closes.date(), closes.strftime("%H.%M")) == (day, "23.59")


def test_registering_can_open_later(client, world):
    client.force_login(world.staff)
    day = timezone.localdate() + 5 * DAY
    client.post(reverse("events:event_create"), typed(world.union, opens_on=day.isoformat()))
    opens = timezone.localtime(Event.objects.get().registration_opens_at)
    assert (opens.date(), opens.strftime("%H.%M")) == (day, "00.00")


def test_an_online_course_lasts_many_days(client, world):
    client.force_login(world.staff)
    end = timezone.localdate() + 60 * DAY
    client.post(reverse("events:event_create"), typed(world.union, kind="online_course", ends_on=end.isoformat()))
    assert Event.objects.get().is_period


TODAY = timezone.localdate()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": ""}),
        ("title", {"title": "x" * 151}),
        ("title", {"title": "a\x00b"}),
        ("kind", {"kind": "party"}),
        ("starts_on", {"starts_on": "31.2.2027"}),
        ("starts_on", {"starts_on": "0000-01-01"}),
        ("starts_on", {"starts_on": "0001-01-01"}),
        ("starts_on", {"starts_on": "9999-12-31"}),
        ("starts_on", {"starts_on": None}),
        ("ends_on", {"ends_on": "9999-12-31"}),
        ("closes_on", {"closes_on": "0001-01-01"}),
        ("closes_on", {"closes_on": (TODAY + 30 * DAY).isoformat()}),
        ("opens_on", {"opens_on": (TODAY + 12 * DAY).isoformat(), "closes_on": (TODAY + 10 * DAY).isoformat()}),
        ("ends_clock", {"ends_clock": "17:30"}),
        ("ends_clock", {"ends_clock": "25:00"}),
        ("place", {"attendance": "onsite"}),
        ("capacity", {"capacity": "0"}),
        ("capacity", {"capacity": "-1"}),
        ("capacity", {"capacity": str(2**63)}),
        ("capacity", {"capacity": "10", "outside_registration_url": "https://example.org/"}),
        ("remote_link", {"remote_link": "javascript:alert(1)"}),
        ("municipality", {"municipality": str(2**64)}),
        ("regions", {"regions": [str(2**64)]}),
    ],
)
def test_what_cannot_be_is_told_at_its_field(client, world, field, changes):
    client.force_login(world.staff)
    response = client.post(reverse("events:event_create"), typed(world.union, **changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Event.objects.exists()


def test_ten_megabytes_of_text_get_an_answer(client, world):
    client.force_login(world.staff)
    response = client.post(reverse("events:event_create"), typed(world.union, description="a" * 10_000_000))
    assert response.status_code in (400, 413, 422)
    assert not Event.objects.exists()


def test_staff_arrange_events_for_their_own_union_only(client, world):
    client.force_login(world.staff)
    client.post(reverse("events:event_create"), typed(world.other_union))
    assert Event.objects.get().organiser == world.union


def test_who_works_for_several_unions_chooses_one_of_them(client, world):
    client.force_login(world.administrator)
    association = world.association
    response = client.post(reverse("events:event_create"), typed(association))
    assert list(response.context["form"].errors) == ["organiser"]
    client.post(reverse("events:event_create"), typed(world.other_union))
    assert Event.objects.get().organiser == world.other_union


# --- Publishing ---


def test_a_draft_is_published_once(world):
    now = timezone.now()
    event = make_event(world.union, state="draft")
    event.publish(now=now)
    assert (event.state, event.published_at) == ("published", now)
    with pytest.raises(ValidationError, match="Only a draft|Vain luonnoksen"):
        event.publish(now=now)


def test_an_event_that_is_over_cannot_be_published(world):
    event = make_event(world.union, state="draft")
    with pytest.raises(ValidationError):
        event.publish(now=event.ends_at + HOUR)


def test_publishing_twice_on_the_page_is_refused(client, world):
    client.force_login(world.staff)
    event = make_event(world.union, state="draft")
    address = reverse("events:event_publish", args=[event.pk])
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 403


# --- Copying ---


def test_a_copy_is_a_prefilled_form_a_year_later_on_the_same_weekday_and_hour(client, world):
    client.force_login(world.staff)
    # 364 days on, Finland is still on summer time: the hour must not move.
    original = make_event(
        world.union, starts_at=helsinki(2027, 11, 1, 17, 30), ends_at=helsinki(2027, 11, 1, 19), capacity=20
    )
    with_regions = original.regions
    with_regions.set([world.region])
    response = client.get(reverse("events:event_create"), {"kopio": original.pk})
    form = response.context["form"]
    assert (form["title"].value(), form["capacity"].value()) == (original.title, 20)
    day = form["starts_on"].value()
    assert day == datetime.date(2028, 10, 30)
    assert day.weekday() == 0
    assert str(form["starts_clock"].value())[:5] == "17:30"
    assert str(form["ends_clock"].value())[:5] == "19:00"
    assert form["regions"].value() == [world.region.pk]


def test_a_copy_of_an_old_event_lies_ahead(world):
    old = make_event(world.union, starts_at=timezone.now() - 1000 * DAY)
    copy = old.copy(now=timezone.now())
    assert timezone.now() < copy.starts_at < timezone.now() + 53 * 7 * DAY
    assert timezone.localtime(copy.starts_at).weekday() == timezone.localtime(old.starts_at).weekday()


def test_a_copy_has_no_registrations_and_a_calendar_entry_of_its_own(client, world):
    client.force_login(world.staff)
    original = make_event(world.union, capacity=1)
    register(original)
    address = reverse("events:event_create") + f"?kopio={original.pk}"
    client.post(address, typed(world.union, publish="1"))
    copy = Event.objects.exclude(pk=original.pk).get()
    assert (copy.seats_taken, copy.last_number, copy.revision, copy.state) == (0, 0, 0, "published")
    assert copy.uid != original.uid


@pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 30, "²"])
def test_a_copy_of_nothing_is_an_empty_form(client, world, number):
    client.force_login(world.staff)
    response = client.get(reverse("events:event_create"), {"kopio": number})
    assert response.status_code == 200
    assert not response.context["form"]["title"].value()


def test_another_union_s_event_cannot_be_copied(client, world):
    client.force_login(world.staff)
    theirs = make_event(world.other_union)
    assert client.get(reverse("events:event_create"), {"kopio": theirs.pk}).status_code == 404


# --- Changing ---


def test_a_new_title_tells_nobody(client, world):
    client.force_login(world.staff)
    event = make_event(world.union)
    register(event)
    data = as_typed(event, user=world.staff, title="Uusi otsikko")
    assert client.post(reverse("events:event_edit", args=[event.pk]), data).status_code == 302
    event.refresh_from_db()
    assert (event.title, event.revision) == ("Uusi otsikko", 0)
    assert not OutgoingMail.objects.filter(kind="event-moved").exists()


def test_a_new_time_is_told_to_everybody_once(client, world):
    client.force_login(world.staff)
    event = make_event(world.union, capacity=1)
    register(event), register(event)
    gone = register(make_event(world.union))
    data = as_typed(event, user=world.staff, starts_on=(timezone.localdate() + 30 * DAY).isoformat())
    client.post(reverse("events:event_edit", args=[event.pk]), data)
    client.post(reverse("events:event_edit", args=[event.pk]), data)
    event.refresh_from_db()
    assert event.revision == 1
    told = OutgoingMail.objects.filter(kind="event-moved")
    assert sorted(told.values_list("about", flat=True)) == sorted(event.registrations.values_list("pk", flat=True))
    assert gone.pk not in told.values_list("about", flat=True)


def test_a_form_opened_before_somebody_moved_the_event_does_not_move_it_back(client, world):
    client.force_login(world.staff)
    event = make_event(world.union)
    register(event)
    old_form = as_typed(event, user=world.staff, title="Kirjoitusvirhe korjattu")
    moved = as_typed(event, user=world.staff, starts_on=(timezone.localdate() + 40 * DAY).isoformat())
    client.post(reverse("events:event_edit", args=[event.pk]), moved)
    answer = client.post(reverse("events:event_edit", args=[event.pk]), old_form)
    event.refresh_from_db()
    assert (answer.status_code, event.revision) == (422, 1)
    assert "Kirjoitusvirhe korjattu" in answer.content.decode()
    assert OutgoingMail.objects.filter(kind="event-moved").count() == 1


def test_more_seats_are_given_to_those_who_wait_in_order(client, world):
    client.force_login(world.staff)
    event = make_event(world.union, capacity=1)
    for _ in range(4):
        register(event)
    client.post(reverse("events:event_edit", args=[event.pk]), as_typed(event, user=world.staff, capacity=3))
    assert states(event) == ["confirmed", "confirmed", "confirmed", "waiting"]
    event.refresh_from_db()
    assert event.seats_taken == 3
    assert OutgoingMail.objects.filter(kind="registration-promoted").count() == 2


def test_seats_that_are_taken_cannot_be_taken_away(client, world):
    client.force_login(world.staff)
    event = make_event(world.union, capacity=3)
    register(event), register(event)
    event.refresh_from_db()
    address = reverse("events:event_edit", args=[event.pk])
    response = client.post(address, as_typed(event, user=world.staff, capacity=1))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["capacity"]


def test_a_seat_taken_while_the_form_is_saved_stays_taken(world):
    event = make_event(world.union, capacity=3)
    loaded = Event.objects.get(pk=event.pk)
    form = EventForm(as_typed(loaded, user=world.staff, capacity=1), instance=loaded, user=world.staff)
    assert form.is_valid()
    register(event), register(event)
    with pytest.raises(ValidationError):
        telling.save_changes(form, now=timezone.now())
    event.refresh_from_db()
    assert (event.capacity, event.seats_taken, event.last_number) == (3, 2, 2)


def test_a_change_saved_beside_a_move_does_not_take_the_move_s_number_back(world):
    event = make_event(world.union, place="Sali", attendance="onsite")
    loaded = Event.objects.get(pk=event.pk)
    form = EventForm(as_typed(loaded, user=world.staff, title="Toinen"), instance=loaded, user=world.staff)
    assert form.is_valid()
    Event.objects.filter(pk=event.pk).update(revision=5)
    telling.save_changes(form, now=timezone.now())
    event.refresh_from_db()
    assert event.revision >= 5


def test_a_draft_moves_without_a_letter(client, world):
    client.force_login(world.staff)
    event = make_event(world.union, state="draft")
    data = as_typed(event, user=world.staff, starts_on=(timezone.localdate() + 30 * DAY).isoformat())
    client.post(reverse("events:event_edit", args=[event.pk]), data)
    assert not OutgoingMail.objects.exists()


# --- Cancelling ---


def test_a_cancelled_event_tells_all_who_were_coming_or_waiting(client, world):
    client.force_login(world.staff)
    event = make_event(world.union, capacity=1)
    here = [register(event), register(event)]
    address = reverse("events:event_cancel", args=[event.pk])
    response = client.post(address, {"reason": "Kouluttaja sairastui."}, follow=True)
    assert "Kouluttaja sairastui." in response.content.decode()
    event.refresh_from_db()
    assert (event.state, event.cancel_reason, event.revision) == ("cancelled", "Kouluttaja sairastui.", 1)
    told = OutgoingMail.objects.filter(kind="event-cancelled").values_list("about", flat=True)
    assert sorted(told) == sorted(row.pk for row in here)
    assert client.post(address, {"reason": "Taas."}).status_code == 403
    assert told.all().count() == 2


def test_an_event_is_not_cancelled_without_a_reason_or_by_looking(client, world):
    client.force_login(world.staff)
    event = make_event(world.union)
    address = reverse("events:event_cancel", args=[event.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "a\x00b"}).status_code == 422
    assert client.post(address, {"reason": "a" * 501}).status_code == 422
    event.refresh_from_db()
    assert event.state == "published"


def test_cancelling_twice_is_refused(world):
    event = make_event(world.union)
    telling.call_off(event, reason="Syy", now=timezone.now())
    with pytest.raises(ValidationError):
        telling.call_off(event, reason="Syy", now=timezone.now())


# --- What always holds ---


@pytest.mark.parametrize(
    "facts",
    [
        {"ends_at": timezone.now() - DAY},
        {"capacity": 1, "seats_taken": 2},
        {"capacity": 0},
        {"registration_closes_at": timezone.now() + 100 * DAY},
    ],
)
def test_the_database_refuses_an_impossible_event(world, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_event(world.union, **facts)


def test_events_are_changed_on_their_own_pages_where_seats_are_safe(client, world):
    """A whole-row save in the administration site would give taken seats back."""
    event = make_event(world.union, capacity=5)
    world.administrator.is_staff = world.administrator.is_superuser = True
    world.administrator.save()
    client.force_login(world.administrator)
    assert client.get(reverse("admin:events_event_changelist")).status_code == 200
    assert client.post(reverse("admin:events_event_change", args=[event.pk]), {"title": "x"}).status_code == 403
    assert Registration.objects.count() == 0


def test_who_had_registered_sees_first_of_all_that_the_event_is_cancelled(client, world):
    event = make_event(world.union, remote_link="https://example.org/etahuone")
    registration = register(event, person=world.board)
    assert registration.is_confirmed
    client.force_login(world.board)
    assert "https://example.org/etahuone" in client.get(event.get_absolute_url()).content.decode()
    event.call_off(reason="Kouluttaja sairastui.", now=timezone.now())
    page = client.get(event.get_absolute_url()).content.decode()
    assert "Kouluttaja sairastui." in page
    assert "https://example.org/etahuone" not in page
    assert "Olet tulossa" not in page
