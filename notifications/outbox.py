"""From the register to messages that are to leave; ``sending.py`` takes them from here."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Final

import structlog
from asyncpg import Connection, Record
from msgspec import Struct

from notifications import supersede, templates
from notifications.errors import NotificationError
from notifications.gateway import Directory, Owed
from notifications.messages import fill, measure
from notifications.situations import WITH_ORIGINALS, Telling, send_after, valid_until
from notifications.store import Draft, Version
from tracking import journey
from tracking.errors import TrackingError

log = structlog.get_logger()

LISTENER: Final = "sms"
NEWS_AT_ONCE: Final = 100

#: A fact that is missing or not what its template takes: that message cannot be written.
UNFIT: Final = (NotificationError, TrackingError, LookupError, TypeError, ValueError)


async def draft(conn: Connection[Record], *, directory: Directory, now: datetime) -> int:
    """Turn what is new in the register into messages, calls to make, or silence.

    Taking the news and writing the drafts share a transaction: a crash between
    them leaves both undone. Returns how many pieces of news were dealt with.
    """
    heard = await journey.take_news(conn, LISTENER, NEWS_AT_ONCE)
    texts = await templates.current(conn) if heard else {}
    tellings = await supersede.worth_telling(conn, heard, directory=directory, now=now)
    people = {
        to
        for telling in tellings
        for to in (telling.to, telling.news.applicant_id, telling.news.receiver_id)
        if to is not None
    }
    reached = set(await directory.phones(conn, people)) if people else set()
    pen = Pen(texts=texts, directory=directory, reached=reached, now=now)
    drafts = []
    for telling in tellings:
        news, key = telling.news, telling.key
        owed = Owed(event_id=news.event_id, dossier_id=news.dossier_id, situation=key)
        try:
            written = await write(conn, telling, pen)
        except UNFIT as error:
            # One dossier's bad fact must not keep every other citizen waiting.
            log.error("message not written", event_id=news.event_id, situation=key, exc_info=error)
            await directory.call_instead(conn, owed, "no_text", at=now)
            continue
        if written is None:
            await directory.call_instead(conn, owed, "no_phone", at=now)
        else:
            drafts.append(written)
    await supersede.add(conn, drafts, directory=directory, now=now)
    return len(heard)


class Pen(Struct, frozen=True, kw_only=True):
    """What a message is written with; *reached* are those who have a telephone for it."""

    texts: templates.Texts
    directory: Directory
    reached: Set[int]
    now: datetime


async def write(conn: Connection[Record], telling: Telling, pen: Pen) -> Draft | None:
    """The message of *telling*, or none where there is no phone to tell it to.

    Raises one of UNFIT where the text cannot be made.
    """
    news, key = telling.news, telling.key
    known = await pen.directory.known(conn, news, key)
    template: Version = pen.texts[WITH_ORIGINALS.get(key, key) if known.originals else key]
    addressed = news.applicant_id if template.recipient == "applicant" else news.receiver_id
    to = telling.to or addressed
    if to not in pen.reached:
        return None
    body = fill(template, known.values)
    after = send_after(key, pen.now)
    return Draft(
        event_id=news.event_id,
        dossier_id=news.dossier_id,
        recipient_id=to,
        template=template.key,
        version=template.version,
        body=body,
        segments=measure(body).segments,
        drafted_at=pen.now,
        send_after=after,
        valid_until=valid_until(key, after),
    )
