"""The operator's page of texts: what each costs, how it reads, who has approved which wording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from notifications import messages, templates
from notifications.errors import MessageError
from notifications.messages import Size, Template
from notifications.store import Version
from notifications.templates import NETWORKS, Approval, Decision, NewText, Stored
from postal_service.caller import Role
from postal_service.desk.citizen.directory_words import NAMES
from postal_service.web.guards import only
from postal_service.web.inputs import Form
from postal_service.web.needs import Caller, Db, Now, Settings
from postal_service.web.pages import is_fragment, page

AnyRequest = Request[Any, Any, Any]

#: What a place may hold, for the preview. The number is of the invented range.
SAMPLES: Final[Mapping[str, str]] = {
    "ref": "LD-261123-00123",
    "code": "H36.31-261123-0012",
    "agency": "UBND P. Lang Biang",
    "s10": "RB000000105VN",
    "po": "BC Lạc Dương",
    "fee": "8.000",
    "post": "26.000",
    "amt": "135.000",
    "time": "14:05 23/11",
    "datetime": "17:30 27/11/2026",
    "date": "30/11",
    "n": "2",
    "name": "Tuấn",
    "phone": "0590000901",
    "reason": "vắng nhà",
    "hotline": "02630000001",
    "relation": "vợ hoặc chồng",
    "about": "đã giao kết quả",
    "secret": "••••••",
}
STATES: Final[Mapping[str, str]] = {
    "pending": "chờ duyệt",
    "approved": "đã duyệt",
    "refused": "không duyệt",
}


class Wording(Form):
    """A text as it is typed; ``form_id`` is drawn by the page."""

    form_id: UUID
    text_vi: str = ""


class Plain(Form):
    """A form that is all button."""


class Decisions(Form):
    """What each network said of one version; nothing: as it was."""

    viettel: str = ""
    vinaphone: str = ""
    mobifone: str = ""
    vietnamobile: str = ""
    gmobile: str = ""


class Cost(Struct, frozen=True, kw_only=True):
    """One way to write a text: how it reads, what it takes with the longest values, in đồng."""

    text: str
    characters: int
    size: Size
    price_vnd: int
    room: int  #: characters left in its last part; below zero over what is allowed


class Look(Struct, frozen=True, kw_only=True):
    """A wording measured: as it is sent, as it would be with its accents, and what is wrong."""

    plain: Cost
    accented: Cost
    wrong: MessageError | None


class Row(Struct, frozen=True, kw_only=True):
    """One text in the list. ``sent``: the version that leaves; none: nothing does."""

    key: str
    about: str
    recipient: str
    version: int
    sent: int | None
    look: Look
    approved: int
    demo: bool


class TemplateController(Controller):
    path = "/operator/templates"
    guards = [only(Role.OPERATOR)]

    @get("/", name="operator.templates")
    async def index(
        self, request: AnyRequest, caller: Caller, db: Db, settings: Settings
    ) -> Response[str]:
        """All texts, with what is sent now and what waits for a network."""
        async with db.begin(caller.context) as conn:
            newest = await templates.newest(conn)
            current = await templates.current(conn)
            said = await templates.approvals(conn, list(newest))
        rows = [
            row_of(
                newest[key],
                current.get(key),
                said.get((key, newest[key].version), {}),
                settings.sms_part_vnd,
            )
            for key in sorted(newest, key=list(NAMES).index)
        ]
        return await page(
            request, "operator/templates.html", rows=rows, networks=NETWORKS,
            waiting=sum(row.sent != row.version for row in rows),
            unasked=sum(row.demo for row in rows),
        )  # fmt: skip

    @post("/demo", name="operator.demo")
    async def withdraw_demo(self, caller: Caller, db: Db, data: URLEncodedBody[Plain]) -> Redirect:
        """From now on only networks' own approvals count. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            await templates.withdraw_demo(conn)
        return Redirect("/operator/templates", status_code=303)

    @get("/{key:str}", name="operator.template")
    async def show(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        settings: Settings,
        key: FromPath[str],
        saved: FromQuery[str] = "",
    ) -> Response[str]:
        """One text: write a wording, and write down what the networks said."""
        async with db.begin(caller.context) as conn:
            versions = await templates.history(conn, key)
            said = await templates.approvals(conn, [key])
            sent = (await templates.current(conn)).get(key)
        allowed = places_of(versions)
        return await page(
            request, "operator/template.html", key=key, about=NAMES.get(key, key),
            versions=versions, said=said, sent=sent.version if sent else None, saved=saved,
            networks=NETWORKS, states=STATES, allowed=allowed, form_id=uuid4(),
            newest=versions[0], part_vnd=settings.sms_part_vnd,
            look=measured(versions[0], settings.sms_part_vnd, allowed),
        )  # fmt: skip

    @post("/{key:str}/measure", name="operator.measure", status_code=200)
    async def measure(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        settings: Settings,
        key: FromPath[str],
        data: URLEncodedBody[Wording],
    ) -> Response[str]:
        """The figures for a wording as it stands. It changes nothing."""
        async with db.begin(caller.context) as conn:
            versions = await templates.history(conn, key)
        draft = templates.worded(versions[0], data.text_vi)
        look = measured(draft, settings.sms_part_vnd, places_of(versions))
        return await page(request, "operator/measure.html", look=look)

    @post("/{key:str}", name="operator.write", status_code=200)
    async def write(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        now: Now,
        key: FromPath[str],
        data: URLEncodedBody[Wording],
    ) -> Response[Any]:
        """Add a wording, which waits for the networks. Safe to press twice."""
        new = NewText(key=key, text_vi=data.text_vi, form_id=data.form_id)
        async with db.begin(caller.context) as conn:
            await templates.write(conn, new, by=caller.id, now=now)
        return onward(request, f"/operator/templates/{key}?saved=text")

    @post("/{key:str}/versions/{version:int}", name="operator.decide")
    async def decide(
        self,
        caller: Caller,
        db: Db,
        now: Now,
        key: FromPath[str],
        version: FromPath[int],
        data: URLEncodedBody[Decisions],
    ) -> Redirect:
        """Write down what networks said of a version. Safe to press twice."""
        async with db.begin(caller.context) as conn:
            for network in NETWORKS:
                if (said := getattr(data, network)) in STATES:
                    decision = Decision(key=key, version=version, network=network, said=said)
                    await templates.decide(conn, decision, by=caller.id, now=now)
        return Redirect(f"/operator/templates/{key}?saved=said", status_code=303)


def onward(request: AnyRequest, way: str) -> Response[Any]:
    """To the page that shows what was written; a fragment is taken there by its script."""
    if is_fragment(request):
        return Response("", headers={"HX-Redirect": way})
    return Redirect(way, status_code=303)


def places_of(versions: list[Stored]) -> list[str]:
    """What this situation can fill in: what any of its wordings did."""
    return list(dict.fromkeys(name for version in versions for name in version.placeholders))


def row_of(
    newest: Version, current: Version | None, said: Mapping[str, Approval], part_vnd: int
) -> Row:
    approved = [approval for approval in said.values() if approval.state == "approved"]
    return Row(
        key=newest.key,
        about=NAMES.get(newest.key, newest.key),
        recipient=newest.recipient,
        version=newest.version,
        sent=current.version if current else None,
        look=measured(newest, part_vnd, newest.placeholders),
        approved=len(approved),
        demo=any(approval.demo for approval in approved),
    )


def measured(template: Template, part_vnd: int, allowed: list[str]) -> Look:
    """What *template* takes with the longest values it may be given."""
    wrong = None
    try:
        templates.check(template, allowed=allowed)
    except MessageError as error:
        wrong = error
    most = template.max_segments
    return Look(
        plain=cost(template.text_ascii, most, part_vnd),
        accented=cost(template.text_vi, most, part_vnd),
        wrong=wrong,
    )


def cost(text: str, most: int, part_vnd: int) -> Cost:
    size = messages.measure(messages.spelled(text, messages.LONGEST))
    alone, part = (160, 153) if size.encoding == "GSM-7" else (70, 67)
    return Cost(
        text=messages.spelled(text, SAMPLES),
        characters=len(messages.spelled(text, SAMPLES)),
        size=size,
        price_vnd=size.segments * part_vnd,
        room=(alone if most == 1 else part * most) - size.units,
    )
