"""Things that tests of transfers need: a request, a credit, and the job that looks at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from asyncpg import Connection, Record

from postal_service.desk.money import bank_lines, bank_matching, transfers
from postal_service.desk.money.bank_csv import Credit
from postal_service.desk.money.bank_lines import Brought
from postal_service.desk.money.model import Moment
from postal_service.desk.money.transfers import Request, Wish
from tests import make
from tests.desk.money.books import fee
from tests.make import MORNING, Town
from tracking.model import Dossier


async def request(
    conn: Connection[Record], town: Town, *, vnd: int = 15000, dossier: Dossier | None = None
) -> Request:
    """A transfer of *vnd* that is awaited."""
    dossier = dossier or await make.dossier(conn, town)
    await fee(conn, town, dossier, vnd)
    wish = Wish(form_id=uuid4(), person_id=town.clerk, office_id=town.office, at=MORNING)
    return await transfers.ask(conn, dossier.id, wish, Moment.BEFORE)


def credit(content: str, vnd: int = 15000, **said: Any) -> Credit:
    told = {"at": MORNING, "amount_vnd": vnd, "content": content, "bank_ref": uuid4().hex.upper()}
    return Credit(**(told | said))


async def bring(
    conn: Connection[Record],
    town: Town,
    *credits: Credit,
    stated: bool = True,
    office: int | None = None,
    now: datetime = MORNING,
) -> Brought:
    by = (town.clerk, office if office is not None else town.office)
    return await bank_lines.bring(conn, credits, by=by, now=now, stated=stated)


async def look(conn: Connection[Record], now: datetime = MORNING) -> None:
    """What the job does, until nothing is left."""
    while await bank_matching.read_some(conn, now):
        pass
    while await bank_matching.match_next(conn, now):
        pass


async def states(conn: Connection[Record]) -> list[tuple[str, str | None, int]]:
    """Each line in turn: its state, why it waits, and how much of it."""
    rows = await conn.fetch("SELECT state, reason, left_vnd FROM bank_line ORDER BY id")
    return [tuple(row) for row in rows]
