"""A worker's round in the hands of a test, and networks that answer as they are told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from asyncpg import Connection

from notifications import doubts, outbox, receipts, sending
from notifications.gateway import Blame, Found, Gateway, MemoryGateway, Sms
from notifications.health import Network, networks
from notifications.receipt_store import Receipt, add_receipt
from notifications.sending import Means, Pace
from postal_service.database import Context, Database
from postal_service.desk.citizen.directory import DeskDirectory
from tests.make import MORNING

DIRECTORY = DeskDirectory(b"the key of a test")
MINUTE = timedelta(minutes=1)


class BrokenGateway:
    """Answers every message with the same refusal, and counts how often it was asked."""

    def __init__(self, refusal: Exception, name: str = "broken") -> None:
        self.name = name
        self.refusal = refusal
        self.asked = 0

    async def send(self, sms: Sms) -> str:
        self.asked += 1
        raise self.refusal

    def blame(self, error: str | None) -> Blame:
        return {"30003": Blame.ROAD, "30007": Blame.TEXT, "30002": Blame.SENDER}.get(
            error or "", Blame.NUMBER
        )


class AnsweringGateway(BrokenGateway):
    """One that can also be asked what it took."""

    def __init__(self, refusal: Exception, answer: Found | Exception | None) -> None:
        super().__init__(refusal)
        self.answer = answer
        self.looked = 0

    async def look(self, sms: Sms, *, since: datetime, others: Collection[str]) -> Found | None:
        self.looked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def follow(self, sms: Sms, gateway_id: str) -> Found | None:
        return await self.look(sms, since=MORNING, others=())


def means(
    post: Database, *gateways: Gateway, now: datetime = MORNING, pace: Pace | None = None
) -> Means:
    return Means(
        begin=partial(post.begin, Context.job("test")),
        networks=networks(*(Network(gateway=gateway) for gateway in gateways)),
        directory=DIRECTORY,
        now=lambda: now,
        pace=pace or Pace(),
    )


async def draft(post: Database, now: datetime = MORNING) -> int:
    async with post.begin(Context.job("test")) as conn:
        return await outbox.draft(conn, directory=DIRECTORY, now=now)


async def send(post: Database, *gateways: Gateway, now: datetime = MORNING) -> int:
    """Send all that is due; how many messages left or ended."""
    return await sending.send(means(post, *gateways, now=now))


async def ask(post: Database, *gateways: Gateway, now: datetime) -> int:
    return await doubts.ask(means(post, *gateways, now=now))


async def sweep(post: Database, now: datetime) -> doubts.Swept:
    return await doubts.sweep(means(post, MemoryGateway(), now=now))


async def report(
    post: Database,
    status: str,
    *,
    sms: int = 1,
    attempt: int = 1,
    error: str | None = None,
    gateway: Gateway | None = None,
    now: datetime = MORNING,
) -> int:
    """One report comes, and the outbox takes note of it."""
    gateway = gateway or BrokenGateway(RuntimeError())
    async with post.begin(Context.job("test")) as conn:
        receipt = Receipt(
            gateway=gateway.name,
            gateway_id=f"{gateway.name}-{sms}-{attempt}",
            status=status,
            sms_id=sms,
            attempt=attempt,
            error=error,
            raw={"status": status},
        )
        await add_receipt(conn, receipt, now)
    return await hear(post, gateway, now=now)


async def hear(post: Database, *gateways: Gateway, now: datetime = MORNING) -> int:
    async with post.begin(Context.job("test")) as conn:
        return await receipts.hear(
            conn,
            networks=networks(*(Network(gateway=gateway) for gateway in gateways)),
            directory=DIRECTORY,
            now=now,
        )


async def states(conn: Connection) -> list[str]:
    return [row["state"] for row in await conn.fetch("SELECT state FROM sms ORDER BY id")]


async def calls(conn: Connection) -> list[str]:
    return [row["text_vi"] for row in await conn.fetch("SELECT text_vi FROM task ORDER BY id")]
