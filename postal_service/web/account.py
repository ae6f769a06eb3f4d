"""One's own account: where one is signed in, the password, the second step."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service import (
    security,
    security_links,
    security_log,
    security_passwords,
    security_steps,
    security_steps_store,
    security_store,
)
from postal_service.caller import TWO_STEPS, Role, Staff
from postal_service.security import BadSignIn, Limit, SecurityError, digest
from postal_service.security_log import Act, Entry
from postal_service.security_steps import WrongCode
from postal_service.web import doors, log_words
from postal_service.web.doors import Visit
from postal_service.web.errors import status_of
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller
from postal_service.web.pages import page
from postal_service.web.signin import Secret
from postal_service.web.steps import picture, said

Code = Annotated[str, Meta(max_length=60)]
#: Wrong old passwords in a window: whoever sits down at an open counter gets no more.
TRIES: Final = 5
DONE: Final = {
    "password": "Đã đổi mật khẩu. Các máy khác phải đăng nhập lại.",
    "sessions": "Đã kết thúc.",
    "step": "Bước xác thực thứ hai đã đặt xong.",
}


class PasswordForm(Form):
    """The old password, and the new one twice; ``code``: of her authenticator, if she has one."""

    old: Secret
    password: Secret
    again: Secret
    code: Code = ""
    username: str = ""


class SessionsForm(Form):
    """``which``: the hash of one session in hexadecimal, or ``others``; ``old``: her password."""

    old: Secret
    which: Annotated[str, Meta(pattern=r"^([0-9a-f]{64}|others)$")]


class CodeForm(Form):
    """A code of her authenticator, and her password again."""

    code: Code
    old: Secret
    next: str = ""


class AccountController(Controller):
    path = "/account"
    dependencies = {"visit": Provide(doors.visit)}

    @get("/", name="account")
    async def show(
        self, visit: NamedDependency[Visit], caller: Caller, done: FromQuery[str] = ""
    ) -> Response[Any]:
        return await showing(visit, caller, said_=DONE.get(done, ""))

    @post("/password", name="account.password")
    async def password(
        self, data: URLEncodedBody[PasswordForm], visit: NamedDependency[Visit], caller: Caller
    ) -> Response[Any]:
        """Change it, with the old one asked for; every other session ends."""
        try:
            await own_password(visit, caller, data.old)
            if await enrolled(visit, caller):
                await own_code(visit, caller, data.code)
            security_links.check_new(data.password, data.again, caller)
        except SecurityError as refusal:
            return await showing(visit, caller, refusal=refusal)
        async with visit.db.begin(caller.context) as conn:
            await security_links.set_password(conn, caller.id, data.password, keep=visit.token)
            await security_log.write(conn, own(caller, Act.PASSWORD_CHANGED), now=visit.now)
        return Redirect("/account?done=password", status_code=303)

    @post("/sessions", name="account.sessions")
    async def sessions(
        self, data: URLEncodedBody[SessionsForm], visit: NamedDependency[Visit], caller: Caller
    ) -> Response[Any]:
        """End one of her own sessions, or all but this one, for her password. Safe to repeat."""
        try:
            await own_password(visit, caller, data.old)
        except SecurityError as refusal:
            return await showing(visit, caller, refusal=refusal)
        only = None if data.which == "others" else bytes.fromhex(data.which)
        async with visit.db.begin(caller.context) as conn:
            if await security.end_sessions(conn, caller.id, but=visit.token, only=only):
                await security_log.write(conn, own(caller, Act.SESSIONS_ENDED), now=visit.now)
        return Redirect("/account?done=sessions", status_code=303)

    @get("/second-step", name="account.step")
    async def ask_step(self, visit: NamedDependency[Visit], caller: Caller) -> Response[Any]:
        return await enrolment(visit, caller)

    @post("/second-step", name="account.step.post")
    async def step(
        self, data: URLEncodedBody[CodeForm], visit: NamedDependency[Visit], caller: Caller
    ) -> Response[Any]:
        """Enrol of one's own will; from now on a password alone does not let her in.

        Her password is asked for: whoever sits down at an open counter puts nothing of his here.
        """
        if await enrolled(visit, caller):
            return Redirect("/account", status_code=303)
        try:
            await own_password(visit, caller, data.old)
            await own_code(visit, caller, data.code)
        except SecurityError as refusal:
            return await enrolment(visit, caller, refusal)
        return await codes(visit, caller, Act.ENROLLED)

    @post("/recovery", name="account.recovery")
    async def recovery(
        self, data: URLEncodedBody[CodeForm], visit: NamedDependency[Visit], caller: Caller
    ) -> Response[Any]:
        """Ten new printed codes, for a code of the authenticator; the old ones end."""
        if not await enrolled(visit, caller):
            return Redirect("/account/second-step", status_code=303)
        try:
            await own_password(visit, caller, data.old)
            await own_code(visit, caller, data.code)
        except SecurityError as refusal:
            return await showing(visit, caller, refusal=refusal)
        return await codes(visit, caller, Act.RECOVERY_MADE)


async def enrolled(visit: Visit, caller: Staff) -> bool:
    async with visit.db.begin(caller.context) as conn:
        return await security_steps.is_enrolled(conn, caller.id)


async def own_password(visit: Visit, caller: Staff, typed: str) -> None:
    """Raise BadSignIn unless *typed* is her password; TooManyTries where somebody guesses."""
    async with visit.db.begin(caller.context) as conn:
        await security.count_tries(conn, [Limit(f"password:{caller.id}", TRIES)], visit.now)
    async with visit.db.begin(caller.context) as conn:
        found = await security_store.credentials(conn, caller.username)
    if not await security_passwords.password_fits(found.password_hash if found else None, typed):
        raise BadSignIn
    async with visit.db.begin(caller.context) as conn:
        await security.forgive(conn, [f"password:{caller.id}"], visit.now)


async def own_code(visit: Visit, caller: Staff, typed: str) -> None:
    """Raise WrongCode unless *typed* is a code of her authenticator, unused until now."""
    async with visit.db.begin(caller.context) as conn:
        await security_steps.count(conn, caller.id, visit.now)
    async with visit.db.begin(caller.context) as conn:
        if not await security_steps.passes(conn, caller.id, typed, now=visit.now):
            raise WrongCode


async def codes(visit: Visit, caller: Staff, act: Act) -> Response[Any]:
    async with visit.db.begin(caller.context) as conn:
        drawn = await security_steps.draw_recovery(conn, caller.id)
        await security_log.write(conn, own(caller, act), now=visit.now)
    return await page(
        visit.request, "account/recovery.html", codes=drawn, onward="/account", name=caller.username
    )


async def enrolment(
    visit: Visit, caller: Staff, refusal: SecurityError | None = None
) -> Response[Any]:
    async with visit.db.begin(caller.context) as conn:
        secret = await security_steps.proposed(conn, caller.id)
    if secret is None:
        return Redirect("/account", status_code=303)
    return await page(
        visit.request,
        "account/enrolment.html",
        status=status_of(refusal) if refusal else 200,
        refused=said(visit, refusal) if refusal else "",
        next="",
        action="/account/second-step",
        **picture(secret, caller.username),
    )


async def showing(
    visit: Visit, caller: Staff, said_: str = "", refusal: SecurityError | None = None
) -> Response[Any]:
    async with visit.db.begin(caller.context) as conn:
        sessions = await security_store.sessions_of(
            conn,
            caller.id,
            visit.now,
            since=visit.now - security.IDLE,
            idle_too=caller.role is Role.COURIER,
        )
        step = await security_steps.is_enrolled(conn, caller.id)
        left = await security_steps_store.recovery_left(conn, caller.id)
        log = await security_log.lately(conn, caller.id)
    return await page(
        visit.request,
        "account/account.html",
        status=status_of(refusal) if refusal else 200,
        sessions=sessions,
        mine=digest(visit.token),
        step=step,
        left=left,
        needed=caller.role in TWO_STEPS,
        log=log,
        log_words=log_words.words,
        said=said_,
        refused=said(visit, refusal) if refusal else "",
    )


def own(caller: Staff, act: Act) -> Entry:
    return Entry(act=act, person_id=caller.id, by=caller.id, office_id=caller.office_id)
