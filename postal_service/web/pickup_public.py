"""The public page where a citizen asks for her papers to be fetched: no account, no script.

What she writes is an order only when the six digits come back from her telephone. The address of
her own page holds a secret that is kept nowhere else; with it she looks again, or cancels.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from notifications import phone as phones
from postal_service import security
from postal_service.database import Context, Database
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Incomplete
from postal_service.desk.pickups import pickup_door, pickup_public
from postal_service.desk.pickups.pickup_errors import (
    CannotHappen,
    OrderedAlready,
    UnknownPickup,
    WrongPickupCode,
)
from postal_service.desk.pickups.pickup_moves import Act, State, acts_from
from postal_service.desk.pickups.pickup_rules import PickupEntry
from postal_service.desk.pickups.pickups import By
from postal_service.desk.published import offices
from postal_service.security import Limit
from postal_service.web import pickup_forms
from postal_service.web.address import client_address
from postal_service.web.citizen import spoken
from postal_service.web.citizen_slip import hotline
from postal_service.web.errors import status_of
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Db, Lang, Now
from postal_service.web.pages import page
from postal_service.web.pickup_labels import LABELS

AnyRequest = Request[Any, Any, Any]

#: Before there is an order, nobody is anybody.
DOOR: Final = Context(kind="citizen", name="pick-up")
#: In a quarter of an hour: orders from one address, to one telephone, and of everybody.
ORDERS_AN_ADDRESS: Final = 6
ORDERS_IN_ALL: Final = 300
CODES_A_PAGE: Final = 3
#: Digits tried for one page; six digits are not found in ten.
TRIES_A_PAGE: Final = 5


class CodeForm(Form):
    """The digits, as typed; ``id`` was drawn by the page."""

    id: UUID
    digits: str = ""


class PressForm(Form):
    """A form that is all button; ``id`` was drawn by the page."""

    id: UUID


class PickupPublicController(Controller):
    path = "/pick-up"

    @get("/", name="pickup_public")
    async def ask(self, request: AnyRequest, db: Db, now: Now, lang: Lang) -> Response[str]:
        """The empty form."""
        return await form(request, db, now, spoken(request, lang), None)

    @post("/", name="pickup_public.order", status_code=303)
    async def order(
        self, request: AnyRequest, db: Db, bell: Bell, now: Now, lang: Lang
    ) -> Response[Any]:
        """Keep what she writes and send the code; the same answer whoever's telephone it is.

        What is typed wrong is said before anything is counted or kept.
        """
        tongue = spoken(request, lang)
        entry = await pickup_forms.entry_of(request)
        secret = pickup_public.new_secret()
        by = By(channel="page", door=pickup_public.door_of(secret))
        context = pickup_public.context_of(secret)
        await count(
            db,
            [
                Limit(f"pick-up:at:{client_address(request)}", ORDERS_AN_ADDRESS),
                Limit("pick-up", ORDERS_IN_ALL),
            ],
            now,
        )
        try:
            await pickup_forms.place_order(db, context, entry, by, now=now)
        except Incomplete as refusal:
            return await form(request, db, now, tongue, entry, refusal)
        bell.ring()
        return Redirect(f"/pick-up/{secret}", query_params={"lang": tongue}, status_code=303)

    @get("/{secret:str}", name="pickup_public.one")
    async def one(
        self, request: AnyRequest, secret: FromPath[str], db: Db, now: Now, lang: Lang
    ) -> Response[str]:
        """Her order: where the code goes, and later where it stands."""
        return await showing(request, db, secret, spoken(request, lang))

    @post("/{secret:str}", name="pickup_public.confirm", status_code=303)
    async def confirm(
        self,
        request: AnyRequest,
        secret: FromPath[str],
        data: URLEncodedBody[CodeForm],
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """The digits came back. Counted before they are looked at: wrong ones stay counted."""
        door = pickup_public.door_of(secret)
        await count(db, [Limit(f"pick-up:code:{door[:32]}", TRIES_A_PAGE)], now)
        key: bytes = request.app.state.delivery_key
        try:
            async with db.begin(pickup_public.context_of(secret)) as conn:
                await pickup_public.confirm(
                    conn, secret, data.digits[:20], data.id, key=key, now=now
                )
        except (WrongPickupCode, OrderedAlready) as refusal:
            return await showing(request, db, secret, spoken(request, lang), refusal)
        request.app.state.bell.ring()
        return back(secret, request, lang)

    @post("/{secret:str}/again", name="pickup_public.again", status_code=303)
    async def again(
        self,
        request: AnyRequest,
        secret: FromPath[str],
        data: URLEncodedBody[PressForm],
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """Another code, if not too many were asked for."""
        door = pickup_public.door_of(secret)
        await count(db, [Limit(f"pick-up:again:{door[:32]}", CODES_A_PAGE)], now)
        async with db.begin(pickup_public.context_of(secret)) as conn:
            await pickup_public.send_code(conn, secret, data.id, now=now)
        request.app.state.bell.ring()
        return back(secret, request, lang, again="1")

    @post("/{secret:str}/cancel", name="pickup_public.cancel", status_code=303)
    async def cancel(
        self,
        request: AnyRequest,
        secret: FromPath[str],
        data: URLEncodedBody[PressForm],
        db: Db,
        now: Now,
        lang: Lang,
    ) -> Response[Any]:
        """She wants it no more, as long as the papers are hers."""
        try:
            async with db.begin(pickup_public.context_of(secret)) as conn:
                await pickup_public.cancel(conn, secret, data.id, now=now)
        except CannotHappen as refusal:
            return await showing(request, db, secret, spoken(request, lang), refusal)
        request.app.state.bell.ring()
        return back(secret, request, lang)


async def count(db: Database, limits: list[Limit], now: datetime) -> None:
    """Count a try in a transaction of its own. Raises TooManyTries."""
    async with db.begin(DOOR) as conn:
        await security.count_tries(conn, limits, now)


def back(secret: str, request: AnyRequest, lang: str, **more: str) -> Redirect:
    given = {"lang": spoken(request, lang), **more}
    return Redirect(f"/pick-up/{secret}", query_params=given, status_code=303)


async def form(
    request: AnyRequest,
    db: Database,
    now: datetime,
    lang: str,
    entry: PickupEntry | None,
    refusal: Incomplete | None = None,
) -> Response[str]:
    """The form; refused, with what was typed."""
    said = pickup_forms.spoken(refusal, english=lang == "en") if refusal else []
    async with db.begin(DOOR) as conn:
        asked = await pickup_forms.asked(conn, entry, office_id=None, now=now, said=said)
    return await page(
        request,
        "pickups/ask.html",
        status=422 if refusal else 200,
        lang=lang,
        t=LABELS[lang],
        asked=asked,
    )


async def showing(
    request: AnyRequest, db: Database, secret: str, lang: str, refusal: DeskError | None = None
) -> Response[str]:
    """Her page. Raises UnknownPickup, for an address that is none as for one that is over."""
    if len(secret) > 64 or not secret.isascii():
        raise UnknownPickup
    async with db.begin(pickup_public.context_of(secret)) as conn:
        found = await pickup_public.behind(conn, secret)
        procedure = await pickup_door.listed(conn, found)
        office = await offices.get(conn, found.office_id)
    asked = found.state is State.ASKED
    return await page(
        request,
        "pickups/code.html" if asked else "pickups/state.html",
        status=status_of(refusal) if refusal else 200,
        lang=lang,
        t=LABELS[lang],
        order=found,
        procedure=procedure,
        phone=phones.mask(found.phone) if found.phone else "",
        hotline=hotline(office.hotline),
        cancellable=Act.CANCEL in acts_from(found.state),
        secret=secret,
        again="again" in request.query_params,
        said=(refusal.en if lang == "en" else refusal.vi) if refusal else "",
        draw=uuid4,
    )
