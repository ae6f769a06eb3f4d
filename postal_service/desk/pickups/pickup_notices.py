"""What the citizen behind an order is told: a code, that it is noted, that somebody comes, or not.

An order has no dossier, so none of this is news of the register: each line of its history owes a
look (``pickup_news``), and the look writes the message, or ends one that has stopped being true.
Where no message can be, the office's list says that somebody has to call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

import structlog
from asyncpg import Connection, Record

from notifications import order_store, templates
from notifications.errors import NotificationError
from notifications.gateway import Directory
from notifications.messages import fill, measure, short_day, short_time
from notifications.order_store import OrderDraft
from notifications.situations import KEEPS, MORNING, send_after
from postal_service.clock import VIETNAM
from postal_service.desk import tasks
from postal_service.desk.citizen.directory_words import SHORT_REASONS, short_office
from postal_service.desk.pickups import pickup_look_store as store
from postal_service.desk.pickups.pickup_look_store import News
from postal_service.desk.pickups.pickup_moves import Act, State
from postal_service.desk.pickups.pickup_public import CODE_LASTS, code_of
from postal_service.desk.tasks import Kind, NewTask

log = structlog.get_logger()

AT_ONCE: Final = 100
CODE: Final = "pickup_code"
COMES: Final = "pickup_scheduled"
#: The text for each act; what is not here tells nothing, and may still end what was to be told.
TEXTS: Final[Mapping[Act, str]] = {
    Act.SEND_CODE: CODE,
    Act.CONFIRM: "pickup_ordered",
    Act.ORDER: "pickup_ordered",
    Act.ACCEPT: COMES,
    Act.REFUSE: "pickup_refused",
    Act.MISS: "pickup_failed",
    Act.FAIL: "pickup_failed",
}
EVERY: Final = tuple({*TEXTS.values()})
#: That it is noted stays true when a courier is named.
NAMED_ANEW: Final = (CODE, COMES, "pickup_failed")
#: Codes that one telephone gets in a day, however often a page asks.
CODES_A_DAY: Final = 5
DAY: Final = timedelta(days=1)


async def draft(conn: Connection[Record], *, directory: Directory, now: datetime) -> int:
    """Write what citizens are to be told of their orders. Returns how many lines were looked at.

    Taking a line and writing its message share a transaction.
    """
    heard = await store.take_news(conn, AT_ONCE, now - DAY)
    if not heard:
        return 0
    texts = await templates.current(conn)
    reached = await directory.phones(conn, {news.party_id for news in heard})
    drafts = []
    asked: Counter[str] = Counter()  # codes of this batch, by number
    for news in heard:
        over = NAMED_ANEW if news.act is Act.ACCEPT else EVERY
        await order_store.overtake(conn, await store.lines_before(conn, news), over, now)
        number = reached.get(news.party_id)
        written = write(news, texts, now) if number else None
        if number is None or written is None:
            continue
        if written.template == CODE:
            if news.codes_today + asked[number] >= CODES_A_DAY:
                continue
            asked[number] += 1
        drafts.append(written)
    await order_store.add(conn, newest(heard, drafts))
    await put_on_list(conn, heard, now)
    return len(heard)


async def put_on_list(conn: Connection[Record], heard: Sequence[News], now: datetime) -> None:
    """Have the office see to what is new, and take off its list what somebody has seen to."""
    for news in heard:
        before = [cause_of(line) for line in await store.lines_before(conn, news)]
        await store.close_tasks(conn, before, now)
        if news.state is State.NEW:
            text = (
                f"Yêu cầu đón hồ sơ {news.number} ngày {news.day:%d/%m/%Y}: chọn bưu tá, "
                "hoặc từ chối và nói lý do, ở trang «Đón tại nhà»."
            )
            new = NewTask(
                kind=Kind.FETCH_PICK_UP,
                cause=cause_of(news.event_id),
                text_vi=text,
                office_id=news.office_id,
                opened_at=now,
            )
            await tasks.open_(conn, new)


def cause_of(event_id: int) -> str:
    return f"pickup_event:{event_id}"


def newest(heard: Sequence[News], drafts: Sequence[OrderDraft]) -> list[OrderDraft]:
    """Without what a later line heard at once has made untrue."""
    order_of = {news.event_id: news.pickup_id for news in heard}
    ends = {
        news.pickup_id: news.event_id
        for news in heard
        if news.act in (Act.REFUSE, Act.MISS, Act.FAIL, Act.CANCEL, Act.COLLECT)
    }
    return [d for d in drafts if d.order_event_id >= ends.get(order_of[d.order_event_id], 0)]


def write(news: News, texts: templates.Texts, now: datetime) -> OrderDraft | None:
    """The message of one line; none where there is nothing to say, or no text may leave."""
    key = key_of(news)
    if key is None:
        return None
    try:
        text = texts[key]
        body = fill(text, values(news))
    except (NotificationError, LookupError) as error:
        log.error("message not written", order_event_id=news.event_id, key=key, exc_info=error)
        return None
    after, until = times(key, news, now)
    return OrderDraft(
        order_event_id=news.event_id,
        recipient_id=news.party_id,
        template=text.key,
        version=text.version,
        body=body,
        segments=measure(body).segments,
        drafted_at=now,
        send_after=after,
        valid_until=until,
    )


def key_of(news: News) -> str | None:
    if news.act is Act.ORDER and news.state is State.ASKED:
        return CODE
    return TEXTS.get(news.act)


def times(key: str, news: News, now: datetime) -> tuple[datetime, datetime]:
    """From when it may leave, and until when it is true. That he comes is said on the day."""
    if key == CODE:
        return now, news.at + CODE_LASTS
    if key == COMES:
        midnight = datetime.combine(news.day, time(), VIETNAM)
        morning = datetime.combine(news.day, MORNING, VIETNAM)
        return max(now, morning), midnight + DAY
    after = send_after(key, now)
    return after, after + KEEPS


def values(news: News) -> dict[str, str]:
    """What a text may ask for; the texts are registered with these names."""
    known = {
        "ref": news.number,
        "date": short_day(news.day),
        "time": short_time(news.at),
        "po": short_office(news.office),
        "hotline": news.hotline,
    }
    if news.courier is not None:
        known["name"] = news.courier
    if news.courier_phone is not None:
        known["phone"] = "0" + news.courier_phone.removeprefix("+84")
    if news.reason is not None:
        known["reason"] = SHORT_REASONS.get(news.reason, "lý do khác")
    return known


async def secret(conn: Connection[Record], key: bytes, event_id: int) -> str | None:
    """The code of the line; none once it opens nothing any more."""
    return code_of(key, event_id) if await store.still_coded(conn, event_id) else None
