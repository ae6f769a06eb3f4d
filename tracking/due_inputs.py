"""What a due time was reckoned from, kept with it: the same answer years later, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from tracking import calendar_store
from tracking import due_input_store as store
from tracking.deadlines import Convention, Due, Limit, Part, Pause, Unit, due, due_in_parts
from tracking.due_input_store import Kept, PartLine, PauseLine
from tracking.editions import Edition


class KeptPart(Struct, frozen=True, kw_only=True):
    """One agency's part of a linked procedure, in that agency's calendar."""

    name: str
    limit: Limit
    edition: Edition


class KeptPause(Struct, frozen=True, kw_only=True):
    """A pause that had ended when the due time was reckoned, and what for."""

    kind: str  #: supplement or financial
    since: datetime
    until: datetime


class DueInputs(Struct, frozen=True, kw_only=True):
    """Everything a due time follows from. ``extension`` is in units of the limit.

    ``due_at`` is what was set; it differs from the reckoning where an officer named the hour.
    """

    received_at: datetime
    limit: Limit
    edition: Edition
    pauses: tuple[KeptPause, ...] = ()
    extension: int = 0
    parts: tuple[KeptPart, ...] = ()
    #: as they stood when it was kept; none where nothing was
    due_at: datetime | None = None
    original_due_at: datetime | None = None

    def reckon(self) -> Due:
        """The reckoning itself, from nothing but what is kept here."""
        pauses = [Pause(since=each.since, until=each.until) for each in self.pauses]
        if self.parts:
            parts = [Part(limit=part.limit, calendar=part.edition.calendar) for part in self.parts]
            return due_in_parts(self.received_at, parts, pauses, self.extension)
        return due(self.received_at, self.limit, self.edition.calendar, pauses, self.extension)


class DueSet(Struct, frozen=True, kw_only=True):
    """A due time as one line of the register set it."""

    scan_id: UUID
    inputs: DueInputs
    original_due_at: datetime
    reckoned_due_at: datetime
    due_at: datetime


async def keep(
    conn: Connection[Record],
    dossier_id: int,
    scan_id: UUID,
    inputs: DueInputs,
    *,
    due_at: datetime,
    original_due_at: datetime,
) -> None:
    """Keep what the line *scan_id* reckoned with. Safe to repeat: the first one stays."""
    editions = {inputs.edition.sha256: await calendar_store.keep_edition(conn, inputs.edition)}
    for part in inputs.parts:
        if part.edition.sha256 not in editions:
            editions[part.edition.sha256] = await calendar_store.keep_edition(conn, part.edition)
    await store.keep(
        conn,
        dossier_id,
        Kept(
            scan_id=scan_id,
            received_at=inputs.received_at,
            limit_value=inputs.limit.value,
            limit_unit=inputs.limit.unit,
            convention=inputs.limit.convention,
            same_day_cutoff=inputs.limit.same_day_cutoff,
            pauses=[PauseLine(each.kind, each.since, each.until) for each in inputs.pauses],
            extension=inputs.extension,
            parts=[
                PartLine(
                    part.name, part.limit.value, part.limit.unit, editions[part.edition.sha256]
                )
                for part in inputs.parts
            ],
            edition_id=editions[inputs.edition.sha256],
            original_due_at=original_due_at,
            reckoned_due_at=inputs.reckon().due,
            due_at=due_at,
        ),
    )


async def of_dossier(conn: Connection[Record], dossier_id: int) -> list[DueSet]:
    """Every due time a dossier was given and what each was reckoned from, oldest first."""
    kept = await store.of_dossier(conn, dossier_id)
    wanted = {each.edition_id for each in kept}
    wanted |= {part.edition_id for each in kept for part in each.parts}
    editions = await calendar_store.editions(conn, wanted) if wanted else {}
    return [due_set(each, editions) for each in kept]


async def latest_of(conn: Connection[Record], dossier_ids: Sequence[int]) -> dict[int, DueInputs]:
    """What the last due time of each dossier was reckoned from, where that was kept."""
    kept = await store.latest_of(conn, dossier_ids)
    wanted = {each.edition_id for each in kept.values()}
    wanted |= {part.edition_id for each in kept.values() for part in each.parts}
    editions = await calendar_store.editions(conn, wanted) if wanted else {}
    return {id_: due_set(each, editions).inputs for id_, each in kept.items()}


def due_set(kept: Kept, editions: dict[int, Edition]) -> DueSet:
    convention = Convention(kept.convention)
    inputs = DueInputs(
        received_at=kept.received_at,
        limit=Limit(
            value=kept.limit_value,
            unit=Unit(kept.limit_unit),
            convention=convention,
            same_day_cutoff=kept.same_day_cutoff,
        ),
        edition=editions[kept.edition_id],
        pauses=tuple(
            KeptPause(kind=each.kind, since=each.since, until=each.until) for each in kept.pauses
        ),
        extension=kept.extension,
        parts=tuple(
            KeptPart(
                name=part.name,
                limit=Limit(value=part.value, unit=Unit(part.unit), convention=convention),
                edition=editions[part.edition_id],
            )
            for part in kept.parts
        ),
        due_at=kept.due_at,
        original_due_at=kept.original_due_at,
    )
    return DueSet(
        scan_id=kept.scan_id,
        inputs=inputs,
        original_due_at=kept.original_due_at,
        reckoned_due_at=kept.reckoned_due_at,
        due_at=kept.due_at,
    )
