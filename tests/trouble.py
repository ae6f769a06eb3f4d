"""What goes wrong with papers, for tests that mend it. Every default is legal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from asyncpg import Connection
from msgspec import Struct

from postal_service import security_store
from postal_service.caller import Role, Staff
from postal_service.desk.watch import approvals
from postal_service.desk.watch.approvals import Ask, Kind
from postal_service.desk.watch.approvals_store import Approval
from tests import make
from tests.make import MORNING, Town
from tracking import custody, reception
from tracking.custody_model import Item, LineAnswer, NewHandOver, Outcome
from tracking.custody_model import Kind as ListKind
from tracking.model import Actor, Event, Party
from tracking.reception import Opening
from tracking.stages import Act, Keeper

SEAL = "NP 004217"


class Next(Struct, frozen=True, kw_only=True):
    """The office at the other end of the bag, and who works there."""

    office: int
    clerk: int
    boss: int

    @property
    def by(self) -> Actor:
        return Actor(person=self.clerk, keeper=Keeper.OFFICE, office=self.office)


async def next_office(conn: Connection, town: Town) -> Next:
    office = await conn.fetchval("SELECT id FROM office WHERE code = '66D04'")
    clerk = await make.person(conn, "next-clerk", "clerk", office, town.agency)
    boss = await make.person(conn, "next-boss", "supervisor", office, town.agency)
    return Next(office=office, clerk=clerk, boss=boss)


async def boss(conn: Connection, town: Town) -> int:
    """The supervisor of the town's office; her user name is "boss"."""
    return await make.person(conn, "boss", "supervisor", town.office, town.agency)


async def staff(conn: Connection, person: int) -> Staff:
    """Whoever it is, as she is when she has signed in."""
    token = uuid4().bytes * 2
    role = Role(await conn.fetchval("SELECT role FROM person WHERE id = $1", person))
    opening = security_store.Opening(person_id=person, role=role)
    await security_store.open_session(conn, token, opening, MORNING, MORNING + timedelta(days=1))
    found = await security_store.staff_of_session(conn, token, MORNING)
    assert found is not None
    return found


async def shelved(conn: Connection, town: Town) -> str:
    """A paper on the office's shelf, offered to nobody."""
    return await make.s10(conn, await make.dossier(conn, town, offered=False))


async def collected(conn: Connection, town: Town) -> tuple[str, Event]:
    """A paper that the courier has collected, and the line that says so."""
    number = await make.s10(conn, await make.dossier(conn, town))
    [line] = await make.scans(conn, [make.scan(number, Act.COLLECT, town.by_courier)])
    return number, line


async def missing(conn: Connection, town: Town) -> str:
    """A paper the courier did not find among those the office gave him."""
    number = await make.s10(conn, await make.dossier(conn, town))
    report = make.scan(number, Act.REPORT_MISSING, town.by_courier, reason="CD03")
    await make.scans(conn, [report])
    return number


async def bag(conn: Connection, town: Town, to: Next, *s10s: str) -> str:
    """A sealed bag of these papers, under way to the next office; its list's number."""
    new = NewHandOver(
        id=uuid4(), kind=ListKind.BAG, to=Party(Keeper.OFFICE, to.office),
        items=[Item(uuid4(), s10) for s10 in s10s], by=town.by_clerk, at=MORNING, seal=SEAL,
    )  # fmt: skip
    made = await custody.offer(conn, new, heard_at=MORNING)
    assert made.hand_over is not None
    return made.hand_over.number


async def opened(
    conn: Connection, to: Next, number: str, *, counted: int, whole: bool = True
) -> None:
    found = Opening(seal=SEAL, whole=whole, counted=counted)
    await reception.open_bag(conn, number, found=found, by=to.by, at=MORNING)


async def answer(
    conn: Connection, by: Actor, number: str, s10: str, outcome: Outcome, reason: str | None = None
) -> None:
    """The taker's answer to one line of a list."""
    said = LineAnswer(id=uuid4(), s10=s10, outcome=outcome, reason=reason, beeped=True)
    [done] = await reception.answer(conn, number, [said], by=by, at=MORNING, heard_at=MORNING)
    assert isinstance(done, Event), done


async def extra(conn: Connection, town: Town, to: Next) -> tuple[str, str]:
    """A bag of one, and one paper more in it that stands on no line: its number, and the list's."""
    lined, more = await shelved(conn, town), await shelved(conn, town)
    number = await bag(conn, town, to, lined)
    await opened(conn, to, number, counted=1)
    await answer(conn, to.by, number, lined, Outcome.ACCEPTED)
    await reception.add_extra(conn, number, uuid4(), more, by=to.by, at=MORNING)
    return more, number


async def ask(
    conn: Connection,
    person: int,
    kind: Kind,
    subject: str,
    *,
    reason: str = "CR01",
    at: datetime = MORNING,
    **facts: Any,
) -> Approval:
    """Somebody's question for a second person."""
    said = {key: str(value) if isinstance(value, UUID) else value for key, value in facts.items()}
    by = await staff(conn, person)
    wish = Ask(id=uuid4(), kind=kind, subject=subject, reason=reason, by=by, facts=said)
    return await approvals.ask(conn, wish, now=at)
