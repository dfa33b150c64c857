"""The tasks of the rooms, for Celery to find."""

from events.reminders.tasks import plan_reminders

__all__ = ["plan_reminders"]
