"""A round from plan to return, on the real database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import asyncpg
import pytest
from msgspec import structs

from postal_service.database import Connection
from routes import planner, rounds
from routes.errors import RoundFinished, RoundUnderWay, StopAlreadyDone, UnknownRound
from routes.model import Plan, Point, Round, RoundKey, StopIn
from routes.travel import GreatCircle

EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=timezone(timedelta(hours=7)))
OFFICE = Point(lat=11.94, lon=108.44)

ADD_OFFICE = """
INSERT INTO office (code, name, kind, district, commune_2019, commune_2025, lat, lon, hotline,
                    hours_group, demo, source)
VALUES ('66000', 'Bưu cục', 'office', '672', '24802', '24781', 11.94, 108.44, '02633000000', 'post',
        true, 'test')
RETURNING id
"""
ADD_COURIER = """
INSERT INTO person (username, full_name, given_name, role, office_id)
VALUES ($1, 'Lơ Mu Ha Sang', 'Sang', 'courier', $2)
RETURNING id
"""


@pytest.fixture
async def key(conn: Connection) -> RoundKey:
    office = await conn.fetchval(ADD_OFFICE)
    courier = await conn.fetchval(ADD_COURIER, "sang", office)
    return RoundKey(office_id=office, courier_id=courier, day=EIGHT.date(), name="LD-04")


def stop(name: str, east: float) -> StopIn:
    point = Point(lat=OFFICE.lat, lon=OFFICE.lon + east / 100, accuracy_km=4.8)
    return StopIn(reference=name, kind="deliver", point=point)


def plan(*names: str) -> Plan:
    """Stops one after the other along a road, and one that nobody could place."""
    stops = [stop(name, east) for east, name in enumerate(names, start=1)]
    lost = StopIn(reference="lost", kind="collect")
    return planner.plan([*stops, lost], start=OFFICE, leaves_at=EIGHT, travel=GreatCircle())


async def planned(conn: Connection, key: RoundKey, *names: str) -> Round:
    return await rounds.plan_day(conn, key, plan(*names), at=EIGHT)


def order(made: Round | None) -> list[str]:
    return [each.reference for each in made.stops] if made else []


async def test_a_plan_is_read_back_as_it_was_made(conn: Connection, key: RoundKey) -> None:
    """The phone shows what the planner thought out, to the minute."""
    made = plan("a", "b")
    written = await rounds.plan_day(conn, key, made, at=EIGHT)

    assert written == await rounds.round_of(conn, key.courier_id, key.day)
    assert order(written) == [each.stop.reference for each in made.stops]
    assert [each.eta for each in written.stops] == [each.eta for each in made.stops]
    assert [each.ordinal for each in written.stops] == [1, 2, 3]
    assert written.stops[-1].doubt == "no_point"
    assert (written.km, written.back_at) == (made.km, made.back_at)
    assert written.stops[0].point == structs.replace(stop("a", 1).point, lon=written.stops[0].lon)


async def test_planning_again_replaces_until_the_courier_leaves(
    conn: Connection, key: RoundKey
) -> None:
    """Then the paper list is printed, and a second order would be a second truth."""
    first = await planned(conn, key, "a", "b")
    second = await planned(conn, key, "a", "c")
    await rounds.start(conn, second.id, EIGHT)

    assert first.id == second.id
    assert sorted(order(second)) == ["a", "c", "lost"]
    with pytest.raises(RoundUnderWay, match="đã khởi hành"):
        await planned(conn, key, "a", "d")


async def test_planning_again_forgets_no_door(conn: Connection, key: RoundKey) -> None:
    """A courier who forgot to press start has still been there."""
    await planned(conn, key, "a")
    await rounds.finish_stop(
        conn, reference="a", courier_id=key.courier_id, at=EIGHT, outcome="missed"
    )

    with pytest.raises(RoundUnderWay):
        await planned(conn, key, "b")


async def test_a_repeat_from_a_bad_connection_is_harmless(conn: Connection, key: RoundKey) -> None:
    """The first start and the first ending of a stop count, however often they are sent."""
    made = await planned(conn, key, "a", "b")
    for minute in (0, 5):
        made = await rounds.start(conn, made.id, EIGHT + timedelta(minutes=minute))
        done = await rounds.finish_stop(
            conn,
            reference="a",
            courier_id=key.courier_id,
            at=EIGHT + timedelta(minutes=minute),
            outcome="done",
        )

    assert made.started_at == EIGHT
    assert done is not None
    assert done.done_at == EIGHT


async def test_a_missed_door_may_be_done_later_but_a_done_one_is_done(
    conn: Connection, key: RoundKey
) -> None:
    await planned(conn, key, "a")

    async def close(outcome: str) -> str | None:
        closed = await rounds.finish_stop(
            conn, reference="a", courier_id=key.courier_id, at=EIGHT, outcome=outcome
        )
        return closed and closed.outcome

    assert [await close("missed"), await close("done")] == ["missed", "done"]
    with pytest.raises(StopAlreadyDone, match="đã xong"):
        await close("missed")


async def test_what_is_on_no_round_is_not_refused(conn: Connection, key: RoundKey) -> None:
    """A citizen met on the road gets the paper: that is the register's business, not the plan's."""
    await planned(conn, key, "a")
    closed = await rounds.finish_stop(
        conn, reference="elsewhere", courier_id=key.courier_id, at=EIGHT, outcome="done"
    )

    assert closed is None


async def test_a_new_stop_moves_nothing_that_is_done(conn: Connection, key: RoundKey) -> None:
    """The courier reads numbers off a paper list: those behind him must stay."""
    made = await planned(conn, key, "a", "b", "d")
    first = made.stops[0].reference
    await rounds.start(conn, made.id, EIGHT)
    await rounds.finish_stop(
        conn, reference=first, courier_id=key.courier_id, at=EIGHT, outcome="done"
    )
    at = EIGHT + timedelta(hours=1)
    for _ in range(2):
        after = await rounds.insert(conn, made.id, stop("new", 2.4), at=at, travel=GreatCircle())

    assert [each.ordinal for each in after.stops] == [1, 2, 3, 4, 5]
    assert after.stops[0].reference == first
    assert [name for name in order(after) if name != "new"] == order(made)
    assert order(after)[-1] == "lost"
    assert all(each.eta > at for each in after.open if each.eta)


async def test_a_dropped_stop_leaves_the_round_and_may_come_back(
    conn: Connection, key: RoundKey
) -> None:
    made = await planned(conn, key, "a", "b")
    await rounds.drop_stop(conn, reference="a", courier_id=key.courier_id, at=EIGHT)
    without = await rounds.round_of(conn, key.courier_id, key.day)
    again = await rounds.insert(conn, made.id, stop("a", 1), at=EIGHT, travel=GreatCircle())

    assert without is not None
    assert sorted(each.reference for each in without.open) == ["b", "lost"]
    assert sorted(each.reference for each in again.open) == ["a", "b", "lost"]


async def test_a_courier_has_one_open_round_a_day(conn: Connection, key: RoundKey) -> None:
    """One bag: the afternoon's round begins when the morning's is back."""
    morning = await planned(conn, key, "a")
    finished = await rounds.finish(conn, morning.id, EIGHT + timedelta(hours=3))
    afternoon = await planned(conn, key, "b")

    assert finished.state == "finished"
    assert afternoon.id != morning.id
    assert await rounds.round_of(conn, key.courier_id, key.day) == afternoon
    with pytest.raises(RoundFinished, match="đã kết thúc"):
        await rounds.insert(conn, morning.id, stop("c", 1), at=EIGHT, travel=GreatCircle())


async def test_nobody_elses_stop_is_closed(conn: Connection, key: RoundKey) -> None:
    """Two couriers may both have a stop at the same agency."""
    other = await conn.fetchval(ADD_COURIER, "ha", key.office_id)
    mine = await planned(conn, key, "a")
    await planned(conn, structs.replace(key, courier_id=other), "a")
    await rounds.finish_stop(conn, reference="a", courier_id=other, at=EIGHT, outcome="done")

    assert (await rounds.start(conn, mine.id, EIGHT)).stops[0].outcome is None


async def test_an_unknown_round_is_said_to_be_unknown(conn: Connection) -> None:
    with pytest.raises(UnknownRound, match="số 4711"):
        await rounds.start(conn, 4711, EIGHT)


async def test_a_rounds_past_cannot_be_deleted(conn: Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await conn.execute("DELETE FROM round")


async def test_a_stop_that_was_undone_lies_ahead_again(conn: Connection, key: RoundKey) -> None:
    """The delivery there was a mistake; twice said, the stop is still only open."""
    made = await planned(conn, key, "a", "b")
    await rounds.start(conn, made.id, EIGHT)
    await rounds.finish_stop(
        conn, reference="a", courier_id=key.courier_id, at=EIGHT, outcome="done"
    )

    for _ in range(2):
        again = await rounds.reopen_stop(conn, reference="a", courier_id=key.courier_id)
        assert again is not None
        assert (again.outcome, again.done_at) == (None, None)

    unknown = await rounds.reopen_stop(conn, reference="z", courier_id=key.courier_id)
    assert unknown is None
    after = await rounds.round_of(conn, key.courier_id, EIGHT.date())
    assert after is not None
    assert after.next is not None
    assert after.next.reference == "a"
