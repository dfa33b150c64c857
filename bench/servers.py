"""The servers of a run: databases, gunicorn, the SMTP sink. Each ends with the ``with`` that began it."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg2

BASE_DIR = Path(__file__).resolve().parent.parent
PREFIX = "portal_bench_"


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Ground:
    """What a run stands on: a PostgreSQL server, a Redis, a folder for logs and files.

    Uses DATABASE_URL and REDIS_URL where they are set, else the embedded servers.
    """

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
        local = Path(os.environ.get("LOCAL_DIR") or BASE_DIR / ".local")
        self.database_url = os.environ.get("DATABASE_URL", "")
        self.redis_url = os.environ.get("REDIS_URL", "")
        from advocacy_portal.lib import embedded

        if not self.database_url:
            self.database_url = embedded.postgres_url(local, "portal")
        if not self.redis_url:
            self.redis_url = embedded.redis_url(local, "bench", "--appendonly", "no")

    def of_database(self, name):
        """The server's address with another database's name."""
        return urlunsplit(urlsplit(self.database_url)._replace(path=f"/{name}"))

    def connect(self, name):
        parts = urlsplit(self.of_database(name))
        host = unquote(parts.hostname or "")
        if "%2F" in parts.netloc or "%2f" in parts.netloc:  # urlsplit lowers a socket's folder
            host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
        connection = psycopg2.connect(
            host=host or None,
            port=parts.port,
            user=unquote(parts.username or "") or None,
            password=unquote(parts.password or "") or None,
            dbname=name,
        )
        connection.autocommit = True
        return connection

    def databases(self):
        with contextlib.closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX.replace("_", r"\_") + "%"])
            return {name for (name,) in cursor}

    def create(self, name):
        with contextlib.closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')

    def drop(self, name):
        assert name.startswith(PREFIX)
        with contextlib.closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def cache_url(self, number):
        """A numbered database of the Redis, so that two portals never read each other's cache."""
        if self.redis_url.startswith("unix://"):
            return f"{self.redis_url.partition('?')[0]}?db={number}"
        return urlunsplit(urlsplit(self.redis_url)._replace(path=f"/{number}"))

    def environment(self, database, *, number=11, **more):
        """Production settings, but plain http on 127.0.0.1."""
        return {
            **os.environ,
            "DEBUG": "0",
            "EMBEDDED": "0",
            "SECURE_COOKIES": "0",
            "SSL_REDIRECT": "0",
            "SECOND_FACTOR_ROLES": "none",
            "SECRET_KEY": "only-for-measuring-on-this-machine-0123456789-abcdefghij",
            "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
            "SITE_URL": "http://127.0.0.1",
            "DATABASE_URL": self.of_database(database),
            # celery and kombu write a unix socket's address in their own way.
            "BROKER_URL": self.redis_url.replace("unix://", "redis+socket://", 1),
            "CACHE_URL": self.cache_url(number),
            "BROKER_PREFIX": "bench:",
            "EMAIL_URL": os.environ.get("EMAIL_URL") or "smtp://127.0.0.1:9",
            "TRUSTED_PROXY_COUNT": "0",
            "STATIC_ROOT": str(self.folder / "static"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "LOCAL_DIR": str(self.folder / "local"),
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "advocacy_portal.settings"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(BASE_DIR), os.environ.get("PYTHONPATH", "")])),
            # gunicorn renews its workers after many requests; not in the middle of a measurement.
            "WEB_MAX_REQUESTS": "0",
            **{key: str(value) for key, value in more.items()},
        }

    def python(self, *words, environment, timeout=900):
        """Run ``python <words>`` to its end and return what it printed; its complaints on failure."""
        ended = subprocess.run(
            [sys.executable, *words], cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=timeout
        )
        if ended.returncode:
            raise RuntimeError(f"python {' '.join(words)} failed:\n{ended.stdout[-2000:]}\n{ended.stderr[-4000:]}")
        return ended.stdout

    def forget_cache(self):
        """Take our own keys out of the Redis again."""
        import redis

        for url, pattern in [*((self.cache_url(n), "portal:*") for n in (11, 12)), (self.redis_url, "bench:*")]:
            with contextlib.closing(redis.Redis.from_url(url)) as client:
                for key in client.scan_iter(match=pattern, count=1000):
                    client.delete(key)

    @contextlib.contextmanager
    def process(self, name, words, environment):
        """A process of ours with its log in the run's folder; stopped at the end, killed if it must be."""
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen(words, cwd=BASE_DIR, env=environment, stdout=log, stderr=log)
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(5)

    @contextlib.contextmanager
    def gunicorn(self, name, application, environment):
        """``application`` under the portal's gunicorn settings: yields (address, pid of the master)."""
        port = free_port()
        words = [sys.executable, "-m", "gunicorn", "-c", "advocacy_portal/lib/server.py", application]
        with self.process(name, words, environment | {"BIND": f"127.0.0.1:{port}"}) as process:
            self.wait_for(f"http://127.0.0.1:{port}/livez", process, name)
            yield f"http://127.0.0.1:{port}", process.pid

    def wait_for(self, url, process, name):
        """Until it answers anything at all."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"{name} did not start:\n{(self.folder / f'{name}.log').read_text()[-3000:]}")
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{name} does not answer; see {self.folder / f'{name}.log'}.")


def children(pid):
    """Pids of a process's children, from /proc."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident_mb(pid):
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
