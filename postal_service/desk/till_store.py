"""SQL of what one clerk took in on one day. Only SQL."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec import convert

from postal_service.desk.papers.counter_papers import Taken

# What she was paid when a dossier was accepted, by the time on its receipt, and what she was paid
# when she handed a result out herself; what was undone since brought nothing.
TAKEN = """
WITH accepted AS (
    SELECT d.ref, m.le_phi_vnd AS le_phi, m.phi_vnd AS phi,
           m.postage_out_vnd + m.collection_vnd AS postage, 0::bigint AS handed
      FROM intake i
      JOIN dossier d ON d.id = i.dossier_id
     CROSS JOIN LATERAL money_of(d.id) m
     WHERE i.clerk_id = $1 AND d.office_id = $2 AND d.accepted_at >= $3 AND d.accepted_at < $4
), handed AS (
    SELECT d.ref, 0::bigint AS le_phi, 0::bigint AS phi, 0::bigint AS postage,
           m.postage_back_vnd AS handed
      FROM event e
      JOIN consignment c ON c.id = e.consignment_id AND c.leg = 'R'
      JOIN dossier d ON d.id = c.dossier_id
     CROSS JOIN LATERAL money_of(d.id) m
     WHERE e.act = 'deliver' AND e.person_id = $1 AND c.office_id = $2
       AND e.at >= $3 AND e.at < $4
       AND NOT EXISTS (SELECT FROM event u WHERE u.undoes = e.scan_id)
)
SELECT ref, sum(le_phi)::bigint AS le_phi, sum(phi)::bigint AS phi,
       sum(postage)::bigint AS postage, sum(handed)::bigint AS handed
  FROM (SELECT ref, le_phi, phi, postage, handed FROM accepted
         UNION ALL SELECT ref, le_phi, phi, postage, handed FROM handed) AS line
 GROUP BY ref
HAVING sum(le_phi + phi + postage + handed) > 0
 ORDER BY ref
"""


async def taken(
    conn: Connection[Record], person_id: int, office_id: int, since: datetime, until: datetime
) -> list[Taken]:
    rows = await conn.fetch(TAKEN, person_id, office_id, since, until)
    return convert(rows, list[Taken])
