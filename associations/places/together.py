"""What our associations do in one municipality, told to those who work there."""

from dataclasses import dataclass, field

from associations.organisations.models import Organisation
from associations.roles.standing import standing_of

EVENTS = 5
MOST = 30


@dataclass
class Together:
    """The other associations of a municipality. ``contact`` is filled for one's own union only."""

    associations: list = field(default_factory=list)


def together_in(user, municipality):
    """A Together for insiders of an association there, when there are others too; else None. At most two queries."""
    standing = standing_of(user)
    if not (standing.organisations or standing.is_administrator):
        return None
    here = Organisation.objects.active().in_municipality(municipality).associations()
    if not here.inside(user).exists():
        return None
    found = list(here.select_related("union").order_by("name_fi", "pk")[:MOST])
    if len(found) < 2:
        return None
    for one in found:
        is_own_union = one.union_id in standing.unions or standing.is_administrator
        one.is_mine = one.pk in standing.organisations
        # The association's own number and address, never a board member's: those are its insiders' alone.
        one.may_call = is_own_union and not one.is_mine and bool(one.phone or one.email)
    return Together(found)


def events_in(place, now):
    """The nearest events in a municipality or region that everybody may come to. One query."""
    # The events of a place are asked by the related name: this room knows nothing of that app.
    events = place.events.announced_to_all().upcoming(now)
    return list(events[:EVENTS])
