"""Whose roles open other associations' matters log in with two steps (QUALITY line 28)."""

import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from accounts.models import User
from associations.models import Role
from tests.accounts.conftest import PASSWORD, is_logged_in
from tests.accounts.test_second_step import app_code
from tests.factories import make_association, make_board_member, make_role, make_staff, make_union, make_user
from tests.home.test_settings import COMPLETE, start
from tests.world import build_world

pytestmark = pytest.mark.django_db
SET_UP = "/tili/toinen-vaihe/"


@pytest.fixture(autouse=True)
def policy(settings):
    settings.SECOND_FACTOR_ROLES = ["staff", "coordinator", "legal_adviser", "administrator"]


@pytest.fixture
def staff(person):
    make_role(person, "staff", make_union())
    return person


def with_passkey(person):
    return Authenticator.objects.create(user=person, type="webauthn", data={"name": "Puhelin", "credential": {}})


def set_up_app(client):
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    return secret


@pytest.mark.parametrize(
    ("role", "is_led"),
    [
        ("member", False), ("board", False), ("chair", False), ("neighbour", False),
        ("coordinator", True), ("far_coordinator", True), ("staff", True), ("other_staff", True), ("legal", True),
        ("administrator", True),
    ],
)  # fmt: skip
def test_each_role_is_led_to_the_second_step_or_not(client, role, is_led):
    client.force_login(getattr(build_world(), role))
    answer = client.get(reverse("events:event_list"))
    assert (answer.status_code, answer.get("Location")) == ((302, SET_UP) if is_led else (200, None))


def test_visitors_and_their_log_in_are_left_alone(client):
    assert client.get(reverse("events:event_list")).status_code == 200
    assert client.get(reverse("account_login")).status_code == 200


@pytest.mark.parametrize("facts", [{"is_superuser": True, "is_staff": True}, {"is_staff": True}])
def test_whoever_may_use_the_administration_counts_as_administrator(client, facts):
    client.force_login(make_user(**facts))
    for address in ("/yllapito/", "/yllapito/accounts/user/", "/oma/"):
        assert client.get(address).url == SET_UP


def test_the_administration_opens_after_the_second_step(client):
    chief = make_user(is_superuser=True, is_staff=True)
    with_passkey(chief)
    client.force_login(chief)
    assert client.get("/yllapito/accounts/user/").status_code == 200


def test_forms_are_not_a_way_around(client, staff):
    seat = staff.roles.get()
    client.force_login(staff)
    answer = client.post(reverse("home:switch_seat"), {"seat": seat.pk})
    assert answer.url == SET_UP
    assert "seat" not in client.session
    answer = client.post(reverse("events:event_create"), {"title": "Ohi portin"})
    assert answer.url == SET_UP


def test_a_fragment_leads_the_whole_page(client, staff):
    client.force_login(staff)
    answer = client.get(reverse("events:event_list"), HTTP_HX_REQUEST="true")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, SET_UP)


def test_the_way_to_the_second_step_goes_nowhere_in_circles(client, staff, log_in):
    log_in()
    page = client.get(reverse("home:dashboard"), follow=True)
    assert [address for address, _status in page.redirect_chain] == [SET_UP]
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert f'href="{reverse(name)}"' in page.content.decode()
        assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))
    # What stays open meanwhile.
    for name in ("accounts:profile", "home:help", "home:privacy", "home:accessibility", "account_reauthenticate",
                 "account_logout", "mfa_index", "account_email"):  # fmt: skip
        assert client.get(reverse(name)).status_code == 200, name
    for address in ("/sv/tili/toinen-vaihe/", "/en/tili/toinen-vaihe/", "/livez"):
        assert client.get(address).status_code == 200, address
    assert client.get("/sv/oma/").url == "/sv" + SET_UP
    assert client.post(reverse("account_logout")).url == reverse("home:front")
    assert not is_logged_in(client)


def test_from_the_password_to_the_own_desk_by_the_app(client, staff, log_in):
    log_in()
    assert client.get("/oma/").url == SET_UP
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    set_up_app(client)
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert client.get("/oma/").status_code == 200
    # There is nothing left to set up.
    assert client.get(SET_UP).url == reverse("home:dashboard")


def test_a_passkey_counts(client, staff):
    with_passkey(staff)
    client.force_login(staff)
    assert client.get("/oma/").status_code == 200


def test_backup_codes_alone_do_not_count(client, staff):
    Authenticator.objects.create(user=staff, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    client.force_login(staff)
    assert client.get("/oma/").url == SET_UP


def test_who_takes_the_app_out_of_use_sets_it_up_again(client, staff, log_in):
    log_in()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    set_up_app(client)
    assert client.get("/oma/").status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get("/oma/").url == SET_UP


def test_who_removes_the_last_passkey_sets_up_another(client, staff, log_in):
    key = with_passkey(staff)
    # Somebody who came in before the key was there.
    client.force_login(staff)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 9e9, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(staff.pk)
    session.save()
    assert client.get("/oma/").status_code == 200
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert not Authenticator.objects.filter(type="webauthn").exists()
    assert client.get("/oma/").url == SET_UP


def test_a_role_given_today_asks_at_the_next_click_and_one_entered_ahead_does_not(client):
    person, union = make_user(), make_union()
    tomorrow = datetime.date.today() + datetime.timedelta(days=2)
    client.force_login(person)
    make_role(person, "coordinator", union, starts_on=tomorrow)
    assert client.get("/oma/").status_code == 200
    make_role(person, "coordinator", union)
    assert client.get("/oma/").url == SET_UP


def test_a_role_that_has_lapsed_asks_no_more(client, staff):
    client.force_login(staff)
    assert client.get("/oma/").url == SET_UP
    Role.objects.filter(person=staff).update(ends_on=datetime.date.today() - datetime.timedelta(days=2))
    assert client.get("/oma/").status_code == 200


def test_without_the_policy_nobody_is_asked(client, staff, settings):
    settings.SECOND_FACTOR_ROLES = []
    client.force_login(staff)
    assert client.get("/oma/").status_code == 200


def test_another_house_may_name_other_roles(client, staff, settings):
    settings.SECOND_FACTOR_ROLES = ["chair"]
    chair = make_user()
    make_role(chair, "chair", make_association())
    client.force_login(staff)
    assert client.get("/oma/").status_code == 200
    client.force_login(chair)
    assert client.get("/oma/").url == SET_UP


def test_a_new_password_by_letter_does_not_go_past_the_second_step(client, staff, log_in, mailoutbox):
    import re

    log_in()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    set_up_app(client)
    client.post(reverse("account_logout"))
    client.post(reverse("account_reset_password"), {"email": staff.email})
    link = re.search(r"http://testserver(/\S+)", mailoutbox[-1].body).group(1)
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "uusi-salasana-27", "password2": "uusi-salasana-27"})
    assert not is_logged_in(client)
    assert log_in(password="uusi-salasana-27").url == reverse("mfa_authenticate")
    assert not is_logged_in(client)


@pytest.fixture
def queries_of(client, django_assert_num_queries):
    """How many queries a page takes, and how many of them ask for a second step."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(path="/oma/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        return len(asked), sum("mfa_authenticator" in one["sql"] for one in asked)

    return count


def test_who_has_no_such_role_pays_nothing(client, settings, queries_of):
    client.force_login(make_board_member())
    queries_of()
    with_policy = queries_of()
    settings.SECOND_FACTOR_ROLES = []
    assert with_policy == (queries_of()[0], 0)


def test_others_pay_one_query_and_only_once(client, queries_of, settings):
    person = make_staff()
    with_passkey(person)
    client.force_login(person)
    assert queries_of()[1] == 1
    later = queries_of()
    assert later[1] == 0
    settings.SECOND_FACTOR_ROLES = []
    assert queries_of()[0] == later[0]


def test_the_page_says_whose_role_asks(client):
    person = make_staff()
    client.force_login(person)
    with_role = client.get("/en" + SET_UP).content.decode()
    assert "staff" in with_role
    assert "legal adviser" not in with_role


@pytest.mark.parametrize("more", [{}, {"SECOND_FACTOR_ROLES": ""}])
def test_production_asks_the_four_roles(more):
    program = "from django.conf import settings as s; print(','.join(s.SECOND_FACTOR_ROLES))"
    result = start(COMPLETE | more, "shell", "--no-imports", "-c", program)
    assert result.stdout.strip() == "staff,coordinator,legal_adviser,administrator"


def test_a_word_turns_the_policy_off():
    program = "from django.conf import settings as s; print(s.SECOND_FACTOR_ROLES)"
    result = start(COMPLETE | {"SECOND_FACTOR_ROLES": "none"}, "shell", "--no-imports", "-c", program)
    assert result.stdout.strip() == "[]"


def test_a_misspelt_role_stops_the_start(settings):
    from advocacy_portal.home.second_step import SecondStepMiddleware

    settings.SECOND_FACTOR_ROLES = ["staf"]
    with pytest.raises(ImproperlyConfigured, match="staf"):
        SecondStepMiddleware(lambda request: None)


class TestWhoIsNoLongerThere:
    def test_a_closed_account_is_out_at_the_next_click(self, client, person, log_in):
        log_in()
        assert client.get(reverse("accounts:profile")).status_code == 200
        User.objects.filter(pk=person.pk).update(is_active=False)
        assert client.get(reverse("accounts:profile")).url.startswith(reverse("account_login"))
        assert client.post(reverse("accounts:profile"), {"name": "X"}).url.startswith(reverse("account_login"))

    def test_a_role_that_has_ended_opens_nothing_at_the_next_click(self, client):
        association = make_association()
        board = make_board_member(association)
        address = reverse("associations:organisation_edit", args=[association.pk])
        client.force_login(board)
        assert client.get(address).status_code == 200
        Role.objects.filter(person=board).update(ends_on=datetime.date.today() - datetime.timedelta(days=2))
        assert client.get(address).status_code == 403
        assert client.post(address, {"email": "uusi@example.org"}).status_code == 403
