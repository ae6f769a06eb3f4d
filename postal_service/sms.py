"""Which networks the settings name: the ways out, and who may report back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec

from notifications.gateway import ConsoleGateway, Gateway
from notifications.health import Network, Networks, networks
from notifications.http_gateway import Described, HttpReports, open_http
from notifications.receipts import Door, Reports
from notifications.sending import Pace
from notifications.twilio import TwilioReports, open_twilio
from postal_service import security
from postal_service.clock import Clock
from postal_service.settings import BadSetting, Settings


@asynccontextmanager
async def open_networks(settings: Settings, clock: Clock) -> AsyncIterator[Networks]:
    """Every network that the settings describe wholly; the console where there is none.

    Raises BadSetting for a description that cannot be read.
    """
    async with AsyncExitStack() as stack:
        found: list[tuple[Gateway, int]] = []
        account, token, sender = (
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            settings.twilio_from,
        )
        if account and token and sender:
            twilio: AbstractAsyncContextManager[Gateway] = open_twilio(
                account,
                token,
                sender,
                base=settings.twilio_url,
                patience=settings.sms_patience_seconds,
            )
            found.append((await stack.enter_async_context(twilio), settings.twilio_weight))
        if settings.sms_network and settings.sms_network_secret:
            described = described_in(settings.sms_network)
            secret = settings.sms_network_secret.encode()
            domestic: AbstractAsyncContextManager[Gateway] = open_http(
                described, secret, now=clock.now
            )
            found.append((await stack.enter_async_context(domestic), settings.sms_network_weight))
        if not found:
            found.append((ConsoleGateway(), 100))
        yield networks(*(Network(gateway=gateway, share=share) for gateway, share in found))


def reports(settings: Settings) -> Mapping[str, Reports]:
    """Who may report to us, by the name in the address."""
    found: dict[str, Reports] = {}
    if settings.twilio_account_sid and settings.twilio_auth_token:
        found["twilio"] = TwilioReports(
            account_sid=settings.twilio_account_sid, token=settings.twilio_auth_token
        )
    if settings.sms_network and settings.sms_network_secret:
        described = described_in(settings.sms_network)
        secret = settings.sms_network_secret.encode()
        found[described.name] = HttpReports(network=described, secret=secret)
    return found


def door(settings: Settings) -> Door | None:
    """Where networks report; none where they could not reach us."""
    site = settings.sms_report_url or (settings.site_url if settings.secure else None)
    if site is None:
        return None
    return Door(site=site.rstrip("/"), key=security.subkey(settings.secret_key, "network"))


def pace(settings: Settings) -> Pace:
    return Pace(
        in_air=settings.sms_in_air,
        lease=timedelta(seconds=settings.sms_lease_seconds),
        ask_after=timedelta(seconds=settings.sms_ask_after_seconds),
    )


def described_in(path: str) -> Described:
    """The network that a JSON file describes. Raises BadSetting."""
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=Described)
    except (OSError, msgspec.DecodeError) as error:
        raise BadSetting(f"SMS_NETWORK: {path}: {error}") from error
