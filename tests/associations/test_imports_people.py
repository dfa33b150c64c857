"""A union's staff bring the people of their boards in from a spreadsheet."""

import datetime
import json

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from associations.imports import people_rows, working
from associations.joining import inviting, letters
from associations.joining.models import LIFE, Invitation
from associations.models import Organisation, Role, RoleHistory
from notifications.letters import compose
from notifications.models import OutgoingMail
from tests import factories as make
from tests.associations.joining_makers import make_invitation
from tests.associations.test_imports_organisations import (  # noqa: F401 (fixtures)
    brought_in,
    checked,
    codes,
    counts,
    csv,
    staff,
    undone,
    union,
)

HEADINGS = "Nimi;Sähköposti;Tehtävä;Yhdistys;Puhelin;Alkaa;Päättyy;Kieli"


@pytest.fixture
def association(union):  # noqa: F811
    return make.make_association(union, "Koivurannan yhdistys ry", member_number="101")


def people(*lines):
    return csv(HEADINGS, *lines)


def snapshot():
    fields = [one.attname for one in User._meta.concrete_fields]
    return list(User.objects.order_by("pk").values(*fields)), list(Role.objects.order_by("pk").values())


AINO = "Aino Mallikas;Aino@Example.org;puheenjohtaja;101;040 123 4567;1.1.2027;31.12.2027;suomi"
BOARD = people(AINO, "Siv Exempel;siv@example.org;styrelsemedlem;Koivurannan yhdistys;;2027-01-01;;svenska")


def test_next_years_board_comes_in_without_passwords_or_letters(union, staff, association):  # noqa: F811
    one = brought_in(union, staff, BOARD, "people")
    assert counts(one) == {"create": 2, "change": 0, "same": 0, "faults": 0}
    aino, siv = User.objects.get(email="aino@example.org"), User.objects.get(email="siv@example.org")
    assert (aino.name, aino.phone, aino.language, siv.language) == ("Aino Mallikas", "040 123 4567", "fi", "sv")
    assert not aino.has_usable_password() and not aino.is_staff and not aino.is_superuser
    chair, member = Role.objects.filter(organisation=association).order_by("-kind")
    assert (chair.person, chair.kind, chair.starts_on, chair.ends_on) == (
        aino, "chair", datetime.date(2027, 1, 1), datetime.date(2027, 12, 31),
    )  # fmt: skip
    assert (member.person, member.kind, member.ends_on) == (siv, "board_member", None)
    assert not OutgoingMail.objects.exists()
    line = RoleHistory.objects.get(pgh_obj=chair.pk)
    assert line.pgh_context == {"user": staff.pk, "import": one.pk}


def test_the_same_board_again_changes_nothing(union, staff, association):  # noqa: F811
    brought_in(union, staff, BOARD, "people")
    before = snapshot()
    assert counts(checked(union, staff, BOARD, "people")) == {"create": 0, "change": 0, "same": 2, "faults": 0}
    assert snapshot() == before


def test_a_person_of_the_union_is_corrected_and_a_term_ended(union, staff, association):  # noqa: F811
    aino = make.make_chair(association, name="Aino Mallikas", email="aino@example.org", phone="040 1")
    one = brought_in(
        union, staff, people("Aino Uusinimi;aino@example.org;pj;101;050 123 4567;;31.12.2027;"), "people"
    )  # fmt: skip
    aino.refresh_from_db()
    (role,) = aino.roles.all()
    assert (aino.name, aino.phone, counts(one)["change"]) == ("Aino Uusinimi", "050 123 4567", 1)
    assert (role.starts_on, role.ends_on) == (datetime.date(2020, 1, 1), datetime.date(2027, 12, 31))


def make_stranger(case, union, association):  # noqa: F811
    """Somebody whose name and number are not this union's to write over."""
    person = make.make_user("Oikea Nimi", email="vieras@example.org", phone="040 999 9999")
    other = make.make_association(make.make_union("Toinen liitto ry"), "Toisen yhdistys ry")
    if case == "member of another union":
        make.make_role(person, "member", other)
    elif case == "in both unions":
        make.make_role(person, "member", other)
        make.make_role(person, "member", association)
    elif case == "staff of this union":
        make.make_role(person, "member", association)
        make.make_role(person, "staff", union)
    elif case == "administrator":
        make.make_role(person, "member", association)
        make.make_role(person, "administrator")
    elif case == "superuser":
        make.make_role(person, "member", association)
        User.objects.filter(pk=person.pk).update(is_superuser=True, is_staff=True)
    elif case == "left this union":
        make.make_role(person, "member", association, ends_on=datetime.date(2021, 1, 1))
    return person


STRANGERS = [
    "no role at all", "member of another union", "in both unions", "staff of this union", "administrator", "superuser",
    "left this union",
]  # fmt: skip
ROW = "Väärä Nimi;vieras@example.org;sihteeri;101;040 000 0000;1.1.2020;;en"
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize("case", STRANGERS)
def test_the_name_and_number_of_others_are_never_written_over_nor_shown(case, union, staff, association):  # noqa: F811
    person = make_stranger(case, union, association)
    one = brought_in(
        union, staff, people("Väärä Nimi;vieras@example.org;sihteeri;101;040 000 0000;;;en"), "people"
    )  # fmt: skip
    person.refresh_from_db()
    assert (person.name, person.phone, person.language) == ("Oikea Nimi", "040 999 9999", "fi")
    assert not person.roles.filter(kind="secretary").exists()
    told = json.dumps([one.preview, one.faults, one.findings], ensure_ascii=False)
    assert "Oikea" not in told and "999 9999" not in told


def test_the_preview_does_not_tell_whether_an_address_has_an_account(union, staff, association):  # noqa: F811
    line = "Väärä Nimi;vieras@example.org;sihteeri;101;040 000 0000;1.1.2027;;en"
    unknown = checked(union, staff, people(line), "people")
    make_stranger("member of another union", union, association)
    known = checked(union, staff, people(line), "people")
    assert (known.preview, counts(known), known.rows) == (unknown.preview, counts(unknown), unknown.rows)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (";a@example.org;jäsen;101;;;;", (2, "name", "missing")),
        ("A;;jäsen;101;;;;", (2, "email", "missing")),
        ("A;a@;jäsen;101;;;;", (2, "email", "email")),
        ("A;a@example.org;;101;;;;", (2, "role", "missing")),
        ("A;a@example.org;kuningas;101;;;;", (2, "role", "role")),
        ("A;a@example.org;työntekijä;101;;;;", (2, "role", "role_not_given")),
        ("A;a@example.org;aluekoordinaattori;101;;;;", (2, "role", "role_not_given")),
        ("A;a@example.org;administrator;101;;;;", (2, "role", "role_not_given")),
        ("A;a@example.org;jäsen;;;;;", (2, "organisation", "missing")),
        ("A;a@example.org;jäsen;500;;;;", (2, "organisation", "organisation")),
        ("A;a@example.org;jäsen;Toisen yhdistys ry;;;;", (2, "organisation", "organisation")),
        ("A;a@example.org;jäsen;Päättynyt ry;;;;", (2, "organisation", "ended")),
        ("A;a@example.org;jäsen;101;soita;;;", (2, "phone", "phone")),
        ("A;a@example.org;jäsen;101;;huomenna;;", (2, "starts_on", "day")),
        ("A;a@example.org;jäsen;101;;1.1.2027;31.12.2026;", (2, "ends_on", "backwards")),
        ("A;a@example.org;jäsen;101;;;;saame", (2, "language", "language")),
        ("B;kunnossa@example.org;jäsen;101;;;;", (3, "name", "name_differs")),
        ("Kunnossa;kunnossa@example.org;jäsen;101;;1.1.2027;;", (3, "", "twice")),
    ],
)
def test_a_faulty_row_is_told_and_nobody_comes_in(union, staff, association, line, fault):  # noqa: F811
    other = make.make_union("Toinen liitto ry")
    make.make_association(other, "Toisen yhdistys ry", member_number="500")
    make.make_association(union, "Päättynyt ry", ended_on=datetime.date(2021, 1, 1))
    one = checked(union, staff, people(line, "Kunnossa;kunnossa@example.org;jäsen;101;;1.6.2027;;"), "people")
    assert codes(one) == [fault]
    assert not User.objects.filter(email="kunnossa@example.org").exists()


@time_machine.travel("2026-12-01 12:00")
def test_a_new_term_after_the_old_one_is_a_new_role(union, staff, association):  # noqa: F811
    aino = make.make_user("Aino Mallikas", email="aino@example.org")
    make.make_role(aino, "chair", association, datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    brought_in(union, staff, people(AINO), "people")
    assert list(aino.roles.values_list("starts_on", flat=True)) == [
        datetime.date(2026, 1, 1), datetime.date(2027, 1, 1),
    ]  # fmt: skip


def test_an_import_of_people_is_undone(union, staff, association):  # noqa: F811
    make.make_chair(association, name="Vanha Nimi", email="aino@example.org", phone="040 1")
    before = snapshot()
    one = brought_in(union, staff, BOARD.replace(b"1.1.2027", b"").replace(b"2027-01-01", b""), "people")
    assert snapshot() != before
    assert undone(one, staff).state == "undone", one.faults
    assert snapshot() == before


@pytest.mark.parametrize("code", ["logged_in", "changed_since", "used_since"])
def test_people_who_have_begun_to_use_the_portal_are_not_taken_away(union, staff, association, code):  # noqa: F811
    one = brought_in(union, staff, BOARD, "people")
    aino = User.objects.filter(email="aino@example.org")
    if code == "logged_in":
        aino.update(last_login=timezone.now())
    elif code == "changed_since":
        aino.update(phone="050 555 5555")
    else:
        make.make_role(aino.get(), "member", make.make_association(union, "Toinen yhdistys ry"))
    before = snapshot()
    undone(one, staff)
    assert one.state == "done"
    ((name, _field, found, _facts),) = one.faults
    assert (name, found) == ("Aino Mallikas", code)
    assert snapshot() == before


def test_each_thousand_people_cost_the_same_number_of_queries(union, staff, association, monkeypatch):  # noqa: F811
    monkeypatch.setattr(working, "recount", lambda *args, **more: None)
    asked = {}
    for start, count in ((0, 2000), (10_000, 4000), (20_000, 6000)):
        lines = [f"Nimi {n};p{n}@example.org;jäsen;101;;;;" for n in range(start, start + count)]
        one = checked(union, staff, people(*lines), "people")
        one.bring_in(by=staff, now=timezone.now())
        with CaptureQueriesContext(connection) as seen:
            working.work(one.pk)
        one.refresh_from_db()
        assert one.state == "done"
        asked[count] = len(seen)
    assert asked[6000] - asked[4000] == asked[4000] - asked[2000] <= 16


# --- Those who have an account outside the union are asked ---------------------------------------------------------


def people_page(client, organisation, who):
    client.force_login(User.objects.get(pk=who.pk))
    return client.get(f"/en/yhdistykset/{organisation.pk}/ihmiset/").content.decode()


def accept(person):
    return inviting.accept(Invitation.objects.get().token, person=person, now=timezone.now())


@pytest.mark.parametrize("case", ["no role at all", "member of another union", "left this union"])
def test_a_stranger_is_not_shown_to_the_union_before_saying_yes(case, client, union, staff, association):  # noqa: F811
    person = make_stranger(case, union, association)
    chair = make.make_chair(association)
    # The board sees who served before, but no longer the number.
    hidden = ["999 9999"] if case == "left this union" else ["Oikea Nimi", "999 9999"]
    brought_in(union, staff, people(ROW), "people")
    for who in (staff, chair):
        for address in ("/ihmiset/", "/", "/historia/"):
            client.force_login(who)
            shown = client.get(f"/en/yhdistykset/{association.pk}{address}").content.decode()
            assert not [one for one in hidden if one in shown], (who, address)
    assert "Väärä Nimi" in people_page(client, association, staff), "the name is the file's own"
    accept(person)
    shown = people_page(client, association, staff)
    assert "Oikea Nimi" in shown and "999 9999" in shown


def test_the_test_above_would_see_a_role_given_at_once(client, union, staff, association, monkeypatch):  # noqa: F811
    make_stranger("member of another union", union, association)
    monkeypatch.setattr(people_rows, "_is_asked", lambda *args: False)
    brought_in(union, staff, people(ROW), "people")
    shown = people_page(client, association, staff)
    assert "Oikea Nimi" in shown and "999 9999" in shown


@pytest.mark.parametrize("case", STRANGERS)
def test_a_stranger_gets_one_invitation_in_their_own_language(case, union, staff, association):  # noqa: F811
    person = make_stranger(case, union, association)
    User.objects.filter(pk=person.pk).update(language="sv")
    brought_in(union, staff, people(ROW), "people")
    row, mail = Invitation.objects.get(), OutgoingMail.objects.get()
    assert (row.email, row.name, row.kind, row.organisation, row.language, row.invited_by) == (
        "vieras@example.org", "Väärä Nimi", "secretary", association, "sv", staff,
    )  # fmt: skip
    assert (row.starts_on, row.ends_on, row.state) == (datetime.date(2020, 1, 1), None, "sent")
    assert (mail.to, mail.language, mail.organisation_id, mail.kind) == (row.email, "sv", union.pk, letters.INVITED)
    assert f"/sv/kutsu/{row.token}/" in compose(mail).button[1]
    assert accept(person).starts_on == datetime.date(2020, 1, 1)


def test_the_same_file_again_asks_nobody_twice(union, staff, association):  # noqa: F811
    make_stranger("member of another union", union, association)
    content = people(ROW, "Uusi Ihminen;uusi@example.org;jäsen;101;;;;")
    brought_in(union, staff, content, "people")
    again = checked(union, staff, content, "people")
    assert counts(again) == {"create": 0, "change": 0, "same": 2, "faults": 0}
    Invitation.objects.get().decline(now=timezone.now())
    assert counts(checked(union, staff, content, "people"))["same"] == 2, "a no is a no for a while"
    with time_machine.travel(timezone.now() + 31 * DAY):
        assert counts(checked(union, staff, content, "people"))["create"] == 1


@pytest.mark.parametrize("is_known", [False, True])
def test_who_has_been_invited_by_hand_looks_the_same_known_or_not(union, staff, association, is_known):  # noqa: F811
    make_invitation(association, staff, kind="secretary", email="vieras@example.org")
    if is_known:
        make_stranger("member of another union", union, association)
    one = checked(union, staff, people(ROW), "people")
    assert (counts(one)["same"], one.preview) == (1, [])


def test_a_dead_link_is_replaced_by_a_new_one(union, staff, association):  # noqa: F811
    make_stranger("member of another union", union, association)
    old = make_invitation(association, staff, kind="secretary", email="vieras@example.org", sent_ago=LIFE + DAY)
    other = make_invitation(association, staff, kind="member", email="vieras@example.org", sent_ago=LIFE + DAY)
    brought_in(union, staff, people(ROW), "people")
    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.state, other.state) == ("revoked", "sent")
    assert Invitation.objects.waiting().filter(kind="secretary").count() == 1


def test_terms_that_follow_each_other_are_one_invitation_and_past_ones_none(union, staff, association):  # noqa: F811
    make_stranger("no role at all", union, association)
    line = "Väärä Nimi;vieras@example.org;{};101;;{};{};"
    one = brought_in(union, staff, people(
        line.format("sihteeri", "1.1.2020", "31.12.2020"), line.format("jäsen", "1.1.2098", "31.12.2098"),
        line.format("jäsen", "1.1.2097", "31.12.2097"), line.format("jäsen", "1.1.2100", ""),
    ), "people")  # fmt: skip
    assert counts(one)["create"] == 4
    row = Invitation.objects.get()
    assert (row.kind, row.starts_on, row.ends_on) == (
        "member", datetime.date(2097, 1, 1), datetime.date(2098, 12, 31),
    )  # fmt: skip


def test_an_ended_role_of_somebody_who_has_left_does_not_go_on_unasked(client, union, staff, association):  # noqa: F811
    person = make_stranger("left this union", union, association)
    brought_in(union, staff, people("Väärä Nimi;vieras@example.org;jäsen;101;;1.1.2020;31.12.2098;"), "people")
    assert person.roles.get().ends_on == datetime.date(2021, 1, 1)
    assert "999 9999" not in people_page(client, association, staff)
    row = Invitation.objects.get()
    assert (row.starts_on, row.ends_on) == (timezone.localdate(), datetime.date(2098, 12, 31))


def test_undoing_withdraws_the_invitations(union, staff, association):  # noqa: F811
    make_stranger("member of another union", union, association)
    by_hand = make_invitation(association, staff)
    letters.tell_invited(by_hand)
    before = snapshot()
    one = brought_in(union, staff, people(ROW, "Uusi Ihminen;uusi@example.org;jäsen;101;;;;"), "people")
    assert undone(one, staff).state == "undone", one.faults
    assert snapshot() == before
    assert dict(Invitation.objects.values_list("email", "state")) == {
        "vieras@example.org": "revoked", by_hand.email: "sent",
    }  # fmt: skip
    assert dict(OutgoingMail.objects.values_list("to", "state")) == {
        "vieras@example.org": "cancelled", by_hand.email: "due",
    }  # fmt: skip


def test_who_is_invited_by_hand_at_the_same_moment_gets_one_invitation(union, staff, association, monkeypatch):  # noqa: F811
    make_stranger("member of another union", union, association)
    one = checked(union, staff, people(ROW), "people")
    planned = []

    def plan_of(*args):
        planned.append(made := real(*args))
        if len(planned) == 1:
            make_invitation(association, staff, kind="secretary", email="vieras@example.org")
        return made

    real = working.plan_of
    monkeypatch.setattr(working, "plan_of", plan_of)
    one.bring_in(by=staff, now=timezone.now())
    working.work(one.pk)
    one.refresh_from_db()
    assert (one.state, one.findings["changed"], counts(one)["same"]) == ("checked", True, 1)
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("answer", ["declined", "withdrawn"])
def test_who_has_said_no_is_no_hindrance_to_undoing(union, staff, association, answer):  # noqa: F811
    make_stranger("member of another union", union, association)
    one = brought_in(union, staff, people(ROW), "people")
    row = Invitation.objects.get()
    row.decline(now=timezone.now()) if answer == "declined" else row.withdraw(now=timezone.now())
    assert undone(one, staff).state == "undone"


def test_who_has_said_yes_is_not_taken_away(union, staff, association):  # noqa: F811
    person = make_stranger("member of another union", union, association)
    one = brought_in(union, staff, people(ROW), "people")
    accept(person)
    assert undone(one, staff).state == "done"
    assert one.faults == [["Väärä Nimi", "", "accepted", {}]], "told by the file's own name"
    assert person.roles.filter(kind="secretary").exists()


def test_both_registers_can_be_undone_one_after_the_other(union, staff):  # noqa: F811
    first = brought_in(union, staff, csv("Jäsennumero;Nimi", "101;Harjun yhdistys ry"))
    make.make_user("Oikea Nimi", email="vieras@example.org")
    second = brought_in(union, staff, people(ROW), "people")
    assert undone(second, staff).state == "undone"
    assert undone(first, staff).state == "undone", first.faults
    assert not Organisation.objects.filter(member_number="101").exists()


def test_the_pages_say_who_is_asked(client, union, staff, association):  # noqa: F811
    client.force_login(staff)
    words = "gets an invitation by e-mail"
    one = checked(union, staff, people(ROW), "people")
    address = f"/en{one.get_absolute_url().removeprefix('/en')}"
    assert words in client.get(address).content.decode()
    one = brought_in(union, staff, people(ROW), "people")
    done = client.get(f"/en{one.get_absolute_url().removeprefix('/en')}").content.decode()
    assert words in done, "always said, whether the file had any such people or not"


def test_each_thousand_strangers_cost_the_same_number_of_queries(union, staff, association, monkeypatch):  # noqa: F811
    monkeypatch.setattr(working, "recount", lambda *args, **more: None)
    asked = {}
    for start, count in ((0, 1000), (10_000, 2000), (20_000, 3000)):
        User.objects.bulk_create(
            User(email=f"p{n}@example.org", password="!", name="Oikea Nimi") for n in range(start, start + count)
        )
        lines = [f"Nimi {n};p{n}@example.org;jäsen;101;;;;" for n in range(start, start + count)]
        one = checked(union, staff, people(*lines), "people")
        one.bring_in(by=staff, now=timezone.now())
        with CaptureQueriesContext(connection) as seen:
            working.work(one.pk)
        one.refresh_from_db()
        assert one.state == "done"
        asked[count] = len(seen)
    assert Invitation.objects.count() == OutgoingMail.objects.count() == 6000
    assert asked[3000] - asked[1000] <= 20
