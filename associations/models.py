"""The rooms of this app and the tables that live in them."""

from associations.checks.models import DetailsConfirmation, DetailsRound
from associations.imports.models import ImportedChange, RegisterImport
from associations.joining.models import Invitation, JoinRequest
from associations.organisations.models import CoveredRegion, NetworkMembership, OperationArea, Organisation
from associations.overview.models import AssociationState
from associations.places.models import (
    CouncilSizeRule,
    DecisionCycleStep,
    Election,
    Municipality,
    Service,
    WellbeingRegion,
)
from associations.roles.models import Role, RoleRegion
from associations.wheel.models import UnionDate

__all__ = [
    "AssociationState",
    "CouncilSizeRule",
    "CoveredRegion",
    "DecisionCycleStep",
    "DetailsConfirmation",
    "DetailsRound",
    "Election",
    "ImportedChange",
    "Invitation",
    "JoinRequest",
    "Municipality",
    "NetworkMembership",
    "OperationArea",
    "Organisation",
    "RegisterImport",
    "Role",
    "RoleRegion",
    "Service",
    "UnionDate",
    "WellbeingRegion",
]
