"""Messages that a network may have taken: it is asked, and only then is one sent again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from asyncpg import Connection, Record
from msgspec import Struct

from notifications import attempt_store, doubt_store, receipt_store
from notifications.doubt_store import Doubt, Silence, Verdict
from notifications.gateway import SECRET, Found, Inquiry, Sms, TryLater
from notifications.receipt_store import Receipt
from notifications.sending import WAITS, Means, Pace, owed_by
from notifications.situations import TODAY_ONLY

log = structlog.get_logger()

AT_ONCE: Final = 50
SWEPT_AT_ONCE: Final = 500
#: How often the network must say "not here" before it is believed: its own list lags.
SURE: Final = 2
#: After this long without an answer somebody calls, though asking goes on.
HOPE: Final = timedelta(hours=4)
LONGEST_WAIT: Final = timedelta(hours=6)
#: After this long without a report on a message it took, the network is asked what became of it;
#: and again, until it is of no use to anybody.
SILENT: Final = timedelta(hours=2)
AGAIN: Final = timedelta(hours=12)
PAST: Final = timedelta(hours=72)


class Swept(Struct, frozen=True, kw_only=True):
    """What was found lying about: calls nobody waits for, texts that stopped being true."""

    lapsed: int = 0
    expired: int = 0


async def sweep(means: Means) -> Swept:
    """Bring into the open what a vanished worker left behind, and what waited too long.

    Who was not told something that still holds is called.
    """
    now = means.now()
    async with means.begin() as conn:
        ask_at = now + means.pace.ask_after
        lapsed = await attempt_store.doubt_lapsed(conn, now, ask_at, SWEPT_AT_ONCE)
        expired = await attempt_store.expire(conn, now, SWEPT_AT_ONCE)
        for stale in expired:
            if stale.template not in TODAY_ONLY:
                await means.directory.call_instead(conn, owed_by(stale), "refused", at=now)
    return Swept(lapsed=lapsed, expired=len(expired))


class Silent(Struct, frozen=True):
    """The network did not say, or cannot be asked."""

    can_be_asked: bool


Answer = Found | Silent | None


async def ask(means: Means) -> int:
    """Ask the networks about doubted messages and act on what they say; how many were asked about.

    A receipt that comes meanwhile wins.
    """
    now = means.now()
    async with means.begin() as conn:
        doubts = await doubt_store.take_doubts(conn, now, now + means.pace.lease, AT_ONCE)
        if not doubts:
            return 0
        phones = await means.directory.phones(conn, {doubt.recipient_id for doubt in doubts})
        secrets = {
            doubt.id: await means.directory.secret(conn, doubt)
            for doubt in doubts
            if SECRET in doubt.body
        }
    answers = await asyncio.gather(
        *(
            look(means, doubt, phones.get(doubt.recipient_id), secrets.get(doubt.id))
            for doubt in doubts
        )
    )
    async with means.begin() as conn:
        await conclude(conn, means, dict(zip(doubts, answers, strict=True)))
    return len(doubts)


async def follow(means: Means) -> int:
    """Ask what became of messages whose reports never came: the web may have been away.

    Only where networks report at all. How many were asked about.
    """
    if means.door is None:
        return 0
    now = means.now()
    async with means.begin() as conn:
        silent = await doubt_store.take_silent(
            conn, before=now - SILENT, after=now - PAST, now=now, again=now + AGAIN, limit=AT_ONCE
        )
    found = await asyncio.gather(*(followed(means, each) for each in silent))
    if any(found):
        async with means.begin() as conn:
            for receipt in found:
                if receipt is not None:
                    await receipt_store.add_receipt(conn, receipt, now)
    return len(silent)


async def followed(means: Means, silent: Silence) -> Receipt | None:
    """The network's word on *silent* as a receipt; none where it has none. Never raises."""
    network = means.networks.get(silent.gateway)
    if network is None or not isinstance(network.gateway, Inquiry):
        return None
    sms = Sms(id=silent.id, attempt=silent.attempts, phone="", body="", segments=1)
    try:
        found = await network.gateway.follow(sms, silent.gateway_id)
    except TryLater:
        return None
    except Exception as error:
        log.error("a gateway broke", gateway=silent.gateway, exc_info=error)
        return None
    if found is None:
        return None
    return Receipt(
        gateway=silent.gateway,
        gateway_id=found.gateway_id,
        status=found.status,
        sms_id=silent.id,
        attempt=silent.attempts,
        error=found.error,
        raw={"asked": found.status},
    )


async def look(means: Means, doubt: Doubt, phone: str | None, secret: str | None) -> Answer:
    """What the network says of *doubt*. Never raises."""
    network = means.networks.get(doubt.gateway)
    if network is None or phone is None or not isinstance(network.gateway, Inquiry):
        return Silent(can_be_asked=False)
    sms = Sms(
        id=doubt.id,
        attempt=doubt.attempts,
        phone=phone,
        body=doubt.body,
        segments=doubt.segments,
        secret=secret,
    )
    try:
        return await network.gateway.look(sms, since=doubt.begun_at, others=doubt.others)
    except TryLater:
        return Silent(can_be_asked=True)
    except Exception as error:
        log.error("a gateway broke", gateway=doubt.gateway, exc_info=error)
        return Silent(can_be_asked=True)


async def conclude(conn: Connection[Record], means: Means, answers: Mapping[Doubt, Answer]) -> None:
    """What was found is a receipt like any other; what was not is sent again, or stays open."""
    now = means.now()
    verdicts = {}
    for doubt, answer in answers.items():
        if isinstance(answer, Found):
            await receipt_store.add_receipt(conn, as_receipt(doubt, answer), now)
        else:
            verdicts[doubt] = verdict(doubt, answer, pace=means.pace, now=now)
    still = await doubt_store.end_doubts(conn, list(verdicts.values()))
    for doubt, ended in verdicts.items():
        if doubt.id in still and (ended.state == "refused" or hopeless(doubt, answers[doubt], now)):
            await means.directory.call_instead(conn, owed_by(doubt), "unknown", at=now)


def hopeless(doubt: Doubt, answer: Answer, now: datetime) -> bool:
    """Whether somebody should call rather than wait for the network's word."""
    if isinstance(answer, Silent):
        return not answer.can_be_asked or now - doubt.begun_at >= HOPE
    return False


def verdict(doubt: Doubt, answer: Silent | None, *, pace: Pace, now: datetime) -> Verdict:
    """Ask again, later each time; or, once it is sure that nothing was taken, send again.

    A message with a code is never sent a second time: two codes open nothing.
    """
    state, failed = "unknown", False
    error = "not found" if answer is None else "no answer"
    due_at = now + min(pace.ask_after * 4 ** min(doubt.asked - 1, 8), LONGEST_WAIT)
    if answer is None and doubt.asked >= SURE:
        given_up = SECRET in doubt.body or doubt.failures >= len(WAITS)
        state, failed, due_at = "refused" if given_up else "queued", True, now
    return Verdict(
        id=doubt.id,
        attempt=doubt.attempts,
        state=state,
        error=error,
        failed=failed,
        due_at=due_at,
    )


def as_receipt(doubt: Doubt, found: Found) -> Receipt:
    return Receipt(
        gateway=doubt.gateway,
        gateway_id=found.gateway_id,
        status=found.status,
        sms_id=doubt.id,
        attempt=doubt.attempts,
        error=found.error,
        raw={"asked": found.status},
    )
