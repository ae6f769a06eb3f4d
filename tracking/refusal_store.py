"""SQL of what was tried and refused: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection

from tracking.model import Scan

NOTE = """
INSERT INTO refused_act (scan_id, s10, act, person_id, at, heard_at, why)
SELECT scan_id, s10, act, person_id, at, $6, why
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $7::text[])
       AS r(scan_id, s10, act, person_id, at, why)
    ON CONFLICT DO NOTHING
"""


async def note(conn: Connection, refused: Sequence[tuple[Scan, str]], heard_at: datetime) -> None:
    """Write each scan with the kind of its refusal."""
    scans = [scan for scan, _ in refused]
    await conn.execute(
        NOTE,
        [scan.id for scan in scans],
        [scan.s10[:40] for scan in scans],
        [scan.act for scan in scans],
        [scan.by.person for scan in scans],
        # a moment before the first year fits no column: what was refused is known by its hour
        [scan.at if 1 < scan.at.year < 9999 else heard_at for scan in scans],
        heard_at,
        [why for _, why in refused],
    )
