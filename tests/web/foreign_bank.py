"""Another office's transfers: one awaited, money of theirs in suspense, one about to go back."""

from __future__ import annotations

from uuid import uuid4

from asyncpg import Connection

from postal_service.desk.money import bank_lines, bank_matching, bank_returns, transfers
from postal_service.desk.money.bank_csv import Credit
from postal_service.desk.money.model import Moment
from tests.desk.money.books import fee
from tests.make import MORNING, Town
from tracking.model import Dossier

#: What their bank's lines say; looked for in every answer.
CONTENT = "LO THI KIN DAO chuyen tien"


async def settle(conn: Connection, town: Town, dossier: Dossier) -> dict[str, list[str]]:
    """Ids of a request of theirs, of two lines in suspense, and of a wish to send one back."""
    await fee(conn, town, dossier)
    wish = transfers.Wish(form_id=uuid4(), person_id=town.clerk, office_id=town.office, at=MORNING)
    asked = await transfers.ask(conn, dossier.id, wish, Moment.BEFORE)
    lines = [
        Credit(
            at=MORNING, amount_vnd=vnd, content=CONTENT, bank_ref=f"FTFAR-{vnd}-{uuid4()}".upper()
        )
        for vnd in (7000, 9000)
    ]
    by = (town.clerk, town.office)
    brought = await bank_lines.bring(conn, lines, by=by, now=MORNING, stated=True)
    await bank_matching.read_some(conn, MORNING)
    back = bank_returns.Wish(
        id=uuid4(), line_id=brought.new[1], payee="Lò Thị Kín Đáo, 0123", why="Chuyển nhầm",
        person_id=town.clerk, at=MORNING,
    )  # fmt: skip
    await bank_returns.ask(conn, back)
    return {
        "reference": [asked.reference],
        "bank_line": [str(each) for each in brought.new],
        "bank_return": [str(back.id)],
    }
