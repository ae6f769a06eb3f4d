"""The bank's statement, and the money in it that nobody knows yet what it is for."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service.caller import Role, Staff
from postal_service.database import Database
from postal_service.desk.catalogue.catalogue_csv import BadFile
from postal_service.desk.money import (
    bank_csv,
    bank_lines,
    bank_matching,
    bank_returns,
    bank_returns_store,
    bank_store,
    bank_words,
    transfers_store,
)
from postal_service.desk.money.bank_csv import Fault
from postal_service.desk.money.bank_lines import Brought
from postal_service.desk.money.model import Press
from postal_service.desk.money.transfer_reference import spaced
from postal_service.settings import Settings as TheSettings
from postal_service.web.errors import wants_english
from postal_service.web.guards import only
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now, Settings
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]

readers = only(Role.SUPERVISOR, Role.MANAGER, Role.OPERATOR)
deciders = only(Role.SUPERVISOR, Role.MANAGER)
#: A file, and the little around it that a form adds.
LARGEST: Final = bank_csv.MOST_BYTES + 100_000
#: What is matched before the page answers; the worker goes on with the rest.
FIRST: Final = 4
#: How far back dealt-with lines go, and how long a clerk's word waits for a statement.
LATELY: Final = timedelta(days=2)
UNSTATED: Final = timedelta(days=1)
#: Faults shown of one file.
SHOWN: Final = 200


class MatchForm(Form):
    """Lines in suspense for one request; ``id`` is drawn by the page: pressed twice, paid once."""

    id: UUID
    reference: Annotated[str, Meta(max_length=40)]
    lines: list[str] | str = []

    @property
    def line_ids(self) -> list[int]:
        """Raises ValueError for what no page of ours sends."""
        told = [self.lines] if isinstance(self.lines, str) else self.lines
        if not told:
            raise ValueError("lines: chọn ít nhất một khoản tiền / choose a credit")
        return [number(each) for each in told]


class ReturnForm(Form):
    """Send back what is left of a line: to whom, and why."""

    id: UUID
    line: str
    payee: str = ""
    why: str = ""


class SendForm(Form):
    """The bank's number of the transfer back."""

    bank_ref: str = ""


class Plain(Form):
    """A form that is all button."""


class Visit(NamedTuple):
    """Who looks at the page, and when."""

    request: AnyRequest
    db: Database
    caller: Staff
    now: datetime
    settings: TheSettings


class BankController(Controller):
    path = "/bank"
    guards = [readers]

    @get("/", name="bank")
    async def desk(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[str]:
        """What waits, what was typed and is on no statement, and what nobody has transferred."""
        return await room(Visit(request, db, caller, now, settings))

    @post("/statements", name="bank.bring", status_code=200, request_max_body_size=LARGEST)
    async def bring(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[str]:
        """Take a statement in, and match it. Safe to repeat: a number of the bank counts once."""
        visit = Visit(request, db, caller, now, settings)
        form = await request.form()
        sent = form.get("file")
        named = {key: clean(str(form.get(key, "")))[:60] for key in bank_csv.HEADINGS}
        try:
            if not isinstance(sent, UploadFile):
                raise BadFile("chọn một tệp CSV")
            found, faults = bank_csv.read(await sent.read(), named, now)
        except BadFile as refusal:
            said = refusal.en if wants_english(request) else refusal.vi
            return await room(visit, said=said, named=named)
        begin = partial(db.begin, bank_matching.CONTEXT)
        async with begin() as conn:
            brought = await bank_lines.bring(
                conn, found, by=(caller.id, caller.office_id), now=now, stated=True
            )
        for _ in range(FIRST):
            if not await bank_matching.match_some(begin, now):
                break
        return await room(visit, brought=brought, faults=faults, named=named)

    @post("/matches", name="bank.match", guards=[deciders], status_code=303)
    async def match(
        self, data: URLEncodedBody[MatchForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Pay a request out of lines in suspense. Safe to press twice."""
        press = Press(key=data.id, by=caller.actor, at=now, now=now)
        async with db.begin(caller.context) as conn:
            await bank_matching.match_by_hand(conn, data.line_ids, data.reference, press)
        return Redirect("/bank", status_code=303)

    @post("/returns", name="bank.return", guards=[deciders], status_code=303)
    async def ask_return(
        self, data: URLEncodedBody[ReturnForm], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """Ask a second person to send it back. Safe to press twice."""
        wish = bank_returns.Wish(
            id=data.id,
            line_id=number(data.line),
            payee=data.payee,
            why=data.why,
            person_id=caller.id,
            at=now,
        )
        async with db.begin(caller.context) as conn:
            await bank_returns.ask(conn, wish)
        return Redirect("/bank#returns", status_code=303)

    @post("/returns/{id:uuid}/sent", name="bank.sent", guards=[deciders], status_code=303)
    async def sent(
        self,
        id: FromPath[UUID],
        data: URLEncodedBody[SendForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """It was sent, by another person than who asked. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            await bank_returns.send(conn, id, data.bank_ref, person_id=caller.id, now=now)
        return Redirect("/bank#returns", status_code=303)

    @post("/returns/{id:uuid}/declined", name="bank.declined", guards=[deciders], status_code=303)
    async def declined(
        self, id: FromPath[UUID], data: URLEncodedBody[Plain], caller: Caller, db: Db, now: Now
    ) -> Redirect:
        """It does not go back. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            await bank_returns.decline(conn, id, person_id=caller.id, now=now)
        return Redirect("/bank", status_code=303)


def number(text: str) -> int:
    """An id as our page spells it. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError("line: không phải số / not a number")
    return int(text)


async def room(
    visit: Visit,
    *,
    said: str = "",
    brought: Brought | None = None,
    faults: list[Fault] | None = None,
    named: dict[str, str] | None = None,
) -> Response[str]:
    """The page, below what came of a file."""
    caller, now = visit.caller, visit.now
    before = now - timedelta(days=visit.settings.transfer_days)
    async with visit.db.begin(caller.context) as conn:
        suspended = await bank_store.suspended(conn)
        unstated = await bank_store.unstated(conn, now - UNSTATED)
        lately = await bank_store.lately(conn, now - LATELY)
        returns = await bank_returns_store.waiting(conn)
        sent = await bank_returns_store.lately(conn, now - LATELY)
        old = await transfers_store.old(conn, before, caller.office_id)
    return await page(
        visit.request,
        "bank/desk.html",
        status=422 if said else 200,
        said=said,
        brought=brought,
        faults=(faults or [])[:SHOWN],
        more_faults=max(0, len(faults or []) - SHOWN),
        english=wants_english(visit.request),
        named=named or dict.fromkeys(bank_csv.HEADINGS, ""),
        columns=bank_csv.NAMES,
        suspended=suspended,
        fitting=fitting(suspended),
        unstated=unstated,
        lately=lately,
        returns=returns,
        returning={each.line_id for each in returns},
        sent=sent,
        old=old,
        days=visit.settings.transfer_days,
        why=bank_words.WHY,
        then=bank_words.THEN,
        spaced=spaced,
        draw=uuid4,
    )


def fitting(lines: list[bank_store.Line]) -> dict[str, list[bank_store.Line]]:
    """Requests that still wait, whose lines in suspense make up their amount to the đồng."""
    named: dict[str, list[bank_store.Line]] = {}
    for line in lines:
        if line.reference and line.wanted_state == "awaited":
            named.setdefault(line.reference, []).append(line)
    return {
        reference: those
        for reference, those in named.items()
        if sum(line.left_vnd for line in those) == those[0].wanted_vnd
    }
