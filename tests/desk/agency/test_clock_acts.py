"""What an agency does with its clock: pause, put off, ask for money, pass on, end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection

from postal_service import audit
from postal_service.caller import Role, Staff
from postal_service.database import Context, open_database
from postal_service.desk.agency import agency_case, agency_desk, due_soon, rulings, second_requests
from postal_service.desk.agency.wishes import Wish
from postal_service.desk.watch import approvals
from tests import make
from tests.make import MORNING, Town
from tracking import corrections, duties, extensions, notices, pauses, slip
from tracking.corrections import Undo
from tracking.custody_errors import MovedOn, SecondPersonNeeded
from tracking.duties import Duty, Payment
from tracking.errors import BadRuling, IllegalMove, PassedOn, TrackingError, UnknownDossier
from tracking.extensions import PutOffBefore
from tracking.model import Actor, Dossier
from tracking.pauses import AskedPaper
from tracking.slip import Slip
from tracking.stages import Act, Keeper, Leg, Stage, Status

CODE = "H36.31-261123-0042"
PAPER = (AskedPaper(name="Giấy khai sinh", originals=1, photocopies=2),)
MONEY = Duty(
    amount_vnd=1_200_000, notice_no="TB-15", channel="account", pay_at="Kho bạc, TK 3511",
    pay_by=date(2026, 12, 5),
)  # fmt: skip
PROOF = Payment(receipt_no="BL-7", paid_on=date(2026, 11, 25), paid_by="Trần Bích Uyên")


async def received(desk: Connection, town: Town) -> Dossier:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await decide(desk, town, dossier, Act.RECEIVE, agency_code=CODE)
    return dossier


async def decide(
    desk: Connection,
    town: Town,
    dossier: Dossier,
    act: Act,
    *,
    at: datetime = MORNING,
    by: Actor | None = None,
    id: UUID | None = None,
    **said: object,
) -> None:
    wish = Wish(id=id or uuid4(), act=act, **said)
    await rulings.decide(desk, dossier.ref, wish, by=by or town.by_officer, now=at)


async def found(desk: Connection, dossier: Dossier) -> Slip:
    now = await slip.by_ref(desk, dossier.ref)
    assert now is not None
    return now


def staff(town: Town, person: int) -> Staff:
    return Staff(
        id=person, username="o", full_name="O", given_name="O", role=Role.AGENCY_OFFICER,
        office_id=None, office_name=None, agency_id=town.agency, agency_name="A", phone=None,
        last_seen_at=MORNING,
    )  # fmt: skip


async def colleague(desk: Connection, town: Town) -> int:
    return await make.person(desk, "officer-two", "agency_officer", town.office, town.agency)


async def neighbour(desk: Connection, town: Town) -> tuple[int, Actor]:
    """Another agency of the same kind, and its officer."""
    other = await desk.fetchval(
        "SELECT id FROM agency WHERE level = 'commune' AND id <> $1 AND valid_to IS NULL"
        " ORDER BY id LIMIT 1",
        town.agency,
    )
    officer = await make.person(desk, "neighbour", "agency_officer", town.office, other)
    return other, Actor(person=officer, keeper=Keeper.AGENCY, agency=other)


async def test_a_request_pauses_until_the_agency_has_the_papers(
    desk: Connection, town: Town
) -> None:
    """Two working days of waiting; every paper stands with its three counts, numbered once."""
    dossier = await received(desk, town)
    asking = uuid4()
    at = MORNING + timedelta(days=2)
    await decide(desk, town, dossier, Act.ASK_MORE, id=asking, papers=PAPER, at=at)
    waiting = await found(desk, dossier)
    await decide(desk, town, dossier, Act.RESUME, at=at + timedelta(days=2))

    assert (waiting.dossier.status, waiting.dossier.paused_at) == (Status.SUPPLEMENT, at)
    [row] = await pauses.of(desk, dossier.id)
    assert (row.kind, row.since, row.until) == ("supplement", at, at + timedelta(days=2))
    assert not row.counts_late
    assert await pauses.papers_of(desk, asking) == list(PAPER)
    assert [(n.form, n.year, n.number) for n in await notices.of(desk, dossier.id)] == [
        ("supplement", 2026, 1)
    ]
    assert (await found(desk, dossier)).dossier.paused_at is None


async def test_a_second_request_takes_two_and_counts_late(desk: Connection, town: Town) -> None:
    """Alone it is refused; agreed on by a colleague it pauses, and the dossier is marked late."""
    dossier = await received(desk, town)
    await decide(desk, town, dossier, Act.ASK_MORE, papers=PAPER)
    await decide(desk, town, dossier, Act.RESUME)
    with pytest.raises(SecondPersonNeeded):
        await decide(desk, town, dossier, Act.ASK_MORE, papers=PAPER, reason="SR01")

    wish = Wish(id=uuid4(), act=Act.ASK_MORE, papers=PAPER, reason="SR01", note="Bản mới")
    first, second = staff(town, town.officer), staff(town, await colleague(desk, town))
    put = [
        await second_requests.put_forward(desk, dossier.ref, wish, staff=first, now=MORNING)
        for _ in range(2)
    ]
    before = (await found(desk, dossier)).dossier.status
    with pytest.raises(approvals.NotTheSecondPerson):
        await approvals.approve(desk, wish.id, by=first, now=MORNING)
    done = await approvals.approve(desk, wish.id, by=second, now=MORNING)

    assert put == [True, True]
    assert before is Status.PROCESSING
    assert done.state == "done", done.said
    now = await found(desk, dossier)
    assert now.dossier.status is Status.SUPPLEMENT
    assert [row.counts_late for row in await pauses.of(desk, dossier.id)] == [False, True]
    line = now.last(Act.ASK_MORE)
    assert line is not None
    assert (line.person_id, line.approver_id) == (town.officer, second.id)
    assert line.facts["why"] == "SR01"


async def test_an_appointment_is_put_off_once(desk: Connection, town: Town) -> None:
    """Two more working days, with a numbered apology; the first appointment stays on record."""
    dossier = await received(desk, town)
    await decide(desk, town, dossier, Act.EXTEND, more=2, reason="LT02")
    now = (await found(desk, dossier)).dossier

    assert now.original_due_at == datetime(2026, 11, 27, 8, 15, tzinfo=MORNING.tzinfo)
    assert now.due_at == datetime(2026, 12, 1, 8, 15, tzinfo=MORNING.tzinfo)
    [row] = await extensions.of(desk, dossier.id)
    assert (row.value, row.unit, row.old_due) == (2, "working_day", now.original_due_at)
    assert [n.form for n in await notices.of(desk, dossier.id)] == ["apology"]
    with pytest.raises(PutOffBefore):
        await decide(desk, town, dossier, Act.EXTEND, more=1, reason="LT02")

    wish = Wish(id=uuid4(), act=Act.EXTEND, more=1, reason="LT01")
    mine, other = staff(town, town.officer), staff(town, await colleague(desk, town))
    assert await second_requests.put_forward(desk, dossier.ref, wish, staff=mine, now=MORNING)
    done = await approvals.approve(desk, wish.id, by=other, now=MORNING)
    assert done.state == "done", done.said
    later = (await found(desk, dossier)).dossier
    assert later.due_at == datetime(2026, 12, 2, 8, 15, tzinfo=MORNING.tzinfo)
    assert later.original_due_at == now.original_due_at


@pytest.mark.parametrize(
    "said",
    [
        {"more": 0},
        {"more": 1, "due_at": MORNING + timedelta(days=20)},
        {"due_at": MORNING - timedelta(days=1)},
        {"due_at": MORNING + timedelta(days=1)},  # before the one that stands
        {"due_at": MORNING.replace(tzinfo=None)},
    ],
)
async def test_no_apology_for_an_earlier_day(
    desk: Connection, town: Town, said: dict[str, object]
) -> None:
    dossier = await received(desk, town)
    with pytest.raises(BadRuling):
        await decide(desk, town, dossier, Act.EXTEND, reason="LT02", **said)
    assert await extensions.of(desk, dossier.id) == []


async def test_a_pause_after_an_extension_adds_to_it(desk: Connection, town: Town) -> None:
    """n + k units, and the pause on top: nothing is lost when both come together."""
    dossier = await received(desk, town)
    await decide(desk, town, dossier, Act.EXTEND, more=2, reason="LT02")
    at = MORNING + timedelta(days=2)
    await decide(desk, town, dossier, Act.ASK_PAYMENT, duty=MONEY, at=at)
    await decide(desk, town, dossier, Act.PAY, proof=PROOF, at=at + timedelta(days=1))

    now = (await found(desk, dossier)).dossier
    assert now.due_at == datetime(2026, 12, 2, 8, 15, tzinfo=MORNING.tzinfo)


async def test_a_duty_pauses_until_its_proof(desk: Connection, town: Town) -> None:
    """Status 6, its own pause, and 4 again with the proof; the sum is in the register."""
    dossier = await received(desk, town)
    await decide(desk, town, dossier, Act.ASK_PAYMENT, duty=MONEY)
    owing = await found(desk, dossier)
    at = MORNING + timedelta(days=2)
    await decide(desk, town, dossier, Act.PAY, proof=PROOF, at=at)

    assert owing.dossier.status is Status.DUTY
    assert owing.lines[-1].facts["amount"] == 1_200_000
    now = await found(desk, dossier)
    assert now.dossier.status is Status.PROCESSING
    [owed] = await duties.of(desk, dossier.id)
    assert (owed.amount_vnd, owed.receipt_no, owed.paid_by) == (1_200_000, "BL-7", PROOF.paid_by)
    [row] = await pauses.of(desk, dossier.id)
    assert (row.kind, row.until) == ("financial", at)
    # Tuesday is a holiday: from Monday 08:15 to Wednesday 08:15 one working day was lost
    assert now.dossier.due_at == datetime(2026, 11, 30, 8, 15, tzinfo=MORNING.tzinfo)


@pytest.mark.parametrize("amount", [-1, 0, 10**18])
async def test_no_sum_that_nobody_owes(desk: Connection, town: Town, amount: int) -> None:
    dossier = await received(desk, town)
    bad = Duty(
        amount_vnd=amount, notice_no="1", channel="agency", pay_at="Một cửa",
        pay_by=date(2026, 12, 5),
    )  # fmt: skip
    with pytest.raises(BadRuling, match="Số tiền"):
        await decide(desk, town, dossier, Act.ASK_PAYMENT, duty=bad)


async def test_papers_pass_to_the_agency_that_decides(desk: Connection, town: Town) -> None:
    """Leg T by the post; until it is signed for nobody decides, then the other agency does."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    other, officer = await neighbour(desk, town)
    await decide(desk, town, dossier, Act.TRANSFER, to=other, reason="TR01")
    number = await make.s10(desk, dossier, Leg.TRANSFER)
    with pytest.raises((PassedOn, IllegalMove)):
        await decide(desk, town, dossier, Act.RECEIVE, agency_code=CODE)

    carried = [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    signed = make.scan(number, Act.SIGN, officer)
    await make.scans(desk, [*carried, signed])
    with pytest.raises(IllegalMove):
        await decide(desk, town, dossier, Act.RECEIVE, agency_code=CODE)
    await decide(desk, town, dossier, Act.RECEIVE, agency_code="H36.32-261123-0001", by=officer)

    now = await found(desk, dossier)
    assert (now.dossier.agency_id, now.dossier.status) == (other, Status.RECEIVED)
    assert now.dossier.received_at == MORNING
    item = now.papers
    assert item is not None
    assert (item.leg, item.stage, item.holder_id) == (Leg.TRANSFER, Stage.WITH_AGENCY, other)
    seen = await agency_case.look(desk, dossier.ref, town.by_officer, now=MORNING)
    assert (seen.own, seen.acts) == (False, [])
    wish = Undo(id=uuid4(), s10=number, undoes=signed.id, by=officer, at=MORNING)
    with pytest.raises(MovedOn):
        await corrections.undo(desk, wish, heard_at=MORNING)


async def test_a_clock_that_runs_goes_on_elsewhere(desk: Connection, town: Town) -> None:
    """Received by the first agency: the appointment stays, and refusals go home from the second."""
    dossier = await received(desk, town)
    first = (await found(desk, dossier)).dossier
    other, officer = await neighbour(desk, town)
    await decide(desk, town, dossier, Act.TRANSFER, to=other, reason="TR02")
    number = await make.s10(desk, dossier, Leg.TRANSFER)
    await make.scans(
        desk, [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
        + [make.scan(number, Act.SIGN, officer)],
    )  # fmt: skip
    await decide(
        desk, town, dossier, Act.STOP, by=officer, reason="RF02", settlement="Không có khoản nào."
    )

    now = await found(desk, dossier)
    assert (now.dossier.due_at, now.dossier.hours_group) == (first.due_at, first.hours_group)
    back = now.leg(Leg.BACK)
    assert back is not None
    assert (back.stage, back.holder_id) == (Stage.READY, other)


async def test_what_is_on_no_paper_is_taken_over(desk: Connection, town: Town) -> None:
    """Filed at the agency: no envelope, and the other agency says that it takes it."""
    dossier = await make.dossier(desk, town, service="return")
    other, officer = await neighbour(desk, town)
    await decide(desk, town, dossier, Act.TRANSFER, to=other, reason="TR03")
    with pytest.raises((PassedOn, IllegalMove)):
        await decide(desk, town, dossier, Act.TRANSFER, to=other, reason="TR03")
    work = await agency_desk.work_list(desk, other, now=MORNING)
    for stranger in (town.by_officer, town.by_clerk):
        with pytest.raises((UnknownDossier, IllegalMove)):
            await decide(desk, town, dossier, Act.TAKE_OVER, by=stranger)
    taking = uuid4()
    for _ in range(2):
        await decide(desk, town, dossier, Act.TAKE_OVER, by=officer, id=taking)

    assert [each.ref for each in work.passed] == [dossier.ref]
    now = await found(desk, dossier)
    assert now.dossier.agency_id == other
    assert sum(line.act is Act.TAKE_OVER for line in now.lines) == 1


@pytest.mark.parametrize("to", ["own", "nobody"])
async def test_nowhere_to_pass_it_on_to(desk: Connection, town: Town, to: str) -> None:
    dossier = await received(desk, town)
    agency = town.agency if to == "own" else 0
    with pytest.raises(BadRuling):
        await decide(desk, town, dossier, Act.TRANSFER, to=agency, reason="TR01")


async def test_an_end_says_why_and_what_becomes_of_money(desk: Connection, town: Town) -> None:
    """Form 05: no stop without a reason of the list and a settlement; the papers go home."""
    dossier = await received(desk, town)
    await decide(desk, town, dossier, Act.ASK_MORE, papers=PAPER)
    for said in ({"reason": "RF05"}, {"settlement": "Không có."}):
        with pytest.raises(BadRuling):
            await decide(desk, town, dossier, Act.STOP, **said)
    await decide(
        desk, town, dossier, Act.STOP, reason="RF05", settlement="Trả lại 8.000 đồng lệ phí."
    )

    now = await found(desk, dossier)
    assert now.dossier.status is Status.STOPPED
    assert now.leg(Leg.BACK) is not None
    last = (await notices.of(desk, dossier.id))[-1]
    assert (last.form, last.settlement) == ("stop", "Trả lại 8.000 đồng lệ phí.")
    [row] = await pauses.of(desk, dossier.id)
    assert row.until == MORNING


async def test_three_hours_before_the_appointment_somebody_hears(
    desk: Connection, town: Town
) -> None:
    """Once an appointment; not before, and not about what has a result."""
    await received(desk, town)  # due Friday 08:15
    thursday = datetime(2026, 11, 26, 14, 0, tzinfo=MORNING.tzinfo)

    early = await due_soon.warn(desk, thursday)
    told = [await due_soon.warn(desk, thursday + timedelta(hours=h)) for h in (2, 3)]

    assert (early, told) == (0, [1, 0])
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'due_soon'") == 1


async def test_a_later_catalogue_moves_no_appointment(desk: Connection, town: Town) -> None:
    """The limit is the one of the version at reception, also for a pause and an extension."""
    dossier = await received(desk, town)
    await desk.execute(
        "UPDATE procedure SET time_value = 30 WHERE id = $1 AND time_value <> 30", town.procedure
    )
    await decide(desk, town, dossier, Act.EXTEND, more=1, reason="LT02")

    now = (await found(desk, dossier)).dossier
    assert now.limit_value == 3
    assert now.due_at == datetime(2026, 11, 30, 8, 15, tzinfo=MORNING.tzinfo)


async def test_the_same_wish_twice_is_one(desk: Connection, town: Town) -> None:
    """A double click asks for the money once, and another content under its id is refused."""
    dossier = await received(desk, town)
    id_ = uuid4()
    for _ in range(2):
        await decide(desk, town, dossier, Act.ASK_PAYMENT, duty=MONEY, id=id_)
    with pytest.raises(TrackingError):
        await decide(desk, town, dossier, Act.EXTEND, more=1, reason="LT02", id=id_)

    assert len(await duties.of(desk, dossier.id)) == 1


async def test_the_register_alone_tells_it_all(desk: Connection, town: Town, town_url: str) -> None:
    """Every act of the clock leaves rows that follow from the lines: the audit finds nothing."""
    dossier = await received(desk, town)
    at = MORNING + timedelta(days=2)
    await decide(desk, town, dossier, Act.ASK_MORE, papers=PAPER)
    await decide(desk, town, dossier, Act.RESUME, at=at)
    await decide(desk, town, dossier, Act.EXTEND, more=2, reason="LT02", at=at)
    await decide(desk, town, dossier, Act.ASK_PAYMENT, duty=MONEY, at=at)
    await decide(desk, town, dossier, Act.PAY, proof=PROOF, at=at)
    await due_soon.warn(desk, at + timedelta(days=7))
    other, officer = await neighbour(desk, town)
    await decide(desk, town, dossier, Act.TRANSFER, to=other, reason="TR02", at=at)
    number = await make.s10(desk, dossier, Leg.TRANSFER)
    carried = [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    await make.scans(desk, [*carried, make.scan(number, Act.SIGN, officer)])
    await decide(desk, town, dossier, Act.ASK_PAYMENT, duty=MONEY, by=officer, at=at)

    await desk.execute("DELETE FROM news")  # no worker runs here
    async with open_database(town_url, size=1) as database:
        context = Context.audit("verify")
        async with database.begin(context) as conn:
            report = await audit.verify(conn, keys={}, folder=None, now=at)

    own = [each for each in report.found if each.ref == dossier.ref]
    assert [(each.invariant, each.what) for each in own] == []
