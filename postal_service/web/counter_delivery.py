"""The clerk hands a paper to the one who came for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk import dispatch_store as store
from postal_service.desk import shelf
from postal_service.desk.door import delivery, proof
from postal_service.desk.door.proof import ADDRESSEES, ID_KINDS, RELATIONS
from postal_service.desk.errors import DeskError
from postal_service.web.courier_pages import spoken
from postal_service.web.door_forms import ProofForm
from postal_service.web.errors import status_of
from postal_service.web.guards import clerks
from postal_service.web.needs import Bell, Caller, Db, Now
from postal_service.web.pages import page
from tracking.errors import UnknownConsignment
from tracking.identifiers import parse_s10

AnyRequest = Request[Any, Any, Any]


class HandOutForm(ProofForm, kw_only=True):
    """Who came for the paper, and what proves it."""


class CounterDeliveryController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/deliveries/{s10:str}", name="counter.hand_out")
    async def ask(
        self, request: AnyRequest, s10: FromPath[str], caller: Caller, db: Db
    ) -> Response[str]:
        """One paper, one form: nothing is handed out in bulk."""
        return await hand_out_form(request, db, caller, HandOutForm(id=uuid4(), s10=s10))

    @post("/deliveries", name="counter.deliver", status_code=303)
    async def deliver(
        self,
        request: AnyRequest,
        data: URLEncodedBody[HandOutForm],
        caller: Caller,
        db: Db,
        now: Now,
        bell: Bell,
    ) -> Response[Any]:
        """Hand it to the one who came; refused, the form comes back with what was typed."""
        report = data.report(caller.actor, now)
        try:
            async with db.begin(caller.context) as conn:
                await proof.check_arrived(conn, report.scan.id, report.evidence)
                [answer] = await delivery.record_clicks(conn, [report], heard_at=now)
            delivery.event_of(answer)
        except DeskError as refusal:
            return await hand_out_form(request, db, caller, data, refusal)
        bell.ring()
        async with db.begin(caller.context) as conn:
            ref = await store.ref_of(conn, report.scan.s10)
        return Redirect(f"/counter/items?given={ref}", status_code=303)

    @get("/proofs/{scan_id:uuid}/{sha256:str}", name="counter.proof")
    async def picture(
        self, scan_id: FromPath[UUID], sha256: FromPath[str], caller: Caller, db: Db
    ) -> Response[bytes]:
        """A kept picture, as a file: never shown inside a page of ours."""
        async with db.begin(caller.context) as conn:
            found = await proof.picture_of(
                conn, scan_id, bytes.fromhex(sha256), caller.office_id or 0
            )
        if found is None:
            raise UnknownConsignment(sha256[:40])
        ending = found.media.rpartition("/")[2]
        return Response(
            found.content,
            media_type=found.media,
            headers={"Content-Disposition": f'attachment; filename="{sha256[:16]}.{ending}"'},
        )


async def hand_out_form(
    request: AnyRequest,
    db: Database,
    caller: Staff,
    typed: HandOutForm,
    refusal: DeskError | None = None,
) -> Response[str]:
    """Who takes the paper that lies here. Raises UnknownConsignment."""
    s10 = parse_s10(typed.s10)
    async with db.begin(caller.context) as conn:
        door = await store.at_counter(conn, s10, caller.office_id or 0)
        tasks = await shelf.count_tasks(conn, caller.office_id or 0)
    if door is None:
        raise UnknownConsignment(s10)
    allowed = ADDRESSEES if door.addressee_only else RELATIONS
    return await page(
        request,
        "counter/hand_out.html",
        status=status_of(refusal) if refusal else HTTP_200_OK,
        door=door,
        relations=[(code, words) for code, words in RELATIONS.items() if code in allowed],
        id_kinds=ID_KINDS,
        open_tasks=tasks,
        typed=typed,
        said=spoken(request, refusal),
    )
