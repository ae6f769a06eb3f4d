"""SQL of receptions in an agency's name."""

from __future__ import annotations

from asyncpg import Connection

MARK = "UPDATE dossier SET acceptance_mode = $2 WHERE id = $1"


async def mark(conn: Connection, dossier_id: int, mode: str) -> None:
    await conn.execute(MARK, dossier_id, mode)
