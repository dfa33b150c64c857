"""Two people edit one event at the same time: nobody's work is lost unseen."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from events.calendar.forms import EventForm
from events.models import Event
from events.registrations import telling
from tests.events.makers import DAY, make_event, register
from tests.events.test_arranging import as_typed
from tests.world import build_world

pytestmark = pytest.mark.django_db


def edit(client, event, data):
    return client.post(reverse("events:event_edit", args=[event.pk]), data)


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ({"title": "Toisen otsikko"}, {"description": "Minun kuvaukseni"}),
        ({"description": "Toisen kuvaus"}, {"description": "Minun kuvaukseni"}),
        ({"price": "10 €"}, {"title": "Minun otsikkoni"}),
        ({"contact_name": "Oili Opas"}, {"title": "Minun otsikkoni"}),
        ({"capacity": "30"}, {"capacity": "40"}),
    ],
)
def test_the_second_to_save_is_refused_and_keeps_what_was_typed(client, world, theirs, mine):
    event = make_event(world.union, title="Alku", description="Alku")
    client.force_login(world.staff)
    my_form = as_typed(event, user=world.staff, **mine)
    assert edit(client, event, as_typed(event, user=world.staff, **theirs)).status_code == 302
    answer = edit(client, event, my_form)
    assert answer.status_code == 422
    event.refresh_from_db()
    (field, value), (typed_field, typed) = next(iter(theirs.items())), next(iter(mine.items()))
    assert str(getattr(event, field)) == value
    # What a colleague saved stands at its field, and what was typed is still in the form.
    assert value in str(answer.context["form"].errors[field])
    assert str(answer.context["form"][typed_field].value()) == typed
    # Having seen it, one decides.
    assert edit(client, event, my_form | {"seen_version": answer.context["form"]["seen_version"].value()}).url
    event.refresh_from_db()
    assert str(getattr(event, typed_field)) == typed


def test_regions_that_a_colleague_chose_are_not_taken_away_unseen(client, world):
    event = make_event(world.union)
    client.force_login(world.staff)
    my_form = as_typed(event, user=world.staff, title="Minun otsikkoni")
    edit(client, event, as_typed(event, user=world.staff, regions=[world.region.pk]))
    answer = edit(client, event, my_form)
    assert answer.status_code == 422
    assert world.region.name in str(answer.context["form"].errors["regions"])
    assert list(event.regions.all()) == [world.region]


def test_a_form_that_does_not_say_what_it_has_seen_changes_nothing(client, world):
    event = make_event(world.union, title="Alku")
    client.force_login(world.staff)
    for version in (None, "", "x", "0" * 40):
        assert (
            edit(client, event, as_typed(event, user=world.staff, title="Toinen", seen_version=version)).status_code
            == 422
        )
    event.refresh_from_db()
    assert event.title == "Alku"


def test_a_second_click_on_save_is_no_quarrel_with_oneself(client, world):
    event = make_event(world.union)
    register(event)
    client.force_login(world.staff)
    data = as_typed(event, user=world.staff, starts_on=(timezone.localdate() + 30 * DAY).isoformat())
    assert [edit(client, event, data).status_code for _ in range(3)] == [302, 302, 302]
    event.refresh_from_db()
    assert event.revision == 1


def test_registrations_and_publishing_meanwhile_are_no_reason_to_refuse(client, world):
    event = make_event(world.union, state="draft", capacity=5)
    client.force_login(world.staff)
    data = as_typed(event, user=world.staff, title="Uusi otsikko")
    event.publish(now=timezone.now())
    register(event)
    assert edit(client, event, data).status_code == 302
    event.refresh_from_db()
    assert (event.title, event.state, event.seats_taken) == ("Uusi otsikko", "published", 1)


def test_line_ends_of_the_browser_are_no_difference(client, world):
    event = make_event(world.union, description="yksi\nkaksi", title="Alku")
    client.force_login(world.staff)
    my_form = as_typed(event, user=world.staff, description="yksi\r\nkaksi")
    Event.objects.update(title="Toisen otsikko")
    answer = edit(client, event, my_form)
    assert set(answer.context["form"].errors) == {"__all__", "title"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.servers
def test_of_many_who_save_the_same_form_at_once_one_wins():
    world = build_world()
    event = make_event(world.union)
    together = threading.Barrier(6)

    def save(number):
        try:
            loaded = Event.objects.get(pk=event.pk)
            data = as_typed(loaded, user=world.staff, title=f"Otsikko {number}")
            form = EventForm(data, instance=loaded, user=world.staff)
            assert form.is_valid()
            together.wait(10)
            telling.save_changes(form, now=timezone.now())
            return True
        except telling.ChangedMeanwhile:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(save, range(6))) == [False] * 5 + [True]
