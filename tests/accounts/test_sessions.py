"""Where a person is logged in, and ending it (ASVS 7.5.2)."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.sessions import device_words, forget_ended
from advocacy_portal.home.tasks import clean_up
from tests.accounts.conftest import PASSWORD, code_in, is_logged_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 "
    "Mobile/15E148 Safari/604.1"
)
SESSIONS = "/tili/istunnot/"


def log_in_from(agent, email="aino@example.org", password=PASSWORD, **meta):
    browser = Client(HTTP_USER_AGENT=agent, **meta)
    browser.post(reverse("account_login"), {"login": email, "password": password})
    assert is_logged_in(browser)
    return browser


@pytest.fixture
def phone(person):
    return log_in_from(IPHONE)


@pytest.fixture
def desk(person):
    return log_in_from(FIREFOX)


def devices(browser):
    return [(place.device, place.is_this) for place in browser.get("/en" + SESSIONS).context["places"]]


def test_each_device_is_on_the_list_in_plain_words_this_one_first(phone, desk):
    assert devices(desk) == [("Firefox, Linux computer", True), ("Safari, iPhone", False)]
    assert devices(phone) == [("Safari, iPhone", True), ("Firefox, Linux computer", False)]


def test_one_device_is_logged_out_from_another(phone, desk):
    other = UserSession.objects.get(user_agent=IPHONE)
    assert desk.post(SESSIONS, {"session": other.pk}).url == SESSIONS
    assert phone.get(reverse("accounts:profile")).url.startswith(reverse("account_login"))
    assert desk.get(reverse("accounts:profile")).status_code == 200
    assert not Session.objects.filter(session_key=other.session_key).exists()
    # Twice: it is no longer there.
    assert desk.post(SESSIONS, {"session": other.pk}).status_code == 404


def test_all_others_are_logged_out_at_once(phone, desk):
    tablet = log_in_from("Mozilla/5.0 (iPad; CPU OS 18_0) Version/18.0 Safari/604.1")
    desk.post(SESSIONS, {"others": "1"})
    for browser in (phone, tablet):
        assert browser.get(reverse("accounts:profile")).status_code == 302
    assert devices(desk) == [("Firefox, Linux computer", True)]
    assert desk.post(SESSIONS, {"others": "1"}).url == SESSIONS


def test_this_device_is_logged_out_on_the_page_for_it(desk):
    own = UserSession.objects.get()
    assert desk.post(SESSIONS, {"session": own.pk}).url == reverse("account_logout")
    assert is_logged_in(desk)


def test_another_persons_sessions_are_neither_seen_nor_ended(phone):
    make_user(email="vieras@example.org", password=PASSWORD).trust_email()
    stranger = log_in_from(FIREFOX, "vieras@example.org")
    theirs = UserSession.objects.get(user_agent=IPHONE)
    assert devices(stranger) == [("Firefox, Linux computer", True)]
    assert stranger.post(SESSIONS, {"session": theirs.pk}).status_code == 404
    stranger.post(SESSIONS, {"others": "1", "user": theirs.user_id})
    assert phone.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.parametrize("typed", ["", "x", "-1", "0", "9" * 30, "١", "1.5", "\x00"])
def test_what_is_no_row_is_not_found(desk, typed):
    assert desk.post(SESSIONS, {"session": typed}).status_code == 404


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(phone, desk):
    new = {"oldpassword": PASSWORD, "password1": "uusi-salasana-27", "password2": "uusi-salasana-27"}
    desk.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    desk.post(reverse("account_change_password"), new)
    assert phone.get(reverse("accounts:profile")).status_code == 302
    assert desk.get(reverse("accounts:profile")).status_code == 200
    assert devices(desk) == [("Firefox, Linux computer", True)]
    assert UserSession.objects.count() == Session.objects.count() == 1


def test_a_new_password_by_letter_ends_every_session(phone, desk, person, mailoutbox):
    import re

    visitor = Client()
    visitor.post(reverse("account_reset_password"), {"email": person.email})
    link = re.search(r"http://testserver(/\S+)", mailoutbox[-1].body).group(1)
    form = visitor.get(link, follow=True)
    visitor.post(form.request["PATH_INFO"], {"password1": "uusi-salasana-27", "password2": "uusi-salasana-27"})
    for browser in (phone, desk):
        assert browser.get(reverse("accounts:profile")).status_code == 302
    assert not UserSession.objects.exists()


def test_the_session_of_a_visitor_is_another_after_log_in_and_the_old_one_is_dead(person, mailoutbox):
    browser = Client(HTTP_USER_AGENT=FIREFOX)
    browser.post(reverse("account_request_login_code"), {"email": person.email})
    before = browser.session.session_key
    browser.post(reverse("account_confirm_login_code"), {"code": code_in(mailoutbox[-1])})
    assert is_logged_in(browser)
    assert browser.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_closing_an_account_ends_its_sessions_for_good(phone, person):
    chief = make_user(is_superuser=True, is_staff=True)
    office = Client()
    office.force_login(chief)
    address = f"/yllapito/accounts/user/{person.pk}/change/"
    facts = {"name": person.name, "phone": "", "language": "fi"}
    assert office.post(address, facts).status_code == 302
    assert phone.get(reverse("accounts:profile")).status_code == 302
    # Opened again by mistake or not: who was logged in then is not now.
    office.post(address, facts | {"is_active": "on"})
    assert User.objects.get(pk=person.pk).is_active
    assert phone.get(reverse("accounts:profile")).status_code == 302
    assert not UserSession.objects.filter(user=person).exists()


def test_of_the_network_address_only_the_neighbourhood_is_kept(person):
    log_in_from(FIREFOX, REMOTE_ADDR="198.51.100.77")
    log_in_from(IPHONE, REMOTE_ADDR="2001:db8:1:2:3:4:5:6")
    assert {one.ip for one in UserSession.objects.all()} == {"198.51.100.0", "2001:db8:1::"}
    page = log_in_from(FIREFOX).get(SESSIONS).content.decode()
    assert "198.51" not in page and "2001:db8" not in page


def test_what_has_ended_is_forgotten_at_night(phone, desk):
    gone = UserSession.objects.get(user_agent=IPHONE)
    Session.objects.filter(session_key=gone.session_key).update(
        expire_date=timezone.now() - datetime.timedelta(minutes=1)
    )
    assert devices(desk) == [("Firefox, Linux computer", True)]
    clean_up()
    assert list(UserSession.objects.values_list("user_agent", flat=True)) == [FIREFOX]
    assert forget_ended(timezone.now()) == 0


def test_logging_out_leaves_nothing_on_the_list(phone, desk):
    phone.post(reverse("account_logout"))
    assert devices(desk) == [("Firefox, Linux computer", True)]


def test_a_session_from_before_this_page_is_on_the_list_too(client, person):
    client.force_login(person)
    assert devices(client) == [("Unknown device", True)]


@pytest.mark.parametrize("more", [1, 3])
def test_a_longer_list_asks_no_more_queries(desk, more, django_assert_num_queries):
    for _ in range(more):
        log_in_from(IPHONE)
    desk.get(SESSIONS)
    with django_assert_num_queries(4):
        desk.get(SESSIONS)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Linux computer"),
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge, Windows computer"),
        ("Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile "
         "Safari/537.36", "Samsung Internet, Android phone"),
        ("Mozilla/5.0 (Linux; Android 14; Tab) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
         "Chrome, Android tablet"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
         "Safari, Mac computer"),
        ("curl/8.5", "Unknown device"), ("", "Unknown device"), ("<script>alert(1)</script>", "Unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_told_in_plain_words(agent, words):
    from django.utils import translation

    with translation.override("en"):
        assert device_words(agent) == words


def test_nobody_reads_sessions_in_the_register(client):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    for table in ("usersessions/usersession", "socialaccount/socialaccount", "socialaccount/socialapp",
                  "socialaccount/socialtoken"):  # fmt: skip
        assert client.get(f"/yllapito/{table}/").status_code == 404
