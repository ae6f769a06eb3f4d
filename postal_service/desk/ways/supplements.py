"""Papers an agency asked for, taken at any counter against its open request.

The request is the list: what stands on it is counted, nothing else can be taken, and so nothing
else can be demanded. A counter that has no stake in the dossier reads the request by the code on
the citizen's receipt, and takes its stake with the papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk import shelf
from postal_service.desk.bounces import bounce_fee_store
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Findings, Incomplete
from postal_service.desk.intake_rules import HEAVIEST_G
from postal_service.desk.money import charges, collect, transfers
from postal_service.desk.money.model import Kind, Means, Moment, NewCharge, Press
from postal_service.desk.published import agencies, offices, tariffs
from postal_service.desk.published.procedures import Service
from postal_service.desk.ways import supplement_store as store
from postal_service.desk.ways.supplement_store import Carried, Count, Request, Sheet, Wanted
from tracking import identifiers, journey, slip, supplements
from tracking.errors import UnknownConsignment, UnknownDossier
from tracking.stages import Leg
from tracking.supplements import Bringing

__all__ = ["Carried", "Count", "Request", "Sheet", "Wanted"]

#: What an envelope with a few papers weighs, before anybody has laid it on the scales.
USUAL_G: Final = 100
MOST: Final = 99


class NothingAsked(DeskError):
    """No request stands behind this code; whether there is a dossier is not told."""

    def __init__(self) -> None:
        super().__init__(
            "Không có yêu cầu bổ sung nào đang mở với mã này: người dân không phải nộp thêm gì. "
            "Hồ sơ nhận ở bưu cục khác: quét mã tra cứu trên biên nhận.",
            "No request for papers stands behind this code: nothing more need be brought. A "
            "dossier of another office is found by the tracking code on the receipt.",
        )


class AllBrought(DeskError):
    """Everything that was asked for is on its way, or there."""

    def __init__(self) -> None:
        super().__init__(
            "Đã nhận đủ giấy tờ cơ quan yêu cầu. Chờ cơ quan xác nhận, không nhận thêm.",
            "Everything the agency asked for was taken already. Wait for the agency's word.",
        )


class FormReused(DeskError):
    """One form came twice, with two contents."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Trang này đã lưu bưu gửi {s10} với nội dung khác. Quét lại biên nhận.",
            f"This page already saved item {s10} with another content. Scan the receipt again.",
        )


class Entry(Struct, frozen=True, kw_only=True):
    """The form as typed: by the request's ordinal, the three counts."""

    form_id: UUID
    code: str
    counts: Mapping[int, tuple[str, str, str]]
    weight_g: str = str(USUAL_G)
    insists: bool = False  #: the citizen wants it sent though not all is there
    means: Means = Means.CASH


class Taken(Struct, frozen=True, kw_only=True):
    """What the register gave it; ``again`` where a second press found the first's."""

    s10: str
    again: bool = False


async def find(conn: Connection[Record], code: str, *, office_id: int) -> Request:
    """The open request behind a scanned or typed code; it changes nothing.

    Any counter may read the code on the receipt; another number names only what is this office's
    business already. Raises NothingAsked, UnreadableScan, BadIdentifier, NotYetEntered.
    """
    found = await store.asked(conn, await tracking_code_of(conn, code, office_id))
    if found is None:
        raise NothingAsked
    return found


async def tracking_code_of(conn: Connection[Record], code: str, office_id: int) -> str:
    """Raises NothingAsked where the number is none of this office's business, and as find does."""
    scanned = identifiers.written_in(code)
    if identifiers.recognise(scanned) == "tracking_code":
        return identifiers.parse_tracking_code(scanned)
    try:
        ref = await shelf.ref_of(conn, scanned, office_id)
    except UnknownDossier:
        raise NothingAsked from None
    found = await slip.by_ref(conn, ref)
    if found is None or not shelf.concerns(found, office_id):
        raise NothingAsked
    return found.dossier.tracking_code


async def price(
    conn: Connection[Record], request: Request, weight_g: int, *, office_id: int, now: datetime
) -> int:
    """What carrying it from this counter to the agency costs. Raises NoTariff.

    Nothing, where the post's own fault made it necessary and the rule of the day says so.
    """
    if await bounce_fee_store.way_free(conn, request.request_id, day_of(now)):
        return 0
    office = await offices.get(conn, office_id)
    agency = await agencies.get(conn, request.agency_id)
    zone = await tariffs.zone_between(conn, office, agency, day_of(now))
    return await tariffs.price(
        conn,
        zone=zone,
        service=Service.SEND,
        weight_g=weight_g,
        with_collection=False,
        day=day_of(now),
    )


def check(entry: Entry, request: Request) -> tuple[dict[int, Count], int, bool]:
    """The counts without empty lines, the weight, and whether something is left out. Pure.

    Raises Incomplete with everything that is wrong at once.
    """
    found, counts = Findings(), {}
    for paper in request.papers:
        count = read_count(paper, entry.counts.get(paper.ordinal, ("", "", "")), found)
        if count.total:
            counts[paper.ordinal] = count
    if set(entry.counts) - {paper.ordinal for paper in request.papers}:
        found.add(
            "papers",
            "Chỉ nhận giấy tờ cơ quan đã yêu cầu. Quét lại biên nhận.",
            "Only what the agency asked for is taken. Scan the receipt again.",
        )
    if not counts and not found.problems:
        found.add("papers", "Chưa đếm giấy tờ nào.", "No paper has been counted.")
    short = [missing for paper in request.papers if (missing := lacking(paper, counts))]
    if short and counts and not entry.insists:
        found.add(
            "insists",
            f"Còn thiếu: {'; '.join(short)}. Hướng dẫn người dân; nếu vẫn muốn gửi phần đã có, "
            "đánh dấu ô «Gửi trước phần đã có».",
            f"Missing: {'; '.join(short)}. Tell the citizen; if part is to be sent now, tick the "
            "box for it.",
        )
    weight = int(entry.weight_g) if whole(entry.weight_g, 6) else 0
    if not 1 <= weight <= HEAVIEST_G:
        found.add(
            "weight_g",
            f"Ghi một số từ 1 đến {HEAVIEST_G}.",
            f"Write a number from 1 to {HEAVIEST_G}.",
        )
    if found.problems:
        raise Incomplete(found.problems)
    return counts, weight, bool(short)


def read_count(paper: Wanted, typed: tuple[str, str, str], found: Findings) -> Count:
    """How many of one paper; an original nobody asked for stays with the citizen."""
    if not all(whole(each, 2) or not each for each in typed):
        found.add(
            f"paper-{paper.ordinal}",
            f"Số bản của «{paper.name}» phải là số từ 0 đến {MOST}.",
            f"The numbers of copies of “{paper.name}” lie between 0 and {MOST}.",
        )
        return Count()
    count = Count(*(int(each or 0) for each in typed))
    if count.originals > paper.left.originals:
        found.add(
            f"paper-{paper.ordinal}",
            f"Cơ quan không yêu cầu thêm bản chính «{paper.name}»: trả lại người dân giữ.",
            f"No further original of “{paper.name}” was asked for: the citizen keeps it.",
        )
    return count


def lacking(paper: Wanted, counts: Mapping[int, Count]) -> str:
    """What of one paper is still to be brought after this, in words; nothing where all is there."""
    had, left = counts.get(paper.ordinal, Count()), paper.left
    spare = max(had.certified - left.certified, 0)
    words = (
        (left.originals - had.originals, "bản chính"),
        (left.certified - had.certified, "bản chứng thực"),
        (left.photocopies - had.photocopies - spare, "bản photo"),
    )
    said = ", ".join(f"{count} {kind}" for count, kind in words if count > 0)
    return f"{paper.name} ({said})" if said else ""


def whole(text: str, longest: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= longest


async def take(conn: Connection[Record], entry: Entry, *, staff: Staff, now: datetime) -> Taken:
    """Take what was counted, give it a number and a carriage to the agency, and its price.

    Safe to repeat. The office has its stake in the dossier from here on. Raises NothingAsked,
    AllBrought, Incomplete, FormReused, NoTariff, and what supplements.bring does.
    """
    office_id = staff.office_id or 0
    code = await tracking_code_of(conn, entry.code, office_id)
    if earlier := await again(conn, entry):
        return earlier
    if not await store.admit(conn, code):
        raise NothingAsked
    request = await find(conn, code, office_id=office_id)
    await journey.dossier(conn, request.ref)
    if earlier := await again(conn, entry):  # the first press had the dossier until now
        return earlier
    request = await find(conn, code, office_id=office_id)
    if not request.left:
        raise AllBrought
    counts, weight, partial = check(entry, request)
    wish = Bringing(
        id=entry.form_id,
        ref=request.ref,
        by=staff.actor,
        at=now,
        papers=len(counts),
        partial=partial,
    )
    dossier, s10 = await supplements.bring(conn, wish, heard_at=now)
    await store.add(
        conn, entry.form_id, request.request_id, dossier.id, s10, staff.id, weight, partial
    )
    await store.add_papers(conn, entry.form_id, request.request_id, counts)
    if cost := await price(conn, request, weight, office_id=office_id, now=now):
        await charge(conn, dossier.id, cost, entry, staff, now)
    return Taken(s10=s10)


async def again(conn: Connection[Record], entry: Entry) -> Taken | None:
    """What this form brought before. Raises FormReused where it said something else."""
    found = await store.brought_by(conn, entry.form_id)
    if found is None:
        return None
    typed = {
        str(ordinal): Count(*(int(each or 0) for each in row))
        for ordinal, row in entry.counts.items()
        if all(whole(each, 2) or not each for each in row) and any(each.strip("0") for each in row)
    }
    if (found.counts, str(found.weight_g)) != (typed, entry.weight_g):
        raise FormReused(found.s10)
    return Taken(s10=found.s10, again=True)


async def charge(
    conn: Connection[Record], dossier_id: int, cost: int, entry: Entry, staff: Staff, now: datetime
) -> None:
    """Ask for the postage of this leg, and take it where it is paid in cash."""
    line = NewCharge(kind=Kind.POSTAGE_OUT, amount_vnd=cost, leg=Leg.SUPPLEMENT)
    await charges.add(conn, dossier_id, [line], person_id=staff.id, at=now)
    due = await charges.open_with(conn, dossier_id, Moment.BEFORE, Leg.SUPPLEMENT)
    if entry.means is Means.TRANSFER:
        wish = transfers.Wish(
            form_id=entry.form_id, person_id=staff.id, office_id=staff.office_id or 0, at=now
        )
        await transfers.ask_for(conn, due, wish)
        return
    press = Press(key=entry.form_id, by=staff.actor, at=now, now=now)
    await collect.pay(conn, due, press)


async def sheet(conn: Connection[Record], s10: str, *, office_id: int) -> Sheet:
    """What one bringing's papers say, at the office that took it. Raises UnknownConsignment."""
    number = identifiers.parse_s10(s10)
    found = await store.sheet_of(conn, number, office_id)
    if found is None:
        raise UnknownConsignment(number)
    return found


async def carried(conn: Connection[Record], dossier_id: int) -> list[Carried]:
    """Everything that was brought for one dossier, the first first."""
    return list(await store.carried_of(conn, dossier_id))
