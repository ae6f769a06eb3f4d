"""The demo's telephones: every message as the handset it went to would show it."""

from __future__ import annotations

from typing import Any, Final

from asyncpg import Connection, Record
from litestar import Controller, Request, Response, get
from msgspec import Struct
from msgspec.structs import replace

from notifications import store as messages
from notifications.messages import SECRET
from notifications.store import Shown
from postal_service import security
from postal_service.database import Context
from postal_service.desk.citizen import directory
from postal_service.desk.citizen.directory import DeskDirectory
from postal_service.web.needs import Db, Settings
from postal_service.web.pages import is_fragment, page

#: More than this nobody scrolls through.
MOST: Final = 200


class Handset(Struct, frozen=True, kw_only=True):
    """One telephone and what it got, oldest first."""

    number: str
    messages: list[Shown]


class PhoneController(Controller):
    path = "/phone"

    @get(name="phone", media_type="text/html")
    async def handsets(
        self, request: Request[Any, Any, Any], db: Db, settings: Settings
    ) -> Response[str]:
        """All telephones, the one that rang last first. The page asks again every two seconds."""
        keeper = DeskDirectory(security.subkey(settings.secret_key, "delivery"))
        async with db.begin(Context.job("demo_phone")) as conn:
            shown = [await told(conn, sms, keeper) for sms in await messages.recent(conn, MOST)]
            numbers = await directory.numbers(conn, {sms.recipient_id for sms in shown})
        block = "handsets" if is_fragment(request) else None
        return await page(
            request, "phone/handsets.html", block=block, handsets=by_number(shown, numbers)
        )


async def told(conn: Connection[Record], sms: Shown, keeper: DeskDirectory) -> Shown:
    """The message as the citizen got it: a code that is kept nowhere is derived once more."""
    if SECRET not in sms.body:
        return sms
    code = await keeper.secret(conn, sms)
    return replace(sms, body=sms.body.replace(SECRET, code or "••••••"))


def by_number(shown: list[Shown], numbers: dict[int, str]) -> list[Handset]:
    """Messages sorted onto handsets; *shown* is newest first, and so are the handsets."""
    found: dict[str, list[Shown]] = {}
    for sms in shown:
        found.setdefault(numbers.get(sms.recipient_id, "–"), []).insert(0, sms)
    return [Handset(number=number, messages=got) for number, got in found.items()]
