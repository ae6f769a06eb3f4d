"""What the messages ask the desk: offices, money, couriers' names, citizens' phones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from asyncpg import Connection, Record

from notifications.gateway import Coded, Known, Owed, Today, Why
from notifications.messages import long_time, short_day, short_time, vnd
from notifications.situations import MUST_ACT
from postal_service.clock import VIETNAM
from postal_service.desk.citizen import directory_store as store
from postal_service.desk.citizen import promise
from postal_service.desk.citizen.directory_store import Facts
from postal_service.desk.citizen.directory_words import (
    ABOUT,
    AT_HOME,
    PAPERS_COME,
    PAY_AT,
    SHORT_REASONS,
    TO_SAY,
    WHY,
    short_office,
)
from postal_service.desk.door import delivery as door
from postal_service.desk.door import holding
from postal_service.desk.pickups import pickup_notices
from postal_service.desk.published import agencies, offices
from tracking import delivery, reminders, slip
from tracking.model import News
from tracking.stages import Act


class DeskDirectory:
    """The directory of the register's own database.

    *key* makes the receivers' codes; a number gets *most_a_day* messages.
    """

    def __init__(self, key: bytes, *, most_a_day: int = 20) -> None:
        self._key = key
        self._most_a_day = most_a_day

    async def known(self, conn: Connection[Record], news: News, situation: str) -> Known:
        """Every placeholder that has a value for *news*.

        Raises TrackingError where the calendars cannot tell a day.
        """
        reason = news.facts.get("reason")
        facts = await store.facts_of(
            conn,
            news.dossier_id,
            person_id=news.person_id,
            reason=reason if isinstance(reason, str) else None,
            event_id=news.event_id,
        )
        day = await named_day(conn, news, situation, facts)
        values = {**of_the_dossier(news, facts), **of_the_event(news, facts)}
        if day is not None:
            values["date"] = short_day(day)
        if situation in PAPERS_COME and news.papers_back == "home":
            values["po"] = AT_HOME
        if news.act is Act.TRANSFER:
            values["agency"] = (await agencies.get(conn, news.facts["to"])).sms_name
        if news.act is Act.UNDO and (never := await store.mistaken(conn, news.event_id)):
            values |= {"time": short_time(never.at), "about": ABOUT[never.template]}
        return Known(values=values, originals=bool(facts.originals))

    async def phone(self, conn: Connection[Record], party_id: int) -> str | None:
        """The party's number where it takes messages, and nobody there asked for none."""
        return (await self.phones(conn, [party_id])).get(party_id)

    async def phones(
        self, conn: Connection[Record], party_ids: Collection[int]
    ) -> Mapping[int, str]:
        """The numbers of those who may get messages now."""
        found = await store.phones_for_sms(conn, sorted(party_ids))
        return {party.id: party.phone for party in found if party.phone is not None}

    async def secret(self, conn: Connection[Record], message: Coded) -> str | None:
        """The code for the courier who has the paper out; none once he has not.

        Of an order on the public page: what its telephone answers with, while it waits.
        """
        if message.order_event_id is not None:
            return await pickup_notices.secret(conn, self._key, message.order_event_id)
        if message.event_id is None:
            return None
        errand = await store.errand_of(conn, message.event_id)
        if errand is None:
            return None
        return delivery.delivery_code(
            self._key, errand.consignment_id, errand.attempt, errand.courier_id
        )

    async def call_instead(
        self, conn: Connection[Record], owed: Owed, why: Why, *, at: datetime
    ) -> None:
        """Open a task at the dossier's office: one an event, whatever goes wrong how often.

        Who asked for no messages is called only where there is something to do. Of an order the
        office's own list says that its message did not arrive.
        """
        if owed.event_id is None or owed.dossier_id is None:
            return
        text = f"Gọi báo người dân: hồ sơ {{code}}, {TO_SAY[owed.situation]}. {WHY[why]}."
        await store.open_call(
            conn,
            owed.dossier_id,
            cause_of(owed.event_id),
            text=text,
            at=at,
            urgent=owed.situation in MUST_ACT,
        )

    async def take_back(
        self, conn: Connection[Record], undone: Mapping[int, int], *, at: datetime
    ) -> None:
        """Close the calls about events that never were; where one was made, ask for another."""
        undoing = {cause_of(event): undoer for event, undoer in undone.items()}
        for call in await store.withdraw_calls(conn, list(undoing), at):
            if call.made:
                owed = Owed(
                    event_id=undoing[call.cause],
                    dossier_id=call.dossier_id,
                    situation="correction",
                )
                await self.call_instead(conn, owed, "no_phone", at=at)

    async def told_today(
        self, conn: Connection[Record], party_ids: Collection[int], at: datetime
    ) -> Mapping[int, Today]:
        """What each party's number has got, or will, on the local day of *at*."""
        morning = datetime.combine(at.astimezone(VIETNAM).date(), time(), VIETNAM)
        counts = await store.told_since(
            conn, sorted(party_ids), morning, morning + timedelta(days=1)
        )
        return {
            count.party_id: Today(handset=count.handset, left=self._most_a_day - count.messages)
            for count in counts
        }


def cause_of(event_id: int) -> str:
    """What a task names as its cause."""
    return f"event:{event_id}"


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
        "amt": facts.collect_vnd,
    }
    values |= {name: vnd(sum_vnd) for name, sum_vnd in money.items()}
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
    if (owed := news.facts.get("amount")) is not None:
        values["owed"] = vnd(owed)
    if place := PAY_AT.get(str(news.facts.get("channel"))):
        values["po"] = place
    if (invitation := news.facts.get("invitation")) is not None:
        values["n"] = str(invitation)
    if (reason := news.facts.get("reason")) is not None:
        values["reason"] = SHORT_REASONS.get(reason) or facts.reason or "lý do khác"
    if (relation := news.facts.get("relation")) is not None:
        values["relation"] = door.RELATIONS.get(relation, "người nhận thay")
    return values


async def named_day(
    conn: Connection[Record], news: News, situation: str, facts: Facts
) -> date | None:
    """The day that the message of *situation* names, if it names one."""
    match situation:
        case "supplement_required" | "returned_to_agency":
            return promise.day_of(news.at)
        case "financial_duty":
            return date.fromisoformat(news.facts["pay_by"])
        case "refused" | "withdrawn" | "stopped" | "result_collected" | "papers_collected":
            return await promised_day(conn, news)
        case "delayed":
            return date.fromisoformat(news.facts["until"])
        case "result_at_counter" | "attempt_failed" | "papers_missed" | "invitation_2":
            return await last_day(conn, news, facts.office_id)
    return None


async def last_day(conn: Connection[Record], news: News, office_id: int) -> date:
    """The last day the office keeps it: from the first invitation, which this may be."""
    dossier = await reminders.dossier_of(conn, news.ref)
    terms = await holding.terms_for(conn, await offices.get(conn, office_id), dossier)
    lines = await reminders.lines_of(conn, news.consignment_id or 0)
    until = delivery.held_until(delivery.history_of(lines), terms)
    return until or promise.day_of(news.at) + timedelta(days=terms.hold_days)


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


def national(e164: str) -> str:
    """+84590000001 as it is dialled at home: 0590000001."""
    return "0" + e164.removeprefix("+84")
