"""What left the press is kept: printed again it is the same bytes, and says that it is a copy."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest
from asyncpg import Connection

from postal_service import database as doors
from postal_service.caller import Role, Staff
from postal_service.desk import papers
from postal_service.desk.papers import FormSet, Kind, copies
from postal_service.desk.printing import archive
from postal_service.desk.printing.archive import AlteredPaper, Filing, UnknownPaper
from tests import make
from tests.desk.printing.test_papers import MORNING, RECEIPT, pages
from tests.make import Town

FILING = Filing(kind=Kind.RECEIPT, subject=RECEIPT.ref, form_set=FormSet.TT03_2025)
HOUR = timedelta(hours=1)


def clerk(town: Town, **other: object) -> Staff:
    values: dict[str, object] = {
        "id": town.clerk, "username": "clerk", "full_name": "Nguyễn Văn Clerk",
        "given_name": "Văn", "role": Role.CLERK, "office_id": town.office, "office_name": "",
        "agency_id": None, "agency_name": None, "phone": None, "last_seen_at": MORNING,
    }  # fmt: skip
    return Staff(**(values | other))


async def test_a_kept_paper_is_the_same_bytes_for_ever(desk: Connection, town: Town) -> None:
    content = papers.receipt(RECEIPT)

    made = await archive.keep(desk, FILING, content, by=clerk(town), now=MORNING)
    found = await archive.find(desk, FILING)

    assert made is not None
    assert found == made
    assert found.content == content
    row = await archive.one(desk, made.id)
    assert row.sha256 == hashlib.sha256(content).digest()
    assert (row.form_number, row.copies) == ("01", 0)
    assert row.basis.startswith("Mẫu số 01, Thông tư 03/2025/TT-VPCP · Nghị định 118/2025/NĐ-CP")


async def test_of_two_originals_the_first_is_kept(desk: Connection, town: Town) -> None:
    """Two windows that print at once: one paper is the original, the other was never made."""
    first = await archive.keep(desk, FILING, b"%PDF first", by=clerk(town), now=MORNING)
    second = await archive.keep(desk, FILING, b"%PDF second", by=clerk(town), now=MORNING)

    assert second is None
    assert await archive.find(desk, FILING) == first


async def test_another_edition_is_another_original(desk: Connection, town: Town) -> None:
    """A receipt that was issued again is not a copy of the lost one."""
    await archive.keep(desk, FILING, b"%PDF 0", by=clerk(town), now=MORNING)
    again = Filing(kind=Kind.RECEIPT, subject=RECEIPT.ref, edition="1")

    assert await archive.find(desk, again) is None


async def test_a_browser_asks_twice_for_one_print_and_a_person_tomorrow_gets_a_copy(
    desk: Connection, town: Town
) -> None:
    made = await archive.keep(desk, FILING, b"%PDF", by=clerk(town), now=MORNING)
    assert made is not None
    other = clerk(town, id=town.courier)

    async def ordinal(by: Staff, after: timedelta) -> int:
        return (await archive.printed(desk, made.id, by=by, now=MORNING + after)).ordinal

    assert await ordinal(clerk(town), timedelta(minutes=5)) == 0
    assert await ordinal(other, timedelta(minutes=5)) == 1
    assert await ordinal(clerk(town), HOUR) == 2
    assert await ordinal(clerk(town), HOUR + timedelta(minutes=14)) == 2
    asked = await archive.copy(desk, made.id, by=clerk(town), now=MORNING + HOUR)
    assert asked.ordinal == 3
    kept, third = await archive.named(desk, made.id, 3)
    assert (kept, third) == (made, asked)


@pytest.mark.parametrize(("id_", "ordinal"), [(0, 0), (2**63, 0), (1, -1), (1, 10_000), (1, 5)])
async def test_what_was_never_printed_cannot_be_asked_for(
    desk: Connection, town: Town, id_: int, ordinal: int
) -> None:
    with pytest.raises(UnknownPaper):
        await archive.named(desk, id_, ordinal)


async def test_a_kept_paper_is_closed_on_the_disk(desk: Connection, town: Town) -> None:
    """A stolen disk must not give away the names on a hundred thousand receipts."""
    content = papers.receipt(RECEIPT)
    await archive.keep(desk, FILING, content, by=clerk(town), now=MORNING)

    stored = await desk.fetchval("SELECT content_sealed FROM paper_file")

    assert content[:200] not in stored
    assert b"PDF" not in stored


async def test_a_paper_that_was_exchanged_is_not_handed_out(desk: Connection, town: Town) -> None:
    """Only the product's own work may close a paper anew, and another paper shows."""
    made = await archive.keep(desk, FILING, b"%PDF one", by=clerk(town), now=MORNING)
    assert made is not None
    digest = hashlib.sha256(b"%PDF one").digest()
    text = base64.b64encode(b"%PDF two").decode()
    other = make.KEYS.close("paper_file", digest.hex(), "content", text)
    exchange = "UPDATE paper_file SET content_sealed = $1"
    async with desk.transaction():
        await doors.set_context(desk, clerk(town).context)
        assert await desk.execute(exchange, other) == "UPDATE 0"
    assert (await archive.find(desk, FILING)) == made

    async with desk.transaction():
        await doors.set_context(desk, doors.Context.command("test"))
        assert await desk.execute(exchange, other) == "UPDATE 1"

    with pytest.raises(AlteredPaper):
        await archive.find(desk, FILING)


async def test_nobody_changes_or_removes_a_kept_paper(desk: Connection, town: Town) -> None:
    await archive.keep(desk, FILING, b"%PDF", by=clerk(town), now=MORNING)
    for sql in ("DELETE FROM paper", "UPDATE paper SET subject = 'x'", "DELETE FROM paper_file"):
        with pytest.raises(Exception, match="permission denied"):
            async with desk.transaction():
                await desk.execute(sql)


async def test_papers_are_found_by_the_number_in_the_hand(desk: Connection, town: Town) -> None:
    await archive.keep(desk, FILING, b"%PDF", by=clerk(town), now=MORNING)

    found = await archive.search(desk, " ld-261123-00042 ")
    lately = await archive.lately(desk, clerk(town), now=MORNING + HOUR)

    assert [row.kind for row in found] == ["receipt"]
    assert found == lately
    assert await archive.search(desk, "LD-261123-00043") == []


async def test_a_manager_reads_no_papers_and_another_office_only_its_own(
    desk: Connection, town: Town
) -> None:
    """Row-level security: what is no business of hers is not there."""
    filing = Filing(kind=Kind.REGISTER, subject="so-2026-1")
    made = await archive.keep(desk, filing, b"%PDF", by=clerk(town), now=MORNING)
    assert made is not None
    other = clerk(town, id=town.officer, role=Role.AGENCY_OFFICER, office_id=None, agency_id=1)
    manager = clerk(town, id=town.courier, role=Role.MANAGER, office_id=None)
    async with desk.transaction():
        await doors.set_context(desk, other.context)
        assert await archive.find(desk, filing) is None
        await doors.set_context(desk, manager.context)
        assert (await archive.one(desk, made.id)).copies == 0
        with pytest.raises(UnknownPaper):
            await archive.opened(desk, made.id)
        await doors.set_context(desk, clerk(town).context)
        assert await archive.find(desk, filing) == made


def test_a_copy_is_the_original_with_a_mark_behind_it() -> None:
    """Cut the mark off, and the hash of the rest is the archive's."""
    original = papers.receipt(RECEIPT)

    copy = copies.copy(
        Kind.RECEIPT, original, copies.words(Kind.RECEIPT, 2, MORNING + HOUR), MORNING + HOUR
    )

    assert copy.startswith(original)
    (text,) = pages(copy)
    assert "BẢN SAO 2 / COPY 2 · in lại 09:15 23/11/2026" in text
    assert pages(original)[0] in text
    assert b"pdfaid:part>2<" in copy
    again = copies.copy(
        Kind.RECEIPT, original, copies.words(Kind.RECEIPT, 2, MORNING + HOUR), MORNING + HOUR
    )
    assert copy == again
