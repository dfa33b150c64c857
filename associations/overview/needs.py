"""What an association may lack, how much each lack weighs, and what it is called."""

import datetime
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from associations.organisations.next_steps import LAST_MONTHS, contacts_missing, contacts_missing_words

A_YEAR = datetime.timedelta(days=365)
# Together the lighter ones weigh less than a missing chair, and that less than a missing board.
NO_BOARD, NO_CHAIR, NO_CONTACTS, QUIET, UNCONFIRMED, ONE_CONTACT, NO_NEXT_BOARD = 40, 20, 8, 6, 3, 2, 1

# word in the address: what the filter and the count are called
STATES = {
    "ei-hallitusta": gettext_lazy("No board in the portal"),
    "ei-puheenjohtajaa": gettext_lazy("No chair"),
    "ei-yhteystietoja": gettext_lazy("Contact details missing"),
    "hiljaista": gettext_lazy("Quiet for a year"),
    "vahvistamatta": gettext_lazy("Details not confirmed in a year"),
    "ei-seuraavaa-hallitusta": gettext_lazy("No board for next year"),
}


@dataclass(frozen=True)
class Need:
    """Something that an association lacks (puute): its weight and its name."""

    word: str
    weight: int
    label: str


def asks_for_next_board(today):
    """Next year's board is asked for in the last two months."""
    return today.month in LAST_MONTHS


def states_of(today):
    """The filters of the season: {word: name}."""
    return {
        word: label for word, label in STATES.items() if word != "ei-seuraavaa-hallitusta" or asks_for_next_board(today)
    }


def condition(word, today):
    """The lack as a condition on the counted states."""
    return {
        "ei-hallitusta": Q(board_size=0),
        "ei-puheenjohtajaa": Q(has_chair=False),
        "ei-yhteystietoja": Q(is_reachable=False),
        "hiljaista": Q(last_active_on=None) | Q(last_active_on__lt=today - A_YEAR),
        "vahvistamatta": Q(details_confirmed_on=None) | Q(details_confirmed_on__lt=today - A_YEAR),
        # Who has no board at all is asked for that first.
        "ei-seuraavaa-hallitusta": Q(has_next_board=False, board_size__gt=0),
    }[word]


def needs_of(state, organisation, today):
    """What the association lacks, the heaviest first. ``state`` carries the counted facts."""
    missing = contacts_missing(organisation.email, organisation.phone)
    found = []
    if not state.board_size:
        found.append(Need("ei-hallitusta", NO_BOARD, _("No board in the portal")))
    elif not state.has_chair:
        found.append(Need("ei-puheenjohtajaa", NO_CHAIR, _("No chair")))
    if missing:
        weight = NO_CONTACTS if len(missing) > 1 else ONE_CONTACT
        found.append(Need("ei-yhteystietoja", weight, contacts_missing_words(missing)))
    if is_long_ago(state.last_active_on, today):
        found.append(Need("hiljaista", QUIET, _("Quiet for a year")))
    if is_long_ago(state.details_confirmed_on, today):
        found.append(Need("vahvistamatta", UNCONFIRMED, _("Details not confirmed in a year")))
    if asks_for_next_board(today) and state.board_size and not state.has_next_board:
        found.append(Need("ei-seuraavaa-hallitusta", NO_NEXT_BOARD, _("No board for next year")))
    return sorted(found, key=lambda need: -need.weight)


def is_long_ago(day, today):
    return day is None or day < today - A_YEAR
