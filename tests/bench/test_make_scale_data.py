"""The measuring data keep every rule of the real ones."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q

from accounts.models import User
from associations.models import AssociationState, Organisation, Role
from associations.roles.standing import standing_of
from events.calendar.models import Event
from events.registrations.models import Registration
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def places():
    make.make_municipality()
    make.make_municipality()


def fill(**numbers):
    words = {"associations": 20, "people": 60, "events": 60, "registrations": 1500} | numbers
    call_command("make_scale_data", yes=True, stdout=open("/dev/null", "w"), **words)


def test_a_real_portal_is_not_filled_by_accident(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError):
        call_command("make_scale_data", people=1)
    assert not User.objects.exists()


def test_seats_numbers_and_states_are_as_if_people_had_come_one_by_one():
    fill()
    confirmed = Count("registrations", filter=Q(registrations__state="confirmed"))
    waiting = Count("registrations", filter=Q(registrations__state="waiting"))
    events = Event.objects.annotate(confirmed=confirmed, waiting=waiting, all=Count("registrations"))
    assert not events.exclude(seats_taken=F("confirmed")).exists()
    assert not events.exclude(last_number=F("all")).exists()
    assert not events.filter(waiting__gt=0).exclude(seats_taken=F("capacity")).exists()
    assert Registration.objects.count() == 1500
    assert not Registration.objects.exclude(event__state="published").exists()


def test_a_chair_made_so_sits_on_the_board_of_an_association_of_a_union():
    fill()
    chair = Role.objects.filter(kind="chair").first().person
    assert standing_of(chair).boards
    assert standing_of(chair).unions
    assert Organisation.objects.inside(chair).exists()


def test_a_second_run_adds_as_much_again():
    fill()
    fill(seed=2)
    assert User.objects.count() == 120
    assert Registration.objects.count() == 3000
    fill(associations=0, people=0, events=0, registrations=100)
    assert Registration.objects.count() == 3100
    assert not Event.objects.annotate(all=Count("registrations")).exclude(last_number=F("all")).exists()


def test_the_same_seed_gives_the_same_names():
    fill()
    first = list(User.objects.order_by("pk").values_list("name", flat=True))
    fill()
    again = list(User.objects.order_by("pk").values_list("name", flat=True)[len(first) :])
    assert first == again


def test_every_association_made_so_is_counted_and_leaves_no_history():
    fill()
    assert AssociationState.objects.count() == 20
    assert set(AssociationState.objects.values_list("has_chair", flat=True)) == {True}
    assert not Organisation.history.rel.related_model.objects.exists()
    assert not Role.history.rel.related_model.objects.exists()
    # Only the filling is spared: what people do afterwards is written down.
    Organisation.objects.filter(kind="association").first().delete()
    assert Organisation.history.rel.related_model.objects.exists()
