"""The rooms of this app and the tables that live in them."""

from associations.organisations.models import NetworkMembership, Organisation
from associations.places.models import DecisionCycleStep, Election, Municipality, Service, WellbeingRegion
from associations.roles.models import Role

__all__ = [
    "DecisionCycleStep",
    "Election",
    "Municipality",
    "NetworkMembership",
    "Organisation",
    "Role",
    "Service",
    "WellbeingRegion",
]
