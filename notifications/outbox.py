"""From the register to the citizen's phone: draft, send, and admit what is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import structlog
from asyncpg import Connection, Record

from notifications import store, templates
from notifications.errors import NotificationError
from notifications.gateway import (
    Directory,
    Gateway,
    MaybeSent,
    Owed,
    Refused,
    SenderStopped,
    Sms,
    TryLater,
    Why,
)
from notifications.messages import fill, measure
from notifications.situations import SAME_DAY, WITH_ORIGINALS, send_after, situation
from notifications.store import Claim, Draft, Outcome, Version
from tracking import journey
from tracking.errors import TrackingError
from tracking.model import News

log = structlog.get_logger()

Begin: TypeAlias = "Callable[[], AbstractAsyncContextManager[Connection[Record]]]"

LISTENER: Final = "sms"
NEWS_AT_ONCE: Final = 50
#: As many as are in the air side by side: what is claimed leaves at once.
SENT_AT_ONCE: Final = 8
LEASE: Final = timedelta(seconds=60)
#: After each failure in turn; after one more the message is given up, visibly.
WAITS: Final = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
#: How long nothing is tried for a message that met a closed account.
STOPPED: Final = timedelta(minutes=5)
#: Seconds a message about today may wait in the network.
TODAY: Final = 14_400

#: Ends after which somebody must call, and why.
CALL_AFTER: Final[Mapping[str, Why]] = {"refused": "refused", "unknown": "unknown"}

#: A fact that is missing or not what its template takes: that message cannot be written.
UNFIT: Final = (NotificationError, TrackingError, LookupError, TypeError, ValueError)


async def draft(conn: Connection[Record], *, directory: Directory, now: datetime) -> int:
    """Turn what is new in the register into messages, calls to make, or silence.

    Taking the news and writing the drafts share a transaction: a crash between
    them leaves both undone. Returns how many pieces of news were dealt with.
    """
    heard = await journey.take_news(conn, LISTENER, NEWS_AT_ONCE)
    texts = await templates.current(conn) if heard else {}
    drafts = []
    for news in heard:
        if (key := situation(news)) is None:
            continue
        owed = Owed(event_id=news.event_id, dossier_id=news.dossier_id, situation=key)
        try:
            written = await write(conn, news, key, texts=texts, directory=directory, now=now)
        except UNFIT as error:
            # One dossier's bad fact must not keep every other citizen waiting.
            log.error("message not written", event_id=news.event_id, situation=key, exc_info=error)
            await directory.call_instead(conn, owed, "no_text", at=now)
            continue
        if written is None:
            await directory.call_instead(conn, owed, "no_phone", at=now)
        else:
            drafts.append(written)
    await store.add_drafts(conn, drafts)
    return len(heard)


async def write(
    conn: Connection[Record],
    news: News,
    key: str,
    *,
    texts: templates.Texts,
    directory: Directory,
    now: datetime,
) -> Draft | None:
    """The message that tells *news*, or none where there is no phone to tell it to.

    Raises one of UNFIT where the text cannot be made.
    """
    known = await directory.known(conn, news, key)
    template: Version = texts[WITH_ORIGINALS.get(key, key) if known.originals else key]
    to = news.applicant_id if template.recipient == "applicant" else news.receiver_id
    if await directory.phone(conn, to) is None:
        return None
    body = fill(template, known.values)
    return Draft(
        event_id=news.event_id,
        dossier_id=news.dossier_id,
        recipient_id=to,
        template=template.key,
        version=template.version,
        body=body,
        segments=measure(body).segments,
        drafted_at=now,
        send_after=send_after(key, now),
    )


async def send(begin: Begin, gateway: Gateway, directory: Directory, *, now: datetime) -> int:
    """Send a batch of what is due and return its size; zero when nothing is due.

    No connection is held while the network answers.
    """
    async with begin() as conn:
        claims = await store.claim_due(conn, now, now + LEASE, SENT_AT_ONCE)
    ends = await asyncio.gather(
        *(send_one(begin, gateway, directory, claim, now=now) for claim in claims),
        return_exceptions=True,
    )
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return len(claims)


async def send_one(
    begin: Begin, gateway: Gateway, directory: Directory, claim: Claim, *, now: datetime
) -> None:
    """Send one claimed message, unless the claim has lapsed or the phone is gone."""
    async with begin() as conn:
        phone = await directory.phone(conn, claim.recipient_id)
        if phone is None:
            if await store.give_up(conn, claim, "no_phone"):
                await directory.call_instead(conn, owed_by(claim), "no_phone", at=now)
            return
        lease = now + LEASE
        if not await store.open_attempt(conn, claim, gateway.name, now=now, lease_until=lease):
            return
    outcome = await hand_over(gateway, sms_of(claim, phone), failures=claim.failures, now=now)
    async with begin() as conn:
        settled = await store.settle(conn, claim, outcome, now=now)
        if settled and (why := CALL_AFTER.get(outcome.state)):
            await directory.call_instead(conn, owed_by(claim), why, at=now)


async def hand_over(gateway: Gateway, sms: Sms, *, failures: int, now: datetime) -> Outcome:
    """Call the network and say what came of it."""
    try:
        gateway_id = await gateway.send(sms)
    except Refused as error:
        return Outcome(attempt="refused", state="refused", error=str(error))
    except SenderStopped as error:
        log.error("the network takes nothing from us", gateway=gateway.name, error=str(error))
        return Outcome(attempt="later", state="queued", error=str(error), retry_at=now + STOPPED)
    except TryLater as error:
        if failures == len(WAITS):
            return Outcome(attempt="later", state="refused", error=str(error), failed=True)
        return Outcome(
            attempt="later",
            state="queued",
            error=str(error),
            failed=True,
            retry_at=now + WAITS[failures],
        )
    except MaybeSent as error:
        return Outcome(attempt="unknown", state="unknown", error=str(error))
    return Outcome(attempt="sent", state="sent", gateway_id=gateway_id)


async def sweep(conn: Connection[Record], *, directory: Directory, now: datetime) -> int:
    """Admit what is not known: messages whose sender vanished in the middle of a call."""
    lapsed = await store.doubt_lapsed(conn, now)
    for claim in lapsed:
        await directory.call_instead(conn, owed_by(claim), "unknown", at=now)
    return len(lapsed)


def owed_by(claim: Claim) -> Owed:
    return Owed(event_id=claim.event_id, dossier_id=claim.dossier_id, situation=claim.template)


def sms_of(claim: Claim, phone: str) -> Sms:
    return Sms(
        id=claim.id,
        attempt=claim.attempts,
        phone=phone,
        body=claim.body,
        segments=claim.segments,
        valid_for=TODAY if claim.template in SAME_DAY else None,
    )
