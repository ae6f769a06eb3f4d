"""Papers under way: what a visitor finds on the shelves when the demo opens.

Everything goes through the counter and the register, dated in the last days.
The people are invented; nothing was ever sent to their numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Final
from uuid import uuid4

from asyncpg import Connection
from msgspec import Struct

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.database import Context, Database
from postal_service.demo import people, tills
from postal_service.desk import counter
from postal_service.desk.intake import Entry, PaperEntry
from postal_service.desk.published import procedures
from postal_service.settings import DATA
from tracking import calendars, custody, deadlines, journey, rulings, slip
from tracking.custody_model import Item, Kind, NewHandOver
from tracking.deadlines import Limit, Unit
from tracking.model import Actor, Dossier, Party, Ruling, Scan
from tracking.stages import Act, Keeper, Leg

#: Procedures a commune decides and the post may carry both ways.
WANTED: Final = ("1.004873", "1.004859", "1.004884", "2.000635", "1.001193", "2.000908")
#: Lang Biang, Lạc Dương, Lâm Viên and Xuân Hương: half a day's ride.
AROUND: Final = frozenset({"24846", "24848", "24778", "24781"})
TAKEN: Final = (Act.OFFER, Act.COLLECT)
TO_DESK: Final = (*TAKEN, Act.HAND_OVER, Act.SIGN)
DECIDED: Final = (*TO_DESK, Act.RECEIVE, Act.FINISH)
HOME: Final = (Act.COLLECT, Act.BRING_IN, Act.TAKE_IN)

#: How many dossiers stand where: days ago accepted, and what happened since.
UNDER_WAY: Final[tuple[tuple[int, tuple[Act, ...]], ...]] = (
    (1, ()),
    (1, ()),
    (1, ()),
    (2, TAKEN),
    (2, (*TAKEN, Act.HAND_OVER)),
    (2, (*TAKEN, Act.HAND_OVER)),
    (3, TO_DESK),
    (3, TO_DESK),
    (4, (*TO_DESK, Act.RECEIVE)),
    (5, (*TO_DESK, Act.RECEIVE, Act.BEGIN)),
    (9, (*TO_DESK, Act.RECEIVE, Act.BEGIN)),
    (4, (*TO_DESK, Act.RECEIVE, Act.ASK_MORE)),
    (6, DECIDED),
    (7, (*DECIDED, Act.RELEASE)),
    (7, (*DECIDED, Act.RELEASE)),
    (8, (*DECIDED, Act.RELEASE, *HOME)),
    (8, (*DECIDED, Act.RELEASE, *HOME)),
    (9, (*DECIDED, Act.RELEASE, *HOME)),
    (9, (*DECIDED, Act.RELEASE, *HOME, *TAKEN, Act.DELIVER)),
    (5, (*TO_DESK, Act.REFUSE)),
)
FACTS: Final[dict[Act, dict[str, object]]] = {
    Act.ASK_MORE: {"reason": "PA01", "papers": 1},
    Act.REFUSE: {"reason": "RF01"},
    Act.DELIVER: {"relation": "self"},
}


class Crew(Struct, frozen=True, kw_only=True):
    """Who acts in the demo."""

    clerk: Staff
    supervisor: int
    courier: Actor
    officer: Actor
    agency_id: int
    office_id: int

    def acting(self, act: Act) -> Actor:
        """Whoever does *act*: the clerk offers and takes in, the courier carries, the officer
        signs and decides.
        """
        if act in (Act.OFFER, Act.TAKE_IN):
            return self.clerk.actor
        carries = {Act.COLLECT, Act.HAND_OVER, Act.BRING_IN, Act.DELIVER, Act.MISS}
        return self.courier if act in carries else self.officer


async def fill(database: Database, now: datetime) -> None:
    """Put the papers of UNDER_WAY into an empty register; a register in use is left alone."""
    async with database.begin(Context.command("demo")) as conn:
        await conn.execute("SET LOCAL statement_timeout = '60s'")
        if await conn.fetchval("SELECT EXISTS (SELECT 1 FROM dossier)"):
            return
        crew = await find_crew(conn, now)
        citizens = invented()
        numbered = sorted(enumerate(UNDER_WAY), key=lambda one: -one[1][0])
        for days_ago, day in groupby(numbered, key=lambda one: one[1][0]):
            for number, (_, acts) in day:
                wanted = WANTED[number % len(WANTED)]
                at = working_morning(now, days_ago) + timedelta(minutes=9 * number)
                dossier = await accept(conn, crew, next(citizens), wanted, at)
                await carry(conn, crew, dossier, acts, at)
            await tills.close(conn, crew.clerk, crew.supervisor)
        await send_bag(conn, crew, working_morning(now, 0))
        # what these stages would have sent was sent in the days they happened
        await journey.take_news(conn, "sms", 1000)


async def send_bag(conn: Connection, crew: Crew, at: datetime) -> None:
    """One of the papers on the shelf goes to the neighbours in a sealed bag, not opened yet."""
    s10 = await conn.fetchval(
        "SELECT s10 FROM consignment WHERE stage = 'accepted' AND offered_kind IS NULL"
        " ORDER BY id DESC LIMIT 1"
    )
    bag = NewHandOver(
        id=uuid4(),
        kind=Kind.BAG,
        to=Party(Keeper.OFFICE, await people.office(conn, people.NEIGHBOUR)),
        items=[Item(uuid4(), s10)],
        by=crew.clerk.actor,
        at=at,
        seal="NP 004217",
    )
    await custody.offer(conn, bag, heard_at=at)


def invented() -> Iterator[dict[str, str]]:
    """Invented citizens of the communes around the demo's office."""
    with (DATA / "demo_people.csv").open(encoding="utf-8", newline="") as lines:
        nearby = [row for row in csv.DictReader(lines) if row["unit_code_2025"] in AROUND]
    while True:
        yield from nearby


def working_morning(now: datetime, days_ago: int) -> datetime:
    """Half past seven, that many weekdays before today."""
    day = now.astimezone(VIETNAM).date()
    while days_ago:
        day -= timedelta(days=1)
        days_ago -= day.weekday() < 5
    return datetime.combine(day, time(7, 30), VIETNAM)


async def find_crew(conn: Connection, now: datetime) -> Crew:
    office_id, agency_id = await people.places(conn)
    ids = {
        row["username"]: row["id"] for row in await conn.fetch("SELECT id, username FROM person")
    }
    clerk = people.SIGN_INS[0]
    return Crew(
        clerk=Staff(
            id=ids[clerk.username],
            username=clerk.username,
            full_name=clerk.full_name,
            given_name=clerk.given_name,
            role=Role.CLERK,
            office_id=office_id,
            office_name=None,
            agency_id=None,
            agency_name=None,
            phone=None,
            last_seen_at=now,
        ),
        supervisor=ids["minh"],
        courier=Actor(person=ids["tuan"], keeper=Keeper.COURIER, office=office_id),
        officer=Actor(person=ids["hoa"], keeper=Keeper.AGENCY, agency=agency_id),
        agency_id=agency_id,
        office_id=office_id,
    )


async def accept(
    conn: Connection,
    crew: Crew,
    citizen: dict[str, str],
    wanted: str,
    at: datetime,
) -> Dossier:
    """One dossier over the counter, with every paper the published list requires."""
    procedure = await procedures.find(conn, wanted, at.date())
    entry = Entry(
        form_id=str(uuid4()),
        procedure_id=str(procedure.id),
        agency_id=str(crew.agency_id),
        service="both",
        return_way="home",
        name=citizen["full_name"],
        citizen_id=citizen["personal_id"],
        phone=citizen["phone"],
        address=citizen["address_2025"],
        papers=tuple(
            PaperEntry(
                ordinal=str(paper.ordinal),
                has=paper.required,
                originals=str(paper.originals if paper.required else 0),
                certified=str(paper.certified if paper.required else 0),
                photocopies=str(paper.photocopies if paper.required else 0),
            )
            for paper in procedure.documents
        ),
    )
    intake = await counter.read(conn, entry, office_id=crew.office_id, now=at)
    accepted = await counter.accept(conn, intake, staff=crew.clerk, now=at)
    return await journey.dossier(conn, accepted.ref)


async def carry(
    conn: Connection, crew: Crew, dossier: Dossier, acts: Sequence[Act], since: datetime
) -> None:
    """Have *acts* happen to the dossier, three quarters of an hour apart."""
    for number, act in enumerate(acts, start=1):
        at = since + timedelta(minutes=45 * number)
        by = crew.acting(act)
        if by is crew.officer and act is not Act.SIGN:
            await decide(conn, dossier, act, by, at)
            continue
        whole = await slip.by_ref(conn, dossier.ref)
        item = whole and (whole.leg(Leg.RESULT) or whole.leg(Leg.FORWARD))
        if item:
            to = Party(Keeper.COURIER, crew.courier.person) if act is Act.OFFER else None
            facts = FACTS.get(act, {})
            scan = Scan(id=uuid4(), s10=item.s10, act=act, at=at, by=by, to=to, facts=facts)
            await journey.record_one(conn, scan, heard_at=at)
            await tills.paid(conn, dossier.id, item.leg, scan)


async def decide(conn: Connection, dossier: Dossier, act: Act, by: Actor, at: datetime) -> None:
    """One ruling of the agency, with its code and due date where it receives."""
    code = due_at = None
    if act is Act.RECEIVE:
        calendar = await calendars.calendar_for(conn, dossier.hours_group, at.date())
        limit = Limit(
            value=dossier.limit_value,
            unit=Unit(dossier.limit_unit),
            same_day_cutoff=dossier.same_day_cutoff,
        )
        due_at = deadlines.due(at, limit, calendar).due
        code = f"{people.AGENCY}-{at:%y%m%d}-{dossier.id:04}"
    ruling = Ruling(
        id=uuid4(),
        ref=dossier.ref,
        act=act,
        at=at,
        by=by,
        agency_code=code,
        due_at=due_at,
        facts=FACTS.get(act, {}),
    )
    verb = rulings.release if act is Act.RELEASE else rulings.rule
    await verb(conn, ruling, heard_at=at)
