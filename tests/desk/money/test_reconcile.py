"""`postal reconcile` prints nothing when all is right, and a line for each thing that is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection
from click.testing import CliRunner

from postal_service.cli import main
from postal_service.database import Context, set_context
from postal_service.desk.money import collect, ledger, reconcile, settlements
from postal_service.desk.money.model import Account, EntryKind, Means, Purse
from postal_service.desk.money.settlements import Wish
from tests import make, trouble
from tests.conftest import connect
from tests.desk.money.books import fee, fund, move, paid, press, wish
from tests.make import MORNING, Town
from tracking.stages import Leg, Stage

#: Whoever owns the tables can do worse than the application: this is what finds it.
OPEN_ALL = """
ALTER TABLE entry DISABLE TRIGGER USER; ALTER TABLE posting DISABLE TRIGGER USER;
ALTER TABLE charge DISABLE TRIGGER USER; ALTER TABLE receipt_day DISABLE TRIGGER USER;
ALTER TABLE settlement DISABLE TRIGGER USER; ALTER TABLE till_shift DISABLE TRIGGER USER
"""
FAULTS = {
    "unbalanced": "UPDATE posting SET amount_vnd = amount_vnd + 1 WHERE line = 1",
    "not_mirrored": "UPDATE posting p SET amount_vnd = amount_vnd * 2 FROM entry e"
    " WHERE e.id = p.entry_id AND e.kind = 'reverse'",
    "same_hand": "UPDATE entry r SET person_id = e.person_id FROM entry e WHERE e.id = r.reverses",
    "receipt_gaps": "UPDATE receipt_day SET last_no = last_no + 1",
    "charges_adrift": "UPDATE charge SET amount_vnd = amount_vnd + 1 WHERE kind = 'state_fee'",
    "paid_twice": "UPDATE charge SET paid_by = NULL WHERE kind = 'state_fee'",
    "voided_and_paid": "DO $$ DECLARE each record; BEGIN FOR each IN SELECT conname FROM"
    " pg_constraint WHERE conrelid = 'charge'::regclass AND contype = 'c' LOOP EXECUTE"
    " format('ALTER TABLE charge DROP CONSTRAINT %I', each.conname); END LOOP; END $$;"
    " UPDATE charge SET voided_at = opened_at, voided_by = opened_by WHERE kind = 'state_fee'",
    "delivered_unpaid": "UPDATE charge SET paid_by = NULL WHERE moment = 'on_delivery'",
    "settled_adrift": "UPDATE settlement SET amount_vnd = amount_vnd - 1",
    "settled_unlisted": "DELETE FROM settlement_line; DELETE FROM settlement",
    "held_below": "UPDATE posting p SET amount_vnd = 99999 FROM account a"
    " WHERE a.id = p.account_id AND a.kind = 'cod_held'",
    "bank_refs_twice": "INSERT INTO bank_deposit (form_id, office_id, amount_vnd, bank_ref,"
    " entry_id, made_at, made_by) SELECT form_id, 14, 1, lower(bank_ref), entry_id, made_at,"
    " made_by FROM settlement",
    "suspense_adrift": "UPDATE account SET kind = 'suspense', office_id = NULL, person_id = NULL"
    " WHERE kind = 'difference'",
    "safes_below": "UPDATE posting p SET amount_vnd = -1 FROM account a"
    " WHERE a.id = p.account_id AND a.kind = 'bank'",
    "guards_off": "SELECT 1",
}


@pytest.fixture
async def owner(town_url: str) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(town_url)
    yield conn
    await conn.close()


async def a_days_work(desk: Connection, town: Town) -> None:
    """Collected, reversed, delivered, settled: all of it right."""
    await fund(desk, town)
    entry = await paid(desk, town)
    await ledger.reverse(desk, entry.id, wish(town.courier), now=MORNING)
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    await collect.before(desk, dossier.id, press(town.by_clerk, means=Means.TRANSFER))
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.DELIVERED)
    delivered = await desk.fetchrow("SELECT dossier_id, id FROM consignment WHERE s10 = $1", s10)
    assert delivered is not None
    await collect.on_delivery(desk, delivered["dossier_id"], Leg.RESULT, press(town.by_courier))
    manager = await trouble.staff(
        desk, await make.person(desk, "chief", "manager", town.office, town.agency)
    )
    owed = await settlements.open_lines(desk, town.agency, Purse.STATE_HELD, MORNING.date())
    await settlements.pay(
        desk,
        Wish(
            id=uuid4(),
            agency_id=town.agency,
            purse=Purse.STATE_HELD,
            until=MORNING.date(),
            seen=sum(line.amount_vnd for line in owed),
            bank_ref="FT26327-001",
        ),
        staff=manager,
        now=MORNING,
    )


async def found(url: str) -> list[reconcile.Finding]:
    """As the auditor finds it."""
    conn = await connect(url)
    try:
        async with conn.transaction(readonly=True):
            await set_context(conn, Context.audit("reconcile"))
            return await reconcile.look(conn, now=MORNING + timedelta(hours=1))
    finally:
        await conn.close()


async def test_it_says_nothing_when_all_is_right(
    desk: Connection, town: Town, town_url: str
) -> None:
    await a_days_work(desk, town)

    assert await found(town_url) == []


@pytest.mark.parametrize("check", sorted(FAULTS))
async def test_it_finds_what_the_owners_hand_did(
    desk: Connection, owner: Connection, town: Town, town_url: str, check: str
) -> None:
    """Also past every trigger, with words for whoever has to look."""
    await a_days_work(desk, town)
    if check == "held_below":
        dossier = await make.dossier(desk, town)
        held = Account(kind=Purse.COD_HELD, agency_id=town.agency)
        till = Account(kind=Purse.TILL, office_id=town.office, person_id=town.clerk)
        await move(desk, EntryKind.PAY_IN, till, held, 5, town.clerk)
        assert dossier
    await owner.execute(OPEN_ALL)
    await owner.execute(FAULTS[check])

    told = await found(town_url)

    assert check in {each.check for each in told}
    for each in told:
        assert "{" not in each.vi + each.en


async def test_a_purse_over_its_limit_is_a_note_and_no_fault(
    desk: Connection, town: Town, town_url: str
) -> None:
    purse = Account(kind=Purse.PURSE, office_id=town.office, person_id=town.courier)
    postage = Account(kind=Purse.POSTAGE, office_id=town.office)
    await move(desk, EntryKind.DIFFERENCE, purse, postage, 900_000_000, town.courier)

    [said] = await found(town_url)

    assert (said.check, said.warning) == ("purses_full", True)


async def test_the_command_ends_with_what_it_found(
    desk: Connection, owner: Connection, town: Town, town_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence and 0, or a line and 1: a clock can watch it."""
    await a_days_work(desk, town)
    monkeypatch.setenv("DATABASE_URL", town_url)
    quiet = await asyncio.to_thread(CliRunner().invoke, main, ["reconcile"])
    assert (quiet.exit_code, quiet.output) == (0, "")

    await owner.execute("UPDATE receipt_day SET last_no = last_no + 1")
    loud = await asyncio.to_thread(CliRunner().invoke, main, ["reconcile"])
    assert loud.exit_code == 1
    assert "không liền" in loud.output
    as_json = await asyncio.to_thread(CliRunner().invoke, main, ["reconcile", "--json"])
    assert '"check":"receipt_gaps"' in as_json.output
