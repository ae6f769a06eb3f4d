"""Who wants messages, said at the counter: networks here are one-way, nobody can answer STOP."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody

from notifications import phone as phones
from postal_service.desk import shelf
from postal_service.desk.citizen import consent
from postal_service.desk.citizen.consent import Parties, Wish
from postal_service.desk.errors import DeskError
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from tracking.bad_identifier import BadIdentifier
from tracking.errors import TrackingError

AnyRequest = Request[Any, Any, Any]


class Said(Form):
    """What one of a dossier's people said; ``form_id`` is drawn by the page."""

    form_id: UUID
    ref: str
    who: Literal["applicant", "receiver"]
    allowed: bool


class TextsController(Controller):
    path = "/counter/texts"
    guards = [clerks]

    @get("/", name="counter.texts")
    async def find(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, code: FromQuery[str] = ""
    ) -> Response[str]:
        """The people of the dossier behind a scanned or typed code."""
        typed = clean(code)
        found, refusal = None, None
        async with db.begin(caller.context) as conn:
            waiting = await shelf.count_tasks(conn, caller.office_id or 0)
            try:
                if typed:
                    found = await consent.of_dossier(
                        conn, typed, office_id=caller.office_id or 0, now=now
                    )
            except (DeskError, TrackingError, BadIdentifier) as error:
                refusal = error
        return await showing(request, found, waiting, typed=typed, refusal=refusal)

    @post("/", name="counter.texts.said", status_code=200)
    async def said(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, data: URLEncodedBody[Said]
    ) -> Response[str]:
        """Keep what a person said. Safe to press twice."""
        wish = Wish(form_id=data.form_id, allowed=data.allowed)
        async with db.begin(caller.context) as conn:
            found = await consent.at_counter(conn, data.ref, data.who, wish, staff=caller, now=now)
            waiting = await shelf.count_tasks(conn, caller.office_id or 0)
        return await showing(request, found, waiting, saved=data.who)


async def showing(
    request: AnyRequest,
    found: Parties | None,
    waiting: int,
    *,
    typed: str = "",
    saved: str = "",
    refusal: DeskError | TrackingError | BadIdentifier | None = None,
) -> Response[str]:
    people = []
    if found is not None:
        people = [("applicant", "Người nộp", found.applicant)]
        if found.receiver is not None:
            people.append(("receiver", "Người nhận", found.receiver))
    return await page(
        request,
        "counter/texts.html",
        status=404 if refusal else 200,
        ref=found.ref if found else "",
        people=people,
        open_tasks=waiting,
        typed=typed,
        saved=saved,
        said=refusal.vi if refusal else "",
        forms={who: uuid4() for who, _, _ in people},
        mask=phones.mask,
    )
