"""Twilio over a real socket: what its answers mean for a message, and that it is asked once."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from aiohttp import web

from notifications.gateway import (
    Blame,
    Found,
    Gateway,
    Inquiry,
    MaybeSent,
    Refused,
    SenderStopped,
    Sms,
    TextStopped,
    TryLater,
)
from notifications.twilio import REPORTS, STATUSES, TwilioGateway, meaning, open_twilio
from postal_service.clock import Clock
from postal_service.fake_messages import Fault, Taken, form_of, shown
from postal_service.fake_network import FakeNetwork, running
from tests.make import MORNING

# Twilio's client still signs in the way that aiohttp 4 will drop: theirs to mend.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

ACCOUNT = "AC00000000000000000000000000000000"
SMS = Sms(id=7, attempt=1, phone="+84590000001", body="BDLAMDONG: Da nhan ho so.", segments=1)
#: Twilio's own description of its addresses, where it lies beside the project.
DOCUMENT = Path(__file__).parents[3] / "shared" / "data" / "twilio_api_v2010.json.gz"


class Asked(msgspec.Struct):
    """A request as it came over the wire."""

    method: str
    path: str
    values: dict[str, str]


class Overheard(FakeNetwork):
    """The fake network, which notes what it is asked."""

    def __init__(self) -> None:
        super().__init__(ACCOUNT, "token", clock=Clock.showing(MORNING))
        self.asked: list[Asked] = []

    def app(self) -> web.Application:
        @web.middleware
        async def note(request: web.Request, handler: Any) -> web.StreamResponse:
            form = await request.post() if request.method == "POST" else request.query
            values = {name: str(value) for name, value in form.items()}
            self.asked.append(Asked(request.method, request.path, values))
            answered: web.StreamResponse = await handler(request)
            return answered

        app = super().app()
        app.middlewares.append(note)
        return app


@asynccontextmanager
async def network(
    fault: Fault | None = None, *, sender: str = "BDLAMDONG", patience: float = 10
) -> AsyncIterator[tuple[Overheard, TwilioGateway]]:
    told = Overheard()
    if fault is not None:
        told.manner.faults = {fault: 1.0}
    async with (
        running(told) as url,
        open_twilio(ACCOUNT, "token", sender, base=url, patience=patience) as gateway,
    ):
        yield told, gateway


async def test_a_message_taken_returns_twilios_id() -> None:
    """Receipts will speak of the message by this id."""
    async with network() as (told, gateway):
        gateway_id = await gateway.send(SMS)

    assert list(told.taken) == [gateway_id]
    [asked] = told.asked
    assert (asked.method, asked.path) == (
        "POST",
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
    )
    assert asked.values == {"To": SMS.phone, "From": "BDLAMDONG", "Body": SMS.body}


async def test_the_network_learns_where_to_report_and_when_to_give_up() -> None:
    full = msgspec.structs.replace(
        SMS, valid_for=3600, callback="http://127.0.0.1:9/network/twilio/7/1/x", secret="123456"
    )
    coded = msgspec.structs.replace(full, body="BDLAMDONG: Ma {secret}.")
    async with network(sender="MG" + 32 * "0") as (told, gateway):
        await gateway.send(coded)

    [asked] = told.asked
    assert asked.values == {
        "To": SMS.phone,
        "MessagingServiceSid": "MG" + 32 * "0",
        "Body": "BDLAMDONG: Ma 123456.",
        "ValidityPeriod": "3600",
        "StatusCallback": "http://127.0.0.1:9/network/twilio/7/1/x",
    }


@pytest.mark.parametrize(
    ("fault", "means", "taken"),
    [
        (Fault.LANDLINE, Refused, 0),
        (Fault.FILTERED, TextStopped, 0),
        (Fault.CLOSED, SenderStopped, 0),
        (Fault.BUSY, TryLater, 0),
        (Fault.AWAY, TryLater, 0),
        (Fault.BROKEN, MaybeSent, 0),
        (Fault.BROKEN_AFTER, MaybeSent, 1),
        (Fault.RESET, MaybeSent, 1),
        (Fault.GARBLED, MaybeSent, 1),
        (Fault.HANG, MaybeSent, 1),
    ],
)
async def test_each_trouble_has_its_meaning_and_is_met_once(
    fault: Fault, means: type[Exception], taken: int
) -> None:
    """A create call repeated by a library is a message paid for and read twice."""
    async with network(fault, patience=0.5) as (told, gateway):
        with pytest.raises(means) as caught:
            await gateway.send(SMS)

    assert type(caught.value) is means
    assert SMS.phone[-6:] not in str(caught.value), "the number must not reach the log"
    assert told.calls == 1
    assert len(told.taken) == taken


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (400, 21211, Refused),
        (400, 30006, Refused),
        (400, 99999, Refused),
        (400, 30001, TryLater),
        (403, None, SenderStopped),
        (400, 63038, SenderStopped),
        (502, None, MaybeSent),
        (504, None, MaybeSent),
    ],
)
def test_codes_that_no_fake_need_play(
    status: int, code: int | None, means: type[Exception]
) -> None:
    found = meaning(status, code)

    assert type(found) is means
    assert str(found) == f"{status}/{code}"


async def test_a_closed_door_is_no_doubt() -> None:
    """Nothing left: it may be tried again."""
    async with open_twilio(ACCOUNT, "token", "BDLAMDONG", base="http://127.0.0.1:9") as gateway:
        with pytest.raises(TryLater):
            await gateway.send(SMS)


async def test_what_was_taken_is_found_again() -> None:
    """Twilio knows no id of ours: receiver, day and text must do."""
    async with network(Fault.RESET) as (told, gateway):
        assert isinstance(gateway, Inquiry)
        with pytest.raises(MaybeSent):
            await gateway.send(SMS)
        [sid] = told.taken
        await told.rest()

        found = await gateway.look(SMS, since=MORNING, others=())
        other = await gateway.look(SMS, since=MORNING, others=[sid])
        tomorrow = await gateway.look(SMS, since=MORNING + timedelta(days=1), others=())
        else_ = msgspec.structs.replace(SMS, body="BDLAMDONG: Khac.")
        stranger = await gateway.look(else_, since=MORNING, others=())
        assert await gateway.follow(SMS, sid) == Found(gateway_id=sid, status="delivered")
        assert await gateway.follow(SMS, "SM" + 32 * "f") is None

    assert found == Found(gateway_id=sid, status="delivered")
    assert (other, tomorrow, stranger) == (None, None, None)


async def test_a_list_that_does_not_answer_is_no_answer() -> None:
    async with open_twilio(ACCOUNT, "token", "BDLAMDONG", base="http://127.0.0.1:9") as gateway:
        with pytest.raises(TryLater):
            await gateway.look(SMS, since=MORNING, others=())
        with pytest.raises(TryLater):
            await gateway.follow(SMS, "SM" + 32 * "f")
    async with (
        running(FakeNetwork(ACCOUNT, "another")) as url,
        open_twilio(ACCOUNT, "token", "BDLAMDONG", base=url) as gateway,
    ):
        with pytest.raises(TryLater):
            await gateway.look(SMS, since=MORNING, others=())


async def test_a_code_blames_somebody() -> None:
    async with network() as (_, gateway):
        shared: Gateway = gateway
        blamed = [shared.blame(code) for code in ("30003", "30007", "30002", "30005", None, "²")]

    assert blamed == [
        Blame.ROAD, Blame.TEXT, Blame.SENDER, Blame.NUMBER, Blame.NUMBER, Blame.NUMBER,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    if not DOCUMENT.exists():
        pytest.skip("Twilio's own description is not on this machine")
    found: dict[str, Any] = msgspec.json.decode(gzip.decompress(DOCUMENT.read_bytes()))
    return found


def fits(document: dict[str, Any], value: object, schema: dict[str, Any]) -> bool:
    """Whether *value* is one that *schema* allows, as far as text messages use schemas."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if value is None:
        return bool(schema.get("nullable"))
    text = str(value)
    kinds = {"string": str, "object": dict, "array": list}
    right = isinstance(value, int) or (text.isascii() and text.isdigit())
    if schema["type"] == "integer" and not right:
        return False
    if schema["type"] in kinds and not isinstance(value, kinds[schema["type"]]):
        return False
    match schema.get("format"):
        case "uri":
            return bool(urlsplit(text).scheme and urlsplit(text).hostname)
        case "date-time":
            return datetime.fromisoformat(text).tzinfo is not None
        case "date-time-rfc-2822":
            return parsedate_to_datetime(text).tzinfo is not None
    if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
        return False
    return text in schema.get("enum", [text])


async def test_every_request_is_one_that_twilio_describes(document: dict[str, Any]) -> None:
    """Twilio's own document, not our memory of it, says what may be asked."""
    full = msgspec.structs.replace(
        SMS, valid_for=3600, callback="https://localhost/network/twilio/7/1/x"
    )
    async with network() as (told, gateway):
        await gateway.send(full)
        await gateway.look(full, since=MORNING, others=())
    async with network(sender="MG" + 32 * "0") as (by_service, gateway):
        await gateway.send(full)

    for asked in told.asked + by_service.asked:
        path = asked.path.replace(ACCOUNT, "{AccountSid}")
        described = document["paths"][path][asked.method.lower()]
        if asked.method == "POST":
            content = described["requestBody"]["content"]["application/x-www-form-urlencoded"]
            allowed, needed = content["schema"]["properties"], content["schema"]["required"]
        else:
            allowed = {each["name"]: each["schema"] for each in described["parameters"]}
            needed = []
        assert set(needed) <= asked.values.keys() <= allowed.keys()
        for name, value in asked.values.items():
            assert fits(document, value, allowed[name]), (name, value)


def test_the_fake_answers_as_twilio_describes(document: dict[str, Any]) -> None:
    """A fake that drifts from the real thing proves nothing."""
    schema = document["components"]["schemas"]["api.v2010.account.message"]["properties"]
    message = Taken(
        sid="SM" + 32 * "0", to=SMS.phone, sender="X", body="x", at=MORNING, callback=None
    )

    said = shown(ACCOUNT, message)

    assert said.keys() == schema.keys()
    for name, value in said.items():
        assert fits(document, value, schema[name]), name


def test_a_report_of_the_fake_has_only_known_fields() -> None:
    message = Taken(
        sid="SM" + 32 * "a", to=SMS.phone, sender="BDLAMDONG", body="x", at=MORNING,
        callback=None, error="30003",
    )  # fmt: skip

    form = form_of(ACCOUNT, message, "undelivered")

    assert all(REPORTS[name].fullmatch(value) for name, value in form.items())
    assert set(STATUSES) >= {"sent", "delivered", "undelivered", "failed"}
