"""Messages on their way: claim, call, settle. No connection is held while a network answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import structlog
from asyncpg import Connection, Record
from msgspec import Struct

from notifications import attempt_store, health
from notifications.attempt_store import Claim, Leaving, Outcome, Stale
from notifications.doubt_store import Doubt
from notifications.gateway import (
    SECRET,
    Blame,
    Directory,
    Gateway,
    MaybeSent,
    Owed,
    Refused,
    SenderStopped,
    Sms,
    TextStopped,
    TryLater,
)
from notifications.health import Networks, Way
from notifications.receipts import Door

log = structlog.get_logger()

Begin: TypeAlias = "Callable[[], AbstractAsyncContextManager[Connection[Record]]]"

#: After each failure in turn; after one more the message is given up, visibly: four hours in all.
WAITS: Final = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=7, seconds=30),
    timedelta(minutes=20),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
)
#: The longest that a network may be told to keep a message trying, in seconds.
LONGEST: Final = 36_000
#: Seconds in which answers are gathered before they are written down together.
GATHER: Final = 0.02
#: Seconds after which a look is taken at what is due, whoever is still in the air.
PATIENCE: Final = 0.25


class Pace(Struct, frozen=True, kw_only=True):
    """How much one worker has in the air, and how long it may stay there."""

    in_air: int = 80
    lease: timedelta = timedelta(seconds=60)
    #: how long after a lost answer the network can say whether it took the message
    ask_after: timedelta = timedelta(seconds=60)


class Means(Struct, frozen=True, kw_only=True):
    """What sending reaches for."""

    begin: Begin
    networks: Networks
    directory: Directory
    now: Callable[[], datetime]
    pace: Pace = Pace()
    door: Door | None = None  #: none: networks are not told where to report


class Overslept(Exception):
    """The call was not made in time to be ours for certain."""


class Departure(Struct, frozen=True, kw_only=True):
    """A claimed message with its attempt begun."""

    claim: Claim
    sms: Sms
    gateway: Gateway


class Ended(Struct, frozen=True, kw_only=True):
    """A call that came to an end."""

    claim: Claim
    gateway: str
    outcome: Outcome
    blame: Blame | None = None


class Sender:
    """What one worker has in the air."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._air: set[asyncio.Task[Ended]] = set()
        #: answers that are not written down yet: kept while the database is away
        self._ended: list[Ended] = []

    async def round(self) -> bool:
        """Let leave what is due and write down what has come back; whether there is more to do."""
        in_air = self._means.pace.in_air
        free = in_air - len(self._air)
        full = False
        if free * 4 >= in_air:  # claims in batches, not one by one as slots come free
            ends = await asyncio.gather(self._launch(free), self._settle(), return_exceptions=True)
            for end in ends:
                if isinstance(end, BaseException):
                    raise end
            full = ends[0] == free
        else:
            await self._settle()
        if self._air:
            await asyncio.wait(self._air, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(GATHER)
            landed = {task for task in self._air if task.done()}
            self._air -= landed
            self._ended += [task.result() for task in landed]
        return full or bool(self._air) or bool(self._ended)

    async def land(self) -> None:
        """Wait for what is in the air and write it down; nothing leaves any more."""
        if self._air:
            await asyncio.wait(self._air)
            self._ended += [task.result() for task in self._air]
            self._air.clear()
        await self._settle()

    async def _launch(self, limit: int) -> int:
        departures, claimed = await depart(self._means, limit)
        until = asyncio.get_running_loop().time() + self._means.pace.lease.total_seconds() / 2
        for departure in departures:
            self._air.add(asyncio.ensure_future(call(self._means, departure, until=until)))
        return claimed

    async def _settle(self) -> None:
        if self._ended:
            await settle(self._means, self._ended)
            self._ended = []


async def send(means: Means) -> int:
    """Send everything that is due, to the last answer; how many calls were begun."""
    sender, begun = Sender(means), 0
    while count := await sender._launch(means.pace.in_air):
        begun += count
        await sender.land()
    return begun


async def depart(means: Means, limit: int) -> tuple[list[Departure], int]:
    """Claim what is due and begin an attempt of each; also how many were dealt with in all.

    Claim and attempt share a transaction: what is claimed has an open attempt,
    and nothing is claimed while no network takes anything.
    """
    now = means.now()
    async with means.begin() as conn:
        ways = await health.ways(conn, means.networks, now)
        claims = await attempt_store.take_due(conn, now, limit) if ways else []
        if not claims:
            return [], 0
        phones = await means.directory.phones(conn, {claim.recipient_id for claim in claims})
        departures, ends = [], []
        for claim in claims:
            secret = await means.directory.secret(conn, claim) if SECRET in claim.body else None
            if SECRET in claim.body and secret is None:
                ends.append((claim.id, "expired", "no_secret"))
            elif (phone := phones.get(claim.recipient_id)) is None:
                ends.append((claim.id, "refused", "no_phone"))
                await means.directory.call_instead(conn, owed_by(claim), "no_phone", at=now)
            else:
                departures.append(departure(means, claim, ways, phone=phone, secret=secret))
        await attempt_store.end(conn, ends)
        leaving = [
            Leaving(id=each.sms.id, attempt=each.sms.attempt, gateway=each.gateway.name)
            for each in departures
        ]
        lease = now + means.pace.lease
        await attempt_store.open_attempts(conn, leaving, now=now, lease_until=lease)
    return departures, len(claims)


def departure(
    means: Means, claim: Claim, ways: Sequence[Way], *, phone: str, secret: str | None
) -> Departure:
    """The message as it goes to the network that is chosen for it."""
    attempt = claim.attempts + 1
    name = health.choose(ways, claim.id + attempt, avoid=claim.gateway if claim.failures else None)
    left = None
    if claim.valid_until is not None:
        left = max(1, min(LONGEST, int((claim.valid_until - means.now()).total_seconds())))
    sms = Sms(
        id=claim.id,
        attempt=attempt,
        phone=phone,
        body=claim.body,
        segments=claim.segments,
        valid_for=left,
        callback=means.door.address(name, claim.id, attempt) if means.door else None,
        secret=secret,
    )
    return Departure(claim=claim, sms=sms, gateway=means.networks[name].gateway)


async def call(means: Means, departure: Departure, *, until: float) -> Ended:
    """Hand one message over and say what came of it. Never raises.

    *until* is the loop's time after which the claim may be another's: a worker
    that was asleep does not call, and no message is to blame for it.
    """
    claim, gateway, now = departure.claim, departure.gateway, means.now
    blame = None
    try:
        if asyncio.get_running_loop().time() > until:
            raise Overslept("overslept")
        gateway_id = await gateway.send(departure.sms)
    except Refused as error:
        outcome = ended(departure, "refused", "refused", error)
        blame = Blame.TEXT if isinstance(error, TextStopped) else None
    except SenderStopped as error:
        outcome = ended(departure, "later", "queued", error, retry_at=now())
        blame = Blame.SENDER
    except Overslept as error:
        outcome = ended(departure, "later", "queued", error, retry_at=now())
    except TryLater as error:
        outcome = put_off(departure, error, now())
    except Exception as error:
        if not isinstance(error, MaybeSent):
            log.error("a gateway broke", gateway=gateway.name, exc_info=error)
        outcome = ended(
            departure, "unknown", "unknown", error, retry_at=now() + means.pace.ask_after
        )
    else:
        sms = departure.sms
        outcome = Outcome(
            id=sms.id, attempt=sms.attempt, outcome="sent", state="sent", gateway_id=gateway_id
        )
    return Ended(claim=claim, gateway=gateway.name, outcome=outcome, blame=blame)


def ended(
    departure: Departure,
    outcome: str,
    state: str,
    error: Exception,
    *,
    retry_at: datetime | None = None,
    failed: bool = False,
) -> Outcome:
    return Outcome(
        id=departure.sms.id,
        attempt=departure.sms.attempt,
        outcome=outcome,
        state=state,
        error=str(error) or type(error).__name__,
        failed=failed,
        retry_at=retry_at,
    )


def put_off(departure: Departure, error: Exception, now: datetime) -> Outcome:
    """Another try, later each time; after the last one the message is given up."""
    failures = departure.claim.failures
    if failures == len(WAITS):
        return ended(departure, "later", "refused", error, failed=True)
    retry_at = now + WAITS[failures]
    return ended(departure, "later", "queued", error, retry_at=retry_at, failed=True)


async def settle(means: Means, calls: Sequence[Ended]) -> None:
    """Write down what came of *calls*, all or nothing. Safe to repeat."""
    now = means.now()
    async with means.begin() as conn:
        settled = await attempt_store.settle(conn, [each.outcome for each in calls], now)
        for each in calls:
            if each.claim.id in settled and each.outcome.state == "refused":
                await means.directory.call_instead(conn, owed_by(each.claim), "refused", at=now)
            if each.blame is not None:
                await health.react(
                    conn,
                    each.blame,
                    gateway=each.gateway,
                    template=each.claim.template,
                    error=each.outcome.error or "",
                    now=now,
                )


def owed_by(message: Claim | Doubt | Stale) -> Owed:
    return Owed(
        event_id=message.event_id, dossier_id=message.dossier_id, situation=message.template
    )
