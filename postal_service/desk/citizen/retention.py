"""What was kept long enough is shredded; the register's lines stay, since they name nobody.

How long is a dated table of the province's (``retention``), not a rule of ours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct, structs

from postal_service.clock import VIETNAM
from postal_service.desk.batches.batch_accept_store import forget_old
from postal_service.desk.citizen import retention_store as store
from postal_service.desk.pickups import pickup_lists_store

AT_ONCE: Final = 200
#: A phone that had no signal sends yesterday's scans again, and is told that they are known.
COURIERS_SEE: Final = timedelta(days=2)


class Swept(Struct, frozen=True, kw_only=True):
    """How much of each kind is gone."""

    parties: int = 0
    proofs: int = 0
    drafts: int = 0
    lines: int = 0
    pictures: int = 0
    sights: int = 0  #: dossiers that a courier sees no longer
    batches: int = 0  #: organisations' files
    pickups: int = 0  #: people who asked for a visit

    @property
    def more(self) -> bool:
        """Whether a next round would find something again."""
        return AT_ONCE in (self.parties, self.proofs, self.batches, self.pickups)

    @property
    def anything(self) -> bool:
        return any(structs.astuple(self))


async def sweep(conn: Connection[Record], *, now: datetime) -> Swept:
    """Shred what was kept for its time. Safe to repeat; a kind without a term is kept."""
    days = await store.days(conn, now.astimezone(VIETNAM).date())
    terms = {kind: now - timedelta(days=count) for kind, count in days.items()}
    parties = await store.old_parties(conn, terms["party"], AT_ONCE) if "party" in terms else []
    await store.erase_parties(conn, parties, now)
    proofs = await store.old_proofs(conn, terms["proof"], AT_ONCE) if "proof" in terms else []
    await store.erase_proofs(conn, proofs)
    visited = await pickup_lists_store.old_senders(
        conn, terms.get("pickup"), terms.get("pickup_asked"), AT_ONCE
    )
    await store.erase_parties(conn, visited, now)
    await pickup_lists_store.end_sight(conn, now - COURIERS_SEE)
    return Swept(
        parties=len(parties),
        proofs=len(proofs),
        drafts=await store.drop_drafts(conn, terms["draft"]) if "draft" in terms else 0,
        lines=await store.shred_lines(conn, terms["lost_line"]) if "lost_line" in terms else 0,
        pictures=await store.drop_orphans(conn, terms["orphan"]) if "orphan" in terms else 0,
        sights=await store.end_sight(conn, now - COURIERS_SEE),
        pickups=len(visited),
        batches=await forget_old(conn, terms["batch"], AT_ONCE) if "batch" in terms else 0,
    )
