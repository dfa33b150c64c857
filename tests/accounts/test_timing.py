"""The time an answer takes tells nobody who has an account (QUALITY line 27).

Measured is the time of the processor: what differs is the work done, and a busy machine's clock on the wall would
hide it behind noise.
"""

import gc
import itertools
import statistics
import time

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.urls import reverse

from accounts.adapter import AccountAdapter
from accounts.models import User
from tests.accounts.conftest import PASSWORD
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SAMPLES = 9
numbers = itertools.count(1)
FORMS = {
    "account_login": {"login": "{}", "password": "vaarin-vaarin"},
    "account_reset_password": {"email": "{}"},
    "account_request_login_code": {"email": "{}"},
    "account_signup": {"name": "Aino", "email": "{}", "password1": PASSWORD, "password2": PASSWORD},
}


class QuickerHasher(PBKDF2PasswordHasher):
    iterations = 150_000


@pytest.fixture(autouse=True)
def as_in_production(settings):
    """The real hasher, in fewer rounds; and no limits, which would answer from the sixth try on."""
    settings.PASSWORD_HASHERS = ["tests.accounts.test_timing.QuickerHasher"]
    settings.ACCOUNT_RATE_LIMITS = False


def times(client, name):
    """Median seconds of an answer to known and to unknown addresses, taken in turn."""
    url, form = reverse(name), FORMS[name]
    taken = {True: [], False: []}
    known = [make_user(email=f"tuttu{next(numbers)}@example.org") for _ in range(SAMPLES)]
    User.objects.filter(pk__in=[person.pk for person in known]).update(password=make_password(PASSWORD))
    for person in known:
        person.trust_email()
    for warm_up in (True, False):
        for person in known[:2] if warm_up else known:
            for is_known in (True, False):
                email = person.email if is_known else f"tuntematon{next(numbers)}@example.org"
                client.cookies.clear()
                data = {key: value.format(email) for key, value in form.items()}
                gc.collect()
                began = time.thread_time()
                client.post(url, data)
                if not warm_up:
                    taken[is_known].append(time.thread_time() - began)
    return statistics.median(taken[True]), statistics.median(taken[False])


def seconds_of_a_hash():
    def once():
        began = time.thread_time()
        make_password(PASSWORD)
        return time.thread_time() - began

    return statistics.median(once() for _ in range(5))


@pytest.mark.parametrize("name", FORMS)
def test_known_and_unknown_addresses_take_as_long(client, name):
    known, unknown = times(client, name)
    # A hash that one of the two were spared would show as one whole.
    assert abs(known - unknown) < max(0.010, 0.3 * seconds_of_a_hash()), (known, unknown)


def test_the_measure_sees_a_spared_hash(client, monkeypatch):
    """Negative control: without the hash for an address that nobody has, the difference is plain."""
    monkeypatch.setattr(User, "set_password", lambda self, password: None)
    known, unknown = times(client, "account_login")
    assert known - unknown > 0.6 * seconds_of_a_hash(), (known, unknown)


def test_the_measure_sees_a_spared_hash_at_signing_up(client, monkeypatch):
    """Negative control of our own protection: allauth hashes nothing where the account is there already."""
    monkeypatch.setattr(AccountAdapter, "hash_all_the_same", lambda self: None)
    known, unknown = times(client, "account_signup")
    assert unknown - known > 0.6 * seconds_of_a_hash(), (known, unknown)
