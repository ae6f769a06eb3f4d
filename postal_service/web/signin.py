"""The front door: sign in, sign out, and where each person's work begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service import security, security_doors
from postal_service.security_doors import Knock
from postal_service.web import doors
from postal_service.web.doors import CLEARED, DOOR, HOMES, Coming, Visit
from postal_service.web.errors import status_of, wants_english
from postal_service.web.guards import cookie_name, find_caller, known_cookie
from postal_service.web.inputs import Form
from postal_service.web.pages import page

#: More than any password may have is not read further.
Secret = Annotated[str, Meta(max_length=1_000)]


class SignIn(Form):
    """``next``: the page she wanted when she was sent here."""

    username: Annotated[str, Meta(max_length=200)]
    password: Secret
    next: Annotated[str, Meta(max_length=2_000)] = ""


class SignInController(Controller):
    dependencies = {"visit": Provide(doors.visit)}

    @get("/", name="home")
    async def home(self, request: Request[Any, Any, Any]) -> Redirect:
        """To the page where this person's work is; a stranger to the look-up."""
        caller = await find_caller(request)
        return Redirect(HOMES.get(caller.role, "/signin") if caller else "/signin")

    @get("/signin", name="signin")
    async def ask(self, request: Request[Any, Any, Any]) -> Response[str]:
        wanted = request.query_params.get("next", "")
        return await page(request, "signin.html", refused="", username="", next=wanted)

    @post("/signin", name="signin.post")
    async def sign_in(
        self, data: URLEncodedBody[SignIn], visit: NamedDependency[Visit]
    ) -> Response[Any]:
        """Open a session under a new id; a wrong try is counted by name, by address and in all."""
        name = data.username.lower()
        knock = Knock(
            username=name, password=data.password, address=visit.address, known=known(visit, name)
        )
        try:
            found = await security_doors.check(lambda: visit.db.begin(DOOR), knock, now=visit.now)
        except security.SecurityError as refusal:
            return await page(
                visit.request,
                "signin.html",
                status=status_of(refusal),
                refused=refusal.en if wants_english(visit.request) else refusal.vi,
                username=data.username,
                next=data.next,
            )
        return await doors.come_in(visit, Coming.with_password(found), data.next)

    @post("/signout", name="signout")
    async def sign_out(self, visit: NamedDependency[Visit]) -> Response[Any]:
        """End the session and have the browser forget what it kept, but not whose phone it is."""
        async with visit.db.begin(DOOR) as conn:
            await security.sign_out(conn, visit.token)
        response: Response[Any] = Redirect("/signin", status_code=303)
        visit.remember(response, cookie_name(visit.settings), "", timedelta(0))
        response.headers["Clear-Site-Data"] = CLEARED
        return response


def known(visit: Visit, username: str) -> str:
    """The mark that says she came in with this browser before."""
    kept = visit.kept(known_cookie(visit.settings))
    return security_doors.known_here(visit.settings.secret_key, kept, username)
