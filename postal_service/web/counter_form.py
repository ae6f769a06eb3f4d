"""The counter's form: reading what was posted, and everything its page shows beside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from asyncpg import Connection, Record
from litestar import Request
from msgspec import Struct, convert
from msgspec.structs import fields, replace

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import (
    checklist,
    counter,
    drafts,
    item_papers,
    offices,
    outage,
    paper_time,
    shelf,
)
from postal_service.desk.counter import Choices
from postal_service.desk.drafts import Draft
from postal_service.desk.errors import UnknownProcedure
from postal_service.desk.estimate import Estimate, limit_words
from postal_service.desk.intake import Entry, Incomplete, PaperEntry, ReturnWay
from postal_service.desk.outage import Sheet
from postal_service.desk.papers import form_set_on
from postal_service.desk.papers.counter_papers import Asked, Guidance
from postal_service.desk.procedures import Service
from postal_service.web.errors import wants_english
from postal_service.web.inputs import clean

AnyRequest = Request[Any, Any, Any]

PAPER: Final = re.compile(r"(has|originals|certified|photocopies)-([0-9]{1,3})")
FLAGS: Final = frozenset({"no_phone", "other_receiver"})
TEXTS: Final = frozenset(field.name for field in fields(Entry)) - FLAGS - {"papers"}
#: No field of this form is longer; what is too long is cut here and refused by its own rule.
LONGEST: Final = 1000


class Desk(Struct, frozen=True, kw_only=True):
    """What a counter page shows: the form, what it may offer, and what else waits."""

    entry: Entry
    offered: Choices
    estimate: Estimate | None
    #: field and sentence of each problem, in the form's order
    said: list[tuple[str, str]]
    waiting: list[Draft]
    open_tasks: int
    today: datetime
    #: the printed sheet the form is copied from
    blank: Sheet | None = None

    @property
    def rows(self) -> dict[str, PaperEntry]:
        return {row.ordinal: row for row in self.entry.papers}

    @property
    def wrong(self) -> Mapping[str, str]:
        """The first problem of each field; nothing for a field without one."""
        return defaultdict(str, reversed(self.said))

    @property
    def limit(self) -> str:
        """The statutory time of the chosen procedure, in words."""
        chosen = self.offered.procedure
        words = limit_words(chosen.time_value, chosen.time_unit) if chosen else ""
        return words.partition(" (")[0]

    @property
    def agency_name(self) -> str:
        chosen = (a.name_vi for a in self.offered.agencies if str(a.id) == self.entry.agency_id)
        return next(chosen, "")

    @property
    def missing(self) -> int:
        """How many required papers are not ticked."""
        listed = self.offered.procedure.documents if self.offered.procedure else []
        rows = self.rows
        return sum(
            1
            for document in listed
            if document.required
            and not (str(document.ordinal) in rows and rows[str(document.ordinal)].has)
        )


async def entry_of(request: AnyRequest) -> Entry:
    """The form as typed. Raises ValueError for text no paper holds."""
    posted = {name: clean(str(value)[:LONGEST]) for name, value in (await request.form()).items()}
    rows: dict[str, dict[str, str]] = {}
    for name, value in posted.items():
        if found := PAPER.fullmatch(name):
            rows.setdefault(found[2], {})[found[1]] = value
    papers = tuple(
        PaperEntry(
            ordinal=ordinal,
            has="has" in row,
            originals=row.get("originals", "0"),
            certified=row.get("certified", "0"),
            photocopies=row.get("photocopies", "0"),
        )
        for ordinal, row in rows.items()
    )
    texts = {name: value for name, value in posted.items() if name in TEXTS}
    flags = {name: name in posted for name in FLAGS}
    return convert({**texts, **flags, "papers": papers}, Entry)


def said(refusal: Incomplete, request: AnyRequest) -> list[tuple[str, str]]:
    """Field and sentence of each problem, in the reader's language."""
    english = wants_english(request)
    return [(each.field, each.en if english else each.vi) for each in refusal.problems]


def fresh() -> Entry:
    """An empty form under an id of its own."""
    return Entry(form_id=str(uuid4()), return_way=ReturnWay.HOME)


async def of_sheet(conn: Connection[Record], ref: str, staff: Staff, now: datetime) -> Entry:
    """A fresh form for a printed sheet. Raises UnknownSheet, SheetEntered, SheetStruck."""
    sheet = await outage.sheet_for(conn, clean(ref)[:40], staff.office_id or 0, now=now)
    outage.check_blank(sheet)
    return replace(fresh(), sheet=sheet.ref)


def with_defaults(entry: Entry, offered: Choices) -> Entry:
    """The form after a procedure was chosen: the nearest agency, all the post may do."""
    agencies = [str(agency.id) for agency in offered.agencies]
    agency = entry.agency_id if entry.agency_id in agencies else next(iter(agencies), "")
    wanted = (entry.service, Service.BOTH, *offered.services)
    service = next((service for service in wanted if service in offered.services), "")
    return replace(entry, agency_id=agency, service=service, papers=())


async def desk(
    conn: Connection[Record],
    entry: Entry,
    *,
    staff: Staff,
    now: datetime,
    said: list[tuple[str, str]] | None = None,
    offered: Choices | None = None,
) -> Desk:
    """Everything the page shows for *entry*."""
    office_id = staff.office_id or 0
    blank = await outage.sheet_for(conn, entry.sheet, office_id, now=now) if entry.sheet else None
    at = paper_time.known(entry, now)
    if offered is None:
        offered = await counter.choices(conn, entry.procedure_id, office_id, at)
    return Desk(
        entry=entry,
        offered=offered,
        estimate=await counter.preview(conn, entry, offered, at),
        said=said or [],
        waiting=[d for d in await drafts.mine(conn, staff) if str(d.form_id) != entry.form_id],
        open_tasks=await shelf.count_tasks(conn, office_id),
        today=now,
        blank=blank,
    )


def guidance(offered: Choices, entry: Entry) -> list[tuple[str, str, bool]]:
    """The published list to take home: name, copies, whether it is still missing."""
    listed = offered.procedure.documents if offered.procedure else []
    ticked = {row.ordinal for row in entry.papers if row.has}
    return [
        (
            document.name_vi,
            checklist.copies(document)[0],
            document.required and str(document.ordinal) not in ticked,
        )
        for document in listed
    ]


def posted(entry: Entry) -> list[tuple[str, str]]:
    """The fields of *entry* as a form sends them: what another page may send on."""
    texts = [(name, getattr(entry, name)) for name in sorted(TEXTS)]
    flags = [(name, "on") for name in sorted(FLAGS) if getattr(entry, name)]
    papers = [(f"has-{row.ordinal}", "on") for row in entry.papers if row.has]
    return [pair for pair in (*texts, *flags, *papers) if pair[1]]


async def guidance_slip(
    conn: Connection[Record], desk: Desk, staff: Staff, now: datetime
) -> Guidance:
    """What the citizen takes home where something is missing. Raises UnknownProcedure."""
    chosen = desk.offered.procedure
    if chosen is None:
        raise UnknownProcedure(desk.entry.procedure_text)
    office = await offices.get(conn, staff.office_id or 0)
    required = {line.name_vi for line in chosen.documents if line.required}
    return Guidance(
        head=await item_papers.head(conn, office, now),
        form_set=form_set_on(now.astimezone(VIETNAM).date()),
        name=desk.entry.name,
        procedure=chosen.name_vi,
        code=chosen.code,
        agency=desk.agency_name,
        listed=tuple(
            Asked(name=name, copies=copies, required=name in required, missing=missing)
            for name, copies, missing in guidance(desk.offered, desk.entry)
        ),
        hotline=office.hotline,
        clerk=staff.full_name,
    )
