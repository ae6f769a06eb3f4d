"""Things that tests of money need: a charge, a press, and what lies where."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from asyncpg import Connection, Record

from postal_service.desk.money import charges, collect, ledger
from postal_service.desk.money.model import (
    Account,
    Entry,
    EntryKind,
    Kind,
    NewCharge,
    NewEntry,
    Press,
    Purse,
    Reversal,
)
from tests import make
from tests.make import MORNING, Actor, Town
from tracking.model import Dossier

BALANCES = """
SELECT a.kind, a.office_id, a.person_id, a.agency_id, sum(p.amount_vnd)::bigint AS vnd
  FROM account a JOIN posting p ON p.account_id = a.id
 GROUP BY 1, 2, 3, 4
HAVING sum(p.amount_vnd) <> 0
"""


def press(by: Actor, **said: Any) -> Press:
    return Press(**({"key": uuid4(), "by": by, "at": MORNING, "now": MORNING} | said))


def wish(person_id: int, *, at: datetime = MORNING) -> Reversal:
    return Reversal(key=uuid4(), person_id=person_id, why="Ghi sai số tiền", at=at)


async def fee(conn: Connection[Record], town: Town, dossier: Dossier, vnd: int = 15000) -> int:
    """One more charge of the state's, open."""
    line = NewCharge(kind=Kind.STATE_CHARGE, amount_vnd=vnd, agency_id=town.agency)
    [made] = await charges.add(conn, dossier.id, [line], person_id=town.clerk, at=MORNING)
    return made


async def paid(
    conn: Connection[Record], town: Town, dossier: Dossier | None = None, vnd: int = 15000
) -> Entry:
    """Something paid at the counter."""
    dossier = dossier or await make.dossier(conn, town)
    await fee(conn, town, dossier, vnd)
    return await collect.before(conn, dossier.id, press(town.by_clerk))


async def move(
    conn: Connection[Record], kind: EntryKind, into: Account, out_of: Account, vnd: int, by: int
) -> Entry:
    """Money from one place to another."""
    new = NewEntry(
        kind=kind,
        key=uuid4(),
        at=MORNING,
        person_id=by,
        office_id=into.office_id or out_of.office_id,
        lines=ledger.swap(into, out_of, vnd),
    )
    return await ledger.post(conn, new, now=MORNING)


async def fund(conn: Connection[Record], town: Town, vnd: int = 1_000_000) -> None:
    """Enough in the bank to pay agencies from."""
    owner = Account(kind=Purse.DIFFERENCE, office_id=town.office, person_id=town.clerk)
    await move(conn, EntryKind.DIFFERENCE, Account(kind=Purse.BANK), owner, vnd, town.clerk)


async def balances(conn: Connection[Record]) -> dict[tuple[Any, ...], int]:
    """Every account that is not empty."""
    return {tuple(row)[:4]: row["vnd"] for row in await conn.fetch(BALANCES)}
