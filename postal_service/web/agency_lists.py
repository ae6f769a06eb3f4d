"""The lists on the agency's desk: forty envelopes, one key; and what lies ready for the post."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from postal_service.desk.agency import agency_desk, agency_lists, agency_results
from postal_service.desk.agency.agency_lists import LOOSE, Line, Said, Sheet
from postal_service.web.agency_case import refused
from postal_service.web.agency_visit import Refusal, Visit, visit
from postal_service.web.errors import status_of
from postal_service.web.guards import officers
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from tracking.corrections import ALONE
from tracking.custody_model import Item, LineAnswer, Outcome
from tracking.errors import TrackingError
from tracking.identifiers import parse_s10

#: The words of one marked line: number, drawn id, outcome, and a reason where it needs one.
WORDS: Final = (3, 4)
LIST_NUMBER: Final = re.compile(r"BK-[0-9]{6}-[0-9]{5}")


class Press(Form):
    """One press of the key. Each marked line is one line of text: "RB…VN uuid declined CD01"."""

    lines: str = ""
    extras: str = ""

    @property
    def said(self) -> Said:
        """Raises ValueError, BadIdentifier."""
        return Said(
            answers=[marked(line) for line in self.lines.splitlines() if line.strip()],
            extras=[
                Item(UUID(drawn), parse_s10(s10))
                for s10, _, drawn in (line.partition(" ") for line in self.extras.splitlines())
                if s10
            ],
        )


class Undoing(Form):
    """The wish to take back one's last act on a paper; ``back`` is the list it was done on."""

    id: UUID
    s10: str
    undoes: UUID
    back: str = ""

    @property
    def on_list(self) -> bool:
        return self.back == LOOSE or LIST_NUMBER.fullmatch(self.back) is not None


class Releasing(Form):
    """The ticked results: each the dossier's number and the id drawn with its line."""

    item: list[str] | str = ""

    @property
    def items(self) -> dict[str, UUID]:
        """Our number to id. Raises ValueError."""
        ticked = [self.item] if isinstance(self.item, str) else self.item
        pairs = (line.partition(":") for line in ticked if line)
        return {ref: UUID(drawn) for ref, _, drawn in pairs}


class Seen(Struct, frozen=True, kw_only=True):
    """One line as the page shows it."""

    line: Line
    reason: str
    wrong: str  #: why it was refused just now
    undoes: UUID | None


class AgencyListController(Controller):
    path = "/agency"
    guards = [officers]
    dependencies = {"visit": Provide(visit)}

    @get("/lists/{number:str}", name="agency.list")
    async def show(self, visit: NamedDependency[Visit], number: FromPath[str]) -> Response[str]:
        return await sheet(visit, number[:40])

    @post("/lists/{number:str}", name="agency.list.sign")
    async def sign(
        self, visit: NamedDependency[Visit], number: FromPath[str], data: URLEncodedBody[Press]
    ) -> Response[Any]:
        """Answer every marked line and close the list where it balances. Safe to repeat."""
        said = data.said
        try:
            async with visit.begin() as conn:
                wrong = await agency_lists.answer(
                    conn, number[:40], said, by=visit.caller.actor, now=visit.now
                )
        except TrackingError as refusal:
            if status_of(refusal) == 404:
                raise
            return await sheet(visit, number[:40], wrong={"": refusal})
        visit.bell.ring()
        if wrong:
            return await sheet(visit, number[:40], wrong=wrong)
        return Redirect(f"/agency/lists/{number[:40]}?signed={len(said.answers)}", status_code=303)

    @post("/undo", name="agency.undo")
    async def undo(
        self, visit: NamedDependency[Visit], data: URLEncodedBody[Undoing]
    ) -> Response[Any]:
        """Take back one's own last act on a paper, within a minute of it."""
        s10 = parse_s10(data.s10)
        try:
            async with visit.begin() as conn:
                ref = await agency_desk.undo(
                    conn, s10, data.undoes, data.id, by=visit.caller.actor, now=visit.now
                )
        except TrackingError as refusal:
            if data.on_list:
                return await sheet(visit, data.back, wrong={s10: refusal})
            return await refused(visit, s10, refusal)
        visit.bell.ring()
        where = f"lists/{data.back}" if data.on_list else f"dossiers/{ref}"
        return Redirect(f"/agency/{where}?undone=1", status_code=303)

    @get("/results", name="agency.results")
    async def results(self, visit: NamedDependency[Visit]) -> Response[str]:
        """What lies ready for the post's couriers, office by office, and what may yet."""
        return await giving(visit)

    @post("/releases", name="agency.release")
    async def release(
        self, visit: NamedDependency[Visit], data: URLEncodedBody[Releasing]
    ) -> Response[Any]:
        """Give the ticked results to the post, each under its own number. Safe to repeat."""
        items = data.items
        async with visit.begin() as conn:
            wrong = await agency_results.release(conn, items, by=visit.caller.actor, now=visit.now)
        visit.bell.ring()
        if wrong:
            return await giving(visit, wrong=wrong)
        return Redirect(f"/agency/results?signed={len(items)}", status_code=303)


async def giving(visit: Visit, *, wrong: Sequence[Refusal] = ()) -> Response[str]:
    """The page of what goes to the post; *wrong* is what was refused just now."""
    async with visit.begin() as conn:
        ready = await agency_lists.ready(conn, visit.caller.agency_id or 0)
        waiting = await agency_results.waiting(conn, visit.caller.agency_id or 0)
    offices = [(name, list(lines)) for name, lines in groupby(ready, key=lambda line: line.office)]
    return await page(
        visit.request,
        "agency/results.html",
        status=max(map(status_of, wrong), default=200),
        offices=offices,
        count=len(ready),
        waiting=waiting,
        wrong=[visit.say(refusal) for refusal in wrong],
        signed=visit.asked("signed"),
        draw=uuid4,
    )


def marked(text: str) -> LineAnswer:
    """Raises ValueError, BadIdentifier."""
    words = text.split()
    if len(words) not in WORDS:
        raise ValueError("Dòng đánh dấu không đọc được. Tải lại trang rồi quét lại.")
    return LineAnswer(
        id=UUID(words[1]),
        s10=parse_s10(words[0]),
        outcome=Outcome(words[2]),
        reason=words[3] if len(words) == max(WORDS) else None,
        beeped=True,
    )


async def sheet(
    visit: Visit, number: str, *, wrong: Mapping[str, TrackingError] | None = None
) -> Response[str]:
    """The page of one list; *wrong* says by number which lines were refused just now."""
    told = wrong or {}
    async with visit.begin() as conn:
        seen = await agency_lists.look(conn, number, by=visit.caller.actor, since=visit.now - ALONE)
    said = {s10: visit.say(refusal) for s10, refusal in told.items()}
    on_list = {line.s10 for line in seen.lines}
    return await page(
        visit.request,
        "agency/sheet.html",
        status=max((status_of(each) for each in told.values()), default=200),
        sheet=seen,
        rows=[row(line, seen, said.get(line.s10, "")) for line in seen.lines],
        loose=number == LOOSE,
        wrong=[(s10, words) for s10, words in said.items() if s10 not in on_list],
        refused=sum(s10 in on_list for s10 in said),
        damages=[
            each for each in seen.reasons.values() if each.code not in agency_lists.NEVER_TAKEN
        ],
        declines=[
            each
            for each in seen.reasons.values()
            if each.code not in (agency_lists.MISSING, agency_lists.EXTRA)
        ],
        signed=visit.asked("signed"),
        undone=visit.asked("undone"),
        counts={outcome.value: seen.count(outcome) for outcome in Outcome},
        draw=uuid4,
    )


def row(line: Line, seen: Sheet, wrong: str) -> Seen:
    reason = seen.reasons.get(line.reason or "")
    undoable = seen.undoable.get(line.s10)
    return Seen(
        line=line,
        reason=reason.name_vi if reason else "",
        wrong=wrong,
        undoes=undoable.scan_id if undoable else None,
    )
