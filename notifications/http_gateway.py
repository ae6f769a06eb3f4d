"""A domestic network behind a plain HTTP address, described by settings instead of code.

Vietnamese networks differ in the names of their fields and in their codes, not in
what they do. Each request is signed over time and body, so that whoever listens
can neither change nor replay it, and each report is signed the same way.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final

import aiohttp
import msgspec
from msgspec import Meta, Struct

from notifications.forms import Forged, cut, fields_of
from notifications.gateway import (
    Blame,
    Found,
    MaybeSent,
    Refused,
    SenderStopped,
    Sms,
    TextStopped,
    TryLater,
)
from notifications.receipt_store import STATUSES
from notifications.receipts import Letter, Reported

PATIENCE: Final = 10.0
TIME: Final = "x-timestamp"
SIGNATURE: Final = "x-signature"
KEY: Final = "x-key-id"

Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Word = Annotated[str, Meta(pattern=r"^[a-z]+$")]


class Described(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network as its contract describes it: one JSON file."""

    name: Slug
    url: str
    #: answers with one message by our reference, or 404; none: it cannot be asked
    look_url: str | None = None
    sender: str
    key_id: str
    #: our names to theirs: to, text, sender, reference, and callback and valid_for if they exist
    fields: Mapping[str, str]
    #: where the answer has their id, status and code: names joined by dots
    id_at: str = "id"
    status_at: str = "status"
    code_at: str = "code"
    #: their words to ours
    statuses: Mapping[str, Word]
    #: their codes to who is at fault; what is not named is the number's fault
    codes: Mapping[str, Blame] = {}
    #: names of the fields of a report: id, status, reference, and code if it exists
    report: Mapping[str, str]

    def __post_init__(self) -> None:
        needed = {"to", "text", "sender", "reference"}
        if missing := needed - self.fields.keys():
            raise ValueError(f"fields lacks {', '.join(sorted(missing))}")
        if strange := set(self.statuses.values()) - set(STATUSES):
            raise ValueError(f"statuses has {', '.join(sorted(strange))}")


class HttpGateway:
    """Sends through one described network."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        network: Described,
        secret: bytes,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self.name = network.name
        self._http = http
        self._network = network
        self._secret = secret
        self._now = now

    async def send(self, sms: Sms) -> str:
        """As Gateway.send; the id is the network's."""
        body = msgspec.json.encode(self._request(sms))
        try:
            status, said = await self._ask("POST", self._network.url, body)
        except aiohttp.ClientConnectorError as error:
            raise TryLater("no connection") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise MaybeSent(type(error).__name__) from error
        except ValueError as error:
            raise MaybeSent("unreadable answer") from error
        code = text_at(said, self._network.code_at)
        if status >= 400 or code in self._network.codes:
            raise self._meaning(status, code)
        gateway_id = text_at(said, self._network.id_at)
        if gateway_id is None:
            raise MaybeSent("no id in the answer")
        return gateway_id

    def blame(self, error: str | None) -> Blame:
        return self._network.codes.get(error or "", Blame.NUMBER)

    def _meaning(self, status: int, code: str | None) -> Exception:
        said = f"{status}/{code}"
        match self._network.codes.get(code or ""):
            case Blame.TEXT:
                return TextStopped(said)
            case Blame.SENDER:
                return SenderStopped(said)
            case Blame.ROAD:
                return TryLater(said)
            case Blame.NUMBER:
                return Refused(said)
        if status in (401, 403):
            return SenderStopped(said)
        if status in (429, 503):
            return TryLater(said)
        return MaybeSent(said) if status >= 500 else Refused(said)

    def _request(self, sms: Sms) -> dict[str, object]:
        values: dict[str, object] = {
            "to": sms.phone,
            "text": sms.text,
            "sender": self._network.sender,
            "reference": reference(sms),
        }
        if sms.callback is not None:
            values["callback"] = sms.callback
        if sms.valid_for is not None:
            values["valid_for"] = sms.valid_for
        theirs = self._network.fields
        return {theirs[ours]: value for ours, value in values.items() if ours in theirs}

    async def _ask(self, method: str, url: str, body: bytes) -> tuple[int, Any]:
        """Status and decoded answer. Raises what aiohttp raises, TimeoutError or ValueError."""
        when = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIME: when,
            KEY: self._network.key_id,
            SIGNATURE: signature(self._secret, when, url, body),
        }
        async with (
            asyncio.timeout(PATIENCE),
            self._http.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer,
        ):
            raw = await answer.read()
            if answer.status >= 500 or not raw:
                return answer.status, {}
            return answer.status, msgspec.json.decode(raw)


class AnsweringGateway(HttpGateway):
    """A described network that can be asked what it took."""

    async def look(self, sms: Sms, *, since: datetime, others: Collection[str]) -> Found | None:
        """As Inquiry.look: by the reference we gave it."""
        url = f"{self._network.look_url}?{self._network.fields['reference']}={reference(sms)}"
        try:
            status, said = await self._ask("GET", url, b"")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise TryLater(type(error).__name__) from error
        if status == 404:
            return None
        gateway_id = text_at(said, self._network.id_at)
        if status != 200 or gateway_id is None:
            raise TryLater(str(status))
        word = text_at(said, self._network.status_at) or ""
        return Found(
            gateway_id=gateway_id,
            status=self._network.statuses.get(word, "sent"),
            error=text_at(said, self._network.code_at),
        )

    async def follow(self, sms: Sms, gateway_id: str) -> Found | None:
        """As Inquiry.follow: our reference names the message as well as its id does."""
        return await self.look(sms, since=self._now(), others=())


class HttpReports(Struct, frozen=True, kw_only=True):
    """Reports of one described network."""

    network: Described
    secret: bytes

    def read(self, letter: Letter) -> Reported:
        """As Reports.read: the signature is over time, our address and the body."""
        when, given = letter.headers.get(TIME, ""), letter.headers.get(SIGNATURE, "")
        ours = signature(self.secret, when, letter.url, letter.body)
        if not given or not hmac.compare_digest(ours.encode(), given.encode(errors="replace")):
            raise Forged("wrong signature")
        names = self.network.report
        statuses = "|".join(re.escape(word) for word in self.network.statuses)
        forms = {"id": r"[\w.:-]{1,64}", "status": statuses, "reference": r"[0-9]{1,18}-[0-9]{1,9}"}
        forms |= {"code": r"[\w.-]{0,20}", "to": r"\+?[0-9]{8,15}"}
        found = fields_of(
            letter.body,
            {theirs: re.compile(forms[ours], re.ASCII) for ours, theirs in names.items()},
            {names["id"], names["status"]},
        )
        said = {ours: found[theirs] for ours, theirs in names.items() if theirs in found}
        return Reported(
            gateway_id=said["id"],
            status=self.network.statuses[said["status"]],
            error=said.get("code") or None,
            raw=said | {"to": cut(said.get("to", ""))},
        )


def reference(sms: Sms) -> str:
    """Our own id of one attempt: a network that heard it twice took it once."""
    return f"{sms.id}-{sms.attempt}"


def signature(secret: bytes, when: str, url: str, body: bytes) -> str:
    said = b"\n".join((when.encode(errors="replace"), url.encode(), body))
    return "sha256=" + hmac.new(secret, said, sha256).hexdigest()


def text_at(said: object, path: str) -> str | None:
    """The text or number at *path*, names joined by dots; none where it is not there."""
    for name in path.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return str(said) if isinstance(said, str | int) else None


@asynccontextmanager
async def open_http(
    network: Described, secret: bytes, *, now: Callable[[], datetime]
) -> AsyncIterator[HttpGateway]:
    """A gateway with its connections, inside the running loop."""
    async with aiohttp.ClientSession() as http:
        kind = HttpGateway if network.look_url is None else AnsweringGateway
        yield kind(http, network, secret, now=now)
