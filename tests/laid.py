"""What a courier lays before an agency: lists and papers that tests of its desk sign for."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from asyncpg import Connection
from msgspec.structs import replace

from tests import make
from tests.make import MORNING, Town
from tracking import custody, detours, identifiers, ruling_store
from tracking.custody_model import Item, Kind, NewHandOver
from tracking.model import Dossier, NewLeg, Party
from tracking.stages import Act, Keeper, Leg, Stage

#: Later than everything the makers write.
HEARD = MORNING + timedelta(days=30)


async def lists(conn: Connection, town: Town, count: int) -> tuple[str, list[str], list[Dossier]]:
    """A list of *count* dossiers on the agency's desk: its number, theirs, and the dossiers."""
    dossiers = [await make.dossier(conn, town) for _ in range(count)]
    numbers = [await make.s10(conn, dossier) for dossier in dossiers]
    await make.scans(conn, [make.scan(number, Act.COLLECT, town.by_courier) for number in numbers])
    return await lay(conn, town, numbers), numbers, dossiers


async def lay(conn: Connection, town: Town, numbers: list[str]) -> str:
    """Lay what the courier carries before the agency, as one list."""
    made = await custody.offer(
        conn,
        NewHandOver(
            id=uuid4(),
            kind=Kind.AGENCY,
            to=Party(Keeper.AGENCY, town.agency),
            items=[Item(uuid4(), number) for number in numbers],
            by=town.by_courier,
            at=MORNING,
        ),
        heard_at=HEARD,
    )
    assert made.hand_over is not None, made.answers
    return made.hand_over.number


async def loose(conn: Connection, town: Town) -> tuple[Dossier, str]:
    """A dossier that lies before the agency without a list."""
    dossier = await make.dossier(conn, town)
    number = await make.s10(conn, dossier)
    acts = (Act.COLLECT, Act.HAND_OVER)
    await make.scans(conn, [make.scan(number, act, town.by_courier) for act in acts])
    return dossier, number


async def returned(conn: Connection, town: Town) -> tuple[Dossier, str]:
    """A result that nobody took, before the agency again."""
    dossier = await make.dossier(conn, town)
    number = await make.result(conn, town, dossier, Stage.AT_OFFICE)
    await make.scans(
        conn,
        [
            make.scan(number, Act.SEND_BACK, town.by_clerk, reason="DF07"),
            make.offer(number, town),
            make.scan(number, Act.COLLECT, town.by_courier),
            make.scan(number, Act.HAND_OVER, town.by_courier),
        ],
    )
    return dossier, number


async def originals(conn: Connection, town: Town, dossier: Dossier) -> str:
    """Originals that the courier took back at the door, before the agency."""
    number = identifiers.s10("RB", 99_000_000 + dossier.id)
    await ruling_store.open_leg(
        conn,
        NewLeg(
            dossier_id=dossier.id,
            leg=Leg.ORIGINALS,
            s10=number,
            office_id=town.office,
            agency_id=town.agency,
            stage=Stage.TO_AGENCY,
            holder=Party(Keeper.COURIER, town.courier),
            scan_id=uuid4(),
            act=Act.ACCEPT,
            person_id=town.courier,
            at=MORNING,
        ),
        heard_at=MORNING,
    )
    await make.scans(conn, [make.scan(number, Act.HAND_OVER, town.by_courier)])
    return number


async def wished(conn: Connection, town: Town, dossier: Dossier) -> None:
    """The citizen asks at the counter for the papers back: no longer needed."""
    made = make.ruling(dossier, Act.WITHDRAW, town, facts={"reason": "WD02"})
    await detours.withdraw(conn, replace(made, by=town.by_clerk), heard_at=HEARD)
