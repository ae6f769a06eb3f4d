"""How a transfer is shown at the counter, and the office's page of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

from litestar import Request, Response
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.database import Connection, Database
from postal_service.desk import shelf
from postal_service.desk.money import (
    bank_words,
    ledger,
    transfers,
    vietqr,
)
from postal_service.desk.money.bank_csv import BadLine, Credit, credit
from postal_service.desk.money.bank_store import Line
from postal_service.desk.money.transfer_reference import spaced
from postal_service.desk.money.transfers import Request as Asked
from postal_service.desk.money.vietqr import Payee
from postal_service.desk.papers.squares import square
from postal_service.settings import Settings as TheSettings
from postal_service.web.counter import office
from postal_service.web.inputs import Form
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]
NO_LINE: Final = (
    "Số tiền phải là tiền vào tài khoản. Ghi số đồng nguyên, ví dụ 22000.",
    "The amount must be a credit. Write whole đồng, for example 22000.",
)
DIFFERS: Final = (
    "Số giao dịch này đã ghi với số tiền khác. Xem lại thông báo của ngân hàng, rồi báo trưởng bưu "
    "cục.",
    "This number of the bank's is here with another amount. Look at the notice again, and tell the "
    "supervisor.",
)


class NoticeForm(Form):
    """One credit, copied from the bank's notice."""

    day: str = ""
    amount: str = ""
    content: str = ""
    bank_ref: str = ""


class Shown(Struct, frozen=True, kw_only=True):
    """A request as a screen shows it; no square where there is no account, or nothing to pay."""

    asked: Asked
    moment: str
    spaced: str
    receipt: str | None
    payee: Payee | None
    svg: str


class Visit(NamedTuple):
    """Who looks at the office's page, and when."""

    request: AnyRequest
    db: Database
    caller: Staff
    now: datetime
    settings: TheSettings


def payee_of(settings: TheSettings) -> Payee | None:
    """Where citizens pay; None where transfer is not offered."""
    if settings.bank_bin is None or settings.bank_account is None:
        return None
    return Payee(bin=settings.bank_bin, account=settings.bank_account, name=settings.bank_name)


async def shown(conn: Connection, asked: Asked, settings: TheSettings) -> Shown:
    """What a screen needs to show *asked*."""
    payee = payee_of(settings)
    entry = await ledger.by_id(conn, asked.entry_id) if asked.entry_id else None
    return Shown(
        asked=asked,
        moment=await transfers.moment_of(conn, asked),
        spaced=spaced(asked.reference),
        receipt=entry.number if entry else None,
        payee=payee,
        svg=square(vietqr.payload(payee, asked.amount_vnd, asked.reference))
        if payee and asked.state == "awaited"
        else "",
    )


def typed_credit(data: NoticeForm, now: datetime) -> Credit:
    """The credit as typed. Raises BadLine."""
    cells = {
        "day": data.day,
        "amount": data.amount,
        "content": data.content,
        "bank_ref": data.bank_ref,
    }
    found = credit(cells, now)
    if found is None:
        raise BadLine(*NO_LINE)
    return found


async def room(
    visit: Visit,
    *,
    typed: NoticeForm | None = None,
    said: str = "",
    came: Line | None = None,
    known: bool | None = None,
) -> Response[str]:
    """The office's page of transfers, below what has just been said."""
    own = office(visit.caller)
    async with visit.db.begin(visit.caller.context) as conn:
        waiting = await transfers.awaited(conn, own)
        paid = await transfers.paid_since(conn, own, visit.now)
        tasks = await shelf.count_tasks(conn, own)
    return await page(
        visit.request,
        "counter/transfers.html",
        status=422 if said else 200,
        waiting=waiting,
        paid=paid,
        open_tasks=tasks,
        typed=typed or NoticeForm(day=f"{visit.now.astimezone(VIETNAM):%d/%m/%Y}"),
        said=said,
        came=came,
        known=known,
        elsewhere=known is not None and came is None,
        why=bank_words.WHY,
        before=visit.now - timedelta(days=visit.settings.transfer_days),
        draw=uuid4,
        spaced=spaced,
    )
