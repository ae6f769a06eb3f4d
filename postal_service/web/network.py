"""What the telephone networks report: one address an attempt, which nobody can guess.

Whatever is not a report, to the letter, is refused before the database hears of
it. What a report leads to is worked out later, by the worker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from litestar import Controller, Request, Response, post

from notifications import receipt_store
from notifications.forms import Forged
from notifications.receipt_store import Receipt
from notifications.receipts import Door, Letter, Reports
from postal_service.database import Context
from postal_service.web.needs import Bell, Db, Now

log = structlog.get_logger()

FORM: Final = "application/x-www-form-urlencoded"
#: Bytes of the longest report.
LONGEST: Final = 4096
NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
ATTEMPT: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)

AnyRequest = Request[Any, Any, Any]


async def asks_for_no_form_token(request: AnyRequest) -> None:
    """A network has no session to protect: its signature says who it is."""


class NetworkController(Controller):
    path = "/network"
    before_request = staticmethod(asks_for_no_form_token)

    @post("/{gateway:str}/{sms:str}/{attempt:str}/{secret:str}", name="network.report")
    async def report(self, request: AnyRequest, db: Db, bell: Bell, now: Now) -> Response[None]:
        """Keep one report. Safe to repeat: the same report is kept once."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            return refused(request, 415, "no form")
        try:
            receipt = await receipt_of(request)
        except Forged as error:
            return refused(request, 403, str(error))
        async with db.begin(
            Context(kind="network", name=str(request.path_params["gateway"])[:40])
        ) as conn:
            await receipt_store.add_receipt(conn, receipt, now)
        bell.ring()
        return Response(None, status_code=204)


async def receipt_of(request: AnyRequest) -> Receipt:
    """The report that *request* brings. Raises Forged."""
    way = request.path_params
    gateway, sms, attempt, secret = (
        str(way[name]) for name in ("gateway", "sms", "attempt", "secret")
    )
    door: Door | None = request.app.state.door
    known: Mapping[str, Reports] = request.app.state.reports
    length = request.headers.get("content-length", "")
    if door is None or gateway not in known:
        raise Forged("no such network")
    if not NUMBER.fullmatch(sms) or not ATTEMPT.fullmatch(attempt):
        raise Forged("no such address")
    if not door.opens(gateway, int(sms), int(attempt), secret):
        raise Forged("no such address")
    if not NUMBER.fullmatch(length) or int(length) > LONGEST:
        raise Forged("too long")
    letter = Letter(
        url=door.address(gateway, int(sms), int(attempt)),
        headers=request.headers,
        body=await request.body(),
    )
    reported = known[gateway].read(letter)
    return Receipt(
        gateway=gateway,
        gateway_id=reported.gateway_id,
        status=reported.status,
        sms_id=int(sms),
        attempt=int(attempt),
        error=reported.error,
        raw=reported.raw,
    )


def refused(request: AnyRequest, status: int, why: str) -> Response[None]:
    log.warning("a report was refused", gateway=str(request.path_params["gateway"])[:40], why=why)
    return Response(None, status_code=status)
