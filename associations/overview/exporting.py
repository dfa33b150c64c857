"""The overview as a file: what the staff and the coordinator see of each association, row by row."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from associations.overview import counting, needs

# A workbook is built in memory.
MOST_IN_A_WORKBOOK = 10_000
A_TIME = 1_000


def heading():
    return [
        _("Association"),
        _("Central organisation"),
        _("District"),
        _("Municipality"),
        _("Wellbeing region"),
        _("Chair"),
        _("Chair's phone number"),
        _("Chair's e-mail"),
        _("On the board"),
        _("Board for next year"),
        _("E-mail"),
        _("Phone number"),
        _("Details confirmed"),
        _("Last active"),
        _("What is missing"),
    ]


def lines(states, today):
    """The rows, fetched and their boards looked up some at a time; whose area has changed meanwhile is left out."""
    whole = states.select_related(
        "organisation__union", "organisation__parent", "organisation__home_municipality__wellbeing_region"
    )
    hand = []
    for state in whole.iterator(chunk_size=A_TIME):
        hand.append(state)
        if len(hand) == A_TIME:
            yield from _lines(hand, today)
            hand = []
    yield from _lines(hand, today)


def _lines(states, today):
    boards = counting.boards_of([state.pk for state in states], today)
    for state in states:
        board = boards.get(state.pk, counting.Board())
        if counting.is_in_its_place(state):
            yield _line(state, board, today)


def _line(state, board, today):
    organisation = state.organisation
    home = organisation.home_municipality
    # As they are at this moment, whatever was counted.
    state.has_chair, state.board_size, state.has_next_board = bool(board.chairs), len(board.people), board.has_next
    return [
        organisation.name,
        organisation.union.name if organisation.union else "",
        organisation.parent.name if state.district_id and organisation.parent else "",
        home.name if home else "",
        home.wellbeing_region.name if home and home.wellbeing_region else "",
        ", ".join(name for name, _phone, _email in board.chairs),
        ", ".join(phone for _name, phone, _email in board.chairs if phone),
        ", ".join(email for _name, _phone, email in board.chairs),
        len(board.people),
        pgettext("answer", "Yes") if board.has_next else pgettext("answer", "No"),
        organisation.email,
        organisation.phone,
        state.details_confirmed_on,
        state.last_active_on,
        ", ".join(str(need.label) for need in needs.needs_of(state, organisation, today)),
    ]
