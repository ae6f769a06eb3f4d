"""A committed event leads to exactly one message, or to somebody who calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial

import asyncpg
import pytest
from asyncpg import Connection

from notifications import outbox, store, templates
from notifications.gateway import MaybeSent, MemoryGateway, Refused, SenderStopped, Sms, TryLater
from notifications.messages import measure
from notifications.store import Outcome
from notifications.templates import TemplateRow
from postal_service.database import Context, Database, open_database
from postal_service.desk import tables
from postal_service.desk.directory import DeskDirectory
from postal_service.settings import DATA
from tests import make
from tests.make import MORNING, Town
from tracking.stages import Act, Leg

DIRECTORY = DeskDirectory()
MINUTE = timedelta(minutes=1)


class BrokenGateway:
    """Answers every message with the same refusal, and counts how often it was asked."""

    name = "broken"

    def __init__(self, refusal: Exception) -> None:
        self.refusal = refusal
        self.asked = 0

    async def send(self, sms: Sms) -> str:
        self.asked += 1
        raise self.refusal


@pytest.fixture
async def post(town_url: str) -> AsyncIterator[Database]:
    """The door to a loaded province whose templates are in force."""
    async with open_database(town_url, size=6, name="test outbox") as database:
        async with database.begin(Context.command("test")) as conn:
            rows, bad = tables.read(DATA / "sms_templates.csv", TemplateRow)
            assert not bad
            await templates.add(conn, [line.row for line in rows])
        yield database


async def draft(post: Database, now: datetime = MORNING) -> int:
    async with post.begin(Context.job("test")) as conn:
        return await outbox.draft(conn, directory=DIRECTORY, now=now)


async def send(
    post: Database, gateway: MemoryGateway | BrokenGateway, now: datetime = MORNING
) -> int:
    return await outbox.send(partial(post.begin, Context.job("test")), gateway, DIRECTORY, now=now)


async def states(conn: Connection) -> list[str]:
    return [row["state"] for row in await conn.fetch("SELECT state FROM sms ORDER BY id")]


async def calls(conn: Connection) -> list[str]:
    return [row["text_vi"] for row in await conn.fetch("SELECT text_vi FROM task ORDER BY id")]


async def test_accepting_a_dossier_tells_the_citizen_once(
    post: Database, desk: Connection, town: Town
) -> None:
    """However often the bell rings, and in one segment without an accent."""
    opened = await make.dossier(desk, town)
    gateway = MemoryGateway()

    for _ in range(3):
        await draft(post)
        await send(post, gateway)

    [sms] = gateway.sent
    s10 = await make.s10(desk, opened)
    assert sms.phone == "+84590000001"
    assert f"Da nhan ho so {opened.ref} gui" in sms.body
    assert f"Ma buu gui {s10}. Phi 8.000d, cuoc 22.000d. Hoi dap 0263" in sms.body
    assert (sms.segments, measure(sms.body).encoding) == (1, "GSM-7")
    assert await states(desk) == ["sent"]


async def test_the_whole_way_round_is_nine_messages(
    post: Database, desk: Connection, town: Town
) -> None:
    """Each stage that concerns the citizen has its text, filled from real facts."""
    opened = await make.dossier(desk, town)
    await make.signed(desk, town, opened)
    await make.rule(desk, town, opened, Act.RECEIVE)
    await draft(post)
    await make.rule(desk, town, opened, Act.BEGIN, Act.ASK_MORE, Act.RESUME)
    await make.rule(desk, town, opened, Act.FINISH, Act.RELEASE)
    number = await make.s10(desk, opened, Leg.RESULT)
    way = (Act.COLLECT, Act.BRING_IN, Act.COLLECT, Act.MISS, Act.DELIVER)
    await make.scans(desk, [make.scan(number, act, town.by_courier) for act in way])
    gateway = MemoryGateway()

    await draft(post)
    while await send(post, gateway):
        pass

    texts = await desk.fetch("SELECT template, body FROM sms ORDER BY id")
    body = {row["template"]: row["body"] for row in texts}
    assert list(body) == [
        "accepted", "handed_to_agency", "received_by_agency", "supplement_required",
        "supplement_received", "result_collected", "out_for_delivery", "attempt_failed",
        "delivered",
    ]  # fmt: skip
    code = f"H36.31-261123-{opened.id:04}"
    assert f"tiep nhan ho so {code}. Hen tra ket qua 08:15 26/11/2026" in body["received_by_agency"]
    assert "can bo sung 2 giay to. Moi den BC Phuong 2 Da Lat" in body["supplement_required"]
    assert "Hen tra moi 08:15 28/11/2026." in body["supplement_received"]
    assert "phat du kien 25/11." in body["result_collected"]
    assert "buu ta Van (0590000999) phat" in body["out_for_delivery"]
    assert "Can thu 22.000d." in body["out_for_delivery"]
    assert "(khong gap nguoi nhan)" in body["attempt_failed"]
    assert "den 08/12, mang" in body["attempt_failed"]
    assert "cho chinh nguoi nhan." in body["delivered"]
    assert len(gateway.sent) == 9
    assert not await calls(desk)


async def test_a_refusal_names_the_day_the_papers_are_back(
    post: Database, desk: Connection, town: Town
) -> None:
    """The day the citizen's page says too; 24/11 is a holiday."""
    opened = await make.dossier(desk, town)
    await make.signed(desk, town, opened)
    await make.rule(desk, town, opened, Act.REFUSE)

    await draft(post)

    refused = await desk.fetchval("SELECT body FROM sms WHERE template = 'refused'")
    assert refused.endswith("tai BC Phuong 2 Da Lat tu 25/11.")


async def test_without_a_phone_somebody_calls(post: Database, desk: Connection, town: Town) -> None:
    """No phone is a legal answer; being told nothing is not."""
    opened = await make.dossier(desk, town, phone=None)

    await draft(post)
    await draft(post)

    assert await states(desk) == []
    [said] = await calls(desk)
    assert said.startswith(f"Gọi báo người dân: hồ sơ {opened.ref}, bưu cục đã nhận hồ sơ.")


async def test_a_message_that_cannot_be_written_stops_nobody_else(
    post: Database, desk: Connection, town: Town
) -> None:
    """One dossier with an absurd price must not silence the province."""
    broken = await make.dossier(desk, town)
    await desk.execute(
        "UPDATE intake SET postage_out_vnd = 99999999999 WHERE dossier_id = $1", broken.id
    )
    await make.dossier(desk, town)

    await draft(post)

    assert await states(desk) == ["queued"]
    assert [broken.ref in said for said in await calls(desk)] == [True]


async def test_a_crash_in_the_middle_of_drafting_loses_nothing(
    post: Database, desk: Connection, town: Town
) -> None:
    """News and drafts share a transaction: what was not committed is heard again."""
    await make.dossier(desk, town)

    async def crash() -> None:
        async with post.begin(Context.job("test")) as conn:
            assert await outbox.draft(conn, directory=DIRECTORY, now=MORNING) == 1
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await crash()

    assert await states(desk) == []
    assert await draft(post) == 1
    assert await states(desk) == ["queued"]


async def test_two_workers_send_each_message_once(
    post: Database, desk: Connection, town: Town
) -> None:
    """Both claim at once; neither gets what the other has."""
    for _ in range(12):
        await make.dossier(desk, town)
    await asyncio.gather(draft(post), draft(post))
    gateway = MemoryGateway()

    for _ in range(3):
        await asyncio.gather(send(post, gateway), send(post, gateway))

    assert len(gateway.sent) == len({sms.id for sms in gateway.sent}) == 12
    assert await states(desk) == ["sent"] * 12


async def test_a_dead_claim_comes_back_when_its_lease_ends(
    post: Database, desk: Connection, town: Town
) -> None:
    """Claimed and never called: nothing can have left, so it is sent after all."""
    await make.dossier(desk, town)
    await draft(post)
    async with post.begin(Context.job("test")) as conn:
        await store.claim_due(conn, MORNING, MORNING + outbox.LEASE, 8)
    gateway = MemoryGateway()

    assert await send(post, gateway, MORNING + outbox.LEASE - timedelta(seconds=1)) == 0
    assert await send(post, gateway, MORNING + outbox.LEASE) == 1
    assert len(gateway.sent) == 1


async def test_a_sleeper_can_neither_send_nor_settle_what_another_holds(
    post: Database, desk: Connection, town: Town
) -> None:
    """The attempt number is the fence: a worker that slept past its lease wakes up outside."""
    await make.dossier(desk, town)
    await draft(post)
    later = MORNING + outbox.LEASE
    async with post.begin(Context.job("test")) as conn:
        [sleeper] = await store.claim_due(conn, MORNING, later, 8)
        [holder] = await store.claim_due(conn, later, later + outbox.LEASE, 8)

        gone = await store.open_attempt(conn, sleeper, "x", now=later, lease_until=later)
        mine = await store.open_attempt(conn, holder, "x", now=later, lease_until=later)
        sent = Outcome(attempt="sent", state="sent", gateway_id="late")

        assert (gone, mine) == (False, True)
        assert not await store.settle(conn, sleeper, sent, now=later)
        assert await store.settle(conn, holder, sent, now=later)


async def test_a_sender_that_vanished_in_mid_call_leaves_a_visible_doubt(
    post: Database, desk: Connection, town: Town
) -> None:
    """The network may have taken it: it is not sent twice, and somebody calls."""
    await make.dossier(desk, town)
    await draft(post)
    async with post.begin(Context.job("test")) as conn:
        [claim] = await store.claim_due(conn, MORNING, MORNING, 8)
        await store.open_attempt(conn, claim, "x", now=MORNING, lease_until=MORNING + MINUTE)

    async with post.begin(Context.job("test")) as conn:
        assert await outbox.sweep(conn, directory=DIRECTORY, now=MORNING) == 0
        assert await outbox.sweep(conn, directory=DIRECTORY, now=MORNING + MINUTE) == 1
    gateway = MemoryGateway()
    assert await send(post, gateway, MORNING + timedelta(days=1)) == 0
    assert await states(desk) == ["unknown"]
    assert "Không rõ tin nhắn đã gửi được chưa." in (await calls(desk))[0]


async def test_a_number_the_network_refuses_becomes_a_call(
    post: Database, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town)
    await draft(post)
    gateway = BrokenGateway(Refused("400/21614"))

    for hours in range(3):
        await send(post, gateway, MORNING + timedelta(hours=hours))

    assert gateway.asked == 1
    assert await states(desk) == ["refused"]
    assert len(await calls(desk)) == 1


async def test_a_network_that_is_busy_is_asked_five_times_in_two_hours(
    post: Database, desk: Connection, town: Town
) -> None:
    """At 0 s, 30 s, 2.5 min, 12.5 min and 72.5 min; then a person takes over."""
    await make.dossier(desk, town)
    await draft(post)
    gateway = BrokenGateway(TryLater("503/20503"))

    asked_at = []
    for half_minutes in range(240):
        if await send(post, gateway, MORNING + half_minutes * timedelta(seconds=30)):
            asked_at.append(half_minutes / 2)

    assert asked_at == [0, 0.5, 2.5, 12.5, 72.5]
    assert await states(desk) == ["refused"]
    assert len(await calls(desk)) == 1


async def test_an_answer_that_never_came_is_not_asked_for_twice(
    post: Database, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town)
    await draft(post)
    gateway = BrokenGateway(MaybeSent("TimeoutError"))

    for hours in range(3):
        await send(post, gateway, MORNING + timedelta(hours=hours))

    assert gateway.asked == 1
    assert await states(desk) == ["unknown"]
    assert len(await calls(desk)) == 1


async def test_a_closed_account_wears_no_message_out(
    post: Database, desk: Connection, town: Town
) -> None:
    """A wrong token over a weekend must not refuse every message of it."""
    await make.dossier(desk, town)
    await draft(post)
    closed = BrokenGateway(SenderStopped("401/20003"))
    for minutes in range(0, 200, 5):
        await send(post, closed, MORNING + timedelta(minutes=minutes))
    gateway = MemoryGateway()

    await send(post, gateway, MORNING + timedelta(minutes=200))

    assert closed.asked == 40
    assert len(gateway.sent) == 1


async def test_a_message_of_the_evening_waits_for_the_morning(
    post: Database, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town)
    evening = MORNING.replace(hour=21, minute=30)
    await draft(post, evening)
    gateway = MemoryGateway()

    assert await send(post, gateway, evening + timedelta(hours=9)) == 0
    assert await send(post, gateway, evening + timedelta(hours=9, minutes=30)) == 1


async def test_a_phone_withdrawn_overnight_gets_nothing(
    post: Database, desk: Connection, town: Town
) -> None:
    """The number is asked for when the message leaves, not when it was written."""
    opened = await make.dossier(desk, town)
    await draft(post)
    await desk.execute("UPDATE party SET sms_allowed = false WHERE id = $1", opened.applicant_id)
    gateway = MemoryGateway()

    await send(post, gateway)

    assert gateway.sent == []
    assert await states(desk) == ["refused"]
    assert len(await calls(desk)) == 1


async def test_loading_templates_adds_versions_and_spares_what_people_wrote(
    post: Database,
) -> None:
    """A text once sent can be read later; a person's wording survives the next load."""
    rows, _ = tables.read(DATA / "sms_templates.csv", TemplateRow)
    same = [line.row for line in rows]
    one = same[0]
    other = TemplateRow(
        **{name: getattr(one, name) for name in one.__struct_fields__} | {"text_vi": "x"}
    )

    async with post.begin(Context.command("test")) as conn:
        again = await templates.add(conn, same)
        changed = await templates.add(conn, [other])
        newest = (await templates.current(conn))[one.key]
        await conn.execute(
            "INSERT INTO sms_template (key, version, recipient, text_ascii, text_vi, placeholders,"
            " max_segments, edited_at) SELECT key, 3, recipient, text_ascii, 'y', placeholders,"
            " max_segments, now() FROM sms_template WHERE key = $1 AND version = 2",
            one.key,
        )
        kept = await templates.add(conn, [one])

    assert (again.added, again.changed, again.kept) == (0, 0, len(same))
    assert (changed.changed, newest.version, newest.text_vi) == (1, 2, "x")
    assert (kept.added, kept.changed, kept.kept) == (0, 0, 1)


async def test_the_application_cannot_rewrite_a_registered_text(post: Database) -> None:
    """What the networks approved is read again when somebody disputes a message."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with post.begin(Context.command("test")) as conn:
            await conn.execute("UPDATE sms_template SET text_ascii = 'BDLAMDONG: x'")
