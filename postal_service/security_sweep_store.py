"""SQL that forgets what the doors need no more. Only SQL."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection

# A lost phone's session lives on for a week by its own end; the log says who came in when.
ENDED = "DELETE FROM session WHERE ends_at < $1"
COUNTED = "DELETE FROM attempt_window WHERE starts_at < $1"
ASKED = "DELETE FROM phone_request WHERE ends_at < $1"
LINKED = "DELETE FROM one_time_link WHERE ends_at < $1"


async def sweep(conn: Connection, before: datetime) -> None:
    """Forget sessions, tries, phones that asked and links that ended *before* then."""
    for sql in (ENDED, COUNTED, ASKED, LINKED):
        await conn.execute(sql, before)
