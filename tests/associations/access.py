"""Who gets what of the associations' pages."""

EVERYBODY = dict.fromkeys(
    ["visitor", "board", "neighbour", "coordinator", "staff", "other_staff", "administrator"], "OK"
)


def association(world):
    return [world.association.pk]


ROWS = {
    "associations:organisation_list": EVERYBODY,
    "associations:organisation": EVERYBODY | {"args": association},
    "associations:organisation_edit": EVERYBODY
    | {"args": association, "visitor": "LOGIN", "neighbour": "NO", "other_staff": "NO"},
    "associations:area": EVERYBODY | {"visitor": "LOGIN", "board": "NO", "neighbour": "NO"},
    "associations:wellbeing_region_list": EVERYBODY,
    "associations:wellbeing_region": EVERYBODY | {"args": lambda world: [world.region.code]},
    "associations:municipality": EVERYBODY | {"args": lambda world: [world.municipality.code]},
}
