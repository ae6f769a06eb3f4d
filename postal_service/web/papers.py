"""Every paper but the counter's own, as PDF: for whoever gives, takes, holds or answers for it."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from litestar import Controller, Response, get
from litestar.params import FromPath

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk import papers
from postal_service.desk.agency import agency_forms
from postal_service.desk.papers import HandOverList, Kind, Letter
from postal_service.desk.printing import (
    control_slip,
    filings,
    hand_over_papers,
    item_papers,
    prints,
    registers,
    reissue,
)
from postal_service.desk.printing.archive import UnknownPaper
from postal_service.web.guards import clerks, only
from postal_service.web.needs import Caller, Db, Now, Settings
from postal_service.web.printing import LABELS, content_of, filed, struck, thermal
from tracking.errors import UnknownConsignment, UnknownDossier

NOTICE: Final = re.compile(r"(supplement|refusal|apology|stop)(?:-([0-9]{4})-([0-9]{1,6}))?\.pdf")
holders = only(Role.CLERK, Role.SUPERVISOR, Role.COURIER, Role.AGENCY_OFFICER)
desks = only(Role.CLERK, Role.SUPERVISOR, Role.AGENCY_OFFICER)


def number_in(name: str, before: str = "") -> int | None:
    """12, of "12.pdf" or "invitation-12.pdf"; None where the name has no such form."""
    digits = name.removeprefix(before).removesuffix(".pdf")
    fits = name == f"{before}{digits}.pdf" and digits.isascii() and digits.isdigit()
    return int(digits) if fits and len(digits) <= 18 else None


def notice_in(name: str) -> tuple[Kind, tuple[int, int] | None]:
    """Kind, year and number of a notice's file. Raises UnknownPaper where the name is none."""
    found = NOTICE.fullmatch(name)
    if found is None:
        raise UnknownPaper
    kind, year, number = found.groups()
    return Kind(kind), (int(year), int(number)) if year else None


async def listed(db: Db, caller: Caller, now: Now, paper: HandOverList) -> Response[bytes]:
    make = partial(papers.hand_over_list, paper)
    return await filed(db, caller, now, filings.of_list(paper), make)


async def written(db: Db, caller: Caller, now: Now, paper: Letter) -> Response[bytes]:
    return await filed(db, caller, now, filings.of_letter(paper), partial(papers.letter, paper))


class PaperController(Controller):
    path = "/papers"
    guards = [holders]

    @get("/hand-overs/{number:str}/manifest.pdf", name="papers.manifest")
    async def manifest(
        self, number: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """What lies in a bag; it travels inside and names no person."""
        async with db.begin(caller.context) as conn:
            found = await hand_over_papers.find(conn, number, caller)
        return await listed(db, caller, now, hand_over_papers.manifest(found))

    @get("/hand-overs/{number:str}/list.pdf", name="papers.list")
    async def list_(
        self, number: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """The list in the layout of its kind: courier's, agency's, brought in, or a manifest."""
        async with db.begin(caller.context) as conn:
            found = await hand_over_papers.find(conn, number, caller)
        return await listed(db, caller, now, hand_over_papers.printed(found))

    @get("/hand-overs/{number:str}/{name:str}", name="papers.bag_label")
    async def bag_label(
        self, number: FromPath[str], name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """The label of a bag: "label.pdf", "label.png" or "label.zpl"."""
        if name not in LABELS:
            raise UnknownPaper
        async with db.begin(caller.context) as conn:
            found = await hand_over_papers.find(conn, number, caller)
        paper = hand_over_papers.bag_label(found)
        make, filing = partial(papers.bag_label, paper), filings.of_bag_label(paper)
        return await thermal(await content_of(db, caller, now, filing, make), name)

    @get("/register/{name:str}", name="papers.register", guards=[desks])
    async def register(
        self, name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """A day's page of her desk's register, "2026-11-23.pdf"."""
        day = registers.parsed(name.removesuffix(".pdf"), now.astimezone(VIETNAM).date())
        async with db.begin(caller.context) as conn:
            paper = await registers.page(conn, caller, day, now=now)
        make = partial(papers.register, paper)
        return await filed(db, caller, now, registers.filing(paper), make)

    @get("/agency/results.pdf", name="papers.results", guards=[only(Role.AGENCY_OFFICER)])
    async def results(self, caller: Caller, db: Db, now: Now) -> Response[bytes]:
        """What lies ready on the officer's desk, for the courier to sign for."""
        async with db.begin(caller.context) as conn:
            paper = await hand_over_papers.results(conn, caller, now=now)
        return await listed(db, caller, now, paper)

    @get("/incidents/{name:str}", name="papers.incident")
    async def incident(
        self, name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """The minutes of an incident, "12.pdf", for both sides of it."""
        async with db.begin(caller.context) as conn:
            paper = await item_papers.incident(conn, number_in(name) or 0, caller)
        return await written(db, caller, now, paper)

    @get("/dossiers/{ref:str}/withdrawal.pdf", name="papers.withdrawal")
    async def withdrawal(
        self, ref: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        async with db.begin(caller.context) as conn:
            paper = await item_papers.withdrawal(conn, ref, caller, now=now)
        return await written(db, caller, now, paper)

    @get("/dossiers/{ref:str}/postal-slip.pdf", name="papers.postal_slip", guards=[clerks])
    async def postal_slip(
        self, ref: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """What sender and clerk sign when the envelope is sealed."""
        async with db.begin(caller.context) as conn:
            paper = prints.postal_slip_of(await prints.find(conn, ref, caller.office_id or 0))
        make = partial(papers.postal_slip, paper)
        return await filed(db, caller, now, filings.of_postal_slip(paper), make)

    @get("/dossiers/{ref:str}/control-slip.pdf", name="papers.control_slip")
    async def control_slip(
        self, ref: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """The law's slip in the form set the dossier was accepted under."""
        async with db.begin(caller.context) as conn:
            paper = await control_slip.slip_for(conn, ref, caller, now=now)
        make = partial(papers.control_slip, paper)
        return await filed(db, caller, now, filings.of_control_slip(paper), make)

    @get("/dossiers/{ref:str}/{name:str}", name="papers.notice")
    async def notice(
        self, ref: FromPath[str], name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """What the agency wrote: "apology.pdf" is its newest, "apology-2026-12.pdf" its 12th."""
        kind, numbered = notice_in(name)
        async with db.begin(caller.context) as conn:
            paper = await agency_forms.find(conn, ref, kind, numbered, caller)
        make = partial(papers.notice, paper)
        return await filed(db, caller, now, agency_forms.filing(paper), make)

    @get("/dossiers/{ref:str}/receipts/{name:str}", name="papers.replaced_receipt")
    async def replaced_receipt(
        self,
        ref: FromPath[str],
        name: FromPath[str],
        caller: Caller,
        db: Db,
        settings: Settings,
        now: Now,
    ) -> Response[bytes]:
        """A receipt that was issued again, as it was, "0.pdf": for the supervisor alone."""
        number = number_in(name)
        if caller.role is not Role.SUPERVISOR or number is None:
            raise UnknownDossier(ref)
        async with db.begin(caller.context) as conn:
            sheet, issue = await reissue.replaced(conn, ref, number, caller.office_id or 0)
        paper = reissue.replaced_receipt(sheet, issue, site=settings.site_url)
        filing = filings.of_receipt(sheet, number)
        return await struck(db, caller, now, filing, partial(papers.receipt, paper))

    @get("/consignments/{s10:str}/return-note.pdf", name="papers.return_note")
    async def return_note(
        self, s10: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        async with db.begin(caller.context) as conn:
            paper = await item_papers.return_note(conn, s10, caller, now=now)
        return await written(db, caller, now, paper)

    @get("/consignments/{s10:str}/delivery-receipt.pdf", name="papers.delivery_receipt")
    async def delivery_receipt(
        self, s10: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        async with db.begin(caller.context) as conn:
            paper = await item_papers.delivery_receipt(conn, s10, caller, now=now)
        return await written(db, caller, now, paper)

    @get("/consignments/{s10:str}/{name:str}", name="papers.invitation")
    async def invitation(
        self, s10: FromPath[str], name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """An invitation, "invitation-1.pdf": on record, or the next one for the pen."""
        ordinal = number_in(name, "invitation-")
        if ordinal is None:
            raise UnknownConsignment(s10)
        async with db.begin(caller.context) as conn:
            paper = await item_papers.invitation(conn, s10, ordinal, caller, now=now)
        return await written(db, caller, now, paper)
