"""An agency or office that ends: what is open passes to its successor, and due dates stay.

Each dossier and each paper gets a line of its own. A dossier goes on in the hours it was
received in: the calendar passes with it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record
from msgspec import Struct

from tracking import succession_store as store
from tracking.errors import TrackingError
from tracking.succession_store import Succession as Succession

#: Dossiers that pass in one transaction.
AT_ONCE: Final = 200


class Kind(StrEnum):
    AGENCY = "agency"
    OFFICE = "office"


class BadSuccession(TrackingError):
    """A successor that cannot be."""


class NewSuccession(Struct, frozen=True, kw_only=True):
    """From ``starts_on`` the new one answers for what the old one had."""

    form_id: UUID
    kind: Kind
    old_id: int
    new_id: int
    starts_on: date
    ground: str


async def name(
    conn: Connection[Record], new: NewSuccession, *, by: int | None, at: datetime, today: date
) -> int:
    """Write down who succeeds whom, and from when; its number. Safe to repeat.

    Raises BadSuccession for a day that is over, a successor that has itself ended, or a second
    one.
    """
    if (earlier := await store.find(conn, new.form_id)) is not None:
        return earlier
    if new.starts_on < today:
        raise BadSuccession(
            f"Ngày {new.starts_on:%d/%m/%Y} đã qua. Chọn hôm nay hoặc ngày sau.",
            f"{new.starts_on} is over. Choose today or a later day.",
        )
    if new.old_id == new.new_id:
        raise BadSuccession(
            "Nơi kế thừa phải khác nơi kết thúc. Chọn lại.",
            "The successor must be another one. Choose again.",
        )
    if not new.ground.strip():
        raise BadSuccession("Ghi quyết định làm căn cứ.", "Name the decision that it rests on.")
    if await store.successor_of(conn, new.kind, new.new_id) is not None:
        raise BadSuccession(
            "Nơi kế thừa này cũng đã kết thúc. Chọn nơi đang hoạt động.",
            "This successor has ended too. Choose one that is in being.",
        )
    if await store.successor_of(conn, new.kind, new.old_id) is not None:
        raise BadSuccession(
            "Nơi này đã có nơi kế thừa. Xem danh sách bên dưới.",
            "A successor was named already. See the list.",
        )
    return await store.add(
        conn,
        (new.form_id, new.kind, new.old_id, new.new_id, new.starts_on, new.ground.strip()),
        by=by,
        at=at,
    )


async def due(conn: Connection[Record], day: date) -> list[Succession]:
    """Those whose day has come and that are not done, locked against another worker."""
    return await store.due(conn, day)


async def carry_out(conn: Connection[Record], one: Succession, *, at: datetime) -> bool:
    """Pass on a batch of what is open; whether there is more. Safe to repeat.

    What lies on a list before the old one is the new one's to take from the first batch on.
    """
    lists = await store.pass_lists(conn, one.kind, one.old_id, one.new_id)
    waiting = await store.pass_proposals(conn, one.kind, one.old_id, one.new_id)
    dossiers = await store.open_dossiers(conn, one.kind, one.old_id, AT_ONCE)
    if dossiers:
        ids = [uuid5(one.form_id, f"dossier:{id_}") for id_ in dossiers]
        facts = {"kind": one.kind, "from": one.old_id, "to": one.new_id}
        await store.pass_dossiers(conn, one.kind, dossiers, ids, facts, at)
    papers = await store.open_papers(conn, one.kind, one.old_id, AT_ONCE)
    if papers:
        ids = [uuid5(one.form_id, f"consignment:{id_}") for id_ in papers]
        facts = {"kind": one.kind, "from": one.old_id, "to": one.new_id}
        await store.pass_papers(conn, one.kind, papers, ids, facts, at)
    more = AT_ONCE in (len(dossiers), len(papers))
    passed = {
        "dossiers": len(dossiers), "papers": len(papers), "lists": lists, "proposals": waiting
    }  # fmt: skip
    await store.note(conn, one.id, passed, None if more else at)
    return more


async def note_people(conn: Connection[Record], id_: int, count: int) -> None:
    """Note how many people went over with it."""
    await store.note(conn, id_, {"people": count}, None)


async def note_money(conn: Connection[Record], id_: int, vnd: int) -> None:
    """Note how much money went over with it."""
    await store.note(conn, id_, {"money": vnd}, None)


async def named(conn: Connection[Record]) -> list[Succession]:
    """All that were ever named, the newest first."""
    return await store.named(conn)
