"""The worker process: its own clock, and beside it arq's bell.

Nothing here ends the process but a signal: without Redis the clock rings alone,
without PostgreSQL the jobs fail until it is back.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog
from arq import ArqRedis, Worker, func

from notifications.gateway import ConsoleGateway, Gateway
from notifications.twilio import open_twilio
from postal_service import bell
from postal_service.clock import Clock
from postal_service.database import await_database
from postal_service.desk.directory import DeskDirectory
from postal_service.jobs import Jobs
from postal_service.settings import Settings

log = structlog.get_logger()

#: Seconds between two rounds when nobody rings: what a lost ring costs a citizen.
TICK: Final = 2.0
#: Seconds between two looks at the queue.
POLL: Final = 0.2


async def work(settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Run the jobs until SIGTERM, SIGINT or *stop*. The round in hand is finished first."""
    stop = stop or on_signals()
    rung = asyncio.Event()
    listener = None
    if settings.redis_url is not None:
        listener = asyncio.create_task(listen(settings.redis_url, rung))
    try:
        async with open_jobs(settings) as jobs:
            await tick(jobs, rung, stop)
    finally:
        if listener is not None:
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
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(open_gateway(settings))
        database = await stack.enter_async_context(
            await_database(settings.database_url, size=settings.pool_size, name="postal worker")
        )
        yield Jobs(database, gateway, DeskDirectory(), clock)


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """Twilio where the settings name an account and a sender, else the console."""
    account, token, sender = (
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_from,
    )
    if account and token and sender:
        async with open_twilio(account, token, sender) as gateway:
            yield gateway
    else:
        yield ConsoleGateway()


async def tick(jobs: Jobs, rung: asyncio.Event, stop: asyncio.Event) -> None:
    """The worker's own clock: a round every two seconds, or as soon as the bell rings."""
    log.info("worker ready")
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set():
            rung.clear()
            if await jobs.run_due():
                continue
            heard = asyncio.ensure_future(rung.wait())
            await asyncio.wait({heard, stopped}, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            heard.cancel()
    finally:
        stopped.cancel()


async def ring(ctx: dict[str, Any]) -> None:
    """arq's only job: wake the clock."""
    ctx["rung"].set()


async def listen(url: str, rung: asyncio.Event) -> None:
    """Hear the bell for as long as the process lives."""
    outage = bell.Outage("no bell is heard; the clock rings alone", "the bell is heard again")
    while True:
        try:
            async with bell.opened(url) as queue:
                outage.over()
                await hear(queue, rung)
        except bell.AWAY as error:
            await outage.sit_out(error)


async def hear(queue: ArqRedis, rung: asyncio.Event) -> None:
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
        ctx={"rung": rung},
        job_serializer=msgspec.msgpack.encode,
        job_deserializer=msgspec.msgpack.decode,
        log_results=False,
    )
    try:
        await ear.async_run()
    finally:
        await asyncio.gather(*ear.tasks.values(), return_exceptions=True)
