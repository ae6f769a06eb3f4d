"""The citizen's page: no account, no script; the code on the receipt opens it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect

from postal_service import security
from postal_service.database import Context
from postal_service.desk import consent, lookup
from postal_service.desk.consent import Wish
from postal_service.desk.lookup import NotFound, Private, View
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


class Digits(Form):
    """The second factor, as typed."""

    digits: str = ""


class Wanted(Form):
    """Whether messages are wanted, with the digits that opened the page once more."""

    allowed: bool
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
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                found = await lookup.view(conn, parsed, now=now)
        except NotFound as refusal:
            await count(db, now, f"lookup:{client_address(request)}")
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
        await count(db, now, f"lookup:{client_address(request)}", f"lookup:{parsed}")
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                await lookup.check_digits(conn, parsed, "".join(data.digits.split()))
                found = await lookup.view(conn, parsed, now=now)
                own = await lookup.private(conn, found.slip)
        except NotFound as refusal:
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
        await count(db, now, f"lookup:{client_address(request)}", f"lookup:{parsed}")
        wish = Wish(form_id=data.form_id, allowed=data.allowed)
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                await lookup.check_digits(conn, parsed, "".join(data.digits.split()))
                found = await lookup.view(conn, parsed, now=now)
                await consent.on_page(conn, found.slip.dossier.applicant_id, wish, now=now)
                found = await lookup.view(conn, parsed, now=now)
                own = await lookup.private(conn, found.slip)
        except NotFound as refusal:
            return await asking(request, tongue, refusal, status=404)
        return await showing(request, tongue, found, own, digits=data.digits)


def spoken(request: AnyRequest, lang: str) -> str:
    """The language of the page: the link's, else the browser's."""
    asked = request.query_params.get("lang")
    return asked if asked in ("vi", "en") else lang


async def count(db: Db, now: Now, *buckets: str) -> None:
    """Count a try, whatever becomes of it. Raises TooManyTries."""
    for bucket in buckets:
        async with db.begin(DOOR) as conn:
            await security.count_try(conn, bucket, now)


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
    request: AnyRequest, lang: str, found: View, own: Private | None, *, digits: str = ""
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
        digits=digits,
        channels={name: pair[lang == "en"] for name, pair in CHANNELS.items()},
        form_id=uuid4(),
        code=identifiers.print_tracking_code(dossier.tracking_code),
        hotline=hotline(found.office.hotline),
    )
