"""The operator's outbox: what waits, which network does badly, what failed and why."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from notifications import health, health_store, outbox_store
from notifications.health_store import Count, Standing, Stopped
from notifications.messages import masked
from notifications.outbox_store import Depth, Ended, Failure, Spent
from postal_service import metrics
from postal_service.database import Connection, Context
from postal_service.desk.citizen import calls_store
from postal_service.desk.citizen.calls_store import Waiting
from postal_service.web import operator_words as words
from postal_service.web.guards import operators
from postal_service.web.inputs import Form
from postal_service.web.needs import Bell, Caller, Db, Now, Settings
from postal_service.web.pages import is_fragment, page

AnyRequest = Request[Any, Any, Any]

#: More than these nobody goes through one by one.
SHOWN: Final = 100
#: How far back failures and costs go.
BACK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)


class Chosen(Form):
    """The messages to send again: ``ids`` separated by blanks."""

    ids: str


class Press(Form):
    """A button with nothing to fill in."""


class Outbox(Struct, frozen=True, kw_only=True):
    """All that the page shows."""

    depth: Depth
    waited: str  #: how long the oldest message that should have left has waited
    slow: bool  #: longer than it ever should
    states: list[Ended]
    networks: list[Standing]
    counts: dict[str, Count]
    stops: list[Stopped]
    failures: list[Failure]
    spent: list[Spent]
    calls: list[Waiting]


class OperatorController(Controller):
    path = "/operator"
    guards = [operators]

    @get("/", name="operator.outbox")
    async def outbox(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, settings: Settings
    ) -> Response[str]:
        """Everything about messages on one page. Its figures ask again every five seconds."""
        # he has no stake in any dossier: of each message the page names its reference and office,
        # and shows no word that is somebody's
        async with db.begin(Context.job("outbox")) as conn:
            seen = await look(conn, now)
        return await page(
            request,
            "operator/outbox.html",
            block="figures" if is_fragment(request) else None,
            outbox=seen,
            now=now,
            words=words,
            masked=masked,
            part_vnd=settings.sms_part_vnd,
            replayable=" ".join(
                str(each.id)
                for each in seen.failures
                if each.can_replay and each.state != "unknown"
            ),
        )

    @post("/replay", name="operator.replay", status_code=303)
    async def replay(
        self, caller: Caller, db: Db, now: Now, bell: Bell, data: URLEncodedBody[Chosen]
    ) -> Redirect:
        """Send failed messages again. A second press finds them queued and changes nothing."""
        ids = [int(each) for each in data.ids.split()[:SHOWN] if is_number(each)]
        async with db.begin(caller.context) as conn:
            await outbox_store.replay(conn, ids, by=caller.id, now=now)
        bell.ring()
        return Redirect("/operator", status_code=303)

    @post("/networks/{name:str}/resume", name="operator.resume", status_code=303)
    async def resume(
        self, caller: Caller, db: Db, bell: Bell, name: FromPath[str], data: URLEncodedBody[Press]
    ) -> Redirect:
        """End a network's pause before its time."""
        async with db.begin(caller.context) as conn:
            await health_store.resume(conn, clean_name(name))
        bell.ring()
        return Redirect("/operator", status_code=303)

    @post("/stops/{template:str}/lift", name="operator.lift", status_code=303)
    async def lift(
        self,
        caller: Caller,
        db: Db,
        now: Now,
        template: FromPath[str],
        data: URLEncodedBody[Press],
    ) -> Redirect:
        """Let a stopped text leave again."""
        async with db.begin(caller.context) as conn:
            await health_store.lift(conn, clean_name(template), now, caller.id)
        return Redirect("/operator", status_code=303)


class MetricsController(Controller):
    path = "/metrics"

    @get(name="metrics")
    async def figures(
        self, request: AnyRequest, db: Db, now: Now, settings: Settings
    ) -> Response[bytes]:
        """The outbox in figures, for a collector that shows the token."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = settings.metrics_token or ""
        if not token or not hmac.compare_digest(token.encode(), given.encode()):
            return Response(b"", status_code=404, media_type="text/plain")
        async with db.begin(Context.job("metrics")) as conn:
            seen = await look(conn, now)
        written = metrics.written(
            metrics.Figures(
                depth=seen.depth,
                states=seen.states,
                networks=seen.networks,
                counts=list(seen.counts.values()),
                stops=seen.stops,
                calls=sum(each.calls for each in seen.calls),
                now=now,
            )
        )
        return Response(written, media_type=metrics.CONTENT_TYPE)


async def look(conn: Connection, now: datetime) -> Outbox:
    """The outbox as it is now."""
    depth = await outbox_store.depth(conn, now)
    waited = (now - depth.oldest_due_at).total_seconds() if depth.oldest_due_at else 0.0
    counts = await health_store.counts(conn, now - health.WINDOW, health.SLOW, now)
    return Outbox(
        depth=depth,
        waited=words.span(waited),
        slow=waited > 15,
        states=await outbox_store.states(conn, now - DAY),
        networks=await health_store.standings(conn),
        counts={each.gateway: each for each in counts},
        stops=await health_store.stops(conn),
        failures=await outbox_store.failures(conn, now, now - BACK, SHOWN),
        spent=await outbox_store.spent(conn, now - BACK),
        calls=await calls_store.waiting(conn),
    )


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def clean_name(name: str) -> str:
    """The name of a network or text; whatever else it holds is in no row."""
    return name if name.isascii() and name.isprintable() else ""
