"""SQL of the directory: what a message may say, whom it reaches, and calls to make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct, convert

Conn: TypeAlias = "Connection[Record]"


class Facts(Struct, frozen=True, kw_only=True):
    """What a dossier's message may draw on. No name but the courier's given one."""

    agency: str
    office: str
    hotline: str
    state_fee_vnd: int
    postage_out_vnd: int  #: with what collecting the state's money costs
    collect_vnd: int  #: when the result is handed over
    originals: list[str]
    given_name: str | None
    person_phone: str | None
    reason: str | None
    office_id: int


# $2: who acted, $3: the code of her reason, $4: the event. The office is the one in charge of
# the paper then: it need not be where the dossier began.
FACTS_OF = """
SELECT a.sms_name AS agency, o.name AS office, o.hotline, m.le_phi_vnd + m.phi_vnd AS state_fee_vnd,
       m.postage_out_vnd + m.collection_vnd AS postage_out_vnd,
       (SELECT collect_vnd FROM to_collect(d.id, 'R')) AS collect_vnd,
       p.originals_to_withdraw AS originals,
       w.given_name, w.phone AS person_phone, r.name_vi AS reason, o.id AS office_id
  FROM dossier d
  JOIN event told ON told.id = $4
  JOIN agency a ON a.id = d.agency_id
  JOIN office o ON o.id = coalesce(told.office_id, d.office_id)
  JOIN procedure p ON p.id = d.procedure_id
  CROSS JOIN LATERAL money_of(d.id) m
  LEFT JOIN person w ON w.id = $2
  LEFT JOIN reason r ON r.code = $3
 WHERE d.id = $1
"""


async def facts_of(
    conn: Conn,
    dossier_id: int,
    *,
    person_id: int | None,
    reason: str | None,
    event_id: int,
) -> Facts:
    row = await conn.fetchrow(FACTS_OF, dossier_id, person_id, reason, event_id)
    return convert(row, Facts)


class Mistaken(Struct, frozen=True, kw_only=True):
    """What was told of an event that never was, and when it was sent."""

    template: str
    at: datetime


# The one that says most comes first: a code alone would not be remembered.
MISTAKEN = """
SELECT s.template, coalesce(s.sent_at, s.send_after) AS at
  FROM event u
  JOIN event never ON never.scan_id = u.undoes
  JOIN sms s ON s.event_id = never.id AND s.state IN ('sending', 'sent', 'delivered', 'unknown')
 WHERE u.id = $1
 ORDER BY s.template = 'delivery_code', s.id
 LIMIT 1
"""


async def mistaken(conn: Conn, event_id: int) -> Mistaken | None:
    """What the event that $1 undoes had people told."""
    return convert(await conn.fetchrow(MISTAKEN, event_id), Mistaken | None)


class Handset(Struct, frozen=True, kw_only=True):
    """Whose telephone rings."""

    id: int
    phone: str | None


# The number's newest choice holds, whichever of its dossiers it was made on.
PHONES_FOR_SMS = """
SELECT p.id, p.phone
  FROM party p
 WHERE p.id = ANY($1::bigint[]) AND p.sms_allowed AND p.phone_sealed IS NOT NULL
   AND coalesce((SELECT c.allowed
                   FROM party same
                   JOIN sms_choice c ON c.party_id = same.id
                  WHERE same.phone_index = p.phone_index
                  ORDER BY c.id DESC
                  LIMIT 1), true)
"""


async def phones_for_sms(conn: Conn, party_ids: Sequence[int]) -> list[Handset]:
    return convert(await conn.fetch(PHONES_FOR_SMS, party_ids), list[Handset])


PHONES_OF = "SELECT p.id, p.phone FROM party p WHERE p.id = ANY($1::bigint[])"


async def phones_of(conn: Conn, party_ids: Sequence[int]) -> list[Handset]:
    return convert(await conn.fetch(PHONES_OF, party_ids), list[Handset])


class Errand(Struct, frozen=True, kw_only=True):
    """Whose delivery a code belongs to; ``attempt`` counts the misses before it."""

    consignment_id: int
    attempt: int
    courier_id: int


# Nothing where the paper is not with that courier any more: the code would open nothing.
ERRAND_OF = """
SELECT c.id AS consignment_id, e.person_id AS courier_id,
       (SELECT count(*) FILTER (WHERE p.act = 'miss')
               - count(*) FILTER (WHERE p.facts ->> 'undid' = 'miss')
          FROM event p
         WHERE p.consignment_id = c.id AND p.id < e.id) AS attempt
  FROM event e
  JOIN consignment c ON c.id = e.consignment_id
 WHERE e.id = $1 AND c.stage = 'out' AND c.holder_kind = 'courier' AND c.holder_id = e.person_id
"""


async def errand_of(conn: Conn, event_id: int) -> Errand | None:
    return convert(await conn.fetchrow(ERRAND_OF, event_id), Errand | None)


class Count(Struct, frozen=True, kw_only=True):
    """How many messages somebody's number got; the least party with that number stands for it."""

    party_id: int
    handset: int
    messages: int


TOLD_SINCE = """
SELECT own.id AS party_id, min(same.id) AS handset, count(s.id) AS messages
  FROM party own
  JOIN party same ON same.id = own.id OR same.phone_index = own.phone_index
  LEFT JOIN sms s ON s.recipient_id = same.id AND s.send_after >= $2 AND s.send_after < $3
                 AND s.state NOT IN ('superseded', 'expired')
 WHERE own.id = ANY($1::bigint[])
 GROUP BY own.id
"""


async def told_since(
    conn: Conn, party_ids: Sequence[int], since: datetime, until: datetime
) -> list[Count]:
    return convert(await conn.fetch(TOLD_SINCE, party_ids, since, until), list[Count])


# $5: whether the news asks something of the citizen. Those who said that they want no
# messages are not called about the rest.
OPEN_CALL = """
INSERT INTO task (office_id, dossier_id, kind, cause, text_vi, opened_at)
SELECT d.office_id, d.id, 'call_citizen', $2,
       replace($3, '{code}', coalesce(d.agency_code, d.ref)), $4
  FROM dossier d
  JOIN party a ON a.id = d.applicant_id
 WHERE d.id = $1
   AND ($5 OR coalesce((SELECT c.allowed
                          FROM party same
                          JOIN sms_choice c ON c.party_id = same.id
                         WHERE same.phone_index = a.phone_index
                         ORDER BY c.id DESC
                         LIMIT 1), true))
    ON CONFLICT (cause) DO NOTHING
"""


async def open_call(
    conn: Conn, dossier_id: int, cause: str, *, text: str, at: datetime, urgent: bool
) -> None:
    """Open one task for *cause*; {code} in *text* becomes the dossier's."""
    await conn.execute(OPEN_CALL, dossier_id, cause, text, at, urgent)


class Call(Struct, frozen=True, kw_only=True):
    """A call that was to be made, or was."""

    cause: str
    dossier_id: int
    made: bool


# What nobody has called about yet is nobody's task any more.
WITHDRAW_CALLS = """
WITH asked AS (
    SELECT id, cause, dossier_id, done_at IS NOT NULL AS made
      FROM task
     WHERE cause = ANY($1::text[])
       FOR UPDATE
), withdrawn AS (
    UPDATE task t SET done_at = $2 FROM asked WHERE t.id = asked.id AND NOT asked.made
)
SELECT cause, dossier_id, made FROM asked
"""


async def withdraw_calls(conn: Conn, causes: Sequence[str], at: datetime) -> list[Call]:
    return convert(await conn.fetch(WITHDRAW_CALLS, causes, at), list[Call])
