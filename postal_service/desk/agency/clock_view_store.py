"""SQL by which a dossier's clocks are asked for. Only SQL."""

from __future__ import annotations

from typing import cast

from asyncpg import Connection, Record

REF_OF_S10 = """
SELECT d.ref FROM consignment c JOIN dossier d ON d.id = c.dossier_id WHERE c.s10 = $1
"""


async def ref_of_s10(conn: Connection[Record], s10: str) -> str | None:
    return cast("str | None", await conn.fetchval(REF_OF_S10, s10))


# Two agencies may have given one code out, one after the other: the newer dossier is meant.
REF_OF_AGENCY_CODE = """
SELECT ref FROM dossier WHERE agency_code = $1 ORDER BY id DESC LIMIT 1
"""


async def ref_of_agency_code(conn: Connection[Record], code: str) -> str | None:
    return cast("str | None", await conn.fetchval(REF_OF_AGENCY_CODE, code))
