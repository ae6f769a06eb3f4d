"""Couriers' phones, on their supervisor's page."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service import security_phones
from postal_service.caller import Role
from postal_service.security_phones import WrongNumber
from postal_service.web.errors import status_of, wants_english
from postal_service.web.guards import only
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
DONE = {
    "granted": "Đã duyệt máy. Bưu tá bấm Vào tuyến trên máy của mình.",
    "refused": "Đã từ chối máy.",
    "revoked": "Đã thu quyền. Lần quét mà máy này còn gửi về sẽ nằm ở Máy bị mất.",
}


class GrantForm(Form):
    """Whose phone, and the number on its screen."""

    courier: Id
    code: Annotated[str, Meta(max_length=20)]


class RefuseForm(Form):
    courier: Id


class PressForm(Form):
    """A press of a phone's button."""


class StaffPhoneController(Controller):
    path = "/people/phones"
    guards = [only(Role.SUPERVISOR)]

    @get("/", name="phones")
    async def work(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, done: FromQuery[str] = ""
    ) -> Response[str]:
        """Phones that ask to be known, and those that are."""
        return await showing(request, caller, db, now, done=DONE.get(done, ""))

    @post("/granting", name="phones.grant")
    async def grant(
        self,
        request: AnyRequest,
        data: URLEncodedBody[GrantForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """Let a phone in that lies before her: she has typed the number on its screen."""
        code = "".join(sign for sign in data.code if sign.isascii() and sign.isdigit())
        try:
            async with db.begin(caller.context) as conn:
                await security_phones.grant(conn, data.courier, code, by=caller, now=now)
        except WrongNumber as refusal:
            return await showing(request, caller, db, now, refusal=refusal)
        return Redirect("/people/phones?done=granted", status_code=303)

    @post("/refusal", name="phones.refuse")
    async def refuse(
        self, data: URLEncodedBody[RefuseForm], caller: Caller, db: Db, now: Now
    ) -> Response[Any]:
        async with db.begin(caller.context) as conn:
            await security_phones.refuse(conn, data.courier, by=caller, now=now)
        return Redirect("/people/phones?done=refused", status_code=303)

    @post("/{device:int}/revocation", name="phones.revoke")
    async def revoke(
        self,
        device: FromPath[Id],
        data: URLEncodedBody[PressForm],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[Any]:
        """Forget a phone at once; what it still sends waits on the page of lost phones."""
        async with db.begin(caller.context) as conn:
            await security_phones.revoke(conn, device, by=caller, now=now)
        return Redirect("/people/phones?done=revoked", status_code=303)


async def showing(
    request: AnyRequest,
    caller: Caller,
    db: Db,
    now: Now,
    *,
    done: str = "",
    refusal: WrongNumber | None = None,
) -> Response[str]:
    office = caller.office_id or 0
    async with db.begin(caller.context) as conn:
        waiting = await security_phones.waiting(conn, office, now=now)
        known = await security_phones.phones(conn, office, now=now)
    return await page(
        request,
        "people/phones.html",
        status=status_of(refusal) if refusal else 200,
        waiting=waiting,
        known=known,
        done=done,
        refused=(refusal.en if wants_english(request) else refusal.vi) if refusal else "",
    )
