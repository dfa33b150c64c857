"""A page kept for visitors is never older than the database, and nobody gets another person's page."""

import re
import threading

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import reverse

from advocacy_portal.lib.shelf import Shelf, kept_for_visitors, own_shelf, shelf
from associations.models import Organisation
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
visits = RequestFactory()


@pytest.fixture(autouse=True)
def empty_shelf():
    shelf.clear()
    yield
    shelf.clear()


@pytest.fixture
def page():
    """A page that says how many organisations there are, and counts how often it was made."""

    def view(request):
        view.made += 1
        return HttpResponse(f"{Organisation.objects.count()} organisations")

    view.made = 0
    kept = kept_for_visitors(view)
    kept.view = view
    return kept


def ask(page, path="/", **facts):
    return page(visits.get(path, **facts)).content.decode()


def test_a_second_visitor_gets_the_same_page_without_making_it_anew(page):
    assert ask(page) == ask(page) == "0 organisations"
    assert page.view.made == 1


def test_the_first_visitor_after_a_change_sees_the_change(page):
    ask(page)
    make.make_union()
    assert ask(page) == "1 organisations"


def test_a_change_that_is_not_committed_yet_shows_to_nobody_and_its_commit_shows_at_once(page):
    ask(page)
    written, go_on = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                make.make_union()
                written.set()
                go_on.wait(10)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(10)
    assert ask(page) == "0 organisations"
    go_on.set()
    writer.join()
    assert ask(page) == "1 organisations"


def test_a_page_made_while_something_changed_is_not_handed_out_again(page):
    """The change lands between the stamp and the page's own query."""
    inner = page.view

    def slow(request):
        if not inner.made:
            answer = inner(request)
            make.make_union()
            return answer
        return inner(request)

    kept = kept_for_visitors(slow)
    assert ask(kept) == "0 organisations"
    assert ask(kept) == "1 organisations"


def test_a_page_changes_with_the_minute(page):
    with time_machine.travel("2027-01-12 15:00:59", tick=False):
        ask(page)
    with time_machine.travel("2027-01-12 15:01:00", tick=False):
        ask(page)
    assert page.view.made == 2


def test_who_has_a_session_gets_a_page_of_their_own(page):
    ask(page)
    visits.cookies[settings.SESSION_COOKIE_NAME] = "somebody"
    try:
        ask(page)
    finally:
        visits.cookies.clear()
    assert page.view.made == 2


def test_each_address_and_language_has_its_own_page(page):
    from django.utils import translation

    ask(page, "/?q=a")
    ask(page, "/?q=b")
    with translation.override("sv"):
        ask(page, "/?q=a")
    ask(page, "/?q=a", headers={"hx-request": "true"})
    assert page.view.made == 4


def test_a_page_with_a_token_or_a_cookie_is_not_kept():
    def with_token(request):
        return HttpResponse(get_token(request))

    def with_cookie(request):
        answer = HttpResponse("yours")
        answer.set_cookie("messages", "for you only")
        return answer

    for view in (with_token, with_cookie):
        kept_for_visitors(view)(visits.get("/"))
    assert not shelf.pages


def test_what_a_transaction_wrote_itself_is_seen_inside_it(page):
    with transaction.atomic():
        assert ask(page) == "0 organisations"
        make.make_union()
        assert ask(page) == "1 organisations"


def test_the_shelf_holds_no_more_than_it_should():
    small = Shelf(most=2)
    for number in range(5):
        small.put(number, "stamp", b"page")
    assert list(small.pages) == [3, 4]


# --- Pages of people who have logged in -----------------------------------------------------------


def dashboard_of(client):
    answer = client.get("/oma/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def board_member(client):
    person = make.make_board_member(name="Helmi Hallitus")
    client.force_login(person)
    own_shelf.clear()
    return person


def test_a_person_gets_their_own_page_again_with_a_fresh_form_token(client, board_member):
    first, second = dashboard_of(client), dashboard_of(client)
    assert len(own_shelf.pages) == 1
    tokens = [set(re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)) for page in (first, second)]
    assert all(len(found) == 1 for found in tokens)
    assert tokens[0] != tokens[1]
    blank = [re.sub(r'(?<=csrfmiddlewaretoken" value=")\w+', "", page) for page in (first, second)]
    assert blank[0] == blank[1]


def test_the_token_of_a_kept_page_logs_out(board_member):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(board_member)
    for _ in range(2):
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', dashboard_of(browser))[1]
    answer = browser.post(reverse("account_logout"), {"csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    assert browser.get("/oma/").status_code == 302


def test_nobody_sees_the_kept_page_of_another(client, board_member):
    dashboard_of(client)
    other = make.make_board_member(name="Nelli Naapuri")
    client.force_login(other)
    page = dashboard_of(client)
    assert "Nelli" in page
    assert "Helmi" not in page


def test_who_was_shut_out_gets_no_kept_page(client, board_member):
    dashboard_of(client)
    type(board_member).objects.filter(pk=board_member.pk).update(is_active=False)
    assert client.get("/oma/").status_code == 302


def test_a_lapsed_role_shows_at_once(client, board_member):
    assert "Koivurannan yhdistys" in dashboard_of(client)
    board_member.roles.all().delete()
    assert "Koivurannan yhdistys" not in dashboard_of(client)
