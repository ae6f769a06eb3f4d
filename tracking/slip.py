"""The read side: one dossier's timeline (phiếu theo dõi quá trình giải quyết)."""

from __future__ import annotations

from asyncpg import Connection
from msgspec import Struct

from tracking import slip_store
from tracking.model import Consignment, Dossier
from tracking.slip_store import Line
from tracking.stages import Act, Leg, Stage


class Slip(Struct, frozen=True, kw_only=True):
    """A dossier, its consignments and everything that happened to it, oldest first."""

    dossier: Dossier
    consignments: list[Consignment]
    lines: list[Line]

    def leg(self, leg: Leg) -> Consignment | None:
        """The newest carriage of its kind; a number given by mistake is none."""
        return next(
            (
                item
                for item in reversed(self.consignments)
                if item.leg is leg and item.stage is not Stage.CANCELLED
            ),
            None,
        )

    @property
    def papers(self) -> Consignment | None:
        """The citizen's papers on their newest way to an agency: brought there, or passed on."""
        return self.leg(Leg.TRANSFER) or self.leg(Leg.FORWARD)

    def last(self, act: Act) -> Line | None:
        """The newest line of that act which nobody has undone."""
        undone = {line.undoes for line in self.lines}
        return next(
            (
                line
                for line in reversed(self.lines)
                if line.act is act and line.scan_id not in undone
            ),
            None,
        )


async def by_tracking_code(conn: Connection, code: str) -> Slip | None:
    """The slip a citizen may see: the code is the secret that opens it."""
    return await slip_of(conn, await slip_store.dossier_by_tracking_code(conn, code))


async def by_ref(conn: Connection, ref: str) -> Slip | None:
    return await slip_of(conn, await slip_store.dossier_by_ref(conn, ref))


async def slip_of(conn: Connection, dossier: Dossier | None) -> Slip | None:
    if dossier is None:
        return None
    return Slip(
        dossier=dossier,
        consignments=await slip_store.consignments_of(conn, dossier.id),
        lines=await slip_store.lines_of(conn, dossier.id),
    )
