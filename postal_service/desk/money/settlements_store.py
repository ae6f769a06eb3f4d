"""SQL of what agencies were paid, and of cash that went to the bank. Only SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, convert

from postal_service.clock import VIETNAM
from postal_service.desk.money.model import Account, Kind, Purse, receipt_number

TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('settlement'), $1::bigint::integer)"


async def take_turns(conn: Connection[Record], account_id: int) -> None:
    """Of two who pay out of one account the second waits for the first."""
    await conn.execute(TAKE_TURNS, account_id)


class Standing(Struct, frozen=True, kw_only=True):
    """What is held for an agency on one account and not settled yet."""

    agency_id: int
    agency: str
    kind: Purse
    amount_vnd: int
    dossiers: int
    since: datetime


# Settlements and their reversals move the account as a whole; what they paid stands in their lines.
STANDING = """
SELECT a.agency_id, g.name_vi AS agency, a.kind, -sum(p.amount_vnd)::bigint AS amount_vnd,
       count(DISTINCT p.dossier_id)::integer AS dossiers, min(e.posted_at) AS since
  FROM account a
  JOIN agency g ON g.id = a.agency_id
  JOIN posting p ON p.account_id = a.id
  JOIN entry e ON e.id = p.entry_id
  LEFT JOIN entry r ON r.id = e.reverses
 WHERE a.kind IN ('state_held', 'cod_held') AND e.kind <> 'settle'
   AND coalesce(r.kind, '') <> 'settle'
   AND NOT EXISTS (SELECT 1 FROM settlement_line l
                    WHERE l.entry_id = p.entry_id AND l.line = p.line AND l.live)
 GROUP BY a.agency_id, g.name_vi, a.kind
HAVING sum(p.amount_vnd) <> 0
 ORDER BY min(e.posted_at), a.agency_id, a.kind
"""


async def standing(conn: Connection[Record]) -> list[Standing]:
    return convert(await conn.fetch(STANDING), list[Standing])


class OpenLine(Struct, frozen=True, kw_only=True):
    """One posting that is owed: above nothing it was collected, below it was taken back."""

    entry_id: int
    line: int
    amount_vnd: int
    charge_id: int | None
    dossier_id: int | None
    ref: str | None
    agency_code: str | None
    kind: Kind | None
    at: datetime
    office_code: str | None
    receipt_day: date | None
    receipt_no: int | None

    @property
    def number(self) -> str | None:
        return receipt_number(self.office_code, self.receipt_day, self.receipt_no)


OPEN_LINES = """
SELECT p.entry_id, p.line, -p.amount_vnd AS amount_vnd, p.charge_id, p.dossier_id, d.ref,
       d.agency_code, c.kind, e.at, o.code AS office_code, e.receipt_day, e.receipt_no
  FROM account a
  JOIN posting p ON p.account_id = a.id
  JOIN entry e ON e.id = p.entry_id
  LEFT JOIN entry r ON r.id = e.reverses
  LEFT JOIN dossier d ON d.id = p.dossier_id
  LEFT JOIN charge c ON c.id = p.charge_id
  LEFT JOIN office o ON o.id = e.office_id
 WHERE a.kind = $1 AND a.agency_id = $2 AND e.kind <> 'settle'
   AND coalesce(r.kind, '') <> 'settle' AND e.posted_at < $3
   AND NOT EXISTS (SELECT 1 FROM settlement_line l
                    WHERE l.entry_id = p.entry_id AND l.line = p.line AND l.live)
 ORDER BY p.entry_id, p.line
 LIMIT $4
"""


async def open_lines(
    conn: Connection[Record], held: Account, before: datetime, most: int
) -> list[OpenLine]:
    found = await conn.fetch(OPEN_LINES, held.kind, held.agency_id, before, most)
    return convert(found, list[OpenLine])


# Also a number of the bank's statement: one movement of the account stands once.
REF_USED = """
SELECT EXISTS (SELECT 1 FROM settlement WHERE upper(bank_ref) = $1)
    OR EXISTS (SELECT 1 FROM bank_deposit WHERE upper(bank_ref) = $1)
    OR EXISTS (SELECT 1 FROM bank_line WHERE upper(bank_ref) = $1)
    OR EXISTS (SELECT 1 FROM bank_return WHERE upper(bank_ref) = $1)
"""


async def ref_used(conn: Connection[Record], bank_ref: str) -> bool:
    return cast("bool", await conn.fetchval(REF_USED, bank_ref))


ADD = """
INSERT INTO settlement (form_id, agency_id, account_id, until, amount_vnd, bank_ref, entry_id,
                        made_at, made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
ADD_LINES = """
INSERT INTO settlement_line (settlement_id, entry_id, line, dossier_id, amount_vnd)
SELECT $1, entry_id, line, dossier_id, amount_vnd
  FROM unnest($2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[])
       AS l (entry_id, line, dossier_id, amount_vnd)
"""
ADD_DEPOSIT = """
INSERT INTO bank_deposit (form_id, office_id, amount_vnd, bank_ref, entry_id, made_at, made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def add(conn: Connection[Record], *row: object) -> None:
    """Add a settlement, column by column as the statement names them."""
    await conn.execute(ADD, *row)


async def add_lines(
    conn: Connection[Record], settlement_id: int, lines: Sequence[OpenLine]
) -> None:
    await conn.execute(
        ADD_LINES,
        settlement_id,
        [line.entry_id for line in lines],
        [line.line for line in lines],
        [line.dossier_id for line in lines],
        [line.amount_vnd for line in lines],
    )


async def add_deposit(conn: Connection[Record], *row: object) -> None:
    """Add a deposit, column by column as the statement names them."""
    await conn.execute(ADD_DEPOSIT, *row)


class Settled(Struct, frozen=True, kw_only=True):
    """One transfer to an agency; ``reversed_at`` where it was taken back."""

    id: int
    agency_id: int
    agency: str
    kind: Purse
    until: date
    amount_vnd: int
    bank_ref: str
    entry_id: int
    made_at: datetime
    made_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    reversed_at: datetime | None
    asked: bool  #: a second person is asked to take it back

    @property
    def number(self) -> str:
        return f"QT-{self.made_at.astimezone(VIETNAM):%y%m%d}-{self.id:05}"


SELECT_SETTLED = """
SELECT s.id, s.agency_id, g.name_vi AS agency, a.kind, s.until, s.amount_vnd, s.bank_ref,
       s.entry_id, s.made_at, m.full_name AS made_by, s.confirmed_at, q.full_name AS confirmed_by,
       (SELECT r.posted_at FROM entry r WHERE r.reverses = s.entry_id) AS reversed_at,
       EXISTS (SELECT 1 FROM approval w
                WHERE w.kind = 'reverse_entry' AND w.subject = s.entry_id::text
                  AND w.state = 'waiting') AS asked
  FROM settlement s
  JOIN account a ON a.id = s.account_id
  JOIN agency g ON g.id = s.agency_id
  JOIN person m ON m.id = s.made_by
  LEFT JOIN person q ON q.id = s.confirmed_by
"""
BY_FORM = SELECT_SETTLED + " WHERE s.form_id = $1"
BY_ID = SELECT_SETTLED + " WHERE s.id = $1"
LISTED = SELECT_SETTLED + " WHERE $1 = 0 OR s.id < $1 ORDER BY s.id DESC LIMIT 51"


async def by_form(conn: Connection[Record], form_id: UUID) -> Settled | None:
    return convert(await conn.fetchrow(BY_FORM, form_id), Settled | None)


async def by_id(conn: Connection[Record], settlement_id: int) -> Settled | None:
    return convert(await conn.fetchrow(BY_ID, settlement_id), Settled | None)


async def listed(conn: Connection[Record], before: int) -> list[Settled]:
    return convert(await conn.fetch(LISTED, before), list[Settled])


class SettledLine(Struct, frozen=True, kw_only=True):
    """One line of a settlement, under its dossier and the receipt the citizen has."""

    entry_id: int
    amount_vnd: int
    dossier_id: int | None
    ref: str | None
    agency_code: str | None
    kind: Kind | None
    at: datetime
    office_code: str | None
    receipt_day: date | None
    receipt_no: int | None
    live: bool

    @property
    def number(self) -> str | None:
        return receipt_number(self.office_code, self.receipt_day, self.receipt_no)


LINES = """
SELECT l.entry_id, l.amount_vnd, l.dossier_id, d.ref, d.agency_code, c.kind, e.at,
       o.code AS office_code, e.receipt_day, e.receipt_no, l.live
  FROM settlement_line l
  JOIN posting p ON p.entry_id = l.entry_id AND p.line = l.line
  JOIN entry e ON e.id = l.entry_id
  LEFT JOIN dossier d ON d.id = l.dossier_id
  LEFT JOIN charge c ON c.id = p.charge_id
  LEFT JOIN office o ON o.id = e.office_id
 WHERE l.settlement_id = $1
 ORDER BY d.ref NULLS LAST, l.entry_id, l.line
"""


async def lines(conn: Connection[Record], settlement_id: int) -> list[SettledLine]:
    return convert(await conn.fetch(LINES, settlement_id), list[SettledLine])


CONFIRM = """
UPDATE settlement SET confirmed_at = $3, confirmed_by = $2 WHERE id = $1 AND confirmed_at IS NULL
"""


async def confirm(conn: Connection[Record], settlement_id: int, by: int, at: datetime) -> None:
    await conn.execute(CONFIRM, settlement_id, by, at)
