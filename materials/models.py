"""The rooms of this app and the tables that live in them."""

from materials.brochures.models import Brochure, BrochureContact, BrochureFile, BrochureTemplate, ServiceOffer

__all__ = ["Brochure", "BrochureContact", "BrochureFile", "BrochureTemplate", "ServiceOffer"]
