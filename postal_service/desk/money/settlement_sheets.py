"""A settlement as a paper both sides sign, and as a file the agency's accountant opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from postal_service.clock import VIETNAM
from postal_service.desk.catalogue.catalogue_csv import BOM, defused
from postal_service.desk.money.settlements import HELD
from postal_service.desk.money.settlements_store import Settled, SettledLine
from postal_service.desk.money.words import NAMES
from postal_service.desk.papers.settlement_lists import SettlementLine, SettlementList
from postal_service.desk.printing import prints

COLUMNS: Final = (
    "so_quyet_toan", "ma_ho_so", "so_bien_nhan", "khoan", "bien_lai", "thoi_diem", "so_tien",
)  # fmt: skip


def csv_of(one: Settled, lines: Sequence[SettledLine]) -> str:
    """A line a posting; no cell of it is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        cells = (
            one.number,
            line.agency_code or "",
            line.ref or "",
            NAMES[line.kind] if line.kind else "",
            line.number or str(line.entry_id),
            f"{line.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
        )
        # an amount below nothing begins with a sign and is no formula
        writer.writerow([*(defused(cell) for cell in cells), line.amount_vnd])
    return BOM + out.getvalue()


def paper_of(one: Settled, lines: Sequence[SettledLine]) -> SettlementList:
    return SettlementList(
        authority=prints.AUTHORITY,
        number=one.number,
        agency=one.agency,
        of=HELD[one.kind],
        until=one.until,
        at=one.made_at,
        bank_ref=one.bank_ref,
        made_by=one.made_by,
        lines=tuple(
            SettlementLine(
                ref=line.ref or "–",
                agency_code=line.agency_code or "",
                name=NAMES[line.kind] if line.kind else "–",
                receipt=line.number or f"số {line.entry_id}",
                at=line.at,
                amount=line.amount_vnd,
            )
            for line in lines
        ),
    )
