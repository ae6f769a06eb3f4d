"""What a message needs from outside: a network, and somebody who knows people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

import structlog
from asyncpg import Connection, Record
from msgspec import Struct

from notifications.messages import SECRET as SECRET
from notifications.messages import masked as masked
from tracking.model import News

log = structlog.get_logger()

#: Why a person must call because a message cannot do it.
Why = Literal["no_phone", "no_text", "too_many", "refused", "undelivered", "unknown"]


class Sms(Struct, frozen=True, kw_only=True):
    """A message on its way out; ``id`` and ``attempt`` together are never used twice."""

    id: int
    attempt: int
    phone: str
    #: as it is stored: a code is a mark in it
    body: str
    segments: int
    #: seconds after which it would say something false; none: it keeps
    valid_for: int | None = None
    #: where the network reports what became of it; none: nobody listens
    callback: str | None = None
    secret: str | None = None

    @property
    def text(self) -> str:
        """What the handset shows: for the network alone."""
        return self.body if self.secret is None else self.body.replace(SECRET, self.secret)


class Refused(Exception):
    """The network will never deliver this message: do not try again."""


class TextStopped(Refused):
    """The network filters this text: no other message with it will do better."""


class TryLater(Exception):
    """The network did not take the message this time."""


class SenderStopped(TryLater):
    """The network takes nothing from us: no message is to blame."""


class MaybeSent(Exception):
    """The network was asked and did not answer: it may have taken the message."""


class Blame(StrEnum):
    """Who is at fault for a message that did not arrive."""

    NUMBER = "number"  #: nobody can be reached there
    TEXT = "text"  #: the wording is not one the network lets through
    SENDER = "sender"  #: our account
    ROAD = "road"  #: the way was blocked for now


class Gateway(Protocol):
    """A way to telephones."""

    name: str

    async def send(self, sms: Sms) -> str:
        """Hand *sms* over and return the network's own id for it.

        Raises Refused, TryLater, SenderStopped or MaybeSent.
        """

    def blame(self, error: str | None) -> Blame:
        """What this network's error code means for a message it had taken."""


class Found(Struct, frozen=True, kw_only=True):
    """What the network says of a message when it is asked."""

    gateway_id: str
    status: str
    error: str | None = None


@runtime_checkable
class Inquiry(Protocol):
    """A network that can be asked what it took."""

    async def look(self, sms: Sms, *, since: datetime, others: Collection[str]) -> Found | None:
        """The message that this attempt became, or none where it never arrived.

        *others* are ids of messages to the same telephone that are not this one.
        Raises TryLater where the network does not say.
        """

    async def follow(self, sms: Sms, gateway_id: str) -> Found | None:
        """How far the message with this id came. Raises as look."""


class Known(Struct, frozen=True, kw_only=True):
    """What the application knows about one piece of news."""

    #: placeholder to text, unfolded: what is not known is not there
    values: Mapping[str, str]
    #: the citizen must hand originals back to get the result
    originals: bool = False


class Owed(Struct, frozen=True, kw_only=True):
    """What a citizen was to be told: of a dossier, or of an order that is none yet."""

    event_id: int | None
    dossier_id: int | None
    situation: str


class Today(Struct, frozen=True, kw_only=True):
    """How many more messages a telephone may get today; ``handset`` is the same for one number."""

    handset: int
    left: int


class Coded(Protocol):
    """A stored message that may hold the mark of a code."""

    @property
    def event_id(self) -> int | None:
        """The line of the register that it tells."""

    @property
    def order_event_id(self) -> int | None:
        """The line of an order that it tells, where there is no dossier yet."""

    @property
    def template(self) -> str:
        """The key of its text."""


class Directory(Protocol):
    """Who people are, where they work and what they pay: known to the application alone."""

    async def known(self, conn: Connection[Record], news: News, situation: str) -> Known:
        """What the template of *situation* may ask for. Raises no refusal for a missing value."""

    async def phone(self, conn: Connection[Record], party_id: int) -> str | None:
        """The E.164 number that may get messages now, or none."""

    async def phones(
        self, conn: Connection[Record], party_ids: Collection[int]
    ) -> Mapping[int, str]:
        """The numbers of those who may get messages now."""

    async def secret(self, conn: Connection[Record], message: Coded) -> str | None:
        """The code that belongs into *message* now; none where there is nothing to open any more.

        It is worked out anew each time and stored nowhere.
        """

    async def call_instead(
        self, conn: Connection[Record], owed: Owed, why: Why, *, at: datetime
    ) -> None:
        """See that a person calls. Safe to repeat: one task an event."""

    async def take_back(
        self, conn: Connection[Record], undone: Mapping[int, int], *, at: datetime
    ) -> None:
        """Have nobody call about events that never were; *undone*: event to the one undoing it.

        Where somebody has called already, see that a person calls again.
        """

    async def told_today(
        self, conn: Connection[Record], party_ids: Collection[int], at: datetime
    ) -> Mapping[int, Today]:
        """What each party's number has got, or will, on the local day of *at*."""


class ConsoleGateway:
    """The default: writes messages where a developer looks. The outbox keeps them anyway."""

    name = "console"

    async def send(self, sms: Sms) -> str:
        phone = f"{sms.phone[:3]}…{sms.phone[-3:]}"
        log.info("sms", to=phone, body=masked(sms.body), segments=sms.segments)
        return f"console-{sms.id}-{sms.attempt}"

    def blame(self, error: str | None) -> Blame:
        return Blame.NUMBER


class MemoryGateway:
    """Keeps what was sent, so that a test can read it."""

    name = "memory"

    def __init__(self) -> None:
        self.sent: list[Sms] = []

    async def send(self, sms: Sms) -> str:
        self.sent.append(sms)
        return f"memory-{sms.id}-{sms.attempt}"

    def blame(self, error: str | None) -> Blame:
        return Blame.NUMBER
