"""SQL of units, rounds and stops, and only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from asyncpg import Connection
from msgspec import Struct, convert, structs

from routes.model import Outcome, Plan, PlannedStop, RoundHead, RoundKey, Stop, Unit

# What a person edited stays; what is the same is not written again, so "kept" is no row.
ADD_UNIT = """
INSERT INTO unit (code, name, level, district, parent, lat, lon, valid_from, valid_to, successor,
                  successor_2025, area_km2, accuracy_km, coord_source, in_old_lam_dong)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    ON CONFLICT (code, valid_from) DO UPDATE
   SET name = EXCLUDED.name, level = EXCLUDED.level, district = EXCLUDED.district,
       parent = EXCLUDED.parent, lat = EXCLUDED.lat, lon = EXCLUDED.lon,
       valid_to = EXCLUDED.valid_to, successor = EXCLUDED.successor,
       successor_2025 = EXCLUDED.successor_2025, area_km2 = EXCLUDED.area_km2,
       accuracy_km = EXCLUDED.accuracy_km, coord_source = EXCLUDED.coord_source,
       in_old_lam_dong = EXCLUDED.in_old_lam_dong
 WHERE unit.edited_at IS NULL
   AND (unit.name, unit.level, unit.district, unit.parent, unit.lat, unit.lon, unit.valid_to,
        unit.successor, unit.successor_2025, unit.area_km2, unit.accuracy_km, unit.coord_source,
        unit.in_old_lam_dong)
       IS DISTINCT FROM
       (EXCLUDED.name, EXCLUDED.level, EXCLUDED.district, EXCLUDED.parent, EXCLUDED.lat,
        EXCLUDED.lon, EXCLUDED.valid_to, EXCLUDED.successor, EXCLUDED.successor_2025,
        EXCLUDED.area_km2, EXCLUDED.accuracy_km, EXCLUDED.coord_source, EXCLUDED.in_old_lam_dong)
RETURNING xmax = 0
"""


async def add_unit(conn: Connection, row: Struct) -> bool | None:
    """True: the row is new. False: it changed. None: it stays as it was."""
    added: bool | None = await conn.fetchval(ADD_UNIT, *structs.astuple(row))
    return added


ALL_UNITS = """
SELECT code, name, level, district, lat, lon, valid_from, valid_to, successor, successor_2025,
       accuracy_km, in_old_lam_dong
  FROM unit
 ORDER BY code, valid_from NULLS FIRST
"""


async def all_units(conn: Connection) -> list[Unit]:
    return convert(await conn.fetch(ALL_UNITS), list[Unit])


UNITS_ON = """
SELECT code, name, level, district, lat, lon, valid_from, valid_to, successor, successor_2025,
       accuracy_km, in_old_lam_dong
  FROM unit
 WHERE (valid_from IS NULL OR valid_from <= $1) AND (valid_to IS NULL OR $1 < valid_to)
 ORDER BY code
"""


async def units_on(conn: Connection, day: date) -> list[Unit]:
    return convert(await conn.fetch(UNITS_ON, day), list[Unit])


# A round that has left is not replaced, nor one whose courier forgot to say so and was already
# at a door: then no row comes back.
PLAN_ROUND = """
INSERT INTO round (office_id, courier_id, day, name, start_lat, start_lon, leaves_at, back_at, km,
                   planned_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (courier_id, day) WHERE state <> 'finished' DO UPDATE
   SET office_id = EXCLUDED.office_id, name = EXCLUDED.name, start_lat = EXCLUDED.start_lat,
       start_lon = EXCLUDED.start_lon, leaves_at = EXCLUDED.leaves_at,
       back_at = EXCLUDED.back_at, km = EXCLUDED.km, planned_at = EXCLUDED.planned_at
 WHERE round.state = 'planned'
   AND NOT EXISTS (SELECT FROM stop WHERE round_id = round.id AND outcome IN ('done', 'missed'))
RETURNING id
"""


async def plan_round(conn: Connection, key: RoundKey, plan: Plan, at: datetime) -> int | None:
    start = (plan.start.lat, plan.start.lon) if plan.start else (None, None)
    round_id: int | None = await conn.fetchval(
        PLAN_ROUND, *structs.astuple(key), *start, plan.leaves_at, plan.back_at, plan.km, at
    )
    return round_id


CLEAR_STOPS = "DELETE FROM stop WHERE round_id = $1"


async def clear_stops(conn: Connection, round_id: int) -> None:
    await conn.execute(CLEAR_STOPS, round_id)


REMOVE_STOP = "DELETE FROM stop WHERE round_id = $1 AND reference = $2"


async def remove_stop(conn: Connection, round_id: int, reference: str) -> None:
    await conn.execute(REMOVE_STOP, round_id, reference)


# One statement writes a whole order: a stop already there gets its new place and time, and
# the places are compared only when all have moved.
WRITE_STOPS = """
INSERT INTO stop (round_id, reference, ordinal, kind, lat, lon, accuracy_km, service_minutes,
                  window_from, window_to, eta, km_from_previous, doubt)
SELECT $1, row.reference, row.ordinal, row.kind, row.lat, row.lon, row.accuracy_km,
       row.service_minutes, row.window_from, row.window_to, row.eta, row.km_from_previous,
       row.doubt
  FROM jsonb_to_recordset($2::jsonb) AS row (
           reference text, ordinal integer, kind text, lat double precision,
           lon double precision, accuracy_km double precision, service_minutes integer,
           window_from timestamptz, window_to timestamptz, eta timestamptz,
           km_from_previous double precision, doubt text)
    ON CONFLICT (round_id, reference) DO UPDATE
   SET ordinal = EXCLUDED.ordinal, eta = EXCLUDED.eta,
       km_from_previous = EXCLUDED.km_from_previous, doubt = EXCLUDED.doubt
"""


async def write_stops(conn: Connection, round_id: int, plan: Plan, ordinals: Sequence[int]) -> None:
    """Write the stops of *plan* at *ordinals*, one for each."""
    rows = [_stop_row(*each) for each in zip(plan.stops, ordinals, strict=True)]
    await conn.execute(WRITE_STOPS, round_id, rows)


def _stop_row(planned: PlannedStop, ordinal: int) -> dict[str, object]:
    stop, point = planned.stop, planned.stop.point
    return {
        "reference": stop.reference,
        "ordinal": ordinal,
        "kind": stop.kind,
        "lat": point.lat if point else None,
        "lon": point.lon if point else None,
        "accuracy_km": point.accuracy_km if point else None,
        "service_minutes": stop.service_minutes,
        "window_from": stop.window_from,
        "window_to": stop.window_to,
        "eta": planned.eta,
        "km_from_previous": planned.km_from_previous,
        "doubt": planned.doubt,
    }


LOCK_ROUND = """
SELECT id, office_id, courier_id, day, name, state, start_lat, start_lon, leaves_at, back_at, km,
       planned_at, started_at, finished_at
  FROM round
 WHERE id = $1
   FOR UPDATE
"""


async def lock_round(conn: Connection, round_id: int) -> RoundHead | None:
    return convert(await conn.fetchrow(LOCK_ROUND, round_id), RoundHead | None)


# The open one; where all are finished, the one that came back last.
ROUND_OF = """
SELECT id, office_id, courier_id, day, name, state, start_lat, start_lon, leaves_at, back_at, km,
       planned_at, started_at, finished_at
  FROM round
 WHERE courier_id = $1 AND day = $2
 ORDER BY finished_at DESC NULLS FIRST, id DESC
 LIMIT 1
"""


async def round_of(conn: Connection, courier_id: int, day: date) -> RoundHead | None:
    return convert(await conn.fetchrow(ROUND_OF, courier_id, day), RoundHead | None)


STOPS_OF = """
SELECT round_id, ordinal, kind, reference, lat, lon, accuracy_km, service_minutes, window_from,
       window_to, eta, km_from_previous, doubt, outcome, done_at
  FROM stop
 WHERE round_id = $1
 ORDER BY ordinal
"""


async def stops_of(conn: Connection, round_id: int) -> tuple[Stop, ...]:
    return convert(await conn.fetch(STOPS_OF, round_id), tuple[Stop, ...])


START_ROUND = """
UPDATE round
   SET state = 'started', started_at = $2
 WHERE id = $1 AND state = 'planned'
"""


async def start_round(conn: Connection, round_id: int, at: datetime) -> None:
    await conn.execute(START_ROUND, round_id, at)


FINISH_ROUND = """
UPDATE round
   SET state = 'finished', finished_at = $2
 WHERE id = $1 AND state <> 'finished'
"""


async def finish_round(conn: Connection, round_id: int, at: datetime) -> None:
    await conn.execute(FINISH_ROUND, round_id, at)


STRETCH_ROUND = "UPDATE round SET km = $2, back_at = $3 WHERE id = $1"


async def stretch_round(conn: Connection, round_id: int, km: float, back_at: datetime) -> None:
    await conn.execute(STRETCH_ROUND, round_id, km, back_at)


# The newest day first: yesterday's round may still be open when today's begins.
LOCK_STOP = """
SELECT stop.round_id, ordinal, kind, reference, lat, lon, accuracy_km, service_minutes,
       window_from, window_to, eta, km_from_previous, doubt, outcome, done_at
  FROM stop
  JOIN round ON round.id = stop.round_id
 WHERE reference = $1 AND courier_id = $2 AND state <> 'finished'
 ORDER BY day DESC
 LIMIT 1
   FOR UPDATE OF stop
"""


async def lock_stop(conn: Connection, reference: str, courier_id: int) -> Stop | None:
    return convert(await conn.fetchrow(LOCK_STOP, reference, courier_id), Stop | None)


CLOSE_STOP = """
UPDATE stop
   SET outcome = $3, done_at = $4
 WHERE round_id = $1 AND reference = $2
RETURNING round_id, ordinal, kind, reference, lat, lon, accuracy_km, service_minutes, window_from,
          window_to, eta, km_from_previous, doubt, outcome, done_at
"""


async def close_stop(conn: Connection, stop: Stop, outcome: Outcome, at: datetime) -> Stop:
    row = await conn.fetchrow(CLOSE_STOP, stop.round_id, stop.reference, outcome, at)
    return convert(row, Stop)


OPEN_STOP = """
UPDATE stop
   SET outcome = NULL, done_at = NULL
 WHERE round_id = $1 AND reference = $2
RETURNING round_id, ordinal, kind, reference, lat, lon, accuracy_km, service_minutes, window_from,
          window_to, eta, km_from_previous, doubt, outcome, done_at
"""


async def open_stop(conn: Connection, stop: Stop) -> Stop:
    return convert(await conn.fetchrow(OPEN_STOP, stop.round_id, stop.reference), Stop)
