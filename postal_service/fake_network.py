"""A stateful fake of the telephone network, on this machine alone.

It speaks the addresses, the sign-in, the list and the signed reports of the real
one, and misbehaves as that one does: it is slow, busy, broken, breaks off after
it took a message, answers rubbish, reports twice, out of order or a day late.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from postal_service.clock import Clock
from postal_service.fake_messages import (
    NOT_TAKEN,
    VERSION,
    Fault,
    Manner,
    Taken,
    answer,
    form_of,
    refusal,
    shown,
    signature,
)

HOST: Final = "127.0.0.1"
#: What the create call may hold; a name more is a mistake of ours.
ASKED: Final = frozenset(
    {"To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"}
)
#: Seconds that a hung call stays open.
LONG: Final = 3600.0


class FakeNetwork:
    """One account, what it sent, and how the network treats it."""

    def __init__(
        self,
        account: str,
        token: str,
        *,
        manner: Manner | None = None,
        clock: Clock | None = None,
        seed: int = 1,
    ) -> None:
        self.account, self.token = account, token
        self.manner = manner or Manner()
        self.taken: dict[str, Taken] = {}
        self.on_taken: Callable[[Taken], object] | None = None  #: told of each message
        self.calls = 0
        self.met: dict[Fault, int] = {}  #: how often each fault was played
        self.answers: dict[int, int] = {}  #: status of our reports' answers, counted
        self.slowest = 0.0  #: seconds that the slowest of them took
        self._clock = clock or Clock()
        self._random = random.Random(seed)  # noqa: S311 -- faults are drawn, not secrets
        self._held: list[tuple[Taken, str]] = []
        self._reporting: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    def app(self) -> web.Application:
        app = web.Application()
        messages = f"/{VERSION}/Accounts/{{account}}/Messages"
        app.router.add_post(f"{messages}.json", self.create)
        app.router.add_get(f"{messages}.json", self.list)
        app.router.add_get(f"{messages}/{{sid}}.json", self.fetch)
        return app

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or not."""
        self.calls += 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        fault = self._draw()
        if not self._signed_in(request):
            return refusal(401, 20003)
        if fault is not None and fault in NOT_TAKEN:
            return refusal(*NOT_TAKEN[fault])
        if not form.keys() <= ASKED or not {"To", "Body"} <= form.keys():
            return refusal(400, 21602)
        message = self._take(form)
        if fault is Fault.HANG:
            await asyncio.sleep(LONG)
        await asyncio.sleep(self.manner.slow if fault is Fault.SLOW else self.manner.delay)
        match fault:
            case Fault.RESET:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=500)
            case Fault.BROKEN_AFTER:
                return refusal(500, 20500)
            case Fault.GARBLED:
                return web.Response(status=201, body=b'{"sid": "SM', content_type="text/json")
        return answer(shown(self.account, message), 201)

    async def list(self, request: web.Request) -> web.StreamResponse:
        """Messages by receiver and day, newest first."""
        if not self._signed_in(request):
            return refusal(401, 20003)
        asked = request.query
        since = asked.get("DateSent>")
        after = datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC)
        listed = self._clock.now().timestamp() - self.manner.lag
        found = [
            shown(self.account, message)
            for message in reversed(self.taken.values())
            if asked.get("To", message.to) == message.to
            and message.at >= after
            and message.at.timestamp() <= listed
        ]
        page = int(asked.get("PageSize", "50"))
        return answer(
            {
                "messages": found[:page],
                "page": 0,
                "page_size": page,
                "next_page_uri": None,
                "first_page_uri": request.path_qs,
                "uri": request.path_qs,
                "start": 0,
                "end": len(found[:page]),
            },
            200,
        )

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        message = self.taken.get(request.match_info["sid"])
        if not self._signed_in(request):
            return refusal(401, 20003)
        return refusal(404, 20404) if message is None else answer(shown(self.account, message), 200)

    def release(self) -> None:
        """Send the reports that were held back: a day late, if so much time has passed."""
        held, self._held = self._held, []
        for message, status in held:
            self._later(self._tell(message, status))

    async def rest(self) -> None:
        """Wait until every report that is under way has come to its end."""
        while self._reporting:
            await asyncio.wait(set(self._reporting))

    def _take(self, form: Mapping[str, str]) -> Taken:
        message = Taken(
            sid=f"SM{self._random.getrandbits(128):032x}",
            to=form["To"],
            sender=form.get("From", form.get("MessagingServiceSid", "")),
            body=form["Body"],
            at=self._clock.now().astimezone(UTC),
            callback=form.get("StatusCallback"),
        )
        self.taken[message.sid] = message
        if self.on_taken is not None:
            self.on_taken(message)
        self._later(self._report(message))
        return message

    def _draw(self) -> Fault | None:
        drawn = self._random.random()
        for fault, part in self.manner.faults.items():
            if drawn < part:
                self.met[fault] = self.met.get(fault, 0) + 1
                return fault
            drawn -= part
        return None

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._reporting.add(task)
        task.add_done_callback(self._reporting.discard)

    async def _report(self, message: Taken) -> None:
        manner = self.manner
        words = list(manner.reports)
        if manner.shuffled:
            self._random.shuffle(words)
        for status in (word for word in words for _ in range(1 + manner.doubled)):
            await asyncio.sleep(manner.between)
            message.status = status
            if status in ("undelivered", "failed"):
                message.error = manner.error
            if message.callback is None:
                continue
            if manner.held:
                self._held.append((message, status))
            else:
                await self._tell(message, status)

    async def _tell(self, message: Taken, status: str) -> None:
        """One signed report. Whoever does not answer misses it, as in life: it comes once."""
        url = message.callback or ""
        if urlsplit(url).hostname not in (HOST, "localhost") or self._http is None:
            return
        form = form_of(self.account, message, status)
        headers = {"X-Twilio-Signature": signature(self.token, url, form)}
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._http.post(url, data=form, headers=headers) as said:
                self.answers[said.status] = self.answers.get(said.status, 0) + 1
                self.slowest = max(self.slowest, loop.time() - begun)

    def _signed_in(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        said = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        return given == f"Basic {said}" and request.match_info["account"] == self.account


@asynccontextmanager
async def running(network: FakeNetwork, port: int = 0) -> AsyncIterator[str]:
    """The fake at its address on this machine, for as long as the block runs."""
    runner = web.AppRunner(network.app(), access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port, backlog=512)
    timeout = aiohttp.ClientTimeout(total=15)
    async with aiohttp.ClientSession(
        timeout=timeout, connector=aiohttp.TCPConnector(limit=64)
    ) as http:
        network._http = http
        await site.start()
        found: int = runner.addresses[0][1]
        try:
            yield f"http://{HOST}:{found}"
        finally:
            network._http = None
            for task in network._reporting:
                task.cancel()
            await runner.cleanup()
