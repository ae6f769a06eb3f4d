"""The till: a clerk's shift from its first money to its count, and the office's day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from postal_service.caller import Role, Staff
from postal_service.database import Connection, Database
from postal_service.desk import shelf
from postal_service.desk.counter_store import Draft
from postal_service.desk.errors import DeskError
from postal_service.desk.money import amounts, counting, days, lines, shifts
from postal_service.desk.money.shifts import Closing, Shift, Till
from postal_service.desk.money.till_errors import (
    BadCount,
    BooksMoved,
    DraftsOpen,
    NegativeTill,
    ReasonNeeded,
    UnknownShift,
)
from postal_service.desk.papers import Kind
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.printing.archive import Filing
from postal_service.web.errors import status_of, wants_english
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean, day_of
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.printing import filed, original

AnyRequest = Request[Any, Any, Any]
#: The longest text of a count's form.
LONGEST: Final = 300
#: A number as it fits the database.
MOST_ID: Final = 2**63 - 1


class FloatForm(Form):
    """Change money out of the safe; ``id`` is the page's. Empty: the shift opens with none."""

    id: UUID
    amount: Annotated[str, Meta(max_length=40)] = ""


class DayForm(Form):
    day: Annotated[str, Meta(max_length=20)]


class Counting(Struct, frozen=True, kw_only=True):
    """A till's count: whose, what was typed, and what was wrong with it."""

    caller: Staff
    db: Database
    now: datetime
    shift_id: int
    typed: Mapping[str, str] = {}
    refusal: DeskError | None = None


class TillController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/till", name="counter.till")
    async def till(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """The shift that is open, line by line; whose shifts are open beside; the office's day."""
        return await till_page(request, caller, db, now)

    @post("/till/floats", name="counter.till.float", status_code=303)
    async def take_change(
        self, request: AnyRequest, data: URLEncodedBody[FloatForm], caller: Caller, db: Db, now: Now
    ) -> Response[Any]:
        """Open with change money, or with none. Safe to press twice."""
        try:
            amount = amounts.read_vnd(data.amount) if data.amount else 0
        except DeskError as refusal:
            return await till_page(request, caller, db, now, refusal)
        async with db.begin(caller.context) as conn:
            await shifts.take_change(conn, data.id, amount, staff=caller, now=now)
        return Redirect("/counter/till", status_code=303)

    @post("/till/days", name="counter.till.day", status_code=303)
    async def close_day(
        self, request: AnyRequest, data: URLEncodedBody[DayForm], caller: Caller, db: Db, now: Now
    ) -> Response[Any]:
        """Close the books of a day for good. Safe to press twice."""
        try:
            async with db.begin(caller.context) as conn:
                await days.close(conn, day_of(data.day), staff=caller, now=now)
        except DeskError as refusal:
            return await till_page(request, caller, db, now, refusal)
        return Redirect("/counter/till", status_code=303)

    @get("/till/{shift_id:int}", name="counter.till.shift")
    async def shift(
        self,
        request: AnyRequest,
        shift_id: FromPath[int],
        caller: Caller,
        db: Db,
        printing: FromQuery[str] = "",
    ) -> Response[str]:
        """A shift line by line; just closed, its sheet prints itself."""
        async with db.begin(caller.context) as conn:
            found = await find(conn, shift_id, caller)
            till = await shifts.till(conn, found)
            tasks = await shelf.count_tasks(conn, caller.office_id or 0)
        return await page(
            request,
            "counter/shift.html",
            **of_till(till),
            printing=bool(printing) and found.closed_at is not None,
            open_tasks=tasks,
        )

    @get("/till/{shift_id:int}/sheet.pdf", name="counter.till.sheet")
    async def sheet(
        self, shift_id: FromPath[int], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """Bảng kê nộp tiền; printed again it is a copy."""
        async with db.begin(caller.context) as conn:
            found = await find(conn, shift_id, caller)
            if found.closed_at is None:
                raise UnknownShift
            paper = await shifts.sheet(conn, found, now=now)
        filing = Filing(kind=Kind.CASH_UP, subject=paper.number)
        return await filed(db, caller, now, filing, partial(counter_paper, paper))

    @get("/cash", name="counter.cash")
    async def cash(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, shift: FromQuery[str] = ""
    ) -> Response[Any]:
        """Where she writes what is in the till; what was left open longest comes first."""
        async with db.begin(caller.context) as conn:
            mine = await shifts.mine(conn, caller)
        wanted = number(shift) or (mine[0].id if mine else 0)
        if not wanted and not shift:
            return Redirect("/counter/till", status_code=303)
        return await cash_page(request, Counting(caller=caller, db=db, now=now, shift_id=wanted))

    @post("/cash", name="counter.cash_up", status_code=303)
    async def cash_up(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[Any]:
        """Sign the count and empty the till. A second press finds the first's sheet."""
        typed = await typed_of(request)
        shift_id = number(typed.get("shift", ""))
        try:
            closing = Closing(
                key=UUID(typed.get("id", "")),
                counted=counting.read_counts(typed),
                seen=int(typed.get("seen", "")[:18] or 0),
                why=typed.get("why", ""),
            )
            async with db.begin(caller.context) as conn:
                closed = await shifts.close(conn, shift_id, closing, staff=caller, now=now)
                paper = await shifts.sheet(conn, closed, now=now)
        except (BadCount, BooksMoved, DraftsOpen, NegativeTill, ReasonNeeded) as refusal:
            wrong = Counting(
                caller=caller, db=db, now=now, shift_id=shift_id, typed=typed, refusal=refusal
            )
            return await cash_page(request, wrong)
        filing = Filing(kind=Kind.CASH_UP, subject=paper.number)
        await original(db, caller, now, filing, partial(counter_paper, paper))
        return Redirect(f"/counter/till/{closed.id}?printing=1", status_code=303)


async def find(conn: Connection, shift_id: int, caller: Staff) -> Shift:
    """Raises UnknownShift."""
    if not 0 < shift_id <= MOST_ID:
        raise UnknownShift
    return await shifts.find(conn, shift_id, caller)


def number(text: str) -> int:
    """An id from an address or a form; 0 for what none looks like."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


async def typed_of(request: AnyRequest) -> dict[str, str]:
    """A count's form: notes, reasons, the page's own marks."""
    form = await request.form()
    return {name: clean(str(value))[:LONGEST] for name, value in form.items()}


def said_of(request: AnyRequest, refusal: DeskError | None) -> str:
    if refusal is None:
        return ""
    return refusal.en if wants_english(request) else refusal.vi


def of_till(till: Till) -> dict[str, Any]:
    """What every page of a till shows of it."""
    return {
        "till": till,
        "taken": lines.sums(till.taken),
        "by_transfer": lines.sums(till.transfers),
        "kinds": lines.KINDS,
    }


async def till_page(
    request: AnyRequest,
    caller: Staff,
    db: Database,
    now: datetime,
    refusal: DeskError | None = None,
) -> Response[str]:
    async with db.begin(caller.context) as conn:
        mine = await shifts.mine(conn, caller)
        here = next((s for s in mine if s.office_id == caller.office_id), None)
        till = await shifts.till(conn, here) if here else None
        left: Sequence[Shift] = await shifts.left_open(conn, caller, now)
        others = await shifts.others(conn, caller)
        past = await shifts.past(conn, caller)
        books = await days.standing(conn, caller, now=now)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    return await page(
        request,
        "counter/till.html",
        status=status_of(refusal) if refusal else 200,
        **(of_till(till) if till else {"till": None}),
        left=left,
        others=others,
        past=past,
        books=books,
        supervises=caller.role is Role.SUPERVISOR,
        said=said_of(request, refusal),
        form_id=uuid4(),
        open_tasks=tasks,
    )


async def cash_page(request: AnyRequest, wish: Counting) -> Response[Any]:
    """The count; refused, with what was typed. A shift that is closed shows its sheet."""
    caller = wish.caller
    async with wish.db.begin(caller.context) as conn:
        shift = await find(conn, wish.shift_id, caller)
        till = await shifts.till(conn, shift)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    if shift.closed_at is not None:
        return Redirect(f"/counter/till/{shift.id}", status_code=303)
    waiting: list[Draft] = wish.refusal.drafts if isinstance(wish.refusal, DraftsOpen) else []
    return await page(
        request,
        "counter/cash.html",
        status=status_of(wish.refusal) if wish.refusal else 200,
        **of_till(till),
        notes=counting.NOTES,
        typed=wish.typed,
        said=said_of(request, wish.refusal),
        wrong=wish.refusal.value if isinstance(wish.refusal, BadCount) else 0,
        unreasoned=isinstance(wish.refusal, ReasonNeeded),
        waiting=waiting,
        form_id=wish.typed.get("id") or uuid4(),
        absent=shift.person_id != caller.id,
        open_tasks=tasks,
    )
