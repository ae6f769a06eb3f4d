"""Reports come late, twice, out of order and against each other; a message only moves on."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from asyncpg import Connection

from notifications.gateway import MaybeSent, MemoryGateway, TryLater
from notifications.receipts import RANK, Door, is_further
from postal_service.database import Database
from tests import make
from tests.make import MORNING, Town
from tests.notifications.travel import (
    BrokenGateway,
    calls,
    draft,
    hear,
    report,
    send,
    states,
)

DOOR = Door(site="https://post.example", key=b"key")


class Gateway(MemoryGateway):
    """Takes everything, and knows the codes of a broken one."""

    blame = BrokenGateway.blame


async def sent(post: Database, desk: Connection, town: Town) -> Gateway:
    await make.dossier(desk, town)
    await draft(post)
    gateway = Gateway()
    await send(post, gateway)
    assert await states(desk) == ["sent"]
    return gateway


def test_a_report_only_moves_a_message_on() -> None:
    """A last word stands, whatever comes after it."""
    further = [(a, b) for a, b in permutations(RANK, 2) if is_further(a, b)]

    assert ("sent", "queued") not in further
    assert ("delivered", "undelivered") not in further
    assert ("undelivered", "delivered") not in further
    assert ("queued", "delivered") in further


async def test_delivered_is_told_once_and_stays(
    post: Database, desk: Connection, town: Town
) -> None:
    gateway = await sent(post, desk, town)

    for status in ("delivered", "sent", "delivered", "undelivered", "queued"):
        await report(post, status, error="30003", gateway=gateway)

    assert await states(desk) == ["delivered"]
    assert await calls(desk) == []
    kept = await desk.fetch("SELECT status FROM sms_receipt ORDER BY id")
    assert [row["status"] for row in kept] == ["delivered", "sent", "undelivered", "queued"]


async def test_a_message_that_did_not_arrive_becomes_a_call(
    post: Database, desk: Connection, town: Town
) -> None:
    gateway = await sent(post, desk, town)

    await report(post, "undelivered", error="30005", gateway=gateway)

    assert await states(desk) == ["undelivered"]
    [said] = await calls(desk)
    assert "Mạng báo tin không đến được máy" in said


async def test_a_handset_that_was_off_is_tried_again_in_an_hour_then_in_four(
    post: Database, desk: Connection, town: Town
) -> None:
    gateway = await sent(post, desk, town)
    later = MORNING + timedelta(hours=1)

    await report(post, "undelivered", error="30003", gateway=gateway)
    assert await states(desk) == ["queued"]
    assert await send(post, gateway, now=later - timedelta(seconds=1)) == 0
    assert await send(post, gateway, now=later) == 1
    await report(post, "undelivered", error="30003", attempt=2, gateway=gateway, now=later)
    assert await send(post, gateway, now=later + timedelta(hours=4)) == 1
    await report(post, "undelivered", error="30003", attempt=3, gateway=gateway, now=later)

    assert await states(desk) == ["undelivered"]
    assert len(await calls(desk)) == 1


async def test_a_failure_taken_back_sends_nothing_twice(
    post: Database, desk: Connection, town: Town
) -> None:
    """Networks report a failure and then, sometimes, that it arrived after all."""
    gateway = await sent(post, desk, town)
    await report(post, "undelivered", error="30003", gateway=gateway)

    await report(post, "delivered", gateway=gateway)

    assert await states(desk) == ["delivered"]
    assert await send(post, gateway, now=MORNING + timedelta(days=1)) == 0


async def test_a_report_about_an_old_attempt_stops_the_next_one(
    post: Database, desk: Connection, town: Town
) -> None:
    """The network said "later" and had taken it all the same."""
    await make.dossier(desk, town)
    await draft(post)
    gateway = BrokenGateway(TryLater("503"))
    await send(post, gateway)
    assert await states(desk) == ["queued"]

    await report(post, "sent", gateway=gateway)

    assert await states(desk) == ["sent"]
    assert await send(post, MemoryGateway(), now=MORNING + timedelta(days=1)) == 0


async def test_a_failed_old_attempt_does_not_fail_the_new_one(
    post: Database, desk: Connection, town: Town
) -> None:
    await make.dossier(desk, town)
    await draft(post)
    await send(post, BrokenGateway(TryLater("503")))
    await send(post, gateway := Gateway(), now=MORNING + timedelta(hours=5))

    await report(post, "failed", error="30005", attempt=1)

    assert await states(desk) == ["sent"]
    assert len(gateway.sent) == 1


async def test_an_account_that_closes_behind_our_back_pauses_and_sends_again(
    post: Database, desk: Connection, town: Town
) -> None:
    """No message is to blame for it, and none is lost."""
    gateway = await sent(post, desk, town)

    await report(post, "failed", error="30002", gateway=gateway)

    assert await states(desk) == ["queued"]
    assert await send(post, gateway) == 0
    assert await send(post, gateway, now=MORNING + timedelta(minutes=5)) == 1


async def test_a_text_that_is_filtered_on_the_way_stops(
    post: Database, desk: Connection, town: Town
) -> None:
    gateway = await sent(post, desk, town)

    await report(post, "undelivered", error="30007", gateway=gateway)
    await make.dossier(desk, town)
    await draft(post)

    assert await send(post, gateway) == 0
    assert await states(desk) == ["undelivered", "queued"]


async def test_a_report_of_nobodys_attempt_is_kept_and_does_no_harm(
    post: Database, desk: Connection, town: Town
) -> None:
    """After a backup was restored the network knows messages that we do not."""
    await sent(post, desk, town)

    await report(post, "delivered", sms=99)

    assert await states(desk) == ["sent"]
    assert await desk.fetchval("SELECT count(*) FROM sms_receipt WHERE heard_at IS NOT NULL") == 1
    assert await hear(post, Gateway()) == 0


async def test_a_report_that_beats_the_answer_wins(
    post: Database, desk: Connection, town: Town
) -> None:
    """The network reports while the call that brought it the message still hangs."""
    await make.dossier(desk, town)
    await draft(post)

    class Hasty(Gateway):
        async def send(self, sms: object) -> str:
            await report(post, "delivered", gateway=self)
            raise MaybeSent("TimeoutError")

    await send(post, Hasty())

    assert await states(desk) == ["delivered"]


@pytest.mark.parametrize(
    "wrong", ["", "x", "a" * 32, "²" * 32, "\ud800", DOOR.address("twilio", 7, 2)[-32:]]
)
def test_an_address_nobody_was_given_does_not_open(wrong: str) -> None:
    right = DOOR.address("twilio", 7, 1)[-32:]

    assert DOOR.opens("twilio", 7, 1, right)
    assert not DOOR.opens("twilio", 7, 1, wrong)
    assert not DOOR.opens("other", 7, 1, right)
    assert not DOOR.opens("twilio", 8, 1, right)
