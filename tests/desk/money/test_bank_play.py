"""Whatever citizens, banks, clerks and supervisors do, in any order: the money adds up."""

from __future__ import annotations

from uuid import uuid4

from asyncpg import Connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postal_service.desk.errors import DeskError
from postal_service.desk.money import (
    bank_matching,
    bank_returns,
    bank_returns_store,
    bank_store,
    collect,
    ledger,
    transfers,
)
from postal_service.desk.money.model import Account, Purse
from tests import make
from tests.desk.money.bank import bring, credit, look, request
from tests.desk.money.books import fee, press
from tests.make import MORNING, Town
from tracking.model import Dossier

#: Every charge that says it is paid was paid by one entry that nobody took back, and by no other.
PAID_ONCE = """
SELECT c.id
  FROM charge c
  JOIN posting p ON p.charge_id = c.id
  JOIN entry e ON e.id = p.entry_id
 WHERE e.kind = 'collect'
 GROUP BY c.id, c.paid_by, c.amount_vnd
HAVING count(*) <> 1 OR sum(p.amount_vnd) <> -c.amount_vnd OR min(e.id) IS DISTINCT FROM c.paid_by
"""
#: What came in by transfer lies at the bank; what went back does not.
CAME = """
SELECT coalesce(sum(l.amount_vnd), 0)
       - coalesce((SELECT sum(amount_vnd) FROM bank_return WHERE state = 'sent'), 0)
  FROM bank_line l
"""

STEPS = st.tuples(
    st.sampled_from(
        ("ask", "exact", "exact", "less", "more", "nothing", "cash", "give_up", "counter", "match",
         "back", "send", "decline")
    ),
    st.integers(0, 50),
)  # fmt: skip


class Play:
    """One office's day; a step picks from what there is by its number."""

    def __init__(self, conn: Connection, town: Town, boss: int, dossier: Dossier) -> None:
        self.conn, self.town, self.boss, self.dossier = conn, town, boss, dossier
        self.asked: list[str] = []
        self.lines: list[int] = []

    async def step(self, what: str, pick: int) -> None:
        """Do it, or be refused: a refusal leaves nothing behind."""
        try:
            async with self.conn.transaction():
                await getattr(self, what)(pick)
        except DeskError:
            pass

    async def ask(self, pick: int) -> None:
        made = await request(self.conn, self.town, vnd=1000 + pick, dossier=self.dossier)
        self.asked.append(made.reference)

    async def come(self, pick: int, more: int) -> None:
        if not self.asked:
            return
        asked = await transfers.by_reference(self.conn, self.asked[pick % len(self.asked)])
        came = await bring(
            self.conn, self.town, credit(f"x {asked.reference} y", asked.amount_vnd + more)
        )
        self.lines += came.new
        await look(self.conn)

    async def exact(self, pick: int) -> None:
        await self.come(pick, 0)

    async def less(self, pick: int) -> None:
        await self.come(pick, -1 - pick)

    async def more(self, pick: int) -> None:
        await self.come(pick, 1 + pick)

    async def nothing(self, pick: int) -> None:
        self.lines += (await bring(self.conn, self.town, credit("khong ro", 500 + pick))).new
        await look(self.conn)

    async def cash(self, pick: int) -> None:
        if self.asked:
            reference = self.asked[pick % len(self.asked)]
            await transfers.take_cash(self.conn, reference, press(self.town.by_clerk))

    async def counter(self, pick: int) -> None:
        await fee(self.conn, self.town, self.dossier, 100 + pick)
        await collect.before(self.conn, self.dossier.id, press(self.town.by_clerk))

    async def give_up(self, pick: int) -> None:
        if self.asked:
            reference = self.asked[pick % len(self.asked)]
            who = self.town.clerk
            await transfers.give_up(self.conn, reference, person_id=who, now=MORNING)

    async def match(self, pick: int) -> None:
        if self.asked and self.lines:
            reference = self.asked[pick % len(self.asked)]
            chosen = self.lines[-1 - pick % 3 :]
            await bank_matching.match_by_hand(
                self.conn, chosen, reference, press(self.town.by_clerk)
            )

    async def back(self, pick: int) -> None:
        if self.lines:
            wish = bank_returns.Wish(
                id=uuid4(), line_id=self.lines[pick % len(self.lines)], payee="Ngân hàng, 0123",
                why="Nhầm", person_id=self.town.clerk, at=MORNING,
            )  # fmt: skip
            await bank_returns.ask(self.conn, wish)

    async def send(self, pick: int) -> None:
        for wish in (await bank_returns_store.waiting(self.conn))[:1]:
            ref = f"R{wish.id}"
            await bank_returns.send(self.conn, wish.id, ref, person_id=self.boss, now=MORNING)

    async def decline(self, pick: int) -> None:
        for wish in (await bank_returns_store.waiting(self.conn))[:1]:
            await bank_returns.decline(self.conn, wish.id, person_id=self.boss, now=MORNING)

    async def check(self) -> None:
        conn = self.conn
        assert await conn.fetchval("SELECT coalesce(sum(amount_vnd), 0) FROM posting") == 0
        suspense = await ledger.balance(conn, Account(kind=Purse.SUSPENSE))
        assert -suspense == await bank_store.in_suspense(conn)
        assert await ledger.balance(conn, Account(kind=Purse.BANK)) == await conn.fetchval(CAME)
        assert await conn.fetch(PAID_ONCE) == []
        standing = "SELECT count(*) FROM transfer_charge t JOIN charge c ON c.id = t.charge_id"
        assert await conn.fetchval(f"{standing} WHERE t.standing AND c.paid_by IS NOT NULL") == 0


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=3, max_size=25))
async def test_no_order_of_things_loses_or_doubles_money(
    desk: Connection, town: Town, steps: list[tuple[str, int]]
) -> None:
    """Suspense is what the lines say is left, the bank what came less what went back."""
    undone = desk.transaction()
    await undone.start()
    try:
        boss = await make.person(desk, "boss", "supervisor", town.office, town.agency)
        play = Play(desk, town, boss, await make.dossier(desk, town))
        for what, pick in steps:
            await play.step(what, pick)
            await play.check()
    finally:
        await undone.rollback()
