"""What a clerk does with a dossier's papers after a scan: each act answers with the panel anew."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.params import URLEncodedBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from postal_service.desk import paper_acts, undo
from postal_service.desk.watch import approvals
from postal_service.web.counter_panel import Done, panel
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Caller, Db, Now
from tracking.corrections import Undo
from tracking.errors import TrackingError
from tracking.identifiers import parse_s10
from tracking.model import Event

AnyRequest = Request[Any, Any, Any]
ReasonCode = Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{2}$")]

ASKED = "Đã gửi người thứ hai. Việc chỉ được làm khi người đó xác nhận."


class ActForm(Form):
    """``id`` is drawn by the page: pressed twice, done once."""

    id: UUID
    s10: Annotated[str, Meta(max_length=40)]


class ReasonForm(ActForm):
    reason: ReasonCode


class UndoForm(ActForm):
    undoes: UUID


class WithdrawalForm(Form):
    id: UUID
    ref: Annotated[str, Meta(max_length=40)]
    reason: ReasonCode


class AskForm(ReasonForm):
    """``agency`` goes with a redirect, ``undoes`` with a correction."""

    kind: approvals.Kind
    agency: str = ""
    undoes: str = ""


class CounterActController(Controller):
    path = "/counter"
    guards = [clerks]

    @post("/acts/invitation", name="counter.invite", status_code=HTTP_200_OK)
    async def invite(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ActForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[str]:
        """Ask the receiver to come: at most twice needed, two working days apart."""
        number = parse_s10(data.s10)
        async with db.begin(caller.context) as conn:
            answer = await paper_acts.invite(conn, data.id, number, staff=caller, now=now)
        event = must(answer)
        bell.ring()
        said = f"Đã mời đến nhận, lần {event.facts['invitation']}."
        paper = f"/papers/consignments/{number}/invitation-{event.facts['invitation']}.pdf"
        return await panel(request, db, number, caller, now, Done(said, ("In giấy mời", paper)))

    @post("/acts/return", name="counter.send_back", status_code=HTTP_200_OK)
    async def send_back(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ReasonForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[str]:
        """Back to the agency: alone on a ground of the law, else with a second person."""
        number = parse_s10(data.s10)
        async with db.begin(caller.context) as conn:
            answer = await paper_acts.send_back(
                conn, data.id, number, data.reason, staff=caller, now=now
            )
        if answer is None:
            return await panel(request, db, number, caller, now, Done(ASKED))
        must(answer)
        bell.ring()
        paper = f"/papers/consignments/{number}/return-note.pdf"
        said = "Bưu gửi trở lại chiều đi, về cơ quan. Giao cho bưu tá như hồ sơ gửi đi."
        return await panel(
            request, db, number, caller, now, Done(said, ("In phiếu chuyển trả", paper))
        )

    @post("/acts/give-back", name="counter.give_back", status_code=HTTP_200_OK)
    async def give_back(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ActForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[str]:
        """The citizen takes the papers of a stopped dossier home."""
        number = parse_s10(data.s10)
        async with db.begin(caller.context) as conn:
            answer = await paper_acts.give_back(conn, data.id, number, staff=caller, now=now)
        must(answer)
        bell.ring()
        return await panel(request, db, number, caller, now, Done("Đã trả giấy tờ cho công dân."))

    @post("/acts/found", name="counter.found", status_code=HTTP_200_OK)
    async def found(
        self,
        request: AnyRequest,
        data: URLEncodedBody[ActForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[str]:
        """A missing paper is in hand again."""
        number = parse_s10(data.s10)
        async with db.begin(caller.context) as conn:
            answer = await paper_acts.find(conn, data.id, number, staff=caller, now=now)
        must(answer)
        bell.ring()
        return await panel(request, db, number, caller, now, Done("Đã báo tìm thấy."))

    @post("/acts/undo", name="counter.undo", status_code=HTTP_200_OK)
    async def undo(
        self,
        request: AnyRequest,
        data: URLEncodedBody[UndoForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[str]:
        """Take back one's own last act, within a minute."""
        number = parse_s10(data.s10)
        wish = Undo(id=data.id, s10=number, undoes=data.undoes, by=caller.actor, at=now)
        async with db.begin(caller.context) as conn:
            answer = await undo.undo(conn, wish, now=now)
        must(answer)
        bell.ring()
        return await panel(request, db, number, caller, now, Done("Đã hoàn tác."))

    @post("/acts/question", name="counter.ask", status_code=HTTP_200_OK)
    async def ask(
        self,
        request: AnyRequest,
        data: URLEncodedBody[AskForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[str]:
        """Put what takes two people before the second one."""
        number = parse_s10(data.s10)
        wish = approvals.Ask(
            id=data.id,
            kind=approvals.Kind(data.kind),
            subject=number,
            reason=data.reason,
            by=caller,
            facts=facts_of(data),
        )
        async with db.begin(caller.context) as conn:
            await approvals.ask(conn, wish, now=now)
        return await panel(request, db, number, caller, now, Done(ASKED))

    @post("/acts/withdrawal", name="counter.withdraw", status_code=HTTP_200_OK)
    async def withdraw(
        self,
        request: AnyRequest,
        data: URLEncodedBody[WithdrawalForm],
        caller: Caller,
        db: Db,
        bell: Bell,
        now: Now,
    ) -> Response[str]:
        """The citizen asks for the dossier back; the agency decides."""
        async with db.begin(caller.context) as conn:
            await paper_acts.withdraw(conn, data.id, data.ref, data.reason, staff=caller, now=now)
        bell.ring()
        paper = f"/papers/dossiers/{data.ref}/withdrawal.pdf"
        said = "Đã ghi yêu cầu rút hồ sơ. In đơn, để công dân ký; cơ quan sẽ quyết định."
        return await panel(
            request, db, data.ref, caller, now, Done(said, ("In đơn rút hồ sơ", paper))
        )


def facts_of(data: AskForm) -> dict[str, Any]:
    """What the kind needs beside its subject. Raises ValueError."""
    if data.kind == approvals.Kind.REDIRECT:
        if not (data.agency.isascii() and data.agency.isdigit() and len(data.agency) < 19):
            raise ValueError("Chọn cơ quan đúng trong danh sách rồi gửi lại.")
        return {"agency": int(data.agency)}
    if data.kind == approvals.Kind.UNDO:
        return {"undoes": str(UUID(data.undoes))}
    return {}


def must(answer: Event | TrackingError) -> Event:
    """The event; a refusal is raised here, once its own line is committed."""
    if isinstance(answer, TrackingError):
        raise answer
    return answer
