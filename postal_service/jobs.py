"""What runs without anyone asking. Each job may run early, late, twice or beside itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from notifications import outbox
from notifications.gateway import Directory, Gateway
from postal_service.clock import Clock
from postal_service.database import Context, Database

log = structlog.get_logger()


class Jobs:
    """The jobs, and what they need."""

    def __init__(
        self, database: Database, gateway: Gateway, directory: Directory, clock: Clock
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._directory = directory
        self._clock = clock
        #: what each failing job said last: an outage is logged when it starts and when it ends
        self._failing: dict[str, str] = {}

    async def run_due(self) -> bool:
        """Run every job once; whether any has more to do. Never raises: the next round goes on."""
        more = False
        for job in (self.sweep, self.announce_sms):
            more |= await self._run(job)
        return more

    async def announce_sms(self) -> bool:
        """Tell citizens what happened since last time; whether there is more to tell."""
        now = self._clock.now()
        begin = partial(self._database.begin, Context.job("announce_sms"))
        async with begin() as conn:
            heard = await outbox.draft(conn, directory=self._directory, now=now)
        sent = await outbox.send(begin, self._gateway, self._directory, now=now)
        return heard == outbox.NEWS_AT_ONCE or sent == outbox.SENT_AT_ONCE

    async def sweep(self) -> bool:
        """Bring into the open what a vanished worker left behind."""
        async with self._database.begin(Context.job("sweep")) as conn:
            found = await outbox.sweep(conn, directory=self._directory, now=self._clock.now())
        if found:
            log.warning("messages of unknown fate", count=found)
        return False

    async def _run(self, job: Callable[[], Awaitable[bool]]) -> bool:
        name = job.__name__
        try:
            more = await job()
        except Exception as error:
            if self._failing.get(name) != repr(error):
                log.error("job failed; it will be tried again", job=name, exc_info=error)
            self._failing[name] = repr(error)
            return False
        if self._failing.pop(name, None):
            log.info("job works again", job=name)
        return more
