"""SQL of financial duties and of the proofs that they were paid."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct, convert


class Duty(Struct, frozen=True, kw_only=True):
    """What is owed, under which notice, how and where it is paid, and until when.

    ``receipt_no`` to ``paid_by`` once it was paid; ``scan_id`` is the line that asked.
    """

    amount_vnd: int
    notice_no: str
    channel: str
    pay_at: str
    pay_by: date
    scan_id: UUID | None = None
    receipt_no: str | None = None
    paid_on: date | None = None
    paid_by: str | None = None


ADD_DUTY = """
INSERT INTO financial_duty (event_id, dossier_id, agency_id, amount_vnd, notice_no, channel,
                            pay_at, pay_by)
SELECT id, dossier_id, $2, $3, $4, $5, $6, $7
  FROM event
 WHERE scan_id = $1
    ON CONFLICT DO NOTHING
"""


async def add_duty(conn: Connection, scan_id: UUID, agency_id: int, duty: Duty) -> None:
    await conn.execute(
        ADD_DUTY,
        scan_id,
        agency_id,
        duty.amount_vnd,
        duty.notice_no,
        duty.channel,
        duty.pay_at,
        duty.pay_by,
    )


# The proof ends the newest duty: one is open at a time.
ADD_PAYMENT = """
INSERT INTO duty_payment (duty_id, event_id, dossier_id, receipt_no, paid_on, paid_by)
SELECT f.event_id, e.id, e.dossier_id, $2, $3, $4
  FROM event e
  JOIN LATERAL (SELECT event_id FROM financial_duty
                 WHERE dossier_id = e.dossier_id AND event_id < e.id
                 ORDER BY event_id DESC LIMIT 1) f ON true
 WHERE e.scan_id = $1
    ON CONFLICT DO NOTHING
"""


async def add_payment(conn: Connection, *row: object) -> None:
    """Add a proof: scan id, then column by column as the statement names them."""
    await conn.execute(ADD_PAYMENT, *row)


DUTIES_OF = """
SELECT f.amount_vnd, f.notice_no, f.channel, f.pay_at, f.pay_by, e.scan_id, p.receipt_no,
       p.paid_on, p.paid_by
  FROM financial_duty f
  JOIN event e ON e.id = f.event_id
  LEFT JOIN duty_payment p ON p.duty_id = f.event_id
 WHERE f.dossier_id = $1
 ORDER BY f.event_id
"""


async def duties_of(conn: Connection, dossier_id: int) -> list[Duty]:
    return convert(await conn.fetch(DUTIES_OF, dossier_id), list[Duty])
