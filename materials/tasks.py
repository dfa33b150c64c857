"""The background jobs of this app's rooms (Celery finds them here)."""

from materials.brochures.tasks import press_brochure, sweep_brochures

__all__ = ["press_brochure", "sweep_brochures"]
