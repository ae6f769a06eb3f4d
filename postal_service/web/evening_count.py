"""The evening's count at the counter: beep what lies here, read what differs, close, print."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody, URLEncodedBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from postal_service.clock import VIETNAM
from postal_service.desk import shelf
from postal_service.desk.evening import evening_closing, evening_counts, evening_sheets
from postal_service.desk.evening.evening_closing import Closing
from postal_service.desk.evening.evening_counts import Answer, Item
from postal_service.desk.papers import Kind
from postal_service.desk.papers.evening_counts import evening_sheet
from postal_service.desk.printing.archive import Filing
from postal_service.web import words
from postal_service.web.counter import office
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, Moment, Wire, day_of
from postal_service.web.needs import Caller, Db, Lang, Now
from postal_service.web.pages import page
from postal_service.web.printing import filed
from tracking.errors import place_words
from tracking.stages import SOUGHT

AnyRequest = Request[Any, Any, Any]

#: What one request may carry; a machine without signal sends the rest after it.
MOST: Final = 200
NO_TURN: Final = 0


class BeepIn(Wire):
    """One beep; ``id`` is drawn by the machine, so that it may be sent again."""

    id: UUID
    code: Annotated[str, Meta(max_length=64)]
    at: Moment
    turn: Annotated[int, Meta(ge=NO_TURN, le=1000)] = NO_TURN


class BeepsIn(Wire):
    items: Annotated[list[BeepIn], Meta(max_length=MOST)]


class BeepOut(Struct, rename="camel"):
    """What a beep is answered. ``said``: here, elsewhere, unknown, again, anew or refused."""

    id: UUID
    s10: str
    said: str
    words: str
    ref: str = ""
    agency: str = ""
    leg: str = ""


class BeepsOut(Struct, rename="camel"):
    """Each beep's answer, and how the count stands."""

    turn: int
    here: int
    counted: int
    lines: list[BeepOut]


class AnewForm(Form):
    """A press of “count anew”; ``turn`` is the turn that ends by it: pressed twice, ended once."""

    turn: Annotated[str, Meta(pattern=r"^[0-9]{1,4}$")]


class ClosingForm(Form):
    """A press of “close”; ``id`` is drawn by the page, ``seen`` marks what it showed."""

    id: UUID
    seen: Annotated[str, Meta(max_length=32)]
    why: Annotated[str, Meta(max_length=20)] = ""


class EveningController(Controller):
    path = "/counter/evening"
    guards = [clerks]

    @get("/", name="counter.evening")
    async def count(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """How many lie here, what was beeped so far; when it is closed, what came of it."""
        async with db.begin(caller.context) as conn:
            found = await evening_counts.current(conn, office(caller), now=now)
            figures = await evening_counts.figures(conn, office(caller))
            beeps = await evening_counts.beeps(conn, found)
            sheet = (
                await evening_sheets.find(conn, found.day, office(caller))
                if found and found.closed_at
                else None
            )
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request,
            "counter/evening_sheet.html" if sheet else "counter/evening.html",
            count=found,
            figures=figures,
            beeps=beeps,
            sheet=sheet,
            why=evening_closing.WHY,
            day=found.day if found else evening_counts.day_of(now),
            open_tasks=tasks,
            office_id=office(caller),
            now=now,
        )

    @post("/beeps", name="counter.evening.beep", status_code=HTTP_200_OK)
    async def beep(
        self, data: JSONBody[BeepsIn], caller: Caller, db: Db, now: Now, lang: Lang
    ) -> BeepsOut:
        """Write beeps down, and answer each. Safe to repeat."""
        items = [
            Item(id=each.id, code=each.code, at=each.at, turn=each.turn) for each in data.items
        ]
        async with db.begin(caller.context) as conn:
            answers = await evening_counts.beep(conn, items, staff=caller, now=now)
            found = await evening_counts.current(conn, office(caller), now=now)
            figures = await evening_counts.figures(conn, office(caller))
            beeps = await evening_counts.beeps(conn, found)
        return BeepsOut(
            turn=found.turn if found else NO_TURN,
            here=figures.here,
            counted=len(beeps),
            lines=[out(answer, lang) for answer in answers],
        )

    @get("/closing", name="counter.evening.review")
    async def review(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[Any]:
        """What would be missing and what extra; nothing is closed yet."""
        async with db.begin(caller.context) as conn:
            found = await evening_counts.current(conn, office(caller), now=now)
            balance = await evening_closing.balance(conn, found, office(caller))
            figures = await evening_counts.figures(conn, office(caller))
            tasks = await shelf.count_tasks(conn, office(caller))
        if found and found.closed_at:
            return Redirect("/counter/evening", status_code=303)
        return await page(
            request,
            "counter/evening_review.html",
            count=found,
            balance=balance,
            figures=figures,
            lying=lying,
            why=evening_closing.WHY,
            form_id=uuid4(),
            open_tasks=tasks,
            day=found.day if found else evening_counts.day_of(now),
        )

    @post("/anew", name="counter.evening.anew", status_code=303)
    async def anew(
        self, data: URLEncodedBody[AnewForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Begin the count anew. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            await evening_counts.begin_anew(conn, int(data.turn), staff=caller, now=now)
        return Redirect("/counter/evening", status_code=303)

    @post("/closing", name="counter.evening.close", status_code=303)
    async def close(
        self, data: URLEncodedBody[ClosingForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Close the count. Safe to press twice."""
        closing = Closing(id=data.id, seen=data.seen, why=data.why)
        async with db.begin(caller.context) as conn:
            await evening_closing.close(conn, closing, staff=caller, now=now)
        return Redirect("/counter/evening", status_code=303)

    @get("/{day:str}", name="counter.evening.sheet")
    async def sheet(
        self, request: AnyRequest, day: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[str]:
        """An earlier evening's sheet."""
        async with db.begin(caller.context) as conn:
            found = await evening_sheets.find(conn, day_of(day), office(caller))
            tasks = await shelf.count_tasks(conn, office(caller))
        return await page(
            request,
            "counter/evening_sheet.html",
            count=found.count,
            sheet=found,
            why=evening_closing.WHY,
            day=found.count.day,
            open_tasks=tasks,
            now=now,
        )

    @get("/{day:str}/sheet.pdf", name="counter.evening.paper")
    async def paper(self, day: FromPath[str], caller: Caller, db: Db, now: Now) -> Response[bytes]:
        """The sheet to sign; printed again it is a copy."""
        async with db.begin(caller.context) as conn:
            found = await evening_sheets.find(conn, day_of(day), office(caller))
            made = await evening_sheets.paper(conn, found)
        filing = Filing(kind=Kind.EVENING_COUNT, subject=made.number)
        return await filed(db, caller, now, filing, partial(evening_sheet, made))


def out(answer: Answer, lang: str) -> BeepOut:
    seen = answer.seen
    return BeepOut(
        id=answer.id,
        s10=answer.s10,
        said=answer.said,
        words=said_words(answer, lang),
        ref=seen.ref if seen else "",
        agency=seen.agency if seen else "",
        leg=words.words(seen.leg, "leg") if seen else "",
    )


def said_words(answer: Answer, lang: str) -> str:
    """What the page says of a beep."""
    if answer.problem is not None:
        return answer.problem.en if lang == "en" else answer.problem.vi
    if answer.said == "here":
        return "có trong sổ"
    if answer.said == "again" and answer.first:
        return f"đã quét lúc {hour(answer.first.at)}, {answer.first.by}"
    if answer.said == "anew":
        return "kiểm đếm đã bắt đầu lại từ đầu: quét lại bì này"
    return lying(answer.seen)


def lying(seen: evening_counts.Seen | None) -> str:
    """Where the register has a paper that lies here though it should not."""
    if seen is None:
        return "không có trong sổ của bưu cục này"
    if seen.stage in SOUGHT:
        return "sổ ghi đang tìm: mở hồ sơ, ghi «đã tìm thấy»"
    if seen.bag is not None:
        return f"sổ ghi nằm trong túi {seen.bag} đã niêm phong"
    where = place_words(seen.stage)[0]
    return f"sổ ghi {where}; {seen.holder} giữ" if seen.holder else f"sổ ghi {where}"


def hour(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M}"
