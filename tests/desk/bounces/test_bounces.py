"""A bounce is judged as it happens, corrected for a reason, and gives back what the rule says."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.caller import Role, Staff
from postal_service.desk.agency import rulings
from postal_service.desk.agency.rulings import Wish
from postal_service.desk.bounces import bounce_fees, bounces, bounces_store
from postal_service.desk.bounces.bounce_fees import (
    NoLongerHeld,
    Outcome,
    UnknownRefund,
    WaitsForAgency,
)
from postal_service.desk.bounces.bounce_rules import Cause, Fault, Kind
from postal_service.desk.bounces.bounces import BadRule, UnknownBounce
from postal_service.desk.money import ledger
from postal_service.desk.money.model import Account, Purse
from postal_service.desk.money.model import Kind as ChargeKind
from tests import make, trouble
from tests.desk.test_counter import accept, entry
from tests.make import MORNING, Town
from tracking import corrections, journey
from tracking.corrections import Undo
from tracking.model import Dossier
from tracking.pauses import AskedPaper
from tracking.stages import Act

LATER = MORNING + timedelta(hours=4)


async def signed(desk: Connection, town: Town) -> Dossier:
    """A dossier with real charges, paid at the counter, that the agency has signed for."""
    dossier = await carried(desk, town)
    await make.signed(desk, town, dossier)
    return dossier


async def carried(desk: Connection, town: Town) -> Dossier:
    """The same, offered to the courier."""
    form = await entry(desk, town, agency_id=str(town.agency))
    dossier = await journey.dossier(desk, await accept(desk, town, form))
    await make.scans(desk, [make.offer(await make.s10(desk, dossier), town)])
    return dossier


async def published(desk: Connection, dossier: Dossier) -> tuple[str, AskedPaper]:
    """The first required line of the list, and what asks for it as published."""
    row = await desk.fetchrow(
        "SELECT name_vi, originals, certified, photocopies FROM procedure_document"
        " WHERE procedure_id = $1 AND required ORDER BY ordinal LIMIT 1",
        dossier.procedure_id,
    )
    name, *copies = row
    return name, AskedPaper(
        name=name, originals=copies[0], certified=copies[1], photocopies=copies[2]
    )


async def decide(desk: Connection, town: Town, dossier: Dossier, **wish: object) -> None:
    made = Wish(id=uuid4(), **wish)
    for _ in range(2):
        await rulings.decide(desk, dossier.ref, made, by=town.by_officer, now=LATER)


async def only(desk: Connection, dossier: Dossier) -> bounces.Bounce:
    [standing] = await bounces.standing(desk, dossier.id)
    return await bounces.get(desk, standing.id)


async def free(desk: Connection, dossier: Dossier, kind: ChargeKind) -> bool:
    return await bounce_fees.next_leg_free(desk, dossier.id, kind, now=LATER)


async def test_a_paper_the_counter_did_not_count_is_its_own_fault(
    desk: Connection, town: Town
) -> None:
    """The supplement travels free: the citizen was sent home with a paper short by the post."""
    dossier = await signed(desk, town)
    name, paper = await published(desk, dossier)
    await desk.execute(
        "UPDATE intake_document SET originals = 0, certified = 0, photocopies = 0"
        " WHERE dossier_id = $1 AND name_vi = $2",
        dossier.id,
        name,
    )

    await decide(desk, town, dossier, act=Act.ASK_MORE, papers=(paper,))

    found = await only(desk, dossier)
    assert (found.kind, found.cause, found.fault) == (Kind.SUPPLEMENT, Cause.MISSING, Fault.POST)
    [line] = await bounces_store.papers_of(desk, found.id)
    assert line.name == name
    assert line.document is not None
    assert await free(desk, dossier, ChargeKind.POSTAGE_OUT)
    assert not await free(desk, dossier, ChargeKind.POSTAGE_BACK)


async def test_a_paper_beyond_the_list_is_the_agencys(desk: Connection, town: Town) -> None:
    dossier = await signed(desk, town)

    await decide(
        desk, town, dossier, act=Act.ASK_MORE, papers=(AskedPaper(name="Giấy lạ", originals=1),)
    )

    assert (await only(desk, dossier)).fault is Fault.AGENCY
    assert not await free(desk, dossier, ChargeKind.POSTAGE_OUT)


async def test_a_paper_that_was_there_is_the_citizens(desk: Connection, town: Town) -> None:
    dossier = await signed(desk, town)
    _, paper = await published(desk, dossier)

    await decide(desk, town, dossier, act=Act.ASK_MORE, papers=(paper,))

    assert (await only(desk, dossier)).cause is Cause.CONTENT
    assert await bounce_fees.at_office(desk, await trouble.staff(desk, town.clerk), now=LATER) == []


async def test_what_an_agency_declines_is_judged_by_the_worker_once(
    desk: Connection, town: Town
) -> None:
    """Wherever it was declined from; taken back, it is no bounce any more."""
    dossier = await carried(desk, town)
    number = await make.s10(desk, dossier)
    decline = make.scan(number, Act.DECLINE, town.by_officer, reason="CD08")
    await make.scans(
        desk,
        [
            make.scan(number, Act.COLLECT, town.by_courier),
            make.scan(number, Act.HAND_OVER, town.by_courier),
            decline,
        ],
    )
    for _ in range(2):
        assert not await bounces.judge_recent(desk, now=LATER)

    found = await only(desk, dossier)
    assert (found.kind, found.cause) == (Kind.DECLINE, Cause.WRONG_AGENCY)
    undo = Undo(id=uuid4(), s10=number, undoes=decline.id, by=town.by_officer, at=LATER)
    await corrections.undo(desk, undo, heard_at=LATER)
    assert await bounces.standing(desk, dossier.id) == []
    with pytest.raises(UnknownBounce):
        await bounces.get(desk, found.id)


async def test_a_courier_who_will_not_take_a_paper_is_no_bounce(
    desk: Connection, town: Town
) -> None:
    """Declining at the office's own hand-over says nothing of the dossier."""
    dossier = await carried(desk, town)
    await make.scans(desk, [make.scan(await make.s10(desk, dossier), Act.DECLINE, town.by_courier)])

    await bounces.judge_recent(desk, now=LATER)

    assert await bounces.standing(desk, dossier.id) == []


async def balance(desk: Connection, kind: Purse, **owner: int) -> int:
    return await ledger.balance(desk, Account(kind=kind, **owner))


async def test_a_refusal_of_the_posts_making_gives_money_back(desk: Connection, town: Town) -> None:
    """Postage at once; the state's money on the agency's word alone, and each with its receipt."""
    clerk = await trouble.staff(desk, town.clerk)
    officer = await trouble.staff(desk, town.officer)
    dossier = await signed(desk, town)
    till = await balance(desk, Purse.TILL, office_id=town.office, person_id=town.clerk)
    await decide(desk, town, dossier, act=Act.REFUSE, reason="RF01")

    due = {each.kind: each for each in await bounce_fees.at_office(desk, clerk, now=LATER)}
    assert {ChargeKind.POSTAGE_OUT, ChargeKind.STATE_CHARGE} <= set(due)
    assert await free(desk, dossier, ChargeKind.POSTAGE_BACK)
    state, post = due[ChargeKind.STATE_CHARGE], due[ChargeKind.POSTAGE_OUT]
    with pytest.raises(WaitsForAgency):
        await bounce_fees.pay_out(desk, state.id, uuid4(), staff=clerk, now=LATER)
    with pytest.raises(UnknownRefund):
        await bounce_fees.say(desk, post.id, "refund", staff=officer, now=LATER)
    assert [each.id for each in await bounce_fees.at_agency(desk, officer, now=LATER)] == [state.id]
    await bounce_fees.say(desk, state.id, "refund", staff=officer, now=LATER)

    numbers = set()
    for each in (state, post):
        form = uuid4()
        for press in (form, form, uuid4()):
            paid = await bounce_fees.pay_out(desk, each.id, press, staff=clerk, now=LATER)
            assert paid.number is not None
            numbers.add(paid.number)

    assert len(numbers) == 2
    back = state.amount_vnd + post.amount_vnd
    assert (
        await balance(desk, Purse.TILL, office_id=town.office, person_id=town.clerk) == till - back
    )
    assert await balance(desk, Purse.STATE_HELD, agency_id=town.agency) == 0
    assert await desk.fetchval("SELECT sum(amount_vnd) FROM posting") == 0


async def test_money_the_agency_has_already_is_not_paid_twice(desk: Connection, town: Town) -> None:
    """What was settled lies with the agency: the till has none of it to give."""
    clerk = await trouble.staff(desk, town.clerk)
    officer = await trouble.staff(desk, town.officer)
    dossier = await signed(desk, town)
    await decide(desk, town, dossier, act=Act.REFUSE, reason="RF02")
    [state] = await bounce_fees.at_office(desk, clerk, now=LATER)
    await bounce_fees.say(desk, state.id, "refund", staff=officer, now=LATER)
    held = await desk.fetchval(
        "SELECT id FROM account WHERE kind = 'state_held' AND agency_id = $1", town.agency
    )
    made = await desk.fetchval(
        "INSERT INTO entry (kind, key, at, posted_at, person_id, agency_id, means)"
        " VALUES ('settle', $1, $2, $2, $3, $4, 'none') RETURNING id",
        uuid4(), LATER, town.clerk, town.agency,
    )  # fmt: skip
    safe = await desk.fetchval(
        "INSERT INTO account (kind, office_id) VALUES ('safe', $1) RETURNING id", town.office
    )
    await desk.execute(
        "INSERT INTO posting (entry_id, line, account_id, amount_vnd, dossier_id, charge_id)"
        " VALUES ($1, 1, $2, $4, $5, $6), ($1, 2, $3, -$4, $5, NULL)",
        made, held, safe, state.amount_vnd, dossier.id, state.charge_id,
    )  # fmt: skip

    with pytest.raises(NoLongerHeld):
        await bounce_fees.pay_out(desk, state.id, uuid4(), staff=clerk, now=LATER)


async def supervisor(desk: Connection, town: Town) -> Staff:
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    found = await trouble.staff(
        desk, await desk.fetchval("SELECT id FROM person WHERE username = 'boss'")
    )
    assert found.role is Role.SUPERVISOR
    return found


async def test_a_supervisor_rules_otherwise_for_a_reason(desk: Connection, town: Town) -> None:
    """What was proposed stays on record, and the money follows what stands now."""
    boss, clerk = await supervisor(desk, town), await trouble.staff(desk, town.clerk)
    dossier = await signed(desk, town)
    await decide(desk, town, dossier, act=Act.REFUSE, reason="RF01")
    found, form = await only(desk, dossier), uuid4()
    with pytest.raises(BadRule):
        await bounces.rule(desk, found.id, form, cause="content", why="", staff=boss, now=LATER)
    with pytest.raises(BadRule):
        await bounces.rule(desk, found.id, form, cause="x", why="y", staff=boss, now=LATER)

    for _ in range(2):
        found = await bounces.rule(
            desk, found.id, form, cause="content", why="Dân chọn cơ quan", staff=boss, now=LATER
        )

    assert (found.fault, found.proposed_cause) == (Fault.CITIZEN, Cause.WRONG_AGENCY)
    assert found.ruled_by == boss.full_name
    assert await desk.fetchval("SELECT count(*) FROM bounce_ruling") == 1
    due = {each.kind for each in await bounce_fees.at_office(desk, clerk, now=LATER)}
    assert due == {ChargeKind.STATE_CHARGE}
    assert not await free(desk, dossier, ChargeKind.POSTAGE_BACK)
    await bounces.rule(
        desk, found.id, uuid4(), cause="wrong_agency", why="Đã xem lại", staff=boss, now=LATER
    )
    due = {each.kind for each in await bounce_fees.at_office(desk, clerk, now=LATER)}
    assert ChargeKind.POSTAGE_OUT in due


async def test_the_rule_is_dated_and_keeps_where_it_says_nothing(desk: Connection) -> None:
    """A later row counts from its day; money with no row stays where it is."""
    day = MORNING.date()
    await desk.execute(
        "INSERT INTO bounce_fee_rule VALUES"
        " ('supplement', 'agency', 'postage_out', 'free_next_leg', $1, NULL, true, 'test')",
        day + timedelta(days=10),
    )

    async def asked(ahead: int, kind: ChargeKind = ChargeKind.POSTAGE_OUT) -> Outcome:
        on = day + timedelta(days=ahead)
        return await bounce_fees.fee_rule(desk, Kind.SUPPLEMENT, Fault.AGENCY, kind, on)

    assert [await asked(ahead) for ahead in (0, 9, 10)] == [
        Outcome.KEEP, Outcome.KEEP, Outcome.FREE_NEXT_LEG,
    ]  # fmt: skip
    assert await asked(0, ChargeKind.COD) is Outcome.KEEP
    assert await desk.fetchval("SELECT bool_and(demo) FROM bounce_fee_rule")
