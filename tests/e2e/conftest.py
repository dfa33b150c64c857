"""The whole portal as it runs in production: gunicorn, a worker, beat, a real SMTP sink, Chromium."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from email import message_from_bytes, policy
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import sync_playwright

BASE_DIR = Path(__file__).resolve().parents[2]
PASSWORD = "vaikutus-2026"
CHROMIUM_WORDS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Letterbox:
    """What the SMTP sink took in, as parsed messages."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def to(self, address, subject="", seconds=40):
        """The newest letter to this address whose subject has these words; waits for it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for letter in reversed(self.letters):
                if address in letter["To"] and subject in letter["Subject"]:
                    return letter
            time.sleep(0.2)
        got = [(letter["To"], letter["Subject"]) for letter in self.letters]
        raise AssertionError(f"No letter to {address} with «{subject}»; got {got}")


@pytest.fixture(scope="session")
def letterbox():
    box = Letterbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


@pytest.fixture(scope="session")
def portal(letterbox, tmp_path_factory):
    """Address and environment of a running portal with the demo data in it."""
    import psycopg2
    from django.conf import settings

    home = tmp_path_factory.mktemp("portal")
    parts = settings.DATABASES["default"]
    # Each test process runs a portal of its own.
    name = f"portal_e2e{settings.NAME}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    connection = psycopg2.connect(
        host=parts["HOST"] or None,
        port=parts["PORT"] or None,
        user=parts["USER"] or None,
        password=parts["PASSWORD"] or None,
        dbname="postgres",
    )
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "advocacy_portal.settings",
        "DEBUG": "0",
        "EMBEDDED": "1",
        "SECRET_KEY": "for-the-browser-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SITE_URL": f"http://localhost:{port}",
        "SECURE_COOKIES": "0",
        "TRUSTED_PROXY_COUNT": "0",
        "SECOND_FACTOR_ROLES": "none",
        "DATABASE_URL": f"{server}/{name}",
        "BROKER_URL": settings.CELERY_BROKER_URL,
        "CACHE_URL": settings.CACHES["default"]["LOCATION"],
        "BROKER_PREFIX": f"{name}:",
        "EMAIL_URL": f"smtp://127.0.0.1:{letterbox.port}",
        "STATIC_ROOT": str(home / "static"),
        "MEDIA_ROOT": str(home / "media"),
        "LOCAL_DIR": str(home),
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
        "WEB_WORKERS": "1",
    }

    def manage(*words):
        subprocess.run(
            [sys.executable, "manage.py", *words], cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.DEVNULL
        )

    manage("collectstatic", "--noinput", "--verbosity", "0")
    manage("prepare", "--no-demo")
    manage("seed_demo", "--yes")
    log = open(home / "log", "w")
    from advocacy_portal.run import PROCESSES

    running = [
        subprocess.Popen(
            command.split(),
            cwd=BASE_DIR,
            env=environment | {"PORTAL_PROCESS": "web" if kind == "web" else "worker"},
            stdout=log,
            stderr=log,
        )
        for kind, command in PROCESSES.items()
    ]
    url = f"http://localhost:{port}"
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/livez", timeout=2)
            break
        assert time.monotonic() < deadline, (home / "log").read_text()
        time.sleep(0.1)
    yield SimpleNamespace(url=url, environment=environment, log=home / "log", manage=manage)
    for process in running:
        process.terminate()
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_WORDS)
        yield browser
        browser.close()


class Visit:
    """One person's browser: counts clicks, keeps what the browser complained about."""

    def __init__(self, context, portal):
        self.portal = portal
        self.context = context
        self.page = context.new_page()
        self.clicks = 0
        self.complaints = []
        self.requests = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _hear(self, message):
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def go(self, path):
        self.page.goto(self.portal.url + path)
        return self.page

    def click(self, name, role="link", exact=True):
        """Click what has this accessible name; the click counts."""
        self.clicks += 1
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def log_in(self, email):
        self.go("/tili/kirjaudu/")
        self.page.locator("#id_login").fill(email)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.locator("main form .btn-primary").first.click()
        self.page.wait_for_url("**/oma/")
        self.clicks = 0
        return self


@pytest.fixture
def visit(chromium, portal):
    """``visit(width=360)`` opens a browser of one's own; complaints and outside requests fail the test."""
    opened = []

    def open_browser(width=360, height=800, **words):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="fi-FI", **words)
        one = Visit(context, portal)
        opened.append(one)
        return one

    yield open_browser
    for one in opened:
        outside = [url for url in one.requests if not url.startswith((portal.url, "data:", "blob:"))]
        one.context.close()
        assert (one.complaints, outside) == ([], [])
