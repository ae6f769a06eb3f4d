"""SQL of the parties: citizens as they gave themselves. Only SQL.

Numbers, addresses and notes are closed in the table; the connection closes and opens them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from asyncpg import Connection, Record
from msgspec import convert

from postal_service.desk.intake import Person
from postal_service.fields import Plain, Wanted

# Drawn before the row is written: its fields are closed for it.
DRAW_ID = "SELECT nextval('party_id_seq')"
ADD_PARTY = """
INSERT INTO party (id, full_name, sms_allowed, citizen_id_sealed, phone_sealed, address_sealed,
                   note_sealed, citizen_id_index, phone_index)
VALUES ($1, $2, $3, ($4::sealed).body, ($5::sealed).body, ($6::sealed).body, ($7::sealed).body,
        ($8::blind).mark, ($9::blind).mark)
"""


async def add_party(conn: Connection[Record], person: Person) -> int:
    party_id = cast("int", await conn.fetchval(DRAW_ID))
    await conn.execute(
        ADD_PARTY,
        party_id,
        person.full_name,
        person.sms_allowed,
        closed(party_id, "citizen_id", person.citizen_id),
        closed(party_id, "phone", person.phone),
        closed(party_id, "address", person.address),
        closed(party_id, "note", person.note),
        Wanted("citizen_id", person.citizen_id) if person.citizen_id else None,
        Wanted("phone", person.phone) if person.phone else None,
    )
    return party_id


def closed(party_id: int, column: str, text: str | None) -> Plain | None:
    return None if text is None else Plain("party", party_id, column, text)


PARTIES = """
SELECT p.id, p.full_name, p.citizen_id, p.phone, p.sms_allowed, p.address, p.note
  FROM party p
 WHERE p.id = ANY($1::bigint[])
"""


async def parties(conn: Connection[Record], ids: Sequence[int]) -> dict[int, Person]:
    """The parties with these ids, by id."""
    rows = await conn.fetch(PARTIES, sorted(ids))
    return {row["id"]: convert(row, Person) for row in rows}
