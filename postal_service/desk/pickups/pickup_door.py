"""At a citizen's door: her papers are counted, sealed and written on a printed sheet, or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.caller import Staff
from postal_service.desk.door import riding
from postal_service.desk.outages import outage
from postal_service.desk.outages.outage_errors import ForgedSheet, UnknownSheet
from postal_service.desk.pickups import pickup_lists_store as lists
from postal_service.desk.pickups import pickup_look_store as look_store
from postal_service.desk.pickups import pickups_store as store
from postal_service.desk.pickups.pickup_desk import find, locked
from postal_service.desk.pickups.pickup_errors import (
    BadChoice,
    NotABlank,
    PapersMissing,
    UnknownPickup,
)
from postal_service.desk.pickups.pickup_look_store import Behind
from postal_service.desk.pickups.pickup_moves import Act, after
from postal_service.desk.pickups.pickup_rules import spell
from postal_service.desk.pickups.pickups import Press, line_of, stop_of
from postal_service.desk.pickups.pickups_store import Pickup
from postal_service.desk.published import procedures, reasons
from postal_service.desk.published.offices import Office
from postal_service.desk.published.procedures import Procedure
from postal_service.desk.published.reasons import Group, Reason
from postal_service.desk.windows import Window
from routes import rounds
from tracking import calendars, identifiers

#: A reason with one of these leaves the order to be tried again; any other ends it.
AGAIN: Final = frozenset({"reschedule", "reassign"})
MOST_PAPERS: Final = 999


class Filled(Struct, frozen=True, kw_only=True):
    """A sheet as the courier scans or types it, and how many papers lie with it."""

    code: str
    papers: str


class Taken(Struct, frozen=True, kw_only=True):
    """What the courier reports of a door where she got papers."""

    press: Press
    sheets: Sequence[Filled]
    sealed: bool  #: in the sender's presence
    counted: Collection[str] = ()  #: ordinals of the published list


def tried_again(reason: Reason) -> bool:
    """Whether a courier comes once more."""
    return bool(AGAIN & set(reason.next_actions))


async def for_courier(
    conn: Connection[Record], staff: Staff, day: date, on_round: Sequence[int]
) -> dict[int, Pickup]:
    """Her doors of the day by their ids, with those her round names whatever became of them."""
    ids = await lists.of_courier(conn, staff.id, day, on_round)
    return {each.id: each for each in await store.pickups(conn, ids)}


async def expected(
    conn: Connection[Record], office: Office, orders: Iterable[Pickup]
) -> dict[int, Window]:
    """When each order's citizen waits; one left over from before is fetched at any hour."""
    found: dict[int, Window] = {}
    for order in orders:
        if order.ride_on is not None and order.ride_half is not None:
            calendar = await calendars.calendar_for(conn, office.hours_group, order.ride_on)
            if window := spell(calendar, order.ride_on, order.ride_half):
                found[order.id] = window
    return found


async def hers(conn: Connection[Record], number: str, staff: Staff) -> Pickup:
    """The order, if its courier asks. Raises UnknownPickup."""
    found = await find(conn, number)
    if found.courier_id != staff.id:
        raise UnknownPickup
    return found


async def listed(conn: Connection[Record], found: Pickup) -> Procedure | None:
    """The procedure with its published list, where the citizen knew which it is."""
    if found.procedure_id is None:
        return None
    return await procedures.get(conn, found.procedure_id)


async def collect(
    conn: Connection[Record], taken: Taken, *, staff: Staff, key: bytes, now: datetime
) -> None:
    """The papers are with the courier, each dossier on its sheet. Safe to press twice.

    *key* is that of the sheets' marks. Raises UnknownPickup, CannotHappen, BadChoice,
    PapersMissing, NotABlank.
    """
    found = await hers(conn, taken.press.number, staff)
    stands = await locked(conn, found.id)
    if await store.happened(conn, found.id, taken.press.form_id):
        return
    state = after(stands.state, Act.COLLECT)
    if not taken.sealed:
        raise BadChoice(
            "Niêm phong bì trước mặt người gửi, rồi đánh dấu «Đã niêm phong».",
            "Seal the envelope before the sender, then tick “sealed”.",
            "sealed",
        )
    procedure = await listed(conn, found)
    lacking = [
        line.name_vi
        for line in (procedure.documents if procedure else [])
        if line.required and str(line.ordinal) not in taken.counted
    ]
    if lacking:
        raise PapersMissing(lacking)
    slips = await blanks(conn, taken.sheets, staff=staff, key=key, now=now)
    facts = {"sheets": len(slips), "papers": sum(papers for _, papers in slips)}
    line = line_of(taken.press, Act.COLLECT, staff, now, facts=facts)
    await store.move(conn, replace(stands, state=state), line)
    await store.add_slips(conn, found.id, slips)
    await riding.set_out(conn, staff.id, now)
    await rounds.finish_stop(
        conn, reference=stop_of(found.id), courier_id=staff.id, at=now, outcome="done"
    )


async def blanks(
    conn: Connection[Record], sheets: Sequence[Filled], *, staff: Staff, key: bytes, now: datetime
) -> list[tuple[str, int]]:
    """The sheets' references and papers. Raises BadChoice, NotABlank."""
    found: dict[str, int] = {}
    for sheet in sheets:
        papers = int(sheet.papers) if sheet.papers.isascii() and sheet.papers.isdigit() else 0
        if not 1 <= papers <= MOST_PAPERS:
            raise BadChoice(
                f"Ghi số giấy tờ của từng tờ, từ 1 đến {MOST_PAPERS}.",
                f"Write how many papers lie with each sheet, 1 to {MOST_PAPERS}.",
                "papers",
            )
        ref = await ref_of(conn, sheet.code, staff=staff, key=key, now=now)
        office_id = staff.office_id or 0
        fits = await look_store.usable(conn, ref, office_id)
        if ref in found or not fits or await look_store.slip_taken(conn, ref):
            raise NotABlank(ref)
        found[ref] = papers
    if not found:
        raise BadChoice(
            "Quét hoặc gõ số LD trên tờ biên nhận đã ký.",
            "Scan or type the LD number of the signed sheet.",
            "sheet",
        )
    return list(found.items())


async def ref_of(
    conn: Connection[Record], code: str, *, staff: Staff, key: bytes, now: datetime
) -> str:
    """The reference of the sheet behind any of its codes. Raises NotABlank."""
    kind = identifiers.recognise(code)
    if kind in ("ref", "s10", "tracking_code"):
        bare = "".join(code.split()).upper()
        number = bare if kind == "ref" else bare.replace("-", "")
        if ref := await look_store.ref_of(conn, number):
            return ref
        raise NotABlank(bare[:24])
    try:
        return (await outage.scanned(conn, code, key, staff, now=now)).ref
    except (ForgedSheet, UnknownSheet):
        raise NotABlank("".join(code.split()).upper()[:24]) from None


async def miss(conn: Connection[Record], press: Press, *, staff: Staff, now: datetime) -> None:
    """No papers today; the reason says whether somebody comes again. Safe to press twice.

    Raises UnknownPickup, CannotHappen, BadChoice.
    """
    found = await hers(conn, press.number, staff)
    stands = await locked(conn, found.id)
    if await store.happened(conn, found.id, press.form_id):
        return
    known = {r.code: r for r in await reasons.in_group(conn, Group.PICKUP_FAILED)}
    if press.reason not in known:
        raise BadChoice("Chọn một lý do trong danh sách.", "Choose a reason.", "reason")
    act = Act.MISS if tried_again(known[press.reason]) else Act.FAIL
    goes = replace(stands, state=after(stands.state, act))
    await store.move(conn, goes, line_of(press, act, staff, now))
    await riding.set_out(conn, staff.id, now)
    await rounds.finish_stop(
        conn, reference=stop_of(found.id), courier_id=staff.id, at=now, outcome="missed"
    )


async def behind(conn: Connection[Record], ref: str) -> Behind | None:
    """What the order of a sheet says for the counter's form."""
    return await look_store.behind(conn, ref)
