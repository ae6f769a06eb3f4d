"""Every paper that left the press is kept by the hash of its bytes.

Printed again it is those bytes with a mark on them, whatever names, addresses or
calendars have become since. A paper is known by its kind, by the number printed on
it, and by its edition where one number has several originals in its life. Setting a
page costs milliseconds and keeps no connection: callers look here, make what is not
kept, and keep it.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct, json, to_builtins

from postal_service.caller import Staff
from postal_service.desk.errors import DeskError
from postal_service.desk.papers.forms import FormSet, Kind, form_of
from postal_service.desk.printing import archive_store as store
from postal_service.desk.printing.archive_store import Print, Row
from tracking import identifiers
from tracking.identifiers import BadIdentifier

__all__ = [
    "AlteredPaper", "Filing", "Kept", "Print", "Row", "UnknownPaper", "copy", "find", "keep",
    "lately", "named", "note", "one", "opened", "printed", "search", "state",
]  # fmt: skip

#: As long a browser may ask again for one print.
LIFE: Final = timedelta(minutes=15)
#: Who looks for an older paper knows its number.
LATELY: Final = timedelta(days=7)
#: The largest id the database has.
MOST: Final = 2**63 - 1


class UnknownPaper(DeskError):
    """No such paper was printed, or it is nobody's business here."""

    def __init__(self) -> None:
        super().__init__(
            "Không có giấy này trong kho lưu. Tìm theo số hồ sơ, số bảng kê hoặc số bưu gửi.",
            "No such paper is kept. Search by the dossier's, the list's or the item's number.",
        )


class AlteredPaper(DeskError):
    """What lies in the archive is not what was put there: somebody changed the database."""

    def __init__(self) -> None:
        super().__init__(
            "Giấy lưu này đã bị thay đổi so với lúc in. Đừng dùng; báo người vận hành ngay.",
            "This kept paper is not the one that was printed. Do not use it; tell the operator.",
        )


class Filing(Struct, frozen=True, kw_only=True):
    """What a paper is, so that it is found again.

    ``subject`` is the number printed on it. ``edition`` changes when the paper's matter does (a
    receipt issued again, a list that was answered), never with a name or an address.
    ``form_set`` is the dossier's; None for papers that have none. The dossier's ``ref``, the
    number of a ``hand_over`` list or the id of an ``incident`` says whose business it is; a paper
    without any is its maker's desk's.
    """

    kind: Kind
    subject: str
    edition: str = ""
    form_set: FormSet | None = None
    ref: str | None = None
    hand_over: str | None = None
    incident: int | None = None


class Kept(Struct, frozen=True, kw_only=True):
    """A paper as it left the press."""

    id: int
    content: bytes


def state(paper: Struct) -> str:
    """An edition for a paper that grows: the same until it would say something else.

    The moment it is printed at is not what it says.
    """
    said = to_builtins(paper)
    for part in (said, said.get("head") or {}):
        part.pop("at", None)
    return hashlib.sha256(json.encode(said, order="sorted")).hexdigest()[:16]


async def find(conn: Connection[Record], filing: Filing) -> Kept | None:
    """The original, if it was ever made."""
    id_ = await store.find_paper(conn, filing.kind, filing.subject, filing.edition)
    return await opened(conn, id_) if id_ is not None else None


async def opened(conn: Connection[Record], paper_id: int) -> Kept:
    """Raises UnknownPaper where the bytes may not be read, AlteredPaper where they are others."""
    closed = await store.content_of(conn, paper_id)
    if closed is None:
        raise UnknownPaper
    content = base64.b64decode(closed.content)
    if hashlib.sha256(content).digest() != closed.sha256:
        raise AlteredPaper
    return Kept(id=paper_id, content=content)


async def keep(
    conn: Connection[Record], filing: Filing, content: bytes, *, by: Staff, now: datetime
) -> Kept | None:
    """Keep *content* as the original and count it as printed.

    None where somebody else's was kept meanwhile: it is found now, and this one was never made.
    """
    sha256 = hashlib.sha256(content).digest()
    await store.keep_file(conn, sha256, base64.b64encode(content).decode(), now)
    form = form_of(filing.kind, filing.form_set)
    id_ = await store.add_paper(
        conn,
        store.NewPaper(
            kind=filing.kind,
            subject=filing.subject,
            edition=filing.edition,
            form_set=filing.form_set,
            form_number=form.number,
            basis=form.basis,
            sha256=sha256,
            ref=filing.ref,
            hand_over=filing.hand_over,
            incident=filing.incident,
            person_id=by.id,
            office_id=by.office_id,
            agency_id=by.agency_id,
            made_at=now,
        ),
    )
    return Kept(id=id_, content=content) if id_ is not None else None


async def printed(conn: Connection[Record], paper_id: int, *, by: Staff, now: datetime) -> Print:
    """The print *by* is given now: her own of the last quarter of an hour, or one more copy."""
    await store.lock_prints(conn, paper_id)
    latest = await store.latest_print(conn, paper_id, by.id, now - LIFE)
    return latest or await store.add_copy(conn, paper_id, by.id, now)


async def note(conn: Connection[Record], paper_id: int, given: Print, *, by: Staff) -> None:
    """Write down a print that was numbered elsewhere, as receipts are. Safe to repeat."""
    await store.note_print(conn, paper_id, given, by.id)


async def copy(conn: Connection[Record], paper_id: int, *, by: Staff, now: datetime) -> Print:
    """One more copy, asked for. Raises UnknownPaper."""
    row = await one(conn, paper_id)
    await store.lock_prints(conn, row.id)
    return await store.add_copy(conn, row.id, by.id, now)


async def one(conn: Connection[Record], paper_id: int) -> Row:
    """What is known of a kept paper. Raises UnknownPaper."""
    row = await store.paper_by_id(conn, paper_id) if 0 < paper_id <= MOST else None
    if row is None:
        raise UnknownPaper
    return row


async def named(conn: Connection[Record], paper_id: int, ordinal: int) -> tuple[Kept, Print]:
    """A numbered print and the original's bytes. Raises UnknownPaper."""
    row = await one(conn, paper_id)
    found = await store.print_at(conn, row.id, ordinal) if 0 <= ordinal <= 9999 else None
    if found is None:
        raise UnknownPaper
    return await opened(conn, row.id), found


async def search(conn: Connection[Record], text: str) -> list[Row]:
    """What was printed under a number, or about a dossier; the newest first."""
    return await store.papers_about(conn, number_of(text))


def number_of(text: str) -> str:
    """A number as papers carry it: a dossier's, an item's, or any other as it is written."""
    with suppress(BadIdentifier):
        match identifiers.recognise(text):
            case "ref":
                return identifiers.parse_ref(text).ref
            case "s10":
                return identifiers.parse_s10(text)
    return text.strip().upper()[:60]


async def lately(conn: Connection[Record], by: Staff, *, now: datetime) -> list[Row]:
    """What her desk printed in the last days, the newest first."""
    return await store.papers_lately(conn, by.office_id, by.agency_id, now - LATELY)
