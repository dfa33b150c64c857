"""The maps of this app: Finland by wellbeing region and by municipality, coloured by a figure."""

from pathlib import Path

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from advocacy_portal.lib import maps

DATA = Path(__file__).parent / "data"
PATHS = DATA / "map_paths.json"
LAYERS = {
    "wellbeing_regions": DATA / "wellbeing_regions_tm35fin.geojson",
    "municipalities": DATA / "municipalities_tm35fin.geojson",
}


def associations_in_words(count):
    return ngettext("%(count)s association", "%(count)s associations", count) % {"count": count}


def region_map(regions, counts, *, label, address=None, only=None):
    """22 named links. ``counts``: {pk: associations}; ``address(region)``: where a link leads.

    With ``only`` (primary keys) the others are drawn as not one's own and lead to their public pages.
    """
    shapes = []
    for region in regions:
        is_ours = only is None or region.pk in only
        count = counts.get(region.pk, 0)
        shapes.append(
            maps.Shape(
                code=region.code,
                name=region.short_name,
                value=count if is_ours else None,
                words=associations_in_words(count) if is_ours else _("not in your area"),
                url=address(region) if address and is_ours else region.get_absolute_url(),
            )
        )
    drawn = maps.draw(
        maps.read_paths(PATHS),
        "wellbeing_regions",
        shapes,
        label=label,
        links=True,
        place_label=_("Wellbeing region"),
        value_label=_("Associations"),
        unknown=_("Not in your area"),
    )
    # Other people's areas have no figures to tell.
    drawn.rows = [shape for shape in drawn.rows if shape.value is not None]
    return drawn


def municipality_map(places, counts, *, label, only=None):
    """One image of 308 municipalities; the table beside it is the way in.

    ``places``: (pk, code, name_fi, name_sv); ``counts``: {pk: associations}. With ``only`` (primary keys) the
    others are hatched: nothing is known of other people's areas, which is not the same as nought.
    """
    swedish = get_language() == "sv"

    def figure(pk):
        return counts.get(pk, 0) if only is None or pk in only else None

    shapes = [
        maps.Shape(
            code=code,
            name=(swedish and sv) or fi,
            value=figure(pk),
            words=_("not in your area") if figure(pk) is None else associations_in_words(figure(pk)),
            url=reverse("associations:municipality", args=[code]),
        )
        for pk, code, fi, sv in places
    ]
    drawn = maps.draw(
        maps.read_paths(PATHS),
        "municipalities",
        shapes,
        label=label,
        # The region map of the same page, drawn for the same person, defines the hatching when there is any.
        pattern=False,
        place_label=_("Municipality"),
        value_label=_("Associations"),
        unknown=_("Not in your area"),
    )
    # A table of 300 noughts helps nobody: it tells where somebody is.
    drawn.rows = [shape for shape in drawn.rows if shape.value]
    return drawn


def where_map(*, label, regions=(), municipality=None):
    """Where some regions, or a municipality, lie: a small map with them marked."""
    layer = "municipalities" if municipality else "wellbeing_regions"
    places = [municipality] if municipality else regions
    shapes = [maps.Shape(code=place.code, name=place.name, here=True) for place in places]
    return maps.draw(maps.read_paths(PATHS), layer, shapes, label=label, coloured=False)
