"""What a message needs from outside: a network, and somebody who knows people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

import structlog
from asyncpg import Connection, Record
from msgspec import Struct

from tracking.model import News

log = structlog.get_logger()

#: Why a person must call because a message cannot do it.
Why = Literal["no_phone", "no_text", "refused", "unknown"]


class Sms(Struct, frozen=True, kw_only=True):
    """A message on its way out; ``id`` and ``attempt`` together are never used twice."""

    id: int
    attempt: int
    phone: str
    body: str
    segments: int
    #: seconds after which it would say something false; none: it keeps
    valid_for: int | None = None


class Refused(Exception):
    """The network will never deliver this message: do not try again."""


class TryLater(Exception):
    """The network did not take the message this time."""


class SenderStopped(TryLater):
    """The network takes nothing from us: no message is to blame."""


class MaybeSent(Exception):
    """The network was asked and did not answer: it may have taken the message."""


class Gateway(Protocol):
    """A way to telephones."""

    name: str

    async def send(self, sms: Sms) -> str:
        """Hand *sms* over and return the network's own id for it.

        Raises Refused, TryLater, SenderStopped or MaybeSent.
        """


class Known(Struct, frozen=True, kw_only=True):
    """What the application knows about one piece of news."""

    #: placeholder to text, unfolded: what is not known is not there
    values: Mapping[str, str]
    #: the citizen must hand originals back to get the result
    originals: bool = False


class Owed(Struct, frozen=True, kw_only=True):
    """What a citizen was to be told."""

    event_id: int
    dossier_id: int
    situation: str


class Directory(Protocol):
    """Who people are, where they work and what they pay: known to the application alone."""

    async def known(self, conn: Connection[Record], news: News, situation: str) -> Known:
        """What the template of *situation* may ask for. Raises no refusal for a missing value."""

    async def phone(self, conn: Connection[Record], party_id: int) -> str | None:
        """The E.164 number that may get messages now, or none."""

    async def call_instead(
        self, conn: Connection[Record], owed: Owed, why: Why, *, at: datetime
    ) -> None:
        """See that a person calls. Safe to repeat: one task an event."""


class ConsoleGateway:
    """The default: writes messages where a developer looks. The outbox keeps them anyway."""

    name = "console"

    async def send(self, sms: Sms) -> str:
        phone = f"{sms.phone[:3]}…{sms.phone[-3:]}"
        log.info("sms", to=phone, body=sms.body, segments=sms.segments)
        return f"console-{sms.id}-{sms.attempt}"


class MemoryGateway:
    """Keeps what was sent, so that a test can read it."""

    name = "memory"

    def __init__(self) -> None:
        self.sent: list[Sms] = []

    async def send(self, sms: Sms) -> str:
        self.sent.append(sms)
        return f"memory-{sms.id}-{sms.attempt}"
