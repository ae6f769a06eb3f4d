"""Between the password and the work: the code, the authenticator's first, the courier's phone."""

from __future__ import annotations

import base64
from typing import Annotated, Any

import zxingcpp
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from postal_service import security_phones, security_steps
from postal_service.caller import Lack
from postal_service.security import SecurityError
from postal_service.security_log import Act
from postal_service.security_steps import WrongCode
from postal_service.security_store import Begun
from postal_service.web import doors
from postal_service.web.doors import DOOR, Coming, Visit
from postal_service.web.errors import status_of, wants_english
from postal_service.web.guards import find_begun
from postal_service.web.inputs import Form
from postal_service.web.pages import page

Wanted = Annotated[str, Meta(max_length=2_000)]


class CodeForm(Form):
    """A code of her authenticator, or one that was printed."""

    code: Annotated[str, Meta(max_length=60)]
    next: Wanted = ""


class GoForm(Form):
    """A press of “go on”."""

    next: Wanted = ""


class Begin(Visit, frozen=True, kw_only=True):
    """A visit of somebody whose password was right."""

    begun: Begun | None


async def begin(visit: NamedDependency[Visit]) -> Begin:
    return Begin(
        request=visit.request,
        db=visit.db,
        now=visit.now,
        settings=visit.settings,
        begun=await find_begun(visit.request),
    )


class StepController(Controller):
    path = "/signin"
    dependencies = {"visit": Provide(doors.visit), "begin": Provide(begin)}

    @get("/code", name="signin.code")
    async def ask_code(
        self, begin: NamedDependency[Begin], next: FromQuery[str] = ""
    ) -> Response[Any]:
        if lacking(begin, Lack.CODE) is None:
            return to_door()
        return await page(begin.request, "account/code.html", refused="", next=next)

    @post("/code", name="signin.code.post")
    async def code(
        self, data: URLEncodedBody[CodeForm], begin: NamedDependency[Begin]
    ) -> Response[Any]:
        """Let her in, under a new id. A printed code opens once, as any other does."""
        begun = lacking(begin, Lack.CODE)
        if begun is None:
            return to_door()
        try:
            act = await pass_code(begin, begun, data.code)
        except SecurityError as refusal:
            return await page(
                begin.request,
                "account/code.html",
                status=status_of(refusal),
                refused=said(begin, refusal),
                next=data.next,
            )
        return await doors.come_in(begin, Coming.further(begun, act=act), data.next)

    @get("/enrolment", name="signin.enrolment")
    async def ask_enrolment(
        self, begin: NamedDependency[Begin], next: FromQuery[str] = ""
    ) -> Response[Any]:
        """The picture for her authenticator; the same one however often the page is loaded."""
        begun = lacking(begin, Lack.ENROLMENT)
        return to_door() if begun is None else await enrolment(begin, begun, next)

    @post("/enrolment", name="signin.enrolment.post")
    async def enrol(
        self, data: URLEncodedBody[CodeForm], begin: NamedDependency[Begin]
    ) -> Response[Any]:
        """The first code proves that the authenticator works; then her printed codes, once."""
        begun = lacking(begin, Lack.ENROLMENT)
        if begun is None:
            return to_door()
        try:
            await pass_code(begin, begun, data.code)
        except SecurityError as refusal:
            return await enrolment(begin, begun, data.next, refusal)
        who = Coming.further(begun)
        async with begin.db.begin(DOOR) as conn:
            codes = await security_steps.draw_recovery(conn, begun.person_id)
            await doors.note(conn, begin, Act.ENROLLED, begun.person_id, begun.office_id)
            came = await doors.enter(conn, begin, who, data.next)
        response = await page(
            begin.request,
            "account/recovery.html",
            codes=codes,
            onward=came.where,
            name=begun.username,
        )
        doors.give(begin, response, who, came)
        return response

    @get("/phone", name="signin.phone")
    async def ask_phone(
        self, begin: NamedDependency[Begin], next: FromQuery[str] = ""
    ) -> Response[Any]:
        """The number to show the supervisor; the page looks by itself whether she typed it."""
        begun = lacking(begin, Lack.PHONE)
        if begun is None:
            return to_door()
        async with begin.db.begin(DOOR) as conn:
            asked = await security_phones.ask(conn, begun, now=begin.now)
        return await page(
            begin.request, "account/phone.html", asked=asked, next=next, name=begun.full_name
        )

    @post("/phone", name="signin.phone.post")
    async def phone(
        self, data: URLEncodedBody[GoForm], begin: NamedDependency[Begin]
    ) -> Response[Any]:
        """Go on with a phone that the supervisor has let in."""
        begun = lacking(begin, Lack.PHONE)
        if begun is None:
            return to_door()
        who = Coming.further(begun)
        async with begin.db.begin(DOOR) as conn:
            taken = await security_phones.take(conn, begun, now=begin.now)
            if taken is None:
                return Redirect(doors.STEPS[Lack.PHONE], status_code=303)
            token, phone_id = taken
            came = await doors.enter(conn, begin, who, data.next, phone=(token, phone_id))
        response: Response[Any] = Redirect(came.where, status_code=303)
        doors.give(begin, response, who, came)
        return response


def lacking(begin: Begin, lack: Lack) -> Begun | None:
    """Who is here for this step; None for everybody else."""
    return begin.begun if begin.begun is not None and begin.begun.lacks is lack else None


def to_door() -> Response[Any]:
    return Redirect("/", status_code=303)


async def pass_code(begin: Begin, begun: Begun, typed: str) -> Act:
    """Take *typed* as her code, counted before it is looked at. Raises WrongCode, TooManyTries."""
    person_id = begun.person_id
    async with begin.db.begin(DOOR) as conn:
        await security_steps.count(conn, person_id, begin.now)
    async with begin.db.begin(DOOR) as conn:
        if await security_steps.passes(conn, person_id, typed, now=begin.now):
            return Act.SIGNED_IN
        if begun.lacks is Lack.CODE and await security_steps.recovers(
            conn, person_id, typed, now=begin.now
        ):
            return Act.RECOVERED
        await doors.note(conn, begin, Act.CODE_REFUSED, person_id, begun.office_id)
    raise WrongCode


async def enrolment(
    begin: Begin, begun: Begun, wanted: str, refusal: SecurityError | None = None
) -> Response[Any]:
    async with begin.db.begin(DOOR) as conn:
        secret = await security_steps.proposed(conn, begun.person_id)
    if secret is None:
        return to_door()
    return await page(
        begin.request,
        "account/enrolment.html",
        status=status_of(refusal) if refusal else 200,
        refused=said(begin, refusal) if refusal else "",
        next=wanted,
        action=doors.STEPS[Lack.ENROLMENT],
        **picture(secret, begun.username),
    )


def picture(secret: str, username: str) -> dict[str, str]:
    """What a page shows of a secret: a square to photograph, and letters to type."""
    square = zxingcpp.create_barcode(
        security_steps.address(secret, username), zxingcpp.QRCode, ec_level="M"
    )
    svg = zxingcpp.write_barcode_to_svg(square, scale=5, add_quiet_zones=True)
    source = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return {"svg": source, "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))}


def said(visit: Visit, refusal: SecurityError) -> str:
    return refusal.en if wants_english(visit.request) else refusal.vi
