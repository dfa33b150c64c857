"""The registers that administrators edit."""

from associations.organisations import admin as organisations
from associations.places import admin as places
from associations.roles import admin as roles

__all__ = ["organisations", "places", "roles"]
