"""Hand-overs as JSON: what counters, phones and agencies' desks send when papers change hands."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from postal_service.bell import Bell as TheBell
from postal_service.caller import Role, Staff
from postal_service.database import Connection, Database
from postal_service.desk.money import purses
from postal_service.desk.published import reasons
from postal_service.web.guards import only
from postal_service.web.inputs import Moment, Wire
from postal_service.web.needs import Bell, Caller, Db, Lang, Now
from postal_service.web.scans import Problem, problem
from tracking import custody, reception
from tracking.custody import Answer
from tracking.custody_model import HandOver, Item, Kind, LineAnswer, NewHandOver, Outcome
from tracking.custody_model import Line as Row
from tracking.identifiers import parse_s10
from tracking.model import Actor, Event, Party
from tracking.reception import Opening
from tracking.stages import Keeper, Stage

holders = only(Role.CLERK, Role.SUPERVISOR, Role.COURIER, Role.AGENCY_OFFICER)

Code = Annotated[str, Meta(max_length=40)]
#: An id that fits the database.
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Reason = Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{2}$")]
MOST: Final = custody.MOST


class ItemIn(Wire):
    """One envelope; ``id`` is drawn by the device, so that it may be sent again."""

    id: UUID
    s10: Code


class OfferIn(Wire):
    """A list to lay down. ``to`` is an office, a courier or an agency, as the kind asks."""

    id: UUID
    kind: Literal["bag", "courier", "agency", "office"]
    to: Id
    items: Annotated[list[ItemIn], Meta(max_length=MOST)]
    at: Moment
    seal: Code | None = None


class OpenIn(Wire):
    """What was found when the bag was opened."""

    seal: Code
    whole: bool
    counted: Annotated[int, Meta(ge=0, le=MOST)]


class AnswerIn(Wire):
    """What the taker says of one line."""

    id: UUID
    s10: Code
    outcome: Literal["accepted", "missing", "damaged", "declined"]
    reason: Reason | None = None
    beeped: bool = False


class AnswersIn(Wire):
    answers: Annotated[list[AnswerIn], Meta(max_length=MOST)]
    at: Moment


class ItemsIn(Wire):
    items: Annotated[list[ItemIn], Meta(max_length=MOST)]
    at: Moment


class FormIn(Wire):
    """A press of one button; ``id`` is the button's."""

    id: UUID


class LineOut(Struct, rename="camel", omit_defaults=True):
    """One line's answer: where the paper is now, or why it was refused."""

    s10: str
    stage: Stage | None = None
    problem: Problem | None = None


class AnsweredOut(Struct, rename="camel"):
    """The list's printed number, none where nothing was laid down, and each item's answer."""

    number: str | None
    lines: list[LineOut]


class ListOut(Struct, rename="camel"):
    """A list with all its lines; ``extras`` lay in the bag and stand on no line."""

    number: str
    kind: Kind
    state: str
    seal: str | None
    dispatched: int
    irregular: bool
    lines: list[Row]
    extras: list[str]


class Desk(Struct, frozen=True, kw_only=True):
    """One request of somebody who holds papers, with what answering it takes."""

    caller: Staff
    db: Database
    bell: TheBell
    now: datetime
    lang: str

    @property
    def by(self) -> Actor:
        return self.caller.actor

    def begin(self) -> AbstractAsyncContextManager[Connection]:
        return self.db.begin(self.caller.context)


async def desk(caller: Caller, db: Db, bell: Bell, now: Now, lang: Lang) -> Desk:
    return Desk(caller=caller, db=db, bell=bell, now=now, lang=lang)


class HandOverController(Controller):
    path = "/hand-overs"
    guards = [holders]
    dependencies = {"desk": Provide(desk)}

    @post(name="hand_over.offer", status_code=HTTP_200_OK)
    async def offer(self, data: JSONBody[OfferIn], desk: NamedDependency[Desk]) -> AnsweredOut:
        """Lay papers down for a taker. Safe to repeat. Raises OverLimit, and what custody does."""
        new = offered(data, desk.by)
        async with desk.begin() as conn:
            made = await purses.offer(conn, new, staff=desk.caller, heard_at=desk.now)
        desk.bell.ring()
        number = made.hand_over.number if made.hand_over else None
        s10s = [item.s10 for item in new.items]
        return AnsweredOut(number, lines_out(s10s, made.answers, desk.lang))

    @get("/{number:str}", name="hand_over.show")
    async def show(self, number: FromPath[str], desk: NamedDependency[Desk]) -> ListOut:
        """A list as it stands, for its giver and its taker."""
        async with desk.begin() as conn:
            return await shown(conn, number, desk.by)

    @post("/{number:str}/opening", name="hand_over.open", status_code=HTTP_200_OK)
    async def open(
        self, number: FromPath[str], data: JSONBody[OpenIn], desk: NamedDependency[Desk]
    ) -> ListOut:
        """Open a bag: its seal, and how many papers lie in it."""
        found = Opening(seal=data.seal, whole=data.whole, counted=data.counted)
        async with desk.begin() as conn:
            await reception.open_bag(conn, number, found=found, by=desk.by, at=desk.now)
            return await shown(conn, number, desk.by)

    @post("/{number:str}/answers", name="hand_over.answer", status_code=HTTP_200_OK)
    async def answer(
        self, number: FromPath[str], data: JSONBody[AnswersIn], desk: NamedDependency[Desk]
    ) -> AnsweredOut:
        """Take, miss, decline or find damaged any of the lines; the others wait."""
        said = [answered(each) for each in data.answers]
        why = {each.reason for each in said if each.reason}
        async with desk.begin() as conn:
            await reasons.require(conn, why, reasons.Group.CUSTODY_DISCREPANCY)
            answers = await reception.answer(
                conn, number, said, by=desk.by, at=data.at, heard_at=desk.now
            )
        desk.bell.ring()
        return AnsweredOut(number, lines_out([each.s10 for each in said], answers, desk.lang))

    @post("/{number:str}/extras", name="hand_over.extra", status_code=HTTP_200_OK)
    async def extra(
        self, number: FromPath[str], data: JSONBody[ItemIn], desk: NamedDependency[Desk]
    ) -> ListOut:
        """Record what lay in the bag and stands on no line."""
        s10 = parse_s10(data.s10)
        async with desk.begin() as conn:
            await reception.add_extra(conn, number, data.id, s10, by=desk.by, at=desk.now)
            return await shown(conn, number, desk.by)

    @post("/{number:str}/closing", name="hand_over.close", status_code=HTTP_200_OK)
    async def close(self, number: FromPath[str], desk: NamedDependency[Desk]) -> ListOut:
        """Sign for the whole list, once every line is accounted for."""
        async with desk.begin() as conn:
            await reception.close(conn, number, by=desk.by, at=desk.now)
            return await shown(conn, number, desk.by)

    @post("/{number:str}/recall", name="hand_over.recall", status_code=HTTP_200_OK)
    async def recall(
        self, number: FromPath[str], data: JSONBody[FormIn], desk: NamedDependency[Desk]
    ) -> ListOut:
        """Take back what nobody has answered."""
        async with desk.begin() as conn:
            await custody.recall(conn, number, data.id, by=desk.by, at=desk.now, heard_at=desk.now)
            answer = await shown(conn, number, desk.by)
        desk.bell.ring()
        return answer

    @post("/taken", name="hand_over.take_in", status_code=HTTP_200_OK)
    async def take_in(self, data: JSONBody[ItemsIn], desk: NamedDependency[Desk]) -> AnsweredOut:
        """Take what is offered to one, envelope by envelope, from whatever list."""
        items = [Item(each.id, parse_s10(each.s10)) for each in data.items]
        async with desk.begin() as conn:
            answers = await reception.take_in(
                conn, items, by=desk.by, at=data.at, heard_at=desk.now
            )
        desk.bell.ring()
        return AnsweredOut(None, lines_out([item.s10 for item in items], answers, desk.lang))


async def shown(conn: Connection, number: str, by: Actor) -> ListOut:
    """Raises UnknownHandOver."""
    return list_out(*await custody.look(conn, number, by))


def offered(data: OfferIn, by: Actor) -> NewHandOver:
    """The list as the register takes it. Raises BadIdentifier."""
    kind = Kind(data.kind)
    takers = {Kind.BAG: Keeper.OFFICE, Kind.COURIER: Keeper.COURIER, Kind.AGENCY: Keeper.AGENCY}
    return NewHandOver(
        id=data.id,
        kind=kind,
        to=Party(takers.get(kind, Keeper.OFFICE), data.to),
        items=[Item(each.id, parse_s10(each.s10)) for each in data.items],
        by=by,
        at=data.at,
        seal=data.seal or None,
    )


def answered(each: AnswerIn) -> LineAnswer:
    """Raises BadIdentifier."""
    return LineAnswer(
        id=each.id,
        s10=parse_s10(each.s10),
        outcome=Outcome(each.outcome),
        reason=each.reason,
        beeped=each.beeped,
    )


def lines_out(s10s: Sequence[str], answers: Sequence[Answer], lang: str) -> list[LineOut]:
    return [
        LineOut(s10, stage=answer.stage)
        if isinstance(answer, Event)
        else LineOut(s10, problem=problem(answer, lang))
        for s10, answer in zip(s10s, answers, strict=True)
    ]


def list_out(found: HandOver, rows: list[Row], extras: list[str]) -> ListOut:
    return ListOut(
        number=found.number,
        kind=found.kind,
        state=found.state,
        seal=found.seal,
        dispatched=found.dispatched,
        irregular=found.irregular,
        lines=rows,
        extras=extras,
    )
