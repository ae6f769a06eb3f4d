"""A committed event leads to exactly one message, or to somebody who calls."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from asyncpg import Connection

from notifications import outbox, templates
from notifications.gateway import MemoryGateway
from notifications.messages import measure
from notifications.templates import TemplateRow
from postal_service.database import Context, Database
from postal_service.desk.money import charges
from postal_service.desk.money.amounts import MOST_VND
from postal_service.desk.money.model import Kind, NewCharge
from postal_service.desk.published import tables
from postal_service.settings import DATA
from tests import make
from tests.make import HOMEWARD, MORNING, Town
from tests.notifications.travel import DIRECTORY, calls, draft, send, states
from tracking.stages import Act, Leg


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


async def test_the_whole_way_round_is_ten_messages(
    post: Database, desk: Connection, town: Town
) -> None:
    """Each stage that concerns the citizen has its text, filled from real facts."""
    gateway = MemoryGateway()

    async def tell() -> None:
        await draft(post)
        await send(post, gateway)

    opened = await make.dossier(desk, town)
    await tell()
    await make.signed(desk, town, opened)
    for act in (Act.RECEIVE, Act.BEGIN, Act.ASK_MORE, Act.RESUME, Act.FINISH, Act.RELEASE):
        await tell()
        await make.rule(desk, town, opened, act)
    number = await make.s10(desk, opened, Leg.RESULT)
    for act in (*HOMEWARD[:5], Act.MISS, Act.DELIVER):
        await make.scans(desk, [make.homeward(number, act, town)])
        await tell()

    texts = await desk.fetch("SELECT template, body FROM sms ORDER BY id")
    body = {row["template"]: row["body"] for row in texts}
    assert list(body) == [
        "accepted", "handed_to_agency", "received_by_agency", "supplement_required",
        "supplement_received", "result_collected", "out_for_delivery", "delivery_code",
        "attempt_failed", "delivered",
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
    assert len(gateway.sent) == 10
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
    dear = [NewCharge(kind=Kind.POSTAGE_OUT, amount_vnd=MOST_VND)] * 10
    await charges.add(desk, broken.id, dear, person_id=town.clerk, at=make.MORNING)
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
            assert await outbox.draft(conn, directory=DIRECTORY, now=MORNING) == 2
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await crash()

    assert await states(desk) == []
    assert await draft(post) == 2
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


async def test_a_message_of_the_evening_waits_for_the_morning(
    post: Database, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town)
    evening = MORNING.replace(hour=21, minute=30)
    await draft(post, evening)
    gateway = MemoryGateway()

    assert await send(post, gateway, now=evening + timedelta(hours=9)) == 0
    assert await send(post, gateway, now=evening + timedelta(hours=9, minutes=30)) == 1


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
