"""The counter's own papers: guidance, slips for the pen."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.clock import VIETNAM
from postal_service.desk import guidance, shelf
from postal_service.desk.citizen import complaints
from postal_service.desk.outages import outage
from postal_service.desk.papers import FormSet, Kind
from postal_service.desk.papers.counter_papers import PickUp
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.printing import item_papers
from postal_service.desk.printing.archive import Filing, UnknownPaper
from postal_service.desk.published import offices
from postal_service.web import counter_form
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.printing import filed, original
from tracking import number_store

AnyRequest = Request[Any, Any, Any]
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

    @post("/pick-ups/blanks", name="counter.pick_up", status_code=303)
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

    @post("/guidance.pdf", name="counter.guidance_slip", status_code=303)
    async def guide(self, request: AnyRequest, caller: Caller, db: Db, now: Now) -> Redirect:
        """Everything that is missing, on paper; the same list twice is one paper."""
        entry = await counter_form.entry_of(request)
        async with db.begin(caller.context) as conn:
            desk = await counter_form.desk(conn, entry, staff=caller, now=now)
            paper = await guidance.slip(conn, desk.offered, entry, caller, now, desk.gap)
        missing = [line.name for line in paper.listed if line.missing]
        said = f"{paper.code}|{paper.name}|{missing}|{[line.said for line in paper.mends]}"
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


def kept(kind: Kind, number: str, edition: str = "") -> Filing:
    """What is served from the archive alone. Raises UnknownPaper for what no number looks like."""
    if not (NUMBER.fullmatch(number) and EDITION.fullmatch(edition)):
        raise UnknownPaper
    return Filing(kind=kind, subject=number, edition=edition)


def missing() -> bytes:
    """What is served from the archive alone is not made anew. Raises UnknownPaper."""
    raise UnknownPaper
