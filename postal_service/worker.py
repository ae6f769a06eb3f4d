"""The worker process: its own clock, and beside it arq's bell.

Nothing here ends the process but a signal: without Redis the clock rings alone,
without PostgreSQL the jobs fail until it is back.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from arq import ArqRedis, Worker, func

from notifications.sending import Means
from postal_service import bell, security, sms
from postal_service.clock import Clock
from postal_service.database import Context, await_database
from postal_service.desk.citizen.directory import DeskDirectory
from postal_service.fields import Keys
from postal_service.jobs import Jobs, Lane
from postal_service.seals import Seal
from postal_service.settings import Settings

log = structlog.get_logger()

#: Seconds between two rounds when nobody rings: what a lost ring costs a citizen.
TICK: Final = 2.0
#: Seconds between two looks at the queue.
POLL: Final = 0.2


async def work(settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Run the jobs until SIGTERM, SIGINT or *stop*. What is in hand is finished first."""
    stop = stop or on_signals()
    async with open_jobs(settings) as jobs, heard(settings.redis_url, jobs):
        log.info("worker ready")
        await asyncio.gather(*(tick(jobs, lane, stop) for lane in jobs.lanes()))
        await jobs.land()


@asynccontextmanager
async def heard(redis_url: str | None, jobs: Jobs) -> AsyncIterator[None]:
    """Hear the bell while the block runs, where there is one."""
    if redis_url is None:
        yield
        return
    listener = asyncio.create_task(listen(redis_url, jobs))
    try:
        yield
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener


def on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def open_jobs(settings: Settings) -> AsyncIterator[Jobs]:
    """The jobs with everything they reach for."""
    clock = Clock(timedelta(seconds=settings.clock_offset_seconds))
    async with (
        sms.open_networks(settings, clock) as networks,
        await_database(
            settings.database_url,
            size=settings.pool_size,
            name="postal worker",
            keys=Keys.read(settings),
        ) as database,
    ):
        means = Means(
            begin=partial(database.begin, Context.job("send_sms")),
            networks=networks,
            directory=DeskDirectory(
                security.subkey(settings.secret_key, "delivery"), most_a_day=settings.sms_a_day
            ),
            now=clock.now,
            pace=sms.pace(settings),
            door=sms.door(settings),
        )
        yield Jobs(database, means, clock, Seal.of(settings))


async def tick(jobs: Jobs, lane: Lane, stop: asyncio.Event) -> None:
    """The worker's own clock: a round every two seconds, or as soon as the bell rings."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set():
            lane.bell.clear()
            if await jobs.run(lane):
                continue
            rung = asyncio.ensure_future(lane.bell.wait())
            await asyncio.wait({rung, stopped}, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            rung.cancel()
    finally:
        stopped.cancel()


async def ring(ctx: dict[str, Any]) -> None:
    """arq's only job: wake the clock."""
    ctx["jobs"].ring()


async def listen(url: str, jobs: Jobs) -> None:
    """Hear the bell for as long as the process lives."""
    outage = bell.Outage("no bell is heard; the clock rings alone", "the bell is heard again")
    while True:
        try:
            async with bell.opened(url) as queue:
                outage.over()
                await hear(queue, jobs)
        except bell.AWAY as error:
            await outage.sit_out(error)


async def hear(queue: ArqRedis, jobs: Jobs) -> None:
    """Run arq's worker until Redis leaves it. Raises one of bell.AWAY.

    A kept result would swallow the next ring of the same name, and arq's own
    signal handlers would end the process behind the clock's back.
    """
    ear = Worker(
        functions=[func(ring, name=bell.JOB)],
        queue_name=bell.QUEUE,
        redis_pool=queue,
        handle_signals=False,
        max_tries=1,
        job_timeout=5,
        poll_delay=POLL,
        keep_result=0,
        ctx={"jobs": jobs},
        job_serializer=msgspec.msgpack.encode,
        job_deserializer=msgspec.msgpack.decode,
        log_results=False,
    )
    try:
        await ear.async_run()
    finally:
        await asyncio.gather(*ear.tasks.values(), return_exceptions=True)
