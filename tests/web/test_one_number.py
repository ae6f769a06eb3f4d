"""One due date: the same on screens, on paper, in the message, the API and the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from asyncpg import Connection

from notifications import outbox
from postal_service.caller import Role, Staff
from postal_service.cli_clock import told
from postal_service.desk.agency import clock_view, rulings
from postal_service.desk.agency.rulings import Wish
from postal_service.desk.citizen.directory import DeskDirectory
from postal_service.desk.papers import figures
from postal_service.desk.printing import control_slip
from postal_service.web import words
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client, read
from tracking import calendar_changes, proposals
from tracking.calendar_changes import NewDays
from tracking.model import Dossier
from tracking.pauses import AskedPaper
from tracking.stages import Act

CODE = "H36.31-261123-0001"
DIRECTORY = DeskDirectory(b"test")
Change = Callable[[Connection, Town, Dossier], Awaitable[None]]


async def decide(conn: Connection, town: Town, dossier: Dossier, wish: Wish, days: int) -> None:
    now = MORNING + timedelta(days=days)
    await rulings.decide(conn, dossier.ref, wish, by=town.by_officer, now=now)


async def nothing(conn: Connection, town: Town, dossier: Dossier) -> None:
    """As it was received."""


async def paused(conn: Connection, town: Town, dossier: Dossier) -> None:
    papers = (AskedPaper(name="Sổ hộ khẩu", photocopies=1),)
    asked = Wish(id=uuid4(), act=Act.ASK_MORE, papers=papers, note="Thiếu một bản")
    await decide(conn, town, dossier, asked, 0)
    await decide(conn, town, dossier, Wish(id=uuid4(), act=Act.RESUME), 2)


async def extended(conn: Connection, town: Town, dossier: Dossier) -> None:
    wish = Wish(id=uuid4(), act=Act.EXTEND, more=2, reason="LT02")
    await decide(conn, town, dossier, wish, 0)


async def moved(conn: Connection, town: Town, dossier: Dossier) -> None:
    off = NewDays(
        form_id=uuid4(), scope="all", first=date(2026, 11, 26), last=date(2026, 11, 26),
        kind="off", name="Nghỉ tránh bão",
    )  # fmt: skip
    await calendar_changes.apply(conn, off, by=town.officer, at=MORNING)
    [proposal] = await proposals.waiting(conn, None)
    await proposals.accept(conn, [proposal.id], by=town.by_officer, at=MORNING)


def limit(value: int, unit: str, convention: str = "hour_precise") -> str:
    cutoff = str(value == 0).lower()
    return (
        f"UPDATE dossier SET limit_value = {value}, limit_unit = '{unit}',"
        f" same_day_cutoff = {cutoff}, convention = '{convention}'"
    )


LINKED = (
    "UPDATE dossier SET limit_value = 4, procedure_id ="
    " (SELECT id FROM procedure WHERE code = '2.000986' AND version = 2)"
)
KINDS: dict[str, tuple[str, Change]] = {
    "working days": (limit(3, "working_day"), nothing),
    "to the end of the day": (limit(3, "working_day", "end_of_day"), nothing),
    "working hours": (limit(20, "working_hour"), nothing),
    "calendar days": (limit(10, "day"), nothing),
    "months": (limit(1, "month"), nothing),
    "same day": (limit(0, "working_day"), nothing),
    "linked": (LINKED, nothing),
    "paused": (limit(3, "working_day"), paused),
    "extended": (limit(3, "working_day"), extended),
    "moved": (limit(3, "working_day"), moved),
}


def clerk_of(town: Town) -> Staff:
    return Staff(
        id=town.clerk, username="clerk", full_name="Nguyễn Văn Clerk", given_name="Văn",
        role=Role.CLERK, office_id=town.office, office_name=None, agency_id=None,
        agency_name=None, phone=None, last_seen_at=MORNING,
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_one_due_date_everywhere(
    client: Client, desk: Connection, town: Town, kind: str
) -> None:
    """A citizen who reads two places must not find two dates."""
    pin, change = KINDS[kind]
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await desk.execute(pin)
    await decide(desk, town, dossier, Wish(id=uuid4(), act=Act.RECEIVE, agency_code=CODE), 0)
    await change(desk, town, dossier)

    due: datetime = await desk.fetchval("SELECT due_at FROM dossier")
    moment, hour, day = words.moment(due), words.hour(due), words.long_day(due)

    citizen = await read(client, f"/h/{dossier.tracking_code}")
    assert day in citizen
    assert f"Lúc {hour}" in citizen
    await client.sign_in("officer")
    agency = await read(client, f"/agency/dossiers/{dossier.ref}")
    assert day in agency
    assert f"lúc {hour}" in agency
    assert f"Hẹn trả {hour} {day}" in await read(client, f"/slips/{dossier.ref}")
    assert f"Cơ quan hẹn trả {moment}" in await read(client, f"/slips/{dossier.ref}")
    answer = await client.get(f"/slips/{dossier.ref}/clock")
    said_by_api = answer.json()
    assert datetime.fromisoformat(said_by_api["dueAt"]) == due
    assert said_by_api["agencyCode"] == CODE
    assert any(f"Hẹn trả {hour} {day}" in line["vi"] for line in said_by_api["lines"])
    paper = await control_slip.slip_for(desk, dossier.ref, clerk_of(town), now=MORNING)
    assert figures.moment(due) in str(msgspec.to_builtins(paper))
    view = await clock_view.look(desk, await clock_view.find(desk, CODE), now=MORNING)
    assert view.explanation is not None
    assert not view.explanation.by_hand
    said = told(await clock_view.find(desk, CODE), view, 0)
    assert any(f"Hẹn trả {hour} {day}" in line for line in said), said
    await outbox.draft(desk, directory=DIRECTORY, now=MORNING)
    bodies = [row["body"] for row in await desk.fetch("SELECT body FROM sms ORDER BY id")]
    assert any(moment in body for body in bodies), bodies
