"""What storms close, through the pages: declared, extended, lifted, and read by everybody."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.clock import VIETNAM, Clock
from postal_service.database import Context, open_database
from postal_service.desk.watch import closures
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client, read
from tracking.stages import Stage

DAY = timedelta(days=1)


async def code(desk: Connection, name: str) -> str:
    return await desk.fetchval(
        "SELECT code FROM unit WHERE name = $1 AND valid_to IS NULL AND level = 'commune'", name
    )


async def test_from_the_landslide_to_the_open_road(
    supervisor: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """Declared, listed with what it holds, extended, lifted; each press safe to repeat."""
    dossier = await make.dossier(desk, town)
    number = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    form = {
        "csrf": supervisor.form_token,
        "id": str(uuid4()),
        "kind": "road",
        "commune": await code(desk, "Phường Lang Biang - Đà Lạt"),
        "from_commune": await code(desk, "Xã Di Linh"),
        "reason": "CL02",
        "until": "2026-11-27",
    }
    for _ in range(2):
        answer = await supervisor.post("/supervisor/closures", data=form)
        assert answer.headers["location"] == "/supervisor/closures?done=declared"
    async with open_database(town_url, size=2, name="worker", keys=make.KEYS) as database:
        await closures.announce(lambda: database.begin(Context.job("hold_up")), MORNING)

    text = await read(supervisor, "/supervisor/closures")
    assert "Đường Xã Di Linh – Phường Lang Biang - Đà Lạt" in text
    assert "Sạt lở, đường bị cắt" in text
    assert "1 bưu gửi bị giữ" in text
    [closed] = [row["id"] for row in await desk.fetch("SELECT id FROM closure")]
    assert number in await read(supervisor, f"/supervisor/closures/{closed}")

    for words in ("bị gián đoạn", "Thứ Bảy 28/11/2026"):
        assert words in await read(supervisor, f"/h/{dossier.tracking_code}")
    scan = {"csrf": supervisor.form_token, "code": number}
    panel = await supervisor.post("/counter/scan", data=scan, headers={"HX-Request": "true"})
    assert "đường gián đoạn đến 27/11" in panel.text

    longer = {"csrf": supervisor.form_token, "id": str(uuid4()), "until": "30/11/2026"}
    for _ in range(2):
        path = f"/supervisor/closures/{closed}/extension"
        assert (await supervisor.post(path, data=longer)).status_code == 303
    [newer] = [one.id for one in await closures.standing(desk, town.office)]
    for _ in range(2):
        path = f"/supervisor/closures/{newer}/lift"
        answer = await supervisor.post(path, data={"csrf": supervisor.form_token})
        assert answer.headers["location"] == "/supervisor/closures?done=lifted"
    assert "Không có nơi nào đang gián đoạn" in await read(supervisor, "/supervisor/closures")
    assert "đã thông" in await read(supervisor, f"/supervisor/closures/{newer}")


@pytest.mark.parametrize(
    "change",
    [
        {"until": ""},
        {"until": "32/13/2026"},
        {"until": "2026-11-01"},
        {"until": "2027-11-01"},
        {"reason": ""},
        {"reason": "DF01"},
        {"kind": "commune", "commune": ""},
        {"kind": "road", "commune": "24846", "from_commune": "24846"},
    ],
)
async def test_nothing_typed_is_lost(
    supervisor: Client, desk: Connection, change: dict[str, str]
) -> None:
    """What cannot be comes back with what was typed, and a sentence that says what to do."""
    form = {
        "csrf": supervisor.form_token,
        "id": str(uuid4()),
        "kind": "office",
        "reason": "CL04",
        "until": "2026-11-27",
    }

    answer = await supervisor.post("/supervisor/closures", data=form | change)

    assert answer.status_code == 422, answer.text
    assert 'role="alert"' in answer.text
    typed = form | change
    assert f'name="id" value="{typed["id"]}"' in answer.text
    assert re.search(rf'value="{typed["kind"]}" checked', answer.text)
    assert await desk.fetchval("SELECT count(*) FROM closure") == 0


async def test_another_office_s_closure_is_not_there(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    """Neither to read nor to lift."""
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    await make.person(desk, "neighbour", "supervisor", other, town.agency)
    new = closures.New(
        kind="office",
        office_id=town.office,
        commune=None,
        from_commune=None,
        reason="CL01",
        until_day=MORNING.date(),
        form_id=uuid4(),
    )
    await closures.declare(desk, new, by=boss, now=MORNING)
    closed = await desk.fetchval("SELECT id FROM closure")
    await client.sign_in("neighbour")

    assert (await client.get(f"/supervisor/closures/{closed}")).status_code == 404
    lift = await client.post(
        f"/supervisor/closures/{closed}/lift", data={"csrf": client.form_token}
    )
    assert lift.status_code == 404
    assert await desk.fetchval("SELECT lifted_at FROM closure") is None


async def test_a_closure_past_its_day_says_so(
    supervisor: Client, desk: Connection, town: Town, boss: int, clock: Clock
) -> None:
    """It neither ends by itself nor is forgotten."""
    new = closures.New(
        kind="office",
        office_id=town.office,
        commune=None,
        from_commune=None,
        reason="CL01",
        until_day=datetime(2026, 11, 23, tzinfo=VIETNAM).date(),
        form_id=uuid4(),
    )
    await closures.declare(desk, new, by=boss, now=MORNING)
    clock.move(DAY)
    await supervisor.sign_in("boss")

    assert "quá ngày dự kiến thông 23/11/2026" in await read(supervisor, "/supervisor/closures")
