"""Every change of organisations and roles is written down by the database, and shown to those who may see it."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.translation import override

from associations.history import log
from associations.models import Organisation, Role
from tests import factories as make
from tests.forms import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return make.make_association(make.make_union(), "Koivurannan yhdistys ry")


@pytest.fixture
def chair(association):
    return make.make_chair(association, name="Pertti Puheenjohtaja")


def changes_of(organisation, **words):
    with override("en"):
        return log.changes_of(organisation, **words)


def page(client, association, **query):
    return client.get(reverse("associations:organisation_history", args=[association.pk]), query)


def test_a_change_tells_who_when_and_each_value_before_and_after(client, association, chair):
    client.force_login(chair)
    edit = reverse("associations:organisation_edit", args=[association.pk])
    form = client.get(edit).context["form"]
    client.post(edit, filled(form) | {"phone": "040 123 4567"})
    association.refresh_from_db()
    assert association.phone == "040 123 4567"
    changes, _more = changes_of(association)
    assert changes[0].who == "Pertti Puheenjohtaja"
    assert ("Phone number", "", "040 123 4567") in changes[0].lines
    assert changes[0].request
    assert "Pertti Puheenjohtaja" in page(client, association).content.decode()


def test_bulk_changes_and_hand_made_sql_leave_their_mark(association):
    Organisation.objects.filter(pk=association.pk).update(website="https://esimerkki.example.org")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE associations_organisation SET email = 'a@example.org' WHERE id = %s", [association.pk])
    changes, _more = changes_of(association)
    assert [line[0] for change in changes[:2] for line in change.lines] == ["E-mail", "Website"]
    assert changes[0].who == "the portal itself"


def test_a_role_that_is_given_changed_and_taken_is_told_three_times(association):
    person = make.make_user("Aino Mallikas")
    role = make.make_role(person, "secretary", association)
    Role.objects.filter(pk=role.pk).update(ends_on=datetime.date(2027, 12, 31))
    Role.objects.filter(pk=role.pk).delete()
    told = [(change.verb, change.what) for change in changes_of(association)[0][:3]]
    assert told == [(verb, "Role: Aino Mallikas, secretary") for verb in ("Removed", "Changed", "Added")]


def test_a_coordinators_regions_are_told_too():
    union = make.make_union()
    person = make.make_user("Kaisa Koordinaattori")
    role = make.make_role(person, "coordinator", union, regions=[make.make_region("08", "Pirkanmaan hyvinvointialue")])
    role.regions.clear()
    changes = [change for change in changes_of(union)[0] if change.what.startswith("Area of a role")]
    assert [(change.verb, change.lines) for change in changes] == [
        ("Removed", [("", "Pirkanmaan hyvinvointialue", "")]),
        ("Added", [("", "", "Pirkanmaan hyvinvointialue")]),
    ]


@pytest.mark.parametrize("words", ["UPDATE {} SET pgh_label = 'insert'", "DELETE FROM {}"])
def test_nobody_edits_what_has_been_written_down(association, words):
    with pytest.raises(DatabaseError, match="append|protect|Cannot"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(words.format("associations_organisationhistory"))


def test_another_associations_changes_are_not_on_the_page(client, association, chair):
    other = make.make_association(association.parent, "Harjun seudun yhdistys ry")
    make.make_role(make.make_user("Salainen Sihteeri"), "secretary", other)
    Organisation.objects.filter(pk=other.pk).update(email="salainen@example.org")
    client.force_login(chair)
    content = page(client, association).content.decode()
    assert "Salainen" not in content
    assert "salainen@" not in content


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_history_asks_no_more_queries(client, association, chair, rows, django_assert_num_queries):
    for number in range(rows):
        make.make_role(make.make_user(), "member", association)
        Organisation.objects.filter(pk=association.pk).update(phone=f"040 000 000{number}")
    client.force_login(chair)
    page(client, association)
    with django_assert_num_queries(14):
        page(client, association)


def test_older_changes_follow_on_the_next_page_and_none_is_lost(association):
    for number in range(7):
        Organisation.objects.filter(pk=association.pk).update(phone=f"040 000 000{number}")
    seen, before = [], None
    for _page in range(3):
        changes, before = changes_of(association, shown=3, before=before)
        seen += changes
    assert before is None
    phones = [line[2] for change in seen for line in change.lines if line[0] == "Phone number"]
    assert phones == [f"040 000 000{number}" for number in reversed(range(7))]
    assert len(seen) == 8


@pytest.mark.parametrize("moment", ["rubbish", "2027-01-01", "9999-99-99T00:00:00+00:00", "2027-01-01T00:00:00+00:00"])
def test_a_strange_moment_in_the_address_is_no_fault(client, association, chair, moment):
    client.force_login(chair)
    assert page(client, association, ennen=moment).status_code == 200
