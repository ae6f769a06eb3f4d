"""Looking at what citizens told of themselves: masked, opened for a reason, and written down.

What a person's work shows her anyway (the courier's next door, the form she is typing, a call
she has to make) is no look. Everything else is masked, and opening it is on record in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from asyncpg import Connection, Record
from msgspec import Struct

from notifications import phone as phones
from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk import shelf
from postal_service.desk.citizen import masking
from postal_service.desk.citizen import reads_store as store
from postal_service.desk.citizen.reads_store import Line, Read
from postal_service.desk.errors import DeskError
from postal_service.desk.watch.radar_rules import Rule, Silence
from tracking import slip
from tracking.bad_identifier import BadIdentifier
from tracking.errors import UnknownDossier
from tracking.identifiers import parse_citizen_id
from tracking.slip import Slip

Kind = Literal["phone", "citizen_id", "full_name"]

#: What may be opened, as it stands in the log.
FIELDS: Final = ("phone", "citizen_id", "address", "note")
LINES: Final = 100
#: How long somebody's busiest hour stays an alarm.
LOOKED_BACK: Final = timedelta(days=7)


class Why(StrEnum):
    """Why somebody looks; the list is closed."""

    CALL = "call"  #: she has to be called
    DELIVER = "deliver"  #: the door has to be found
    IDENTITY = "identity"  #: somebody stands here, and is it her?
    CORRECT = "correct"  #: something was written down wrong
    COMPLAINT = "complaint"  #: she complained
    AGENCY_WORK = "agency_work"  #: the agency decides on her dossier
    NO_RECEIPT = "no_receipt"  #: she stands here without her receipt
    RIGHTS = "rights"  #: she asked what is kept of her; written by the answer to that alone


class NoReason(DeskError):
    """Fields are opened for a reason on the list, one at least, and for somebody there is."""

    def __init__(self) -> None:
        super().__init__(
            "Chọn thông tin cần xem và lý do trong danh sách, rồi bấm Hiện lại.",
            "Choose what to see and a reason from the list, then press Show again.",
        )


class TooVague(DeskError):
    """What was typed would find half the province, or nobody."""

    def __init__(self) -> None:
        super().__init__(
            "Gõ đủ số điện thoại, đủ 9 hoặc 12 số giấy tờ, hoặc họ tên từ hai chữ trở lên.",
            "Type a whole phone number, identity number, or at least two words of a name.",
        )


class Look(Struct, frozen=True, kw_only=True):
    """What somebody wants to see of whom, and why."""

    party_id: int
    fields: Collection[str]
    why: str


class Shown(Struct, frozen=True, kw_only=True):
    """A citizen on a screen. ``opened``: which of the fields are not masked."""

    id: int
    who: str
    full_name: str
    phone: str
    citizen_id: str
    address: str
    note: str
    opened: frozenset[str] = frozenset()


async def people(conn: Connection[Record], ref: str, *, staff: Staff) -> list[Shown]:
    """The citizens of a dossier, masked. Raises UnknownDossier for what is not hers."""
    found = await hers(conn, ref, staff)
    return [masked(party) for party in await store.parties_of(conn, found.dossier.id)]


async def show(
    conn: Connection[Record],
    ref: str,
    look: Look,
    *,
    staff: Staff,
    now: datetime,
) -> list[Shown]:
    """The citizens of a dossier, fields of one of them open; it is written down.

    Raises UnknownDossier for what is not hers, NoReason.
    """
    found = await hers(conn, ref, staff)
    wanted = [name for name in FIELDS if name in look.fields]
    parties = await store.parties_of(conn, found.dossier.id)
    if (
        not wanted
        or look.why not in set(Why) - {Why.RIGHTS}
        or look.party_id not in [party.id for party in parties]
    ):
        raise NoReason
    read = Read(
        at=now,
        person_id=staff.id,
        office_id=staff.office_id,
        agency_id=staff.agency_id,
        deed="shown",
        dossier_id=found.dossier.id,
        party_id=look.party_id,
        about_office=found.dossier.office_id,
        fields=wanted,
        reason=look.why,
    )
    await store.write(conn, [read])
    return [
        opened(party, wanted) if party.id == look.party_id else masked(party) for party in parties
    ]


async def hers(conn: Connection[Record], ref: str, staff: Staff) -> Slip:
    """The dossier, if it is the business of her office or agency. Raises UnknownDossier."""
    found = await slip.by_ref(conn, ref)
    if found is None or not (
        found.dossier.agency_id == staff.agency_id
        if staff.role is Role.AGENCY_OFFICER
        else shelf.concerns(found, staff.office_id or 0)
    ):
        raise UnknownDossier(ref)
    return found


async def find(
    conn: Connection[Record], typed: str, *, staff: Staff, now: datetime
) -> list[tuple[store.Hit, Shown]]:
    """Dossiers of a citizen who stands here without her receipt, masked; written down.

    Raises TooVague.
    """
    kind, value = read(typed)
    found = await store.hits(conn, kind, value, staff.office_id or 0)
    looks: list[tuple[int | None, int | None, int | None]]
    looks = [(hit.dossier_id, hit.party_id, hit.office_id) for hit in found]
    await store.write(
        conn,
        [
            Read(
                at=now,
                person_id=staff.id,
                office_id=staff.office_id,
                agency_id=None,
                deed="searched",
                dossier_id=dossier_id,
                party_id=party_id,
                about_office=office_id,
                fields=[kind],
                reason=Why.NO_RECEIPT,
            )
            for dossier_id, party_id, office_id in looks or [(None, None, None)]
        ],
    )
    return [(hit, of_hit(hit)) for hit in found]


def read(typed: str) -> tuple[Kind, str]:
    """Which kind of thing was typed, and its normal form. Raises TooVague."""
    digits = "".join(each for each in typed if each.isascii() and each.isdigit())
    if digits and not any(each.isalpha() for each in typed):
        number = phones.read(typed)
        if number.status in ("mobile", "landline") and number.e164:
            return "phone", number.e164
        try:
            return "citizen_id", parse_citizen_id(digits).number
        except BadIdentifier:
            raise TooVague from None
    words = typed.split()
    if len(words) < 2 or sum(len(word) for word in words) < 4:
        raise TooVague
    return "full_name", " ".join(words)


async def lines(
    conn: Connection[Record], staff: Staff, *, before: int | None = None
) -> Sequence[Line]:
    """Who looked, the newest first: at her office's people, or everybody for a manager."""
    office = None if staff.role is Role.MANAGER else staff.office_id or 0
    return await store.lines(conn, office, before, LINES)


async def silences(conn: Connection[Record], office_id: int, *, now: datetime) -> list[Silence]:
    """Who of an office looked at more citizens within an hour than anybody needs to.

    ``courier`` is how the radar's facts name a person.
    """
    day = now.astimezone(VIETNAM).date()
    return [
        Silence(
            rule=Rule.SNOOPING,
            subject=f"person:{one.person_id}",
            since=one.since,
            facts={"looks": one.looks, "courier": one.person_id},
        )
        for one in await store.curious(conn, office_id, now - LOOKED_BACK, day)
    ]


def masked(party: store.Party) -> Shown:
    return Shown(
        id=party.id,
        who=party.who,
        full_name=party.full_name,
        phone=masking.phone(party.phone),
        citizen_id=masking.citizen_id(party.citizen_id),
        address=masking.address(party.address),
        note="có ghi chú" if party.note else "–",
    )


def of_hit(hit: store.Hit) -> Shown:
    return Shown(
        id=hit.party_id,
        who="",
        full_name=hit.full_name,
        phone=masking.phone(hit.phone),
        citizen_id=masking.citizen_id(hit.citizen_id),
        address=masking.address(hit.address),
        note="–",
    )


def opened(party: store.Party, fields: Sequence[str]) -> Shown:
    said = masked(party)
    whole = {
        "phone": phones.display(party.phone) if party.phone else "–",
        "citizen_id": party.citizen_id or "–",
        "address": party.address or "–",
        "note": party.note or "–",
    }
    return Shown(
        id=said.id,
        who=said.who,
        full_name=said.full_name,
        opened=frozenset(fields),
        **{name: whole[name] if name in fields else getattr(said, name) for name in FIELDS},
    )
