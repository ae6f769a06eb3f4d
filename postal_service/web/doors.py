"""Coming in: the session under a new id, the cookies, and the page where work begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.response import Redirect
from msgspec import Struct

from postal_service import security, security_doors, security_log, security_phones
from postal_service.caller import Lack, Role
from postal_service.database import Connection, Context, Database
from postal_service.security_log import Act, Entry
from postal_service.security_store import Begun, Credentials, Opening
from postal_service.settings import Settings as TheSettings
from postal_service.web.address import browser_of, client_address
from postal_service.web.guards import cookie_name, known_cookie, phone_cookie, session_token
from postal_service.web.needs import Db, Now, Settings

AnyRequest = Request[Any, Any, Any]

HOMES: Final = {
    Role.CLERK: "/counter",
    Role.SUPERVISOR: "/supervisor",
    Role.MANAGER: "/supervisor",
    Role.COURIER: "/courier",
    Role.AGENCY_OFFICER: "/agency",
    Role.OPERATOR: "/operator",
}
#: Where a session gets what it lacks.
STEPS: Final = {
    Lack.CODE: "/signin/code",
    Lack.ENROLMENT: "/signin/enrolment",
    Lack.PHONE: "/signin/phone",
}
#: The door asks the database before anybody is known.
DOOR: Final = Context(kind="web", name="signin")
#: What a browser forgets when somebody leaves it: lists begun on it, pages to go back to.
CLEARED: Final = '"cache", "storage"'
#: A phone and a known browser are remembered for half a year.
REMEMBERED: Final = timedelta(days=180)


class Visit(Struct, frozen=True, kw_only=True):
    """One request at the door, with all that answering it takes."""

    request: AnyRequest
    db: Database
    now: datetime
    settings: TheSettings

    @property
    def address(self) -> str:
        return client_address(self.request)

    @property
    def token(self) -> str:
        return session_token(self.request)

    def kept(self, cookie: str) -> str:
        return self.request.cookies.get(cookie, "")[:1000]

    def remember(self, response: Response[Any], cookie: str, value: str, age: timedelta) -> None:
        response.set_cookie(
            cookie,
            value,
            path="/",
            httponly=True,
            secure=self.settings.secure,
            samesite="strict",
            max_age=int(age.total_seconds()),
        )


async def visit(request: AnyRequest, db: Db, now: Now, settings: Settings) -> Visit:
    return Visit(request=request, db=db, now=now, settings=settings)


class Coming(Struct, frozen=True, kw_only=True):
    """Who comes in, and what she has shown; ``act``: what the log calls it."""

    person_id: int
    username: str
    role: Role
    office_id: int | None
    enrolled: bool
    coded: bool = False
    act: Act = Act.SIGNED_IN

    @classmethod
    def with_password(cls, found: Credentials, act: Act = Act.SIGNED_IN) -> Coming:
        return cls(
            person_id=found.id,
            username=found.username,
            role=found.role,
            office_id=found.office_id,
            enrolled=found.enrolled,
            act=act,
        )

    @classmethod
    def further(cls, begun: Begun, *, act: Act = Act.SIGNED_IN) -> Coming:
        """One step further: her code was right, or her role asks for none."""
        return cls(
            person_id=begun.person_id,
            username=begun.username,
            role=begun.role,
            office_id=begun.office_id,
            enrolled=begun.lacks is not Lack.PHONE,
            coded=True,
            act=act,
        )


class Came(Struct, frozen=True, kw_only=True):
    """What coming in gave: where to go on, and what the browser keeps."""

    where: str
    token: str
    phone: str | None
    lacks: Lack | None


async def come_in(visit: Visit, who: Coming, wanted: str = "") -> Response[Any]:
    """Open a session for *who* and send her on: to her work, or to what she lacks yet."""
    async with visit.db.begin(DOOR) as conn:
        came = await enter(conn, visit, who, wanted)
    response: Response[Any] = Redirect(came.where, status_code=303)
    give(visit, response, who, came)
    return response


async def enter(
    conn: Connection,
    visit: Visit,
    who: Coming,
    wanted: str,
    *,
    phone: tuple[str, int] | None = None,
) -> Came:
    """Open the session under a new id; the one this browser had ends.

    *phone*: token and id of a phone that was let in just now.
    """
    phone_token, phone_id = phone or await phone_of(conn, visit, who)
    lacks = security_doors.lacking(
        who.role,
        enrolled=who.enrolled,
        phone_id=phone_id,
        for_show=visit.settings.for_show,
        coded=who.coded,
    )
    if visit.token:
        await security.sign_out(conn, visit.token)
    opening = Opening(
        person_id=who.person_id,
        role=who.role,
        lacks=lacks,
        browser=browser_of(visit.request),
        phone_id=phone_id,
    )
    token = await security.open_session(conn, opening, now=visit.now)
    if lacks is None:
        await note(conn, visit, who.act, who.person_id, who.office_id)
        where = landing(wanted, HOMES.get(who.role, "/"))
    else:
        where = STEPS[lacks] + ("?" + urlencode({"next": wanted}, safe="/") if wanted else "")
    return Came(where=where, token=token, phone=phone_token, lacks=lacks)


async def phone_of(conn: Connection, visit: Visit, who: Coming) -> tuple[str | None, int | None]:
    """The phone this browser is known as; in the demo a new one registers itself."""
    if who.role is not Role.COURIER:
        return None, None
    kept = visit.kept(phone_cookie(visit.settings))
    known = await security_phones.known(conn, kept, who.person_id)
    if known is None and visit.settings.for_show and not who.enrolled:
        label = browser_of(visit.request) or "máy trình diễn"
        return await security_phones.by_itself(
            conn, who.person_id, who.office_id or 0, label, now=visit.now
        )
    return None, known


def give(visit: Visit, response: Response[Any], who: Coming, came: Came) -> None:
    """Have the browser keep the session, and remember where it came from."""
    settings = visit.settings
    visit.remember(response, cookie_name(settings), came.token, security.ROUND)
    kept = visit.kept(known_cookie(settings))
    marks = security_doors.remember(settings.secret_key, kept, who.username)
    visit.remember(response, known_cookie(settings), marks, REMEMBERED)
    if came.phone is not None:
        visit.remember(response, phone_cookie(settings), came.phone, REMEMBERED)


async def note(
    conn: Connection, visit: Visit, act: Act, person_id: int, office_id: int | None
) -> None:
    """Put what she did at the door on record, with the address she did it from."""
    facts = {"address": visit.address, "browser": browser_of(visit.request)}
    entry = Entry(act=act, person_id=person_id, office_id=office_id, facts=facts)
    await security_log.write(conn, entry, now=visit.now)


def landing(wanted: str, home: str) -> str:
    """The page she wanted, if it is one of this site's own; else where her work begins."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/signin", "/switch"))
    return wanted if own and len(wanted) > 1 else home
