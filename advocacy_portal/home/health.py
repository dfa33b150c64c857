"""Is the process alive, and can it serve?"""

import time

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_MAX_AGE = 60  # seconds


@never_cache
def livez(request):
    """200 as long as this process answers; asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request):
    """200 when database, Redis, migrations and a worker are in order; else 503 naming what fails."""
    checks = {name: check() for name, check in CHECKS.items()}
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse(checks, status=200 if ready else 503)


def _database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok"
    except Exception as fault:
        return f"no answer ({type(fault).__name__})"


def _redis():
    from kombu import Connection

    try:
        with Connection(
            settings.CELERY_BROKER_URL, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS
        ) as queue:
            queue.default_channel.client.ping()
        return "ok"
    except Exception as fault:
        return f"no answer ({type(fault).__name__})"


def _migrations():
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return "ok" if not waiting else f"{len(waiting)} not applied"
    except Exception as fault:
        return f"unknown ({type(fault).__name__})"


def _worker():
    beat = cache.get(HEARTBEAT)
    if beat is None:
        return "no heartbeat"
    age = time.time() - beat
    return "ok" if age < HEARTBEAT_MAX_AGE else f"heartbeat {age:.0f} s old"


CHECKS = {"database": _database, "redis": _redis, "migrations": _migrations, "worker": _worker}
