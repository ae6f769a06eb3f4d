"""The catalogue's history: who changed what, when, why, and what stood there before.

Lines are only ever added. Cells are kept as the files name them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.catalogue import catalogue_version_store as store
from postal_service.desk.catalogue.catalogue_version_store import Change, Edition

__all__ = ["Change", "Note", "lines"]

#: Of the history, on one page.
AT_ONCE = 100


class Note(Struct, frozen=True, kw_only=True):
    """What every line of one form has in common."""

    form_id: UUID  #: drawn by the page: a repeat is recognised
    why: str
    by: int
    now: datetime
    sheet: str = "procedures"

    async def write(
        self,
        conn: Connection[Record],
        *,
        key: str,
        act: str,
        day: date | None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        await store.note_change(
            conn,
            Change(
                id=0,
                form_id=self.form_id,
                at=self.now,
                who="",
                sheet=self.sheet,
                key=key,
                act=act,
                valid_from=day,
                why=self.why,
                before=dict(before) if before is not None else None,
                after=dict(after) if after is not None else None,
            ),
            self.by,
        )

    async def endings(
        self, conn: Connection[Record], ended: Sequence[Edition], ends: Mapping[int, date | None]
    ) -> None:
        """One line a version whose last day moved."""
        for one in ended:
            await self.write(
                conn,
                key=one.key,
                act="end",
                day=ends[one.id],
                before={"valid_to": str(one.valid_to or "")},
                after={"valid_to": str(ends[one.id] or "")},
            )


async def lines(
    conn: Connection[Record], *, sheet: str = "", key: str = "", before: int = 0
) -> list[Change]:
    """The newest first; *before*: the id of the line above, for the next page."""
    return await store.changes(conn, sheet, key, before or 2**63 - 1, AT_ONCE)
