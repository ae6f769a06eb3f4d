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

from notifications import phone as phones
from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import checklist, counter, drafts, shelf
from postal_service.desk.counter import Choices
from postal_service.desk.drafts import Draft
from postal_service.desk.dues import Dues, dues_of
from postal_service.desk.errors import NoTariff
from postal_service.desk.estimate import Estimate, limit_words
from postal_service.desk.intake import (
    Entry,
    ExtraEntry,
    Findings,
    Incomplete,
    PaperEntry,
    ReturnWay,
)
from postal_service.desk.intake_rules import read_payment
from postal_service.desk.outages import outage, paper_time
from postal_service.desk.outages.outage import Sheet
from postal_service.desk.pickups import pickup_door
from postal_service.desk.published.procedures import Service
from postal_service.web.errors import wants_english
from postal_service.web.inputs import clean

AnyRequest = Request[Any, Any, Any]

PAPER: Final = re.compile(r"(has|originals|certified|photocopies)-([0-9]{1,3})")
EXTRA: Final = re.compile(r"extra(?:_(originals|certified|photocopies))?-([1-5])")
FLAGS: Final = frozenset({"no_phone", "other_receiver", "represented", "insists", "papers_home"})
TEXTS: Final = frozenset(field.name for field in fields(Entry)) - FLAGS - {"papers", "extras"}
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
    #: why there is no price, where the tariff has a gap
    gap: NoTariff | None = None

    @property
    def dues(self) -> Dues | None:
        """What is paid when, as far as the form says by now."""
        if self.estimate is None:
            return None
        payment = read_payment(self.entry, Service(self.entry.service), Findings())
        return dues_of(self.estimate.charges, payment)

    @property
    def extras(self) -> list[ExtraEntry]:
        """The rows for papers beyond the list: those typed, and two empty ones."""
        typed = [row for row in self.entry.extras if row.name]
        return [*typed, ExtraEntry(), ExtraEntry()][: checklist.MOST_EXTRAS]

    @property
    def kept_back(self) -> bool:
        """Whether the agency takes this procedure's papers in person only."""
        chosen = self.offered.procedure
        return chosen is not None and not chosen.bcci_forward

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
    whole = {**texts, **flags, "papers": papers, "extras": extras_of(posted)}
    return convert(whole, Entry)


def extras_of(posted: Mapping[str, str]) -> tuple[ExtraEntry, ...]:
    """The rows beyond the list that hold anything."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in posted.items():
        if found := EXTRA.fullmatch(name):
            rows.setdefault(found[2], {})[found[1] or "name"] = value
    return tuple(ExtraEntry(**row) for _, row in sorted(rows.items()) if row.get("name"))


def said(refusal: Incomplete | NoTariff, request: AnyRequest) -> list[tuple[str, str]]:
    """Field and sentence of each problem, in the reader's language; a price hangs on the weight."""
    english = wants_english(request)
    if isinstance(refusal, NoTariff):
        return [("weight_g", refusal.en if english else refusal.vi)]
    return [(each.field, each.en if english else each.vi) for each in refusal.problems]


def fresh() -> Entry:
    """An empty form under an id of its own."""
    return Entry(form_id=str(uuid4()), return_way=ReturnWay.HOME)


async def of_sheet(conn: Connection[Record], ref: str, staff: Staff, now: datetime) -> Entry:
    """A fresh form for a printed sheet; of one that was written at a door with what its order says.

    Raises UnknownSheet, SheetEntered, SheetStruck.
    """
    sheet = await outage.sheet_for(conn, clean(ref)[:40], staff.office_id or 0, now=now)
    outage.check_blank(sheet)
    entry = replace(fresh(), sheet=sheet.ref)
    told = await pickup_door.behind(conn, sheet.ref)
    if told is None:
        return entry
    at = told.at.astimezone(VIETNAM)
    entry = replace(
        entry,
        name=told.name,
        phone=phones.display(told.phone) if told.phone else "",
        no_phone=not told.phone,
        address=told.address,
        note=told.note,
        procedure_id=str(told.procedure_id or ""),
        procedure_text=told.procedure or "",
        agency_id=str(told.agency_id or ""),
        paper_day=f"{at:%d/%m/%Y}",
        paper_time=f"{at:%H:%M}",
    )
    return with_defaults(
        entry, await counter.choices(conn, entry.procedure_id, staff.office_id or 0, told.at)
    )


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
    estimate, gap = None, None
    try:
        estimate = await counter.preview(conn, entry, offered, at)
    except NoTariff as refusal:  # it asked, and wrote nothing: what else there is, is shown
        gap = refusal
    return Desk(
        entry=entry,
        offered=offered,
        estimate=estimate,
        gap=gap,
        said=said or [],
        waiting=[d for d in await drafts.mine(conn, staff) if str(d.form_id) != entry.form_id],
        open_tasks=await shelf.count_tasks(conn, office_id),
        today=now,
        blank=blank,
    )


def posted(entry: Entry) -> list[tuple[str, str]]:
    """The fields of *entry* as a form sends them: what another page may send on."""
    texts = [(name, getattr(entry, name)) for name in sorted(TEXTS)]
    flags = [(name, "on") for name in sorted(FLAGS) if getattr(entry, name)]
    papers = [
        pair
        for row in entry.papers
        if row.has
        for pair in (
            (f"has-{row.ordinal}", "on"),
            (f"originals-{row.ordinal}", row.originals),
            (f"certified-{row.ordinal}", row.certified),
            (f"photocopies-{row.ordinal}", row.photocopies),
        )
    ]
    extras = [
        pair
        for number, row in enumerate(entry.extras, 1)
        for pair in (
            (f"extra-{number}", row.name),
            (f"extra_certified-{number}", row.certified),
            (f"extra_photocopies-{number}", row.photocopies),
        )
    ]
    return [pair for pair in (*texts, *flags, *papers, *extras) if pair[1]]
