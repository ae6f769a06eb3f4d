"""A dossier's money as a clerk sees it: every line, what is open, and taking it in cash."""

from __future__ import annotations

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.money import charges, collect
from postal_service.desk.money.model import Charge, Entry, Moment, Press
from tracking import slip
from tracking.errors import UnknownDossier
from tracking.identifiers import parse_ref
from tracking.slip import Slip


class Window(Struct, frozen=True, kw_only=True):
    """What one dossier costs. ``now`` can be taken at the counter, ``later`` on delivery."""

    slip: Slip
    charges: list[Charge]

    @property
    def now(self) -> int:
        return self._open(Moment.BEFORE)

    @property
    def later(self) -> int:
        return self._open(Moment.ON_DELIVERY)

    def _open(self, moment: Moment) -> int:
        return sum(c.amount_vnd for c in self.charges if c.open and c.moment is moment)


async def look(conn: Connection[Record], ref: str) -> Window:
    """Raises BadIdentifier, and UnknownDossier for one that is no business of this office."""
    found = await slip.by_ref(conn, parse_ref(ref).ref)
    if found is None:
        raise UnknownDossier(ref)
    return Window(slip=found, charges=await charges.of_dossier(conn, found.dossier.id))


async def take(conn: Connection[Record], ref: str, press: Press) -> Entry:
    """Take in cash all that is to be paid before. Safe to repeat.

    Raises as look does, and NothingToPay.
    """
    window = await look(conn, ref)
    return await collect.before(conn, window.slip.dossier.id, press)
