"""Cash taken at a door is a fact, whatever becomes of the delivery."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.caller import Role, Staff
from postal_service.desk.door import delivery
from postal_service.desk.door.delivery import Report
from postal_service.desk.door.proof import Evidence
from postal_service.desk.money import charges, door_cash, ledger, reconcile
from postal_service.desk.money.model import Account, Kind, Purse
from tests import make
from tests.make import MORNING, Town
from tracking.model import Dossier, Event
from tracking.stages import Act, Stage


@pytest.fixture
async def dossier(desk: Connection, town: Town) -> Dossier:
    return await make.dossier(desk, town)


async def boss(desk: Connection, town: Town) -> Staff:
    person = await make.person(desk, "boss_of_cash", "supervisor", town.office, town.agency)
    return Staff(
        id=person, username="boss", full_name="Lê Thị Sáu", given_name="Sáu", role=Role.SUPERVISOR,
        office_id=town.office, office_name="", agency_id=None, agency_name=None, phone=None,
        last_seen_at=MORNING,
    )  # fmt: skip


def told(number: str, town: Town, taken: int, *, scan_id: UUID, relation: str = "self") -> Report:
    """A delivery with the cash that came with it, as the phone tells it later."""
    scan = make.scan(number, Act.DELIVER, town.by_courier, id=scan_id, relation=relation)
    proven = Evidence(no_code="no_message", id_kind="cccd", id_last4="0001", collected=taken)
    return Report(scan=scan, evidence=proven)


async def holds(desk: Connection, town: Town) -> tuple[int, int]:
    """What lies in the courier's purse, and unexplained at his office."""
    purse = Account(kind=Purse.PURSE, office_id=town.office, person_id=town.courier)
    return (
        await ledger.balance(desk, purse),
        await ledger.balance(desk, door_cash.suspense(town.office)),
    )


async def paid(desk: Connection, dossier: Dossier) -> bool:
    lines = await charges.of_dossier(desk, dossier.id)
    return all(line.paid_by is not None for line in lines if line.kind is Kind.POSTAGE_BACK)


async def test_a_refused_delivery_keeps_its_cash(
    desk: Connection, town: Town, dossier: Dossier
) -> None:
    """The paper was not on the road by the register; the money is in his purse all the same."""
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    report = told(number, town, 22_000, scan_id=uuid4())

    for _ in range(2):  # the phone sends it again
        [answer] = await delivery.record(desk, [report], heard_at=MORNING)
        assert not isinstance(answer, Event)

    assert await holds(desk, town) == (22_000, -22_000)
    [loose] = await door_cash.waiting(desk, town.office)
    assert (loose.ref, loose.amount_vnd, loose.due_vnd) == (dossier.ref, 22_000, 22_000)


async def test_the_supervisor_books_it_for_the_dossier(
    desk: Connection, town: Town, dossier: Dossier
) -> None:
    """It pays what is due to the đồng, once; the courier himself may not say so."""
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    report = told(number, town, 22_000, scan_id=uuid4())
    await delivery.record(desk, [report], heard_at=MORNING)
    who, key = await boss(desk, town), uuid4()
    himself = replace(who, id=town.courier)
    with pytest.raises(door_cash.SamePerson):
        await door_cash.book(desk, report.scan.id, himself, key=key, now=MORNING)

    first = await door_cash.book(desk, report.scan.id, who, key=key, now=MORNING)
    again = await door_cash.book(desk, report.scan.id, who, key=key, now=MORNING)

    assert first.id == again.id
    assert await holds(desk, town) == (22_000, 0)
    assert await paid(desk, dossier)
    assert await door_cash.waiting(desk, town.office) == []


async def test_another_amount_goes_back(desk: Connection, town: Town, dossier: Dossier) -> None:
    """What is not the amount due is not booked; given back, it leaves the supervisor's till."""
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    report = told(number, town, 30_000, scan_id=uuid4())
    await delivery.record(desk, [report], heard_at=MORNING)
    who = await boss(desk, town)

    with pytest.raises(door_cash.OtherAmount):
        await door_cash.book(desk, report.scan.id, who, key=uuid4(), now=MORNING)
    entry = await door_cash.give_back(desk, report.scan.id, who, key=uuid4(), now=MORNING)

    assert entry.number is not None
    assert await holds(desk, town) == (30_000, 0)
    till = Account(kind=Purse.TILL, office_id=town.office, person_id=who.id)
    assert await ledger.balance(desk, till) == -30_000
    assert not await paid(desk, dossier)


async def test_a_scan_that_is_mended_pays_by_itself(
    desk: Connection, town: Town, dossier: Dossier
) -> None:
    """First the relation was missing, then it was sent whole: one sum, booked for the dossier."""
    number = await make.result(desk, town, dossier, Stage.OUT)
    once = uuid4()
    wrong = told(number, town, 22_000, scan_id=once, relation="nobody")
    await delivery.record(desk, [wrong], heard_at=MORNING)
    assert await holds(desk, town) == (22_000, -22_000)

    [answer] = await delivery.record(
        desk, [told(number, town, 22_000, scan_id=once)], heard_at=MORNING
    )

    assert isinstance(answer, Event)
    assert await holds(desk, town) == (22_000, 0)
    assert await paid(desk, dossier)
    assert await door_cash.waiting(desk, town.office) == []


async def test_the_books_stay_right_with_loose_cash(
    desk: Connection, town: Town, dossier: Dossier
) -> None:
    """Waiting cash is explained by the list it waits on; booked, it is in neither."""
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    report = told(number, town, 22_000, scan_id=uuid4())
    await delivery.record(desk, [report], heard_at=MORNING)
    assert await reconcile.look(desk, now=MORNING) == []

    await door_cash.book(desk, report.scan.id, await boss(desk, town), key=uuid4(), now=MORNING)

    assert await reconcile.look(desk, now=MORNING) == []
