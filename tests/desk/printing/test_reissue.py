"""A receipt issued again: two people answer for it, and the one before stays on record."""

from __future__ import annotations

import asyncio
from io import BytesIO
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection
from msgspec.structs import replace
from pypdf import PdfReader

from postal_service.desk import papers
from postal_service.desk.errors import UnknownReason
from postal_service.desk.printing import prints, reissue
from postal_service.desk.printing.reissue import Wish
from tests import make
from tests.conftest import connect
from tests.make import MORNING, Town
from tracking import slip
from tracking.custody_errors import SecondPersonNeeded
from tracking.errors import UnknownDossier
from tracking.model import Dossier


@pytest.fixture
async def accepted(desk: Connection, town: Town) -> Dossier:
    return await make.dossier(desk, town, offered=False)


@pytest.fixture
async def wish(desk: Connection, town: Town, accepted: Dossier) -> Wish:
    chief = await make.person(desk, "chief", "supervisor", town.office, town.agency)
    return Wish(
        id=uuid4(), ref=accepted.ref, reason="CR09", person=town.clerk, office=town.office,
        approver=chief,
    )  # fmt: skip


async def test_the_code_of_a_lost_receipt_answers_like_one_that_never_was(
    desk: Connection, accepted: Dossier, wish: Wish
) -> None:
    """Whoever found the paper must not read on."""
    issue = await reissue.reissue(desk, wish, now=MORNING)

    assert issue.number == 1
    assert issue.tracking_code != accepted.tracking_code
    assert await slip.by_tracking_code(desk, accepted.tracking_code) is None
    found = await slip.by_tracking_code(desk, issue.tracking_code)
    assert found is not None
    assert found.dossier.ref == accepted.ref


async def test_a_torn_receipt_keeps_its_code_unless_another_is_asked_for(
    desk: Connection, accepted: Dossier, wish: Wish
) -> None:
    """The citizen has the code by heart, in a message and on the phone's screen."""
    torn = await reissue.reissue(desk, replace(wish, reason="CR10"), now=MORNING)
    wanted = await reissue.reissue(
        desk, replace(wish, id=uuid4(), reason="CR10", new_code=True), now=MORNING
    )

    assert torn.tracking_code == accepted.tracking_code
    assert wanted.tracking_code != accepted.tracking_code


async def test_every_issue_is_kept_with_its_number_reason_and_people(
    desk: Connection, accepted: Dossier, wish: Wish
) -> None:
    await reissue.reissue(desk, wish, now=MORNING)
    await reissue.reissue(desk, replace(wish, id=uuid4(), reason="CR10"), now=MORNING)

    kept = await reissue.issues(desk, accepted.id)

    assert [(issue.number, issue.reason_vi, issue.approver) for issue in kept] == [
        (0, None, None),
        (1, "Mất biên nhận", "Nguyễn Văn Chief"),
        (2, "Biên nhận rách, mờ, không đọc được", "Nguyễn Văn Chief"),
    ]
    assert kept[0].tracking_code == accepted.tracking_code
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with desk.transaction():
            await desk.execute("DELETE FROM receipt_issue")


async def test_the_first_print_of_an_issue_is_its_original(
    desk: Connection, town: Town, accepted: Dossier, wish: Wish
) -> None:
    """And a print of the issue before it has ended, though it was asked for a minute ago."""

    async def print_one() -> tuple[int, int, int]:
        ordinal = await prints.open_print(
            desk, accepted.ref, office_id=town.office, person_id=town.clerk, now=MORNING
        )
        sheet = await prints.find_receipt(
            desk, accepted.ref, ordinal, office_id=town.office, now=MORNING
        )
        paper = prints.receipt_of(sheet, site="https://hoso.example.vn", ordinal=ordinal)
        return ordinal, paper.copy, paper.issue

    assert [await print_one(), await print_one()] == [(1, 0, 0), (2, 1, 0)]
    await reissue.reissue(desk, wish, now=MORNING)
    with pytest.raises(prints.PrintEnded):
        await prints.find_receipt(desk, accepted.ref, 2, office_id=town.office, now=MORNING)
    assert [await print_one(), await print_one()] == [(3, 0, 1), (4, 1, 1)]


async def test_the_paper_says_which_issue_it_is(
    desk: Connection, town: Town, accepted: Dossier, wish: Wish
) -> None:
    """And one that was replaced is as it was handed out: the mark is the archive's."""
    await reissue.reissue(desk, wish, now=MORNING)
    now = prints.receipt_of(
        await prints.find(desk, accepted.ref, town.office), site="https://h.vn", ordinal=1
    )
    old = reissue.replaced_receipt(
        *await reissue.replaced(desk, accepted.ref, 0, town.office), site="https://h.vn"
    )

    for paper, said in (
        (now, "CẤP LẠI LẦN 1 / RE-ISSUE 1"),
        (replace(now, copy=2), "CẤP LẠI LẦN 1 / RE-ISSUE 1 · BẢN SAO 2 / COPY 2"),
        (old, "GIẤY TIẾP NHẬN HỒ SƠ"),
    ):
        [page] = PdfReader(BytesIO(papers.receipt(paper))).pages
        assert said in " ".join(page.extract_text().split())
    assert old.tracking_code == accepted.tracking_code
    with pytest.raises(UnknownDossier):
        await reissue.replaced(desk, accepted.ref, 1, town.office)


async def test_nobody_issues_a_receipt_again_alone_for_another_office_or_without_a_reason(
    desk: Connection, wish: Wish
) -> None:
    for wrong, refusal in (
        ({"approver": None}, SecondPersonNeeded),
        ({"approver": wish.person}, SecondPersonNeeded),
        ({"office": 1 if wish.office != 1 else 2}, UnknownDossier),
        ({"reason": "ZZ99"}, UnknownReason),
    ):
        with pytest.raises(refusal):
            await reissue.reissue(desk, replace(wish, **wrong), now=MORNING)


async def test_one_wish_makes_one_issue_however_often_it_is_sent(
    town_url: str, desk: Connection, wish: Wish, accepted: Dossier
) -> None:
    """Ten copies at once: one new code, and everybody hears the same one."""

    async def once() -> str:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                return (await reissue.reissue(conn, wish, now=MORNING)).tracking_code
        finally:
            await conn.close()

    codes = await asyncio.gather(*(once() for _ in range(10)))

    assert len(set(codes)) == 1
    assert len(await reissue.issues(desk, accepted.id)) == 2


async def test_the_choices_are_of_the_closed_list(desk: Connection) -> None:
    """Loss stands first: it is what happens."""
    assert [reason.code for reason in await reissue.choices(desk)][:2] == ["CR09", "CR10"]
