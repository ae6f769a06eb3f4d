"""The one who is signed in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

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


#: Who sees more than one counter, or decides: a password alone does not open that.
TWO_STEPS: Final = frozenset({Role.SUPERVISOR, Role.AGENCY_OFFICER, Role.MANAGER, Role.OPERATOR})


class Lack(StrEnum):
    """What a session still lacks after the password; until it has it, it opens nothing."""

    CODE = "code"  #: of her authenticator
    ENROLMENT = "enrolment"  #: her role needs an authenticator, and she has none yet
    PHONE = "phone"  #: a courier's phone that the office does not know


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
    head: bool = False  #: of her agency: she opens and closes her colleagues' accounts

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
