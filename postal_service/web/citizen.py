"""The citizen's page: no account, no script; the code on the receipt opens it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from postal_service import security
from postal_service.database import Connection, Context, Database
from postal_service.desk.citizen import consent, lookup
from postal_service.desk.citizen.consent import Wish
from postal_service.desk.citizen.lookup import NotFound, Private, View
from postal_service.desk.money.words import NAMES
from postal_service.desk.ways import changes
from postal_service.security import Limit, TooManyTries
from postal_service.web.address import client_address
from postal_service.web.citizen_labels import LABELS
from postal_service.web.citizen_slip import hotline, tell
from postal_service.web.citizen_texts import list_of
from postal_service.web.citizen_waits import CHANNELS
from postal_service.web.inputs import Form
from postal_service.web.needs import Db, Lang, Now
from postal_service.web.pages import page
from tracking import identifiers
from tracking.bad_identifier import BadIdentifier
from tracking.errors import TrackingError

AnyRequest = Request[Any, Any, Any]

DOOR: Final = Context(kind="citizen", name="lookup")
AT_HER_WORD: Final = Context.job("citizen")
#: Misses of everybody in a quarter of an hour before the door narrows.
TRIES_IN_ALL: Final = 2_000
EVERYBODY: Final = "lookup"
#: Seconds that a refusal of digits takes, whatever was wrong.
REFUSED_IN: Final = 0.15


class Digits(Form):
    """The second factor, as typed."""

    digits: str = ""


class Wanted(Form):
    """Whether messages are wanted, with the digits that opened the page once more."""

    allowed: bool
    form_id: UUID
    digits: str = ""


class Choice(Form):
    """Where refused papers are to go, with the digits that opened the page once more."""

    way: Literal["home", "office"]
    form_id: UUID
    digits: str = ""


class CitizenController(Controller):
    path = "/h"

    @get("/", name="citizen.ask")
    async def ask(
        self, request: AnyRequest, lang: Lang, code: FromQuery[str] = ""
    ) -> Response[Any]:
        """The field for the code; with one typed, on to its page."""
        tongue = spoken(request, lang)
        if not code.strip():
            return await asking(request, tongue)
        try:
            parsed = identifiers.parse_tracking_code(code)
        except BadIdentifier as refusal:
            return await asking(request, tongue, refusal, status=422)
        return Redirect(f"/h/{parsed}", query_params={"lang": tongue})

    @get("/{code:str}", name="citizen.slip")
    async def slip(
        self, request: AnyRequest, code: FromPath[str], db: Db, now: Now, lang: Lang
    ) -> Response[Any]:
        """What the code alone opens. Misses are counted by address: nobody reads on by guessing."""
        tongue = spoken(request, lang)
        try:
            parsed = identifiers.parse_tracking_code(code)
        except BadIdentifier as refusal:
            return await asking(request, tongue, refusal, status=422)
        guess = Guess(client_address(request))
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                await guess.check(conn, now)
                found = await lookup.view(conn, parsed, now=now)
        except NotFound as refusal:
            await guess.count(db, now)
            return await asking(request, tongue, refusal, status=404)
        return await showing(request, tongue, found, None)

    @post("/{code:str}", name="citizen.private")
    async def private(
        self,
        request: AnyRequest,
        code: FromPath[str],
        data: URLEncodedBody[Digits],
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """The names, amounts and messages too. No such code and wrong digits answer alike."""
        tongue = spoken(request, lang)
        try:
            parsed = identifiers.parse_tracking_code(code)
        except BadIdentifier as refusal:
            return await asking(request, tongue, refusal, status=422)
        guess = Guess(client_address(request), parsed)
        await guess.count(db, now)
        answered_by = asyncio.get_running_loop().time() + REFUSED_IN
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                await lookup.check_digits(conn, parsed, "".join(data.digits.split()))
                await guess.forgive(conn, now)
                found = await lookup.view(conn, parsed, now=now)
                own = await lookup.private(conn, found.slip, now=now)
        except NotFound as refusal:
            await until(answered_by)
            return await asking(request, tongue, refusal, status=404)
        return await showing(request, tongue, found, own, digits=data.digits)

    @post("/{code:str}/texts", name="citizen.texts", status_code=200)
    async def texts(
        self,
        request: AnyRequest,
        code: FromPath[str],
        data: URLEncodedBody[Wanted],
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """Keep whether the applicant wants messages. Safe to press twice."""
        tongue = spoken(request, lang)
        try:
            parsed = identifiers.parse_tracking_code(code)
        except BadIdentifier as refusal:
            return await asking(request, tongue, refusal, status=422)
        guess = Guess(client_address(request), parsed)
        await guess.count(db, now)
        answered_by = asyncio.get_running_loop().time() + REFUSED_IN
        wish = Wish(form_id=data.form_id, allowed=data.allowed)
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                await lookup.check_digits(conn, parsed, "".join(data.digits.split()))
                await guess.forgive(conn, now)
                found = await lookup.view(conn, parsed, now=now)
                await consent.on_page(conn, found.slip.dossier.applicant_id, wish, now=now)
                found = await lookup.view(conn, parsed, now=now)
                own = await lookup.private(conn, found.slip, now=now)
        except NotFound as refusal:
            await until(answered_by)
            return await asking(request, tongue, refusal, status=404)
        return await showing(request, tongue, found, own, digits=data.digits)

    @post("/{code:str}/papers-back", name="citizen.papers_back", status_code=200)
    async def papers_back(
        self,
        request: AnyRequest,
        code: FromPath[str],
        data: URLEncodedBody[Choice],
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """Where refused papers go, as the applicant chooses. Safe to press twice."""
        tongue = spoken(request, lang)
        try:
            parsed = identifiers.parse_tracking_code(code)
        except BadIdentifier as refusal:
            return await asking(request, tongue, refusal, status=422)
        guess = Guess(client_address(request), parsed)
        await guess.count(db, now)
        answered_by = asyncio.get_running_loop().time() + REFUSED_IN
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                await lookup.check_digits(conn, parsed, "".join(data.digits.split()))
                await guess.forgive(conn, now)
                found = await lookup.view(conn, parsed, now=now)
        except NotFound as refusal:
            await until(answered_by)
            return await asking(request, tongue, refusal, status=404)
        # she has shown who she is, and has no name in the register: the product writes for her
        async with db.begin(AT_HER_WORD) as conn:
            ref = found.slip.dossier.ref
            await changes.on_page(conn, ref, data.form_id, data.way, now=now)
        async with db.begin(Context.citizen(parsed)) as conn:
            found = await lookup.view(conn, parsed, now=now)
            own = await lookup.private(conn, found.slip, now=now)
        return await showing(request, tongue, found, own, digits=data.digits)


def spoken(request: AnyRequest, lang: str) -> str:
    """The language of the page: the link's, else the browser's."""
    asked = request.query_params.get("lang")
    return asked if asked in ("vi", "en") else lang


class Guess(Struct, frozen=True):
    """Somebody asks from an *address*, also for what only the digits of *code* open."""

    address: str
    code: str = ""

    @property
    def here(self) -> str:
        return f"lookup:{self.address}"

    @property
    def buckets(self) -> list[str]:
        return [self.here, EVERYBODY, *([f"lookup:{self.code}"] if self.code else [])]

    async def check(self, conn: Connection, now: datetime) -> None:
        """Raise TooManyTries where this address has missed too often, hit or miss."""
        tries = await security.tries_in(conn, self.buckets, now)
        if tries[self.here] >= (1 if tries[EVERYBODY] > TRIES_IN_ALL else security.TRIES):
            raise TooManyTries

    async def count(self, db: Database, now: datetime) -> None:
        """Count a try, whatever becomes of it. Raises TooManyTries.

        When all addresses together have missed too often, each has one try left: whoever
        reads from a receipt needs no second.
        """
        limits = [
            Limit(name, TRIES_IN_ALL * 100 if name == EVERYBODY else security.TRIES)
            for name in self.buckets
        ]
        async with db.begin(DOOR) as conn:
            tries = await security.count_tries(conn, limits, now)
        if tries[EVERYBODY] > TRIES_IN_ALL and tries[self.here] > 1:
            raise TooManyTries

    async def forgive(self, conn: Connection, now: datetime) -> None:
        """It was no guess."""
        await security.forgive(conn, self.buckets, now)


async def until(moment: float) -> None:
    """Wait until *moment* of the loop's clock: no such code takes as long as wrong digits."""
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


async def asking(
    request: AnyRequest,
    lang: str,
    refusal: TrackingError | NotFound | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    """The field for the code, with what was wrong; never what was typed."""
    said = (refusal.en if lang == "en" else refusal.vi) if refusal else ""
    return await page(
        request, "citizen/ask.html", status=status, lang=lang, t=LABELS[lang], said=said
    )


async def showing(
    request: AnyRequest,
    lang: str,
    found: View,
    own: Private | None,
    *,
    digits: str = "",
    wrong: str = "",
) -> Response[str]:
    dossier = found.slip.dossier
    return await page(
        request,
        "citizen/slip.html",
        lang=lang,
        t=LABELS[lang],
        told=tell(found, lang),
        view=found,
        own=own,
        sent=list_of(found.messages, lang, bodies=own is not None),
        status=422 if wrong else 200,
        wrong=wrong,
        charge_names=NAMES,
        draw=uuid4,
        digits=digits,
        channels={name: pair[lang == "en"] for name, pair in CHANNELS.items()},
        form_id=uuid4(),
        code=identifiers.print_tracking_code(dossier.tracking_code),
        hotline=hotline(found.office.hotline),
    )
