"""The administrator's forms as browsers send them, and back again for the page in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Request
from msgspec import Struct, structs

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk.catalogue.catalogue_form import WRITTEN, Typed, TypedDocument
from postal_service.desk.catalogue.catalogue_history import Note
from postal_service.desk.catalogue.catalogue_price_form import TypedList
from postal_service.web.inputs import Form, clean, day_of
from postal_service.web.needs import Caller, Db, Now

AnyRequest = Request[Any, Any, Any]

#: Far longer than anything a form asks for.
LONGEST: Final = 2000
DAYS: Final = ("valid_from", "valid_to")
PRICE: Final = re.compile(r"^p-(district|province|inter)-(send|return|both)-(yes|no)-[0-9]{1,2}$")
PAPER: Final = tuple(TypedDocument.__struct_fields__)


class Visit(Struct, frozen=True, kw_only=True):
    """One request of one administrator, with all that answering it takes."""

    request: AnyRequest
    caller: Staff
    db: Database
    now: Any

    def asked(self, name: str) -> str:
        """A parameter of the address, as far as it is text."""
        return tidy(self.request.query_params.get(name, ""))


async def visit(request: AnyRequest, caller: Caller, db: Db, now: Now) -> Visit:
    return Visit(request=request, caller=caller, db=db, now=now)


class WhyForm(Form):
    """A button that needs a reason; ``day`` where it also needs a day."""

    form_id: UUID
    why: str = ""
    day: str = ""

    def note(self, visit: Visit, sheet: str = "procedures") -> Note:
        return Note(
            form_id=self.form_id,
            why=self.why[:500],
            by=visit.caller.id,
            now=visit.now,
            sheet=sheet,
        )


def tidy(text: str) -> str:
    """What was asked, or nothing where it is not text."""
    try:
        return clean(text)[:LONGEST]
    except ValueError:
        return ""


def typed_day(text: str) -> str:
    """A day as the tables write it; what is none stays as it is, to be refused in words."""
    try:
        return day_of(text).isoformat()
    except ValueError:
        return text


def uuid_of(text: str) -> str:
    """The page's own id. One that is none is drawn anew: it never saved anything."""
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid4())


def number_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


async def posted(request: AnyRequest) -> list[tuple[str, str]]:
    """Every field in its order, cleaned. Raises ValueError for text no paper holds."""
    form = await request.form()
    return [(name, clean(str(value)[:LONGEST])) for name, value in form.multi_items()]


async def version_of(request: AnyRequest) -> tuple[str, Typed]:
    """Which step the form asks for, and the form as typed."""
    fields = await posted(request)
    single = dict(fields)
    columns = [[value for name, value in fields if name == f"d_{paper}"] for paper in PAPER]
    papers = [
        TypedDocument(**dict(zip(PAPER, cells, strict=True)))
        for cells in zip_longest(*columns, fillvalue="")
    ]
    cells = {name: single.get(name, "") for name in WRITTEN}
    cells |= {name: typed_day(cells[name]) for name in DAYS}
    typed = Typed(
        form_id=uuid_of(single.get("form_id", "")),
        base=single.get("base", ""),
        seen=number_of(single.get("seen", "")),
        instead_of=number_of(single.get("instead_of", "")),
        cells=cells,
        documents=tuple(paper for paper in papers if meant(paper)),
        why=single.get("why", ""),
    )
    return single.get("step", "review"), typed


def meant(paper: TypedDocument) -> bool:
    """Whether anything was typed into a line; empty ones are only there to be typed into."""
    counts = {paper.originals, paper.certified, paper.photocopies}
    return bool(paper.name_vi or paper.form_no or counts - {"", "0"})


def carried(typed: Typed) -> Iterator[tuple[str, str]]:
    """The form as hidden fields."""
    for name in ("form_id", "base", "seen", "instead_of", "why"):
        yield name, str(getattr(typed, name))
    yield from typed.cells.items()
    for paper in typed.documents:
        for name, value in structs.asdict(paper).items():
            yield f"d_{name}", value


async def prices_of(request: AnyRequest) -> tuple[str, TypedList]:
    """Which step the grid asks for, and the grid as typed."""
    fields = await posted(request)
    single = dict(fields)
    typed = TypedList(
        form_id=uuid_of(single.get("form_id", "")),
        base=single.get("base", ""),
        seen=number_of(single.get("seen", "")),
        valid_from=typed_day(single.get("valid_from", "")),
        source=single.get("source", ""),
        why=single.get("why", ""),
        verified=single.get("verified", "demo"),
        vat=single.get("vat", "yes"),
        step_g=single.get("step_g", ""),
        steps=tuple(value for name, value in fields if name == "steps"),
        prices={name: value for name, value in fields if PRICE.fullmatch(name)},
    )
    return single.get("step", "review"), typed


def carried_prices(typed: TypedList) -> Iterator[tuple[str, str]]:
    """The grid as hidden fields."""
    for name in ("form_id", "base", "seen", "valid_from", "source", "why", "verified", "vat"):
        yield name, str(getattr(typed, name))
    yield "step_g", typed.step_g
    for bound in typed.steps:
        yield "steps", bound
    yield from typed.prices.items()
