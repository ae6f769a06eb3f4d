"""The radar as it goes on: one look every two seconds for all pages that are open.

A page is told numbers, and fetches what they are about when they change; so one slow page holds
up no other, and a hundred pages ask the database no more than one does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from litestar.response import ServerSentEventMessage
from msgspec import Struct, json

from postal_service import security, security_store
from postal_service.caller import Staff
from postal_service.clock import Clock
from postal_service.database import Busy, Context, Database
from postal_service.desk.watch import radar
from postal_service.desk.watch.radar import Mark

log = structlog.get_logger()

#: Seconds between two looks.
EVERY: Final = 2.0
#: Seconds: a page that hears nothing for longer than two of these calls again.
PULSE: Final = 15.0
#: Pulses after which a stream ends by itself, and the page calls again.
LONGEST: Final = 40
CONTEXT: Final = Context.job("radar_feed")
#: What a database that is away raises.
AWAY: Final = (Busy, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

#: None while the alarms cannot be read.
Look = list[Mark] | None


class State(Struct, frozen=True, kw_only=True):
    """What one page is told; ``mark`` changes whenever the page would."""

    standing: int
    loud: int
    mark: str


def state(marks: Iterable[Mark], staff: Staff) -> State:
    """The numbers of what *staff* hears."""
    own = radar.hears(staff.role)
    heard = [
        mark for mark in marks if mark.receiver in own and staff.office_id in (None, mark.office_id)
    ]
    folded = 0
    for mark in heard:
        folded ^= mark.mark
    return State(
        standing=sum(mark.standing for mark in heard),
        loud=sum(mark.loud for mark in heard),
        # a decimal text: the page only compares it
        mark=str(folded),
    )


class Feed:
    """Looks while somebody listens, and tells everybody who does."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ears: set[asyncio.Queue[Look]] = set()
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[Look]]:
        """A queue of what is seen. It holds the newest look alone: who is slow misses old ones."""
        ear: asyncio.Queue[Look] = asyncio.Queue(maxsize=1)
        self._ears.add(ear)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            yield ear
        finally:
            self._ears.discard(ear)
            if not self._ears and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look(self) -> None:
        away = False
        while True:
            seen: Look = None
            try:
                async with self._database.begin(CONTEXT) as conn:
                    seen = await radar.marks(conn, now=self._clock.now())
                away = False
            except AWAY as error:
                if not away:
                    log.warning("the radar's pages cannot be told", error=repr(error))
                away = True
            for ear in self._ears:
                with suppress(asyncio.QueueEmpty):
                    ear.get_nowait()
                ear.put_nowait(seen)
            await asyncio.sleep(EVERY)


async def told(
    feed: Feed, staff: Staff, signed_in: Callable[[], Awaitable[bool]]
) -> AsyncIterator[ServerSentEventMessage]:
    """What one page hears: its figures when they change, and a pulse.

    The figures name nobody, so they go on being told after the screen was left alone for too
    long: the page asks for a sign-in, and still nags. A session that was closed hears no more.
    """
    last: Look | str = "nothing yet"
    clock = asyncio.get_running_loop().time
    async with feed.listen() as ear:
        for _ in range(LONGEST):
            if not await signed_in():
                yield ServerSentEventMessage(event="closed", data="")
                return
            until = clock() + PULSE
            while (left := until - clock()) > 0:
                try:
                    seen = await asyncio.wait_for(ear.get(), left)
                except TimeoutError:
                    break
                if seen != last:
                    last = seen
                    yield message(seen, staff)
            yield ServerSentEventMessage(event="pulse", data="")


def message(seen: Look, staff: Staff) -> ServerSentEventMessage:
    if seen is None:
        return ServerSentEventMessage(event="away", data="")
    return ServerSentEventMessage(event="figures", data=json.encode(state(seen, staff)).decode())


async def still_open(database: Database, token: str, now: datetime) -> bool:
    """Whether the session has not been closed; asking does not keep it awake."""
    try:
        async with database.glance() as conn:
            found = await security_store.staff_of_session(conn, security.digest(token), now)
    except AWAY:
        return True  # nobody knows: it is asked again at the next pulse
    return found is not None
