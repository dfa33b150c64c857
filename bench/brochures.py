"""Seconds per brochure and peak memory: the portal's press, and WeasyPrint alone on the same HTML.

``python -m bench.brochures press|raw N`` prints one line of JSON; each runs in a process of its own,
so that the peak of one is not the peak of the other.
"""

import json
import resource
import sys
import time

import django

SENTENCE = "Autamme perheitä arjessa ja järjestämme vertaistukea, retkiä ja kerhoja."
CONTACT = {"name": "Aino Mallikas", "role": "Puheenjohtaja", "phone": "040 000 0001", "email": "aino@example.org"}


def a_manuscript():
    """What goes into the brochure of some association, filled in as a board would; nothing stays in the database."""
    from django.db import transaction
    from django.utils import timezone

    from associations.models import Organisation
    from materials.brochures.defaults import default_template
    from materials.brochures.manuscript import manuscript_of
    from materials.brochures.models import Brochure, ServiceOffer

    with transaction.atomic():
        association = Organisation.objects.associations().exclude(union=None).select_related("union").first()
        default_template(association.union)
        template = association.union.brochure_templates.get(language="fi", active=True)
        brochure = Brochure(association=association, template=template, language="fi")
        brochure.write(
            introduction="\n".join([SENTENCE * 3, SENTENCE * 2]),
            greeting=SENTENCE,
            services=ServiceOffer.objects.offered_in(association.union),
            contacts=[CONTACT, CONTACT | {"role": "Sihteeri"}],
            seen_version=0,
            by=None,
            now=timezone.now(),
        )
        manuscript = manuscript_of(brochure)
        transaction.set_rollback(True)
    return manuscript


def press(manuscript):
    """One brochure the portal's way: in a child with limits; returns the child's peak in MB."""
    from materials.brochures.press import pressed_from

    return pressed_from(manuscript).peak_kb / 1024


def raw(manuscript):
    """The same HTML and files straight into WeasyPrint, in this process."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from materials.brochures.press import html_and_files

    html, files = html_and_files(manuscript)

    class Ours(URLFetcher):
        """Serves the brochure's own files from memory, as the press does."""

        def fetch(self, url, headers=None):
            for name, (kind, body) in files.items():
                if url.endswith(name):
                    return URLFetcherResponse(url, body=body, headers={"Content-Type": kind})
            return super().fetch(url, headers)

    HTML(string=html, base_url="portal:///", url_fetcher=Ours()).write_pdf(pdf_variant="pdf/ua-1")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(way, count):
    django.setup()
    make = {"press": press, "raw": raw}[way]
    manuscript = a_manuscript()
    make(manuscript)  # warm-up: fonts, templates, the press's own start
    started = time.perf_counter()
    # Every number is another brochure.
    peak = max(make(manuscript | {"association": f"Koivurannan yhdistys {number} ry"}) for number in range(count))
    print(json.dumps({"seconds": (time.perf_counter() - started) / count, "peak_mb": peak}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
