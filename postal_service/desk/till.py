"""What a clerk has taken in today, and the papers about money at the counter.

The figures are the intake's own lines. A ledger that knows more hands its sums to the same
papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import item_papers, offices, prints
from postal_service.desk import till_store as store
from postal_service.desk.errors import DeskError
from postal_service.desk.money.model import FOR_AGENCY, Moment
from postal_service.desk.money.words import NAMES
from postal_service.desk.papers import FormSet
from postal_service.desk.papers.counter_papers import CashUp, FeeReceipt, MoneyLine, Taken
from postal_service.desk.papers.till_words import NOTES

#: More notes of one kind than fit into a counter's till.
MOST_NOTES = 9999


class BadCount(DeskError):
    """A number of notes is a whole number."""

    def __init__(self, value: int) -> None:
        said = f"{value:,}".replace(",", ".")
        super().__init__(
            f"Số tờ {said} ₫ phải là số từ 0 đến {MOST_NOTES}. Đếm lại rồi nhập.",
            f"The number of {said} ₫ notes is 0 to {MOST_NOTES}. Count again.",
        )
        self.value = value


async def today(
    conn: Connection[Record], staff: Staff, *, now: datetime
) -> tuple[date, list[Taken]]:
    """What she took in since midnight, dossier by dossier."""
    day = now.astimezone(VIETNAM).date()
    since = datetime.combine(day, time(), VIETNAM)
    lines = await store.taken(
        conn, staff.id, staff.office_id or 0, since, since + timedelta(days=1)
    )
    return day, lines


async def cash_up(
    conn: Connection[Record],
    staff: Staff,
    counted: Mapping[int, int],
    note: str,
    *,
    now: datetime,
) -> CashUp:
    """The sheet she signs: what should be there, what was counted, and the difference."""
    day, lines = await today(conn, staff, now=now)
    office = await offices.get(conn, staff.office_id or 0)
    return CashUp(
        head=await item_papers.head(conn, office, now),
        number=f"KQ-{day:%y%m%d}-{staff.id:05}",
        clerk=staff.full_name,
        day=day,
        lines=tuple(lines),
        counted=tuple((value, counted.get(value, 0)) for value in NOTES),
        note=note,
    )


def read_counts(typed: Mapping[str, str]) -> dict[int, int]:
    """How many of each note, from what was typed; nothing typed is none. Raises BadCount."""
    counted = {}
    for value in NOTES:
        text = typed.get(f"n{value}", "").strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_NOTES))):
            raise BadCount(value)
        counted[value] = int(text)
    return counted


async def fee_receipt(
    conn: Connection[Record], ref: str, staff: Staff, *, now: datetime
) -> FeeReceipt:
    """What was paid for a dossier this office accepted. Raises BadIdentifier, UnknownDossier."""
    sheet = await prints.find(conn, ref, staff.office_id or 0)
    office = await offices.get(conn, staff.office_id or 0)
    lines = (
        MoneyLine(
            name=NAMES[line.kind],
            amount=line.amount_vnd,
            for_state=line.kind in FOR_AGENCY,
            paid=line.paid,
        )
        for line in sheet.charges
        if line.moment is not Moment.EXEMPT
    )
    return FeeReceipt(
        head=await item_papers.head(conn, office, sheet.accepted_at),
        form_set=FormSet(sheet.form_set),
        number=f"BL-{sheet.ref}",
        payer=sheet.name,
        procedure=f"{sheet.procedure_name} ({sheet.procedure_code})",
        agency=sheet.agency,
        lines=tuple(lines),
        clerk=sheet.clerk,
    )
