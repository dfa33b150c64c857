import time

import pytest
from django.core.cache import cache
from django.db import connection

from advocacy_portal.home import health


def test_the_process_is_alive_without_asking_anybody(client, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
class TestReady:
    def test_ready_when_database_redis_migrations_and_worker_answer(self, client, monkeypatch):
        monkeypatch.setitem(health.CHECKS, "migrations", lambda: "ok")
        cache.set(health.HEARTBEAT, time.time())
        response = client.get("/readyz")
        assert (response.status_code, set(response.json().values())) == (200, {"ok"})

    def test_a_worker_silent_for_a_minute_is_named(self, client):
        cache.set(health.HEARTBEAT, time.time() - 61)
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["worker"] == "heartbeat 61 s old"

    def test_redis_down_is_named(self, client, settings):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["redis"].startswith("no answer")

    def test_a_migration_not_applied_is_named(self, client):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        assert "not applied" in client.get("/readyz").json()["migrations"]


def test_the_containers_own_check_knows_no_host_name(client, settings):
    settings.ALLOWED_HOSTS = ["portaali.example.org"]
    assert client.get("/livez", headers={"host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/apua/", headers={"host": "127.0.0.1:8000"}).status_code == 400


@pytest.mark.django_db
def test_pages_of_somebody_logged_in_are_not_kept_by_the_browser(client):
    from tests.factories import make_user

    client.force_login(make_user())
    assert client.get("/oma/")["Cache-Control"] == "private, no-store"
    assert client.get("/apua/")["Cache-Control"] == "private, no-store"
