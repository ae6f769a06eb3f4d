"""Every person can say that a line about her is wrong, and another person answers."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection

from postal_service.caller import Staff
from postal_service.database import Context, set_context
from postal_service.desk.money import disputes
from postal_service.desk.money.disputes import (
    BadDispute,
    DisputeAnswered,
    NotYourDispute,
    Typed,
    UnknownDispute,
)
from postal_service.desk.money.errors import UnknownEntry
from postal_service.desk.money.reversals import subject_of
from tests import make, trouble
from tests.conftest import connect
from tests.desk.money.books import paid
from tests.make import MORNING, Town

WHY = "Tôi chỉ thu 10.000 đồng"


def typed(subject: str, why: str = WHY) -> Typed:
    return Typed(form_id=uuid4(), subject=subject, why=why)


async def boss(desk: Connection, town: Town) -> Staff:
    return await trouble.staff(desk, await trouble.boss(desk, town))


async def test_a_line_is_disputed_and_answered(desk: Connection, town: Town) -> None:
    """The clock runs five working days of the post; the answer says what was done."""
    me = await trouble.staff(desk, town.clerk)
    entry = await paid(desk, town)

    said = await disputes.open_(desk, typed(subject_of(entry)), by=me, now=MORNING)

    assert (said.subject, said.amount_vnd, said.why) == (entry.number, 15000, WHY)
    assert said.answer_by == date(2026, 11, 30)
    supervisor = await boss(desk, town)
    assert [each.id for each in await disputes.standing(desk, supervisor)] == [said.id]
    done = await disputes.answer(
        desk, said.id, "mended", "Đã đảo và thu lại", staff=supervisor, now=MORNING
    )
    assert (done.outcome, done.answer, done.closer) == (
        "mended",
        "Đã đảo và thu lại",
        supervisor.full_name,
    )


async def test_sent_twice_it_is_one(desk: Connection, town: Town) -> None:
    """The same form, or the same line by the same person while it is open."""
    me = await trouble.staff(desk, town.clerk)
    entry = await paid(desk, town)
    once = typed(subject_of(entry))

    first = await disputes.open_(desk, once, by=me, now=MORNING)

    assert await disputes.open_(desk, once, by=me, now=MORNING) == first
    again = await disputes.open_(desk, typed(str(entry.id), "Vẫn sai đấy"), by=me, now=MORNING)
    assert again == first


async def test_nobody_answers_her_own(desk: Connection, town: Town) -> None:
    supervisor = await boss(desk, town)
    entry = await paid(desk, town)
    said = await disputes.open_(desk, typed(subject_of(entry)), by=supervisor, now=MORNING)
    clerk = await trouble.staff(desk, town.clerk)

    for who in (supervisor, clerk):
        with pytest.raises(NotYourDispute):
            await disputes.answer(desk, said.id, "explained", "Đúng rồi", staff=who, now=MORNING)
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.execute(
            "UPDATE money_dispute SET outcome = 'mended', answer_sealed = why_sealed,"
            " closed_at = opened_at, closed_by = opened_by"
        )


async def test_a_manager_answers_too(desk: Connection, town: Town) -> None:
    supervisor = await boss(desk, town)
    entry = await paid(desk, town)
    said = await disputes.open_(desk, typed(subject_of(entry)), by=supervisor, now=MORNING)
    chief = await make.person(desk, "chief", "manager", town.office, town.agency)
    manager = await trouble.staff(desk, chief)

    await disputes.answer(desk, said.id, "explained", "Đúng rồi", staff=manager, now=MORNING)
    await disputes.answer(desk, said.id, "explained", "Đúng rồi", staff=manager, now=MORNING)
    with pytest.raises(DisputeAnswered):
        await disputes.answer(desk, said.id, "mended", "Sai rồi ạ", staff=manager, now=MORNING)


@pytest.mark.parametrize("why", ["", "sai", "x" * 1001])
async def test_it_says_what_is_wrong(desk: Connection, town: Town, why: str) -> None:
    me = await trouble.staff(desk, town.clerk)
    entry = await paid(desk, town)

    with pytest.raises(BadDispute):
        await disputes.open_(desk, typed(subject_of(entry), why), by=me, now=MORNING)


@pytest.mark.parametrize(
    "subject", ["BL-66D01-261123-9999", "BL-66D01-269923-0001", "0", "-1", "²", "9" * 30, "x"]
)
async def test_a_line_nobody_wrote_is_not_disputed(
    desk: Connection, town: Town, subject: str
) -> None:
    me = await trouble.staff(desk, town.clerk)

    with pytest.raises(UnknownEntry):
        await disputes.open_(desk, typed(subject), by=me, now=MORNING)
    with pytest.raises(UnknownDispute):
        await disputes.answer(desk, 2**62, "mended", "Đã sửa", staff=me, now=MORNING)


async def test_the_citizen_disputes_her_own_line_alone(
    desk: Connection, town: Town, town_url: str
) -> None:
    """As her code opens the page; what she writes lies closed in the database."""
    hers = await make.dossier(desk, town)
    entry = await paid(desk, town, hers)
    other = await paid(desk, town)
    code = await desk.fetchval("SELECT tracking_code FROM dossier WHERE id = $1", hers.id)

    conn = await connect(town_url)
    try:
        async with conn.transaction():
            await set_context(conn, Context.citizen(code))
            said = await disputes.open_(conn, typed(subject_of(entry)), by=None, now=MORNING)
            assert said.why == WHY
            with pytest.raises(UnknownEntry):
                await disputes.open_(conn, typed(subject_of(other)), by=None, now=MORNING)
        async with conn.transaction():
            await set_context(conn, (await trouble.staff(desk, town.clerk)).context)
            assert await conn.fetchval("SELECT count(*) FROM money_dispute") == 0
    finally:
        await conn.close()
    body = await desk.fetchval("SELECT why_sealed FROM money_dispute")
    assert WHY.encode() not in body
