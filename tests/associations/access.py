"""Who gets what of the associations' pages."""

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


ROWS = {
    "associations:organisation_list": EVERYBODY,
    "associations:organisation": EVERYBODY | {"args": association},
    "associations:organisation_edit": REFUSED
    | dict.fromkeys(["board", "chair", "coordinator", "staff", "administrator"], "OK")
    | {"args": association},
    "associations:area": REFUSED
    | dict.fromkeys(["coordinator", "far_coordinator", "staff", "other_staff", "administrator"], "OK"),
    "associations:wellbeing_region_list": EVERYBODY,
    "associations:wellbeing_region": EVERYBODY | {"args": lambda world: [world.region.code]},
    "associations:municipality": EVERYBODY | {"args": lambda world: [world.municipality.code]},
}
