import re

import pytest
from django.urls import reverse
from django.utils import translation

from tests.factories import make_user

PASSWORD = "vaikutus-2026"


@pytest.fixture(autouse=True)
def in_finnish():
    """A page in Swedish leaves the thread speaking Swedish."""
    with translation.override("fi"):
        yield


@pytest.fixture
def person(db):
    """Somebody who has an account, a password and an address that is known to be theirs."""
    person = make_user(name="Aino Mallikas", email="aino@example.org", password=PASSWORD)
    person.trust_email()
    return person


@pytest.fixture
def log_in(client):
    def post(email="aino@example.org", password=PASSWORD, **extra):
        return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)

    return post


@pytest.fixture
def log_in_for_changes(client, log_in):
    """Log in and show once more who one is, as pages that change the ways in ask."""

    def post(password=PASSWORD):
        log_in(password=password)
        client.post(reverse("account_reauthenticate"), {"password": password})

    return post


def is_logged_in(client):
    return "_auth_user_id" in client.session


def code_in(letter):
    return re.search(r"^(\d{4}-\d{4})$", letter.body, re.M).group(1)
