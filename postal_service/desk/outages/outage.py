"""The pack in the drawer: blanks printed while there is power, entered when it is back.

Each sheet bears numbers that nobody else is given, and a mark only this house can
make. What was written by hand counts from the time on the paper; a sheet that is
neither entered nor struck is a gap, and stays on the list until somebody says
what became of it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk.intake import Blank, Entry, Findings
from postal_service.desk.outages import outage_store as store
from postal_service.desk.outages import paper_time
from postal_service.desk.outages.outage_errors import (
    MOST,
    WHY,
    BadSize,
    BadStroke,
    ForgedSheet,
    PackMade,
    SheetElsewhere,
    SheetEntered,
    SheetStruck,
    UnknownPack,
    UnknownSheet,
)
from postal_service.desk.outages.outage_store import Pack, Sheet
from postal_service.desk.watch.radar_rules import Rule, Silence
from tracking import identifiers, reserved
from tracking.model import Numbers

__all__ = ["Pack", "Sheet", "look", "make", "packs", "scanned", "sheet_for", "silences", "strike"]

#: What a scanner types off a sheet: the pack, the sheet, and the house's mark on both.
MARK: Final = re.compile(r"GS-([0-9]{1,18})-([0-9]{1,3})-([0-9A-Z]{13})")


async def make(
    conn: Connection[Record], form_id: UUID, size: int, *, staff: Staff, now: datetime
) -> int:
    """Set numbers aside for *size* blanks and return the pack's id. Safe to press twice.

    Raises PackMade, BadSize, NumbersExhausted.
    """
    if not 1 <= size <= MOST:
        raise BadSize
    office_id = staff.office_id or 0
    day = now.astimezone(VIETNAM).date()
    await store.lock_office(conn, office_id)
    if found := await store.made_by_form(conn, form_id):
        return found
    if await store.pack_of_day(conn, office_id, day):
        raise PackMade
    pack_id = await store.add_pack(
        conn, form_id, office_id=office_id, day=day, made_at=now, made_by=staff.id
    )
    numbers = await reserved.set_aside(conn, office_id, day, size)
    await store.add_sheets(conn, pack_id, [each.ref for each in numbers])
    return pack_id


async def packs(conn: Connection[Record], staff: Staff, *, now: datetime) -> list[Pack]:
    """The office's packs, the newest first, and what is missing of each."""
    return await store.packs(conn, staff.office_id or 0, now.astimezone(VIETNAM).date())


async def look(
    conn: Connection[Record], pack_id: int, office_id: int, *, now: datetime
) -> list[Sheet]:
    """Every sheet of a pack in order. Raises UnknownPack, also for another office's."""
    fits = 0 < pack_id < 2**63
    found = await store.sheets(conn, pack_id, now.astimezone(VIETNAM).date()) if fits else []
    if not found or found[0].office_id != office_id:
        raise UnknownPack
    return found


async def left(
    conn: Connection[Record], pack_id: int, office_id: int, *, now: datetime
) -> list[int]:
    """The sheets of a pack that nobody has accounted for. Raises UnknownPack."""
    sheets = await look(conn, pack_id, office_id, now=now)
    return [sheet.ordinal for sheet in sheets if sheet.state in ("blank", "gap")]


def mark(key: bytes, sheet: Sheet) -> str:
    """What the sheet's code says: pack, sheet, and 62 bits that only this house can make.

    Everything printed on the sheet is under the mark: a blank with one number changed is none.
    """
    said = (sheet.office_id, sheet.pack_id, sheet.ordinal, sheet.ref, sheet.s10)
    text = "|".join(map(str, (*said, sheet.tracking_code)))
    number = int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest())
    digits = []
    for _ in range(identifiers.RANDOM_CHARACTERS):
        number, rest = divmod(number, len(identifiers.ALPHABET))
        digits.append(identifiers.ALPHABET[rest])
    return f"GS-{sheet.pack_id}-{sheet.ordinal}-{''.join(digits)}"


def is_mark(text: str) -> bool:
    """Whether a scanned text has the form of a sheet's code."""
    return MARK.fullmatch(tidy(text)) is not None


def tidy(text: str) -> str:
    return "".join(text.split()).upper()


async def scanned(
    conn: Connection[Record], text: str, key: bytes, staff: Staff, *, now: datetime
) -> Sheet:
    """The sheet behind its scanned code; it changes nothing.

    Raises UnknownSheet, SheetElsewhere, ForgedSheet.
    """
    found = MARK.fullmatch(tidy(text))
    if found is None:
        raise UnknownSheet
    pack_id, ordinal = int(found[1]), int(found[2])
    try:
        sheets = await look(conn, pack_id, staff.office_id or 0, now=now)
    except UnknownPack:
        elsewhere = await store.office_of_pack(conn, pack_id) if pack_id < 2**63 else None
        raise (SheetElsewhere(elsewhere) if elsewhere else ForgedSheet()) from None
    sheet = next((each for each in sheets if each.ordinal == ordinal), None)
    if sheet is None or not hmac.compare_digest(mark(key, sheet), tidy(text)):
        raise ForgedSheet
    return sheet


async def sheet_for(conn: Connection[Record], ref: str, office_id: int, *, now: datetime) -> Sheet:
    """The sheet of this office that bears *ref*. Raises UnknownSheet."""
    pack_id = await store.pack_of_ref(conn, ref)
    try:
        sheets = await look(conn, pack_id or 0, office_id, now=now)
    except UnknownPack:
        raise UnknownSheet from None
    return next(each for each in sheets if each.ref == ref)


def check_blank(sheet: Sheet) -> None:
    """Raise SheetEntered or SheetStruck unless the sheet waits to be entered."""
    if sheet.state == "entered":
        raise SheetEntered(sheet.ref)
    if sheet.void_why is not None:
        raise SheetStruck(sheet.ref, sheet.void_why)


async def blank_of(
    conn: Connection[Record], entry: Entry, found: Findings, *, office_id: int, now: datetime
) -> Blank | None:
    """The blank a form was copied from, if from any; what is wrong with its time in *found*.

    Raises UnknownSheet.
    """
    if not entry.sheet:
        return None
    sheet = await sheet_for(conn, entry.sheet, office_id, now=now)
    at = paper_time.check(sheet, entry.paper_day, entry.paper_time, now, found)
    return Blank(ref=sheet.ref, at=at) if at else None


async def take(conn: Connection[Record], ref: str, office_id: int, *, now: datetime) -> Numbers:
    """The numbers of the blank, for the dossier that is entered in this transaction.

    Raises UnknownSheet, SheetEntered, SheetStruck; of two pages with one sheet the second
    is refused.
    """
    await store.lock_sheets(conn, [ref])
    check_blank(await sheet_for(conn, ref, office_id, now=now))
    numbers = await reserved.numbers_of(conn, ref)
    if numbers is None:
        raise UnknownSheet
    return numbers


async def strike(
    conn: Connection[Record],
    pack_id: int,
    ordinals: Sequence[int],
    why: str,
    *,
    staff: Staff,
    now: datetime,
) -> None:
    """Say that these sheets are void, and why. Safe to repeat.

    Raises UnknownPack, UnknownSheet, BadStroke, and SheetEntered where one of them has a
    dossier; then none is struck.
    """
    own = await look(conn, pack_id, staff.office_id or 0, now=now)
    wanted = set(ordinals)
    if not wanted or why not in WHY:
        raise BadStroke
    refs = [sheet.ref for sheet in own if sheet.ordinal in wanted]
    if len(refs) < len(wanted):
        raise UnknownSheet
    await store.lock_sheets(conn, refs)
    for sheet in await look(conn, pack_id, staff.office_id or 0, now=now):
        if sheet.ref in refs and sheet.state == "entered":
            raise SheetEntered(sheet.ref)
    await store.strike(conn, refs, why=why, at=now, by=staff.id)


async def silences(conn: Connection[Record], office_id: int, *, now: datetime) -> list[Silence]:
    """The packs that have gaps: what the radar hears of until each sheet is accounted for."""
    return [
        Silence(
            rule=Rule.SHEET_UNENTERED,
            subject=f"pack:{pack.id}",
            since=pack.opened_at,
            facts={"number": f"{pack.day:%d/%m/%Y}", "waiting": len(pack.gaps)},
        )
        for pack in await store.packs(conn, office_id, now.astimezone(VIETNAM).date())
        if pack.gaps and pack.opened_at
    ]
