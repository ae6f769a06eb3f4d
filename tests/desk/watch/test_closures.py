"""What a storm closes: which papers it holds up, who is told, and what moves with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service import database as doors
from postal_service.caller import Role, Staff
from postal_service.database import Context, Database
from postal_service.desk import dispatch
from postal_service.desk.citizen.promise import Promise, promise_for
from postal_service.desk.errors import UnknownReason
from postal_service.desk.printing import round_sheet
from postal_service.desk.published import agencies, offices
from postal_service.desk.watch import closures, radar, roster
from postal_service.desk.watch.closures import BadClosure, Kind, New, UnknownClosure
from postal_service.desk.watch.roster import Duty
from tests import make
from tests.desk.watch.test_radar import staff
from tests.make import MORNING, Town
from tracking import slip
from tracking.model import Dossier
from tracking.stages import Act, Stage

DAY = timedelta(days=1)
TODAY = MORNING.date()
UNTIL = TODAY + 7 * DAY
#: Where the door of ``make.party`` is, and a commune where nobody of these tests lives.
DOOR = "Phường Lang Biang - Đà Lạt"
ELSEWHERE = "Xã Di Linh"


@pytest.fixture
async def house(town_url: str) -> AsyncIterator[Database]:
    async with doors.open_database(town_url, size=4, name="test", keys=make.KEYS) as database:
        yield database


async def commune(desk: Connection, name: str) -> str:
    units = {unit.name: unit.code for unit in await closures.communes(desk, TODAY)}
    return units[name]


async def close(desk: Connection, town: Town, kind: Kind, *names: str, until: date = UNTIL) -> int:
    """Declare it, and its id."""
    codes = [await commune(desk, name) for name in names]
    new = draft(town, kind, *codes, until=until)
    await closures.declare(desk, new, by=town.clerk, now=MORNING)
    return (await closures.standing(desk, town.office))[-1].id


def draft(
    town: Town,
    kind: Kind,
    *codes: str,
    until: date = UNTIL,
    reason: str = "CL02",
    form: UUID | None = None,
) -> New:
    to, came = (*codes, None, None)[:2]
    return New(
        kind=kind,
        office_id=town.office,
        commune=to,
        from_commune=came,
        reason=reason,
        until_day=until,
        form_id=form or uuid4(),
    )


async def announce(house: Database, *, days: int = 0) -> None:
    """As often as the worker would until every closure has been looked through."""
    while await closures.announce(
        lambda: house.begin(Context.job("hold_up")), MORNING + days * DAY
    ):
        pass


async def held(desk: Connection, closure_id: int) -> set[str]:
    return {item.s10 for item in await closures.held(desk, closure_id, office_id=None)}


async def told(desk: Connection, dossier: Dossier) -> list[dict[str, str]]:
    return [
        row["facts"]
        for row in await desk.fetch(
            "SELECT e.facts FROM event e JOIN news n ON n.event_id = e.id"
            " WHERE e.dossier_id = $1 AND e.act = 'delay' ORDER BY e.id",
            dossier.id,
        )
    ]


async def test_a_closed_commune_holds_its_doors(
    house: Database, desk: Connection, town: Town
) -> None:
    """The results that go there stay, and nothing else does."""
    home = await make.dossier(desk, town)
    number = await make.result(desk, town, home, Stage.AT_OFFICE)
    fetched = await make.dossier(desk, town, return_way="office")
    await make.result(desk, town, fetched, Stage.AT_OFFICE)
    outward = await make.dossier(desk, town)
    closed = await close(desk, town, Kind.COMMUNE, DOOR)
    dry = await close(desk, town, Kind.COMMUNE, ELSEWHERE)

    await announce(house)

    assert await held(desk, closed) == {number}
    assert await held(desk, dry) == set()
    assert await told(desk, home) == [{"reason": "CL02", "until": UNTIL.isoformat()}]
    assert await told(desk, fetched) == await told(desk, outward) == []


async def test_a_cut_road_holds_what_goes_to_the_agency_behind_it(
    house: Database, desk: Connection, town: Town
) -> None:
    """Papers for its desk and results that lie on it; a door in town is reached all the same."""
    seat = await desk.fetchval(
        "SELECT name FROM unit JOIN agency ON coalesce(seat_unit_2025, unit_code) = unit.code"
        " WHERE agency.id = $1 AND unit.valid_to IS NULL AND unit.level = 'commune'",
        town.agency,
    )
    outward = await make.s10(desk, await make.dossier(desk, town))
    ready = await make.ready(desk, town, await make.dossier(desk, town))
    await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)

    closed = await close(desk, town, Kind.ROAD, seat, ELSEWHERE)
    await announce(house)

    assert await held(desk, closed) == {outward, ready}


async def test_a_closed_office_holds_everything(
    house: Database, desk: Connection, town: Town
) -> None:
    """Also what its citizens would fetch at the counter; another office's papers go on."""
    fetched = await make.dossier(desk, town, return_way="office")
    number = await make.result(desk, town, fetched, Stage.AT_OFFICE)
    other = await make.town(desk, office="66D06", suffix="-6")
    theirs = await make.dossier(desk, other)

    closed = await close(desk, town, Kind.OFFICE)
    await announce(house)

    assert await held(desk, closed) == {number}
    assert await told(desk, theirs) == []


async def test_each_citizen_is_told_once(house: Database, desk: Connection, town: Town) -> None:
    """However often the worker looks, and though a second paper of hers is caught too."""
    dossier = await make.dossier(desk, town)
    closed = await close(desk, town, Kind.OFFICE)
    await announce(house)
    await make.result(desk, town, dossier, Stage.AT_OFFICE)
    late = await make.dossier(desk, town)

    for days in (1, 2):
        await announce(house, days=days)

    assert len(await told(desk, dossier)) == len(await told(desk, late)) == 1
    assert len(await held(desk, closed)) == 2


async def test_many_papers_are_all_looked_at(
    house: Database, desk: Connection, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes elsewhere must not stand in the way of what comes after it."""
    monkeypatch.setattr(closures, "AT_ONCE", 2)
    for _ in range(4):
        await make.dossier(desk, town)
    home = await make.dossier(desk, town)
    number = await make.result(desk, town, home, Stage.AT_OFFICE)

    closed = await close(desk, town, Kind.COMMUNE, DOOR)
    await announce(house)

    assert await held(desk, closed) == {number}


async def promised(desk: Connection, dossier: Dossier, *, days: int = 0) -> Promise:
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    office = await offices.get(desk, dossier.office_id)
    agency = await agencies.get(desk, dossier.agency_id)
    return await promise_for(desk, found, office, agency, now=MORNING + days * DAY)


async def test_the_promise_moves_behind_the_closure_and_back(
    house: Database, desk: Connection, town: Town
) -> None:
    """The day after it should open again; lifted, the old day stands, late or not."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.AT_OFFICE)
    before = await promised(desk, dossier)
    closed = await close(desk, town, Kind.COMMUNE, DOOR)
    await announce(house)

    moved = await promised(desk, dossier)
    assert (moved.day, moved.held) == (UNTIL + DAY, UNTIL)
    assert (await promised(desk, dossier, days=5)) == moved  # past the old day, and not late
    assert (await promised(desk, dossier, days=9)).day > MORNING.date() + 9 * DAY

    await closures.lift(desk, closed, staff=staff(town), now=MORNING)
    assert await promised(desk, dossier) == before


async def test_the_estimate_moves_by_the_days_lost(
    house: Database, desk: Connection, town: Town
) -> None:
    """Before the agency has the papers, all that comes after is later by as much."""
    dossier = await make.dossier(desk, town)
    before = await promised(desk, dossier)
    await close(desk, town, Kind.OFFICE, until=TODAY + 3 * DAY)
    await announce(house)

    moved = await promised(desk, dossier)

    assert (before.day, moved.held) == (date(2026, 12, 1), TODAY + 3 * DAY)
    assert moved.day == date(2026, 12, 4)  # Monday, Wednesday and Thursday; Tuesday was off


async def test_what_has_arrived_is_held_no_longer(
    house: Database, desk: Connection, town: Town
) -> None:
    """The courier came through before the road was cut: the agency's clock is the promise."""
    dossier = await make.dossier(desk, town)
    await close(desk, town, Kind.OFFICE)
    await announce(house)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.RECEIVE)

    assert (await promised(desk, dossier)).held is None


async def test_the_radar_knows(house: Database, desk: Connection, town: Town) -> None:
    """A storm is no silence; a closure nobody lifts or extends is one again."""
    dossier = await make.dossier(desk, town, offered=False)
    await close(desk, town, Kind.OFFICE, until=TODAY + 5 * DAY)
    await announce(house)
    loud = []

    for days in (5, 7):
        now = MORNING + days * DAY
        await radar.look(desk, town.office, now=now)
        loud.append([a.facts["ref"] for a in await radar.standing(desk, staff(town), now=now)])

    assert loud == [[], [dossier.ref]]


async def test_longer_than_thought(house: Database, desk: Connection, town: Town) -> None:
    """Each citizen is told the new day, once; the old closure is over."""
    dossier = await make.dossier(desk, town)
    closed = await close(desk, town, Kind.OFFICE)
    await announce(house)
    form, later = uuid4(), UNTIL + 7 * DAY

    for _ in range(2):
        await closures.extend(desk, closed, later, form, staff=staff(town), now=MORNING)
    await announce(house)

    [standing] = await closures.standing(desk, town.office)
    assert (standing.until_day, standing.held) == (later, 1)
    assert [facts["until"] for facts in await told(desk, dossier)] == [
        UNTIL.isoformat(),
        later.isoformat(),
    ]


async def test_a_round_leaves_out_what_is_held(
    house: Database, desk: Connection, town: Town
) -> None:
    """The door behind the landslide is no stop, and the courier reads why; lifted, it is one."""
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    await make.dossier(desk, town)
    closed = await close(desk, town, Kind.COMMUNE, DOOR)
    await announce(house)
    who = replace(staff(town, Role.COURIER), id=town.courier)

    stays = await sheet_of(desk, who)
    await closures.lift(desk, closed, staff=staff(town), now=MORNING)
    goes = await sheet_of(desk, who)

    assert [(one.count, one.reason, one.until_day) for one in stays.kept] == [
        (1, "Sạt lở, đường bị cắt", UNTIL)
    ]
    assert (stays.fresh, goes.fresh, goes.kept) == (1, 2, ())
    assert await held(desk, closed) == {number}


async def sheet_of(desk: Connection, who: Staff) -> round_sheet.Sheet:
    return round_sheet.sheet(await dispatch.gather(desk, who, MORNING))


async def test_who_is_off_is_offered_nothing_new(desk: Connection, town: Town) -> None:
    """What she has already is hers all the same; what lies at the office is for who works."""
    await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)
    await make.dossier(desk, town)  # offered to this courier
    off = [Duty(person_id=town.courier, day=TODAY, shift="off")]
    who = replace(staff(town, Role.COURIER), id=town.courier)
    assert (await sheet_of(desk, who)).fresh == 2

    await roster.plan(desk, town.office, off, by=town.clerk, at=MORNING)

    assert (await sheet_of(desk, who)).fresh == 1


async def test_declared_twice_is_closed_once(desk: Connection, town: Town) -> None:
    """The second click is the first one."""
    new = draft(town, Kind.OFFICE)
    for _ in range(2):
        await closures.declare(desk, new, by=town.clerk, now=MORNING)

    assert len(await closures.standing(desk, town.office)) == 1


@pytest.mark.parametrize(
    ("kind", "count", "days"),
    [
        (Kind.OFFICE, 1, 1),
        (Kind.COMMUNE, 0, 1),
        (Kind.COMMUNE, 2, 1),
        (Kind.ROAD, 1, 1),
        (Kind.OFFICE, 0, -1),
        (Kind.OFFICE, 0, 91),
    ],
)
async def test_a_closure_that_cannot_be(
    desk: Connection, town: Town, kind: Kind, count: int, days: int
) -> None:
    """What is closed, and for how long, must be said and be possible."""
    codes = [await commune(desk, name) for name in (DOOR, ELSEWHERE)][:count]

    with pytest.raises(BadClosure):
        await closures.declare(
            desk, draft(town, kind, *codes, until=TODAY + days * DAY), by=town.clerk, now=MORNING
        )


async def test_a_reason_of_another_list(desk: Connection, town: Town) -> None:
    """Citizens read it: it comes from the list made for it, and a road leads somewhere else."""
    door = await commune(desk, DOOR)
    for new, refusal in (
        (draft(town, Kind.OFFICE, reason="DF07"), BadClosure),
        (draft(town, Kind.OFFICE, reason="ZZ99"), UnknownReason),
        (draft(town, Kind.ROAD, door, door), BadClosure),
        (draft(town, Kind.COMMUNE, "99999"), BadClosure),
    ):
        with pytest.raises(refusal):
            await closures.declare(desk, new, by=town.clerk, now=MORNING)


async def test_another_office_s_closure_is_not_there(desk: Connection, town: Town) -> None:
    """Nor can it be lifted, extended or read."""
    closed = await close(desk, town, Kind.OFFICE)
    other: Staff = replace(staff(town), office_id=town.office + 1)

    with pytest.raises(UnknownClosure):
        await closures.lift(desk, closed, staff=other, now=MORNING)
    with pytest.raises(UnknownClosure):
        await closures.extend(desk, closed, UNTIL, uuid4(), staff=other, now=MORNING)
    with pytest.raises(UnknownClosure):
        await closures.held(desk, 2**63, office_id=None)
