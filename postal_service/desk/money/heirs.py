"""Money of an agency or an office that ends: what it is owed and what lies there passes on.

By entries, each dossier's amount under its dossier, so that the successor's settlement lists
what the old one's would have. Safe to repeat: what has passed is nought.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record
from msgspec.structs import replace

from postal_service.desk.money import heirs_store as store
from postal_service.desk.money import ledger
from postal_service.desk.money.heirs_store import Left
from postal_service.desk.money.model import Account, EntryKind, Line, NewEntry

#: Lines of one entry; the rest passes with the next.
AT_ONCE: Final = 5_000


async def pass_agency(
    conn: Connection[Record], old_id: int, new_id: int, key: UUID, *, by: int, now: datetime
) -> int:
    """What is held for an agency is held for its successor; how much of it passed."""
    passed = 0
    while left := await store.held(conn, old_id, AT_ONCE):
        passed += await carry(conn, left, {"agency_id": new_id}, key, by=by, now=now)
    return passed


async def pass_office(
    conn: Connection[Record], old_id: int, new_id: int, key: UUID, *, by: int, now: datetime
) -> int:
    """What lies in an office's safe, and what it has earned, is its successor's.

    A till or a purse is somebody's own: its holder pays in where she works now.
    """
    left = await store.lying(conn, old_id, AT_ONCE)
    return await carry(conn, left, {"office_id": new_id}, key, by=by, now=now)


async def carry(
    conn: Connection[Record],
    left: list[Left],
    heir: dict[str, int],
    key: UUID,
    *,
    by: int,
    now: datetime,
) -> int:
    """One entry for each account that is not empty."""
    for owner, group in groupby(left, key=lambda each: each.account):
        lines = list(group)
        to = replace(owner, **heir)
        await ledger.post(
            conn,
            NewEntry(
                kind=EntryKind.PASS,
                key=uuid5(key, f"{owner.kind}:{lines[0].last_entry}:{lines[0].charge_id}"),
                at=now,
                person_id=by,
                agency_id=to.agency_id,
                office_id=to.office_id,
                lines=tuple(
                    half for each in lines for half in (moved(to, each, 1), moved(owner, each, -1))
                ),
                why="Kế thừa",
            ),
            now=now,
        )
    return sum(abs(each.amount_vnd) for each in left)


def moved(account: Account, each: Left, sign: int) -> Line:
    return Line(
        account=account,
        amount_vnd=sign * each.amount_vnd,
        charge_id=each.charge_id,
        dossier_id=each.dossier_id,
    )
