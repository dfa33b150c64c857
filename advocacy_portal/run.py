"""``make run``: everything on a fresh machine, in one window.

Starts the embedded servers (unless addresses are given), migrates, reads the reference data,
fills an empty database with demo data, and then runs web, worker, beat and a mail catcher
under honcho until Ctrl-C.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# The same commands as docker-compose.yml runs.
PROCESSES = {
    "web": "gunicorn -c advocacy_portal/lib/server.py advocacy_portal.wsgi",
    "worker": "celery -A advocacy_portal worker --loglevel WARNING --concurrency 2 -Q mail-now,mail-bulk,pdf,default",
    "beat": "celery -A advocacy_portal beat --loglevel WARNING",
}
CATCHER = "python manage.py catch_mail --port {port}"

WELCOME = """
  The portal listens at {site}

  Log in with any of these, the password is always  vaikutus-2026
    hallitus@example.org         board member
    puheenjohtaja@example.org    chair of the same association
    naapuri@example.org          board member of another association
    koordinaattori@example.org   regional coordinator
    tyontekija@example.org       staff
    toinen@example.org           staff of the other union
    lakineuvonta@example.org     legal adviser
    yllapito@example.org         administrator

  Letters are caught into {mail}. Ctrl-C stops everything.
"""


def free_port(first):
    """The first port from ``first`` on that nobody listens to."""
    for port in range(first, first + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    sys.exit(f"No free port between {first} and {first + 50}.")


def manage(*words):
    subprocess.run([sys.executable, "manage.py", *words], cwd=BASE_DIR, check=True)


def main():
    started = time.monotonic()
    os.chdir(BASE_DIR)
    os.environ.setdefault("DEBUG", "1")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advocacy_portal.settings")

    # Letters stay on this machine unless a relay is named.
    mail_port = None
    if not os.environ.get("EMAIL_URL"):
        mail_port = free_port(1025)
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{mail_port}"

    # Importing the settings starts what is missing; this process holds the handles until the end.
    from django.conf import settings

    os.environ["DATABASE_URL"] = settings.DATABASE_URL
    if not os.environ.get("REDIS_URL"):
        # The celery command reads this name too, and knows sockets only by this scheme.
        os.environ["BROKER_URL"] = settings.CELERY_BROKER_URL
        os.environ["CACHE_URL"] = settings.CACHE_URL
        os.environ["REDIS_URL"] = settings.CELERY_BROKER_URL

    manage("prepare")
    processes = dict(PROCESSES)
    if mail_port:
        processes["mail"] = CATCHER.format(port=mail_port)
    return serve(processes, settings, started)


def serve(processes, settings, started):
    """Run ``processes`` under honcho until one ends or Ctrl-C; return the exit code."""
    from honcho.manager import Manager

    manager = Manager()
    for name, command in processes.items():
        env = os.environ | {"PORTAL_PROCESS": "web" if name == "web" else "worker"}
        manager.add_process(name, command, env=env, cwd=str(BASE_DIR))
    print(WELCOME.format(site=settings.SITE_URL, mail=settings.LOCAL_DIR / "mail"), flush=True)
    print(f"  Started in {time.monotonic() - started:.1f} s.\n", flush=True)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    manager.loop()
    return manager.returncode


if __name__ == "__main__":
    sys.exit(main())
