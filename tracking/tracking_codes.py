"""A tracking code that is no longer a secret is replaced; the old one opens nothing."""

from __future__ import annotations

from asyncpg import Connection

from tracking import identifiers
from tracking import tracking_code_store as store


async def replace(conn: Connection, dossier_id: int) -> str:
    """Give the dossier, which is locked, another code and return it.

    The old code answers like one that never was: a lost receipt must not tell
    its finder that it was a receipt.
    """
    code = identifiers.new_tracking_code()
    await store.replace_code(conn, dossier_id, code)
    return code
