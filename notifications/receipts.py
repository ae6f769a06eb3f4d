"""The networks' reports: late, repeated, out of order, forged."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

import structlog
from asyncpg import Connection, Record
from msgspec import Struct

from notifications import health
from notifications import receipt_store as store
from notifications.gateway import Blame, Directory, Owed
from notifications.health import Networks
from notifications.receipt_store import Heard, Progress, Standing, Turn

log = structlog.get_logger()

AT_ONCE: Final = 500
#: How far each word means that a message came. Only a further word counts, and a last one
#: stands: what was delivered does not become undelivered by a report that was late.
RANK: Final[Mapping[str, int]] = {
    "queued": 0,
    "accepted": 0,
    "sending": 1,
    "sent": 2,
    "delivered": 3,
    "undelivered": 3,
    "failed": 3,
}
#: Where a message has arrived as far as anybody can know.
ARRIVED: Final = frozenset({"sent", "delivered", "undelivered"})
FAILED: Final = frozenset({"undelivered", "failed"})
#: Waits after a handset could not be reached: minutes would not help.
RETRY: Final = (timedelta(hours=1), timedelta(hours=4))


class Reported(Struct, frozen=True, kw_only=True):
    """One report, its form and its signature checked."""

    gateway_id: str
    status: str
    error: str | None
    raw: Mapping[str, str]


class Letter(Struct, frozen=True, kw_only=True):
    """What came to one of our addresses. The address is the one we gave, not the one it names."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Reports(Protocol):
    """How one network reports."""

    def read(self, letter: Letter) -> Reported:
        """The report in *letter*. Raises Forged."""


class Door(Struct, frozen=True, kw_only=True):
    """The addresses where networks report: one an attempt, and nobody can guess it."""

    site: str
    key: bytes

    def address(self, gateway: str, sms_id: int, attempt: int) -> str:
        secret = self._secret(gateway, sms_id, attempt)
        return f"{self.site}/network/{gateway}/{sms_id}/{attempt}/{secret}"

    def opens(self, gateway: str, sms_id: int, attempt: int, secret: str) -> bool:
        ours = self._secret(gateway, sms_id, attempt)
        return hmac.compare_digest(ours.encode(), secret.encode(errors="replace"))

    def _secret(self, gateway: str, sms_id: int, attempt: int) -> str:
        said = f"network:{gateway}:{sms_id}:{attempt}".encode()
        return hmac.new(self.key, said, sha256).hexdigest()[:32]


async def hear(
    conn: Connection[Record], *, networks: Networks, directory: Directory, now: datetime
) -> int:
    """Take note of reports that came; how many. What they lead to shares their transaction."""
    heard = await store.hear(conn, now, AT_ONCE)
    if not heard:
        return 0
    standings = await store.lock_standings(conn, sorted({each.sms_id for each in heard}))
    by_attempt = {(each.id, each.attempt): each for each in standings}
    states = {each.id: each.state for each in standings}
    progress: dict[tuple[int, int], Progress] = {}
    turns: dict[int, Turn] = {}
    for report in heard:
        key = report.sms_id, report.attempt
        standing = by_attempt.get(key)
        if standing is None:
            log.warning("a report about an attempt nobody made", sms=report.sms_id)
            continue
        before = progress[key].status if key in progress else standing.status
        # a failure may be taken back while the message waits to be sent again: then it need not be
        taken_back = report.status == "delivered" and states[standing.id] == "queued"
        if not is_further(before, report.status) and not taken_back:
            continue
        progress[key] = as_progress(report)
        blame = blamed(networks, standing, report)
        turn = turn_of(standing, states[standing.id], report, blame=blame, now=now)
        if turn is not None:
            turns[standing.id], states[standing.id] = turn, turn.state
        if blame is not None:
            await health.react(
                conn,
                blame,
                gateway=standing.gateway,
                template=standing.template,
                error=report.error or "",
                now=now,
            )
    await store.advance(conn, list(progress.values()), now)
    await store.turn(conn, list(turns.values()), now)
    await call_instead(conn, directory, standings, turns, now=now)
    return len(heard)


async def call_instead(
    conn: Connection[Record],
    directory: Directory,
    standings: Sequence[Standing],
    turns: Mapping[int, Turn],
    *,
    now: datetime,
) -> None:
    for standing in {each.id: each for each in standings}.values():
        turn = turns.get(standing.id)
        if turn is not None and turn.state == "undelivered":
            owed = Owed(
                event_id=standing.event_id,
                dossier_id=standing.dossier_id,
                situation=standing.template,
            )
            await directory.call_instead(conn, owed, "undelivered", at=now)


def is_further(before: str | None, status: str) -> bool:
    return before is None or RANK[status] > RANK[before]


def blamed(networks: Networks, standing: Standing, report: Heard) -> Blame | None:
    """Who is at fault for a message that did not arrive; none where it is on its way."""
    if report.status not in FAILED:
        return None
    network = networks.get(standing.gateway)
    return network.gateway.blame(report.error) if network else Blame.NUMBER


def turn_of(
    standing: Standing, state: str, report: Heard, *, blame: Blame | None, now: datetime
) -> Turn | None:
    """What a further *report* makes of a message in *state*; none where it changes nothing.

    Whatever we thought of a message, the network's word that it took it is
    better. Its word that it failed counts only for the newest attempt.
    """
    newest = report.attempt == standing.attempts
    if report.status == "delivered":
        return None if state == "delivered" else as_turn(standing, report, "delivered")
    if report.status not in FAILED:
        in_the_air = state == "sending" and not newest
        return None if in_the_air or state in ARRIVED else as_turn(standing, report, "sent")
    if not newest or state not in ("sending", "unknown", "sent"):
        return None
    if blame is Blame.SENDER:
        return as_turn(standing, report, "queued", retry_at=now)
    retry_at = now + RETRY[min(standing.failures, len(RETRY) - 1)]
    if blame is Blame.ROAD and may_repeat(standing, retry_at):
        return as_turn(standing, report, "queued", retry_at=retry_at, failed=True)
    return as_turn(standing, report, "undelivered")


def may_repeat(standing: Standing, at: datetime) -> bool:
    """Whether a message that failed on its way may go again: never one with a code."""
    keeps = standing.valid_until is None or standing.valid_until > at
    return keeps and not standing.coded and standing.failures < len(RETRY)


def as_progress(report: Heard) -> Progress:
    return Progress(
        sms_id=report.sms_id,
        attempt=report.attempt,
        gateway_id=report.gateway_id,
        status=report.status,
        error=report.error,
    )


def as_turn(
    standing: Standing,
    report: Heard,
    state: str,
    *,
    retry_at: datetime | None = None,
    failed: bool = False,
) -> Turn:
    return Turn(
        id=standing.id,
        state=state,
        gateway=standing.gateway,
        gateway_id=report.gateway_id,
        error=report.error,
        failed=failed,
        retry_at=retry_at,
    )
