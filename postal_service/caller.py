"""The one who is signed in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from postal_service.database import Context
from tracking.model import Actor
from tracking.stages import Keeper


class Role(StrEnum):
    CLERK = "clerk"
    COURIER = "courier"
    SUPERVISOR = "supervisor"
    AGENCY_OFFICER = "agency_officer"
    MANAGER = "manager"
    OPERATOR = "operator"


class Staff(Struct, frozen=True, kw_only=True):
    """The one signed in, and where she works."""

    id: int
    username: str
    full_name: str
    given_name: str
    role: Role
    office_id: int | None
    office_name: str | None
    agency_id: int | None
    agency_name: str | None
    phone: str | None
    last_seen_at: datetime

    @property
    def context(self) -> Context:
        """What her transactions run as."""
        return Context(
            kind="web", person=self.id, office=self.office_id, agency=self.agency_id, role=self.role
        )

    @property
    def actor(self) -> Actor:
        """The capacity in which she moves papers."""
        keeper = {Role.COURIER: Keeper.COURIER, Role.AGENCY_OFFICER: Keeper.AGENCY}
        return Actor(
            person=self.id,
            keeper=keeper.get(self.role, Keeper.OFFICE),
            office=self.office_id,
            agency=self.agency_id,
        )
