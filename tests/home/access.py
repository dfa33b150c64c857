from associations.models import Role
from tests.world import ROLES

EVERYBODY = dict.fromkeys(ROLES, "OK")
SIGNED_IN = EVERYBODY | {"visitor": "LOGIN"}

EVERY_ROLE = EVERYBODY | dict.fromkeys(["member", "chair", "far_coordinator", "legal"], "OK")


def own_role(world):
    return [Role.objects.get(person=world.board).pk]


def association(world):
    return [world.association.pk]


INSIDE = dict.fromkeys(ROLES, "GONE") | {"visitor": "LOGIN"}
INSIDE |= dict.fromkeys(["member", "board", "chair", "coordinator", "staff", "administrator"], "OK")


ROWS = {
    "home:front": EVERYBODY,
    "home:wheel": EVERY_ROLE,
    "home:wheel_calendar": EVERY_ROLE,
    "home:dashboard": SIGNED_IN,
    # A role that is not one's own cannot be taken.
    "home:switch_seat": dict.fromkeys(SIGNED_IN, "NO") | {"visitor": "LOGIN", "method": "post", "data": {"seat": "0"}},
    "home:help": EVERYBODY,
    "home:accessibility": EVERYBODY,
    "home:privacy": EVERYBODY,
    "home:my_data": SIGNED_IN,
    # Who need not set up a second step is led on.
    "home:second_step": SIGNED_IN,
    "home:handover": INSIDE | {"member": "NO", "args": own_role},
    "home:handover_pack": INSIDE | {"args": association},
    "home:handover_pack_pdf": INSIDE | {"args": association},
    "livez": EVERYBODY,
    "readyz": dict.fromkeys(EVERYBODY, "503"),
}
