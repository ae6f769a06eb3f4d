"""Behind a link that works once: somebody who begins here chooses her password."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, URLEncodedBody
from msgspec import Meta

from postal_service import security_links, security_store
from postal_service.security import Limit, SecurityError, count_tries
from postal_service.security_links import BadPassword, DeadLink
from postal_service.security_people_store import Member
from postal_service.web import doors
from postal_service.web.doors import DOOR, Coming, Visit
from postal_service.web.errors import status_of
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from postal_service.web.steps import said

Secret = Annotated[str, Meta(max_length=1_000)]
Key = Annotated[str, Meta(max_length=100)]
#: A link has 256 bits: these many misses of one address are a program's.
TRIES: Final = 30


class Typed(Form):
    """A password typed twice; ``key`` is the link's. ``username`` is for the browser's memory."""

    key: Key
    password: Secret
    again: Secret
    username: str = ""


class WelcomeController(Controller):
    path = "/welcome"
    dependencies = {"visit": Provide(doors.visit)}

    @get("/", name="welcome")
    async def ask(self, visit: NamedDependency[Visit], key: FromQuery[str] = "") -> Response[Any]:
        """Whose account it is, and a field; looking does not use the link up."""
        try:
            whom = await behind(visit, key)
        except SecurityError as refusal:
            return await showing(visit, None, "", refusal)
        return await showing(visit, whom, key)

    @post("/", name="welcome.begin")
    async def begin(
        self, data: URLEncodedBody[Typed], visit: NamedDependency[Visit]
    ) -> Response[Any]:
        """Make the password hers and let her in; the link is used up."""
        try:
            whom = await behind(visit, data.key)
        except SecurityError as refusal:
            return await showing(visit, None, "", refusal)
        try:
            security_links.check_new(data.password, data.again, whom)
        except BadPassword as refusal:
            return await showing(visit, whom, data.key, refusal)
        try:
            async with visit.db.begin(DOOR) as conn:
                await security_links.begin(conn, data.key, data.password, now=visit.now)
                found = await security_store.credentials(conn, whom.username)
        except DeadLink as refusal:
            return await showing(visit, None, "", refusal)
        if found is None:
            return await showing(visit, None, "", DeadLink())
        return await doors.come_in(visit, Coming.with_password(found))


async def behind(visit: Visit, key: str) -> Member:
    """Whose link it is. Raises DeadLink, TooManyTries for who guesses."""
    try:
        async with visit.db.begin(DOOR) as conn:
            return await security_links.behind_link(conn, key, now=visit.now)
    except DeadLink:
        async with visit.db.begin(DOOR) as conn:
            await count_tries(conn, [Limit(f"welcome:{visit.address}", TRIES)], visit.now)
        raise


async def showing(
    visit: Visit, whom: Member | None, key: str, refusal: SecurityError | None = None
) -> Response[Any]:
    return await page(
        visit.request,
        "account/welcome.html",
        status=status_of(refusal) if refusal else 200,
        whom=whom,
        key=key,
        refused=said(visit, refusal) if refusal else "",
    )
