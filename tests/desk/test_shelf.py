"""What lies at an office: found by a scan, handed out once, called about by its own clerks."""

from __future__ import annotations

import pytest
from asyncpg import Connection

from postal_service.caller import Role, Staff
from postal_service.desk import shelf
from postal_service.desk.printing import prints
from tests import make
from tests.make import MORNING, Town
from tracking.bad_identifier import BadIdentifier
from tracking.errors import UnknownDossier
from tracking.stages import Act


def clerk(town: Town, office: int | None = None) -> Staff:
    return Staff(
        id=town.clerk,
        username="clerk",
        full_name="Nguyễn Thu Hà",
        given_name="Hà",
        role=Role.CLERK,
        office_id=office or town.office,
        office_name="Bưu cục",
        agency_id=None,
        agency_name=None,
        phone=None,
        last_seen_at=MORNING,
    )


async def test_another_office_sees_nothing(desk: Connection, town: Town) -> None:
    """Not even that the number exists."""
    ref = (await make.dossier(desk, town)).ref
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")

    with pytest.raises(UnknownDossier):
        await prints.find(desk, ref, other)
    with pytest.raises(UnknownDossier):
        await shelf.look_up(desk, ref, office_id=other, now=MORNING)


async def test_a_call_is_ticked_off_by_its_own_office(desk: Connection, town: Town) -> None:
    """A task that another office could close would be a citizen nobody called."""
    accepted = await make.dossier(desk, town, phone=None)
    task = await desk.fetchval(
        "INSERT INTO task (office_id, dossier_id, kind, cause, text_vi, opened_at)"
        " VALUES ($1, $2, 'call_citizen', 'event:1', 'Ho so da den co quan.', $3) RETURNING id",
        town.office,
        accepted.id,
        MORNING,
    )
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")

    with pytest.raises(shelf.UnknownTask):
        await shelf.finish_task(desk, task, staff=clerk(town, other), now=MORNING)
    await shelf.finish_task(desk, task, staff=clerk(town), now=MORNING)

    assert await shelf.count_tasks(desk, town.office) == 0


async def test_any_code_of_a_dossier_finds_it(desk: Connection, town: Town) -> None:
    """A clerk scans whatever the citizen holds out: receipt, envelope or the agency's slip."""
    accepted = await make.dossier(desk, town)
    await make.signed(desk, town, accepted)
    await make.rule(desk, town, accepted, Act.RECEIVE)
    bound = f"H36.31-261123-{accepted.id:04}"
    number = await make.s10(desk, accepted)

    for code in (
        accepted.ref.lower(),
        accepted.tracking_code,
        f" {number[:5]} {number[5:]}",
        bound,
    ):
        found = await shelf.look_up(desk, code, office_id=town.office, now=MORNING)
        assert found.slip.dossier.ref == accepted.ref
        assert found.holders[number] == found.agency
        assert found.waiting is None


@pytest.mark.parametrize("code", ["RB000000006VN", "LD-261399-00001"])
async def test_a_misread_code_says_what_to_do(desk: Connection, town: Town, code: str) -> None:
    """A failed check digit is mostly a Vietnamese keyboard under the scanner."""
    with pytest.raises(BadIdentifier) as refusal:
        await shelf.look_up(desk, code, office_id=town.office, now=MORNING)
    assert refusal.value.reason == "bad_date" or "Tắt bộ gõ tiếng Việt" in refusal.value.vi


async def test_a_scan_that_is_no_number_changes_nothing(desk: Connection, town: Town) -> None:
    for code in ("ăâô", "", "x" * 500, "068185004217"):
        with pytest.raises(shelf.UnreadableScan):
            await shelf.look_up(desk, code, office_id=town.office, now=MORNING)
