"""One request of one officer, with all that answering it takes."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from litestar import Request
from msgspec import Struct

from postal_service.bell import Bell as TheBell
from postal_service.caller import Staff
from postal_service.database import Connection, Database
from postal_service.desk.errors import DeskError
from postal_service.web.needs import Bell, Caller, Db, Lang, Now
from tracking.errors import TrackingError

AnyRequest = Request[Any, Any, Any]
Refusal = TrackingError | DeskError


class Visit(Struct, frozen=True, kw_only=True):
    request: AnyRequest
    caller: Staff
    db: Database
    bell: TheBell
    now: datetime
    lang: str

    def begin(self) -> AbstractAsyncContextManager[Connection]:
        return self.db.begin(self.caller.context)

    def say(self, refusal: Refusal) -> str:
        return refusal.en if self.lang == "en" else refusal.vi

    def asked(self, name: str) -> str:
        """A number in the address, as this site's own redirects put it there; else nothing."""
        given = self.request.query_params.get(name, "")
        return given if given.isascii() and given.isdigit() and len(given) <= len("2000") else ""


async def visit(
    request: AnyRequest, caller: Caller, db: Db, bell: Bell, now: Now, lang: Lang
) -> Visit:
    return Visit(request=request, caller=caller, db=db, bell=bell, now=now, lang=lang)
