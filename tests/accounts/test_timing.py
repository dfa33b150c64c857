"""The time an answer takes tells nobody who has an account (QUALITY line 27).

Hashing a password is the one thing here that takes long enough to be seen from outside: half a second, where all
the rest of an answer takes some milliseconds. So it is counted how often it is done; a clock would measure the
machine's other work too.
"""

import itertools

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.urls import reverse

from accounts.adapter import AccountAdapter
from accounts.models import User
from tests.accounts.conftest import PASSWORD
from tests.factories import make_user

pytestmark = pytest.mark.django_db
numbers = itertools.count(1)
FORMS = {
    "account_login": {"login": "{}", "password": "vaarin-vaarin"},
    "account_reset_password": {"email": "{}"},
    "account_request_login_code": {"email": "{}"},
    "account_signup": {"name": "Aino", "email": "{}", "password1": PASSWORD, "password2": PASSWORD},
}
hashed = []


class CountingHasher(PBKDF2PasswordHasher):
    iterations = 1_000

    def encode(self, *words, **more):
        hashed.append(1)
        return super().encode(*words, **more)


@pytest.fixture(autouse=True)
def as_in_production(settings):
    """The real hasher, in fewer rounds; and no limits, which would answer from the sixth try on."""
    settings.PASSWORD_HASHERS = ["tests.accounts.test_timing.CountingHasher"]
    settings.ACCOUNT_RATE_LIMITS = False


def hashes(client, name):
    """How many passwords are hashed for an address with an account, and for one without."""
    person = make_user(email=f"tuttu{next(numbers)}@example.org")
    User.objects.filter(pk=person.pk).update(password=make_password(PASSWORD))
    person.trust_email()
    counted = []
    for email in (person.email, f"tuntematon{next(numbers)}@example.org"):
        client.cookies.clear()
        hashed.clear()
        client.post(reverse(name), {key: value.format(email) for key, value in FORMS[name].items()})
        counted.append(len(hashed))
    return tuple(counted)


@pytest.mark.parametrize("name", FORMS)
def test_known_and_unknown_addresses_cost_as_many_hashes(client, name):
    known, unknown = hashes(client, name)
    assert known == unknown


def test_an_unknown_address_costs_a_hash_at_log_in_too(client, monkeypatch):
    """Negative control: without the hash for an address that nobody has, the count differs."""
    monkeypatch.setattr(User, "set_password", lambda self, password: None)
    known, unknown = hashes(client, "account_login")
    assert known > unknown


def test_a_known_address_costs_a_hash_at_signing_up_too(client, monkeypatch):
    """Negative control of our own protection: allauth hashes nothing where the account is there already."""
    monkeypatch.setattr(AccountAdapter, "hash_all_the_same", lambda self: None)
    known, unknown = hashes(client, "account_signup")
    assert known < unknown
