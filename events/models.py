"""The rooms of this app and the tables that live in them."""

from events.calendar.models import Event
from events.registrations.models import Registration

__all__ = ["Event", "Registration"]
