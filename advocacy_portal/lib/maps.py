"""Maps of Finland as SVG: paths made once from metre coordinates, coloured by class, with legend and table.

Knows no app: shapes are named by code, and names, figures and addresses come from the caller.
"""

import json
import math
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

CLASSES = 5
HEIGHT = 1000
ROUND_STEPS = (1, 2, 2.5, 5, 10)


# --- Making the paths (once, by the command build_map) ---------------------------------------------
def paths_from_geojson(layers, height=HEIGHT):
    """``layers``: {name: GeoJSON in metres}. Returns {"width", "height", name: {code: path}}.

    All layers share one scale, so that they lie on each other. y is turned over, for SVG counts downwards.
    Shapes without a code (Åland has no wellbeing region) come under "outside".
    """
    points = [
        point for layer in layers.values() for shape in layer["features"] for ring in _rings(shape) for point in ring
    ]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    scale = height / (north - south)

    def place(point):
        return round((point[0] - west) * scale), round((north - point[1]) * scale)

    drawn = {"width": math.ceil((east - west) * scale), "height": height}
    for name, layer in layers.items():
        drawn[name] = {
            shape["properties"]["code"] or "outside": "".join(
                _path([place(point) for point in ring]) for ring in _rings(shape)
            )
            for shape in layer["features"]
        }
    return drawn


def _rings(shape):
    geometry = shape["geometry"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon]


def _path(points):
    """Relative steps, the shortest way to write a path; what rounds to one point is one point."""
    x, y = points[0]
    words = [f"M{x} {y}"]
    steps = []
    for across, down in points[1:-1]:
        if (across, down) != (x, y):
            steps.append(f"{across - x} {down - y}")
            x, y = across, down
    if len(steps) < 2:
        # A skerry smaller than a pixel stays as a dot, so that no shape disappears.
        steps = ["1 0", "0 1"]
    return words[0] + "l" + " ".join(steps).replace(" -", "-") + "z"


@lru_cache(maxsize=4)
def read_paths(file):
    with open(file, encoding="utf-8") as drawn:
        return json.load(drawn)


# --- Classes ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Class:
    """One colour of the map: whole numbers from ``low`` to ``high``; the last one may be open."""

    css: str
    low: int
    high: int | None

    def __contains__(self, value):
        return self.low <= value and (self.high is None or value <= self.high)

    @property
    def words(self):
        if self.high is None:
            return _("%(low)s or more") % {"low": number_format(self.low, force_grouping=True)}
        if self.low == self.high:
            return number_format(self.low, force_grouping=True)
        low, high = (number_format(value, force_grouping=True) for value in (self.low, self.high))
        return f"{low}–{high}"


def classes_of(values):
    """At most five classes of whole numbers with round limits, the first being 0 alone.

    Few different values get a class each; otherwise the limits are equal steps of 1, 2, 2.5 or 5 × 10ⁿ.
    """
    values = [value for value in values if value is not None]
    top = max(values, default=0)
    if top < CLASSES:
        return [Class(f"q{n}", n, n) for n in range(top + 1)]
    step = _round_up(top / (CLASSES - 1))
    lows = [1 + step * n for n in range(CLASSES - 1)]
    classes = [Class("q0", 0, 0)]
    classes += [Class(f"q{n + 1}", low, low + step - 1) for n, low in enumerate(lows) if low <= top]
    return classes


def _round_up(step):
    power = 10 ** math.floor(math.log10(step))
    # 2.5 is round only where it makes a whole number.
    return next(
        int(factor * power) for factor in ROUND_STEPS if factor * power >= step and float(factor * power).is_integer()
    )


def class_of(value, classes):
    """The class's CSS name; ``nodata`` where there is no figure."""
    return next((one.css for one in classes if value is not None and value in one), "nodata")


# --- What a page shows -------------------------------------------------------------------------------
@dataclass
class Shape:
    """A place on a map: its code in the path file, name, figure (None: not known) and address."""

    code: str
    name: str
    value: int | None = None
    url: str = ""
    words: str = ""  # the figure in words: «12 yhdistystä»
    here: bool = False


@dataclass
class Map:
    """What components/map.html shows."""

    svg: str
    label: str
    links: bool
    source: str
    caption: str
    place_label: str
    value_label: str
    unknown: str = ""
    legend: list = field(default_factory=list)
    rows: list = field(default_factory=list)


def source():
    return _("Statistics Finland, modified, CC BY 4.0")


def draw(
    drawn, layer, shapes, *, label, place_label="", value_label="", unknown="", links=False, coloured=True, pattern=True
):
    """A Map of ``shapes`` (list of Shape) on a layer of the path file ``drawn``.

    With ``links`` every shape with an address is a named link; without, the whole is one image called ``label``.
    ``pattern`` defines the hatching of «no data»; one map of a page does.
    """
    classes = classes_of([shape.value for shape in shapes]) if coloured else []
    colour = {shape.code: class_of(shape.value, classes) if coloured else "" for shape in shapes}
    paths = drawn[layer]
    outside = format_html_join(
        "", '<path class="outside" d="{}"/>', ((d,) for code, d in paths.items() if code not in colour)
    )
    # The chosen one is drawn last: its border must not lie under its neighbours'.
    inside = format_html_join(
        "",
        "{}",
        (
            (_shape(shape, paths[shape.code], colour[shape.code], links),)
            for shape in sorted(shapes, key=lambda shape: shape.here)
            if shape.code in paths
        ),
    )
    svg = format_html(
        '<svg viewBox="-2 -2 {} {}" xmlns="http://www.w3.org/2000/svg" focusable="false"{}>{}{}{}</svg>',
        drawn["width"] + 4,
        drawn["height"] + 4,
        "" if links else mark_safe(' aria-hidden="true"'),
        HATCHING if pattern and "nodata" in colour.values() else "",
        outside,
        inside,
    )
    legend = [(one.css, one.words) for one in classes]
    if "nodata" in colour.values() and coloured:
        legend.append(("nodata", unknown or pgettext("map", "not known")))
    return Map(
        svg=svg,
        label=label,
        links=links,
        source=source(),
        caption=label,
        place_label=place_label,
        value_label=value_label,
        unknown=unknown or pgettext("map", "not known"),
        legend=legend if coloured else [],
        rows=shapes if coloured else [],
    )


def _shape(shape, path, css, links):
    classes = " ".join(filter(None, [css, "here q3" if shape.here else ""]))
    drawn = format_html('<path class="{}" d="{}"/>', classes, path) if classes else format_html('<path d="{}"/>', path)
    if not (links and shape.url):
        return drawn
    said = f"{shape.name}: {shape.words}" if shape.words else shape.name
    return format_html('<a href="{}" aria-label="{}"><title>{}</title>{}</a>', shape.url, said, said, drawn)


HATCHING = mark_safe(
    '<defs><pattern id="nodata" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0v8" class="hatch"/></pattern></defs>'
)
