"""SQL of detours: one statement, one function, one row type."""

from __future__ import annotations

from typing import cast

from asyncpg import Connection

REF_OF = """
SELECT d.ref FROM consignment c JOIN dossier d ON d.id = c.dossier_id WHERE c.s10 = $1
"""


async def ref_of(conn: Connection, s10: str) -> str | None:
    return cast("str | None", await conn.fetchval(REF_OF, s10))


# Office, agency and hours: whatever reckons a day asks the right agency from here on.
REDIRECT = """
WITH led AS (
    UPDATE dossier SET agency_id = $3, hours_group = $4 WHERE id = $1
)
UPDATE consignment SET agency_id = $3 WHERE id = $2
"""


async def redirect(
    conn: Connection, dossier_id: int, consignment_id: int, agency_id: int, hours_group: str
) -> None:
    await conn.execute(REDIRECT, dossier_id, consignment_id, agency_id, hours_group)


IS_OFFICE_OF = """
SELECT EXISTS (SELECT 1 FROM dossier WHERE id = $1 AND office_id = $2)
    OR EXISTS (SELECT 1 FROM consignment WHERE dossier_id = $1 AND office_id = $2)
"""


async def is_office_of(conn: Connection, dossier_id: int, office_id: int) -> bool:
    return cast("bool", await conn.fetchval(IS_OFFICE_OF, dossier_id, office_id))
