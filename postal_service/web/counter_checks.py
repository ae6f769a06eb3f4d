"""What the form is told about one field while it is typed: a number, an address, a card."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from litestar import Controller, Request, Response, post
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from notifications import phone as phones
from postal_service.desk import citizen_card
from postal_service.desk.citizen_card import Card
from postal_service.desk.outages import paper_time
from postal_service.desk.published import ended_units
from postal_service.web import counter_form
from postal_service.web.guards import clerks
from postal_service.web.inputs import Wire
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]

PHONES: Final = frozenset({"phone", "receiver_phone", "rep_phone"})
ADDRESSES: Final = frozenset({"address", "receiver_address"})
SEXES: Final = {"female": "nữ", "male": "nam", None: ""}


class CardIn(Wire):
    """A scan that means to be a card. It is read and forgotten."""

    text: Annotated[str, Meta(max_length=citizen_card.LONGEST)]
    by: Literal["keyboard", "camera"]


class CardOut(Struct, rename="camel", frozen=True):
    """What may go into the form, and what the clerk holds against the person before her."""

    number: str
    name: str
    address: str
    said: str


class CounterCheckController(Controller):
    path = "/counter"
    guards = [clerks]

    @post("/phone", name="counter.phone", status_code=200)
    async def phone(self, request: AnyRequest, field: FromQuery[str] = "phone") -> Response[str]:
        """How a number was read, and what it may have become."""
        entry = await counter_form.entry_of(request)
        name = field if field in PHONES else "phone"
        typed = getattr(entry, name)
        read = phones.read(typed) if typed else None
        return await page(request, "counter/phone.html", read=read, name=name, phones=phones)

    @post("/address", name="counter.address", status_code=200)
    async def address(
        self,
        request: AnyRequest,
        caller: Caller,
        db: Db,
        now: Now,
        field: FromQuery[str] = "address",
    ) -> Response[str]:
        """What stands today where the address names a commune that has ended."""
        entry = await counter_form.entry_of(request)
        name = field if field in ADDRESSES else "address"
        async with db.begin(caller.context) as conn:
            ended = await ended_units.look(conn, getattr(entry, name), paper_time.known(entry, now))
        return await page(request, "counter/address.html", ended=ended, name=name)

    @post("/card", name="counter.card", status_code=200)
    async def card(self, data: JSONBody[CardIn]) -> CardOut:
        """The fields of a scanned card. Nothing of it is kept, and its number is in no log."""
        card = citizen_card.read_card(data.text, data.by)
        return CardOut(number=card.number, name=card.name, address=card.address, said=said_of(card))


def said_of(card: Card) -> str:
    """What stands on the card and in no field: "nữ, sinh 05/03/1985, cấp 01/06/2021"."""
    words = [
        SEXES[card.sex],
        f"sinh {card.born:%d/%m/%Y}",
        f"cấp {card.issued:%d/%m/%Y}" if card.issued else "",
        f"số cũ {card.old_number}" if card.old_number else "",
    ]
    return ", ".join(word for word in words if word)
