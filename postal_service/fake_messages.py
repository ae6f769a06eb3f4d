"""What the fake network holds and how it behaves: its messages, its manner, its answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Final

from aiohttp import web
from msgspec import Struct, json

VERSION: Final = "2010-04-01"


class Fault(StrEnum):
    """What may go wrong with one create call."""

    SLOW = "slow"  #: takes it, and answers after a while
    BUSY = "busy"  #: 429, not taken
    AWAY = "away"  #: 503, not taken
    BROKEN = "broken"  #: 500, not taken
    BROKEN_AFTER = "broken_after"  #: 500, though it was taken
    RESET = "reset"  #: takes it and hangs up
    HANG = "hang"  #: takes it and never answers
    GARBLED = "garbled"  #: takes it and answers half a JSON
    LANDLINE = "landline"  #: refuses the number
    FILTERED = "filtered"  #: refuses the text
    CLOSED = "closed"  #: refuses the account


#: What is answered without taking the message: status, Twilio's code.
NOT_TAKEN: Final[Mapping[Fault, tuple[int, int]]] = {
    Fault.BUSY: (429, 20429),
    Fault.AWAY: (503, 20503),
    Fault.BROKEN: (500, 20500),
    Fault.LANDLINE: (400, 21614),
    Fault.FILTERED: (400, 30007),
    Fault.CLOSED: (401, 20003),
}


class Manner(Struct, kw_only=True):
    """How the network behaves now. May be changed while it runs."""

    #: fault to its part of all calls, between 0 and 1
    faults: dict[Fault, float] = {}
    delay: float = 0.0  #: seconds before an answer
    slow: float = 2.0  #: and where the fault is SLOW
    #: the words it reports of a message, in their order
    reports: tuple[str, ...] = ("sent", "delivered")
    error: str | None = None  #: the code of a failure it reports
    between: float = 0.01  #: seconds between two reports
    doubled: bool = False  #: each report comes twice
    shuffled: bool = False  #: reports overtake each other
    held: bool = False  #: nothing is reported until it is released
    lag: float = 0.0  #: seconds before a message is on the list


class Taken(Struct, kw_only=True):
    """A message that the network took."""

    sid: str
    to: str
    sender: str
    body: str
    at: datetime
    callback: str | None
    status: str = "queued"
    error: str | None = None


def form_of(account: str, message: Taken, status: str) -> dict[str, str]:
    """A report as the real network writes it."""
    form = {
        "AccountSid": account,
        "ApiVersion": VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if status in ("undelivered", "failed") and message.error:
        form["ErrorCode"] = message.error
    return form


def shown(account: str, message: Taken) -> dict[str, object]:
    """*message* as the list and the create call show it."""
    when = format_datetime(message.at)
    return {
        "sid": message.sid,
        "account_sid": account,
        "api_version": VERSION,
        "to": message.to,
        "from": message.sender,
        "body": message.body,
        "status": message.status,
        "error_code": int(message.error) if message.error else None,
        "error_message": None,
        "date_created": when,
        "date_updated": when,
        "date_sent": when if message.status != "queued" else None,
        "num_segments": "1",
        "num_media": "0",
        "direction": "outbound-api",
        "price": None,
        "price_unit": "USD",
        "messaging_service_sid": None,
        "uri": f"/{VERSION}/Accounts/{account}/Messages/{message.sid}.json",
        "subresource_uris": {},
    }


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """As the real network signs: the address, then each name and value, in the names' order."""
    said = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), hashlib.sha1)).decode()


def answer(said: object, status: int) -> web.Response:
    return web.Response(body=json.encode(said), status=status, content_type="application/json")


def refusal(status: int, code: int) -> web.Response:
    said = {"code": code, "message": "refused", "more_info": "", "status": status}
    return answer(said, status)


def faults_of(pairs: Iterable[str]) -> dict[Fault, float]:
    """``busy=0.1`` and the like. Raises ValueError."""
    split = [pair.partition("=") for pair in pairs]
    return {Fault(name): float(part) for name, _, part in split}
