"""SQL of tracking codes: one statement, one function."""

from __future__ import annotations

from asyncpg import Connection

REPLACE_CODE = "UPDATE dossier SET tracking_code = $2 WHERE id = $1"


async def replace_code(conn: Connection, dossier_id: int, code: str) -> None:
    await conn.execute(REPLACE_CODE, dossier_id, code)
