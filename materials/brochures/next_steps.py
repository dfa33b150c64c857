"""What waits for a board in its brochure."""

import datetime

from django.db.models import DateTimeField, Exists, F, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from advocacy_portal.lib.steps import Step
from associations.models import Organisation
from materials.brochures.models import Brochure, BrochureFile, BrochureTemplate

A_YEAR = datetime.timedelta(days=365)


def steps_for(user, now):
    """«Tehkää kumppanuusesite» or «Päivitä esite» for the boards this person sits on. Two queries at most."""
    made = (
        BrochureFile.objects.filter(brochure__association=OuterRef("pk"), state=BrochureFile.State.DONE)
        .order_by("-finished_at")
        .values("finished_at")[:1]
    )
    written = Brochure.objects.filter(association=OuterRef("pk"), version__gt=0).order_by("-updated_at")
    associations = (
        Organisation.objects.run_by(user)
        .associations()
        .filter(Exists(BrochureTemplate.objects.filter(union=OuterRef("union"), active=True)))
        .annotate(
            pdf_made_at=Subquery(made, output_field=DateTimeField()),
            written_at=Subquery(written.values("updated_at")[:1], output_field=DateTimeField()),
            brochure_language=Subquery(written.values("language")[:1]),
        )
        .order_by(F("pdf_made_at").asc(nulls_first=True), "pk")
    )
    return [step for step in (step_of(association, now) for association in associations) if step]


def step_of(association, now):
    check = (
        f"{reverse('materials:brochure_check', args=[association.pk])}?kieli={association.brochure_language or 'fi'}"
    )
    if association.written_at is None:
        return Step(
            icon="handshake",
            title=_("Make your partnership brochure"),
            url=reverse("materials:brochure_edit", args=[association.pk]),
            text=_("It tells the municipality what you do. We have filled in what we know."),
            state_class="todo",
            state_label=_("Not made yet"),
            order=60,
        )
    if association.pdf_made_at is None:
        return Step(
            icon="handshake",
            title=_("Make a PDF of your brochure"),
            url=check,
            text=_("The texts are ready. Check them and make the PDF."),
            state_class="todo",
            state_label=_("PDF missing"),
            order=60,
        )
    if association.written_at > association.pdf_made_at:
        return Step(
            icon="handshake",
            title=_("Update your brochure"),
            url=check,
            text=_("The texts have changed after the last PDF."),
            state_class="todo",
            state_label=_("Out of date"),
            order=60,
        )
    if association.pdf_made_at < now - A_YEAR:
        return Step(
            icon="handshake",
            title=_("Update your brochure"),
            url=reverse("materials:brochure_edit", args=[association.pk]),
            text=_("The PDF is over a year old. Check the contact people and figures."),
            state_class="todo",
            state_label=_("Over a year old"),
            order=70,
        )
    return None
