"""SQL of the register: one statement, one function, one row type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from asyncpg import Connection
from msgspec import convert

from tracking.model import Consignment, Dossier, Event, NewDossier, News

#: Who reads news. Each gets one row an event, and deletes it with its effect.
LISTENERS = ["sms"]

# In the order of ids, so that two lists naming the same items in opposite
# order queue up instead of deadlocking.
LOCK_CONSIGNMENTS = """
SELECT id, dossier_id, leg, s10, office_id, agency_id, stage, holder_kind, holder_id, attempts,
       offered_kind, offered_id, was
  FROM consignment
 WHERE s10 = ANY($1::text[])
 ORDER BY id
   FOR NO KEY UPDATE
"""


async def lock_consignments(conn: Connection, s10s: Sequence[str]) -> list[Consignment]:
    return convert(await conn.fetch(LOCK_CONSIGNMENTS, s10s), list[Consignment])


async def lock_consignment(conn: Connection, s10: str) -> Consignment | None:
    return convert(await conn.fetchrow(LOCK_CONSIGNMENTS, [s10]), Consignment | None)


FIND_EVENTS = """
SELECT dossier_id, consignment_id, scan_id, act, stage, status, holder_kind, holder_id,
       person_id, at, heard_at, facts, office_id, offered_kind, offered_id, undoes, approver_id
  FROM event
 WHERE scan_id = ANY($1::uuid[])
"""


async def find_events(conn: Connection, scan_ids: Sequence[UUID]) -> list[Event]:
    return convert(await conn.fetch(FIND_EVENTS, scan_ids), list[Event])


# The stage and holder of a consignment are a cache of its newest event; one
# statement writes both and what is owed, so none can be seen without the others.
APPEND_SCANS = """
WITH line AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], $5::text[],
                         $6::smallint[], $7::text[], $8::bigint[], $9::bigint[],
                         $10::timestamptz[], $11::jsonb[], $14::bigint[], $15::text[],
                         $16::bigint[], $17::uuid[], $18::bigint[])
             WITH ORDINALITY
             AS l(dossier_id, consignment_id, scan_id, act, stage, status, holder_kind, holder_id,
                  person_id, at, facts, office_id, offered_kind, offered_id, undoes, approver_id,
                  ordinal)
), moved AS (
    UPDATE consignment c
       SET stage = m.stage, holder_kind = m.holder_kind, holder_id = m.holder_id,
           office_id = m.office_id, offered_kind = m.offered_kind, offered_id = m.offered_id,
           was = CASE WHEN m.stage <> 'missing' THEN c.was
                      WHEN c.stage = 'offered' THEN 'to_agency' ELSE c.stage END,
           attempts = greatest(c.attempts + m.missed, 0)
      FROM (SELECT DISTINCT ON (consignment_id) consignment_id, stage, holder_kind, holder_id,
                   office_id, offered_kind, offered_id,
                   count(*) FILTER (WHERE act = 'miss') OVER each
                   - count(*) FILTER (WHERE facts ->> 'undid' = 'miss') OVER each AS missed
              FROM line
            WINDOW each AS (PARTITION BY consignment_id)
             ORDER BY consignment_id, ordinal DESC) m
     WHERE c.id = m.consignment_id
), answered AS (
    -- a paper that was laid down with others: its line on the list is answered with it
    UPDATE hand_over_line h
       SET outcome = CASE l.act WHEN 'decline' THEN 'declined' WHEN 'recall' THEN 'recalled'
                                WHEN 'report_missing' THEN 'missing' ELSE 'accepted' END,
           reason = l.facts ->> 'reason', answered_by = l.person_id, answered_at = l.at
      FROM line l
     -- the array leads into the index even where the planner still takes the table for empty, and
     -- whose line it is would be asked of every line that waits
     WHERE h.consignment_id = ANY($2::bigint[]) AND h.consignment_id = l.consignment_id
       AND h.outcome IS NULL
       AND l.act IN ('collect', 'take_in', 'sign', 'decline', 'report_missing', 'recall')
), ended AS (
    UPDATE dossier d SET status = l.status FROM line l
     WHERE d.id = l.dossier_id AND l.status IS NOT NULL
), written AS (
    INSERT INTO event (dossier_id, consignment_id, scan_id, act, stage, status, holder_kind,
                       holder_id, person_id, at, heard_at, facts, office_id, offered_kind,
                       offered_id, undoes, approver_id)
    -- by dossier: the ends of the chains are taken in one order, whichever legs lie on a list
    SELECT dossier_id, consignment_id, scan_id, act, stage, status, holder_kind, holder_id,
           person_id, at, $12, facts, office_id, offered_kind, offered_id, undoes, approver_id
      FROM line
     ORDER BY dossier_id, ordinal
    RETURNING id
)
INSERT INTO news (event_id, listener)
SELECT id, listener FROM written, unnest($13::text[]) AS listener
"""


async def append_scans(conn: Connection, events: Sequence[Event], heard_at: datetime) -> None:
    first, last = (
        [[getattr(event, name) for event in events] for name in names]
        for names in (
            (
                "dossier_id", "consignment_id", "scan_id", "act", "stage", "status",
                "holder_kind", "holder_id", "person_id", "at", "facts",
            ),
            ("office_id", "offered_kind", "offered_id", "undoes", "approver_id"),
        )
    )  # fmt: skip
    await conn.execute(APPEND_SCANS, *first, heard_at, LISTENERS, *last)


LOCK_DOSSIER = """
SELECT id, ref, tracking_code, procedure_id, applicant_id, receiver_id, office_id, agency_id,
       service, return_way, status, agency_code, limit_value, limit_unit, same_day_cutoff,
       hours_group, accepted_at, expected_on, received_at, due_at, original_due_at, paused_at,
       processed_at, convention, papers_back
  FROM dossier
 WHERE ref = $1
   FOR NO KEY UPDATE
"""


async def lock_dossier(conn: Connection, ref: str) -> Dossier | None:
    return convert(await conn.fetchrow(LOCK_DOSSIER, ref), Dossier | None)


OPEN_DOSSIER = """
WITH opened AS (
    INSERT INTO dossier (ref, tracking_code, procedure_id, applicant_id, receiver_id, office_id,
                         agency_id, service, return_way, status, agency_code, limit_value,
                         limit_unit, same_day_cutoff, hours_group, accepted_at, expected_on,
                         received_at, due_at, original_due_at, papers_back, convention)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            $18, $19, $19, coalesce($24::jsonb ->> 'papers_back', 'office'),
            coalesce((SELECT g.convention FROM agency g WHERE g.id = $7),
                     (SELECT p.convention FROM procedure p WHERE p.id = $3), 'hour_precise'))
    RETURNING id
), sealed AS (
    INSERT INTO consignment (dossier_id, leg, s10, office_id, agency_id, stage, holder_kind,
                             holder_id)
    SELECT id, 'F', $20, $6, $7, 'accepted', 'office', $6 FROM opened WHERE $20::text IS NOT NULL
    RETURNING id
), written AS (
    INSERT INTO event (dossier_id, consignment_id, scan_id, act, stage, status, holder_kind,
                       holder_id, office_id, person_id, at, heard_at, facts)
    SELECT opened.id, sealed.id, $21, CASE WHEN sealed.id IS NULL THEN 'register' ELSE 'accept' END,
           CASE WHEN sealed.id IS NOT NULL THEN 'accepted' END, $10,
           CASE WHEN sealed.id IS NOT NULL THEN 'office' END,
           CASE WHEN sealed.id IS NOT NULL THEN $6 END,
           CASE WHEN sealed.id IS NOT NULL THEN $6 END, $22, $16, $23, $24
      FROM opened LEFT JOIN sealed ON true
    RETURNING id, dossier_id
), owed AS (
    INSERT INTO news (event_id, listener)
    SELECT id, listener FROM written, unnest($25::text[]) AS listener
)
SELECT dossier_id FROM written
"""


async def open_dossier(
    conn: Connection,
    new: NewDossier,
    *,
    ref: str,
    tracking_code: str,
    s10: str | None,
    heard_at: datetime,
) -> int:
    dossier_id = await conn.fetchval(
        OPEN_DOSSIER,
        ref, tracking_code, new.procedure_id, new.applicant_id, new.receiver_id, new.office_id,
        new.agency_id, new.service, new.return_way, new.status, new.agency_code, new.limit_value,
        new.limit_unit, new.same_day_cutoff, new.hours_group, new.at, new.expected_on,
        new.received_at, new.due_at, s10, new.form_id, new.by.person, heard_at, new.facts,
        LISTENERS,
    )  # fmt: skip
    return cast("int", dossier_id)


# The listener deletes its row in the transaction that writes its effect, and
# SKIP LOCKED lets any number of workers take news side by side.
TAKE_NEWS = """
WITH taken AS (
    DELETE FROM news
     WHERE (listener, event_id) IN (
           SELECT listener, event_id
             FROM news
            WHERE listener = $1
            ORDER BY event_id
            LIMIT $2
              FOR UPDATE SKIP LOCKED)
    RETURNING event_id
)
SELECT e.id AS event_id, e.dossier_id, e.consignment_id, c.leg, c.s10, d.ref, d.agency_code,
       d.applicant_id, d.receiver_id, d.office_id, d.agency_id, d.service, d.return_way, d.due_at,
       e.act, e.stage, e.status, e.person_id, e.at, e.facts, e.undoes, d.papers_back
  FROM taken
  JOIN event e ON e.id = taken.event_id
  JOIN dossier d ON d.id = e.dossier_id
  LEFT JOIN consignment c ON c.id = e.consignment_id
 ORDER BY e.id
"""


async def take_news(conn: Connection, listener: str, limit: int) -> list[News]:
    return convert(await conn.fetch(TAKE_NEWS, listener, limit), list[News])
