"""Doing what two officers of an agency have agreed on."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Connection, Record
from msgspec.structs import replace

from postal_service.clock import VIETNAM
from postal_service.desk.agency import rulings
from postal_service.desk.agency.wishes import Wish
from postal_service.desk.watch.approvals_store import Approval
from tracking import pauses
from tracking.model import Actor
from tracking.stages import Act


async def carry_out(
    conn: Connection[Record], asked: Approval, by: Actor, *, approver: int, now: datetime
) -> None:
    """Do what two officers have agreed on. Raises what a ruling refuses."""
    wish = Wish(id=asked.id, act=Act.ASK_MORE, reason=asked.reason, approver=approver)
    if asked.kind == "second_supplement":
        wish = replace(
            wish,
            papers=tuple(await pauses.papers_of(conn, asked.id)),
            note=await pauses.note_of(conn, asked.id),
        )
    elif "more" in asked.facts:
        wish = replace(wish, act=Act.EXTEND, more=int(asked.facts["more"]))
    else:
        due_at = datetime.fromisoformat(asked.facts["due_at"]).astimezone(VIETNAM)
        wish = replace(wish, act=Act.EXTEND, due_at=due_at)
    await rulings.decide(conn, asked.subject, wish, by=by, now=now)
