"""The people who work here: who opens, changes and closes whose account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from notifications import phone as phones
from postal_service import security_log, security_people
from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.database import Connection, Database
from postal_service.security import SecurityError, SignedOut, WrongRole
from postal_service.security_people import Deed, Member
from postal_service.settings import Settings as TheSettings
from postal_service.web import log_words
from postal_service.web.errors import status_of, wants_english
from postal_service.web.guards import find_caller
from postal_service.web.needs import Caller, Db, Now, Settings
from postal_service.web.pages import page
from postal_service.web.people_forms import ChangeForm, LeavingForm, NewForm, WhyForm

AnyRequest = Request[Any, Any, Any]
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]

Verb = Callable[[Connection, Member, Deed], Awaitable[None]]

ROLES: Final = {
    Role.CLERK: "giao dịch viên",
    Role.COURIER: "bưu tá",
    Role.SUPERVISOR: "kiểm soát viên",
    Role.AGENCY_OFFICER: "cán bộ một cửa",
    Role.MANAGER: "quản lý tỉnh",
    Role.OPERATOR: "vận hành",
}
DONE: Final = {
    "changed": "Đã ghi thông tin mới.",
    "step": "Đã đặt lại bước xác thực. Lần đăng nhập tới, người này quét mã mới.",
    "left": "Đã khóa tài khoản; mọi phiên và máy đã ngắt.",
    "back": "Đã mở lại tài khoản. Tạo đường dẫn để người này đặt mật khẩu.",
}


async def staffing(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard that lets in whoever looks after somebody's account."""
    caller = await find_caller(connection)
    if caller is None:
        raise SignedOut
    if not security_people.roles_of(caller):
        raise WrongRole


class Visit(Struct, frozen=True, kw_only=True):
    """One request of somebody who looks after others."""

    request: AnyRequest
    caller: Staff
    db: Database
    now: datetime
    settings: TheSettings

    def deed(self, why: str = "") -> Deed:
        return Deed(by=self.caller, now=self.now, why=why)


async def visit(request: AnyRequest, caller: Caller, db: Db, now: Now, settings: Settings) -> Visit:
    return Visit(request=request, caller=caller, db=db, now=now, settings=settings)


class PeopleController(Controller):
    path = "/people"
    guards = [staffing]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="people")
    async def members(
        self, visit: NamedDependency[Visit], find: FromQuery[str] = ""
    ) -> Response[str]:
        """Whom she looks after; those who left stand last."""
        wanted = find.replace("\0", "")[:60]
        async with visit.db.begin(visit.caller.context) as conn:
            found = await security_people.members(conn, by=visit.caller, find=wanted)
        return await page(
            visit.request, "people/list.html", members=found, find=wanted, roles=ROLES
        )

    @get("/new", name="people.new")
    async def ask(self, visit: NamedDependency[Visit]) -> Response[str]:
        return await asking(visit, None)

    @post("/", name="people.add")
    async def add(
        self, data: URLEncodedBody[NewForm], visit: NamedDependency[Visit]
    ) -> Response[Any]:
        """Open an account; the link is shown on this answer and never again."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                new = data.member(data.username)
                person_id = await security_people.add(conn, new, visit.deed())
                whom = await security_people.member(conn, person_id, by=visit.caller)
                token = await security_people.link(conn, whom, visit.deed())
        except SecurityError as refusal:
            return await asking(visit, data, refusal)
        return await linked(visit, whom, token)

    @get("/{person:int}", name="people.one")
    async def one(
        self, person: FromPath[Id], visit: NamedDependency[Visit], done: FromQuery[str] = ""
    ) -> Response[str]:
        return await showing(visit, person, done=DONE.get(done, ""))

    @post("/{person:int}", name="people.change")
    async def change(
        self,
        person: FromPath[Id],
        data: URLEncodedBody[ChangeForm],
        visit: NamedDependency[Visit],
    ) -> Response[Any]:
        """Write a new name, telephone, role or place down."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                whom = await security_people.member(conn, person, by=visit.caller)
                new = data.member(whom.username)
                await security_people.change(conn, whom, new, visit.deed(data.why))
        except SecurityError as refusal:
            return await showing(visit, person, refusal=refusal)
        return Redirect(f"/people/{person}?done=changed", status_code=303)

    @post("/{person:int}/link", name="people.link")
    async def link(
        self, person: FromPath[Id], data: URLEncodedBody[WhyForm], visit: NamedDependency[Visit]
    ) -> Response[Any]:
        """A link for somebody who never began, or lost the one she had."""
        async with visit.db.begin(visit.caller.context) as conn:
            whom = await security_people.member(conn, person, by=visit.caller)
            token = await security_people.link(conn, whom, visit.deed(data.why))
        return await linked(visit, whom, token)

    @post("/{person:int}/password", name="people.password")
    async def password(
        self, person: FromPath[Id], data: URLEncodedBody[WhyForm], visit: NamedDependency[Visit]
    ) -> Response[Any]:
        """Forget the password, end every session, and show a link for a new one."""
        async with visit.db.begin(visit.caller.context) as conn:
            whom = await security_people.member(conn, person, by=visit.caller)
            token = await security_people.reset_password(conn, whom, visit.deed(data.why))
        return await linked(visit, whom, token)

    @post("/{person:int}/step", name="people.step")
    async def step(
        self, person: FromPath[Id], data: URLEncodedBody[WhyForm], visit: NamedDependency[Visit]
    ) -> Response[Any]:
        """Forget a lost authenticator."""
        return await doing(visit, person, "step", security_people.reset_step, data.why)

    @post("/{person:int}/leaving", name="people.leave")
    async def leave(
        self,
        person: FromPath[Id],
        data: URLEncodedBody[LeavingForm],
        visit: NamedDependency[Visit],
    ) -> Response[Any]:
        """Close the account of somebody who leaves, at once."""

        async def close(conn: Connection, whom: Member, deed: Deed) -> None:
            await security_people.leave(conn, whom, deed, known=bool(data.known))

        return await doing(visit, person, "left", close, data.why)

    @post("/{person:int}/return", name="people.return")
    async def come_back(
        self, person: FromPath[Id], data: URLEncodedBody[WhyForm], visit: NamedDependency[Visit]
    ) -> Response[Any]:
        return await doing(visit, person, "back", security_people.come_back, data.why)


async def doing(visit: Visit, person: int, done: str, verb: Verb, why: str) -> Response[Any]:
    """Do one thing to one account, and show it again with what came of it."""
    try:
        async with visit.db.begin(visit.caller.context) as conn:
            whom = await security_people.member(conn, person, by=visit.caller)
            await verb(conn, whom, visit.deed(why))
    except SecurityError as refusal:
        return await showing(visit, person, refusal=refusal)
    return Redirect(f"/people/{person}?done={done}", status_code=303)


async def asking(
    visit: Visit, typed: NewForm | None, refusal: Exception | None = None
) -> Response[str]:
    """The form for somebody new, with what was typed and what was wrong with it."""
    async with visit.db.begin(visit.caller.context) as conn:
        today = visit.now.astimezone(VIETNAM).date()
        places = await security_people.places(conn, visit.caller, today)
    return await page(
        visit.request,
        "people/new.html",
        status=status_of(refusal) if refusal else 200,
        typed=typed,
        places=places,
        roles={role: ROLES[role] for role in security_people.roles_of(visit.caller)},
        refused=said(visit, refusal),
    )


async def showing(
    visit: Visit, person: int, *, done: str = "", refusal: Exception | None = None
) -> Response[str]:
    """One account. Raises UnknownMember."""
    async with visit.db.begin(visit.caller.context) as conn:
        whom = await security_people.member(conn, person, by=visit.caller)
        held = await security_people.held(conn, whom)
        log = await security_log.lately(conn, whom.id)
        today = visit.now.astimezone(VIETNAM).date()
        places = await security_people.places(conn, visit.caller, today)
    return await page(
        visit.request,
        "people/one.html",
        status=status_of(refusal) if refusal else 200,
        whom=whom,
        held=held,
        log=log,
        log_words=log_words.words,
        places=places,
        roles={role: ROLES[role] for role in security_people.roles_of(visit.caller)},
        phone=phones.display(whom.phone) if whom.phone else "",
        done=done,
        refused=said(visit, refusal),
    )


async def linked(visit: Visit, whom: Member, token: str) -> Response[str]:
    """The link, for once: on screen, or on paper."""
    way = f"{visit.settings.site_url.rstrip('/')}/welcome?key={token}"
    return await page(visit.request, "people/link.html", whom=whom, way=way, now=visit.now)


def said(visit: Visit, refusal: Exception | None) -> str:
    return getattr(refusal, "en" if wants_english(visit.request) else "vi", "") if refusal else ""
