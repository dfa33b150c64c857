"""Who gets which answer from the pages of the events."""

from tests.events.makers import make_event, register

ROLES = ("visitor", "board", "neighbour", "coordinator", "staff", "other_staff", "administrator")
# To events these are as near as those: what is a board's own is not theirs.
ALIKE = {"member": "neighbour", "chair": "neighbour", "legal": "neighbour", "far_coordinator": "coordinator"}


def row(answers, args=None, method="get", **more):
    """``answers``: one word for each role, in the order of ROLES."""
    told = dict(zip(ROLES, answers.split(), strict=True))
    return told | {role: told[like] for role, like in ALIKE.items()} | {"args": args, "method": method} | more


def of_the_union(world):
    """An event for the union's own people: others must not know of it."""
    return [make_event(world.union, open_to_all=False).pk]


def draft(world):
    return [make_event(world.union, state="draft").pk]


def boards_own(world):
    """A registration of the board member."""
    return [register(make_event(world.union), world.board.email, person=world.board).pk]


def letters_link(world):
    return [register(make_event(world.union)).token]


def for_csv(world):
    return [*of_the_union(world), "csv"]


EVERYBODY = "OK OK OK OK OK OK OK"
SIGNED_IN = "LOGIN OK OK OK OK OK OK"
OFFICE = "LOGIN NO NO NO OK OK OK"
FAMILY = "LOGIN OK OK OK OK GONE OK"
ORGANISER = "LOGIN NO NO NO OK GONE OK"
DRAFTERS = "LOGIN GONE GONE GONE OK GONE OK"

ROWS = {
    "events:event_list": row(EVERYBODY),
    "events:calendar_feed": row(EVERYBODY),
    "events:event": row(FAMILY, of_the_union),
    "events:event_calendar": row(FAMILY, of_the_union),
    "events:register": row(FAMILY, of_the_union),
    "events:registered": row(FAMILY, of_the_union),
    "events:event_manage": row(OFFICE),
    "events:event_export": row(OFFICE, lambda world: ["csv"]),
    "events:event_create": row(OFFICE),
    "events:event_edit": row(ORGANISER, of_the_union),
    "events:event_cancel": row(ORGANISER, of_the_union),
    "events:event_publish": row(DRAFTERS, draft, "post"),
    "events:registration_list": row(ORGANISER, of_the_union),
    "events:registration_export": row(ORGANISER, for_csv),
    "events:my_registrations": row(SIGNED_IN),
    "events:registration": row("LOGIN OK GONE GONE GONE GONE GONE", boards_own),
    "events:registration_cancel": row("LOGIN OK GONE GONE GONE GONE GONE", boards_own),
    # The signed link of a letter is the right itself.
    "events:registration_manage": row(EVERYBODY, letters_link),
    "events:registration_manage_cancel": row(EVERYBODY, letters_link),
    "events:registration_calendar": row(EVERYBODY, letters_link),
}
