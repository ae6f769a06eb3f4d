"""What a clerk sees of hand-overs: what may go into a bag or on a list, and which lists stand open.

The register decides when they are laid down (tracking/custody.py); this looks, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.desk import hand_over_desk_store as store
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import DeskError
from postal_service.desk.hand_over_desk_store import ListRow, Paper, PlaceHit
from postal_service.desk.watch import roster
from postal_service.desk.watch.roster import Colleague
from routes import rounds
from tracking import custody, identifiers, stages
from tracking.custody_model import HandOver, Kind, Line
from tracking.errors import AlreadyOffered, HeldByAnother, IllegalMove, UnknownConsignment
from tracking.stages import Act, Keeper, Stage

__all__ = ["ListRow", "Paper", "PlaceHit", "find_list", "lists", "places"]

#: How many offices a type-ahead shows, and how many ended lists the page keeps in sight.
PLACES: Final = 12
ENDED: Final = 30


class NoSuchList(DeskError):
    """Neither a list's number nor the seal of a bag that comes here."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Không có túi hay bảng kê nào mang số {code} giao cho bưu cục này. "
            "Kiểm tra số niêm phong hoặc số bảng kê trên nhãn túi.",
            f"No bag or list for this office has the number {code}. "
            "Check the seal or the list number on the bag's label.",
        )


class NotForThis(DeskError):
    """A paper that cannot travel this way from here."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} không đi theo đường này: mở hồ sơ (F2) để xem việc phải làm.",
            f"Item {s10} does not go this way: look it up (F2) to see what to do with it.",
        )


class Row(Struct, frozen=True, kw_only=True):
    """A line of a list beside the paper it names."""

    line: Line
    paper: Paper


class Sheet(Struct, frozen=True, kw_only=True):
    """A list, both sides named, each line with its paper; ``extras`` stand on no line."""

    head: ListRow
    hand_over: HandOver
    rows: list[Row]
    extras: list[str]

    @property
    def counts(self) -> dict[str, int]:
        """How many lines came to which end; ``""``: not answered yet."""
        counted: dict[str, int] = {}
        for row in self.rows:
            key = row.line.outcome or ""
            counted[key] = counted.get(key, 0) + 1
        return counted


class Board(Struct, frozen=True, kw_only=True):
    """The lists of one office: what comes, what went and is not answered yet, what has ended."""

    coming: list[ListRow]
    going: list[ListRow]
    ended: list[ListRow]
    #: papers that couriers and offices lay before this one outside bags
    to_take_in: int


class Waiting(Struct, frozen=True, kw_only=True):
    """What may be given to couriers now: on whose round each is, and who works today."""

    papers: list[Paper]
    couriers: list[Colleague]
    #: consignment id to the couriers who have its place on today's round
    on_rounds: dict[int, list[int]]


class Giver(Struct, frozen=True, kw_only=True):
    """One who brings papers in, and what he lays down."""

    name: str
    papers: list[Paper]


async def lists(conn: Connection[Record], office_id: int) -> Board:
    """Every list the office gives or takes, the oldest open one first."""
    standing = await store.standing_lists(conn, office_id)
    return Board(
        coming=[row for row in standing if is_office(row.taker_kind, row.taker_id, office_id)],
        going=[row for row in standing if is_office(row.giver_kind, row.giver_id, office_id)],
        ended=await store.ended_lists(conn, office_id, ENDED),
        to_take_in=len(await store.offered_to(conn, office_id)),
    )


def is_office(kind: str, id_: int, office_id: int) -> bool:
    return kind == Keeper.OFFICE and id_ == office_id


async def sheet(conn: Connection[Record], number: str, staff: Staff) -> Sheet:
    """The list with this number, for either side. Raises UnknownHandOver."""
    found, lines, extras = await custody.look(conn, number, staff.actor)
    papers = {p.s10: p for p in await store.papers(conn, [line.s10 for line in lines])}
    return Sheet(
        head=await store.list_by_id(conn, found.id),
        hand_over=found,
        rows=[Row(line=line, paper=papers[line.s10]) for line in lines],
        extras=extras,
    )


async def find_list(conn: Connection[Record], code: str, office_id: int) -> str:
    """The number of the list or bag behind a scanned label or seal. Raises NoSuchList."""
    tidy = "".join(code.split()).upper()
    number = await store.number_of(conn, tidy, office_id) if tidy else None
    if number is None:
        raise NoSuchList(code)
    return number


async def beep(conn: Connection[Record], code: str, kind: Kind, office_id: int) -> Paper:
    """The paper a scanner read, if this office may offer it in a list of *kind* now.

    Raises BadIdentifier, UnknownConsignment, HeldByAnother, AlreadyOffered, IllegalMove,
    NotForThis.
    """
    s10 = identifiers.parse_s10(code)
    found = await store.papers(conn, [s10])
    if not found or office_id not in (found[0].office_id, found[0].dossier_office_id):
        raise UnknownConsignment(s10)
    [paper] = found
    if not is_office(paper.holder_kind, paper.holder_id or 0, office_id):
        raise HeldByAnother(s10)
    if paper.offered_kind is not None:
        raise AlreadyOffered(s10)
    if (paper.stage, Act.OFFER) not in stages.CONSIGNMENT_MOVES:
        raise IllegalMove(paper.stage, Act.OFFER)
    if kind is Kind.COURIER and not for_courier(paper):
        raise NotForThis(s10)
    return paper


def for_courier(paper: Paper) -> bool:
    """Whether a courier could collect it: what is to be redirected or sorted out stays."""
    move = (paper.stage, Act.COLLECT)
    return move in stages.CONSIGNMENT_MOVES and stages.may_go(paper.leg, *move)


async def for_couriers(conn: Connection[Record], office_id: int, now: datetime) -> Waiting:
    """What lies here for couriers to carry, and whose round of today passes its place."""
    day = day_of(now)
    papers = [p for p in await store.held(conn, office_id) if for_courier(p) and not to_fetch(p)]
    couriers = await roster.on_shift(conn, office_id, day)
    places = {c.id: await places_of(conn, c.id, day) for c in couriers}
    return Waiting(
        papers=papers,
        couriers=couriers,
        on_rounds={
            paper.id: [c.id for c in couriers if place_of(paper) in places[c.id]]
            for paper in papers
        },
    )


def to_fetch(paper: Paper) -> bool:
    """Whether it waits at the counter for the citizen to come."""
    chosen = paper.return_way == "office" or paper.leg == "B"
    return paper.stage is Stage.AT_OFFICE and chosen


def place_of(paper: Paper) -> str:
    """The stop a courier makes for it, as rounds name their stops."""
    at_desk = paper.stage is Stage.ACCEPTED
    return f"agency:{paper.agency_id}" if at_desk else f"consignment:{paper.id}"


async def places_of(conn: Connection[Record], courier_id: int, day: date) -> frozenset[str]:
    """Where the courier still has to go on *day*; a second visit is the same place."""
    made = await rounds.round_of(conn, courier_id, day)
    stops = made.stops if made else ()
    return frozenset(stop.reference.partition("/")[0] for stop in stops if stop.outcome is None)


async def to_take_in(conn: Connection[Record], office_id: int) -> list[Giver]:
    """What is laid before this office outside sealed bags, giver by giver."""
    givers: dict[str, list[Paper]] = {}
    for paper in await store.offered_to(conn, office_id):
        givers.setdefault(paper.holder, []).append(paper)
    return [Giver(name=name, papers=papers) for name, papers in givers.items()]


async def places(
    conn: Connection[Record], typed: str, office_id: int, now: datetime
) -> Sequence[PlaceHit]:
    """Other offices open today, for what was typed with or without accents."""
    return await store.search_offices(conn, typed, office_id, day_of(now), PLACES)
