"""SQL of the networks' health: points, pauses, stopped texts."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


class Standing(Struct, frozen=True, kw_only=True):
    """How a network stands: points out of a hundred, and until when it is not asked."""

    name: str
    points: int
    share: int
    moved_at: datetime
    paused_until: datetime | None
    paused_why: str | None


STANDINGS = """
SELECT name, points, share, moved_at, paused_until, paused_why FROM sms_network ORDER BY name
"""


async def standings(conn: Conn) -> list[Standing]:
    return convert(await conn.fetch(STANDINGS), list[Standing])


# A share changed in the settings starts anew; the same settings again change nothing.
ENTER = """
INSERT INTO sms_network (name, points, share, moved_at)
VALUES ($1, $2, $2, $3)
    ON CONFLICT (name) DO UPDATE
   SET points = excluded.points, share = excluded.share, moved_at = excluded.moved_at
 WHERE sms_network.share <> excluded.share
"""


async def enter(conn: Conn, name: str, share: int, now: datetime) -> None:
    await conn.execute(ENTER, name, share, now)


# Only if nobody moved it meanwhile: two workers judge at the same minute.
MOVE = """
UPDATE sms_network SET points = $2, moved_at = $4 WHERE name = $1 AND moved_at = $3
RETURNING name
"""


async def move(conn: Conn, was: Standing, points: int, now: datetime) -> bool:
    return await conn.fetchval(MOVE, was.name, points, was.moved_at, now) is not None


# Newer bad news lengthens a pause, and never shortens it.
PAUSE = """
INSERT INTO sms_network (name, points, share, moved_at, paused_until, paused_why)
VALUES ($1, 100, 100, $4, $2, $3)
    ON CONFLICT (name) DO UPDATE
   SET paused_until = greatest(sms_network.paused_until, excluded.paused_until),
       paused_why = excluded.paused_why
"""


async def pause(conn: Conn, name: str, until: datetime, why: str, now: datetime) -> None:
    await conn.execute(PAUSE, name, until, why, now)


RESUME = "UPDATE sms_network SET paused_until = NULL, paused_why = NULL WHERE name = $1"


async def resume(conn: Conn, name: str) -> None:
    await conn.execute(RESUME, name)


class Count(Struct, frozen=True, kw_only=True):
    """A network's recent calls; slow ones and errors are bad ones."""

    gateway: str
    calls: int
    bad: int
    slow: int


# An attempt still open after $2 seconds is slow whatever comes of it.
COUNTS = """
SELECT gateway, count(*) AS calls,
       count(*) FILTER (WHERE outcome IN ('later', 'unknown') OR status IN ('failed')
                           OR coalesce(ended_at, $3) - begun_at > $2) AS bad,
       count(*) FILTER (WHERE coalesce(ended_at, $3) - begun_at > $2) AS slow
  FROM sms_attempt
 WHERE begun_at > $1
 GROUP BY gateway
"""


async def counts(conn: Conn, since: datetime, slow: object, now: datetime) -> list[Count]:
    """Calls begun after *since*; *slow* is a timedelta."""
    return convert(await conn.fetch(COUNTS, since, slow, now), list[Count])


# One stop a text, however many messages of it were filtered meanwhile.
STOP = """
INSERT INTO sms_stop (template, gateway, error, stopped_at)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (template) WHERE lifted_at IS NULL DO NOTHING
RETURNING id
"""


async def stop(conn: Conn, template: str, gateway: str, error: str, now: datetime) -> bool:
    """Whether the text was not stopped already."""
    return await conn.fetchval(STOP, template, gateway, error, now) is not None


class Stopped(Struct, frozen=True, kw_only=True):
    """A text that may not leave, and how many messages wait for it."""

    template: str
    gateway: str
    error: str
    stopped_at: datetime
    waiting: int


STOPS = """
SELECT s.template, s.gateway, s.error, s.stopped_at,
       (SELECT count(*) FROM sms m WHERE m.template = s.template AND m.state = 'queued') AS waiting
  FROM sms_stop s
 WHERE s.lifted_at IS NULL
 ORDER BY s.stopped_at
"""


async def stops(conn: Conn) -> list[Stopped]:
    return convert(await conn.fetch(STOPS), list[Stopped])


LIFT = """
UPDATE sms_stop SET lifted_at = $2, lifted_by = $3 WHERE template = $1 AND lifted_at IS NULL
RETURNING id
"""


async def lift(conn: Conn, template: str, now: datetime, by: int) -> bool:
    return cast("int | None", await conn.fetchval(LIFT, template, now, by)) is not None
