"""What citizens told of themselves: closed in the table, masked on screens, looks on record."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest
from asyncpg import Connection

from postal_service.caller import Role, Staff
from postal_service.desk.citizen import masking, party_store, reads
from postal_service.desk.citizen.reads import Look, NoReason, TooVague, Why
from postal_service.desk.intake import Person
from postal_service.desk.watch import radar
from tests import make
from tests.make import MORNING, Town
from tests.stores import STATEMENTS
from tracking.errors import UnknownDossier


def staff(town: Town, person: int, role: Role = Role.CLERK) -> Staff:
    agency = role is Role.AGENCY_OFFICER
    return Staff(
        id=person,
        username="clerk",
        full_name="Nguyễn Văn Clerk",
        given_name="Clerk",
        role=role,
        office_id=None if agency else town.office,
        office_name=None,
        agency_id=town.agency if agency else None,
        agency_name=None,
        phone=None,
        last_seen_at=MORNING,
    )


async def looks(desk: Connection) -> list[tuple[object, ...]]:
    rows = await desk.fetch(
        "SELECT person_id, deed, fields, reason, party_id FROM read_log ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def test_a_stolen_table_tells_nothing(desk: Connection) -> None:
    """Everything a citizen told but her name lies closed, and is read as before."""
    person = Person(
        full_name="Trần Bích Uyên",
        citizen_id="068159990001",
        phone="+84590000001",
        sms_allowed=True,
        address="71 Phan Đình Phùng, phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng",
        note="cổng xanh",
    )

    party = await party_store.add_party(desk, person)

    stored = await desk.fetchrow("SELECT party::text AS row FROM party WHERE id = $1", party)
    for secret in ("068159990001", "590000001", "Phan", "cổng"):
        assert secret not in stored["row"]
        assert secret.encode().hex() not in stored["row"]
    assert await party_store.parties(desk, [party]) == {party: person}


def test_no_statement_compares_closed_columns() -> None:
    """Two closings of one number differ: `a.phone = b.phone` would be false without an error."""
    closed = ("phone", "citizen_id", "note", "receiver_name")
    for name, sql in STATEMENTS.items():
        for column in closed:
            for after in (" = ", " <> ", " LIKE ", " IN ("):
                text = f".{column}{after}"
                assert text not in sql or "person" in sql, f"{name}: {text}"


@pytest.mark.parametrize(
    ("whole", "left"),
    [
        ("71 Phan Đình Phùng, phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng",
         "•••, phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng"),
        ("Xã Lát, Lạc Dương", "•••, Lạc Dương"),
        ("thôn 3, Xã Lạc Dương", "•••, Xã Lạc Dương"),
        ("71 Phan Đình Phùng", "•••"),
        ("", "•••"),
    ],
)  # fmt: skip
def test_of_an_address_the_commune_is_left(whole: str, left: str) -> None:
    """Enough to send somebody to the right counter, not to her door."""
    assert masking.address(whole) == left


def test_of_a_number_its_ends_are_left() -> None:
    """Enough to compare with what a citizen says."""
    assert masking.phone("+84590000001") == "0590•••001"
    assert masking.citizen_id("068159990001") == "068•••••0001"
    assert masking.phone(None) == masking.citizen_id(None) == "–"


async def test_opening_is_written_in_the_same_transaction(desk: Connection, town: Town) -> None:
    """Nobody sees a number that no line says she saw; the rest stays masked."""
    dossier = await make.dossier(desk, town, offered=False)
    clerk = staff(town, town.clerk)
    [before] = await reads.people(desk, dossier.ref, staff=clerk)
    look = Look(party_id=before.id, fields=["phone"], why=Why.CALL)

    [after] = await reads.show(desk, dossier.ref, look, staff=clerk, now=MORNING)

    assert (before.phone, before.citizen_id) == ("0590•••001", "068•••••0001")
    assert (after.phone.replace(" ", ""), after.citizen_id) == ("0590000001", "068•••••0001")
    assert await looks(desk) == [(town.clerk, "shown", ["phone"], "call", dossier.applicant_id)]


@pytest.mark.parametrize(
    "change", [{"fields": []}, {"why": ""}, {"why": "curious"}, {"party_id": 2**40}]
)
async def test_without_a_reason_nothing_opens(
    desk: Connection, town: Town, change: dict[str, object]
) -> None:
    """The list of reasons is closed, and nothing is on record that did not happen."""
    dossier = await make.dossier(desk, town, offered=False)
    given = {"party_id": dossier.applicant_id, "fields": ["phone"], "why": "call"} | change

    with pytest.raises(NoReason):
        await reads.show(
            desk, dossier.ref, Look(**given), staff=staff(town, town.clerk), now=MORNING
        )
    assert await looks(desk) == []


async def test_another_offices_and_agencys_people_are_unknown(desk: Connection, town: Town) -> None:
    """Not "forbidden": that would say that there is such a dossier."""
    dossier = await make.dossier(desk, town, offered=False)
    other = await make.town(desk, office="66D02", agency="", suffix="_other")
    strangers = [staff(other, other.clerk), staff(other, other.officer, Role.AGENCY_OFFICER)]
    strangers = [each for each in strangers if each.agency_id != town.agency]

    for stranger in strangers:
        with pytest.raises(UnknownDossier):
            await reads.people(desk, dossier.ref, staff=stranger)


@pytest.mark.parametrize(
    "typed", ["0590 000 001", "+84590000001", "068159990001", "068 159 990 001", "tran bich"]
)  # fmt: skip
async def test_a_citizen_without_receipt_is_found_and_it_is_written(
    desk: Connection, town: Town, typed: str
) -> None:
    """By phone, identity number or name, as people say and type them."""
    dossier = await make.dossier(desk, town, offered=False)

    found = await reads.find(desk, typed, staff=staff(town, town.clerk), now=MORNING)

    assert [hit.ref for hit, _ in found] == [dossier.ref]
    assert found[0][1].phone == "0590•••001"
    [(person, deed, _, reason, party)] = await looks(desk)
    assert (person, deed, reason, party) == (
        town.clerk, "searched", "no_receipt", dossier.applicant_id,
    )  # fmt: skip


async def test_who_is_not_found_was_looked_for(desk: Connection, town: Town) -> None:
    """Trying numbers leaves as many lines as finding them."""
    assert await reads.find(desk, "0590000777", staff=staff(town, town.clerk), now=MORNING) == []
    assert await looks(desk) == [(town.clerk, "searched", ["phone"], "no_receipt", None)]


@pytest.mark.parametrize("typed", ["", "a", "Trần", "%%", "12345", "+8459", "²²²²²²²²²", "a b"])
async def test_half_the_province_is_not_found(desk: Connection, town: Town, typed: str) -> None:
    """A search that would list everybody is no search for somebody."""
    with pytest.raises(TooVague):
        await reads.find(desk, typed, staff=staff(town, town.clerk), now=MORNING)


async def test_the_log_cannot_be_changed(desk: Connection, town: Town) -> None:
    """Not by the application's role, nor by the table's owner."""
    await reads.find(desk, "0590000777", staff=staff(town, town.clerk), now=MORNING)
    for sql in ("UPDATE read_log SET reason = 'call'", "DELETE FROM read_log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with desk.transaction():
                await desk.execute(sql)


async def test_who_looks_at_too_many_is_asked_why(desk: Connection, town: Town) -> None:
    """Twenty an hour are usual; the one after raises an alarm to her supervisor, once."""
    clerk = staff(town, town.clerk)
    await make.dossier(desk, town, offered=False)
    for n in range(20):
        await reads.find(desk, f"05900007{n:02}", staff=clerk, now=MORNING + timedelta(seconds=n))
    assert await reads.silences(desk, town.office, now=MORNING + timedelta(minutes=1)) == []

    await reads.find(desk, "0590000001", staff=clerk, now=MORNING + timedelta(seconds=30))
    for minutes in (1, 2):
        await radar.look(desk, town.office, now=MORNING + timedelta(minutes=minutes))

    alarms = await desk.fetch("SELECT subject, receiver FROM alarm WHERE rule = 'snooping'")
    assert [tuple(alarm) for alarm in alarms] == [(f"person:{town.clerk}", "supervisor")]
