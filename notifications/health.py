"""How well each network does, and how many messages go its way.

A network that is slow or errs loses points to the others, waits a minute before
it loses more, and gets its share back bit by bit. One that takes nothing from us
is not asked at all for a while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from asyncpg import Connection, Record
from msgspec import Struct

from notifications import health_store as store
from notifications.gateway import Blame, Gateway
from notifications.health_store import Count, Standing

log = structlog.get_logger()

#: What is judged, and from how many calls on: two of three say nothing.
WINDOW: Final = timedelta(minutes=5)
ENOUGH: Final = 20
#: Out of a hundred calls; an answer after SLOW is a bad one.
BAD: Final = 15
SLOW: Final = timedelta(seconds=5)
#: Points lost at once, and points that come back once nothing is wrong.
STEP: Final = 10
DRIFT: Final = 5
COOL: Final = timedelta(minutes=1)
REST: Final = timedelta(minutes=5)
#: How long nothing is asked of a network that takes nothing from us.
PAUSE: Final = timedelta(minutes=5)


class Network(Struct, frozen=True, kw_only=True):
    """A gateway and how many messages of a hundred the settings give it."""

    gateway: Gateway
    share: int = 100


Networks = Mapping[str, Network]


def networks(*given: Network) -> Networks:
    """By name, their shares made to sum to a hundred."""
    total = sum(each.share for each in given) or 1
    return {
        each.gateway.name: Network(gateway=each.gateway, share=round(100 * each.share / total))
        for each in given
    }


class Way(Struct, frozen=True):
    """A network that may be used now, and its points."""

    name: str
    points: int


async def ways(conn: Connection[Record], among: Networks, now: datetime) -> list[Way]:
    """The networks that take messages now; none while all are paused."""
    known = {standing.name: standing for standing in await store.standings(conn)}
    return open_ways(among, known, now)


def open_ways(among: Networks, known: Mapping[str, Standing], now: datetime) -> list[Way]:
    found = []
    for name, network in among.items():
        standing = known.get(name)
        if standing is None:
            found.append(Way(name, network.share))
        elif standing.paused_until is None or standing.paused_until <= now:
            found.append(Way(name, standing.points))
    return found


def choose(ways: Sequence[Way], number: int, *, avoid: str | None = None) -> str:
    """The way of the message with this *number*: spread by points, the same for the same number.

    *avoid* is the network that has just failed it, used again only where there is no other.
    """
    others = [way for way in ways if way.name != avoid] or list(ways)
    total = sum(way.points for way in others)
    if total == 0:
        return others[number % len(others)].name
    drawn = number * 61 % total  # neighbours go different ways
    for way in others:
        if drawn < way.points:
            return way.name
        drawn -= way.points
    raise AssertionError("points do not sum up")


async def judge(conn: Connection[Record], among: Networks, now: datetime) -> None:
    """Look at the last minutes and move points. Safe to repeat and to run beside itself."""
    for name, network in among.items():
        await store.enter(conn, name, network.share, now)
    standings = [each for each in await store.standings(conn) if each.name in among]
    counts = {each.gateway: each for each in await store.counts(conn, now - WINDOW, SLOW, now)}
    for standing in standings:
        points = moved(standings, counts, now)[standing.name]
        if points != standing.points and await store.move(conn, standing, points, now):
            log.warning("a network's share moved", network=standing.name, points=points)


def moved(
    standings: Sequence[Standing], counts: Mapping[str, Count], now: datetime
) -> dict[str, int]:
    """The points of each network from now on. They keep their sum."""
    points = {each.name: each.points for each in standings}
    sick = [each.name for each in standings if is_sick(counts.get(each.name))]
    well = [name for name in points if name not in sick]
    if sick and well:
        for each in standings:
            if each.name in sick and now - each.moved_at >= COOL:
                taken = min(STEP, points[each.name])
                points[each.name] -= taken
                best = max(well, key=lambda name: points[name])
                points[best] += taken
    elif not sick and all(now - each.moved_at >= REST for each in standings):
        short = {each.name: each.share - each.points for each in standings}
        gainer, giver = max(short, key=lambda n: short[n]), min(short, key=lambda n: short[n])
        back = min(DRIFT, short[gainer], -short[giver])
        if back > 0:
            points[gainer] += back
            points[giver] -= back
    return points


def is_sick(count: Count | None) -> bool:
    return count is not None and count.calls >= ENOUGH and count.bad * 100 >= BAD * count.calls


async def react(
    conn: Connection[Record],
    blame: Blame,
    *,
    gateway: str,
    template: str,
    error: str,
    now: datetime,
) -> None:
    """Pause a network that takes nothing from us; stop a text that it filters."""
    if blame is Blame.SENDER:
        await store.pause(conn, gateway, now + PAUSE, error, now)
        log.error("the network takes nothing from us", gateway=gateway, error=error)
    elif blame is Blame.TEXT and await store.stop(conn, template, gateway, error, now):
        log.error("a network filters a text; it is stopped", template=template, error=error)
