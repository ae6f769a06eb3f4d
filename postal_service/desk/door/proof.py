"""What proves that a paper was handed over: a person, a relation, and something to show for it.

The register holds closed codes and hashes. Names, the last four characters of an
identity paper and pictures stand beside it, and no picture of such a paper is ever kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.door import proof_store as store
from postal_service.desk.door.originals import Original
from postal_service.desk.door.pictures import Drawn
from postal_service.desk.door.proof_errors import (
    AddresseeOnly,
    BadIdCheck,
    MustProveWho,
    NoAuthorisation,
    NobodyNamed,
    NotACode,
    NothingProven,
    OriginalsMissing,
    PictureNotHere,
    PictureNotOwed,
    UnknownOriginal,
    UnknownRelation,
    WrongEnvelope,
)
from postal_service.desk.door.proof_store import Attachment, Kept, Picture
from postal_service.desk.errors import DeskError
from tracking.model import Facts

#: Who may take a paper at the door; a neighbour, a guard or a letter box may not.
#: The words are what the citizen reads, on the page and in the message.
RELATIONS: Final[Mapping[str, str]] = {
    "self": "chính người nhận",
    "spouse": "vợ hoặc chồng",
    "parent": "cha hoặc mẹ",
    "child": "con",
    "sibling": "anh, chị, em",
    "authorised": "người được ủy quyền",
}
#: Who may take what is for the addressee alone.
ADDRESSEES: Final = frozenset({"self", "authorised"})
#: Papers that show who somebody is.
ID_KINDS: Final[Mapping[str, str]] = {
    "cccd": "Căn cước, CCCD",
    "cmnd": "CMND cũ",
    "passport": "Hộ chiếu",
    "driver": "Giấy phép lái xe",
    "other": "Giấy tờ khác có ảnh",
}
#: Why there is no code although one was sent.
NO_CODE: Final[Mapping[str, str]] = {
    "no_phone": "Không có điện thoại",
    "no_message": "Chưa nhận được tin nhắn",
    "locked": "Mã đã khóa hoặc đã dùng",
}
LOCKED: Final = "locked"
CODE: Final = re.compile(r"[0-9]{6}")
LAST4: Final = re.compile(r"[0-9A-Z]{4}")
MOST_PHOTOS: Final = 5
MOST_PICTURES: Final = MOST_PHOTOS + 1


class Evidence(Struct, frozen=True, kw_only=True):
    """What proves a hand-over, as it was typed. Pictures by the hex of what was sent.

    ``on_paper``: signed on the printed delivery receipt, which the counter keeps. ``slip``: the
    appointment slip or the invitation was taken in with it.
    ``taken`` and ``absent``: places on the procedure's list of originals.
    """

    authorisation: str = ""
    code: str = ""
    no_code: str = ""
    id_kind: str = ""
    id_last4: str = ""
    on_paper: bool = False
    slip: bool = False
    signature: str = ""
    photos: tuple[str, ...] = ()
    taken: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    collected: int = 0  #: đồng taken at the door, as the one who took them says


def check_envelope(typed: str, s10: str) -> None:
    """Raise WrongEnvelope unless *typed* is the item's number or its last four digits."""
    said = "".join(typed.upper().split())
    if said not in (s10, s10[7:11]):
        raise WrongEnvelope


def facts_of(relation: str, seen: Evidence) -> Facts:
    """What the register keeps of a hand-over: closed codes, places on a list, hashes."""
    facts: Facts = {
        "relation": relation,
        "by_code": bool(seen.code),
        "no_code": seen.no_code,
        "id": seen.id_kind,
        "on_paper": seen.on_paper,
        "slip": seen.slip,
        "taken": sorted(set(seen.taken)),
        "absent": sorted(set(seen.absent)),
    } | pictures_of(seen)
    return {name: value for name, value in facts.items() if value or name == "relation"}


def pictures_of(seen: Evidence) -> Facts:
    """The pictures a scan names."""
    named = {"signature": seen.signature, "photos": sorted(set(seen.photos))}
    return {name: value for name, value in named.items() if value}


def why_not(
    relation: str, receiver: str, seen: Evidence, *, addressee_only: bool, at_door: bool, s10: str
) -> DeskError | None:
    """Why this does not prove a hand-over, before code and register are asked."""
    if relation not in RELATIONS:
        return UnknownRelation()
    if addressee_only and relation not in ADDRESSEES:
        return AddresseeOnly(s10)
    if relation != "self" and not receiver:
        return NobodyNamed()
    if relation == "authorised" and not seen.authorisation:
        return NoAuthorisation()
    if seen.code and not CODE.fullmatch(seen.code):
        return NotACode()
    if (seen.id_kind or seen.id_last4) and not checked(seen):
        return BadIdCheck()
    excused = not at_door or seen.no_code in NO_CODE
    if addressee_only and not seen.code and not (checked(seen) and excused):
        return MustProveWho()
    on_paper = seen.on_paper and not at_door
    if not (seen.code or checked(seen) or seen.signature or seen.photos or on_paper):
        return NothingProven()
    return None


def checked(seen: Evidence) -> bool:
    """Whether an identity paper was looked at."""
    return seen.id_kind in ID_KINDS and LAST4.fullmatch(seen.id_last4) is not None


def withheld(owed: tuple[Original, ...], seen: Evidence) -> DeskError | None:
    """Why the hand-over stops over originals. What is asked for "if there is one" may be absent."""
    if not {*seen.taken, *seen.absent} <= {paper.ordinal for paper in owed}:
        return UnknownOriginal()
    missing = [
        paper.name
        for paper in owed
        if paper.ordinal not in seen.taken
        and not (paper.conditional and paper.ordinal in seen.absent)
    ]
    return OriginalsMissing(missing) if missing else None


def shared(shown: Sequence[tuple[UUID, Evidence]]) -> frozenset[UUID]:
    """Which of these hand-overs are proved by a picture that another one shows too."""
    named: dict[str, set[UUID]] = {}
    for scan_id, seen in shown:
        for picture in {seen.signature, *seen.photos} - {""}:
            named.setdefault(picture, set()).add(scan_id)
    return frozenset(id_ for ids in named.values() if len(ids) > 1 for id_ in ids)


async def keep(
    conn: Connection[Record], scan_id: UUID, relation: str, receiver: str, seen: Evidence
) -> bool:
    """Keep who took the paper; whether it is who was kept the first time."""
    who = Kept(
        receiver_name=receiver,
        id_kind=seen.id_kind or None,
        id_last4=seen.id_last4 or None,
        authorisation=seen.authorisation or None,
    )
    return await store.prove(conn, scan_id, relation, who) == who


async def attach(
    conn: Connection[Record], scan_id: UUID, drawn: Drawn, *, person: int, at: datetime
) -> None:
    """Keep a picture of the scan *scan_id*, which may come later. Safe to repeat.

    Raises PictureNotOwed where the scan is another's or does not name it.
    """
    line = await store.line(conn, scan_id)
    there = await store.attachments(conn, scan_id)
    if any(each.sent == drawn.sent for each in there):
        return
    if line is not None:
        named = [line.facts.get("signature"), *photos_in(line.facts)]
        owed = line.person_id == person and drawn.sent.hex() in named
    else:
        owed = len(there) < MOST_PICTURES and all(each.added_by == person for each in there)
    if not owed:
        raise PictureNotOwed
    await store.keep_file(conn, drawn.sha256, drawn.media, drawn.content, at)
    made = Attachment(sent=drawn.sent, kind=drawn.kind, sha256=drawn.sha256, added_by=person)
    await store.attach(conn, scan_id, made, at)


def photos_in(facts: Facts) -> list[object]:
    photos = facts.get("photos")
    return list(photos) if isinstance(photos, list) else []


async def check_arrived(conn: Connection[Record], scan_id: UUID, seen: Evidence) -> None:
    """Raise PictureNotHere unless every picture that is named is here."""
    named = {seen.signature, *seen.photos} - {""}
    if not named:
        return
    there = {each.sent.hex() for each in await store.attachments(conn, scan_id)}
    if not named <= there:
        raise PictureNotHere


async def picture_of(
    conn: Connection[Record], scan_id: UUID, sha256: bytes, office_id: int
) -> Picture | None:
    """A kept picture, for the office in charge then or the one where the dossier began."""
    return await store.picture(conn, scan_id, sha256, office_id)
