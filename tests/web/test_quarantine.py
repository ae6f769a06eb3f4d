"""A lost phone: it opens nothing any more, and what it still sends waits for the supervisor."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from msgspec import Struct, json

from postal_service.clock import Clock
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking.stages import Act, Stage

BEFORE = (MORNING - timedelta(minutes=5)).isoformat()
AFTER = (MORNING + timedelta(hours=2)).isoformat()


class Session(Struct, frozen=True):
    """One signed-in device: all requests of the client below can be sent as it."""

    client: Client
    cookie: str
    token: str

    async def post(self, way: str, *, json: object = None, data: object = None) -> httpx.Response:
        self.wear()
        kind = "text/html" if json is None else "application/json"
        return await self.client.post(way, json=json, data=data, headers={"accept": kind})

    async def get(self, way: str) -> httpx.Response:
        self.wear()
        return await self.client.get(way)

    def wear(self) -> None:
        self.client.forget()
        self.client.cookies.set("postal", self.cookie, domain="testserver.local")
        self.client.headers["x-csrf-token"] = self.token


async def sign_in(client: Client, name: str) -> Session:
    client.forget()
    await client.sign_in(name)
    return Session(client, client.cookies["postal"], client.form_token)


@pytest.fixture
async def phone(client: Client) -> Session:
    """The courier's phone, before it is lost."""
    return await sign_in(client, "courier")


@pytest.fixture
async def boss(client: Client, desk: Connection, town: Town, phone: Session) -> Session:
    await make.person(desk, "boss", "supervisor", town.office, town.agency)
    return await sign_in(client, "boss")


async def lose(boss: Session, town: Town, id_: object = None) -> httpx.Response:
    """The supervisor reports the courier's phone lost."""
    form = {"id": str(id_ or uuid4()), "courier": str(town.courier), "csrf": boss.token}
    return await boss.post("/quarantine/phones", data=form)


def beep(s10: str, act: str, at: str = BEFORE) -> dict[str, object]:
    return {"id": str(uuid4()), "s10": s10, "act": act, "at": at}


async def waiting(desk: Connection, town: Town) -> str:
    """A paper that the office has offered to the courier."""
    return await make.s10(desk, await make.dossier(desk, town))


async def acts(desk: Connection, s10: str) -> list[str]:
    rows = await desk.fetch(
        "SELECT act FROM event JOIN consignment c ON c.id = consignment_id WHERE s10 = $1"
        " ORDER BY event.id",
        s10,
    )
    return [row["act"] for row in rows]


async def decide(boss: Session, what: str, *, lines: int = -1) -> httpx.Response:
    """Tick the first *lines* of what waits, or all of it, and press a button."""
    page = (await boss.get("/quarantine")).text
    ids = re.findall(r'name="line" value="(\d+)"', page)
    ticked = ids if lines < 0 else ids[:lines]
    return await boss.post(f"/quarantine/{what}", data={"line": ticked, "csrf": boss.token})


async def test_a_lost_phone_opens_nothing_and_nothing_it_sends_is_recorded(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    """Its pages ask for a password; its scan is kept, says so, and is kept once."""
    s10 = await waiting(desk, town)
    await lose(boss, town)
    scan = beep(s10, "collect")

    page = await phone.get("/courier")
    answers = [await phone.post("/courier/scans", json=scan) for _ in range(3)]

    assert page.headers["location"].startswith("/signin")
    assert [answer.status_code for answer in answers] == [403] * 3
    assert answers[0].json()["type"] == "urn:postal:Quarantined"
    assert "chờ người quản lý" in answers[0].json()["detail"]
    assert await acts(desk, s10) == ["accept", "offer"]
    kept = await desk.fetch("SELECT k.scan_id, k.line, k.state FROM quarantined_scan k")
    assert [(str(k["scan_id"]), k["state"]) for k in kept] == [(scan["id"], "waiting")]
    assert json.decode(kept[0]["line"])["s10"] == s10


async def test_each_line_of_a_lost_phones_batch_is_answered_for_itself(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    """What cannot be read is told so as ever; what can be read is kept."""
    s10 = await waiting(desk, town)
    await lose(boss, town)
    batch = {"scans": [beep(s10, "collect"), {"s10": "nonsense"}, beep(s10, "hand_over")]}

    answer = await phone.post("/courier/scans/batch", json=batch)

    assert answer.status_code == 200
    assert [line["problem"]["status"] for line in answer.json()["lines"]] == [403, 400, 403]
    assert await desk.fetchval("SELECT count(*) FROM quarantined_scan") == 2


async def test_what_was_scanned_before_the_loss_is_admitted_in_order(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    """He had no signal all morning: his work counts, in his name and with the supervisor's."""
    s10 = await waiting(desk, town)
    await lose(boss, town)
    late = beep(s10, "hand_over", (MORNING - timedelta(minutes=1)).isoformat())
    await phone.post("/courier/scans/batch", json={"scans": [late, beep(s10, "collect")]})

    answer = await decide(boss, "admission")

    assert answer.status_code == 303
    assert await acts(desk, s10) == ["accept", "offer", "collect", "hand_over"]
    [line] = await desk.fetch(
        "SELECT person_id, approver_id FROM event WHERE scan_id = $1", late["id"]
    )
    boss_id = await desk.fetchval("SELECT id FROM person WHERE username = 'boss'")
    assert tuple(line) == (town.courier, boss_id)
    assert "đã ghi vào sổ" in (await boss.get("/quarantine")).text


async def test_what_was_scanned_after_the_loss_is_never_admitted(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    """It was not the courier: the supervisor can only let it fall."""
    s10 = await waiting(desk, town)
    await lose(boss, town)
    await phone.post("/courier/scans", json=beep(s10, "collect", AFTER))
    assert "chỉ bỏ được" in (await boss.get("/quarantine")).text

    admitted = await decide(boss, "admission")
    rejected = await decide(boss, "rejection")

    assert admitted.status_code == 409
    assert rejected.status_code == 303
    assert await acts(desk, s10) == ["accept", "offer"]
    states = await desk.fetch("SELECT state FROM quarantined_scan")
    assert [row["state"] for row in states] == ["rejected"]


async def test_what_the_register_refuses_says_why_and_stays(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    """Meanwhile another courier had the paper: one bad line does not stop the good one."""
    good, gone = await waiting(desk, town), await waiting(desk, town)
    await make.scans(desk, [make.scan(gone, Act.RECALL, town.by_clerk)])
    await lose(boss, town)
    scans = [beep(gone, "collect"), beep(good, "collect")]
    await phone.post("/courier/scans/batch", json={"scans": scans})

    await decide(boss, "admission")

    assert await acts(desk, good) == ["accept", "offer", "collect"]
    assert await acts(desk, gone) == ["accept", "offer", "recall"]
    [row] = await desk.fetch("SELECT why FROM quarantined_scan WHERE state = 'refused'")
    assert row["why"] == "NotOffered"
    assert "sổ không cho ghi" in (await boss.get("/quarantine")).text


async def test_two_presses_at_once_record_once(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    s10 = await waiting(desk, town)
    await lose(boss, town)
    await phone.post("/courier/scans", json=beep(s10, "collect"))

    answers = await asyncio.gather(*(decide(boss, "admission") for _ in range(3)))

    assert sorted(answer.status_code for answer in answers)[0] == 303
    assert await acts(desk, s10) == ["accept", "offer", "collect"]


async def test_a_second_press_does_not_sign_the_new_phone_out(
    client: Client, phone: Session, boss: Session, town: Town
) -> None:
    """The courier signs in on another phone; the supervisor's browser sends its form again."""
    form = uuid4()
    assert (await lose(boss, town, form)).status_code == 303
    new = await sign_in(client, "courier")

    assert (await lose(boss, town, form)).status_code == 303

    assert (await new.get("/courier")).status_code == 200
    assert (await phone.get("/courier")).status_code == 302


async def test_the_finder_cannot_wipe_the_trace_by_signing_out(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    s10 = await waiting(desk, town)
    await lose(boss, town)
    await phone.post("/signout", data={"csrf": phone.token})

    answer = await phone.post("/courier/scans", json=beep(s10, "collect"))

    assert answer.status_code == 403


async def test_a_strangers_token_stays_unknown(
    client: Client, boss: Session, desk: Connection, town: Town
) -> None:
    """Nothing is kept of somebody who never signed in, nor of a session that ended long ago."""
    s10 = await waiting(desk, town)
    nobody = Session(client, "x" * 43, "x")

    answer = await nobody.post("/courier/scans", json=beep(s10, "collect"))

    assert answer.status_code == 401
    assert await desk.fetchval("SELECT count(*) FROM quarantined_scan") == 0


async def test_a_lost_phone_is_heard_for_a_week(
    phone: Session, boss: Session, desk: Connection, town: Town, clock: Clock
) -> None:
    """It may find signal days after its shift; after a week it is a stranger."""
    s10 = await waiting(desk, town)
    await lose(boss, town)
    clock.move(timedelta(days=6))
    assert (await phone.post("/courier/scans", json=beep(s10, "collect"))).status_code == 403

    clock.move(timedelta(days=2))

    assert (await phone.post("/courier/scans", json=beep(s10, "collect"))).status_code == 401


async def test_a_lost_phone_fills_no_disk(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    s10 = await waiting(desk, town)
    await lose(boss, town)
    for _ in range(5):
        batch = {"scans": [beep(s10, "collect") for _ in range(500)]}
        await phone.post("/courier/scans/batch", json=batch)

    assert await desk.fetchval("SELECT count(*) FROM quarantined_scan") == 2000


async def test_only_the_offices_supervisor_reports_and_decides(
    client: Client, phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    """Not a clerk, not the courier, not the supervisor of another office."""
    far = await make.town(desk, office="66D06", suffix="-far")
    await make.person(desk, "stranger", "supervisor", far.office, far.agency)
    s10 = await waiting(desk, town)
    for name, status in (("clerk", 403), ("stranger", 404)):
        assert (await lose(await sign_in(client, name), town)).status_code == status
    assert (await phone.get("/courier")).status_code == 200
    await lose(boss, town)
    await phone.post("/courier/scans", json=beep(s10, "collect"))
    stranger = await sign_in(client, "stranger")
    kept = await desk.fetchval("SELECT id FROM quarantined_scan")

    seen = await stranger.get("/quarantine")
    tried = await stranger.post(
        "/quarantine/admission", data={"line": str(kept), "csrf": stranger.token}
    )

    assert s10 not in seen.text
    assert tried.status_code == 409
    assert await acts(desk, s10) == ["accept", "offer"]


async def test_an_empty_press_is_told_so(boss: Session) -> None:
    answer = await boss.post("/quarantine/admission", data={"csrf": boss.token})

    assert answer.status_code == 409
    assert "Không có dòng nào được chọn" in answer.text


async def test_money_that_a_lost_phone_took_counts_with_its_scan(
    phone: Session, boss: Session, desk: Connection, town: Town
) -> None:
    """Let count, it stands in the courier's purse, with its phone's time; the supervisor agreed."""
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    await lose(boss, town)
    handed = beep(s10, "deliver") | {
        "relation": "self", "noCode": "no_phone", "idKind": "cccd", "idLast4": "0001",
    }  # fmt: skip
    assert (await phone.post("/courier/scans", json=handed)).status_code == 403

    answer = await decide(boss, "admission")
    assert answer.status_code == 303, answer.text

    [taken] = await desk.fetch(
        "SELECT person_id, at, receipt_no FROM entry WHERE kind = 'collect' AND key = $1",
        handed["id"],
    )
    assert taken["person_id"] == town.courier
    assert taken["at"].isoformat() == datetime.fromisoformat(BEFORE).astimezone(UTC).isoformat()
    assert taken["receipt_no"] == 2
    assert await desk.fetchval("SELECT purse_of($1, $2)", town.office, town.courier) == 22_000
