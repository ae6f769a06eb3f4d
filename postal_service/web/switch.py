"""A shared counter: one colleague goes, the next comes, and nothing of the first is left."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import URLEncodedBody
from msgspec import Meta

from postal_service import security_doors, security_people
from postal_service.caller import Role, Staff
from postal_service.security import BadSignIn, SecurityError
from postal_service.security_doors import Knock
from postal_service.security_log import Act
from postal_service.web import doors
from postal_service.web.doors import CLEARED, DOOR, Coming, Visit
from postal_service.web.errors import status_of
from postal_service.web.guards import clerks
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller
from postal_service.web.pages import page
from postal_service.web.signin import Secret, known
from postal_service.web.steps import said


class SwitchForm(Form):
    """Who comes, and her password."""

    username: Annotated[str, Meta(max_length=200)]
    password: Secret


class SwitchController(Controller):
    path = "/switch"
    guards = [clerks]
    dependencies = {"visit": Provide(doors.visit)}

    @get("/", name="switch")
    async def ask(self, visit: NamedDependency[Visit], caller: Caller) -> Response[Any]:
        return await showing(visit, caller)

    @post("/", name="switch.post")
    async def switch(
        self, data: URLEncodedBody[SwitchForm], visit: NamedDependency[Visit], caller: Caller
    ) -> Response[Any]:
        """End the first session and open the second, under a new id, in a browser that forgot."""
        name = data.username.lower()
        knock = Knock(
            username=name, password=data.password, address=visit.address, known=known(visit, name)
        )
        try:
            found = await security_doors.check(lambda: visit.db.begin(DOOR), knock, now=visit.now)
            if found.office_id != caller.office_id or found.role is Role.COURIER:
                raise BadSignIn
        except SecurityError as refusal:
            return await showing(visit, caller, data.username, refusal)
        response = await doors.come_in(visit, Coming.with_password(found, Act.SWITCHED))
        response.headers["Clear-Site-Data"] = CLEARED
        return response


async def showing(
    visit: Visit, caller: Staff, chosen: str = "", refusal: SecurityError | None = None
) -> Response[Any]:
    async with visit.db.begin(caller.context) as conn:
        colleagues = await security_people.colleagues(conn, caller)
    return await page(
        visit.request,
        "account/switch.html",
        status=status_of(refusal) if refusal else 200,
        colleagues=colleagues,
        chosen=chosen,
        refused=said(visit, refusal) if refusal else "",
    )
