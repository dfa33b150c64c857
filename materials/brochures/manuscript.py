"""All that goes into one PDF, as plain data: the press, the HTML twin and the hash read the same thing."""

import hashlib
import json
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import translation

from materials.brochures.models import lines_of


def manuscript_of(brochure):
    """The brochure's words and figures in its own language."""
    association, template, language = brochure.association, brochure.template, brochure.language
    with translation.override(language):
        address = f"{settings.SITE_URL}{reverse('associations:organisation', args=[association.pk])}"
        return {
            "language": language,
            "association": association.name,
            "association_pk": association.pk,
            "union": association.union.name if association.union else "",
            "place": place_of(association),
            "title": template.title,
            "lead": template.lead,
            "gives": lines_of(template.gives),
            "pays": lines_of(template.pays),
            "next_steps": lines_of(template.next_steps),
            "back_cover": lines_of(template.back_cover),
            "template": [template.pk, template.version],
            "introduction": lines_of(brochure.introduction),
            "greeting": lines_of(brochure.greeting),
            "services": [offer.in_language(language) for offer in brochure.services.all() if offer.active],
            "contacts": [
                {"name": person.name, "role": person.role, "phone": person.phone, "email": person.email}
                for person in brochure.contacts.all()
            ],
            "address": address,
            "address_words": in_words(address),
            "website": association.website,
            "website_words": in_words(association.website),
        }


def in_words(address):
    """An address as people write it on paper."""
    return address.split("://", 1)[-1].rstrip("/")


def place_of(association):
    """The home municipality's figures; None for an association without one."""
    municipality = association.home_municipality
    if municipality is None:
        return None
    return {
        "name": municipality.name,
        "population": municipality.population,
        "children": municipality.population_0_14,
        "share": round(100 * municipality.population_0_14 / (municipality.population or 1), 1),
        "year": municipality.population_year,
    }


def input_hash(manuscript):
    """One name for one input: the words, the look and the machine that makes the PDF."""
    words = json.dumps(manuscript, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{look_of_today()}\n{words}".encode()).hexdigest()


@lru_cache(maxsize=1)
def look_of_today():
    """Versions of WeasyPrint and of our template, style sheets and fonts."""
    digest = hashlib.sha256(version("weasyprint").encode())
    for path in look_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def look_files():
    templates = Path(settings.BASE_DIR) / "templates" / "pdf"
    found = [templates / "brochure.html", templates / "brochure.css"]
    found += [Path(path) for path in [finders.find("img/icons.svg")] if path]
    fonts = finders.find("fonts/pdf")
    return found + (sorted(Path(fonts).glob("*.woff2")) if fonts else [])
