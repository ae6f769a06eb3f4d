"""A message that may have been taken: the network is asked, and only then is one sent again."""

from __future__ import annotations

from datetime import timedelta

from asyncpg import Connection
from msgspec.structs import replace

from notifications import doubts
from notifications.doubts import HOPE
from notifications.gateway import Found, MaybeSent, MemoryGateway, Sms, TryLater
from notifications.receipts import Door
from postal_service.database import Database
from tests import make
from tests.make import MORNING, Town
from tests.notifications.travel import (
    MINUTE,
    AnsweringGateway,
    BrokenGateway,
    ask,
    calls,
    draft,
    hear,
    means,
    report,
    send,
    states,
)
from tracking.stages import Stage


async def doubted(
    post: Database, desk: Connection, town: Town, answer: Found | Exception | None
) -> AnsweringGateway:
    """One message whose answer never came, and a network that says *answer* when asked."""
    await make.dossier(desk, town)
    await draft(post)
    gateway = AnsweringGateway(MaybeSent("TimeoutError"), answer)
    await send(post, gateway)
    assert await states(desk) == ["unknown"]
    return gateway


async def test_the_network_is_not_asked_before_its_list_is_up_to_date(
    post: Database, desk: Connection, town: Town
) -> None:
    """Asked at once it would say "not here" of a message that is on its way to the list."""
    gateway = await doubted(post, desk, town, None)

    assert await ask(post, gateway, now=MORNING + timedelta(seconds=59)) == 0
    assert await ask(post, gateway, now=MORNING + MINUTE) == 1


async def test_what_the_network_has_is_not_sent_again(
    post: Database, desk: Connection, town: Town
) -> None:
    """Its word counts as any report: the message goes on from there."""
    answer = Found(gateway_id="SM1", status="delivered")
    gateway = await doubted(post, desk, town, answer)

    await ask(post, gateway, now=MORNING + MINUTE)
    await hear(post, gateway, now=MORNING + MINUTE)

    assert await states(desk) == ["delivered"]
    assert await desk.fetchval("SELECT gateway_id FROM sms") == "SM1"
    assert await send(post, MemoryGateway(), now=MORNING + timedelta(days=1)) == 0


async def test_what_the_network_lacks_twice_is_sent_again(
    post: Database, desk: Connection, town: Town
) -> None:
    """Once may be its list lagging behind."""
    gateway = await doubted(post, desk, town, None)
    once, twice = MORNING + MINUTE, MORNING + 3 * MINUTE
    sound = MemoryGateway()

    await ask(post, gateway, now=once)
    assert await send(post, sound, now=once) == 0
    await ask(post, gateway, now=twice)
    assert await send(post, sound, now=twice) == 1

    assert await states(desk) == ["sent"]
    assert await calls(desk) == []


async def test_a_code_is_never_sent_a_second_time(
    post: Database, desk: Connection, town: Town
) -> None:
    """Two messages with codes would have the receiver read out the wrong one: somebody calls."""
    opened = await make.dossier(desk, town)
    await make.result(desk, town, opened, Stage.OUT)
    await draft(post)
    gateway = AnsweringGateway(MaybeSent("TimeoutError"), None)
    await send(post, gateway)
    sound = MemoryGateway()

    for minutes in (1, 3, 10, 60):
        await ask(post, gateway, now=MORNING + minutes * MINUTE)
        await send(post, sound, now=MORNING + minutes * MINUTE)

    state = await desk.fetchval("SELECT state FROM sms WHERE template = 'delivery_code'")
    assert state == "refused"
    assert not [sms for sms in sound.sent if sms.secret]
    assert len(await calls(desk)) == 1


async def test_a_network_that_does_not_say_is_asked_again_and_then_somebody_calls(
    post: Database, desk: Connection, town: Town
) -> None:
    """Later and later, and the message stays where everybody can see it."""
    gateway = await doubted(post, desk, town, TryLater("503"))

    asked_at = []
    for minutes in range(1, 60 * 12):
        if await ask(post, gateway, now=MORNING + minutes * MINUTE):
            asked_at.append(minutes)
        if minutes * MINUTE < HOPE:
            assert await calls(desk) == []

    assert asked_at == [1, 2, 6, 22, 86, 342, 702]
    assert await states(desk) == ["unknown"]
    assert len(await calls(desk)) == 1


async def test_a_network_that_cannot_be_asked_leaves_it_to_people(
    post: Database, desk: Connection, town: Town
) -> None:
    """Twice would be a guess, never would be a loss: it is on the screen, and somebody calls."""
    await make.dossier(desk, town)
    await draft(post)
    gateway = BrokenGateway(MaybeSent("TimeoutError"))
    await send(post, gateway)

    await ask(post, gateway, now=MORNING + MINUTE)

    assert await states(desk) == ["unknown"]
    [said] = await calls(desk)
    assert "Không rõ tin nhắn đã gửi được chưa." in said
    assert gateway.asked == 1


async def test_a_report_ends_the_doubt_before_anybody_asks(
    post: Database, desk: Connection, town: Town
) -> None:
    """The address it came to names the attempt: no guessing by text and day."""
    gateway = await doubted(post, desk, town, None)

    await report(post, "sent", gateway=gateway)

    assert await states(desk) == ["sent"]
    assert await ask(post, gateway, now=MORNING + MINUTE) == 0


class Mute(AnsweringGateway):
    """Takes everything, reports nothing, and answers when asked."""

    async def send(self, sms: Sms) -> str:
        return f"mute-{sms.id}-{sms.attempt}"


async def test_a_network_that_never_reported_is_asked_what_became_of_it(
    post: Database, desk: Connection, town: Town
) -> None:
    """The web was away when the report came, and it comes once."""
    await make.dossier(desk, town)
    await draft(post)
    gateway = Mute(RuntimeError(), Found(gateway_id="mute-1-1", status="delivered"))
    await send(post, gateway)

    async def follow(after: timedelta, door: Door | None) -> int:
        outfit = replace(means(post, gateway, now=MORNING + after), door=door)
        return await doubts.follow(outfit)

    door = Door(site="https://post.example", key=b"key")
    assert await follow(doubts.SILENT, None) == 0, "nobody was asked to report"
    assert await follow(doubts.SILENT - MINUTE, door) == 0
    assert await follow(doubts.SILENT, door) == 1
    assert await follow(doubts.SILENT + MINUTE, door) == 0
    await hear(post, gateway)

    assert await states(desk) == ["delivered"]
    assert await follow(timedelta(days=2), door) == 0
