"""The radar as it goes on: many pages ask once, and whoever has signed out hears no more."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta

import pytest
from asyncpg import Connection

from postal_service.clock import Clock
from postal_service.database import Context, Database, open_database
from postal_service.web import radar_feed
from postal_service.web.radar_feed import Feed, still_open, told
from tests.desk.watch.test_radar import staff
from tests.make import MORNING, Town
from tests.web.conftest import FRIDAY, Client, silent

DAY = timedelta(days=1)


class Counted(Database):
    """A door that counts how often it is opened."""

    opened = 0

    def begin(self, context: Context) -> AbstractAsyncContextManager[Connection]:
        self.opened += 1
        return super().begin(context)


async def test_many_pages_ask_once(
    town_url: str, desk: Connection, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty tabs are one query; who is slow has the newest figures, not a queue of old ones."""
    monkeypatch.setattr(radar_feed, "EVERY", 0.2)
    async with open_database(town_url, size=3, name="feed") as database, AsyncExitStack() as tabs:
        door = Counted(database._pool)
        feed = Feed(door, Clock.showing(FRIDAY))
        ears = [await tabs.enter_async_context(feed.listen()) for _ in range(50)]
        firsts = [await asyncio.wait_for(ear.get(), 5) for ear in ears]
        assert firsts == [[]] * 50
        assert door.opened < 10
        await silent(desk, town)
        async with asyncio.timeout(10):
            while not (seen := await ears[0].get()):
                pass
        assert all(ear.qsize() <= 1 for ear in ears)
        assert await asyncio.wait_for(ears[1].get(), 5) == seen
        assert [(mark.receiver, mark.loud) for mark in seen] == [("supervisor", 1)]


async def test_nobody_looks_where_nobody_listens(town_url: str) -> None:
    """The last page that closes ends the looking, and the next one begins it anew."""
    async with open_database(town_url, size=2, name="feed") as database:
        door = Counted(database._pool)
        feed = Feed(door, Clock.showing(FRIDAY))
        for opened in (1, 2):
            async with feed.listen() as ear:
                assert await asyncio.wait_for(ear.get(), 5) == []
            assert door.opened == opened


async def test_the_feed_outlives_its_database(
    town_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing can be read the pages are told so, and then go on."""
    monkeypatch.setattr(radar_feed, "EVERY", 0.05)
    async with open_database(town_url, size=2, name="feed") as database:
        feed = Feed(database, Clock.showing(FRIDAY))
        async with feed.listen() as ear:
            assert await asyncio.wait_for(ear.get(), 5) == []
            async with database.begin(Context.job("hold")), database.begin(Context.job("hold")):
                async with asyncio.timeout(10):
                    while await ear.get() is not None:
                        pass
            async with asyncio.timeout(10):
                while await ear.get() is None:
                    pass


async def test_the_stream_tells_figures_and_names_nobody(
    supervisor: Client, desk: Connection, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers once, then a pulse, so that a page knows a dead line from a quiet one."""
    monkeypatch.setattr(radar_feed, "PULSE", 0.3)
    monkeypatch.setattr(radar_feed, "LONGEST", 2)
    await silent(desk, town)

    answer = await supervisor.get("/supervisor/stream")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: figures") == 1
    assert 'data: {"standing":1,"loud":1,"mark":"' in answer.text
    assert answer.text.count("event: pulse") == 2


async def test_who_has_signed_out_hears_no_more(
    supervisor: Client,
    desk: Connection,
    town_url: str,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line that was opened is no key; but a screen left alone for long still nags."""
    monkeypatch.setattr(radar_feed, "PULSE", 0.2)
    token = supervisor.cookies["postal"]
    async with open_database(town_url, size=2, name="feed") as database:

        async def signed_in() -> bool:
            return await still_open(database, token, MORNING + timedelta(minutes=20))

        heard = told(Feed(database, Clock.showing(MORNING)), staff(town), signed_in)
        assert (await anext(heard)).event == "figures"
        assert await signed_in()

        await desk.execute("DELETE FROM session")

        async with asyncio.timeout(30):
            while (word := await anext(heard)).event != "closed":
                assert word.event == "pulse"
        assert [word async for word in heard] == []
