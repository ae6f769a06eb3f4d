"""What the messages ask the desk: offices, money, couriers' names, citizens' phones."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from asyncpg import Connection, Record

from notifications.gateway import Known, Owed, Why
from notifications.messages import long_time, short_day, short_time, vnd
from postal_service.clock import VIETNAM
from postal_service.desk import agencies, delivery, offices, promise
from postal_service.desk import directory_store as store
from postal_service.desk.directory_store import Facts
from tracking import slip
from tracking.model import News

#: Vietnam Post's rule: 15 days in towns and 30 in the country, from the first
#: invitation. The shorter one is promised to everybody.
HELD: Final = timedelta(days=15)
#: Poste restante: the citizen chose to fetch it.
HELD_BY_CHOICE: Final = timedelta(days=45)
#: Reasons in the 24 letters a message has room for; cut short they would say something else.
SHORT_REASONS: Final[Mapping[str, str]] = {
    "DF01": "địa chỉ chưa đúng",
    "DF02": "đã đổi địa chỉ",
    "DF03": "không gặp người nhận",
    "DF04": "vắng nhà",
    "DF05": "không gọi được",
    "DF06": "đã mời hai lần",
    "DF07": "người nhận từ chối",
    "DF08": "chưa trả tiền phải thu",
    "DF09": "thiếu giấy tờ tùy thân",
    "DF10": "thiếu giấy ủy quyền",
    "DF11": "thiếu bản gốc nộp lại",
    "DF12": "hẹn giờ khác",
    "DF13": "nhận tại bưu cục",
    "DF14": "nơi nhận đóng cửa",
    "DF15": "thiên tai",
    "DF16": "xe hỏng hoặc hết giờ",
    # the phone may be in the family's hands
    "DF17": "không gặp người nhận",
    "DF18": "sai tuyến phát",
    "DF19": "bao bì không nguyên",
}
#: What the clerk has to say on the telephone.
TO_SAY: Final[Mapping[str, str]] = {
    "accepted": "bưu cục đã nhận hồ sơ",
    "handed_to_agency": "hồ sơ đã bàn giao cho cơ quan",
    "received_by_agency": "cơ quan đã tiếp nhận hồ sơ và hẹn ngày trả",
    "supplement_required": "cơ quan yêu cầu bổ sung giấy tờ",
    "supplement_received": "cơ quan đã nhận bổ sung và hẹn lại ngày trả",
    "refused": "cơ quan không tiếp nhận hồ sơ",
    "result_collected": "bưu điện đã nhận kết quả để phát",
    "result_collected_originals": "bưu điện đã nhận kết quả; khi nhận phải nộp lại bản gốc",
    "result_at_counter": "kết quả chờ nhận tại bưu cục",
    "out_for_delivery": "hôm nay bưu tá phát kết quả",
    "attempt_failed": "chưa phát được kết quả",
    "delivered": "kết quả đã giao",
}
WHY: Final[Mapping[Why, str]] = {
    "no_phone": "Không có số điện thoại nhận được tin nhắn",
    "no_text": "Tin nhắn thiếu dữ kiện nên không soạn được",
    "refused": "Mạng điện thoại không nhận tin",
    "unknown": "Không rõ tin nhắn đã gửi được chưa",
}
OFFICE_WORDS: Final = (
    (re.compile(r"^(Bưu cục|BC\.?)\s+"), "BC "),
    (re.compile(r"^Bưu điện\s+"), "BĐ "),
    (re.compile(r"Trung tâm (tỉnh|thành phố|huyện)\s+"), "TT "),
)


class DeskDirectory:
    """The directory of the register's own database."""

    async def known(self, conn: Connection[Record], news: News, situation: str) -> Known:
        """Every placeholder that has a value for *news*.

        Raises TrackingError where the calendars cannot tell a day.
        """
        reason = news.facts.get("reason")
        facts = await store.facts_of(
            conn,
            news.dossier_id,
            consignment_id=news.consignment_id,
            person_id=news.person_id,
            reason=reason if isinstance(reason, str) else None,
            event_id=news.event_id,
        )
        day = await named_day(conn, news, situation, facts)
        values = {**of_the_dossier(news, facts), **of_the_event(news, facts)}
        if day is not None:
            values["date"] = short_day(day)
        return Known(values=values, originals=bool(facts.originals))

    async def phone(self, conn: Connection[Record], party_id: int) -> str | None:
        """The party's number where it takes messages."""
        return await store.phone_for_sms(conn, party_id)

    async def call_instead(
        self, conn: Connection[Record], owed: Owed, why: Why, *, at: datetime
    ) -> None:
        """Open a task at the dossier's office: one an event, whatever goes wrong how often."""
        text = f"Gọi báo người dân: hồ sơ {{code}}, {TO_SAY[owed.situation]}. {WHY[why]}."
        cause = f"event:{owed.event_id}"
        await store.open_call(conn, owed.dossier_id, cause, text=text, at=at)


async def numbers(conn: Connection[Record], party_ids: Collection[int]) -> dict[int, str]:
    """The telephones of *party_ids* as they are dialled, where they have one."""
    found = await store.phones_of(conn, sorted(party_ids))
    return {party.id: national(party.phone) for party in found if party.phone is not None}


def of_the_dossier(news: News, facts: Facts) -> dict[str, str]:
    """What holds for every message of one dossier."""
    values = {
        "ref": news.ref,
        "code": news.agency_code or news.ref,
        "agency": facts.agency,
        "po": short_office(facts.office),
        "hotline": facts.hotline,
    }
    money = {
        "fee": facts.state_fee_vnd,
        "post": facts.postage_out_vnd,
        "amt": facts.postage_back_vnd,
    }
    values |= {name: vnd(sum_vnd) for name, sum_vnd in money.items() if sum_vnd is not None}
    if news.s10 is not None:
        values["s10"] = news.s10
    if news.due_at is not None:
        values["datetime"] = long_time(news.due_at)
    return values


def of_the_event(news: News, facts: Facts) -> dict[str, str]:
    """What only this event says."""
    values = {"time": short_time(news.at)}
    if facts.given_name is not None:
        values["name"] = facts.given_name
    if facts.person_phone is not None:
        values["phone"] = national(facts.person_phone)
    if (papers := news.facts.get("papers")) is not None:
        values["n"] = str(papers if isinstance(papers, int) else len(papers))
    if (reason := news.facts.get("reason")) is not None:
        values["reason"] = SHORT_REASONS.get(reason) or facts.reason or "lý do khác"
    if (relation := news.facts.get("relation")) is not None:
        values["relation"] = delivery.RELATIONS.get(relation, "người nhận thay")
    return values


async def named_day(
    conn: Connection[Record], news: News, situation: str, facts: Facts
) -> date | None:
    """The day that the message of *situation* names, if it names one."""
    today = news.at.astimezone(VIETNAM).date()
    match situation:
        case "supplement_required":
            return today
        case "refused" | "result_collected":
            return await promised_day(conn, news)
        case "result_at_counter":
            return today + HELD_BY_CHOICE
        case "attempt_failed":
            first = facts.first_missed_at or news.at
            return first.astimezone(VIETNAM).date() + HELD
    return None


async def promised_day(conn: Connection[Record], news: News) -> date | None:
    """The day every screen promised when it happened: papers home, a result at the door."""
    whole = await slip.by_ref(conn, news.ref)
    if whole is None:
        return None
    office = await offices.get(conn, news.office_id)
    agency = await agencies.get(conn, news.agency_id)
    way = await promise.way_home(conn, whole, office, agency, now=news.at)
    decided_at = whole.dossier.processed_at or news.at
    today = promise.day_of(news.at)
    day = way.home(decided_at)
    return way.post.add_days(today, 1) if today > day else day


def short_office(name: str) -> str:
    """An office as a message names it: "BC TT Đà Lạt"."""
    for long, short in OFFICE_WORDS:
        name = long.sub(short, name)
    return name


def national(e164: str) -> str:
    """+84590000001 as it is dialled at home: 0590000001."""
    return "0" + e164.removeprefix("+84")
