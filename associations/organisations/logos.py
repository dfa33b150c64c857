"""Logos: what may come in, how it is made harmless, and where it is kept.

A picture is never kept as it came: its pixels are drawn anew as PNG, so what hides beside them (a script, another
file, the place where a photograph was taken) stays behind. Its name is ours, never the sender's.
"""

import hashlib
import io
import warnings
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _

KINDS = "PNG, JPEG, WebP"
ACCEPT = "image/png,image/jpeg,image/webp"
FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 2_000_000
MOST_PIXELS_A_SIDE = 4000
# What is kept: sharp on any screen and on paper at the size logos have.
KEPT = (800, 400)
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")


def redrawn(file):
    """The uploaded picture as clean PNG bytes; raises ValidationError in words for whatever is not one."""
    if file.size > MOST_BYTES:
        raise ValidationError(_("The picture is too big. It may be at most 2 MB."))
    content = file.read(MOST_BYTES + 1)
    if looks_like_svg(content):
        raise ValidationError(_("SVG pictures cannot be used, for they may carry a program. Save it as PNG."))
    # Only what begins as a picture: some readers search the whole file for one.
    if not content.startswith(SIGNATURES):
        raise ValidationError(_("This file is not a PNG, JPEG or WebP picture."))
    return _drawn_anew(content)


def looks_like_svg(content):
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return b"<svg" in start or start.startswith((b"<?xml", b"\x1f\x8b"))


def _drawn_anew(content):
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            # The sides are judged below, before a single pixel is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if max(picture.size) > MOST_PIXELS_A_SIDE:
                raise ValidationError(
                    _("The picture is too large: %(width)s × %(height)s pixels. Each side may be at most %(most)s.")
                    % {"width": picture.width, "height": picture.height, "most": MOST_PIXELS_A_SIDE}
                )
            picture.draft("RGB", KEPT)
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        upright.thumbnail(KEPT)
        # A new picture takes only the pixels along: no notes, no colour profile, no place.
        clean = Image.new("RGBA", upright.size)
        clean.paste(upright)
        out = io.BytesIO()
        clean.save(out, "PNG", optimize=True)
    except ValidationError:
        raise
    except Image.DecompressionBombError:
        raise ValidationError(
            _("The picture is too large. Each side may be at most %(most)s pixels.") % {"most": MOST_PIXELS_A_SIDE}
        ) from None
    # A broken picture fails in as many ways as there are readers of pictures.
    except Exception:
        raise ValidationError(_("The picture cannot be read. Save it anew as PNG and try again.")) from None
    return out.getvalue()


def store(organisation, picture):
    """Keep the PNG bytes; returns the name in the storage."""
    name = f"logos/{organisation.pk}-{hashlib.sha256(picture).hexdigest()[:16]}.png"
    return default_storage.save(name, ContentFile(picture))


def remove(name):
    default_storage.delete(name)


def digest_of(name):
    """The part of the address that changes with the picture."""
    return hashlib.sha256(PurePosixPath(name).name.encode()).hexdigest()[:16]


def address_of(pk, name):
    """Where the logo is shown; empty without one."""
    return reverse("associations:organisation_logo", args=[pk, digest_of(name)]) if name else ""
