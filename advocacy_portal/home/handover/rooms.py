"""Which rooms have work that follows a board role. Each has a module ``handing_over`` with

``open_work(person, organisation, *, day, now)``: lines (lib.steps.Step) of what the person has before them, and
``hand_over(person, organisation, successor, *, now)``: the successor does it from now on; how many things moved.
"""

from events.registrations import handing_over as registrations
from materials.brochures import handing_over as brochures

MOVED = (registrations,)
# The association's own: shown, because somebody should finish it, but nobody's to move.
STAYS = (brochures,)


def moving(person, organisation, *, day, now):
    """What moves when the person gives their role away on ``day``."""
    return [line for room in MOVED for line in room.open_work(person, organisation, day=day, now=now)]


def unfinished(person, organisation, *, day, now):
    """What the person has begun and the association keeps."""
    return [line for room in STAYS for line in room.open_work(person, organisation, day=day, now=now)]


def move(person, organisation, successor, *, now):
    """Move everything. Twice moves it once; call inside a transaction."""
    return sum(room.hand_over(person, organisation, successor, now=now) for room in MOVED)
