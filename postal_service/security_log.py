"""The access log: who came in, who was refused, and who changed whose account. Only added to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from asyncpg import Connection
from msgspec import Struct

from postal_service import security_log_store as store
from postal_service.security_log_store import Line

__all__ = ["Act", "Entry", "Line", "lately", "write"]


class Act(StrEnum):
    SIGNED_IN = "signed_in"
    REFUSED = "refused"  #: a wrong password
    LOCKED = "locked"  #: too many of them
    CODE_REFUSED = "code_refused"
    RECOVERED = "recovered"  #: came in with a recovery code
    BEGAN = "began"  #: chose a password behind a link
    SWITCHED = "switched"  #: took over a shared computer
    ENROLLED = "enrolled"
    RECOVERY_MADE = "recovery_made"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of an act
    SESSIONS_ENDED = "sessions_ended"
    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    LINKED = "linked"  #: a one-time link was made
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of an act
    STEP_RESET = "step_reset"  #: her authenticator was forgotten
    LEFT = "left"
    CAME_BACK = "came_back"
    PHONE_GRANTED = "phone_granted"
    PHONE_REFUSED = "phone_refused"
    PHONE_REVOKED = "phone_revoked"


class Entry(Struct, frozen=True, kw_only=True):
    """One line to be written; ``by``: None for a command, and for a stranger at the door.

    ``facts`` name places and things, never a password, a code or a token.
    """

    act: Act
    person_id: int | None
    by: int | None = None
    office_id: int | None = None
    why: str = ""
    facts: Mapping[str, object] = {}


async def write(conn: Connection, entry: Entry, *, now: datetime) -> None:
    """Put *entry* on record, in the transaction of what it tells of."""
    await store.write(conn, entry.act, entry, now)


async def lately(conn: Connection, person_id: int) -> list[Line]:
    """What was done to one account last, the newest first."""
    return await store.lately(conn, person_id)
