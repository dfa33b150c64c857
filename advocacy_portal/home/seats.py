"""On whose behalf a person acts now: one of their roles, chosen in the header."""

from django.utils.translation import gettext as _

from associations.roles.models import Role
from associations.roles.standing import standing_of

SESSION_KEY = "seat"
# The first seat of a new session: what one does most often.
RANK = {
    kind: rank
    for rank, kind in enumerate(
        ["chair", "secretary", "advocacy_officer", "board_member", "coordinator", "staff", "administrator"]
    )
}


def active_seat(request):
    """The Seat acted from, or None. A role that has lapsed since it was chosen is let go."""
    seats = sorted(standing_of(request.user).seats, key=lambda seat: RANK.get(seat.kind, 99))
    chosen = request.session.get(SESSION_KEY)
    return next((seat for seat in seats if seat.role == chosen), seats[0] if seats else None)


def seat_choices(request):
    """The context switcher's rows; nothing to choose with one role."""
    active = active_seat(request)
    names = dict(Role.Kind.choices)
    return [
        {
            "value": seat.role,
            "label": _("%(organisation)s, %(role)s")
            % {"organisation": seat.organisation_name, "role": names[seat.kind]}
            if seat.organisation_name
            else str(names[seat.kind]).capitalize(),
            "current": seat.role == active.role,
        }
        for seat in standing_of(request.user).seats
    ]


def take_seat(request, role):
    """Act from this role from now on. Returns the Seat, or None when it is not one's own."""
    seat = next((seat for seat in standing_of(request.user).seats if str(seat.role) == str(role)), None)
    if seat:
        request.session[SESSION_KEY] = seat.role
    return seat
