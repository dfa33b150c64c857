"""Who tries too often waits, and nobody else does; also while Redis is away."""

import pytest
from django.core.cache import cache, caches
from django.urls import reverse

from advocacy_portal.lib import caches as lib
from tests.accounts.conftest import PASSWORD, is_logged_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def try_in(client, email, password="vaarin-vaarin", **meta):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **meta)


def test_after_five_wrong_passwords_the_right_one_waits_too(client, person):
    for _ in range(5):
        try_in(client, person.email)
    answer = try_in(client, person.email, PASSWORD)
    assert answer.status_code == 422
    assert "Liian monta yritystä" in answer.content.decode()
    assert not is_logged_in(client)


def test_an_address_without_account_is_answered_the_same(client):
    for _ in range(5):
        try_in(client, "olematon@example.org")
    assert "Liian monta yritystä" in try_in(client, "olematon@example.org").content.decode()


def test_a_locked_out_owner_comes_in_with_a_code(client, person, mailoutbox):
    from tests.accounts.conftest import code_in

    for _ in range(6):
        try_in(client, person.email, REMOTE_ADDR="203.0.113.66")
    client.post(reverse("account_request_login_code"), {"email": person.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mailoutbox[-1])})
    assert is_logged_in(client)


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_made_up_forwarding_header_does_not_help(client, settings, proxies):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    real = ", 203.0.113.9" if proxies else ""
    answers = [
        try_in(client, f"arvaus{n}@example.org", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}{real}") for n in range(22)
    ]
    assert "Liian monta yritystä" in answers[-1].content.decode()


def test_two_hundred_people_behind_one_proxy_do_not_slow_each_other(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    make_user(email="aino@example.org", password=PASSWORD).trust_email()
    for n in range(200):
        client.cookies.clear()
        answer = try_in(client, "aino@example.org", PASSWORD, HTTP_X_FORWARDED_FOR=f"203.0.{n}.7")
        assert answer.status_code == 302


def test_asking_for_codes_without_end_is_stopped_with_a_page_in_finnish(client, person, mailoutbox):
    answers = []
    for _ in range(25):
        client.cookies.clear()
        answers.append(client.post(reverse("account_request_login_code"), {"email": person.email}))
    assert len(mailoutbox) <= 3
    assert answers[-1].status_code in (422, 429)
    assert any(word in answers[-1].content.decode() for word in ("Odota hetki", "Liian monta", "Pyysit juuri"))


@pytest.fixture
def redis_is_gone(settings):
    """The cache points at a port where nobody answers."""
    dead = dict(settings.CACHES["default"], LOCATION="redis://127.0.0.1:1")
    settings.CACHES = settings.CACHES | {"default": dead}
    lib.circuits.clear()
    yield
    lib.circuits.clear()


class TestWithoutRedis:
    def test_people_log_in(self, redis_is_gone, client, person):
        assert try_in(client, person.email, PASSWORD).status_code == 302

    def test_the_limits_hold(self, redis_is_gone, client, person):
        for _ in range(5):
            try_in(client, person.email)
        assert "Liian monta yritystä" in try_in(client, person.email, PASSWORD).content.decode()

    def test_the_cache_does_all_it_does_with_it(self, redis_is_gone):
        cache.set("a", {"b": 1}, 60)
        assert cache.get("a") == {"b": 1}
        assert cache.add("a", 2) is False
        assert cache.add("new", 2) is True
        assert cache.incr("new", 3) == 5
        assert cache.decr("new") == 4
        with pytest.raises(ValueError):
            cache.incr("missing")
        cache.set_many({"c": 1, "d": 2}, 60)
        assert cache.get_many(["c", "d", "e"]) == {"c": 1, "d": 2}
        assert cache.touch("c", 60) and cache.has_key("c")
        cache.delete("c")
        assert cache.get("c", "none") == "none"
        cache.set("gone", 1, 0)
        assert cache.get("gone") is None
        assert cache.get_or_set("f", lambda: 7, 60) == 7
        cache.clear()
        assert cache.get("a") is None

    def test_an_entry_ends_when_its_time_is_up(self, redis_is_gone):
        import time

        cache.set("short", 1, 1)
        assert cache.incr("short") == 2
        time.sleep(1.1)
        assert cache.get("short") is None
        with pytest.raises(ValueError):
            cache.incr("short")
        assert cache.add("short", 5, 60) is True

    def test_a_hanging_redis_is_waited_for_once_and_not_at_every_call(self, settings):
        import socket
        import time

        # A server that takes the connection and never says a word.
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            settings.CACHES = settings.CACHES | {
                "default": dict(settings.CACHES["default"], LOCATION=f"redis://127.0.0.1:{port}")
            }
            lib.circuits.clear()
            began = time.monotonic()
            for n in range(50):
                cache.set(f"k{n}", n)
            took = time.monotonic() - began
        lib.circuits.clear()
        assert took < 1.5
        assert cache is not None


def test_the_cache_finds_redis_again_within_seconds(settings, monkeypatch):
    monkeypatch.setattr(lib, "REST", 0.2)
    import time

    cache.set("back", 1)
    circuit = caches["default"].circuit
    circuit.trip()
    assert cache.get("back") is None
    time.sleep(0.25)
    assert cache.get("back") == 1
    assert circuit.rests_until == 0


def test_after_a_rest_only_one_call_tries_the_dead_redis(monkeypatch):
    monkeypatch.setattr(lib, "REST", 0.1)
    import time

    circuit = lib.Circuit()
    circuit.trip()
    time.sleep(0.15)
    assert [circuit.closed() for _ in range(5)] == [True, False, False, False, False]


def test_counting_in_redis_is_one_step_and_keeps_the_end():
    cache.set("n", 1, 60)
    assert cache.incr("n", 4) == 5
    with pytest.raises(ValueError):
        cache.incr("missing")
    client = caches["default"]._cache.get_client(None, write=True)
    assert 0 < client.ttl(caches["default"].make_key("n")) <= 60


def test_emptying_the_cache_leaves_the_neighbours_of_the_same_server():
    client = caches["default"]._cache.get_client(None, write=True)
    client.set("queue-of-letters", "here")
    cache.set("ours", 1)
    cache.clear()
    assert cache.get("ours") is None
    assert client.get("queue-of-letters") == b"here"
    client.delete("queue-of-letters")


@pytest.mark.django_db(transaction=True)
def test_two_people_counting_at_once_in_the_table_lose_nothing(redis_is_gone):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    cache.set("n", 0, 60)

    def count(_):
        try:
            for _ in range(10):
                cache.incr("n")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    assert cache.get("n") == 40
