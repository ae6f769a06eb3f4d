"""When an agency's clock stands still, and what it waits for meanwhile.

A pause begins with the request and ends when the agency says that what it asked for is there:
never when the post takes the papers in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection
from msgspec import Struct

from tracking import pause_store as store
from tracking.custody_errors import SecondPersonNeeded
from tracking.errors import BadRuling, ScanReused
from tracking.model import Dossier, Ruling
from tracking.pause_store import AskedPaper, PauseRow
from tracking.stages import Act

__all__ = ["AskedPaper", "PauseRow", "Request"]

#: What a pause waits for, by the act that begins it.
KINDS: Final = {Act.ASK_MORE: "supplement", Act.ASK_PAYMENT: "financial"}
#: What leaves a pause as it is: the citizen's wish to withdraw, and the agency's no to it.
LEAVES: Final = frozenset({Act.WITHDRAW, Act.KEEP})
MOST_PAPERS: Final = 30


class Request(Struct, frozen=True, kw_only=True):
    """What papers are asked for; ``id`` is the one of the line that will ask."""

    id: UUID
    dossier_id: int
    agency_id: int
    asked_by: int
    asked_at: datetime
    note: str
    papers: tuple[AskedPaper, ...]


async def put(conn: Connection, request: Request) -> None:
    """Write down what is asked for, before it is asked. Safe to repeat.

    Raises BadRuling for no paper or too many, ScanReused where the id asked for other papers.
    """
    if not 1 <= len(request.papers) <= MOST_PAPERS:
        raise BadRuling(
            f"Ghi từ 1 đến {MOST_PAPERS} giấy tờ cần bổ sung, một lần cho đủ.",
            f"List 1 to {MOST_PAPERS} missing papers, all at once.",
        )
    if any(not paper.name or paper.copies == 0 for paper in request.papers):
        raise BadRuling(
            "Mỗi giấy tờ cần có tên và số bản: chính, chứng thực hoặc photo.",
            "Each paper needs its name and how many: originals, certified or photocopies.",
        )
    if await store.add_request(conn, request.id, request.dossier_id, request.agency_id,
                               request.asked_by, request.asked_at, request.note):  # fmt: skip
        await store.add_papers(conn, request.id, request.papers)
    elif await store.papers_of(conn, request.id) != list(request.papers):
        raise ScanReused(request.id)


async def check_second(conn: Connection, current: Dossier, ruling: Ruling) -> bool:
    """Whether a request makes the dossier late: it is the second since reception.

    Raises SecondPersonNeeded unless somebody else has agreed to that one, for a reason.
    """
    if ruling.act is not Act.ASK_MORE or not await asked_since_reception(conn, current):
        return False
    if ruling.approver in (None, ruling.by.person) or not ruling.facts.get("why"):
        raise SecondPersonNeeded
    return True


async def asked_since_reception(conn: Connection, dossier: Dossier) -> bool:
    """Whether papers were asked for after the dossier was received."""
    if dossier.received_at is None:
        return False
    return await store.asked_since_reception(conn, dossier.id)


async def follow(conn: Connection, current: Dossier, ruling: Ruling, *, counts_late: bool) -> None:
    """Begin or end the pause that *ruling*, already in the register, brings with it."""
    if kind := KINDS.get(ruling.act):
        reason = str(ruling.facts["reason"])
        await store.begin(conn, ruling.id, kind, reason, counts_late=counts_late)
    elif current.paused_at is not None and ruling.act not in LEAVES:
        await store.end(conn, current.id, ruling.id)


async def papers_of(conn: Connection, request: UUID) -> list[AskedPaper]:
    """What a request asked for, in its order."""
    return await store.papers_of(conn, request)


async def note_of(conn: Connection, request: UUID) -> str:
    """What the officer wrote with a request."""
    return await store.note_of(conn, request) or ""


async def of(conn: Connection, dossier_id: int) -> Sequence[PauseRow]:
    """The pauses of a dossier, the first first."""
    return await store.pauses_of(conn, dossier_id)
