"""``postal people``: how the first operator comes to be."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from asyncpg import Connection

from tests.make import Town


def postal(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "postal_service", "people", *words],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_first_operator_gets_a_link(town_url: str, desk: Connection) -> None:
    """What the database keeps of it opens nothing; the same name again is refused in words."""
    typed = ("add", "vanhanh", "--role", "operator", "--name", "Trần Vận Hành")

    made, again = postal(town_url, *typed), postal(town_url, *typed)

    link = re.search(r"http://localhost:8000/welcome\?key=([\w-]{43})\n", made.stdout)
    assert link is not None, made.stderr
    assert await desk.fetchval("SELECT count(*) FROM one_time_link") == 1
    assert (again.returncode, "đã có người dùng" in again.stderr) == (1, True)
    rows = await desk.fetch("SELECT act, by_id, by_kind FROM access_log ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("added", None, "command"),
        ("linked", None, "command"),
    ]


async def test_a_closed_account_is_listed_last_and_its_papers_are_named(
    town_url: str, desk: Connection, town: Town
) -> None:
    closed = postal(town_url, "deactivate", "clerk", "--why", "nghỉ việc")
    listed = postal(town_url, "list", "--json")
    unknown = postal(town_url, "reset", "nobody", "--why", "thử")

    assert closed.stdout == "closed\n"
    assert listed.stdout.rindex('"username":"clerk"') > listed.stdout.rindex('"active":true')
    assert unknown.returncode == 1
    assert not await desk.fetchval("SELECT active FROM person WHERE id = $1", town.clerk)
