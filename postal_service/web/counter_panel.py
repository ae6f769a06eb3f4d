"""One dossier as a scan shows it at the counter, with what may be done about it here and now."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from litestar import Request, Response
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.database import Connection, Database
from postal_service.desk import paper_acts, shelf
from postal_service.desk.money import window
from postal_service.desk.outages import outage
from postal_service.desk.outages.outage_errors import WHY
from postal_service.web.outage import sheet_behind
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]


class Done(Struct, frozen=True):
    """What was just done, in a sentence, and the paper that goes with it: its name and address."""

    said: str = ""
    paper: tuple[str, str] | None = None


NOTHING = Done()


async def panel(
    request: AnyRequest,
    db: Database,
    code: str,
    caller: Staff,
    now: datetime,
    done: Done = NOTHING,
) -> Response[str]:
    """The dossier behind *code* as it is now, or the printed sheet that *code* stands on.

    Raises as shelf.look_up and outage.scanned do.
    """
    if outage.is_mark(code):
        async with db.begin(caller.context) as conn:
            sheet = await sheet_behind(conn, code, caller, now, request.app.state.settings)
        return await page(request, "outage/panel.html", sheet=sheet, why=WHY)
    async with db.begin(caller.context) as conn:
        told = await telling(conn, code, caller, now)
    return await page(request, "counter/panel.html", done=done, **told)


async def telling(conn: Connection, code: str, caller: Staff, now: datetime) -> dict[str, Any]:
    """What the panel says of the dossier behind *code*. Raises as shelf.look_up does."""
    office_id = caller.office_id or 0
    found = await shelf.look_up(conn, code, office_id=office_id, now=now)
    return {
        "found": found,
        "acts": await paper_acts.acts_for(conn, found.slip, caller, now=now),
        "money": await window.look(conn, found.slip.dossier.ref),
        "draw": uuid4,
        "own": found.slip.dossier.office_id == office_id,
    }
