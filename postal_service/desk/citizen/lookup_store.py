"""SQL of the citizen's look-up: her own particulars, and nothing of anybody else's. Only SQL."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from asyncpg import Connection, Record
from msgspec import Struct, convert

# A number that nobody has a phone or identity paper for opens to no digits at all.
FACTOR_OF = """
SELECT a.phone, a.citizen_id
  FROM dossier d
  JOIN party a ON a.id = d.applicant_id
 WHERE d.tracking_code = $1
"""


async def factor_of(conn: Connection[Record], tracking_code: str) -> str | None:
    row = await conn.fetchrow(FACTOR_OF, tracking_code)
    number = (row["phone"] or row["citizen_id"]) if row else None
    return cast("str", number)[-4:] if number else None


class Contact(Struct, frozen=True, kw_only=True):
    """How the applicant can be reached, without saying under which number.

    ``texts``: it gets messages; ``declined``: it could, and asked for none.
    """

    phone: bool
    texts: bool
    declined: bool
    citizen_id: bool


# The number's newest choice holds, on whichever of its dossiers it was made.
CONTACT_OF = """
SELECT p.phone_sealed IS NOT NULL AS phone, p.citizen_id_sealed IS NOT NULL AS citizen_id,
       p.phone_sealed IS NOT NULL AND p.sms_allowed AND said.allowed AS texts,
       p.phone_sealed IS NOT NULL AND p.sms_allowed AND NOT said.allowed AS declined
  FROM party p,
       LATERAL (SELECT coalesce((SELECT c.allowed
                                   FROM party same
                                   JOIN sms_choice c ON c.party_id = same.id
                                  WHERE same.phone_index = p.phone_index
                                  ORDER BY c.id DESC
                                  LIMIT 1), true) AS allowed) said
 WHERE p.id = $1
"""


async def contact_of(conn: Connection[Record], party_id: int) -> Contact:
    return convert(await conn.fetchrow(CONTACT_OF, party_id), Contact)


class Particulars(Struct, frozen=True, kw_only=True):
    """What the second factor opens. Money in VND; postage back is paid on receiving."""

    full_name: str
    address: str
    procedure: str
    procedure_en: str
    le_phi_vnd: int
    phi_vnd: int
    postage_out_vnd: int  #: with what collecting the state's money costs
    postage_back_vnd: int
    cod_vnd: int


PARTICULARS_OF = """
SELECT a.full_name, r.address, p.name_vi AS procedure, p.name_en AS procedure_en,
       m.le_phi_vnd, m.phi_vnd, m.postage_out_vnd + m.collection_vnd AS postage_out_vnd,
       m.postage_back_vnd, m.cod_vnd
  FROM dossier d
  JOIN party a ON a.id = d.applicant_id
  JOIN party r ON r.id = d.receiver_id
  JOIN procedure p ON p.id = d.procedure_id
  CROSS JOIN LATERAL money_of(d.id) m
 WHERE d.id = $1
"""


async def particulars_of(conn: Connection[Record], dossier_id: int) -> Particulars:
    return convert(await conn.fetchrow(PARTICULARS_OF, dossier_id), Particulars)


class Message(Struct, frozen=True, kw_only=True):
    """A text message as the applicant's phone got it, or should have."""

    template: str
    body: str
    state: str
    send_after: datetime
    sent_at: datetime | None


MESSAGES_TO = """
SELECT template, body, state, send_after, sent_at
  FROM sms
 WHERE dossier_id = $1 AND recipient_id = $2
 ORDER BY id
"""


async def messages_to(conn: Connection[Record], dossier_id: int, party_id: int) -> list[Message]:
    return convert(await conn.fetch(MESSAGES_TO, dossier_id, party_id), list[Message])
