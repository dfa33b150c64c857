"""Who gets what of the associations' pages."""

import datetime

from django.core.files.base import ContentFile
from django.utils import timezone

from associations.checks.models import DetailsRound
from associations.models import Service, UnionDate
from associations.organisations import branding, logos
from tests import factories
from tests.associations import joining_makers as joining

EVERYBODY = dict.fromkeys(
    [
        "visitor",
        "member",
        "board",
        "chair",
        "neighbour",
        "coordinator",
        "far_coordinator",
        "staff",
        "other_staff",
        "legal",
        "administrator",
    ],
    "OK",
)
SIGNED_IN = EVERYBODY | {"visitor": "LOGIN"}
# Only some of them: LOGIN for the visitor, a refusal with its reason for the others.
REFUSED = dict.fromkeys(EVERYBODY, "NO") | {"visitor": "LOGIN"}


def association(world):
    return [world.association.pk]


def details_round(world):
    """The open round of the world's union; a new one when it has been closed."""
    today = timezone.localdate()
    return DetailsRound.objects.get_or_create(
        union=world.union, closed_at=None, defaults={"title": "Tiedot", "opened_on": today, "deadline": today}
    )[0].pk


FOLLOWED = dict.fromkeys(EVERYBODY, "GONE") | {"visitor": "LOGIN"}
FOLLOWED |= dict.fromkeys(["coordinator", "far_coordinator", "staff", "administrator"], "OK")


OWN_DATE = REFUSED | {"staff": "OK", "administrator": "OK", "other_staff": "GONE"}


def own_date(world):
    return UnionDate.objects.create(union=world.union, title_fi="Oma päivä", day=20, month=11, audience="family").pk


def service():
    return Service.objects.get_or_create(key="ecec", defaults={"name_fi": "Varhaiskasvatus", "responsible": "both"})[0]


# An association's own people, who look after it and the office; others know the association, not its people.
INSIDERS = REFUSED | dict.fromkeys(["member", "board", "chair", "coordinator", "staff", "administrator"], "OK")
LEADERS = REFUSED | dict.fromkeys(["chair", "coordinator", "staff", "administrator"], "OK")
# A role, an invitation or a request is not found by those who may not know of it.
ROLE_LEADERS = dict.fromkeys(EVERYBODY, "GONE") | {
    "visitor": "LOGIN", "member": "NO", "board": "NO", "chair": "OK", "coordinator": "OK", "staff": "OK",
    "administrator": "OK",
}  # fmt: skip
INCOMER_LEADERS = ROLE_LEADERS | {"member": "GONE"}


def boards_role(world):
    return [world.association.pk, world.board.roles.get().pk]


def role_ahead(world):
    day = timezone.localdate() + datetime.timedelta(days=30)
    person = factories.make_user()
    return [world.association.pk, factories.make_role(person, "board_member", world.association, starts_on=day).pk]


def invitation(world):
    return joining.make_invitation(world.association, world.chair)


def join_request(world):
    return joining.make_join_request(world.association)


# Bringing registers in is for the union's own office; to others a file does not exist.
STAFF = REFUSED | dict.fromkeys(["staff", "other_staff", "administrator"], "OK")
OF_THE_UNION = dict.fromkeys(EVERYBODY, "GONE") | {"visitor": "LOGIN", "staff": "OK", "administrator": "OK"}


def an_import(world, state="uploaded", **facts):
    """A file of the union's staff, with what must not leak in its name and in its sample."""
    from django.utils import timezone

    from associations.models import RegisterImport

    now = timezone.now()
    made = RegisterImport.objects.create(
        union=world.union, subject="organisations", state=state, file="imports/x", file_name="rekisteri.csv",
        columns=["nimi"], sample=[["Salainen ry"]], started_by=world.staff, created_at=now, applied_at=now, **facts,
    )  # fmt: skip
    return [made.pk]


def a_checked_import(world):
    return an_import(world, "checked", findings={"create": 1, "change": 0, "faults": 0})


def a_done_import(world):
    return an_import(world, "done")


# --- Networks and looks ---
def network(world):
    return factories.make_network().pk


def invited(world):
    return [factories.make_network_membership(world.association).pk]


def joined(world):
    return [factories.make_network_membership(world.association, joined_on=timezone.localdate()).pk]


def branded(world, part):
    """The address of the union's colours or logo."""
    if part == "css":
        world.union.change_colours({"primary": "#1d6636", "strong": "#0f3d1f", "soft": "#e3f2e7"})
        return [world.union.pk, branding.digest_of(branding.colours_of(world.union))]
    world.union.logo.save("logo.png", ContentFile(b"x"))
    return [world.union.pk, logos.digest_of(world.union.logo.name)]


NETWORK_BOARD = REFUSED | {"administrator": "OK"}
# Who may not know of an invitation does not find it.
OF_THE_INVITED = dict.fromkeys(EVERYBODY, "GONE") | {
    "visitor": "LOGIN", "member": "NO", "board": "NO", "chair": "OK", "coordinator": "NO", "staff": "NO",
    "administrator": "NO",
}  # fmt: skip
OF_THE_CHAIR = REFUSED | {"chair": "OK"}

ROWS = {
    "associations:people": INSIDERS | {"args": association},
    "associations:people_export": LEADERS | {"board": "OK", "args": lambda world: [world.association.pk, "csv"]},
    "associations:role_enter": LEADERS | {"args": association},
    "associations:role_edit": ROLE_LEADERS | {"args": boards_role},
    # Everybody may leave a role of their own.
    "associations:role_end": ROLE_LEADERS | {"board": "OK"} | {"args": boards_role},
    "associations:role_remove": ROLE_LEADERS | {"args": role_ahead},
    "associations:invitation_resend": INCOMER_LEADERS
    | {"args": lambda world: [invitation(world).pk], "method": "post"},
    "associations:invitation_withdraw": INCOMER_LEADERS
    | {"args": lambda world: [invitation(world).pk], "method": "post"},
    # The signed link of a letter is the right itself.
    "associations:invitation": EVERYBODY | {"args": lambda world: [invitation(world).token]},
    "associations:invitation_decline": EVERYBODY | {"args": lambda world: [invitation(world).token]},
    "associations:join": SIGNED_IN | dict.fromkeys(["member", "board", "chair"], "NO") | {"args": association},
    "associations:join_approve": INCOMER_LEADERS | {"args": lambda world: [join_request(world).pk], "method": "post"},
    "associations:join_refuse": INCOMER_LEADERS | {"args": lambda world: [join_request(world).pk]},
    # Only who asked takes a request back.
    "associations:join_withdraw": INCOMER_LEADERS
    | dict.fromkeys(["chair", "coordinator", "staff", "administrator"], "NO")
    | {"args": lambda world: [join_request(world).pk], "method": "post"},
    "associations:organisation_list": EVERYBODY,
    "associations:organisation_export": EVERYBODY | {"args": lambda world: ["csv"]},
    "associations:branding": REFUSED
    | {"staff": "OK", "administrator": "OK", "args": lambda world: [world.union.pk]}
    | {"foreign": lambda world: [world.other_union.pk]},
    "associations:brand_css": EVERYBODY | {"args": lambda world: branded(world, "css")},
    "associations:brand_preview_css": EVERYBODY | {"args": lambda world: ["0b5563-073f4a-e4f0f1"]},
    "associations:organisation_logo": EVERYBODY | {"args": lambda world: branded(world, "logo")},
    "associations:network_members": NETWORK_BOARD | {"args": lambda world: [network(world)]},
    # An invitation to nobody: whoever may invite is told that there is no such organisation.
    "associations:network_invite": REFUSED
    | {"administrator": "GONE", "args": lambda world: [network(world)], "method": "post"},
    "associations:network_contacts": REFUSED | {"args": lambda world: [network(world)]},
    "associations:network_contacts_export": REFUSED | {"args": lambda world: [network(world), "csv"]},
    "associations:organisation_networks": INSIDERS
    | {"args": association}
    | {"foreign": lambda world: [world.other_association.pk]},
    "associations:membership_answer": OF_THE_INVITED
    | {"args": invited, "method": "post", "data": {"vastaus": "liity"}},
    "associations:membership_share": OF_THE_CHAIR | {"args": joined, "method": "post", "data": {"nayta": "1"}},
    "associations:membership_leave": OF_THE_CHAIR | {"args": joined, "method": "post"},
    "associations:network_remove": NETWORK_BOARD | {"args": joined, "method": "post"},
    "associations:organisation": EVERYBODY | {"args": association},
    "associations:organisation_edit": REFUSED
    | dict.fromkeys(["board", "chair", "coordinator", "staff", "administrator"], "OK")
    | {"args": association},
    "associations:area": REFUSED
    | dict.fromkeys(["coordinator", "far_coordinator", "staff", "other_staff", "administrator"], "OK"),
    "associations:area_export": REFUSED
    | dict.fromkeys(["coordinator", "far_coordinator", "staff", "other_staff", "administrator"], "OK")
    | {"args": lambda world: ["csv"]},
    "associations:wellbeing_region_list": EVERYBODY,
    "associations:wellbeing_region": EVERYBODY | {"args": lambda world: [world.region.code]},
    "associations:municipality": EVERYBODY | {"args": lambda world: [world.municipality.code]},
    "associations:municipality_export": EVERYBODY | {"args": lambda world: ["csv"]},
    "associations:municipality_list": EVERYBODY,
    "associations:approach": EVERYBODY,
    "associations:approach_answer": EVERYBODY | {"args": lambda world: [service().key, world.municipality.code]},
    # Only staff keep a union's own dates; the date of the rows is for the union's own people.
    "associations:own_date_list": REFUSED | dict.fromkeys(["staff", "other_staff", "administrator"], "OK"),
    "associations:own_date_create": REFUSED | dict.fromkeys(["staff", "other_staff", "administrator"], "OK"),
    "associations:own_date_edit": OWN_DATE | {"args": lambda world: [own_date(world)]},
    "associations:own_date_delete": OWN_DATE | {"args": lambda world: [own_date(world)], "method": "post"},
    "associations:organisation_history": REFUSED
    | dict.fromkeys(["chair", "staff", "administrator"], "OK")
    | {"args": association},
    "associations:details_check": REFUSED
    | dict.fromkeys(["board", "chair", "coordinator", "staff", "administrator"], "OK")
    | {"args": association},
    "associations:details_round_list": REFUSED
    | dict.fromkeys(["coordinator", "far_coordinator", "staff", "other_staff", "administrator"], "OK"),
    "associations:details_round": FOLLOWED | {"args": lambda world: [details_round(world)]},
    "associations:details_round_export": FOLLOWED | {"args": lambda world: [details_round(world), "csv"]},
    "associations:details_round_remind": FOLLOWED | {"args": lambda world: [details_round(world)], "method": "post"},
    "associations:details_round_close": FOLLOWED
    | dict.fromkeys(["coordinator", "far_coordinator"], "NO")
    | {"args": lambda world: [details_round(world)], "method": "post"},
    "associations:import_list": STAFF,
    "associations:import_new": STAFF,
    "associations:import": OF_THE_UNION | {"args": an_import},
    "associations:import_columns": OF_THE_UNION | {"args": an_import},
    "associations:import_state": OF_THE_UNION | {"args": an_import},
    "associations:import_faults": OF_THE_UNION | {"args": lambda world: [*an_import(world), "csv"]},
    "associations:import_apply": OF_THE_UNION | {"args": a_checked_import, "method": "post"},
    "associations:import_undo": OF_THE_UNION | {"args": a_done_import, "method": "post"},
}
