"""Who gets which answer from the pages of the brochures."""

from django.utils import timezone

from tests.materials.makers import make_brochure, make_done_file, make_failed_file, make_template


def association(world):
    make_template(world.association.union)
    return [world.association.pk]


def written(world):
    return [make_brochure(world.association).association_id]


def done_file(world):
    return [make_done_file(make_brochure(world.association), now=timezone.now()).pk]


def failed_file(world):
    return [make_failed_file(make_brochure(world.association), now=timezone.now()).pk]


INSIDE = {
    "visitor": "LOGIN", "member": "GONE", "board": "OK", "chair": "OK", "neighbour": "GONE", "coordinator": "OK",
    "far_coordinator": "GONE", "staff": "OK", "other_staff": "GONE", "legal": "GONE", "administrator": "OK",
}  # fmt: skip
# The list shows each reader their own.
OWN = dict.fromkeys(INSIDE, "OK") | {"visitor": "LOGIN"}

ROWS = {
    "materials:brochure_list": OWN | {"args": None, "method": "get"},
    "materials:brochure_edit": INSIDE | {"args": association, "method": "get"},
    "materials:brochure_check": INSIDE | {"args": written, "method": "get"},
    "materials:brochure_request": INSIDE | {"args": written, "method": "post", "data": {"kieli": "fi"}},
    "materials:brochure_progress": INSIDE | {"args": done_file, "method": "get"},
    "materials:brochure_state": INSIDE | {"args": done_file, "method": "get"},
    "materials:brochure_retry": INSIDE | {"args": failed_file, "method": "post"},
    "materials:brochure_pdf": INSIDE | {"args": done_file, "method": "get"},
}
