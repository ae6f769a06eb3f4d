"""Twilio: its client, its error codes, and what each means for a message.

A create call cannot be repeated safely: it takes no idempotency key. So only
answers that say "not taken" lead to another try.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from notifications.gateway import MaybeSent, Refused, SenderStopped, Sms, TryLater

#: Seconds for one call, connection included; well inside the outbox's lease.
PATIENCE: Final = 10.0

#: The number or the text is at fault (https://www.twilio.com/docs/api/errors).
PERMANENT: Final = frozenset(
    {
        21211,  # not a phone number
        21408,  # country not allowed for this account
        21610,  # the receiver unsubscribed
        21612,  # no route to this number
        21614,  # not a mobile
        30004,  # blocked
        30005,  # unknown handset
        30006,  # landline or unreachable carrier
        30007,  # filtered: the text is not registered
    }
)
#: The account is at fault: wrong credentials, suspended, daily limit.
ACCOUNT: Final = frozenset({20003, 30002, 63038})
#: Too many requests, queue overflow, carrier unreachable for now.
TRANSIENT: Final = frozenset({20429, 30001, 30003, 30008})
TOO_MANY: Final = 429
#: A gateway in between gave up: whoever stands behind it may have gone on.
CUT_OFF: Final = frozenset({502, 504})
UNAUTHORISED: Final = frozenset({401, 403})


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
        except (TimeoutError, aiohttp.ClientError) as error:
            raise MaybeSent(type(error).__name__) from error
        except (TwilioException, json.JSONDecodeError) as error:
            raise MaybeSent("unreadable answer") from error
        return str(message.sid)

    def _request(self, sms: Sms) -> dict[str, object]:
        sender = "messaging_service_sid" if self._sender.startswith("MG") else "from_"
        request: dict[str, object] = {"to": sms.phone, "body": sms.body, sender: self._sender}
        if sms.valid_for is not None:
            request["validity_period"] = sms.valid_for
        return request


def meaning(status: int, code: int | None) -> Exception:
    """What Twilio's refusal means for the message that met it.

    Only the numbers are kept: Twilio's sentence repeats the telephone number.
    """
    said = f"{status}/{code}"
    if code in PERMANENT:
        return Refused(said)
    if code in ACCOUNT or status in UNAUTHORISED:
        return SenderStopped(said)
    if status in CUT_OFF:
        return MaybeSent(said)
    if code in TRANSIENT or status == TOO_MANY or status >= 500:
        return TryLater(said)
    return Refused(said)


@asynccontextmanager
async def open_twilio(account_sid: str, token: str, sender: str) -> AsyncIterator[TwilioGateway]:
    """A gateway with its connections, inside the running loop.

    ``max_retries`` stays unset: it would repeat the create call on a 5xx.
    """
    async with AsyncTwilioHttpClient() as http:
        yield TwilioGateway(Client(account_sid, token, http_client=http), sender)
