"""Twilio: its client, its error codes, its reports, and what each means for a message.

A create call cannot be repeated safely: it takes no idempotency key. So only
answers that say "not taken" lead to another try; for the rest the list of
messages is asked.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
from msgspec import Struct
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

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
from notifications.receipts import Letter, Reported

API: Final = "https://api.twilio.com"
#: Seconds for one call, connection included; well inside the outbox's lease.
PATIENCE: Final = 10.0

#: The number is at fault (https://www.twilio.com/docs/api/errors).
NUMBER: Final = frozenset(
    {
        21211,  # not a phone number
        21408,  # country not allowed for this account
        21610,  # the receiver unsubscribed
        21612,  # no route to this number
        21614,  # not a mobile
        30004,  # blocked
        30005,  # unknown handset
        30006,  # landline or unreachable carrier
    }
)
#: Filtered: the text is not registered.
TEXT: Final = frozenset({30007})
#: The account is at fault: wrong credentials, suspended, daily limit.
ACCOUNT: Final = frozenset({20003, 30002, 63038})
#: Too many requests, queue overflow, handset unreachable for now, unknown trouble on the way.
ROAD: Final = frozenset({20429, 30001, 30003, 30008})
NOT_FOUND: Final = 404
TOO_MANY: Final = 429
UNAVAILABLE: Final = 503
UNAUTHORISED: Final = frozenset({401, 403})

#: Twilio's words in ours. What is not here is no report about a text message.
STATUSES: Final[Mapping[str, str]] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "queued",
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
SID: Final = r"(?:SM|MM)[0-9a-f]{32}"
#: Every parameter of a report, and its form. A name more, or another form, is no report: two
#: reports with the same letters differently cut have the same signature.
REPORTS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(form)
    for name, form in {
        "AccountSid": r"AC[0-9a-f]{32}",
        "ApiVersion": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "ErrorCode": r"[0-9]{5}",
        "From": r"\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}",
        "MessageSid": SID,
        "MessageStatus": "|".join(STATUSES),
        "MessagingServiceSid": r"MG[0-9a-f]{32}",
        "RawDlrDoneDate": r"[0-9]{10,12}",
        "SmsSid": SID,
        "SmsStatus": "|".join(STATUSES),
        "To": r"\+[0-9]{8,15}",
    }.items()
}
NEEDED: Final = frozenset({"AccountSid", "MessageSid", "MessageStatus"})
SIGNATURE: Final = "x-twilio-signature"


#: Whatever keeps an answer from us.
TROUBLE: Final = (TwilioException, TimeoutError, aiohttp.ClientError, OSError, ValueError)


class TwilioGateway:
    """Sends through one account, from one registered sender."""

    name = "twilio"

    def __init__(self, client: Client, sender: str, *, patience: float = PATIENCE) -> None:
        self._client = client
        self._sender = sender
        self._patience = patience

    async def send(self, sms: Sms) -> str:
        """As Gateway.send; the id is Twilio's message SID."""
        try:
            # The client's own timeout is ignored by its async transport.
            async with asyncio.timeout(self._patience):
                message = await self._client.messages.create_async(**self._request(sms))
        except (TwilioRestException, TwilioServiceException) as error:
            raise meaning(error.status, error.code) from error
        except aiohttp.ClientConnectorError as error:
            raise TryLater("no connection") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise MaybeSent(type(error).__name__) from error
        except (TwilioException, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise MaybeSent("unreadable answer") from error
        if not re.fullmatch(SID, str(message.sid)):
            raise MaybeSent("no id in the answer")
        return str(message.sid)

    async def look(self, sms: Sms, *, since: datetime, others: Collection[str]) -> Found | None:
        """As Inquiry.look: by receiver, day and text, for Twilio knows no id of ours."""
        # Twilio's library writes "Z" behind whatever hour it is handed.
        after = (since - timedelta(minutes=1)).astimezone(UTC)
        try:
            async with asyncio.timeout(self._patience):
                listed = await self._client.messages.list_async(
                    to=sms.phone, date_sent_after=after, limit=100
                )
        except TROUBLE as error:
            raise TryLater(type(error).__name__) from error
        for message in listed:
            if message.body == sms.text and message.sid not in others:
                return found(message)
        return None

    async def follow(self, sms: Sms, gateway_id: str) -> Found | None:
        """As Inquiry.follow."""
        try:
            async with asyncio.timeout(self._patience):
                return found(await self._client.messages(gateway_id).fetch_async())
        except TwilioRestException as error:
            if error.status == NOT_FOUND:
                return None
            raise TryLater(f"{error.status}/{error.code}") from error
        except TROUBLE as error:
            raise TryLater(type(error).__name__) from error

    def blame(self, error: str | None) -> Blame:
        code = int(error) if error and error.isascii() and error.isdigit() else 0
        if code in TEXT:
            return Blame.TEXT
        if code in ACCOUNT:
            return Blame.SENDER
        return Blame.ROAD if code in ROAD else Blame.NUMBER

    def _request(self, sms: Sms) -> dict[str, Any]:
        sender = "messaging_service_sid" if self._sender.startswith("MG") else "from_"
        request: dict[str, Any] = {"to": sms.phone, "body": sms.text, sender: self._sender}
        if sms.valid_for is not None:
            request["validity_period"] = sms.valid_for
        if sms.callback is not None:
            request["status_callback"] = sms.callback
        return request


def found(message: Any) -> Found:  # noqa: ANN401 -- twilio ships no types
    """What Twilio says of one message."""
    return Found(
        gateway_id=str(message.sid),
        status=STATUSES.get(str(message.status), "sent"),
        error=None if message.error_code is None else str(message.error_code),
    )


def meaning(status: int, code: int | None) -> Exception:
    """What Twilio's refusal means for the message that met it.

    Only the numbers are kept: Twilio's sentence repeats the telephone number.
    """
    said = f"{status}/{code}"
    if code in TEXT:
        return TextStopped(said)
    if code in NUMBER:
        return Refused(said)
    if code in ACCOUNT or status in UNAUTHORISED:
        return SenderStopped(said)
    if code in ROAD or status in (TOO_MANY, UNAVAILABLE):
        return TryLater(said)
    # it broke in the middle, or a gateway before it gave up: it may have gone on
    return MaybeSent(said) if status >= 500 else Refused(said)


class TwilioReports(Struct, frozen=True, kw_only=True):
    """Reports about one account's messages."""

    account_sid: str
    token: str

    def read(self, letter: Letter) -> Reported:
        """As Reports.read: the form first, then the signature over it."""
        signature = letter.headers.get(SIGNATURE)
        if not signature:
            raise Forged("no signature")
        said = fields_of(letter.body, REPORTS, NEEDED)
        if said["AccountSid"] != self.account_sid or not agrees(said):
            raise Forged("not about a message of ours")
        if not RequestValidator(self.token).validate(letter.url, said, signature):
            raise Forged("wrong signature")
        return Reported(
            gateway_id=said["MessageSid"],
            status=STATUSES[said["MessageStatus"]],
            error=said.get("ErrorCode"),
            raw=said | {"To": cut(said.get("To", ""))},
        )


def agrees(said: Mapping[str, str]) -> bool:
    """Whether the old names of a report say the same as the new ones."""
    pairs = (("SmsSid", "MessageSid"), ("SmsStatus", "MessageStatus"))
    return all(said.get(old, said[new]) == said[new] for old, new in pairs)


class Rerouted(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Twilio's transport, told another host: a fake network on this machine."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    async def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:  # noqa: ANN401
        return await super().request(method, url.replace(API, self._base, 1), *args, **more)


@asynccontextmanager
async def open_twilio(
    account_sid: str, token: str, sender: str, *, base: str = API, patience: float = PATIENCE
) -> AsyncIterator[TwilioGateway]:
    """A gateway with its connections, inside the running loop.

    ``max_retries`` stays unset: it would repeat the create call on a 5xx.
    """
    async with Rerouted(base) as http:
        client = Client(account_sid, token, http_client=http)
        yield TwilioGateway(client, sender, patience=patience)
