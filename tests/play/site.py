"""The whole application behind its HTTP door, for a test that asks it thousands of things."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

import asyncpg
import httpx
from litestar import Litestar

from postal_service import security
from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.settings import Settings
from tests import make
from tests.conftest import connect
from tests.make import Town
from tests.play.small import Hand, Paper, Who

Answer = TypeVar("Answer")

STANDING = """
SELECT s10, stage, holder_kind, coalesce(holder_id, 0) AS holder_id, offered_kind, offered_id,
       office_id, attempts
  FROM consignment
 WHERE s10 = ANY($1::text[])
"""
#: Holder by holder, as the register's lines say it: no gap, and the newest is the row's.
BROKEN = """
SELECT c.s10
  FROM consignment c
  JOIN LATERAL (SELECT stage, holder_kind, holder_id, offered_kind, offered_id, office_id
                  FROM event WHERE consignment_id = c.id ORDER BY id DESC LIMIT 1) e ON true
 WHERE c.s10 = ANY($1::text[])
   AND (c.stage, c.holder_kind, c.holder_id, c.offered_kind, c.offered_id, c.office_id)
       IS DISTINCT FROM
       (e.stage, e.holder_kind, e.holder_id, e.offered_kind, e.offered_id, e.office_id)
"""
LINES = """
SELECT l.s10, l.outcome
  FROM hand_over_line l
  JOIN hand_over h ON h.id = l.hand_over_id
 WHERE h.number = $1
"""


class Site:
    """One loop, one application, one session for each person of the game."""

    def __init__(self, url: str, town: Town) -> None:
        self.clock = Clock.showing(make.MORNING)
        self.town = town
        self._url = url
        self._runner = asyncio.Runner()
        self._sessions: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        self._runner.__enter__()
        settings = Settings(database_url=self._url, pool_size=2, demo=True)
        app = create_app(settings, clock=self.clock)
        self._stop, started = asyncio.Event(), asyncio.Event()
        self._life = self._runner.get_loop().create_task(self._live(app, started))
        self.run(started.wait())
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://testserver"
        )
        self._secret = settings.secret_key
        self.conn: asyncpg.Connection = self.run(connect(self._url))
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._client.aclose())
        self.run(self.conn.close())
        self._stop.set()
        self.run(self._end())
        self._runner.__exit__(None, None, None)

    async def _live(self, app: Litestar, started: asyncio.Event) -> None:
        """Keep the application open: whoever opens its resources has to close them."""
        async with app.lifespan():
            started.set()
            await self._stop.wait()

    async def _end(self) -> None:
        await self._life

    def run(self, what: Coroutine[Any, Any, Answer]) -> Answer:
        return self._runner.run(what)

    def post(self, who: Who, path: str, body: object) -> httpx.Response:
        """What the application answers *who*, as JSON; a session that has ended is opened anew."""
        answer = None
        while answer is None or answer.status_code == httpx.codes.UNAUTHORIZED:
            if answer is not None or who.name not in self._sessions:
                self._sessions[who.name] = self.run(self._sign_in(who.name))
            headers = self._sessions[who.name]
            answer = self.run(self._client.post(path, json=body, headers=headers))
        return answer

    async def _sign_in(self, name: str) -> dict[str, str]:
        answer = await self._client.post(
            "/signin", data={"username": name, "password": make.PASSWORD}
        )
        token = answer.cookies["postal"]
        self._client.cookies.clear()
        return {
            "cookie": f"postal={token}",
            "x-csrf-token": security.form_token(self._secret, token),
            "accept": "application/json",
        }

    def standing(self, s10s: list[str]) -> dict[str, tuple[str, Hand, Hand | None, int, int]]:
        """Where each paper is, as the register has it."""
        rows = self.run(self.conn.fetch(STANDING, s10s))
        return {
            row["s10"]: (
                row["stage"],
                (row["holder_kind"], row["holder_id"]),
                (row["offered_kind"], row["offered_id"]) if row["offered_kind"] else None,
                row["office_id"],
                row["attempts"],
            )
            for row in rows
        }

    def broken(self, s10s: list[str]) -> list[str]:
        """Papers whose row is not what their newest line says."""
        return [row["s10"] for row in self.run(self.conn.fetch(BROKEN, s10s))]

    def lines(self, number: str) -> dict[str, str | None]:
        rows = self.run(self.conn.fetch(LINES, number))
        return {row["s10"]: row["outcome"] for row in rows}

    def paper(self, *, office: int, agency: int, leg: str, ref: str, s10: str) -> Paper:
        place, holder = (
            ("ready", ("agency", agency)) if leg == "R" else ("accepted", ("office", office))
        )
        return Paper(
            s10=s10, ref=ref, leg=leg, place=place, holder=holder, office=office, agency=agency
        )
