"""Maps: classes with round limits, named links, and every figure in the table too."""

import re

import pytest

from advocacy_portal.lib import maps

DRAWN = {
    "width": 10,
    "height": 10,
    "regions": {"01": "M0 0l1 0 0 1z", "02": "M5 5l1 0 0 1z", "outside": "M9 9l1 0 0 1z"},
}


@pytest.mark.parametrize(
    "values, limits",
    [
        ([], [(0, 0)]),
        ([0, 0], [(0, 0)]),
        ([0, 3, 1], [(0, 0), (1, 1), (2, 2), (3, 3)]),
        ([0, 4, 1], [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)]),
        ([5], [(0, 0), (1, 2), (3, 4), (5, 6)]),
        ([37, 2], [(0, 0), (1, 10), (11, 20), (21, 30), (31, 40)]),
        ([100], [(0, 0), (1, 25), (26, 50), (51, 75), (76, 100)]),
        ([532, None, 1], [(0, 0), (1, 200), (201, 400), (401, 600)]),
        ([50_000], [(0, 0), (1, 20_000), (20_001, 40_000), (40_001, 60_000)]),
    ],
)
def test_at_most_five_classes_with_round_limits_hold_every_value(values, limits):
    classes = maps.classes_of(values)
    assert [(one.low, one.high) for one in classes] == limits
    assert len(classes) <= 5
    for value in values:
        if value is not None:
            assert sum(value in one for one in classes) == 1


def test_what_is_not_known_gets_a_class_of_its_own():
    classes = maps.classes_of([0, 7])
    assert (maps.class_of(None, classes), maps.class_of(0, classes), maps.class_of(7, classes)) == (
        "nodata",
        "q0",
        "q4",
    )


def test_a_map_of_links_names_each_place_with_its_figure():
    drawn = maps.draw(
        DRAWN,
        "regions",
        [
            maps.Shape("01", "Pirkanmaa", 12, "/a/", "12 yhdistystä"),
            maps.Shape("02", 'Lappi "<b>', None, "/b/"),
        ],
        label="Yhdistykset",
        links=True,
    )
    assert re.findall('aria-label="([^"]*)"', drawn.svg) == ["Pirkanmaa: 12 yhdistystä", "Lappi &quot;&lt;b&gt;"]
    assert 'class="nodata"' in drawn.svg and '<pattern id="nodata"' in drawn.svg
    assert 'class="outside"' in drawn.svg
    assert "style=" not in drawn.svg and "aria-hidden" not in drawn.svg
    assert [(row.name, row.value) for row in drawn.rows] == [("Pirkanmaa", 12), ('Lappi "<b>', None)]


def test_a_map_that_is_one_image_has_no_links():
    drawn = maps.draw(DRAWN, "regions", [maps.Shape("01", "Pirkanmaa", 2, "/a/")], label="Yhdistykset")
    assert "<a " not in drawn.svg and 'aria-hidden="true"' in drawn.svg
    assert drawn.legend == [("q0", "0"), ("q1", "1"), ("q2", "2")]


def test_a_path_is_turned_over_and_drawn_in_whole_steps():
    square = {"properties": {"code": "01"}, "geometry": {"type": "Polygon", "coordinates": [
        [[0, 0], [1000, 0], [1000, 1000], [0, 1000], [0, 0]]]}}  # fmt: skip
    speck = {"properties": {"code": None}, "geometry": {"type": "MultiPolygon", "coordinates": [
        [[[500, 500], [500.1, 500], [500, 500.1], [500, 500]]]]}}  # fmt: skip
    drawn = maps.paths_from_geojson({"layer": {"features": [square, speck]}}, height=10)
    assert drawn == {"width": 10, "height": 10, "layer": {"01": "M0 10l10 0 0-10-10 0z", "outside": "M5 5l1 0 0 1z"}}
