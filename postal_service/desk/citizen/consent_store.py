"""SQL of who wants messages. Choices are added, never changed: the newest one holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Choice(Struct, frozen=True, kw_only=True):
    """What somebody said, and where; ``form_id`` is drawn by the page."""

    form_id: UUID
    party_id: int
    allowed: bool
    way: str  #: counter | page
    person_id: int | None
    at: datetime


ADD_CHOICE = """
INSERT INTO sms_choice (form_id, party_id, allowed, way, person_id, at)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (form_id) DO NOTHING
"""


async def add_choice(conn: Connection[Record], choice: Choice) -> None:
    await conn.execute(
        ADD_CHOICE,
        choice.form_id,
        choice.party_id,
        choice.allowed,
        choice.way,
        choice.person_id,
        choice.at,
    )


class Standing(Struct, frozen=True, kw_only=True):
    """Whether somebody's number gets messages. ``takes``: it could; ``allowed``: and may."""

    party_id: int
    full_name: str
    phone: str | None
    takes: bool
    allowed: bool
    way: str | None
    said_by: str | None
    said_at: datetime | None


STANDING_OF = """
SELECT p.id AS party_id, p.full_name, p.phone,
       p.phone_sealed IS NOT NULL AND p.sms_allowed AS takes,
       p.phone_sealed IS NOT NULL AND p.sms_allowed AND coalesce(said.allowed, true) AS allowed,
       said.way, clerk.full_name AS said_by, said.at AS said_at
  FROM party p
  LEFT JOIN LATERAL (SELECT c.allowed, c.way, c.person_id, c.at
                       FROM party same
                       JOIN sms_choice c ON c.party_id = same.id
                      WHERE same.phone_index = p.phone_index
                      ORDER BY c.id DESC
                      LIMIT 1) said ON true
  LEFT JOIN person clerk ON clerk.id = said.person_id
 WHERE p.id = $1
"""


async def standing_of(conn: Connection[Record], party_id: int) -> Standing | None:
    return convert(await conn.fetchrow(STANDING_OF, party_id), Standing | None)
