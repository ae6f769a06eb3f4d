"""The doorbell: tells the worker that there is something to do, or does not.

What must be done is in PostgreSQL, and the worker looks every two seconds
anyway. So a ring may be lost, late or doubled, and nobody ever waits for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import msgspec
import structlog
from arq import ArqRedis, create_pool
from arq.connections import RedisSettings
from redis.exceptions import RedisError

log = structlog.get_logger()

QUEUE: Final = "postal:bell"
#: One name, one job: rings that meet in the queue become one.
JOB: Final = "ring"
#: Seconds between two rings: twenty a second wake a worker as well as a thousand.
PAUSE: Final = 0.05
#: Seconds an unheard ring is kept: by then the worker's own clock has rung.
STALE: Final = 30
FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 30.0
#: Redis is away when it says so, refuses, or says nothing.
AWAY: Final = (RedisError, OSError, TimeoutError)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[ArqRedis]:
    """The queue that bell and worker share. Raises one of AWAY.

    One try: whoever calls decides when to try again.
    """
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 2
    settings.conn_retries = 0
    async with asyncio.timeout(5):
        queue = await create_pool(
            settings,
            job_serializer=msgspec.msgpack.encode,
            job_deserializer=msgspec.msgpack.decode,
            default_queue_name=QUEUE,
        )
    try:
        yield queue
    finally:
        with suppress(*AWAY):
            await queue.aclose(close_connection_pool=True)


class Outage:
    """Tells once that Redis is away and once that it is back, and spaces the tries between."""

    def __init__(self, lost: str, found: str) -> None:
        self._lost, self._found = lost, found
        self._wait = FIRST_WAIT

    def over(self) -> None:
        if self._wait > FIRST_WAIT:
            log.info(self._found)
        self._wait = FIRST_WAIT

    async def sit_out(self, error: BaseException) -> None:
        if self._wait == FIRST_WAIT:
            log.warning(self._lost, error=repr(error))
        wait, self._wait = self._wait, min(self._wait * 2, LONGEST_WAIT)
        await asyncio.sleep(wait)


class Bell:
    """A bell that anyone may ring at any time."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Say that something happened; after the commit. Never waits, never raises."""
        self._rung.set()

    @classmethod
    @asynccontextmanager
    async def open(cls, redis_url: str | None) -> AsyncIterator[Bell]:
        """A bell whose rings go to Redis; without one they go nowhere."""
        bell = cls()
        if redis_url is None:
            yield bell
            return
        carrier = asyncio.create_task(bell._carry(redis_url))
        try:
            yield bell
        finally:
            carrier.cancel()
            with suppress(asyncio.CancelledError):
                await carrier

    async def _carry(self, url: str) -> None:
        """Bring rings to the queue for as long as the process lives."""
        outage = Outage("the bell is out; the worker's clock rings alone", "the bell rings again")
        while True:
            try:
                async with opened(url) as queue:
                    outage.over()
                    await self._enqueue(queue)
            except AWAY as error:
                await outage.sit_out(error)

    async def _enqueue(self, queue: ArqRedis) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            async with asyncio.timeout(2):
                await queue.enqueue_job(JOB, _job_id=JOB, _expires=STALE)
            await asyncio.sleep(PAUSE)
