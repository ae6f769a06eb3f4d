"""What is printed when many papers change hands: the bag's label and manifest, and the lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk.papers import BagLabel, HandOverList, Layout, ListLine
from postal_service.desk.printing import hand_over_papers_store as store
from postal_service.desk.printing import prints
from postal_service.desk.printing.hand_over_papers_store import Row, Side
from tracking.custody_errors import UnknownHandOver
from tracking.custody_model import HandOver, Kind, Outcome
from tracking.stages import Keeper, Leg

NUMBER: Final = re.compile(r"BK-[0-9]{6}-[0-9]{5}")
LAYOUTS: Final[Mapping[Kind, Layout]] = {
    Kind.BAG: Layout.MANIFEST,
    Kind.COURIER: Layout.COURIER,
    Kind.AGENCY: Layout.AGENCY,
    Kind.OFFICE: Layout.BROUGHT,
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.ACCEPTED: "đã nhận",
    Outcome.MISSING: "thiếu",
    Outcome.DAMAGED: "nhận, hỏng",
    Outcome.DECLINED: "không nhận",
    Outcome.RECALLED: "thu hồi",
}
KINDS: Final[Mapping[tuple[Leg, bool], str]] = {
    (Leg.FORWARD, False): "Hồ sơ",
    (Leg.SUPPLEMENT, False): "Bổ sung",
    (Leg.ORIGINALS, False): "Bản gốc thu hồi",
    (Leg.RESULT, True): "Kết quả",
    (Leg.RESULT, False): "Kết quả trả lại",
    (Leg.BACK, True): "Giấy tờ trả lại",
    (Leg.BACK, False): "Giấy tờ trả cơ quan",
}


class Found(Struct, frozen=True, kw_only=True):
    """A list with its lines and the names of both sides."""

    hand_over: HandOver
    rows: list[Row]
    giver: Side
    taker: Side
    offered_by: str
    office: str


async def find(conn: Connection[Record], number: str, staff: Staff) -> Found:
    """The list, for its two sides and the giver's office. Raises UnknownHandOver."""
    actor = staff.actor
    own = {
        Keeper.COURIER: actor.person,
        Keeper.OFFICE: actor.office,
        Keeper.AGENCY: actor.agency,
    }[actor.keeper]
    printed_so = NUMBER.fullmatch(number) is not None
    found = await store.list_by_number(conn, number, actor.keeper, own or 0) if printed_so else None
    if found is None:
        raise UnknownHandOver(number[:40])
    by = await store.side(conn, Keeper.COURIER, found.offered_by)
    office = await store.side(conn, Keeper.OFFICE, found.office_id)
    return Found(
        hand_over=found,
        rows=await store.rows(conn, found.id),
        giver=await store.side(conn, found.giver_kind, found.giver_id),
        taker=await store.side(conn, found.taker_kind, found.taker_id),
        offered_by=by.name,
        office=office.name,
    )


def bag_label(found: Found) -> BagLabel:
    """The label of a bag. Raises UnknownHandOver for any other list: it has no bag."""
    bag = found.hand_over
    if bag.seal is None:
        raise UnknownHandOver(bag.number)
    return BagLabel(
        number=bag.number,
        seal=bag.seal,
        giver=found.giver.name,
        taker=found.taker.name,
        count=bag.dispatched,
        closed_at=bag.offered_at,
    )


def manifest(found: Found) -> HandOverList:
    """The manifest of a bag. Raises UnknownHandOver for any other list."""
    if found.hand_over.kind is not Kind.BAG:
        raise UnknownHandOver(found.hand_over.number)
    return printed(found)


def printed(found: Found) -> HandOverList:
    """The list in the layout of its kind; what was recalled is no longer on it."""
    hand_over = found.hand_over
    layout = LAYOUTS[hand_over.kind]
    lines = [row for row in found.rows if row.outcome is not Outcome.RECALLED]
    return HandOverList(
        layout=layout,
        authority=prints.AUTHORITY,
        office=found.office,
        number=hand_over.number,
        at=hand_over.offered_at,
        giver=with_office(found.giver),
        taker=with_office(found.taker),
        giver_signs=found.offered_by,
        taker_signs=found.taker.name if hand_over.taker_kind is Keeper.COURIER else "",
        seal=hand_over.seal,
        lines=tuple(line_of(row, rank) for rank, row in enumerate(lines, start=1)),
    )


def with_office(side: Side) -> str:
    return f"{side.name}, {side.office}" if side.office else side.name


def line_of(row: Row, ordinal: int) -> ListLine:
    said = OUTCOMES[row.outcome] if row.outcome else ""
    return ListLine(
        ordinal=ordinal,
        s10=row.s10,
        ref=row.ref,
        kind=KINDS.get((row.leg, row.homebound), "Bưu gửi"),
        agency_code=row.agency_code,
        agency=row.agency,
        originals=row.originals,
        to=door(row) if row.homebound else f"{row.agency}, {row.agency_address}",
        collect_vnd=row.collect_vnd if row.homebound else 0,
        outcome=f"{said}: {row.reason}" if said and row.reason else said,
    )


def door(row: Row) -> str:
    """Where the courier goes: whom he asks for, where, and what helps to find it."""
    note = f" ({row.note})" if row.note else ""
    return f"{row.name}, {row.address}{note}"


async def results(conn: Connection[Record], staff: Staff, *, now: datetime) -> HandOverList:
    """What lies ready on the officer's desk, for the courier to take against a signature."""
    agency = await store.side(conn, Keeper.AGENCY, staff.agency_id or 0)
    rows = await store.ready_rows(conn, staff.agency_id or 0)
    takers = sorted({row.agency for row in rows})
    return HandOverList(
        layout=Layout.RESULTS,
        authority=agency.name,
        office="Bộ phận Một cửa",
        number=f"KQ-{now:%y%m%d-%H%M}",
        at=now,
        giver=agency.name,
        taker=", ".join(takers) or "bưu điện",
        giver_signs=staff.full_name,
        lines=tuple(line_of(row, row.ordinal) for row in rows),
    )
