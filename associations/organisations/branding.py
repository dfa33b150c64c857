"""A union's own colours: whether they can be read, and the small style sheet that carries them."""

import hashlib
import math
import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from associations.organisations import logos

# WCAG 2.2, success criterion 1.4.3: text under 18 pt (14 pt bold) needs this much.
ENOUGH = 4.5
HEX = re.compile(r"#[0-9a-f]{6}")
# As static/css/tokens.css has them.
PORTAL = {"primary": "#0b5563", "strong": "#073f4a", "soft": "#e4f0f1"}
WHITE, PAGE = "#ffffff", "#f7f6f2"
PROPERTIES = {"primary": "--primary", "strong": "--primary-strong", "soft": "--primary-soft"}
# (the field that is told, text colour, ground, where it is seen)
PAIRS = [
    ("primary", WHITE, "primary", gettext_lazy("White text on the main colour (buttons)")),
    ("primary", "primary", PAGE, gettext_lazy("The main colour as text on the page (links)")),
    ("strong", WHITE, "strong", gettext_lazy("White text on the strong colour (foot of the page)")),
    ("soft", "primary", "soft", gettext_lazy("The main colour as text on the soft colour (icons, chosen menu line)")),
    ("soft", "strong", "soft", gettext_lazy("The strong colour as text on the soft colour (dates)")),
]


def luminance(colour):
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """From 1 to 21 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True)
class Reading:
    """How well one colour reads on another."""

    field: str
    words: str
    ratio: float

    @property
    def is_enough(self):
        return self.ratio >= ENOUGH

    @property
    def figure(self):
        """Cut, not rounded: 4.49 must not read as enough."""
        return number_format(math.floor(self.ratio * 100) / 100, 2)

    def complaint(self):
        return _("%(where)s: contrast %(ratio)s, and at least %(enough)s is needed.") % {
            "where": self.words,
            "ratio": self.figure,
            "enough": number_format(ENOUGH, 1),
        }


def readings(colours):
    """Every pair of the house's rules for {"primary", "strong", "soft"}: #rrggbb."""
    return [
        Reading(field, str(words), contrast(colours.get(text, text), colours.get(ground, ground)))
        for field, text, ground, words in PAIRS
    ]


def kept(colours):
    """Those that are #rrggbb; whatever else has come into the table is nobody's style."""
    found = {name: (colours.get(name) or "").lower() for name in PROPERTIES}
    return {name: value for name, value in found.items() if HEX.fullmatch(value)}


def colours_of(organisation):
    """The organisation's own colours; empty for who keeps the portal's."""
    return kept(
        {
            "primary": organisation.primary_colour,
            "strong": organisation.strong_colour,
            "soft": organisation.soft_colour,
        }
    )


def style_sheet(colours, selector=":root"):
    """Only custom properties, only values of six hex figures."""
    lines = [f"  {PROPERTIES[name]}: {value};" for name, value in kept(colours).items()]
    return "\n".join([f"{selector} {{", *lines, "}", ""])


def digest_of(colours):
    return hashlib.sha256(style_sheet(colours).encode()).hexdigest()[:16]


def address_of(pk, colours):
    """Where the union's style sheet is; empty for who keeps the portal's colours."""
    return reverse("associations:brand_css", args=[pk, digest_of(colours)]) if colours else ""


def look_of(brand):
    """What the page frame needs of a seat's ``Brand``: addresses of style sheet and logo, and whose they are."""
    if brand is None:
        return {}
    colours = kept({"primary": brand.primary, "strong": brand.strong, "soft": brand.soft})
    return {
        "theme_css": address_of(brand.union, colours),
        "logo": logos.address_of(brand.union, brand.logo),
        "logo_of": brand.name,
    }


def preview_address(colours):
    """The style sheet of colours that are only tried on."""
    return reverse("associations:brand_preview_css", args=["-".join(colours[name][1:] for name in PORTAL)])
