"""The handover pack as a PDF: three pages, half a second of work, so it is made while the reader waits."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.translation import get_language

from advocacy_portal.lib import pdf
from materials.brochures import press
from notifications.letters import absolute_url

# Far above what it takes, also on a busy machine: a page of a browser must not wait longer.
LIMITS = pdf.Limits(cpu_seconds=8, memory_mb=512, wall_seconds=15)
KEPT_SECONDS = 600


def pressed_from(pack):
    """The PDF's bytes, in the reader's language. Raises pdf.PressFault.

    Unchanged words are not pressed twice within ten minutes, however often somebody clicks.
    """
    html = html_of(pack)
    key = f"handover-pack:{hashlib.sha256(html.encode()).hexdigest()}"
    if made := cache.get(key):
        return made
    made = pdf.workshop(finders.find("fonts/pdf")).press(html, files=files(), limits=LIMITS).pdf
    cache.set(key, made, timeout=KEPT_SECONDS)
    return made


def html_of(pack):
    language = get_language()

    def full(address):
        return absolute_url(address, language)

    whole = pack | {
        "language": language,
        "open": [(what, state, full(address)) for what, state, address in pack["open"]],
        "learning": [(title, when, full(address)) for title, when, address in pack["learning"]],
        "places": [(what, full(address)) for what, address in pack["places"]],
    }
    return render_to_string("pdf/handover.html", {"p": whole})


@lru_cache(maxsize=1)
def files():
    """The workshop's fonts and the brochures' style, with what is different here."""
    own = (Path(settings.BASE_DIR) / "templates" / "pdf" / "handover.css").read_bytes()
    return press.shared_files() | {"css/handover.css": ("text/css", own)}
