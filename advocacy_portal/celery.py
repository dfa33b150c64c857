"""Celery, as docs/delivery.md explains: rows are the truth, messages are hints."""

import os

from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advocacy_portal.settings")


class HintTask(Task):
    """A task that may run twice or not at all: what is owed stands in the database."""

    def apply_async(self, args=None, kwargs=None, countdown=None, eta=None, **options):
        # Redis hands a message out anew after the visibility timeout, so a long ETA runs many times.
        if eta is not None or (countdown or 0) > 60:
            raise ValueError("Put the moment in a row (due_at), not in the queue.")
        return super().apply_async(args, kwargs, countdown=countdown, **options)


app = Celery("advocacy_portal", task_cls=HintTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["advocacy_portal.home"])
