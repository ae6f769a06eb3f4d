"""Papers changing hands between offices: bags, and every list as it stands.

The pages look and collect; what is laid down or taken goes to ``/hand-overs`` (hand_overs.py),
whose answers say of each envelope what became of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

from asyncpg import Connection, Record
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, URLEncodedBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from postal_service.caller import Staff
from postal_service.desk import hand_over_desk, shelf
from postal_service.desk.hand_over_desk import Paper, Sheet
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group
from postal_service.desk.watch import approvals
from postal_service.desk.watch.approvals_store import Approval
from postal_service.web import words
from postal_service.web.counter import office
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, Wire, clean
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import page
from tracking import custody, reception
from tracking.custody_model import HandOver, Kind
from tracking.incidents import SEAL_BROKEN, SEAL_DIFFERS, WRONG_COUNT
from tracking.reception import Opening
from tracking.stages import Keeper

AnyRequest = Request[Any, Any, Any]

#: What is wrong with the bag itself, or with the list: no line is damaged or declined for these.
NOT_A_LINE: Final = frozenset({"CD01", "CD02", "CD03", "CD04", "CD12"})


class BeepIn(Wire):
    """What the scanner read, and the kind of list it is to stand on."""

    code: Annotated[str, Meta(max_length=64)]
    kind: Literal["bag", "courier"]


class PaperOut(Struct, rename="camel"):
    """A paper that may stand on the list, in the words of the page."""

    s10: str
    ref: str
    agency: str
    leg: str
    way: str


class OpeningForm(Form):
    """What was found: the number read off the seal, whether it was whole, how many papers."""

    seal: str
    whole: Literal["yes", "no"]
    counted: str


class RecallForm(Form):
    """``id`` is drawn by the page: pressed twice, recalled once."""

    id: UUID


class ClosingForm(Form):
    """``id`` is the question's, where a second person must agree."""

    id: UUID


class BagController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/hand-overs", name="counter.hand_overs")
    async def board(self, request: AnyRequest, caller: Caller, db: Db) -> Response[str]:
        """What comes, what went, what has ended."""
        async with db.begin(caller.context) as conn:
            lists = await hand_over_desk.lists(conn, office(caller))
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(request, "bags/board.html", board=lists, open_tasks=tasks)

    @get("/hand-overs/find", name="counter.find_list")
    async def find(self, caller: Caller, db: Db, code: FromQuery[str] = "") -> Redirect:
        """The bag or list behind a scanned label or seal."""
        async with db.begin(caller.context) as conn:
            number = await hand_over_desk.find_list(conn, clean(code)[:64], office(caller))
        return Redirect(f"/counter/bags/{number}", status_code=303)

    @get("/bags/new", name="counter.new_bag")
    async def new_bag(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """An empty bag, or the one the power took from this machine."""
        async with db.begin(caller.context) as conn:
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request, "bags/new.html", open_tasks=tasks, now=now, office_id=office(caller)
        )

    @get("/bags/offices", name="counter.offices")
    async def offices(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        now: Now,
        office_text: FromQuery[str] = "",
    ) -> Response[str]:
        """At most twelve other offices for what was typed."""
        typed = clean(office_text)[:80]
        async with db.begin(caller.context) as conn:
            hits = await hand_over_desk.places(conn, typed, office(caller), now)
        return await page(request, "bags/offices.html", hits=hits, typed=typed)

    @post("/beeps", name="counter.beep", status_code=HTTP_200_OK)
    async def beep(self, data: JSONBody[BeepIn], caller: Caller, db: Db) -> PaperOut:
        """Look one envelope up for a list. It changes nothing."""
        async with db.begin(caller.context) as conn:
            paper = await hand_over_desk.beep(conn, data.code, Kind(data.kind), office(caller))
        return paper_out(paper)

    @get(["/bags/{number:str}", "/courier-lists/{number:str}"], name="counter.bag")
    async def show(
        self,
        request: AnyRequest,
        number: FromPath[str],
        caller: Caller,
        db: Db,
        now: Now,
        laid: FromQuery[str] = "",
    ) -> Response[str]:
        """A list as it stands: to open and count for its taker, to read for its giver."""
        async with db.begin(caller.context) as conn:
            sheet = await hand_over_desk.sheet(conn, number[:40], caller)
            asked = await asked_to_close(conn, number[:40], caller, now)
            found = await reasons.in_group(conn, Group.CUSTODY_DISCREPANCY)
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request,
            template_of(sheet, caller),
            sheet=sheet,
            papers={row.paper.s10: paper_out(row.paper) for row in sheet.rows},
            mine=is_giver(sheet.hand_over, caller),
            asked=asked,
            laid=bool(laid),
            reason_words={reason.code: reason.name_vi for reason in found},
            reasons=[reason for reason in found if reason.code not in NOT_A_LINE],
            draw=uuid4,
            open_tasks=tasks,
            now=now,
            office_id=office(caller),
        )

    @post("/bags/{number:str}/opening", name="counter.open_bag", status_code=303)
    async def open(
        self,
        number: FromPath[str],
        data: URLEncodedBody[OpeningForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """Look at the seal, open the bag, count. Safe to repeat."""
        found = Opening(seal=seal_of(data), whole=data.whole == "yes", counted=counted_of(data))
        async with db.begin(caller.context) as conn:
            await reception.open_bag(conn, number[:40], found=found, by=caller.actor, at=now)
        return Redirect(f"/counter/bags/{number[:40]}", status_code=303)

    @post("/bags/{number:str}/recall", name="counter.recall", status_code=303)
    async def recall(
        self,
        number: FromPath[str],
        data: URLEncodedBody[RecallForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Redirect:
        """Take back what nobody has answered."""
        async with db.begin(caller.context) as conn:
            await custody.recall(conn, number[:40], data.id, by=caller.actor, at=now, heard_at=now)
        bell.ring()
        return Redirect(f"/counter/bags/{number[:40]}", status_code=303)

    @post("/bags/{number:str}/closing", name="counter.ask_to_close", status_code=303)
    async def ask_to_close(
        self,
        number: FromPath[str],
        data: URLEncodedBody[ClosingForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """Ask a second person to close a bag whose seal or count was wrong."""
        async with db.begin(caller.context) as conn:
            found, _, _ = await custody.look(conn, number[:40], caller.actor)
            wish = approvals.Ask(
                id=data.id,
                kind=approvals.Kind.CLOSE_BAG,
                subject=found.number,
                reason=wrong_with(found),
                by=caller,
            )
            await approvals.ask(conn, wish, now=now)
        return Redirect(f"/counter/bags/{number[:40]}", status_code=303)


async def asked_to_close(
    conn: Connection[Record], number: str, caller: Staff, now: datetime
) -> Approval | None:
    """The question whether this bag may be closed, while it waits for a second person."""
    waiting = await approvals.waiting(conn, caller, now=now)
    mine = (a for a in waiting if a.kind == approvals.Kind.CLOSE_BAG and a.subject == number)
    return next(mine, None)


def paper_out(paper: Paper) -> PaperOut:
    homebound = paper.leg in ("R", "B")
    return PaperOut(
        s10=paper.s10,
        ref=paper.ref,
        agency=paper.agency,
        leg=words.words(paper.leg, "leg"),
        way=words.words(paper.return_way, "return_way") if homebound else "",
    )


def is_giver(found: HandOver, caller: Staff) -> bool:
    return (found.giver_kind, found.giver_id) == (Keeper.OFFICE, office(caller))


def template_of(sheet: Sheet, caller: Staff) -> str:
    """The page of a list: to open, to take line by line, or only to read."""
    found = sheet.hand_over
    if is_giver(found, caller) or found.state in ("closed", "recalled"):
        return "bags/list.html"
    sealed = found.kind is Kind.BAG and found.state == "offered"
    return "bags/opening.html" if sealed else "bags/receive.html"


def wrong_with(found: HandOver) -> str:
    """The reason code of what was wrong with a bag, the gravest first."""
    if not found.seal_whole:
        return SEAL_BROKEN
    return SEAL_DIFFERS if found.seal_found != found.seal else WRONG_COUNT


def seal_of(data: OpeningForm) -> str:
    """Raises ValueError."""
    if not 1 <= len(data.seal) <= 40:
        raise ValueError("Số niêm phong có từ 1 đến 40 ký tự. Đọc lại trên dây niêm phong.")
    return data.seal


def counted_of(data: OpeningForm) -> int:
    """Raises ValueError."""
    if not (data.counted.isascii() and data.counted.isdigit() and len(data.counted) <= 4):
        raise ValueError("Số đếm là một số từ 0 đến 2000. Đếm lại rồi nhập.")
    return int(data.counted)
