"""The front door: sign in, sign out, and where each person's work begins."""

from __future__ import annotations

from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from postal_service import security
from postal_service.caller import Role
from postal_service.database import Context
from postal_service.web.errors import STATUS, wants_english
from postal_service.web.guards import cookie_name, find_caller, session_token
from postal_service.web.inputs import Form
from postal_service.web.needs import Db, Now, Settings
from postal_service.web.pages import page

HOMES: Final = {
    Role.CLERK: "/counter",
    Role.SUPERVISOR: "/supervisor",
    Role.MANAGER: "/supervisor",
    Role.COURIER: "/courier",
    Role.AGENCY_OFFICER: "/agency",
    Role.OPERATOR: "/operator",
}

DOOR: Final = Context(kind="web", name="signin")


class SignIn(Form):
    """``next``: the page she wanted when she was sent here."""

    username: str
    password: str
    next: str = ""


class SignInController(Controller):
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
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[SignIn],
        db: Db,
        now: Now,
        settings: Settings,
    ) -> Response[Any]:
        """Open a session under a new id; a wrong try is counted by name and by address."""
        address = request.client.host if request.client else ""
        name = data.username.lower()
        buckets = [f"signin:{address}", f"signin:{name[:40]}"]
        try:
            for bucket in buckets:
                async with db.begin(DOOR) as conn:  # its own: a refusal must not undo the count
                    await security.count_try(conn, bucket, now)
            async with db.begin(DOOR) as conn:
                token, staff = await security.sign_in(conn, name, data.password, now=now)
                await security.forgive(conn, buckets, now)
        except security.SecurityError as refusal:
            return await page(
                request,
                "signin.html",
                status=STATUS[type(refusal)],
                refused=refusal.en if wants_english(request) else refusal.vi,
                username=data.username,
                next=data.next,
            )
        response = Redirect(landing(data.next, HOMES.get(staff.role, "/")), status_code=303)
        response.set_cookie(
            cookie_name(settings),
            token,
            path="/",
            httponly=True,
            secure=settings.secure,
            samesite="strict",
            max_age=int(security.ROUND.total_seconds()),
        )
        return response

    @post("/signout", name="signout")
    async def sign_out(
        self, request: Request[Any, Any, Any], db: Db, settings: Settings
    ) -> Redirect:
        """End the session and have the browser forget what it kept."""
        async with db.begin(DOOR) as conn:
            await security.sign_out(conn, session_token(request))
        response = Redirect("/signin", status_code=303)
        response.delete_cookie(cookie_name(settings), path="/")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def landing(wanted: str, home: str) -> str:
    """The page she wanted, if it is one of this site's own; else where her work begins."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/signin"))
    return wanted if own and len(wanted) > 1 else home
