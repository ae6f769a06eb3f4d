"""An administrator's calendars: tried out first, saved once, and no appointment moved by itself."""

from __future__ import annotations

from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.desk.agency import rulings
from postal_service.desk.agency.rulings import Wish
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client, read
from tracking.model import Dossier
from tracking.stages import Act


async def received(desk: Connection, town: Town) -> Dossier:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    wish = Wish(id=uuid4(), act=Act.RECEIVE, agency_code="H36.31-261123-0001")
    await rulings.decide(desk, dossier.ref, wish, by=town.by_officer, now=MORNING)
    return dossier


def day_form(client: Client, **given: str) -> dict[str, str]:
    return {
        "csrf": client.form_token,
        "id": str(uuid4()),
        "step": "try",
        "group": "LD-STD",
        "scope": "all",
        "kind": "off",
        "first": "2026-11-26",
        "last": "",
        "name": "Nghỉ tránh bão",
        **given,
    }


def hours_form(client: Client, **given: str) -> dict[str, str]:
    return {
        "csrf": client.form_token,
        "id": str(uuid4()),
        "step": "try",
        "group": "LD-STD",
        "weekdays": "1,2,3,4,5",
        "open_1": "08:00",
        "close_1": "11:30",
        "open_2": "13:30",
        "close_2": "16:00",
        "counts": "yes",
        "starts_on": "2026-11-25",
        **given,
    }


async def test_a_day_off_is_tried_saved_and_decided(
    manager: Client, desk: Connection, town: Town
) -> None:
    """Three pages: what would move, that it is saved, and which appointments move."""
    dossier = await received(desk, town)
    form = day_form(manager)

    tried = await manager.post("/calendars/days", data=form)
    nothing = await desk.fetchval("SELECT count(*) FROM calendar_change")
    saved = await manager.post("/calendars/days", data=form | {"step": "save"})
    again = await manager.post("/calendars/days", data=form | {"step": "save"})
    waiting = await read(manager, "/calendars/proposals")

    assert "08:15 27/11/2026" in tried.text
    assert "08:15 30/11/2026" in tried.text
    assert nothing == 0
    assert saved.status_code == again.status_code == 303
    assert await desk.fetchval("SELECT count(*) FROM calendar_change") == 1
    assert "H36.31-261123-0001" in waiting
    number = await desk.fetchval("SELECT id FROM proposal")
    decided = await manager.post(
        "/calendars/proposals",
        data={"csrf": manager.form_token, f"p-{number}": "on", "verdict": "accept"},
    )
    assert decided.headers["location"] == "/calendars/proposals?moved=1"
    assert "Đã dời 1 ngày hẹn" in await read(manager, "/calendars/proposals?moved=1")
    due = await desk.fetchval("SELECT due_at FROM dossier WHERE id = $1", dossier.id)
    assert due.astimezone(MORNING.tzinfo).isoformat() == "2026-11-30T08:15:00+07:00"


async def test_hours_are_changed_from_a_day_on(
    manager: Client, desk: Connection, town: Town
) -> None:
    await received(desk, town)
    form = hours_form(manager)

    tried = await manager.post("/calendars/hours", data=form)
    await manager.post("/calendars/hours", data=form | {"step": "save"})

    assert "1 ngày hẹn sẽ chờ quyết" in tried.text
    page = await read(manager, "/calendars?group=LD-STD")
    assert "08:00–11:30" in page
    assert "25/11/2026" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"first": "2026-11-23"}, "không ở tương lai"),
        ({"first": "31/02/2026"}, "Ngày không đúng"),
        ({"last": "2026-11-25"}, "trước ngày bắt đầu"),
        ({"name": ""}, "Ghi tên ngày"),
        ({"scope": "KHONG-CO"}, "Chưa khai báo giờ"),
    ],
)
async def test_a_bad_day_comes_back_with_what_was_typed(
    manager: Client, town: Town, given: dict[str, str], words: str
) -> None:
    answer = await manager.post("/calendars/days", data=day_form(manager, **given))

    assert answer.status_code == 422
    assert words in answer.text
    assert "Nghỉ tránh bão" in answer.text or given.get("name") == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"open_2": "11:00"}, "chồng giờ"),
        ({"close_1": "07:00"}, "đóng lúc 07:00"),
        ({"close_1": ""}, "Giờ không đúng"),
        ({"weekdays": ""}, "ít nhất một thứ"),
        ({"open_1": "", "close_1": "", "open_2": "", "close_2": ""}, "không còn giờ nào"),
        ({"ends_on": "2026-11-24"}, "trước ngày bắt đầu"),
    ],
)
async def test_bad_hours_are_refused_in_words(
    manager: Client, town: Town, given: dict[str, str], words: str
) -> None:
    answer = await manager.post("/calendars/hours", data=hours_form(manager, **given))

    assert answer.status_code == 422
    assert words in answer.text


async def test_an_agency_decides_on_its_own_appointments_alone(
    manager: Client, desk: Connection, town: Town
) -> None:
    """And sees nobody else's."""
    await received(desk, town)
    await manager.post("/calendars/days", data=day_form(manager, step="save"))
    number = await desk.fetchval("SELECT id FROM proposal")
    manager.forget()
    await manager.sign_in("officer")

    seen = await read(manager, "/calendars/proposals")
    kept = await manager.post(
        "/calendars/proposals",
        data={"csrf": manager.form_token, f"p-{number}": "on", "verdict": "reject"},
    )
    again = await manager.post(
        "/calendars/proposals",
        data={"csrf": manager.form_token, f"p-{number}": "on", "verdict": "accept"},
    )
    closed = await manager.get("/calendars")

    assert "H36.31-261123-0001" in seen
    assert kept.headers["location"] == "/calendars/proposals?left=1"
    assert again.status_code == 409
    assert "Không còn đề nghị" in again.text
    assert closed.status_code == 403


async def test_another_agency_s_proposal_is_none_of_hers(
    manager: Client, desk: Connection, town: Town
) -> None:
    await received(desk, town)
    await manager.post("/calendars/days", data=day_form(manager, step="save"))
    number = await desk.fetchval("SELECT id FROM proposal")
    other = await desk.fetchval(
        "SELECT id FROM agency WHERE id <> $1 ORDER BY id DESC LIMIT 1", town.agency
    )
    await make.person(desk, "stranger", "agency_officer", town.office, other)
    manager.forget()
    await manager.sign_in("stranger")

    answer = await manager.post(
        "/calendars/proposals",
        data={"csrf": manager.form_token, f"p-{number}": "on", "verdict": "accept"},
    )

    assert answer.status_code == 409
    assert await desk.fetchval("SELECT state FROM proposal") == "waiting"


async def test_the_slip_says_why_to_the_manager(
    manager: Client, desk: Connection, town: Town
) -> None:
    """She looks over the province: the clock, never the citizen's name."""
    dossier = await received(desk, town)

    page = await read(manager, f"/slips/{dossier.ref}")

    assert "Vì sao hẹn trả 08:15 27/11/2026" in page
    assert "Thứ Ba 24/11/2026: nghỉ" in page
    assert "Trần Bích Uyên" not in page
