"""Biên lai thu tiền: one paper for one entry that took money from the public."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.desk.money import charges, ledger_store
from postal_service.desk.money import receipts_store as store
from postal_service.desk.money.errors import UnknownEntry
from postal_service.desk.money.lines import operation_code
from postal_service.desk.money.model import (
    FOR_AGENCY,
    Charge,
    Entry,
    EntryKind,
    Means,
    Moment,
)
from postal_service.desk.money.receipts_store import Receipt
from postal_service.desk.money.till_errors import NothingPaid
from postal_service.desk.money.words import NAMES
from postal_service.desk.papers import FormSet
from postal_service.desk.papers.counter_papers import FeeReceipt, MoneyLine
from postal_service.desk.printing import item_papers, prints
from postal_service.desk.published import offices

__all__ = ["Receipt", "find", "of_dossier", "of_scans", "paper"]

NUMBER: Final = re.compile(r"BL-([0-9A-Z]{3,10})-([0-9]{2})([0-9]{2})([0-9]{2})-([0-9]{4,9})")
MEANS: Final = {Means.CASH: "tiền mặt", Means.TRANSFER: "chuyển khoản", Means.NONE: ""}


async def find(conn: Connection[Record], number: str, staff: Staff) -> Entry:
    """The entry with this receipt number, if money was taken with it at this office.

    Raises UnknownEntry.
    """
    said = NUMBER.fullmatch(number)
    try:
        if said is None:
            raise UnknownEntry(number[:40])
        day = date(2000 + int(said[2]), int(said[3]), int(said[4]))
    except ValueError:
        raise UnknownEntry(number[:40]) from None
    entry = await ledger_store.by_number(conn, said[1], day, int(said[5]))
    wrong = entry is None or entry.kind is not EntryKind.COLLECT
    if entry is None or wrong or entry.office_id != staff.office_id or entry.dossier_id is None:
        raise UnknownEntry(number)
    return entry


async def of_dossier(conn: Connection[Record], ref: str, staff: Staff) -> list[Entry]:
    """What was collected for a dossier of this office, the oldest first.

    Raises BadIdentifier, UnknownDossier, NothingPaid.
    """
    sheet = await prints.find(conn, ref, staff.office_id or 0)
    found = await store.of_dossier(conn, sheet.dossier_id, staff.office_id or 0)
    if not found:
        raise NothingPaid
    return found


async def paper(conn: Connection[Record], entry: Entry) -> FeeReceipt:
    """What the entry took in, and below it what is still to pay. Raises UnknownDossier."""
    ref = await store.ref_of(conn, entry.dossier_id or 0)
    seen = await store.about(conn, ref)
    # by the postings: a reversal frees the charges, and the receipt still says what it was for
    posted = await ledger_store.lines_of(conn, entry.id)
    of_entry = await store.charges(conn, [charge for _, _, charge in posted if charge])
    later = [
        charge
        for charge in await charges.of_dossier(conn, entry.dossier_id or 0)
        if charge.open and charge.moment is Moment.ON_DELIVERY
    ]
    at_door = any(charge.moment is Moment.ON_DELIVERY for charge in of_entry)
    office = await offices.get(conn, entry.office_id or 0)
    return FeeReceipt(
        head=await item_papers.head(conn, office, entry.at),
        form_set=FormSet(seen.form_set),
        number=entry.number or "",
        ref=ref,
        payer=seen.receiver if at_door else seen.applicant,
        procedure=f"{seen.procedure_name} ({seen.procedure_code})",
        agency=seen.agency,
        lines=(
            *(line(each, paid=True) for each in of_entry),
            *(line(each, paid=False) for each in later),
        ),
        clerk=await store.name_of(conn, entry.person_id),
        where="khi giao" if at_door else "tại quầy",
        means=MEANS[entry.means],
        operation=operation_code(entry.key) if at_door else "",
    )


async def of_scans(conn: Connection[Record], scans: Sequence[UUID]) -> list[Receipt]:
    """What was collected with these scans of one's own."""
    return await store.of_scans(conn, scans)


def line(charge: Charge, *, paid: bool) -> MoneyLine:
    return MoneyLine(
        name=NAMES[charge.kind],
        amount=charge.amount_vnd,
        for_state=charge.kind in FOR_AGENCY,
        paid=paid,
    )


def struck_words(entry: Entry) -> str:
    """The mark on the receipt of an entry that was taken back."""
    return f"ĐÃ ĐẢO / REVERSED {entry.number}" if entry.reversed_by is not None else ""
