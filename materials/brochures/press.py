"""From a claimed row to a stored PDF."""

import io
import re
from functools import lru_cache
from pathlib import Path

import segno
import structlog
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import timezone, translation

from advocacy_portal.lib import pdf
from materials.brochures.models import FILES_KEPT, BrochureFile

log = structlog.get_logger(__name__)
LIMITS = pdf.Limits(cpu_seconds=20, memory_mb=512, wall_seconds=60)


def press(file):
    """Make the PDF of a claimed file and stamp the row: done, failed or back in the queue."""
    try:
        pressed = pressed_from(file.manuscript)
    except pdf.PressFault as fault:
        log.warning("brochure_not_pressed", file=file.pk, kind=fault.kind, reason=fault.reason)
        if fault.kind == "crash":
            file.give_back(fault.reason, now=timezone.now())
        else:
            file.stamp_failed(fault.kind, fault.reason, now=timezone.now())
        return
    store(file, pressed)


def store(file, pressed):
    """Put the PDF in the storage, then stamp the row; what nobody points at is taken away again."""
    field = BrochureFile._meta.get_field("file")
    name = field.storage.save(field.generate_filename(file, "brochure.pdf"), ContentFile(pressed.pdf))
    if not file.stamp_done(pressed, name, now=timezone.now()):
        field.storage.delete(name)
        return
    log.info("brochure_pressed", file=file.pk, pages=pressed.pages, seconds=pressed.seconds)
    forget_old_files(file.brochure)


def forget_old_files(brochure):
    """Keep the newest few PDFs: old ones name people who may no longer wish it."""
    old = BrochureFile.objects.filter(brochure=brochure, state=BrochureFile.State.DONE).order_by("-requested_at")
    for file in old[FILES_KEPT:]:
        name, storage = file.file.name, file.file.storage
        file.delete()
        storage.delete(name)


def pressed_from(manuscript):
    """The PDF of one manuscript. Raises pdf.PressFault."""
    html, files = html_and_files(manuscript)
    return pdf.workshop(finders.find("fonts/pdf")).press(html, files=files, limits=LIMITS)


def html_and_files(manuscript):
    """The brochure as HTML, and the only files it may use."""
    files = dict(shared_files())
    files["qr.svg"] = ("image/svg+xml", qr_of(manuscript["address"]))
    with translation.override(manuscript["language"]):
        html = render_to_string("pdf/brochure.html", {"b": manuscript, "icons": icons()})
    return html, files


def qr_of(address):
    target = io.BytesIO()
    segno.make(address, error="m").save(target, kind="svg", scale=4, border=0, dark="#073f4a", xmldecl=False)
    return target.getvalue()


@lru_cache(maxsize=1)
def shared_files():
    """The style sheet, fonts and icons, read once a process."""
    files, sheets = {}, []
    for font in sorted(Path(finders.find("fonts/pdf") or "/nowhere").glob("*.woff2")):
        files[f"fonts/pdf/{font.name}"] = ("font/woff2", font.read_bytes())
        family = "Source Sans PDF Ext" if "latin-ext" in font.name else "Source Sans PDF"
        weight = next((weight for weight in ("400", "600", "700") if f"-{weight}-" in font.name), "400")
        sheets.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("../fonts/pdf/{font.name}"); }}'
        )
    for name, drawing in icons().items():
        files[f"icons/{name}.svg"] = ("image/svg+xml", drawing)
        sheets.append(f'.icon-{name} {{ background-image: url("../icons/{name}.svg"); }}')
    sheets.append((Path(settings.BASE_DIR) / "templates" / "pdf" / "brochure.css").read_text())
    files["css/brochure.css"] = ("text/css", "\n".join(sheets).encode())
    return files


def icons():
    """The portal's icons as pictures of their own, in the brochure's colour."""
    sprite = finders.find("img/icons.svg")
    found = {}
    for name, box, body in re.findall(
        r'<symbol id="([\w-]+)" viewBox="([^"]+)">(.*?)</symbol>', Path(sprite).read_text() if sprite else "", re.DOTALL
    ):
        found[name] = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" fill="none" stroke="#0b5563" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
        ).encode()
    return found
