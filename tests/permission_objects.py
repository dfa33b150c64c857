"""What the questions of the ``permissions.py`` files are asked about: {name of the parameter: maker from the world}."""

import datetime

from django.utils import timezone

from associations.checks.models import DetailsRound
from associations.models import UnionDate
from tests import factories as make
from tests.associations import joining_makers as joining
from tests.events.makers import make_event, register
from tests.materials import makers as brochures


def network_of(world):
    """A network that the board's association belongs to."""
    network = make.make_network()
    make.make_network_membership(world.association, network)
    return network


def own_event(world):
    return make_event(world.union)


OBJECTS = {
    "organisation": lambda world: world.association,
    "association": lambda world: world.association,
    "event": own_event,
    "registration": lambda world: register(own_event(world), world.board.email, person=world.board),
    "role": lambda world: world.board.roles.get(),
    "invitation": lambda world: joining.make_invitation(world.association, world.chair),
    "join_request": lambda world: joining.make_join_request(world.association),
    "details_round": lambda world: DetailsRound.objects.create(
        union=world.union, title="Tiedot", opened_on=datetime.date(2026, 1, 1), deadline=datetime.date(2026, 1, 31)
    ),
    "network": lambda world: network_of(world),
    "date": lambda world: UnionDate.objects.create(union=world.union, title_fi="Oma päivä", day=1, month=2),
    "brochure": lambda world: brochures.make_brochure(world.association),
    "file": lambda world: brochures.make_failed_file(brochures.make_brochure(world.association), now=timezone.now()),
}
