"""Who may open a page: found out once a request, before anything else happens."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from postal_service import security
from postal_service.caller import Role, Staff
from postal_service.clock import Clock
from postal_service.database import Database
from postal_service.security_store import Begun
from postal_service.settings import Settings

AnyConnection = ASGIConnection[Any, Any, Any, Any]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(settings: Settings) -> str:
    """``__Host-`` wherever the browser allows it: over https."""
    return "__Host-postal" if settings.secure else "postal"


def phone_cookie(settings: Settings) -> str:
    """Of the token that a courier's phone is known by; signing out leaves it."""
    return cookie_name(settings) + "-phone"


def known_cookie(settings: Settings) -> str:
    """Of the marks that say who came in here before."""
    return cookie_name(settings) + "-known"


def session_token(connection: AnyConnection) -> str:
    settings: Settings = connection.app.state.settings
    return connection.cookies.get(cookie_name(settings), "")


async def find_caller(connection: AnyConnection) -> Staff | None:
    """Whoever's session the cookie opens, looked up once a request."""
    state = connection.scope["state"]
    if "caller" not in state:
        state["caller"] = None
        if token := session_token(connection):
            database: Database = connection.app.state.database
            clock: Clock = connection.app.state.clock
            async with database.glance() as conn:
                state["caller"] = await security.who(conn, token, clock.now())
    found: Staff | None = state["caller"]
    return found


async def find_begun(connection: AnyConnection) -> Begun | None:
    """Whoever's session the cookie names that lacks something yet; it opens nothing."""
    database: Database = connection.app.state.database
    clock: Clock = connection.app.state.clock
    async with database.glance() as conn:
        return await security.begun(conn, session_token(connection), clock.now())


def only(*roles: Role) -> Guard:
    """A guard that lets in people of these roles and nobody else."""

    async def guard(connection: AnyConnection, _: BaseRouteHandler) -> None:
        caller = await find_caller(connection)
        if caller is None:
            raise security.SignedOut
        if caller.role not in roles:
            raise security.WrongRole

    return guard


clerks = only(Role.CLERK, Role.SUPERVISOR)
couriers = only(Role.COURIER)
officers = only(Role.AGENCY_OFFICER)
operators = only(Role.OPERATOR)
managers = only(Role.MANAGER)


async def check_form_token(request: Request[Any, Any, Any]) -> None:
    """Refuse a change that did not come from this site's own page in this session.

    A request without a session changes nothing on anybody's behalf; signing in
    is covered by the browser's own word on where the request came from.
    """
    if request.method in SAFE_METHODS:
        return
    headers = request.headers  # built anew at each asking
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise security.BadFormToken
    token = session_token(request)
    given = headers.get("x-csrf-token") or ""
    if not given and "form" in headers.get("content-type", ""):
        given = str((await request.form()).get("csrf", ""))
    settings: Settings = request.app.state.settings
    if security.form_token_fits(settings.secret_key, token, given):
        return
    if token and (await find_caller(request) or await find_begun(request)) is not None:
        raise security.BadFormToken
