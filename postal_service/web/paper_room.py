"""The counter's own papers: receipts for money, the till's sheet, slips for the pen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.database import Database
from postal_service.desk import complaints, item_papers, offices, outage, shelf, till
from postal_service.desk.archive import Filing, UnknownPaper
from postal_service.desk.papers import FormSet, Kind
from postal_service.desk.papers.counter_papers import PickUp
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.papers.till_words import NOTES
from postal_service.desk.till import BadCount
from postal_service.web import counter_form
from postal_service.web.errors import wants_english
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.printing import filed, original
from tracking import number_store

AnyRequest = Request[Any, Any, Any]
LONGEST_NOTE: Final = 300
#: How the counter's own papers are numbered, and how their editions are told apart.
NUMBER: Final = re.compile(r"[A-Z]{2}-[0-9]{6}-[0-9A-F]{5,19}")
EDITION: Final = re.compile(r"[0-9a-f]{0,16}")


class Plain(Form):
    """A form that is all button."""


class PaperRoomController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/papers", name="counter.papers")
    async def room(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """What the counter prints beside receipts, and what of it waits."""
        async with db.begin(caller.context) as conn:
            packs = await outage.packs(conn, caller, now=now)
            open_ = [each for each in await complaints.standing(conn, caller) if not each.outcome]
            tasks = await shelf.count_tasks(conn, caller.office_id or 0)
        return await page(
            request,
            "counter/paper_room.html",
            gaps=sum(len(pack.gaps) for pack in packs),
            complaints=len(open_),
            open_tasks=tasks,
        )

    @post("/pick-ups", name="counter.pick_up", status_code=303)
    async def pick_up(
        self, data: URLEncodedBody[Plain], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """One more slip for a courier to take to a door, under a number of its own."""
        day = now.astimezone(VIETNAM).date()
        async with db.begin(caller.context) as conn:
            number = f"NH-{day:%y%m%d}-{await number_store.next_serial(conn, day, 'NH'):05}"
            office = await offices.get(conn, caller.office_id or 0)
            head = await item_papers.head(conn, office, now)
        slip = PickUp(head=head, number=number, hotline=office.hotline)
        filing = Filing(kind=Kind.PICK_UP, subject=number)
        await original(db, caller, now, filing, partial(counter_paper, slip))
        return Redirect(f"/counter/pick-ups/{number}.pdf", status_code=303)

    @get("/pick-ups/{name:str}", name="counter.pick_up_slip")
    async def pick_up_slip(
        self, name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        filing = kept(Kind.PICK_UP, name.removesuffix(".pdf"))
        return await filed(db, caller, now, filing, missing)

    @get("/dossiers/{ref:str}/fees.pdf", name="counter.fees")
    async def fees(self, ref: FromPath[str], caller: Caller, db: Db, now: Now) -> Response[bytes]:
        """The receipt for the money of a dossier; printed again it is a copy."""
        async with db.begin(caller.context) as conn:
            paper = await till.fee_receipt(conn, ref, caller, now=now)
        found = paper.number.removeprefix("BL-")
        filing = Filing(
            kind=Kind.FEE_RECEIPT, subject=paper.number, form_set=paper.form_set, ref=found
        )
        return await filed(db, caller, now, filing, partial(counter_paper, paper))

    @get("/cash", name="counter.cash")
    async def cash(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[str]:
        """What should be in her till, and where to write what is."""
        return await till_page(request, Counting(caller=caller, db=db, now=now))

    @post("/cash", name="counter.cash_up", status_code=303)
    async def cash_up(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Response[Any]:
        """The sheet of one count: a second press finds the first's, a new count makes another."""
        form = await request.form()
        typed = {name: clean(str(value))[:LONGEST_NOTE] for name, value in form.items()}
        try:
            form_id = UUID(typed.get("id", ""))
            counted = till.read_counts(typed)
        except BadCount as refusal:
            said = refusal.en if wants_english(request) else refusal.vi
            wrong = Counting(
                caller=caller, db=db, now=now, typed=typed, said=said, wrong=refusal.value
            )
            return await till_page(request, wrong)
        async with db.begin(caller.context) as conn:
            sheet = await till.cash_up(conn, caller, counted, typed.get("note", ""), now=now)
        counts = f"{form_id}|{sheet.counted}|{sheet.note}|{sheet.lines}"
        mark = hashlib.sha256(counts.encode()).hexdigest()[:16]
        filing = Filing(kind=Kind.CASH_UP, subject=sheet.number, edition=mark)
        await original(db, caller, now, filing, partial(counter_paper, sheet))
        return Redirect(f"/counter/cash/{sheet.number}/{mark}.pdf", status_code=303)

    @get("/cash/{number:str}/{name:str}", name="counter.cash_sheet")
    async def cash_sheet(
        self, number: FromPath[str], name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        filing = kept(Kind.CASH_UP, number, name.removesuffix(".pdf"))
        return await filed(db, caller, now, filing, missing)

    @post("/guidance.pdf", name="counter.guidance_slip", status_code=303)
    async def guidance(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Redirect:
        """Everything that is missing, on paper; the same list twice is one paper."""
        entry = await counter_form.entry_of(request)
        async with db.begin(caller.context) as conn:
            desk = await counter_form.desk(conn, entry, staff=caller, now=now)
            paper = await counter_form.guidance_slip(conn, desk, caller, now)
        said = f"{paper.code}|{paper.name}|{[line.name for line in paper.listed if line.missing]}"
        mark = hashlib.sha256(f"{entry.form_id}|{said}".encode()).hexdigest()[:16]
        number = f"HD-{now.astimezone(VIETNAM):%y%m%d}-{mark[:6].upper()}"
        filing = Filing(
            kind=Kind.GUIDANCE, subject=number, edition=mark, form_set=FormSet(paper.form_set)
        )
        await original(db, caller, now, filing, partial(counter_paper, paper))
        return Redirect(f"/counter/guidance/{number}/{mark}.pdf", status_code=303)

    @get("/guidance/{number:str}/{name:str}", name="counter.guidance_paper")
    async def guidance_paper(
        self, number: FromPath[str], name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        filing = kept(Kind.GUIDANCE, number, name.removesuffix(".pdf"))
        return await filed(db, caller, now, filing, missing)


class Counting(Struct, frozen=True, kw_only=True):
    """A till's page: who counts, what was typed, and what is wrong with the number of a note."""

    caller: Staff
    db: Database
    now: datetime
    typed: Mapping[str, str] = {}
    said: str = ""
    wrong: int = 0


async def till_page(request: AnyRequest, counting: Counting) -> Response[str]:
    caller = counting.caller
    async with counting.db.begin(caller.context) as conn:
        day, lines = await till.today(conn, caller, now=counting.now)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    return await page(
        request,
        "counter/cash.html",
        status=422 if counting.said else 200,
        day=day,
        lines=lines,
        expected=sum(line.sum for line in lines),
        notes=NOTES,
        typed=counting.typed,
        said=counting.said,
        wrong=counting.wrong,
        form_id=counting.typed.get("id") or uuid4(),
        open_tasks=tasks,
    )


def kept(kind: Kind, number: str, edition: str = "") -> Filing:
    """What is served from the archive alone. Raises UnknownPaper for what no number looks like."""
    if not (NUMBER.fullmatch(number) and EDITION.fullmatch(edition)):
        raise UnknownPaper
    return Filing(kind=kind, subject=number, edition=edition)


def missing() -> bytes:
    """What is served from the archive alone is not made anew. Raises UnknownPaper."""
    raise UnknownPaper
