"""SQL of who handed papers in for somebody else. Only SQL."""

from __future__ import annotations

from asyncpg import Connection, Record

from postal_service.desk.citizen import party_store
from postal_service.desk.intake import Representative
from postal_service.fields import Plain

ADD = """
INSERT INTO representative (dossier_id, party_id, paper_sealed) VALUES ($1, $2, ($3::sealed).body)
"""


async def add(conn: Connection[Record], dossier_id: int, who: Representative) -> None:
    party_id = await party_store.add_party(conn, who.person)
    paper = Plain("representative", dossier_id, "paper", who.paper)
    await conn.execute(ADD, dossier_id, party_id, paper)


OF_DOSSIER = "SELECT r.party_id, r.paper FROM representative r WHERE dossier_id = $1"


async def of_dossier(conn: Connection[Record], dossier_id: int) -> Representative | None:
    row = await conn.fetchrow(OF_DOSSIER, dossier_id)
    if row is None:
        return None
    people = await party_store.parties(conn, [row["party_id"]])
    return Representative(person=people[row["party_id"]], paper=row["paper"])
