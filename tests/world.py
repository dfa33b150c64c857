"""The recurring cast, all in one small world, for tests that look at every role."""

import datetime
from types import SimpleNamespace

from tests import factories as make

# The recurring cast, in the order of every table.
ROLES = [
    "visitor",
    "member",
    "board",
    "chair",
    "neighbour",
    "coordinator",
    "far_coordinator",
    "staff",
    "other_staff",
    "legal",
    "administrator",
]


def build_world():
    """A union with a district and two associations in different regions, and another union."""
    region = make.make_region("08", "Pirkanmaan hyvinvointialue")
    far_region = make.make_region("21", "Lapin hyvinvointialue")
    here = make.make_municipality("837", "Tampere", region=region)
    far = make.make_municipality("698", "Rovaniemi", region=far_region)
    union = make.make_union("Malliliitto ry")
    district = make.make_district(union, "Pirkanmaan piiri ry")
    association = make.make_association(district, "Koivurannan yhdistys ry", here)
    neighbour_association = make.make_association(district, "Harjun seudun yhdistys ry", here)
    other_union = make.make_union("Toinen liitto ry")
    other_association = make.make_association(other_union, "Toisen liiton yhdistys ry", far)
    day = datetime.date(2020, 1, 1)
    legal = make.make_user("Laki Mallikas")
    make.make_role(legal, "legal_adviser", union, starts_on=day)
    return SimpleNamespace(
        region=region,
        far_region=far_region,
        municipality=here,
        union=union,
        district=district,
        association=association,
        neighbour_association=neighbour_association,
        other_union=other_union,
        other_association=other_association,
        visitor=None,
        member=make.make_member_of("member", association, name="Jari Jäsen"),
        board=make.make_board_member(association, name="Helmi Hallitus"),
        chair=make.make_chair(association, name="Pertti Puheenjohtaja"),
        neighbour=make.make_board_member(neighbour_association, name="Nelli Naapuri"),
        coordinator=make.make_coordinator(union, [region], name="Kaisa Koordinaattori"),
        far_coordinator=make.make_coordinator(union, [far_region], name="Lauri Lappi"),
        staff=make.make_staff(union, name="Taina Toimisto"),
        other_staff=make.make_staff(other_union, name="Tuomo Toinen"),
        legal=legal,
        administrator=make.make_administrator(name="Yrjö Ylläpito"),
    )
