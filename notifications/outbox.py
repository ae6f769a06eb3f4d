"""From the register to messages that are to leave; ``sending.py`` takes them from here."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from asyncpg import Connection, Record

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
    drafts = []
    for telling in await supersede.worth_telling(conn, heard, directory=directory, now=now):
        news, key = telling.news, telling.key
        owed = Owed(event_id=news.event_id, dossier_id=news.dossier_id, situation=key)
        try:
            written = await write(conn, telling, texts=texts, directory=directory, now=now)
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


async def write(
    conn: Connection[Record],
    telling: Telling,
    *,
    texts: templates.Texts,
    directory: Directory,
    now: datetime,
) -> Draft | None:
    """The message of *telling*, or none where there is no phone to tell it to.

    Raises one of UNFIT where the text cannot be made.
    """
    news, key = telling.news, telling.key
    known = await directory.known(conn, news, key)
    template: Version = texts[WITH_ORIGINALS.get(key, key) if known.originals else key]
    addressed = news.applicant_id if template.recipient == "applicant" else news.receiver_id
    to = telling.to or addressed
    if await directory.phone(conn, to) is None:
        return None
    body = fill(template, known.values)
    after = send_after(key, now)
    return Draft(
        event_id=news.event_id,
        dossier_id=news.dossier_id,
        recipient_id=to,
        template=template.key,
        version=template.version,
        body=body,
        segments=measure(body).segments,
        drafted_at=now,
        send_after=after,
        valid_until=valid_until(key, after),
    )
