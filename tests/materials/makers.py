"""Makers of brochures with no surprises."""

from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from materials.brochures.defaults import default_template
from materials.brochures.models import Brochure, BrochureFile, ServiceOffer

CONTACT = {"name": "Aino Mallikas", "role": "Puheenjohtaja", "phone": "040 000 0001", "email": "aino@example.org"}


def make_template(union):
    return default_template(union)


def make_brochure(association, language="fi", introduction="Tapaamme tiistaisin kirjastolla.", by=None, **facts):
    make_template(association.union)
    template = association.union.brochure_templates.get(language=language, active=True)
    brochure = Brochure.objects.filter(association=association, language=language).first() or Brochure(
        association=association, template=template, language=language
    )
    facts = {
        "greeting": "", "services": ServiceOffer.objects.offered_in(association.union), "contacts": [CONTACT],
    } | facts  # fmt: skip
    brochure.write(introduction=introduction, seen_version=brochure.version, by=by, now=timezone.now(), **facts)
    return brochure


def make_file(brochure, now=None):
    return brochure.request_pdf(by=None, now=now or timezone.now())


def make_done_file(brochure, now, body=b"%PDF-1.7 of ours"):
    """A finished file without the work of pressing it."""
    file = BrochureFile.objects.claim(make_file(brochure, now).pk, now=now)
    if file is None:
        return make_file(brochure, now)
    storage = BrochureFile._meta.get_field("file").storage
    name = storage.save("brochures/made.pdf", ContentFile(body))
    file.stamp_done(SimpleNamespace(pdf=body, pages=4, seconds=0.3, peak_kb=70_000), name, now=now)
    file.refresh_from_db()
    return file


def make_failed_file(brochure, now, kind="limits"):
    file = make_file(brochure, now)
    BrochureFile.objects.filter(pk=file.pk).update(state="failed", error=kind, finished_at=now)
    file.refresh_from_db()
    return file
