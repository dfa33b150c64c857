"""Production refuses to start half-configured, and is clean when it starts."""

import os
import subprocess
import sys

import pytest

COMPLETE = {
    "SECRET_KEY": "x" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "portaali.example.org",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}


def start(environment, *words):
    clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *words], env=clean | environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
def test_a_missing_setting_stops_the_start_with_a_sentence(missing):
    environment = {key: value for key, value in COMPLETE.items() if key != missing}
    result = start(environment, "check")
    assert result.returncode != 0
    assert missing.replace("REDIS_URL", "BROKER_URL") in result.stderr.splitlines()[-1]


def test_the_deployment_check_is_clean():
    result = start(COMPLETE, "check", "--deploy", "--fail-level", "WARNING")
    assert (result.returncode, result.stdout) == (0, "System check identified no issues (0 silenced).\n"), result.stderr


def test_sqlite_is_refused():
    result = start(COMPLETE | {"DATABASE_URL": "sqlite:///x.db"}, "check")
    assert "PostgreSQL" in result.stderr


def test_names_left_empty_count_as_not_given():
    program = "from django.conf import settings as s; print(s.SITE_URL, s.ALLOWED_HOSTS)"
    empty = COMPLETE | {"SITE_URL": "", "ALLOWED_HOSTS": "portaali.example.org, www.example.org"}
    result = start(empty, "shell", "--no-imports", "-c", program)
    assert result.stdout == "https://portaali.example.org ['portaali.example.org', 'www.example.org']\n"
