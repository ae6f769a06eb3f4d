"""What runs without anyone asking. Each job may run early, late, twice or beside itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

import structlog
from msgspec import structs

from notifications import doubts, health, outbox, receipts
from notifications.sending import Means, Sender
from postal_service import seals, security
from postal_service.clock import Clock
from postal_service.database import Context, Database
from postal_service.desk.agency import due_soon
from postal_service.desk.batches import batches
from postal_service.desk.bounces import bounces
from postal_service.desk.catalogue import catalogue_imports
from postal_service.desk.citizen import leg_clocks, retention
from postal_service.desk.door import holding
from postal_service.desk.money import bank_matching
from postal_service.desk.pickups import pickup_notices
from postal_service.desk.published import successions
from postal_service.desk.watch import closures, radar
from postal_service.seals import Seal

log = structlog.get_logger()

#: One job: does what is due, and says whether there is more.
Job: TypeAlias = "Callable[[], Awaitable[bool]]"

#: How often the networks' health is judged.
JUDGED_EVERY: Final = timedelta(seconds=30)
#: How often the offices' shelves are looked through for what is kept until today.
REMINDED_EVERY: Final = timedelta(minutes=10)
#: How often appointments are looked through for those that are nearly due.
WARNED_EVERY: Final = timedelta(minutes=5)
#: How often it is looked whether a day is over that nobody has signed.
SEALED_EVERY: Final = timedelta(minutes=5)
#: How often it is looked for what was kept for its time.
FORGOTTEN_EVERY: Final = timedelta(hours=1)


class Lane:
    """Jobs that wait for each other, and the bell that wakes them before their time."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        self.jobs = jobs
        self.bell = asyncio.Event()


class Jobs:
    """The jobs, and what they need."""

    def __init__(
        self, database: Database, means: Means, clock: Clock, seal: Seal | None = None
    ) -> None:
        self._database = database
        self._means = means
        self._clock = clock
        self._seal = seal
        self._sender = Sender(self._means)
        self._drafting = Lane(jobs=(self.draft_sms, self.draft_orders))
        self._sending = Lane(jobs=(self.send_sms,))
        self._hearing = Lane(jobs=(self.hear_receipts,))
        self._sweeping = Lane(
            jobs=(self.sweep, self.ask_networks, self.judge_networks, self.forget)
        )
        self._desk = Lane(
            jobs=(self.watch, self.hold_up, self.last_day, self.near_due, self.take_files)
        )
        self._batches = Lane(jobs=(self.take_batches, self.judge_bounces))
        self._bank = Lane(jobs=(self.match_bank,))
        self._judged_at: datetime | None = None
        self._reminded_at: datetime | None = None
        self._warned_at: datetime | None = None
        self._forgot_at: datetime | None = None
        self._clocks = Lane(jobs=(self.promise_legs, self.succeed))
        self._sealing = Lane(jobs=(self.seal_days,))
        self._sealed_at: datetime | None = None
        #: what each failing job said last: an outage is logged when it starts and when it ends
        self._failing: dict[str, str] = {}

    def lanes(self) -> tuple[Lane, ...]:
        """All of them: what is slow holds up its own lane and no other."""
        return (
            self._drafting,
            self._sending,
            self._hearing,
            self._sweeping,
            self._desk,
            self._batches,
            self._bank,
            self._clocks,
            self._sealing,
        )

    def ring(self) -> None:
        """Something happened outside. The rest looks around by the clock alone."""
        for lane in (self._drafting, self._hearing):
            lane.bell.set()

    async def run(self, lane: Lane) -> bool:
        """Run each job of *lane* once; whether any has more to do.

        Never raises: the next round goes on.
        """
        more = False
        for job in lane.jobs:
            more |= await self._run(job)
        return more

    async def land(self) -> None:
        """Before the process ends: wait for what is in the air, and write it down."""

        async def land() -> bool:
            await self._sender.land()
            return False

        await self._run(land)

    async def draft_sms(self) -> bool:
        """Write what citizens are to be told of what happened since last time."""
        async with self._database.begin(Context.job("draft_sms")) as conn:
            heard = await outbox.draft(conn, directory=self._means.directory, now=self._clock.now())
        if heard:
            self._sending.bell.set()
        return heard == outbox.NEWS_AT_ONCE

    async def draft_orders(self) -> bool:
        """The same of orders to fetch papers at home, which have no dossier yet."""
        async with self._database.begin(Context.job("draft_orders")) as conn:
            heard = await pickup_notices.draft(
                conn, directory=self._means.directory, now=self._clock.now()
            )
        if heard:
            self._sending.bell.set()
        return heard == pickup_notices.AT_ONCE

    async def send_sms(self) -> bool:
        """Let messages leave, and write down what the networks answered."""
        return await self._sender.round()

    async def hear_receipts(self) -> bool:
        """Take note of what the networks reported."""
        async with self._database.begin(Context.job("hear_receipts")) as conn:
            heard = await receipts.hear(
                conn,
                networks=self._means.networks,
                directory=self._means.directory,
                now=self._clock.now(),
            )
        return heard == receipts.AT_ONCE

    async def sweep(self) -> bool:
        """Bring into the open what a vanished worker left behind."""
        swept = await doubts.sweep(self._means)
        if swept.lapsed or swept.expired:
            log.warning("messages swept", lapsed=swept.lapsed, expired=swept.expired)
        return False

    async def ask_networks(self) -> bool:
        """Ask about messages that a network may have taken, or took and never spoke of again."""
        asked = await doubts.ask(self._means), await doubts.follow(self._means)
        return doubts.AT_ONCE in asked

    async def judge_networks(self) -> bool:
        """Move points between the networks, now and then."""
        now = self._clock.now()
        if self._judged_at is None or now - self._judged_at >= JUDGED_EVERY:
            async with self._database.begin(Context.job("judge_networks")) as conn:
                await health.judge(conn, self._means.networks, now)
            self._judged_at = now
        return False

    async def watch(self) -> bool:
        """Let the radar look at the offices whose turn it is."""
        begin = partial(self._database.begin, Context.job("watch"))
        return await radar.watch(begin, self._clock.now())

    async def hold_up(self) -> bool:
        """Note what closures hold up, and have its citizens told."""
        begin = partial(self._database.begin, Context.job("hold_up"))
        return await closures.announce(begin, self._clock.now())

    async def near_due(self) -> bool:
        """Warn of appointments that are three working hours away, now and then."""
        now = self._clock.now()
        if self._warned_at is None or now - self._warned_at >= WARNED_EVERY:
            async with self._database.begin(Context.job("near_due")) as conn:
                await due_soon.warn(conn, now)
            self._warned_at = now
        return False

    async def promise_legs(self) -> bool:
        """Write down by which day each new leg is to arrive."""
        async with self._database.begin(Context.job("promise_legs")) as conn:
            return await leg_clocks.promise_recent(conn)

    async def succeed(self) -> bool:
        """Let what is open pass to successors whose day has come."""
        begin = partial(self._database.begin, Context.job("succeed"))
        return await successions.carry_out(begin, self._clock.now())

    async def last_day(self) -> bool:
        """Tell those whose papers are kept until today that they are, now and then."""
        now = self._clock.now()
        if self._reminded_at is None or now - self._reminded_at >= REMINDED_EVERY:
            async with self._database.begin(Context.job("last_day")) as conn:
                await holding.remind(conn, now)
            self._reminded_at = now
        return False

    async def seal_days(self) -> bool:
        """Sign the days that are over, and see that each has left the database as a file."""
        now = self._clock.now()
        if self._seal is None or (
            self._sealed_at is not None and now - self._sealed_at < SEALED_EVERY
        ):
            return False
        begin = partial(self._database.begin, Context.job("seal_days"))
        if await seals.sign_next(begin, self._seal.signer, now):
            return True
        await seals.export_missing(begin, self._seal)
        self._sealed_at = now
        return False

    async def forget(self) -> bool:
        """Shred what was kept for its time, now and then."""
        now = self._clock.now()
        if self._forgot_at is not None and now - self._forgot_at < FORGOTTEN_EVERY:
            return False
        async with self._database.begin(Context.job("forget")) as conn:
            await security.sweep(conn, now)
            swept = await retention.sweep(conn, now=now)
        if swept.anything:
            log.info("kept no longer", **structs.asdict(swept))
        if not swept.more:
            self._forgot_at = now
        return swept.more

    async def take_files(self) -> bool:
        """Read and apply the tables an administrator brought, a step at a time."""
        begin = partial(self._database.begin, Context.job("take_files"))
        return await catalogue_imports.work(begin, self._clock.now())

    async def take_batches(self) -> bool:
        """Read and accept what organisations brought to a counter, some lines at a time."""
        begin = partial(self._database.begin, Context.job("take_batches"))
        return await batches.work(begin, self._clock.now())

    async def match_bank(self) -> bool:
        """Find out what the money is for that the bank says has come in."""
        begin = partial(self._database.begin, bank_matching.CONTEXT)
        return await bank_matching.match_some(begin, self._clock.now())

    async def judge_bounces(self) -> bool:
        """Say whose fault it is what agencies declined since last time."""
        async with self._database.begin(Context.job("judge_bounces")) as conn:
            return await bounces.judge_recent(conn, now=self._clock.now())

    async def _run(self, job: Job) -> bool:
        name = getattr(job, "__name__", "job")
        try:
            more = await job()
        except Exception as error:
            if self._failing.get(name) != repr(error):
                log.error("job failed; it will be tried again", job=name, exc_info=error)
            self._failing[name] = repr(error)
            return False
        if self._failing.pop(name, None):
            log.info("job works again", job=name)
        return more
