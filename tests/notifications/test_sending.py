"""Each message leaves once, whoever dies, sleeps or refuses on the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from asyncpg import Connection

from notifications import sending
from notifications.gateway import (
    MaybeSent,
    MemoryGateway,
    Refused,
    SenderStopped,
    Sms,
    TextStopped,
    TryLater,
    masked,
)
from notifications.sending import Pace, Sender
from postal_service.database import Context, Database, open_database
from tests import make
from tests.make import MORNING, Town
from tests.notifications.travel import (
    MINUTE,
    BrokenGateway,
    calls,
    draft,
    means,
    send,
    states,
    sweep,
)
from tracking.stages import Act, Stage


class SlowGateway(MemoryGateway):
    """Answers the first message only when it is told to, and all others at once."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = asyncio.Event()

    async def send(self, sms: Sms) -> str:
        first = not self.sent
        gateway_id = await super().send(sms)
        if first:
            await self.answer.wait()
        return gateway_id


async def drafted(post: Database, desk: Connection, town: Town, count: int = 1) -> None:
    for _ in range(count):
        await make.dossier(desk, town)
    await draft(post)


async def test_the_attempt_is_on_record_before_the_network_is_called(
    post: Database, desk: Connection, town: Town
) -> None:
    """A crash in the middle of a call must leave a trace that it may have been made."""
    seen = []

    class Looking(MemoryGateway):
        async def send(self, sms: Sms) -> str:
            row = await desk.fetchrow("SELECT attempt, ended_at FROM sms_attempt")
            seen.append((row["attempt"], row["ended_at"], await states(desk)))
            return await super().send(sms)

    await drafted(post, desk, town)

    await send(post, Looking())

    assert seen == [(1, None, ["sending"])]
    assert await desk.fetchval("SELECT outcome FROM sms_attempt") == "sent"


async def test_no_connection_is_held_while_a_network_answers(
    town_url: str, desk: Connection, town: Town
) -> None:
    """Eight calls in the air, and the only connection of the pool is free for others."""
    async with open_database(town_url, size=1, name="test narrow", keys=make.KEYS) as narrow:
        await drafted(narrow, desk, town, 8)

        class Nosy(MemoryGateway):
            async def send(self, sms: Sms) -> str:
                async with narrow.begin(Context.job("test")) as conn:
                    await conn.fetchval("SELECT 1")
                return await super().send(sms)

        await send(narrow, Nosy())

    assert await states(desk) == ["sent"] * 8


async def test_two_workers_never_share_a_message(
    post: Database, desk: Connection, town: Town
) -> None:
    await drafted(post, desk, town, 12)
    gateway = MemoryGateway()

    await asyncio.gather(send(post, gateway), send(post, gateway), send(post, gateway))

    assert len(gateway.sent) == len({sms.id for sms in gateway.sent}) == 12
    assert await states(desk) == ["sent"] * 12


async def test_one_slow_answer_keeps_no_other_message_waiting(
    post: Database, desk: Connection, town: Town
) -> None:
    """A network that swallows one call must not cost the others its whole patience."""
    await drafted(post, desk, town, 5)
    gateway = SlowGateway()
    sender = Sender(means(post, gateway, pace=Pace(in_air=4)))

    for _ in range(5):
        await sender.round()
    assert sorted(await states(desk)) == ["sending", "sent", "sent", "sent", "sent"]
    gateway.answer.set()
    await sender.land()

    assert await states(desk) == ["sent"] * 5


async def test_a_sender_that_vanished_leaves_a_doubt_and_no_second_message(
    post: Database, desk: Connection, town: Town
) -> None:
    """Its call may have been made: nobody sends the message again before the network was asked."""
    await drafted(post, desk, town)
    lost, gateway = means(post, MemoryGateway()), MemoryGateway()
    await sending.depart(lost, 8)

    assert (await sweep(post, MORNING + timedelta(seconds=59))).lapsed == 0
    assert (await sweep(post, MORNING + MINUTE)).lapsed == 1

    assert await send(post, gateway, now=MORNING + timedelta(days=1)) == 0
    assert await states(desk) == ["unknown"]


async def test_a_sleeper_does_not_call(post: Database, desk: Connection, town: Town) -> None:
    """A worker stopped for longer than its lease wakes up to a message that may be another's."""
    await drafted(post, desk, town)
    gateway = MemoryGateway()
    outfit = means(post, gateway)
    [departure], _ = await sending.depart(outfit, 8)

    ended = await sending.call(outfit, departure, until=0.0)

    assert gateway.sent == []
    assert (ended.outcome.outcome, ended.outcome.error) == ("later", "overslept")
    assert not ended.outcome.failed, "no message wears out by our sleep"


async def test_an_old_attempt_settles_nothing_of_a_newer_one(
    post: Database, desk: Connection, town: Town
) -> None:
    """The attempt number is the fence; the old attempt's own line is still closed."""
    await drafted(post, desk, town)
    outfit = means(post, BrokenGateway(TryLater("503")))
    [old], _ = await sending.depart(outfit, 8)
    late = await sending.call(outfit, old, until=float("inf"))
    await desk.execute("UPDATE sms SET state = 'queued', next_attempt_at = $1", MORNING)
    [_], _ = await sending.depart(outfit, 8)

    await sending.settle(outfit, [late])

    assert await states(desk) == ["sending"]
    outcomes = await desk.fetch("SELECT outcome FROM sms_attempt ORDER BY attempt")
    assert [row["outcome"] for row in outcomes] == ["later", None]


async def test_a_late_yes_keeps_a_message_from_leaving_again(
    post: Database, desk: Connection, town: Town
) -> None:
    """The answer came after everybody had given it up: better late knowledge than none."""
    await drafted(post, desk, town)
    outfit = means(post, MemoryGateway())
    [departure], _ = await sending.depart(outfit, 8)
    late = await sending.call(outfit, departure, until=float("inf"))
    await desk.execute("UPDATE sms SET state = 'queued', next_attempt_at = $1", MORNING)

    await sending.settle(outfit, [late])

    assert await states(desk) == ["sent"]
    assert await send(post, MemoryGateway()) == 0


async def test_answers_are_kept_while_the_database_is_away(
    server: str, town_url: str, post: Database, desk: Connection, town: Town
) -> None:
    """What the network said once is not asked for again: it is written when it can be."""
    await drafted(post, desk, town)
    admin = await asyncpg.connect(server)
    name = town_url.rpartition("/")[2]

    class Cutting(MemoryGateway):
        """The database goes away while this network answers."""

        async def send(self, sms: Sms) -> str:
            await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
                " AND application_name = 'test outbox'",
                name,
            )
            return await super().send(sms)

    gateway = Cutting()
    sender = Sender(means(post, gateway))
    try:
        await sender.round()
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await sender.round()
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await sender.round()
    finally:
        await admin.close()

    assert await states(desk) == ["sent"]
    assert len(gateway.sent) == 1


async def test_a_number_the_network_refuses_becomes_a_call(
    post: Database, desk: Connection, town: Town
) -> None:
    await drafted(post, desk, town)
    gateway = BrokenGateway(Refused("400/21614"))

    for hours in range(3):
        await send(post, gateway, now=MORNING + timedelta(hours=hours))

    assert gateway.asked == 1
    assert await states(desk) == ["refused"]
    assert len(await calls(desk)) == 1


async def test_a_busy_network_is_asked_at_once_and_then_for_four_hours(
    post: Database, desk: Connection, town: Town
) -> None:
    """Spaced further and further; then the failure is on the screen and somebody calls."""
    await drafted(post, desk, town)
    gateway = BrokenGateway(TryLater("503/20503"))

    asked_at = []
    for half_minutes in range(500):
        before = gateway.asked
        await send(post, gateway, now=MORNING + half_minutes * timedelta(seconds=30))
        asked_at += [half_minutes / 2] * (gateway.asked - before)

    assert asked_at == [0, 0, 0.5, 2.5, 10, 30, 60, 120, 240]
    assert await states(desk) == ["refused"]
    assert len(await calls(desk)) == 1


async def test_the_second_try_takes_the_other_road(
    post: Database, desk: Connection, town: Town
) -> None:
    """What one network does not take now another may: the citizen waits for neither."""
    await drafted(post, desk, town, 8)
    broken, sound = BrokenGateway(TryLater("503")), MemoryGateway()

    await send(post, broken, sound)

    assert 0 < broken.asked < 8
    assert await states(desk) == ["sent"] * 8


async def test_an_answer_that_never_came_is_a_doubt(
    post: Database, desk: Connection, town: Town
) -> None:
    """Nothing is sent again on a guess; nobody has to call before the network was asked."""
    await drafted(post, desk, town)
    gateway = BrokenGateway(MaybeSent("TimeoutError"))

    for hours in range(3):
        await send(post, gateway, now=MORNING + timedelta(hours=hours))

    assert gateway.asked == 1
    assert await states(desk) == ["unknown"]
    assert await calls(desk) == []


async def test_a_gateway_that_breaks_is_a_doubt_too(
    post: Database, desk: Connection, town: Town
) -> None:
    """A mistake of ours after the request left looks the same from here."""
    await drafted(post, desk, town)

    await send(post, BrokenGateway(KeyError("sid")))

    assert await states(desk) == ["unknown"]


async def test_a_closed_account_pauses_the_sender_and_wears_no_message_out(
    post: Database, desk: Connection, town: Town
) -> None:
    """A wrong token over a weekend must not refuse every message of it, nor hammer the network."""
    await drafted(post, desk, town, 3)
    closed = BrokenGateway(SenderStopped("401/20003"))
    for minutes in range(0, 200, 1):
        await send(post, closed, now=MORNING + minutes * MINUTE)
    assert closed.asked == 40 * 3
    assert await states(desk) == ["queued"] * 3
    assert {row["failures"] for row in await desk.fetch("SELECT failures FROM sms")} == {0}
    gateway = MemoryGateway()

    await send(post, gateway, now=MORNING + timedelta(minutes=200))

    assert len(gateway.sent) == 3


async def test_a_filtered_text_stops_and_the_rest_goes_on(
    post: Database, desk: Connection, town: Town
) -> None:
    """Each further message of it would be paid for and thrown away."""
    first = await make.dossier(desk, town)
    await draft(post)
    await send(post, BrokenGateway(TextStopped("400/30007")))
    assert await states(desk) == ["refused"]
    assert len(await calls(desk)) == 1
    await make.dossier(desk, town)
    await make.signed(desk, town, first)
    await draft(post)
    gateway = MemoryGateway()

    await send(post, gateway)

    assert [sms.body.count("ban giao") for sms in gateway.sent] == [1]
    assert sorted(await states(desk)) == ["queued", "refused", "sent"]


async def test_what_is_no_longer_true_is_not_sent(
    post: Database, desk: Connection, town: Town
) -> None:
    """Yesterday's "today the courier comes" would send somebody to the door for nothing."""
    opened = await make.dossier(desk, town)
    await make.result(desk, town, opened, Stage.OUT)
    await draft(post)
    gateway = MemoryGateway()

    assert (await sweep(post, MORNING + timedelta(days=1))).expired == 2
    await send(post, gateway, now=MORNING + timedelta(days=1))

    expired = await desk.fetch("SELECT template FROM sms WHERE state = 'expired' ORDER BY id")
    assert [row["template"] for row in expired] == ["out_for_delivery", "delivery_code"]
    assert not [sms for sms in gateway.sent if "Hom nay buu ta" in sms.body]


async def test_what_was_overtaken_in_the_air_does_not_leave_again(
    post: Database, desk: Connection, town: Town
) -> None:
    """The network gave it back when the dossier was already further."""
    opened = await make.dossier(desk, town)
    await draft(post)
    outfit = means(post, BrokenGateway(TryLater("503")))
    [departure], _ = await sending.depart(outfit, 8)
    await make.signed(desk, town, opened)
    await draft(post)
    await sending.settle(outfit, [await sending.call(outfit, departure, until=float("inf"))])
    gateway = MemoryGateway()

    await send(post, gateway)

    assert [sms.body.count("ban giao") for sms in gateway.sent] == [1]


async def test_who_waits_for_days_is_called(post: Database, desk: Connection, town: Town) -> None:
    """A text stayed stopped over a long weekend: what it says still holds, and was not said."""
    await drafted(post, desk, town)

    assert (await sweep(post, MORNING + timedelta(hours=71))).expired == 0
    assert (await sweep(post, MORNING + timedelta(hours=72))).expired == 1

    assert await states(desk) == ["expired"]
    assert len(await calls(desk)) == 1


async def test_a_message_about_today_is_not_kept_trying_until_tomorrow(
    post: Database, desk: Connection, town: Town
) -> None:
    """The network throws it away itself when the day is over."""
    opened = await make.dossier(desk, town)
    await make.result(desk, town, opened, Stage.OUT)
    await draft(post)
    gateway = MemoryGateway()

    evening = MORNING.replace(hour=23, minute=0)
    await send(post, gateway, now=evening)

    [today] = [sms.valid_for for sms in gateway.sent if "Hom nay buu ta" in sms.body]
    assert today == 3600


async def test_the_code_is_on_the_handset_and_nowhere_else(
    post: Database, desk: Connection, town: Town
) -> None:
    """A dump of the database, or a look at a screen, opens no door."""
    opened = await make.dossier(desk, town)
    await make.result(desk, town, opened, Stage.OUT)
    await draft(post)
    gateway = MemoryGateway()

    await send(post, gateway)

    [coded] = [sms for sms in gateway.sent if sms.secret is not None]
    assert coded.secret is not None
    assert len(coded.secret) == 6
    assert coded.secret in coded.text
    assert "••••••" in masked(coded.body)
    for table in ("sms", "sms_attempt", "event", "task"):
        dump = await desk.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        assert coded.secret not in (dump or ""), table


async def test_a_code_without_an_errand_is_not_sent(
    post: Database, desk: Connection, town: Town
) -> None:
    """The courier came back before the message left: there is no door to open any more."""
    opened = await make.dossier(desk, town)
    number = await make.result(desk, town, opened, Stage.OUT)
    await draft(post)
    await make.scans(desk, [make.scan(number, Act.DELIVER, town.by_courier)])
    gateway = MemoryGateway()

    await send(post, gateway)

    ended = await desk.fetchrow("SELECT state, error FROM sms WHERE template = 'delivery_code'")
    assert (ended["state"], ended["error"]) == ("expired", "no_secret")
    assert not [sms for sms in gateway.sent if sms.secret]


async def test_a_phone_withdrawn_overnight_gets_nothing(
    post: Database, desk: Connection, town: Town
) -> None:
    """The number is asked for when the message leaves, not when it was written."""
    opened = await make.dossier(desk, town)
    await draft(post)
    await desk.execute("UPDATE party SET phone_sealed = NULL WHERE id = $1", opened.applicant_id)
    gateway = MemoryGateway()

    await send(post, gateway)

    assert gateway.sent == []
    assert await states(desk) == ["refused"]
    assert len(await calls(desk)) == 1
