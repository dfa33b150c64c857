"""Brochures, when a board changes. They belong to the association, so they stay; who comes next is told of them."""

from django.utils.translation import gettext as _

from advocacy_portal.lib.steps import Step
from materials.brochures.models import Brochure, BrochureFile


def open_work(person, organisation, *, day, now):
    """Brochures that this person was the last to write and that have no PDF of their texts yet."""
    mine = Brochure.objects.filter(association=organisation, updated_by=person, version__gt=0)
    return [step for step in _steps(mine) if step.state_class != "done"]


def brochures_of(organisation):
    """A line for each brochure of the association: in which language, and whether its PDF is ready. Two queries."""
    return _steps(Brochure.objects.filter(association=organisation, version__gt=0))


def _steps(brochures):
    found = list(brochures.order_by("language"))
    files = BrochureFile.objects.filter(brochure__in=found, state=BrochureFile.State.DONE).order_by("finished_at")
    made = dict(files.values_list("brochure", "finished_at"))
    return [
        Step(
            "handshake",
            _("Partnership brochure") + f" ({brochure.get_language_display()})",
            brochure.get_absolute_url(),
            **_state(brochure, made.get(brochure.pk)),
        )
        for brochure in found
    ]


def _state(brochure, made_at):
    if made_at is None:
        return {"state_class": "todo", "state_label": _("PDF missing")}
    if brochure.updated_at and brochure.updated_at > made_at:
        return {"state_class": "todo", "state_label": _("Out of date")}
    return {"state_class": "done", "state_label": _("Ready")}
