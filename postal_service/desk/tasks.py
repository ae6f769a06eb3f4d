"""What an office's clerks still have to do, kind by kind: calls first, the oldest first."""

from __future__ import annotations

from enum import StrEnum

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk import task_store as store
from postal_service.desk.task_store import NewTask, Task

__all__ = ["Group", "Kind", "NewTask", "Task", "groups", "open_"]


class Kind(StrEnum):
    """What is to be done, in the order in which a clerk's page has it."""

    CALL_CITIZEN = "call_citizen"  #: no message reaches the citizen
    FETCH_PICK_UP = "fetch_pick_up"  #: papers wait at a door for a courier
    COUNT_MISSING = "count_missing"  #: papers were missing at the evening's count
    REFUND = "refund"  #: money goes back to whoever paid it
    BANK_UNMATCHED = "bank_unmatched"  #: money came in that no receipt expects


class Group(Struct, frozen=True, kw_only=True):
    """The open tasks of one kind."""

    kind: Kind
    tasks: list[Task]


async def groups(conn: Connection[Record], office_id: int) -> list[Group]:
    """What is open at an office; kinds with nothing to do are left out."""
    found = await store.open_tasks(conn, office_id)
    by_kind = {kind: [task for task in found if task.kind == kind] for kind in Kind}
    return [Group(kind=kind, tasks=those) for kind, those in by_kind.items() if those]


async def open_(conn: Connection[Record], new: NewTask) -> None:
    """Put something on an office's list. Safe to repeat: one task a cause."""
    await store.open_(conn, new)
