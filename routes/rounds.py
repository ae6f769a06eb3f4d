"""A courier's round from plan to return. The order itself is thought out in planner."""

from __future__ import annotations

from datetime import date, datetime

from asyncpg import Connection
from msgspec import structs

from routes import planner, store
from routes.errors import RoundFinished, RoundUnderWay, StopAlreadyDone, UnknownRound
from routes.model import Outcome, Plan, PlannedStop, Point, Round, RoundHead, RoundKey, Stop, StopIn
from routes.travel import TravelTimes


async def plan_day(conn: Connection, key: RoundKey, plan: Plan, *, at: datetime) -> Round:
    """Write *plan* as the courier's round of that day, made at the moment *at*.

    A round that has not left is planned anew. Raises RoundUnderWay for one that has.
    """
    round_id = await store.plan_round(conn, key, plan, at)
    if round_id is None:
        raise RoundUnderWay(key.day)
    await store.clear_stops(conn, round_id)
    await store.write_stops(conn, round_id, plan, range(1, len(plan.stops) + 1))
    return await _whole(conn, await _locked(conn, round_id))


async def start(conn: Connection, round_id: int, at: datetime) -> Round:
    """The courier leaves. Safe to repeat: the first time counts.

    Raises UnknownRound, RoundFinished.
    """
    head = await _locked(conn, round_id)
    if head.state == "finished":
        raise RoundFinished(head.day)
    await store.start_round(conn, round_id, at)
    return await _whole(conn, await _locked(conn, round_id))


async def finish(conn: Connection, round_id: int, at: datetime) -> Round:
    """The courier is back. Safe to repeat. Stops still open stay so, for the count.

    Raises UnknownRound.
    """
    await _locked(conn, round_id)
    await store.finish_round(conn, round_id, at)
    return await _whole(conn, await _locked(conn, round_id))


async def insert(
    conn: Connection, round_id: int, stop: StopIn, *, at: datetime, travel: TravelTimes
) -> Round:
    """Put *stop* into the round where it costs least. Safe to repeat.

    What is done keeps its number, what is open keeps its order. A stop that had
    been dropped comes back. Raises UnknownRound, RoundFinished.
    """
    head = await _locked(conn, round_id)
    if head.state == "finished":
        raise RoundFinished(head.day)
    whole = await _whole(conn, head)
    before = {each.reference: each for each in whole.stops}.get(stop.reference)
    if before is not None and before.outcome != "dropped":
        return whole
    if before is not None:
        await store.remove_stop(conn, round_id, before.reference)
    numbers = [each.ordinal for each in whole.stops if each.outcome is None]
    numbers.append(before.ordinal if before else len(whole.stops) + 1)
    rest = planner.insert(_rest(whole, at), stop, home=whole.start, travel=travel)
    await store.write_stops(conn, round_id, rest, sorted(numbers))
    ridden = sum(each.km_from_previous or 0 for each in whole.stops if each.outcome is not None)
    await store.stretch_round(conn, round_id, round(ridden + rest.km, 1), rest.back_at)
    return await _whole(conn, await _locked(conn, round_id))


async def finish_stop(
    conn: Connection, *, reference: str, courier_id: int, at: datetime, outcome: Outcome
) -> Stop | None:
    """Close the stop *reference* of the courier's open round. Safe to repeat.

    A door that was missed may be done later the same day. None: it is on no open
    round of this courier, which is no reason to refuse what happened there.
    Raises StopAlreadyDone when a done stop is to become another.
    """
    stop = await store.lock_stop(conn, reference, courier_id)
    if stop is None or stop.outcome == outcome:
        return stop
    if stop.outcome == "done":
        raise StopAlreadyDone(stop.outcome)
    return await store.close_stop(conn, stop, outcome, at)


async def reopen_stop(conn: Connection, *, reference: str, courier_id: int) -> Stop | None:
    """What happened at the stop did not: it lies ahead again. Safe to repeat.

    None: it is on no open round of this courier.
    """
    stop = await store.lock_stop(conn, reference, courier_id)
    if stop is None or stop.outcome not in ("done", "missed"):
        return stop
    return await store.open_stop(conn, stop)


async def drop_stop(
    conn: Connection, *, reference: str, courier_id: int, at: datetime
) -> Stop | None:
    """Take a stop off the round, and remember that it was on it. Safe to repeat."""
    return await finish_stop(
        conn, reference=reference, courier_id=courier_id, at=at, outcome="dropped"
    )


async def round_of(conn: Connection, courier_id: int, day: date) -> Round | None:
    """The courier's open round of *day*; else the last one finished that day; else None."""
    head = await store.round_of(conn, courier_id, day)
    return await _whole(conn, head) if head else None


async def _locked(conn: Connection, round_id: int) -> RoundHead:
    head = await store.lock_round(conn, round_id)
    if head is None:
        raise UnknownRound(round_id)
    return head


async def _whole(conn: Connection, head: RoundHead) -> Round:
    return Round(**structs.asdict(head), stops=await store.stops_of(conn, head.id))


def _rest(whole: Round, at: datetime) -> Plan:
    """What is left to ride, from where the courier was last seen."""
    ridden = [stop for stop in whole.stops if stop.done_at and stop.outcome != "dropped"]
    last = max(ridden, key=lambda stop: stop.done_at or at, default=None)
    here: Point | None = (last and last.point) or whole.start
    return Plan(
        start=here,
        leaves_at=max(at, whole.leaves_at) if last is None else at,
        stops=tuple(_as_planned(stop) for stop in whole.open),
        km=0.0,
        back_at=whole.back_at,
    )


def _as_planned(stop: Stop) -> PlannedStop:
    asked = StopIn(
        reference=stop.reference,
        kind=stop.kind,
        point=stop.point,
        service_minutes=stop.service_minutes,
        window_from=stop.window_from,
        window_to=stop.window_to,
    )
    return PlannedStop(
        stop=asked, eta=stop.eta, km_from_previous=stop.km_from_previous, doubt=stop.doubt
    )
