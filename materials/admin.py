"""The registers of this app that staff edit."""

from materials.brochures import admin as brochures_admin

__all__ = ["brochures_admin"]
