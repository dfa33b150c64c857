"""Pages of the brochure as boards, neighbours and staff meet them."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from materials.brochures.models import Brochure, BrochureFile, ServiceOffer
from materials.brochures.next_steps import steps_for
from tests import factories as make
from tests.materials.makers import make_brochure, make_done_file, make_failed_file, make_file, make_template


@pytest.fixture
def board(association, client):
    person = make.make_board_member(association)
    client.force_login(person)
    return person


def typed(association, version=0, **changes):
    service = ServiceOffer.objects.offered_in(association.union).first()
    rows = {f"contacts-{n}-{field}": "" for n in range(4) for field in ("name", "role", "phone", "email")}
    return (
        {"introduction": "Tapaamme kirjastolla.", "greeting": "", "services": [service.pk], "seen_version": version}
        | rows
        | {"contacts-0-name": "Aino Mallikas", "contacts-0-role": "Puheenjohtaja", "contacts-0-phone": "040 123 4567",
           "contacts-0-consent": "on"}
        | changes
    )  # fmt: skip


def edit_url(association):
    return reverse("materials:brochure_edit", args=[association.pk]) + "?kieli=fi"


def test_a_board_fills_in_checks_and_gets_its_pdf(board, association, client):
    make_template(association.union)
    saved = client.post(edit_url(association), typed(association), follow=True)
    assert saved.redirect_chain[-1][0].startswith(reverse("materials:brochure_check", args=[association.pk]))
    assert "Tapaamme kirjastolla." in saved.content.decode()
    asked = client.post(reverse("materials:brochure_request", args=[association.pk]), {"kieli": "fi"})
    file = BrochureFile.objects.get()
    assert asked.url == file.get_absolute_url()
    assert reverse("materials:brochure_state", args=[file.pk]) in client.get(asked.url).content.decode()
    make_done_file(file.brochure, now=timezone.now())
    ready = client.get(asked.url).content.decode()
    assert reverse("materials:brochure_pdf", args=[file.pk]) in ready and "hx-get" not in ready
    pdf = client.get(reverse("materials:brochure_pdf", args=[file.pk]))
    assert b"".join(pdf.streaming_content) == b"%PDF-1.7 of ours"
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith('attachment; filename="')
    assert pdf["Cache-Control"] == "private, no-store" and pdf["X-Content-Type-Options"] == "nosniff"


def test_from_the_dashboard_to_the_pdf_in_three_clicks_when_all_is_known(board, association, client):
    make_brochure(association)
    (step,) = steps_for(board, timezone.now())
    assert "tarkista" in step.url  # 1: the step, 2: «Tee PDF», 3: download
    assert reverse("materials:brochure_request", args=[association.pk]) in client.get(step.url).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"introduction": ""}, "id_introduction"),
        ({"introduction": "x" * 701}, "id_introduction"),
        ({"introduction": "Hei \U0001f600"}, "\U0001f600"),
        ({"introduction": "a\x00b"}, "id_introduction"),
        ({"services": []}, "id_services"),
        ({"services": ["999999"]}, "id_services"),
        ({"services": ["x"]}, "id_services"),
        ({"contacts-0-consent": ""}, "id_contacts-0-consent"),
        ({"contacts-0-phone": "soita"}, "id_contacts-0-phone"),
        ({"contacts-0-phone": ""}, "id_contacts-0-phone"),
        ({"contacts-0-name": ""}, "id_contacts-0-name"),
        ({"contacts-1-email": "ei"}, "id_contacts-1-email"),
        ({"seen_version": "x"}, ""),
        ({"seen_version": "99999999999999999999"}, ""),
        ({"contacts-0-name": "", "contacts-0-role": "", "contacts-0-phone": ""}, "id_contacts-0-name"),
    ],
)
def test_a_faulty_form_says_what_to_mend_and_keeps_what_was_typed(board, association, client, changes, words):
    make_template(association.union)
    answer = client.post(edit_url(association), typed(association, **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    if "introduction" not in changes:
        assert "Tapaamme kirjastolla." in page
    assert not Brochure.objects.filter(version__gt=0).exists()


def test_services_of_another_union_cannot_be_chosen(board, association, client):
    make_template(association.union)
    other = make_template(make.make_union("Toinen liitto ry")).union.service_offers.first()
    assert client.post(edit_url(association), typed(association, services=[other.pk])).status_code == 422


def test_two_board_members_at_once_lose_nothing(board, association, client):
    brochure = make_brochure(association, introduction="Toisen kirjoittama teksti")
    answer = client.post(edit_url(association), typed(association, version=brochure.version - 1))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Toisen kirjoittama teksti" in page and "Tapaamme kirjastolla." in page
    assert f'name="seen_version" value="{brochure.version}"' in page
    assert client.post(edit_url(association), typed(association, version=brochure.version)).status_code == 302


def test_the_board_is_met_with_what_the_portal_knows(board, association, client):
    make_template(association.union)
    chair = make.make_chair(association, name="Pertti Puheenjohtaja", phone="040 555 0000")
    page = client.get(edit_url(association)).content.decode()
    assert chair.name in page and chair.phone in page and "Tampere" in page


def test_a_union_without_a_template_says_so(board, association, client):
    assert client.get(edit_url(association)).status_code == 200


@pytest.mark.parametrize("name", ["brochure_edit", "brochure_check"])
def test_neighbours_and_other_unions_do_not_find_the_brochure(client, association, union, name):
    make_brochure(association)
    for person in (
        make.make_board_member(make.make_association(union, "Naapuri ry")),
        make.make_staff(make.make_union("Toinen ry")),
        make.make_coordinator(union, [make.make_region("77")]),
        make.make_member_of("member", association),
    ):
        client.force_login(person)
        assert client.get(reverse(f"materials:{name}", args=[association.pk])).status_code == 404


def test_a_file_is_for_its_own_people_only(client, association, union):
    file = make_done_file(make_brochure(association), now=timezone.now())
    for name in ("brochure_progress", "brochure_state", "brochure_pdf"):
        url = reverse(f"materials:{name}", args=[file.pk])
        client.logout()
        assert client.get(url).status_code == 302
        client.force_login(make.make_board_member(make.make_association(union, "Naapuri ry")))
        assert client.get(url).status_code == 404
        client.force_login(make.make_staff(union))
        assert client.get(url).status_code == 200


def test_progress_answers_204_until_something_changes(board, association, client):
    file = make_file(make_brochure(association))
    url = reverse("materials:brochure_state", args=[file.pk])
    assert client.get(url, {"oli": "queued"}).status_code == 204
    assert client.get(url, {"oli": "pressing"}).status_code == 200


def test_a_failed_pdf_is_told_and_can_be_retried_once(board, association, client):
    file = make_failed_file(make_brochure(association), now=timezone.now())
    retry = reverse("materials:brochure_retry", args=[file.pk])
    assert retry in client.get(file.get_absolute_url()).content.decode()
    assert client.post(retry).status_code == 302
    assert client.post(retry).status_code == 403


def test_a_pdf_lost_from_the_storage_is_made_again(board, association, client):
    file = make_done_file(make_brochure(association), now=timezone.now())
    file.file.storage.delete(file.file.name)
    assert client.get(reverse("materials:brochure_pdf", args=[file.pk])).status_code == 302
    file.refresh_from_db()
    assert file.state == "queued"


def test_next_steps_follow_the_brochure_through_its_life(board, association, django_assert_max_num_queries):
    now = timezone.now()
    assert steps_for(board, now) == []
    make_template(association.union)
    seen = []
    with django_assert_max_num_queries(2):
        seen.append(steps_for(board, now)[0].state_label)
    brochure = make_brochure(association)
    seen.append(steps_for(board, timezone.now())[0].state_label)
    make_done_file(brochure, now=timezone.now())
    seen.append(steps_for(board, timezone.now()))
    seen.append(steps_for(board, timezone.now() + datetime.timedelta(days=400))[0].url)
    make_brochure(association, introduction="Uusi")
    seen.append(len(steps_for(board, timezone.now())))
    assert seen[2:] == [[], reverse("materials:brochure_edit", args=[association.pk]), 1]
    assert len(set(map(str, seen[:2]))) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_brochure_list_asks_no_more_queries(client, union, rows, django_assert_num_queries):
    for number in range(rows):
        make_done_file(make_brochure(make.make_association(union, f"Yhdistys {number} ry")), now=timezone.now())
    client.force_login(make.make_staff(union))
    client.get(reverse("materials:brochure_list"))
    with django_assert_num_queries(7):
        assert client.get(reverse("materials:brochure_list")).status_code == 200


@pytest.mark.parametrize("address", ["?page=x", "?page=99999", "?q=%F0%9F%98%80", "?kieli=xx", "?kieli=%27"])
def test_odd_addresses_are_no_server_errors(board, association, client, address):
    make_brochure(association)
    for name, args in (
        ("brochure_list", []),
        ("brochure_edit", [association.pk]),
        ("brochure_check", [association.pk]),
    ):
        assert client.get(reverse(f"materials:{name}", args=args) + address).status_code == 200
    assert client.get(reverse("materials:brochure_edit", args=[2**70])).status_code in (200, 404)
