"""Whatever happens to money, in whatever order: it adds to nothing, and nobody's is lost.

Collect, reverse, refund, pay in, settle, bring to the bank: after any sequence the books sum to
zero, a day's receipts have no gap, an agency's settlements are its dossiers' lines, a reversal
has restored every balance, and nothing that `postal reconcile` looks for is there.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from asyncpg import Connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postal_service.caller import Staff
from postal_service.desk.bounces import bounce_fees
from postal_service.desk.errors import DeskError
from postal_service.desk.money import (
    charges,
    collect,
    ledger,
    reconcile,
    refunds_store,
    reversals,
    settlements,
)
from postal_service.desk.money.model import (
    FOR_AGENCY,
    Account,
    Entry,
    EntryKind,
    Kind,
    Means,
    NewCharge,
    Purse,
    Reversal,
)
from postal_service.desk.money.settlements import Deposit, Wish
from tests import make, trouble
from tests.desk.money.books import balances, move, press
from tests.make import MORNING, Town
from tracking.model import Dossier

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["charge", "cash", "transfer", "reverse", "refund", "pay_in", "deposit", "settle"]
        ),
        st.integers(0, 7),
        st.integers(1, 50_000),
    ),
    max_size=14,
)
KINDS = [Kind.STATE_FEE, Kind.STATE_CHARGE, Kind.POSTAGE_OUT, Kind.COLLECTION, Kind.COD]


class Books:
    """A clerk, a supervisor, a manager and three dossiers, and whatever they do with money."""

    def __init__(self, conn: Connection, town: Town) -> None:
        self.conn = conn
        self.town = town
        self.dossiers: list[Dossier] = []
        self.entries: list[Entry] = []
        self.boss: Staff
        self.chief: Staff
        self.clerk: Staff

    async def begin(self) -> None:
        self.clerk = await trouble.staff(self.conn, self.town.clerk)
        self.boss = await trouble.staff(self.conn, await trouble.boss(self.conn, self.town))
        chief = await make.person(self.conn, "chief", "manager", self.town.office, self.town.agency)
        self.chief = await trouble.staff(self.conn, chief)
        self.dossiers = [await make.dossier(self.conn, self.town) for _ in range(2)]

    async def step(self, what: str, which: int, vnd: int) -> None:
        """One act; what is refused in words leaves everything as it was."""
        before = await balances(self.conn)
        try:
            async with self.conn.transaction():
                await getattr(self, what)(which, vnd)
        except DeskError:
            assert await balances(self.conn) == before

    async def charge(self, which: int, vnd: int) -> None:
        kind = KINDS[which % len(KINDS)]
        agency = self.town.agency if kind in FOR_AGENCY else None
        line = NewCharge(kind=kind, amount_vnd=vnd, agency_id=agency)
        dossier = self.dossiers[which % 2]
        await charges.add(self.conn, dossier.id, [line], person_id=self.town.clerk, at=MORNING)

    async def cash(self, which: int, vnd: int, means: Means = Means.CASH) -> None:
        taken = press(self.town.by_clerk, means=means)
        made = await collect.before(self.conn, self.dossiers[which % 2].id, taken)
        self.entries.append(made)

    async def transfer(self, which: int, vnd: int) -> None:
        await self.cash(which, vnd, Means.TRANSFER)

    async def reverse(self, which: int, vnd: int) -> None:
        """The mirror, exactly: beside it only the safe may have covered an empty drawer."""
        if not self.entries:
            return
        entry = self.entries.pop(which % len(self.entries))
        reversals.check_kind(await ledger.by_id(self.conn, entry.id))
        wish = Reversal(key=uuid4(), person_id=self.boss.id, why="sai", at=MORNING)
        made = await reversals.take_back(self.conn, entry, wish, now=MORNING)
        assert made.reverses == entry.id

    async def refund(self, which: int, vnd: int) -> None:
        """The agency's word, and the till pays it out."""
        listed = await charges.of_dossier(self.conn, self.dossiers[which % 2].id)
        hers = [c.id for c in listed if c.agency_id is not None and c.paid_by is not None]
        await refunds_store.owe(
            self.conn, hers[:1], why="từ chối", said_by=self.town.officer, at=MORNING
        )
        for due in await bounce_fees.at_office(self.conn, self.clerk, now=MORNING):
            if due.entry_id is None:
                paid = await bounce_fees.pay_out(
                    self.conn, due.id, uuid4(), staff=self.clerk, now=MORNING
                )
                self.entries.append(paid)

    async def pay_in(self, which: int, vnd: int) -> None:
        till = Account(kind=Purse.TILL, office_id=self.town.office, person_id=self.town.clerk)
        there = await ledger.balance(self.conn, till)
        if there > 0:
            safe = Account(kind=Purse.SAFE, office_id=self.town.office)
            await move(self.conn, EntryKind.PAY_IN, safe, till, there, self.town.clerk)

    async def deposit(self, which: int, vnd: int) -> None:
        wish = Deposit(id=uuid4(), amount_vnd=vnd, bank_ref=f"NT-{uuid4().hex[:12]}")
        await settlements.deposit(self.conn, wish, staff=self.boss, now=MORNING)

    async def settle(self, which: int, vnd: int) -> None:
        purse = Purse.STATE_HELD if which % 3 else Purse.COD_HELD
        owed = await settlements.open_lines(self.conn, self.town.agency, purse, MORNING.date())
        wish = Wish(
            id=uuid4(),
            agency_id=self.town.agency,
            purse=purse,
            until=MORNING.date(),
            seen=sum(line.amount_vnd for line in owed),
            bank_ref=f"FT-{uuid4().hex[:12]}",
        )
        made = await settlements.pay(self.conn, wish, staff=self.chief, now=MORNING)
        lines = await settlements.lines(self.conn, made.id)
        assert sum(line.amount_vnd for line in lines) == made.amount_vnd
        self.entries.append(await ledger.by_id(self.conn, made.entry_id))

    async def check(self) -> None:
        there: dict[Any, int] = await balances(self.conn)
        assert sum(there.values()) == 0
        for purse in (Purse.STATE_HELD, Purse.COD_HELD):
            owed = await settlements.open_lines(self.conn, self.town.agency, purse, MORNING.date())
            held = there.get((purse, None, None, self.town.agency), 0)
            assert sum(line.amount_vnd for line in owed) == -held
        found = await reconcile.look(self.conn, now=MORNING)
        # a bank below nothing: a reversed deposit's money was settled meanwhile
        assert [each.vi for each in found if each.check != "safes_below"] == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_it_adds_to_nothing_whatever_happens(
    desk: Connection, town: Town, steps: list[tuple[str, int, int]]
) -> None:
    undone = desk.transaction()
    await undone.start()
    try:
        books = Books(desk, town)
        await books.begin()
        for what, which, vnd in steps:
            await books.step(what, which, vnd)
        await books.check()
    finally:
        await undone.rollback()
