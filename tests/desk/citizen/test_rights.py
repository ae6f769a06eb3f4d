"""What a citizen may ask of her own data, and what goes by itself after its time."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.caller import Role, Staff
from postal_service.desk.citizen import party_store, retention, rights
from postal_service.desk.citizen.rights import UnknownRequest, Wish
from tests import make
from tests.desk.citizen.test_parties import staff
from tests.make import MORNING, Town
from tracking.errors import UnknownDossier
from tracking.model import Dossier
from tracking.stages import Act, Stage

YEARS = timedelta(days=3000)


@pytest.fixture
def chief(town: Town) -> Staff:
    """Anybody in the register will do: what is hers is asked at the door."""
    return staff(town, town.clerk, Role.MANAGER)


async def asked(
    desk: Connection, dossier: Dossier, kind: str, chief: Staff, *, times: int = 1
) -> rights.Request:
    wish = Wish(form_id=uuid4(), ref=dossier.ref, who="applicant", kind=kind)
    for _ in range(times):
        await rights.ask(desk, wish, staff=chief, now=MORNING)
    [request] = await rights.requests(desk)
    return request


async def test_a_request_is_to_be_answered_in_two_working_days(
    desk: Connection, town: Town, chief: Staff
) -> None:
    """Monday's on Thursday: the Tuesday between is a holiday. Pressed twice it is one."""
    dossier = await make.dossier(desk, town, offered=False)

    request = await asked(desk, dossier, "export", chief, times=2)

    assert request.answer_by == date(2026, 11, 26)
    wish = Wish(form_id=uuid4(), ref="LD-000000-00000", who="applicant", kind="erase")
    with pytest.raises(UnknownDossier):
        await rights.ask(desk, wish, staff=chief, now=MORNING)


async def test_the_copy_holds_everything_and_who_looked(
    desk: Connection, town: Town, chief: Staff
) -> None:
    """Of every dossier with her identity number; that it was opened is in it too."""
    first = await make.dossier(desk, town, offered=False)
    second = await make.dossier(desk, town, offered=False)
    request = await asked(desk, first, "export", chief)

    found = await rights.export(desk, request.id, staff=chief, now=MORNING)
    again = await rights.export(desk, request.id, staff=chief, now=MORNING)

    assert {one["phone"] for one in found["particulars"]} == {"+84590000001"}
    assert [one["ref"] for one in found["dossiers"]] == [first.ref, second.ref]
    assert [one["reason"] for one in found["looks"]] == ["rights"]
    assert len(again["looks"]) == 2
    with pytest.raises(UnknownRequest):
        await rights.erase(desk, request.id, staff=chief, now=MORNING)


async def test_nothing_is_erased_under_a_dossier_that_is_under_way(
    desk: Connection, town: Town, chief: Staff
) -> None:
    """Her papers would find no door any more: the answer says which dossier needs it."""
    dossier = await make.dossier(desk, town)
    request = await asked(desk, dossier, "erase", chief)

    await rights.erase(desk, request.id, staff=chief, now=MORNING)

    [answered] = await rights.requests(desk)
    assert answered.outcome == "kept"
    assert dossier.ref in (answered.why or "")
    [person] = (await party_store.parties(desk, [dossier.applicant_id])).values()
    assert person.phone == "+84590000001"


async def test_erasure_shreds_the_fields_and_leaves_the_register(
    desk: Connection, town: Town, chief: Staff
) -> None:
    """Of the citizen nothing is left to open; every line of the register stands as it was."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.DELIVERED)
    await make.rule(desk, town, dossier)
    events = "SELECT count(*), max(id) FROM event"
    before = tuple(await desk.fetchrow(events))
    request = await asked(desk, dossier, "erase", chief)

    await rights.erase(desk, request.id, staff=chief, now=MORNING)

    [answered] = await rights.requests(desk)
    assert answered.outcome == "erased", answered.why
    [person] = (await party_store.parties(desk, [dossier.applicant_id])).values()
    assert (person.phone, person.citizen_id, person.full_name) == (None, None, "(đã xóa)")
    assert "Phan" not in person.address
    assert await desk.fetchval("SELECT count(*) FROM party WHERE phone_index IS NOT NULL") == 0
    assert tuple(await desk.fetchrow(events)) == before


async def test_what_was_kept_for_its_time_goes_by_itself(desk: Connection, town: Town) -> None:
    """Years after a dossier ended; one that is open is kept however old it is."""
    ended = await make.dossier(desk, town)
    await make.result(desk, town, ended, Stage.DELIVERED)
    still_open = await make.dossier(desk, town)
    await desk.execute("UPDATE party SET created_at = $1", MORNING)

    early = await retention.sweep(desk, now=MORNING + timedelta(days=300))
    late = await retention.sweep(desk, now=MORNING + YEARS)
    again = await retention.sweep(desk, now=MORNING + YEARS)

    assert (early.parties, late.parties, again.anything) == (0, 1, False)
    people = await party_store.parties(desk, [ended.applicant_id, still_open.applicant_id])
    assert people[ended.applicant_id].phone is None
    assert people[still_open.applicant_id].phone == "+84590000001"


async def test_a_picture_that_no_scan_ever_named_goes_after_a_week(
    desk: Connection, town: Town
) -> None:
    """A picture may come before its scan, and one whose scan is on record stays."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    [event] = await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])
    for scan, sha in ((event.scan_id, b"a" * 32), (uuid4(), b"b" * 32)):
        await desk.execute(
            "INSERT INTO proof_file (sha256, media, content, kept_at)"
            " VALUES ($1, 'image/png', 'x', $2)", sha, MORNING,
        )  # fmt: skip
        await desk.execute(
            "INSERT INTO proof_attachment (scan_id, sent, kind, sha256, added_by, added_at)"
            " VALUES ($1, $2, 'photo', $2, $3, $4)", scan, sha, town.courier, MORNING,
        )  # fmt: skip

    early = await retention.sweep(desk, now=MORNING + timedelta(days=6))
    late = await retention.sweep(desk, now=MORNING + timedelta(days=8))

    assert (early.pictures, late.pictures) == (0, 1)
    left = await desk.fetch("SELECT sha256 FROM proof_file")
    assert [row["sha256"] for row in left] == [b"a" * 32]


async def test_a_courier_sees_what_he_carried_for_two_days(desk: Connection, town: Town) -> None:
    """What he has in his bag he sees for as long as he has it."""
    carried, given = await make.dossier(desk, town), await make.dossier(desk, town)
    for dossier in (carried, given):
        number = await make.s10(desk, dossier)
        await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])
    number = await make.s10(desk, given)
    await make.scans(
        desk,
        [
            make.scan(number, Act.HAND_OVER, town.by_courier),
            make.scan(number, Act.SIGN, town.by_officer),
        ],
    )
    stakes = "SELECT dossier_id FROM stake WHERE keeper = 'courier' AND keeper_id = $1"
    heard = await desk.fetchval("SELECT max(heard_at) FROM event")

    await retention.sweep(desk, now=heard + timedelta(days=1))
    both = await desk.fetch(stakes, town.courier)
    await retention.sweep(desk, now=heard + timedelta(days=3))
    left = await desk.fetch(stakes, town.courier)

    assert {row["dossier_id"] for row in both} == {carried.id, given.id}
    assert [row["dossier_id"] for row in left] == [carried.id]


async def test_a_form_laid_aside_goes_after_its_days(desk: Connection, town: Town) -> None:
    """Who never came back with her paper told us her number for nothing."""
    await desk.execute(
        "INSERT INTO draft (form_id, office_id, person_id, held_at) VALUES ($1, $2, $3, $4)",
        uuid4(), town.office, town.clerk, MORNING,
    )  # fmt: skip

    early = await retention.sweep(desk, now=MORNING + timedelta(days=6))
    late = await retention.sweep(desk, now=MORNING + timedelta(days=8))

    assert (early.drafts, late.drafts) == (0, 1)
