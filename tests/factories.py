"""Makers with no surprises, and the recurring cast of the tests."""

import datetime
import itertools

from accounts.models import User
from associations.models import Municipality, NetworkMembership, Organisation, Role, WellbeingRegion

numbers = itertools.count(1)


def make_user(name="Aino Mallikas", **facts):
    facts.setdefault("email", f"henkilo{next(numbers)}@example.org")
    password = facts.pop("password", None)
    return User.objects.create_user(name=name, password=password, **facts)


def make_region(code=None, name_fi="Mallilan hyvinvointialue", **facts):
    code = code or f"{next(numbers) % 100:02}"
    region = WellbeingRegion.objects.filter(code=code).first()
    if region:
        return region
    facts = {
        "kind": "wellbeing_services_county",
        "population": 100_000,
        "population_year": 2024,
        "language_status": "fi",
    } | facts
    return WellbeingRegion.objects.create(code=code, name_fi=name_fi, **facts)


def make_municipality(code=None, name_fi="Mallila", region=None, **facts):
    code = code or f"{next(numbers) % 1000:03}"
    facts = {
        "region_code": "99",
        "region_name_fi": "Mallimaa",
        "region_name_sv": "Mallimaa",
        "language_status": "fi",
        "majority_language": "fi",
        "population": 9078,
        "population_0_14": 1435,
        "population_15_64": 4778,
        "population_65_plus": 2865,
        "population_year": 2024,
    } | facts
    return Municipality.objects.create(code=code, name_fi=name_fi, wellbeing_region=region or make_region(), **facts)


def make_union(name="Malliliitto ry", **facts):
    return Organisation.objects.create(kind="union", name_fi=name, **facts)


def make_district(union=None, name="Mallimaan piiri ry", **facts):
    return Organisation.objects.create(kind="district", name_fi=name, parent=union or make_union(), **facts)


def make_association(parent=None, name="Koivurannan yhdistys ry", municipality=None, **facts):
    return Organisation.objects.create(
        kind="association",
        name_fi=name,
        parent=parent or make_union(),
        home_municipality=municipality or make_municipality(),
        **facts,
    )


def make_network(name="Malliverkosto", **facts):
    return Organisation.objects.create(kind="network", name_fi=name, **facts)


def make_network_membership(member, network=None, **facts):
    """An invitation that waits, until it has ``joined_on``."""
    return NetworkMembership.objects.create(network=network or make_network(), member=member, **facts)


def make_role(person, kind, organisation=None, starts_on=datetime.date(2020, 1, 1), ends_on=None, regions=()):
    role = Role.objects.create(
        person=person, kind=kind, organisation=organisation, starts_on=starts_on, ends_on=ends_on
    )
    role.regions.set(regions)
    return role


def make_member_of(kind, organisation, **facts):
    person = make_user(**facts)
    make_role(person, kind, organisation)
    return person


def make_board_member(association=None, **facts):
    return make_member_of("board_member", association or make_association(), **facts)


def make_chair(association=None, **facts):
    return make_member_of("chair", association or make_association(), **facts)


def make_staff(union=None, **facts):
    return make_member_of("staff", union or make_union(), **facts)


def make_coordinator(union=None, regions=(), **facts):
    person = make_user(**facts)
    make_role(person, "coordinator", union or make_union(), regions=regions)
    return person


def make_administrator(**facts):
    person = make_user(**facts)
    make_role(person, "administrator")
    return person
