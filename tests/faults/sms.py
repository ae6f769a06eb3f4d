"""Rounds of messages on their way while something breaks, and after each the verdict.

A round commits events, breaks one thing in the middle, mends it, waits until
nothing is on its way any more, and looks at everything that ever happened: what
was committed must have reached the network or stand where a person sees it; what
the network took must have a cause; and it must have been taken once.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import asyncpg
import redis.asyncio
from msgspec import Struct

from postal_service.fake_messages import Fault, Manner
from tests import make
from tests.faults.house import LEASE, House
from tracking.stages import Stage

#: Events that a round commits before and after the break.
BEFORE: Final = 6
AFTER: Final = 4
#: Seconds until everything must have come to rest.
REST: Final = 90.0
REPORTS: Final = ("sent", "delivered")
SMS_OF: Final = re.compile(r"/network/twilio/(\d+)/(\d+)/")
Break = Callable[[House, random.Random], Awaitable[None]]


class Verdict(Struct, kw_only=True):
    """What is wrong after so many rounds: all zero, or something must be mended."""

    rounds: int = 0
    events: int = 0
    messages: int = 0
    lost: int = 0  #: committed, and neither taken by the network nor visible as failed
    without_cause: int = 0  #: taken by the network, and no committed event wanted it
    duplicate: int = 0  #: taken twice, though the first was not reported as failed
    codes_twice: int = 0
    restless: int = 0  #: rounds after which something was still on its way
    refused_reports: int = 0  #: the network's own reports that we did not take
    faults_met: dict[str, int] = {}  #: how often the network misbehaved
    kinds: dict[str, int] = {}
    notes: list[str] = []

    @property
    def clean(self) -> bool:
        return not (
            self.lost
            or self.without_cause
            or self.duplicate
            or self.codes_twice
            or self.restless
            or self.refused_reports
        )


class Story:
    """What a run has committed so far."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.random = random.Random(seed)
        self.committed: set[int] = set()  #: dossiers whose events were acknowledged
        self.verdict = Verdict()
        self._serial = 0

    async def happen(self, count: int, *, codes: int = 0) -> None:
        """Commit *count* events, and send *codes* couriers to a door."""
        for n in range(count + codes):
            self._serial += 1
            phone = f"+8459{self._serial:07}"
            now = self.house.clock.now()
            try:
                async with self.house.connected() as conn:
                    opened = await make.dossier(conn, self.house.town, phone=phone, at=now)
                    if n >= count:
                        await make.result(conn, self.house.town, opened, Stage.OUT)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                continue  # not acknowledged: nobody was promised anything
            self.committed.add(opened.id)

    async def round(self, name: str, break_: Break) -> None:
        house, network = self.house, self.house.network
        await house.greet_the_morning()
        begun = time.monotonic()
        # every other round the network says nothing by itself: a doubt is ended by asking alone
        mute = (self.verdict.rounds // len(KINDS) + self.verdict.rounds) % 2 == 1
        network.manner = Manner(delay=0.05, reports=() if mute else REPORTS)
        await self.happen(BEFORE // 2, codes=1)
        breaking = asyncio.ensure_future(break_(house, self.random))
        await self.happen(BEFORE - BEFORE // 2)
        await breaking
        await self.happen(AFTER)
        rested = await self.rest()
        network.release()
        await network.rest()
        if not rested:
            self.verdict.restless += 1
            self.verdict.notes.append(f"{name}: still on its way: {await self.left()}")
        await self.judge(name)
        say(f"{name}: {time.monotonic() - begun:.1f} s, {self.verdict}")

    async def rest(self) -> bool:
        """Whether nothing is due, in the air or in doubt any more."""
        until = time.monotonic() + REST
        while time.monotonic() < until:
            try:
                async with self.house.connected() as conn:
                    left = await conn.fetchval(
                        "SELECT (SELECT count(*) FROM sms WHERE state IN ('queued', 'sending',"
                        " 'unknown')) + (SELECT count(*) FROM news WHERE listener = 'sms')"
                        " + (SELECT count(*) FROM sms_receipt WHERE heard_at IS NULL)"
                    )
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                left = -1
            if left == 0:
                return True
            await asyncio.sleep(0.2)
        return False

    async def left(self) -> list[str]:
        """What has not come to rest, for whoever must mend it."""
        async with self.house.connected() as conn:
            rows = await conn.fetch(
                "SELECT concat_ws(' ', id, template, state, error, failures, asked,"
                " next_attempt_at - $1) AS said FROM sms"
                " WHERE state IN ('queued', 'sending', 'unknown') ORDER BY id LIMIT 10",
                self.house.clock.now(),
            )
        return [row["said"] for row in rows]

    async def judge(self, name: str) -> None:
        """Hold everything that was committed against everything that was taken."""
        verdict, network = self.verdict, self.house.network
        async with self.house.connected() as conn:
            rows = await conn.fetch(
                "SELECT m.id, m.state, m.body, m.dossier_id, p.phone FROM sms m"
                " JOIN party p ON p.id = m.recipient_id"
            )
            called = {row[0] for row in await conn.fetch("SELECT dossier_id FROM task")}
        known = {row["id"]: row for row in rows}
        taken: dict[int, list[str]] = {}
        for message in network.taken.values():
            found = SMS_OF.search(message.callback or "")
            sms_id = int(found[1]) if found else 0
            row = known.get(sms_id)
            if row is None or row["phone"] != message.to or row["dossier_id"] not in self.committed:
                verdict.without_cause += 1
                verdict.notes.append(f"{name}: taken without cause, sms {sms_id}")
            taken.setdefault(sms_id, []).append(message.status)
        for sms_id, statuses in taken.items():
            extra = [status for status in statuses[:-1] if status not in ("undelivered", "failed")]
            coded = "{secret}" in known[sms_id]["body"] if sms_id in known else False
            if coded and len(statuses) > 1:
                verdict.codes_twice += 1
                verdict.notes.append(f"{name}: code of sms {sms_id} taken {len(statuses)} times")
            elif extra:
                verdict.duplicate += len(extra)
                verdict.notes.append(f"{name}: sms {sms_id} taken {statuses}")
        told = {row["dossier_id"] for row in rows}
        silent = self.committed - told - called
        vanished = [
            row["id"]
            for row in rows
            if row["state"] in ("sent", "delivered", "undelivered") and row["id"] not in taken
        ]
        verdict.lost = len(silent) + len(vanished)
        if verdict.lost:
            verdict.notes.append(f"{name}: silent {sorted(silent)}, vanished {vanished}")
        verdict.events, verdict.messages = len(self.committed), len(network.taken)
        verdict.refused_reports = sum(network.answers.get(status, 0) for status in (403, 415, 500))
        verdict.faults_met = {str(fault): n for fault, n in network.met.items()}
        verdict.rounds += 1
        verdict.kinds[name] = verdict.kinds.get(name, 0) + 1
        if verdict.without_cause or verdict.duplicate or verdict.codes_twice:
            self.forget_what_was_told()

    def forget_what_was_told(self) -> None:
        """A violation is counted once: what was taken so far is not looked at again."""
        self.house.network.taken.clear()
        self.committed.clear()


# --- what breaks ---


async def flowing(house: House) -> None:
    """Wait until messages of this round are in the air: what breaks before breaks nothing."""
    before, until = house.network.calls, time.monotonic() + 20
    while house.network.calls == before and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def kill_worker(house: House, draw: random.Random) -> None:
    house.network.manner.delay = 0.4
    await flowing(house)
    await asyncio.sleep(draw.uniform(0, 0.6))
    house.kill_worker(draw.randrange(2))


async def kill_both_workers(house: House, draw: random.Random) -> None:
    await kill_worker(house, draw)
    house.kill_worker(0)
    house.kill_worker(1)


async def kill_web(house: House, draw: random.Random) -> None:
    house.network.manner.reports = REPORTS
    await flowing(house)
    house.kill_web()


async def kill_postgres(house: House, draw: random.Random) -> None:
    house.network.manner.delay = 0.3
    await flowing(house)
    await asyncio.sleep(draw.uniform(0, 0.6))
    house.kill_postgres()
    await asyncio.sleep(0.3)
    house.mend_postgres()


async def kill_valkey(house: House, draw: random.Random) -> None:
    house.kill_valkey()
    await asyncio.sleep(draw.uniform(0, 1))
    house.mend_valkey()
    house.kill_worker(draw.randrange(2))


async def flush_valkey(house: House, draw: random.Random) -> None:
    async with redis.asyncio.from_url(house.redis_url) as client:
        for _ in range(5):
            await client.flushall()
            await asyncio.sleep(0.1)


async def stop_worker(house: House, draw: random.Random) -> None:
    """SIGSTOP for longer than the lease, with calls in the air."""
    house.network.manner.delay = 0.4
    await flowing(house)
    await asyncio.sleep(draw.uniform(0, 0.6))
    sleeper = house.workers[draw.randrange(2)]
    sleeper.send_signal(signal.SIGSTOP)
    await asyncio.sleep(LEASE + 2)
    sleeper.send_signal(signal.SIGCONT)


async def met(house: House, fault: Fault, times: int = 3) -> None:
    """Wait until calls of this round have met *fault*."""
    before, until = house.network.met.get(fault, 0), time.monotonic() + 20
    wanted = before + times
    while house.network.met.get(fault, 0) < wanted and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def provider(fault: Fault, part: float) -> Break:
    async def misbehave(house: House, draw: random.Random) -> None:
        house.network.manner.faults = {fault: part}
        await met(house, fault)
        house.network.manner.faults = {}
        if fault in (Fault.BUSY, Fault.AWAY):
            await house.pass_time(timedelta(minutes=15))

    return misbehave


async def closed(house: House, draw: random.Random) -> None:
    """The account is refused: nothing is asked until the pause is over."""
    house.network.manner.faults = {Fault.CLOSED: 1.0}
    await met(house, Fault.CLOSED, 1)
    house.network.manner.faults = {}
    await house.pass_time(timedelta(minutes=6))


def reporting(**manner: object) -> Break:
    async def misreport(house: House, draw: random.Random) -> None:
        for name, value in manner.items():
            setattr(house.network.manner, name, value)
        house.network.manner.reports = REPORTS
        await flowing(house)

    return misreport


async def reversal(house: House, draw: random.Random) -> None:
    """A failure is reported, and then that the message arrived after all."""
    house.network.manner.reports = ("sent", "undelivered", "delivered")
    house.network.manner.error = "30003"
    await flowing(house)


async def late(house: House, draw: random.Random) -> None:
    """Every report comes a day late."""
    house.network.manner.held = True
    house.network.manner.reports = REPORTS
    await flowing(house)
    await house.pass_time(timedelta(hours=24))
    house.network.manner.held = False
    house.network.release()


async def outage(house: House, draw: random.Random) -> None:
    """The network is away for 26 hours."""
    house.network.manner.faults = {Fault.AWAY: 1.0}
    await met(house, Fault.AWAY)
    await house.pass_time(timedelta(hours=26))
    await met(house, Fault.AWAY)
    house.network.manner.faults = {}
    await house.pass_time(timedelta(hours=3))


#: In this order the first eight are the short run of the suite.
KINDS: Final[dict[str, Break]] = {
    "kill -9 a worker": kill_worker,
    "reset after accept": provider(Fault.RESET, 0.5),
    "kill -9 PostgreSQL": kill_postgres,
    "SIGSTOP longer than the lease": stop_worker,
    "reports twice and out of order": reporting(doubled=True, shuffled=True),
    "FLUSHALL": flush_valkey,
    "kill -9 web": kill_web,
    "500 after accept": provider(Fault.BROKEN_AFTER, 0.5),
    "kill -9 Valkey": kill_valkey,
    "kill -9 both workers": kill_both_workers,
    "no answer": provider(Fault.HANG, 0.4),
    "half an answer": provider(Fault.GARBLED, 0.5),
    "429": provider(Fault.BUSY, 0.5),
    "503": provider(Fault.AWAY, 0.5),
    "500": provider(Fault.BROKEN, 0.5),
    "slow answers": provider(Fault.SLOW, 0.6),
    "closed account": closed,
    "failure taken back": reversal,
    "reports a day late": late,
    "outage of 26 hours": outage,
}


async def run(house: House, *, rounds: int, seed: int) -> Verdict:
    """So many rounds, each kind in its turn, the moments drawn from *seed*."""
    story = Story(house, seed)
    names = list(KINDS)
    for n in range(rounds):
        name = names[n % len(names)]
        await story.round(name, KINDS[name])
    return story.verdict


def say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
