"""Celery, as docs/delivery.md explains: rows are the truth, messages are hints."""

import os

from celery import Celery, Task, signals
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advocacy_portal.settings")


class HintTask(Task):
    """A task that may run twice or not at all: what is owed stands in the database."""

    def apply_async(self, args=None, kwargs=None, countdown=None, eta=None, **options):
        # Redis hands a message out anew after the visibility timeout, so a long ETA runs many times.
        if eta is not None or (countdown or 0) > 60:
            raise ValueError("Put the moment in a row (due_at), not in the queue.")
        return super().apply_async(args, kwargs, countdown=countdown, **options)


@signals.setup_logging.connect
def leave_logs_alone(**words):
    """Celery would set up loggers of its own; whoever listens here keeps Django's, and its level."""


app = Celery("advocacy_portal", task_cls=HintTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
# Without it a worker would not take the request's id up from the message.
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
app.autodiscover_tasks(["advocacy_portal.home", "advocacy_portal.home.handover"])
