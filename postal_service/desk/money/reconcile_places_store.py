"""SQL that holds what lies where against what must lie there. Only SQL.

Settlements and their dossiers, closed shifts, the bank's numbers, money that names nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import convert

from postal_service.desk.money.reconcile_store import Fault

SETTLED_ADRIFT = """
SELECT g.name_vi AS about, format('%s: %s ≠ %s', s.bank_ref, s.amount_vnd, l.vnd) AS figures
  FROM settlement s
  JOIN agency g ON g.id = s.agency_id
 CROSS JOIN LATERAL (SELECT coalesce(sum(amount_vnd), 0)::bigint AS vnd,
                            bool_or(live) AS live
                       FROM settlement_line WHERE settlement_id = s.id) l
 WHERE l.vnd <> s.amount_vnd
    OR s.amount_vnd <> coalesce((SELECT sum(p.amount_vnd) FROM posting p
                                  WHERE p.entry_id = s.entry_id AND p.account_id = s.account_id), 0)
    OR l.live IS NOT DISTINCT FROM
       EXISTS (SELECT 1 FROM entry r WHERE r.reverses = s.entry_id)
 LIMIT 100
"""

# An entry that paid an agency and stands in no settlement: its dossiers would be paid again.
SETTLED_UNLISTED = """
SELECT e.id::text AS about, e.why AS figures
  FROM entry e
 WHERE e.kind = 'settle' AND NOT EXISTS (SELECT 1 FROM settlement s WHERE s.entry_id = e.id)
 LIMIT 100
"""

# More was taken from an agency's money for one dossier than was ever put there for it.
HELD_BELOW = """
SELECT coalesce(d.ref, '–') AS about, format('%s: %s', g.name_vi, sum(p.amount_vnd)) AS figures
  FROM account a
  JOIN agency g ON g.id = a.agency_id
  JOIN posting p ON p.account_id = a.id
  LEFT JOIN dossier d ON d.id = p.dossier_id
 WHERE a.kind IN ('state_held', 'cod_held')
 GROUP BY a.id, g.name_vi, p.dossier_id, d.ref
HAVING sum(p.amount_vnd) > 0
   AND NOT EXISTS (SELECT 1 FROM settlement_line l
                    WHERE l.dossier_id = p.dossier_id AND l.live AND l.amount_vnd > 0)
 ORDER BY 1
 LIMIT 100
"""

SHIFTS_LEFT = """
SELECT format('%s, %s', w.full_name, o.name) AS about,
       format('%s: %s', to_char(s.day, 'DD/MM/YYYY'), sum(p.amount_vnd)) AS figures
  FROM till_shift s
  JOIN person w ON w.id = s.person_id
  JOIN office o ON o.id = s.office_id
  JOIN till_line l ON l.shift_id = s.id
  JOIN posting p ON p.entry_id = l.entry_id
  JOIN account a ON a.id = p.account_id AND a.kind = 'till' AND a.office_id = s.office_id
   AND a.person_id = s.person_id
 WHERE s.closed_at IS NOT NULL
 GROUP BY s.id, w.full_name, o.name
HAVING sum(p.amount_vnd) <> 0
 LIMIT 100
"""

BANK_REFS_TWICE = """
SELECT ref AS about, count(*)::text AS figures
  FROM (SELECT upper(bank_ref) AS ref FROM settlement
         UNION ALL SELECT upper(bank_ref) FROM bank_deposit
         UNION ALL SELECT upper(bank_ref) FROM bank_line
         UNION ALL SELECT upper(bank_ref) FROM bank_return WHERE bank_ref IS NOT NULL) used
 GROUP BY ref
HAVING count(*) > 1
 ORDER BY ref
 LIMIT 100
"""

SUSPENSE_OLD = """
SELECT to_char(l.at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY') || ' ' || l.bank_ref AS about,
       l.left_vnd::text AS figures
  FROM bank_line l
 WHERE l.state = 'suspended' AND l.brought_at < $1
 UNION ALL
SELECT to_char(l.at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM/YYYY') || ' ' || l.s10,
       l.amount_vnd::text
  FROM loose_cash l
 WHERE l.ended_by IS NULL AND l.at < $1
 ORDER BY 1
 LIMIT 100
"""

# What lies in suspense is what the bank's lines say is left of them, and at an office what came
# with deliveries that were refused.
SUSPENSE_ADRIFT = """
SELECT coalesce(o.name, 'suspense') AS about,
       format('%s ≠ %s', -sum(s.books), sum(s.lines)) AS figures
  FROM (SELECT a.office_id, p.amount_vnd AS books, 0::bigint AS lines
          FROM account a JOIN posting p ON p.account_id = a.id
         WHERE a.kind = 'suspense'
         UNION ALL SELECT NULL, 0, left_vnd FROM bank_line
         UNION ALL SELECT office_id, 0, amount_vnd FROM loose_cash WHERE ended_by IS NULL) s
  LEFT JOIN office o ON o.id = s.office_id
 GROUP BY s.office_id, o.name
HAVING sum(s.books) + sum(s.lines) <> 0
 ORDER BY s.office_id
 LIMIT 100
"""

SAFES_BELOW = """
SELECT format('%s %s', a.kind, coalesce(o.name, '')) AS about, sum(p.amount_vnd)::text AS figures
  FROM account a
  JOIN posting p ON p.account_id = a.id
  LEFT JOIN office o ON o.id = a.office_id
 WHERE a.kind IN ('safe', 'bank', 'purse')
 GROUP BY a.id, o.name
HAVING sum(p.amount_vnd) < 0
 ORDER BY 1
 LIMIT 100
"""

PURSES_FULL = """
SELECT format('%s, %s', w.full_name, o.name) AS about,
       format('%s > %s', held.vnd, most.limit_vnd) AS figures
  FROM (SELECT a.office_id, a.person_id, sum(p.amount_vnd)::bigint AS vnd
          FROM account a JOIN posting p ON p.account_id = a.id
         WHERE a.kind = 'purse'
         GROUP BY a.office_id, a.person_id) held
  JOIN person w ON w.id = held.person_id
  JOIN office o ON o.id = held.office_id
 CROSS JOIN LATERAL (SELECT l.limit_vnd
                       FROM purse_limit l
                      WHERE (l.person_id = held.person_id OR l.person_id IS NULL)
                        AND (l.office_id = held.office_id OR l.office_id IS NULL)
                        AND l.from_day <= $1
                      ORDER BY l.person_id NULLS LAST, l.office_id NULLS LAST, l.from_day DESC
                      LIMIT 1) most
 WHERE held.vnd > most.limit_vnd
 ORDER BY 1
 LIMIT 100
"""

#: Each check that takes no argument, by the name under which it is told.
CHECKS: Final = {
    "settled_adrift": SETTLED_ADRIFT,
    "settled_unlisted": SETTLED_UNLISTED,
    "held_below": HELD_BELOW,
    "shifts_left": SHIFTS_LEFT,
    "bank_refs_twice": BANK_REFS_TWICE,
    "suspense_adrift": SUSPENSE_ADRIFT,
    "safes_below": SAFES_BELOW,
}


async def purses_full(conn: Connection[Record], day: date) -> list[Fault]:
    return convert(await conn.fetch(PURSES_FULL, day), list[Fault])


async def suspense_old(conn: Connection[Record], before: datetime) -> list[Fault]:
    return convert(await conn.fetch(SUSPENSE_OLD, before), list[Fault])
