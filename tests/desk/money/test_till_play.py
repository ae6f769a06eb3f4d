"""Whatever clerks, couriers and supervisors do, in any order: no note and no number is lost."""

from __future__ import annotations

import asyncio
import random
from datetime import date, datetime, timedelta
from uuid import uuid4

from asyncpg import Connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.desk.errors import DeskError
from postal_service.desk.money import collect, days, ledger, purses, shifts
from postal_service.desk.money.model import Press, Reversal
from postal_service.desk.money.purses import PayIn
from postal_service.desk.money.shifts import Closing
from tests import make
from tests.conftest import connect
from tests.desk.test_counter import clerk
from tests.make import MORNING, Actor, Town
from tracking.stages import Leg

#: A till whose shifts are all closed, and that is not empty.
LEFT_IN_TILLS = """
SELECT a.office_id, a.person_id, sum(p.amount_vnd)
  FROM account a
  JOIN posting p ON p.account_id = a.id
 WHERE a.kind = 'till'
   AND NOT EXISTS (SELECT FROM till_shift s
                    WHERE s.office_id = a.office_id AND s.person_id = a.person_id
                      AND s.closed_at IS NULL)
 GROUP BY 1, 2
HAVING sum(p.amount_vnd) <> 0
"""
#: A till that holds something else than the lines of its open shift say.
UNTOLD = """
SELECT s.id
  FROM till_shift s
  JOIN account a ON a.kind = 'till' AND a.office_id = s.office_id AND a.person_id = s.person_id
 WHERE s.closed_at IS NULL
   AND (SELECT coalesce(sum(l.cash), 0) FROM lines_of_shift(s.id) l)
    <> (SELECT coalesce(sum(p.amount_vnd), 0) FROM posting p WHERE p.account_id = a.id)
"""
#: Days whose numbers are not 1, 2, 3 … up to the last one given.
GAPS = """
SELECT r.office_id, r.day
  FROM receipt_day r
  LEFT JOIN entry e ON e.office_id = r.office_id AND e.receipt_day = r.day
 GROUP BY r.office_id, r.day, r.last_no
HAVING count(e.receipt_no) <> r.last_no OR coalesce(max(e.receipt_no), 0) <> r.last_no
"""

STEPS = st.tuples(
    st.sampled_from(
        ("accept", "accept", "door", "door", "float", "count", "count", "pay_in", "pay_in",
         "reverse", "supervise", "close_day", "tomorrow")
    ),
    st.integers(0, 2),
    st.integers(-3, 3),
)  # fmt: skip


class Play:
    """Two clerks, two couriers and a supervisor of one office, over several days."""

    def __init__(self, conn: Connection, town: Town, second: int, boss: int) -> None:
        self.conn, self.town = conn, town
        self.clerks = [clerk(town), replace(clerk(town), id=second)]
        self.boss = replace(clerk(town), id=boss, role=Role.SUPERVISOR)
        self.now = MORNING

    async def do(self, what: str, which: int, by: int) -> None:
        staff = self.clerks[which % 2]
        courier = (self.town.courier, self.town.other_courier)[which % 2]
        match what:
            case "accept":
                await make.dossier(
                    self.conn,
                    replace(self.town, clerk=staff.id),
                    offered=False,
                    at=self.now,
                )
            case "door":
                await self.at_door(courier)
            case "float":
                await shifts.take_change(
                    self.conn, uuid4(), 50_000 * abs(by), staff=staff, now=self.now
                )
            case "count" | "supervise":
                await self.count(staff, staff if what == "count" else self.boss, by)
            case "pay_in":
                await self.pay_in(courier, staff, by)
            case "reverse":
                await self.reverse(which)
            case "close_day":
                await self.close_day()
            case _:
                self.now += timedelta(days=1)

    async def at_door(self, courier: int) -> None:
        made = await make.dossier(self.conn, self.town, offered=False, at=self.now)
        by = replace(self.town.by_courier, person=courier)
        press = Press(key=uuid4(), by=by, at=self.now - timedelta(hours=3), now=self.now)
        await collect.on_delivery(self.conn, made.id, Leg.RESULT, press)

    async def count(self, staff: Staff, by: Staff, gap: int) -> None:
        """Count till and books alike, or *gap* notes off, with a reason or without."""
        for shift in await shifts.mine(self.conn, staff):
            seen = (await shifts.till(self.conn, shift)).expected
            if seen < 0:
                await shifts.take_change(self.conn, uuid4(), -seen, staff=staff, now=self.now)
                seen = 0
            there = max(seen // 1_000 + gap, 0)
            closing = Closing(
                key=uuid4(), counted={1_000: there}, seen=seen, why="lệch" if gap != -3 else ""
            )
            await shifts.close(self.conn, shift.id, closing, staff=by, now=self.now)

    async def pay_in(self, courier: int, staff: Staff, gap: int) -> None:
        held = (await purses.find(self.conn, courier, staff, self.now)).held
        wish = PayIn(
            key=uuid4(),
            counted={1_000: max(held // 1_000 + gap, 0)},
            seen=held,
            rest="keep" if gap == -1 else ("short" if gap < -1 else ""),
            why="lệch",
        )
        await purses.pay_in(self.conn, courier, wish, staff=staff, now=self.now)

    async def reverse(self, which: int) -> None:
        """Take back the newest but *which* of what was collected and stands."""
        found = await self.conn.fetchval(
            "SELECT id FROM entry e WHERE kind = 'collect'"
            " AND NOT EXISTS (SELECT FROM entry r WHERE r.reverses = e.id)"
            " ORDER BY id DESC OFFSET $1 LIMIT 1",
            which,
        )
        if found is not None:
            wish = Reversal(key=uuid4(), person_id=self.boss.id, why="thu nhầm", at=self.now)
            await ledger.reverse(self.conn, found, wish, now=self.now)

    async def close_day(self) -> None:
        """Yesterday, which the supervisor may close without the count of papers."""
        yesterday = self.now.date() - timedelta(days=1)
        await days.close(self.conn, yesterday, staff=self.boss, now=self.now)


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(STEPS, max_size=14))
async def test_no_order_of_things_loses_a_note(
    desk: Connection, town: Town, steps: list[tuple[str, int, int]]
) -> None:
    """The books add to zero, a counted till is empty, each day's numbers run from one."""
    undone = desk.transaction()
    await undone.start()
    try:
        second = await make.person(desk, "second", "clerk", town.office, town.agency)
        boss = await make.person(desk, "boss", "supervisor", town.office, town.agency)
        play = Play(desk, town, second, boss)
        for what, which, by in steps:
            try:
                async with desk.transaction():
                    await play.do(what, which, by)
            except DeskError:
                continue  # a refusal changes nothing: that is held below
            assert await desk.fetch(LEFT_IN_TILLS) == []
            assert await desk.fetch(UNTOLD) == []
        assert await desk.fetchval("SELECT coalesce(sum(amount_vnd), 0) FROM posting") == 0
        assert await desk.fetch(GAPS) == []
        for person in play.clerks:
            await play.count(person, person, 0)
        assert await desk.fetchval(
            "SELECT coalesce(sum(amount_vnd), 0) FROM posting JOIN account a ON a.id = account_id"
            " WHERE a.kind = 'till'"
        ) == 0  # fmt: skip
    finally:
        await undone.rollback()


async def test_a_days_numbers_have_no_gap_while_all_work_at_once(
    town_url: str, desk: Connection, town: Town
) -> None:
    """Eight at once collect, half of them break off half-way, one closes tills and one the day."""
    dice = random.Random(7)
    made = [await make.dossier(desk, town, offered=False) for _ in range(48)]
    evening = MORNING + timedelta(hours=9)

    async def collecting(mine: list[int], by: Actor) -> None:
        conn = await connect(town_url)
        try:
            for each in mine:
                turn = conn.transaction()
                await turn.start()
                press = Press(key=uuid4(), by=by, at=MORNING, now=evening)
                assert await collect.on_delivery(conn, each, Leg.RESULT, press)
                await asyncio.sleep(dice.random() / 50)
                if dice.random() < 0.4:
                    await turn.rollback()
                else:
                    await turn.commit()
        finally:
            await conn.close()

    async def closing() -> int:
        """Count the clerk's till again and again, whatever is in it at that moment."""
        conn, closed = await connect(town_url), 0
        try:
            for _ in range(12):
                await asyncio.sleep(0.03)
                for shift in await shifts.mine(conn, clerk(town)):
                    seen = (await shifts.till(conn, shift)).expected
                    wish = Closing(key=uuid4(), counted={1_000: seen // 1_000}, seen=seen)
                    try:
                        async with conn.transaction():
                            await shifts.close(conn, shift.id, wish, staff=clerk(town), now=evening)
                        closed += 1
                    except DeskError:
                        continue
        finally:
            await conn.close()
        return closed

    by = [town.by_clerk, town.by_clerk, town.by_courier, town.by_other_courier] * 2
    ids = [each.id for each in made]
    *_, closed = await asyncio.gather(
        *(collecting(ids[n::8], who) for n, who in enumerate(by)),
        shut(town_url, town, evening.date(), evening),
        closing(),
    )

    assert closed
    assert await desk.fetch(GAPS) == []
    assert await desk.fetch(LEFT_IN_TILLS) == []
    assert await desk.fetch(UNTOLD) == []
    assert await desk.fetchval("SELECT sum(amount_vnd) FROM posting") == 0
    assert await desk.fetchval("SELECT count(*) FROM receipt_day WHERE closed_at IS NOT NULL") == 1
    late = await desk.fetchval(
        "SELECT count(*) FROM entry e JOIN receipt_day r ON r.day = e.receipt_day"
        " WHERE r.closed_at < e.posted_at"
    )
    assert late == 0


async def shut(url: str, town: Town, day: date, now: datetime) -> None:
    """Close the day's books in the middle of it all, as soon as its row can be had."""
    conn = await connect(url)
    try:
        await asyncio.sleep(0.15)
        await conn.execute(
            "UPDATE receipt_day SET closed_at = $3, closed_by = $4"
            " WHERE office_id = $1 AND day = $2",
            town.office, day, now, town.clerk,
        )  # fmt: skip
    finally:
        await conn.close()
