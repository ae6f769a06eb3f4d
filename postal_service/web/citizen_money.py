"""The citizen says that a line of her money is wrong: her code and digits are her word for it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.params import FromPath, URLEncodedBody
from msgspec import Meta

from postal_service.database import Connection, Context
from postal_service.desk.citizen import lookup
from postal_service.desk.citizen.lookup import NotFound
from postal_service.desk.errors import DeskError
from postal_service.desk.money import disputes
from postal_service.desk.money.disputes import Typed
from postal_service.web.address import client_address
from postal_service.web.citizen import REFUSED_IN, Guess, asking, showing, spoken, until
from postal_service.web.inputs import Form
from postal_service.web.needs import Db, Lang, Now
from tracking import identifiers
from tracking.bad_identifier import BadIdentifier

AnyRequest = Request[Any, Any, Any]


class Said(Form):
    """Which receipt, and what is wrong; the digits that opened the page once more."""

    form_id: UUID
    subject: Annotated[str, Meta(max_length=40)]
    why: str = ""
    digits: str = ""


class CitizenMoneyController(Controller):
    path = "/h"

    @post("/{code:str}/disputes", name="citizen.dispute", status_code=200)
    async def dispute(
        self,
        request: AnyRequest,
        code: FromPath[str],
        data: URLEncodedBody[Said],
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """Write down what she says of one receipt of hers. Safe to press twice."""
        tongue = spoken(request, lang)
        try:
            parsed = identifiers.parse_tracking_code(code)
        except BadIdentifier as refusal:
            return await asking(request, tongue, refusal, status=422)
        guess = Guess(client_address(request), parsed)
        await guess.count(db, now)
        answered_by = asyncio.get_running_loop().time() + REFUSED_IN
        wrong = ""
        try:
            async with db.begin(Context.citizen(parsed)) as conn:
                await lookup.check_digits(conn, parsed, "".join(data.digits.split()))
                await guess.forgive(conn, now)
                wrong = await said(conn, data, tongue, now)
                found = await lookup.view(conn, parsed, now=now)
                own = await lookup.private(conn, found.slip, now=now)
        except NotFound as refusal:
            await until(answered_by)
            return await asking(request, tongue, refusal, status=404)
        return await showing(request, tongue, found, own, digits=data.digits, wrong=wrong)


async def said(conn: Connection, data: Said, lang: str, now: datetime) -> str:
    """Why it could not be written down; nothing where it was."""
    typed = Typed(form_id=data.form_id, subject=data.subject, why=data.why)
    try:
        await disputes.open_(conn, typed, by=None, now=now)
    except DeskError as refusal:
        return refusal.en if lang == "en" else refusal.vi
    return ""
