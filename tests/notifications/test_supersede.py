"""A message that waits while the dossier moves on is stopped before it says something false."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec import Struct
from msgspec.structs import replace

from notifications import outbox, templates
from notifications.messages import SECRET, masked
from notifications.supersede import OVERTAKES
from postal_service.database import Context, Database, open_database
from postal_service.desk.citizen.directory import DeskDirectory
from postal_service.desk.citizen.directory_words import TO_SAY
from tests import make
from tests.make import MORNING, Town
from tracking import corrections, detours
from tracking.corrections import Undo
from tracking.delivery import delivery_code
from tracking.model import Actor, Event, Party, Scan
from tracking.stages import Act, Keeper, Stage

KEY = b"the key of a test"
DIRECTORY = DeskDirectory(KEY)
NIGHT = MORNING.replace(hour=22)
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
#: When make.scans hears of everything.
HEARD = MORNING + timedelta(days=30)


class Message(Struct, frozen=True, kw_only=True):
    """As much of a stored message as its code depends on."""

    event_id: int
    template: str
    order_event_id: int | None = None


@pytest.fixture
async def post(town_url: str) -> AsyncIterator[Database]:
    """The door to a loaded province, for more than one worker."""
    async with open_database(town_url, size=6, name="test supersede", keys=make.KEYS) as database:
        yield database


async def draft(
    post: Database, now: datetime = MORNING, directory: DeskDirectory = DIRECTORY
) -> int:
    async with post.begin(Context.job("test")) as conn:
        return await outbox.draft(conn, directory=directory, now=now)


async def states(conn: Connection) -> list[tuple[str, str]]:
    """Each message's template and state, in the order they were written."""
    return [tuple(row) for row in await conn.fetch("SELECT template, state FROM sms ORDER BY id")]


async def sent(conn: Connection) -> None:
    """The network takes all that is queued."""
    await conn.execute(
        "UPDATE sms SET state = 'sent', sent_at = $1 WHERE state = 'queued'", MORNING
    )


async def undo(conn: Connection, line: Event, s10: str, by: Actor) -> None:
    wish = Undo(id=uuid4(), s10=s10, undoes=line.scan_id, by=by, at=line.at)
    await corrections.undo(conn, wish, heard_at=HEARD)


async def calls(conn: Connection) -> list[tuple[str, bool]]:
    rows = await conn.fetch("SELECT text_vi, done_at IS NULL AS open FROM task ORDER BY id")
    return [(row["text_vi"], row["open"]) for row in rows]


# --- the table -------------------------------------------------------------------------------


def test_the_table_speaks_of_texts_that_exist() -> None:
    """A mistyped key would overtake nothing, silently."""
    keys = {*OVERTAKES, *(old for olds in OVERTAKES.values() for old in olds)}

    assert keys <= TO_SAY.keys()


@pytest.mark.parametrize("last", ["delivered", "papers_delivered", "returned_to_agency"])
def test_at_the_end_nothing_of_the_way_is_worth_saying(last: str) -> None:
    assert OVERTAKES[last] >= {"accepted", "out_for_delivery", "delivery_code", "attempt_failed"}


@pytest.mark.parametrize(
    "news", ["delivered", "correction", "refused", "result_collected_originals"]
)
def test_what_the_citizen_must_know_is_not_overtaken_on_the_road(news: str) -> None:
    """The originals to hand back are as true at the door as they were the evening before."""
    assert news not in OVERTAKES["out_for_delivery"]


# --- a newer stage ---------------------------------------------------------------------------


async def test_a_newer_stage_cancels_an_unsent_older_one(
    post: Database, desk: Connection, town: Town
) -> None:
    """Accepted in the evening, signed for before the morning: one message at seven, not two."""
    opened = await make.dossier(desk, town)
    await draft(post, NIGHT)
    await make.signed(desk, town, opened)

    await draft(post, NIGHT)

    assert await states(desk) == [("accepted", "superseded"), ("handed_to_agency", "queued")]


async def test_what_has_left_stays_as_it_is(post: Database, desk: Connection, town: Town) -> None:
    opened = await make.dossier(desk, town)
    await draft(post)
    await sent(desk)
    await make.signed(desk, town, opened)

    await draft(post)

    assert await states(desk) == [("accepted", "sent"), ("handed_to_agency", "queued")]


async def test_another_dossier_of_the_same_person_is_left_alone(
    post: Database, desk: Connection, town: Town
) -> None:
    first = await make.dossier(desk, town)
    await make.dossier(desk, town)
    await draft(post, NIGHT)
    await make.signed(desk, town, first)

    await draft(post, NIGHT)

    assert [state for _, state in await states(desk)] == ["superseded", "queued", "queued"]


async def test_one_in_the_air_is_stopped_if_it_comes_back(
    post: Database, desk: Connection, town: Town
) -> None:
    """The network puts it off: by then it would say yesterday's truth."""
    opened = await make.dossier(desk, town)
    await draft(post)
    await desk.execute("UPDATE sms SET state = 'sending', attempts = 1")
    await make.signed(desk, town, opened)
    await draft(post)
    assert await states(desk) == [("accepted", "sending"), ("handed_to_agency", "queued")]

    await desk.execute("UPDATE sms SET state = 'queued' WHERE template = 'accepted'")
    await draft(post)

    assert await states(desk) == [("accepted", "superseded"), ("handed_to_agency", "queued")]


async def test_two_workers_do_not_pass_each_other(
    post: Database, desk: Connection, town: Town
) -> None:
    """One has the older news in hand when the other finds the newer: the second waits."""
    opened = await make.dossier(desk, town)
    async with post.begin(Context.job("first")) as conn:
        await outbox.draft(conn, directory=DIRECTORY, now=NIGHT)
        await make.signed(desk, town, opened)
        second = asyncio.create_task(draft(post, NIGHT))
        async with asyncio.timeout(20):
            while not await desk.fetchval(WAITING):
                pass  # each look lets the second go on
        assert not second.done()
    await second

    assert await states(desk) == [("accepted", "superseded"), ("handed_to_agency", "queued")]


async def test_from_courier_to_courier_is_told_once(
    post: Database, desk: Connection, town: Town
) -> None:
    """The post's own business on the road."""
    opened = await make.dossier(desk, town)
    number = await make.result(desk, town, opened, Stage.TO_OFFICE)
    await draft(post)
    over = make.scan(number, Act.OFFER, town.by_courier)
    to = Party(Keeper.COURIER, town.other_courier)
    await make.scans(desk, [replace(over, to=to)])
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_other_courier)])

    await draft(post)

    told = [template for template, _ in await states(desk)]
    assert told.count("result_collected") == 1


# --- what never was --------------------------------------------------------------------------


async def delivered(conn: Connection, town: Town) -> tuple[str, Event]:
    """A result that was reported delivered: its number, and the line that says so."""
    opened = await make.dossier(conn, town)
    number = await make.result(conn, town, opened, Stage.OUT)
    [line] = await make.scans(conn, [make.scan(number, Act.DELIVER, town.by_courier)])
    return number, line


async def test_an_undone_delivery_that_was_told_is_corrected(
    post: Database, desk: Connection, town: Town
) -> None:
    """She reads that her paper was handed over, and nobody came."""
    number, line = await delivered(desk, town)
    await draft(post)
    await sent(desk)
    await undo(desk, line, number, town.by_courier)

    await draft(post)

    newest = await desk.fetchrow("SELECT * FROM sms ORDER BY id DESC LIMIT 1")
    assert newest["template"] == "correction"
    assert "Tin luc 08:15 23/11 ve ho so" in newest["body"]
    assert "(da giao ket qua) la nham, xin bo qua." in newest["body"]
    assert newest["recipient_id"] == await desk.fetchval(
        "SELECT recipient_id FROM sms WHERE template = 'delivered'"
    )


async def test_an_undone_delivery_that_had_not_left_is_silence(
    post: Database, desk: Connection, town: Town
) -> None:
    """Nothing was said: nothing is to be unsaid."""
    number, line = await delivered(desk, town)
    await draft(post)
    await undo(desk, line, number, town.by_courier)

    await draft(post)

    told = dict(await states(desk))
    assert told["delivered"] == "superseded"
    assert "correction" not in told


async def test_what_was_undone_before_anybody_looked_is_never_told(
    post: Database, desk: Connection, town: Town
) -> None:
    number, line = await delivered(desk, town)
    await undo(desk, line, number, town.by_courier)

    await draft(post)

    assert not {"delivered", "correction"} & {template for template, _ in await states(desk)}


async def test_a_call_about_what_never_was_is_nobodys_task(
    post: Database, desk: Connection, town: Town
) -> None:
    """Without a phone somebody calls: not any more, or once more to take it back."""
    opened = await make.dossier(desk, town, phone=None)
    number = await make.result(desk, town, opened, Stage.OUT)
    await draft(post)
    await desk.execute("UPDATE task SET done_at = $1", MORNING)
    [missed] = await make.scans(desk, [make.scan(number, Act.MISS, town.by_courier)])
    await draft(post)
    await undo(desk, missed, number, town.by_courier)
    await draft(post)
    assert [state for _, state in await calls(desk)][-1] is False

    [again] = await make.scans(desk, [make.scan(number, Act.MISS, town.by_courier)])
    await draft(post)
    await desk.execute("UPDATE task SET done_at = $1", MORNING)
    await undo(desk, again, number, town.by_courier)
    await draft(post)

    text, is_open = (await calls(desk))[-1]
    assert is_open
    assert "tin báo trước là nhầm" in text


async def test_found_is_told_to_those_who_heard_lost(
    post: Database, desk: Connection, town: Town
) -> None:
    """A paper that was missing for an hour frightens nobody who never knew."""
    opened = await make.dossier(desk, town)
    number = await make.s10(desk, opened)
    await make.scans(desk, [make.scan(number, Act.REPORT_MISSING, town.by_courier)])
    await detours.find(desk, made(number, Act.FIND, town), heard_at=HEARD)
    await draft(post)
    assert [template for template, _ in await states(desk)] == ["accepted"]

    await make.scans(desk, [make.offer(number, town)])
    await make.scans(desk, [make.scan(number, Act.REPORT_MISSING, town.by_courier)])
    lost = made(number, Act.DECLARE_LOST, town, approver=town.other_courier, reason="CD03")
    await detours.declare_lost(desk, lost, heard_at=HEARD)
    await draft(post)
    await sent(desk)
    await detours.find(desk, made(number, Act.FIND, town), heard_at=HEARD)
    await draft(post)

    assert await states(desk) == [
        ("accepted", "superseded"), ("lost", "sent"), ("found", "queued"),
    ]  # fmt: skip


def made(
    number: str, act: Act, town: Town, *, approver: int | None = None, **facts: object
) -> Scan:
    return Scan(
        id=uuid4(), s10=number, act=act, at=MORNING, by=town.by_clerk, approver=approver,
        facts=facts,
    )  # fmt: skip


# --- codes, days, approvals ------------------------------------------------------------------


async def test_the_code_stands_in_no_message_and_belongs_to_one_courier(
    post: Database, desk: Connection, town: Town
) -> None:
    """A dump of the database opens no door."""
    opened = await make.dossier(desk, town)
    number = await make.result(desk, town, opened, Stage.OUT)
    await draft(post)

    row = await desk.fetchrow("SELECT * FROM sms WHERE template = 'delivery_code'")
    message = Message(event_id=row["event_id"], template=row["template"])
    consignment = await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", number)
    assert SECRET in row["body"]
    assert "••••••" in masked(row["body"])
    async with post.begin(Context.job("test")) as conn:
        code = await DIRECTORY.secret(conn, message)
    assert code == delivery_code(KEY, consignment, 0, town.courier)

    await make.scans(desk, [make.scan(number, Act.DELIVER, town.by_courier)])
    async with post.begin(Context.job("test")) as conn:
        assert await DIRECTORY.secret(conn, message) is None


async def test_a_number_gets_so_many_a_day_and_the_rest_tomorrow(
    post: Database, desk: Connection, town: Town
) -> None:
    """A broken loop must not ring one telephone all night."""
    for _ in range(5):
        await make.dossier(desk, town)

    await draft(post, directory=DeskDirectory(KEY, most_a_day=3))

    rows = await desk.fetch("SELECT send_after FROM sms ORDER BY id")
    later = [row["send_after"] for row in rows if row["send_after"] > MORNING]
    assert len(later) == 2
    assert {at.astimezone(MORNING.tzinfo).strftime("%d %H:%M") for at in later} == {"24 07:00"}


async def test_what_cannot_wait_for_tomorrow_is_told_by_telephone(
    post: Database, desk: Connection, town: Town
) -> None:
    """ "Today" is no use in the morning; the clerk sees why she has to call."""
    opened = await make.dossier(desk, town)
    await make.result(desk, town, opened, Stage.OUT)

    await draft(post, directory=DeskDirectory(KEY, most_a_day=0))

    told = {template for template, _ in await states(desk)}
    assert "received_by_agency" in told
    assert not told & {"out_for_delivery", "delivery_code"}
    [(said, _)] = await calls(desk)
    assert "hôm nay bưu tá phát kết quả. Số này đã nhận quá nhiều tin trong ngày." in said


async def test_only_what_every_network_approved_leaves(
    post: Database, desk: Connection, town: Town
) -> None:
    """While the new wording waits for one network, the old one is sent."""
    operator = town.clerk
    async with post.begin(Context.command("test")) as conn:
        new = templates.NewText(
            key="accepted",
            text_vi="BDLAMDONG: Bưu điện đã nhận hồ sơ {ref}. Hỏi đáp {hotline}.",
            form_id=uuid4(),
        )
        await templates.write(conn, new, by=operator, now=MORNING)
        await templates.write(conn, new, by=operator, now=MORNING)
        *others, last = templates.NETWORKS
        for network in others:
            said = templates.Decision(key="accepted", version=2, network=network, said="approved")
            await templates.decide(conn, said, by=operator, now=MORNING)
        assert (await templates.current(conn))["accepted"].version == 1
        said = templates.Decision(key="accepted", version=2, network=last, said="approved")
        await templates.decide(conn, said, by=operator, now=MORNING)
        assert (await templates.current(conn))["accepted"].version == 2
        assert len(await templates.history(conn, "accepted")) == 2

    opened = await make.dossier(desk, town)
    await draft(post)

    body = await desk.fetchval("SELECT body FROM sms")
    assert body.startswith(f"BDLAMDONG: Buu dien da nhan ho so {opened.ref}. Hoi dap")


async def test_without_an_approved_text_somebody_calls(
    post: Database, desk: Connection, town: Town
) -> None:
    await desk.execute("UPDATE sms_approval SET state = 'pending' WHERE template = 'accepted'")
    await make.dossier(desk, town)

    await draft(post)

    [(said, _)] = await calls(desk)
    assert said.endswith("Tin nhắn thiếu dữ kiện, hoặc mẫu tin chưa được mạng duyệt.")
