"""SQL that holds the books against what they must say; each statement finds faults alone. Only SQL.

Read by an auditor who changes nothing, over all of the books.
"""

from __future__ import annotations

from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct, convert


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that is not as it must be: where, and in what figures."""

    about: str
    figures: str = ""


UNBALANCED = """
SELECT e.id::text AS about, coalesce(sum(p.amount_vnd), 0)::text AS figures
  FROM entry e
  LEFT JOIN posting p ON p.entry_id = e.id
 GROUP BY e.id
HAVING coalesce(sum(p.amount_vnd), 1) <> 0
 ORDER BY e.id
 LIMIT 100
"""

NOT_MIRRORED = """
WITH line AS (
    SELECT r.reverses AS id, p.account_id, p.charge_id, p.amount_vnd
      FROM entry r JOIN posting p ON p.entry_id = r.id
     WHERE r.reverses IS NOT NULL
     UNION ALL
    SELECT e.id, p.account_id, p.charge_id, p.amount_vnd
      FROM entry r JOIN entry e ON e.id = r.reverses JOIN posting p ON p.entry_id = e.id
)
SELECT DISTINCT id::text AS about, '' AS figures
  FROM line
 GROUP BY id, account_id, charge_id
HAVING sum(amount_vnd) <> 0
 ORDER BY 1
 LIMIT 100
"""

SAME_HAND = """
SELECT r.id::text AS about, e.id::text AS figures
  FROM entry r JOIN entry e ON e.id = r.reverses
 WHERE r.person_id = e.person_id
 LIMIT 100
"""

# A number that is missing, or stands beyond the last one given.
RECEIPT_GAPS = """
SELECT o.code || ' ' || to_char(coalesce(r.day, n.day), 'DD/MM/YYYY') AS about,
       format('%s/%s', coalesce(n.given, 0), coalesce(r.last_no, 0)) AS figures
  FROM receipt_day r
  FULL JOIN (SELECT office_id, receipt_day AS day, count(*) AS given, max(receipt_no) AS top
               FROM entry
              WHERE receipt_day IS NOT NULL
              GROUP BY office_id, receipt_day) n
    ON n.office_id = r.office_id AND n.day = r.day
  JOIN office o ON o.id = coalesce(r.office_id, n.office_id)
 WHERE (coalesce(n.given, 0), coalesce(n.top, 0))
       <> (coalesce(r.last_no, 0), coalesce(r.last_no, 0))
 ORDER BY 1
 LIMIT 100
"""

# What an entry says it paid, and what the charge says paid it, are one.
CHARGES_ADRIFT = """
WITH said AS (
    SELECT p.entry_id, p.charge_id, -sum(p.amount_vnd) AS vnd
      FROM posting p
     WHERE p.charge_id IS NOT NULL
     GROUP BY p.entry_id, p.charge_id
), adrift AS (
    SELECT c.dossier_id, c.kind, c.amount_vnd
      FROM charge c
      JOIN entry e ON e.id = c.paid_by
      LEFT JOIN said s ON s.entry_id = e.id AND s.charge_id = c.id
      LEFT JOIN entry r ON r.reverses = e.id
     WHERE e.dossier_id <> c.dossier_id OR r.id IS NOT NULL
        OR c.amount_vnd <> coalesce(s.vnd, 0)
)
SELECT d.ref AS about, format('%s %s', a.kind, a.amount_vnd) AS figures
  FROM adrift a JOIN dossier d ON d.id = a.dossier_id
 ORDER BY d.ref
 LIMIT 100
"""

# Collected more often than taken back: asked for twice, or paid by an entry it does not name.
PAID_TWICE = """
WITH taken AS (
    SELECT p.charge_id, count(*) AS n, max(p.entry_id) AS entry_id
      FROM posting p
      JOIN entry e ON e.id = p.entry_id AND e.kind IN ('collect', 'match')
      LEFT JOIN entry r ON r.reverses = e.id
     WHERE p.charge_id IS NOT NULL AND p.amount_vnd < 0 AND r.id IS NULL
     GROUP BY p.charge_id
), adrift AS (
    SELECT c.dossier_id, c.kind, c.amount_vnd, t.n
      FROM taken t JOIN charge c ON c.id = t.charge_id
     WHERE t.n > 1 OR c.paid_by IS DISTINCT FROM t.entry_id
)
SELECT d.ref AS about, format('%s %s, %s×', a.kind, a.amount_vnd, a.n) AS figures
  FROM adrift a JOIN dossier d ON d.id = a.dossier_id
 ORDER BY d.ref
 LIMIT 100
"""

VOIDED_AND_PAID = """
SELECT d.ref AS about, format('%s %s', c.kind, c.amount_vnd) AS figures
  FROM charge c JOIN dossier d ON d.id = c.dossier_id
 WHERE c.voided_at IS NOT NULL AND c.paid_by IS NOT NULL
 LIMIT 100
"""

# A receipt never brings more back than it took, and a refund is on its list.
REFUNDS_ADRIFT = """
SELECT d.ref AS about, format('%s', e.id) AS figures
  FROM entry e
  JOIN dossier d ON d.id = e.dossier_id
 WHERE e.kind = 'refund' AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses = e.id)
   AND EXISTS (SELECT 1 FROM posting p WHERE p.entry_id = e.id AND p.charge_id IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM refund_due f WHERE f.entry_id = e.id)
 UNION ALL
SELECT d.ref, format('%s', e.id)
  FROM refund_due f
  JOIN entry e ON e.id = f.entry_id
  JOIN dossier d ON d.id = f.dossier_id
  JOIN entry r ON r.reverses = e.id
 LIMIT 100
"""

# Handed over, and what was to be collected with it is neither paid nor asked for no more.
DELIVERED_UNPAID = """
SELECT d.ref AS about, format('%s %s', c.kind, c.amount_vnd) AS figures
  FROM charge c
  JOIN dossier d ON d.id = c.dossier_id
  JOIN consignment i ON i.dossier_id = c.dossier_id AND i.leg = c.leg AND i.stage = 'delivered'
 WHERE c.moment = 'on_delivery' AND c.paid_by IS NULL AND c.voided_at IS NULL AND NOT c.unbooked
   AND NOT EXISTS (SELECT 1 FROM consignment j
                    WHERE j.dossier_id = c.dossier_id AND j.leg = c.leg AND j.id > i.id)
 ORDER BY d.ref
 LIMIT 100
"""

# A delivery that was taken back, whose money was not, and about which nobody is asked.
UNDONE_KEPT = """
SELECT d.ref AS about, e.id::text AS figures
  FROM entry e
  JOIN event v ON v.scan_id = e.key AND v.act = 'deliver'
  JOIN event u ON u.undoes = v.scan_id
  JOIN consignment i ON i.id = v.consignment_id AND i.stage <> 'delivered'
  JOIN dossier d ON d.id = e.dossier_id
 WHERE e.kind = 'collect' AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses = e.id)
   AND NOT EXISTS (SELECT 1 FROM approval a
                     JOIN office o ON o.id = e.office_id
                    WHERE a.kind = 'reverse_entry' AND a.state = 'waiting'
                      AND a.subject = format('BL-%s-%s-%s', o.code,
                                             to_char(e.receipt_day, 'YYMMDD'),
                                             lpad(e.receipt_no::text,
                                                  greatest(4, length(e.receipt_no::text)), '0')))
 LIMIT 100
"""

GUARDS_OFF = """
SELECT g.name AS about, g.trigger AS figures
  FROM (VALUES ('entry', 'entry_stands'), ('posting', 'posting_stands'),
               ('posting', 'postings_balance'), ('entry', 'entry_says_something'),
               ('receipt_day', 'receipt_day_stays')) AS g (name, trigger)
 WHERE NOT EXISTS (SELECT 1 FROM pg_trigger t
                    WHERE t.tgrelid = to_regclass('public.' || g.name) AND t.tgname = g.trigger
                      AND t.tgenabled IN ('O', 'A'))
"""

#: Each check that takes no argument, by the name under which it is told.
CHECKS: Final = {
    "unbalanced": UNBALANCED,
    "not_mirrored": NOT_MIRRORED,
    "same_hand": SAME_HAND,
    "receipt_gaps": RECEIPT_GAPS,
    "charges_adrift": CHARGES_ADRIFT,
    "paid_twice": PAID_TWICE,
    "voided_and_paid": VOIDED_AND_PAID,
    "refunds_adrift": REFUNDS_ADRIFT,
    "delivered_unpaid": DELIVERED_UNPAID,
    "undone_kept": UNDONE_KEPT,
    "guards_off": GUARDS_OFF,
}


async def run(conn: Connection[Record], sql: str) -> list[Fault]:
    """The faults that one statement of CHECKS finds."""
    return convert(await conn.fetch(sql), list[Fault])
