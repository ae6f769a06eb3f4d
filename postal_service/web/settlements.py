"""What agencies are owed and were paid: the manager pays, the agency confirms or disputes."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.database import Connection
from postal_service.desk.errors import DeskError, UnknownAgency
from postal_service.desk.money import disputes, ledger, settlement_sheets, settlements
from postal_service.desk.money.amounts import read_vnd
from postal_service.desk.money.model import Account, Purse
from postal_service.desk.money.settlement_errors import UnknownSettlement
from postal_service.desk.money.settlements import HELD, Deposit, Wish
from postal_service.desk.money.words import NAMES
from postal_service.desk.papers.settlement_lists import settlement_list
from postal_service.desk.published import agencies, reasons
from postal_service.desk.published.agencies import Agency
from postal_service.desk.published.reasons import Group
from postal_service.web.agency_visit import Visit, visit
from postal_service.web.errors import status_of
from postal_service.web.guards import managers, only
from postal_service.web.inputs import Form, day_of
from postal_service.web.pages import page
from postal_service.web.printing import pdf

READERS: Final = only(Role.MANAGER, Role.SUPERVISOR, Role.AGENCY_OFFICER)
Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class PayForm(Form):
    """The transfer as it was made at the bank; ``seen`` is the sum the page said."""

    id: UUID
    agency: Id
    purse: str
    until: str
    seen: Annotated[int, Meta(ge=-(2**62), le=2**62)]
    bank_ref: str = ""


class DepositForm(Form):
    id: UUID
    amount: str = ""
    bank_ref: str = ""


class Nothing(Form):
    """A form that is all button."""


class Wrong(Struct, frozen=True):
    """What could not be done, and what was typed."""

    said: str
    bank_ref: str = ""
    amount: str = ""


class SettlementController(Controller):
    path = "/money/settlements"
    guards = [READERS]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="money.settlements")
    async def listed(
        self, visit: NamedDependency[Visit], before: FromQuery[int] = 0
    ) -> Response[str]:
        """What is owed now, and what was paid, the newest first."""
        start = before if 0 < before < 2**63 else 0
        return await listing(visit, before=start)

    @get("/due", name="money.due", guards=[managers])
    async def due(
        self,
        visit: NamedDependency[Visit],
        agency: FromQuery[int],
        purse: FromQuery[str] = Purse.STATE_HELD,
        until: FromQuery[str] = "",
    ) -> Response[str]:
        """Line by line what would be paid to an agency up to a day."""
        day = day_of(until) if until else visit.now.astimezone(VIETNAM).date()
        return await reviewing(visit, Asked(agency, purse_of(purse), day))

    @post("/", name="money.settle", status_code=303, guards=[managers])
    async def pay(
        self,
        visit: NamedDependency[Visit],
        data: URLEncodedBody[PayForm],
    ) -> Response[Any]:
        """Write down what was transferred. Safe to press twice."""
        asked = Asked(data.agency, purse_of(data.purse), day_of(data.until))
        wish = Wish(
            id=data.id,
            agency_id=asked.agency,
            purse=asked.purse,
            until=asked.until,
            seen=data.seen,
            bank_ref=data.bank_ref,
        )
        try:
            async with visit.begin() as conn:
                await found(conn, asked.agency)
                made = await settlements.pay(conn, wish, staff=visit.caller, now=visit.now)
        except UnknownAgency:
            raise
        except DeskError as refusal:
            wrong = Wrong(visit.say(refusal), bank_ref=data.bank_ref)
            return await reviewing(visit, asked, wrong=wrong, status=status_of(refusal))
        return Redirect(f"/money/settlements/{made.id}", status_code=303)

    @post("/deposits", name="money.deposit", status_code=303)
    async def deposit(
        self,
        visit: NamedDependency[Visit],
        data: URLEncodedBody[DepositForm],
    ) -> Response[Any]:
        """The safe's cash was brought to the bank. Safe to press twice."""
        try:
            wish = Deposit(id=data.id, amount_vnd=read_vnd(data.amount), bank_ref=data.bank_ref)
            async with visit.begin() as conn:
                await settlements.deposit(conn, wish, staff=visit.caller, now=visit.now)
        except DeskError as refusal:
            wrong = Wrong(visit.say(refusal), data.bank_ref, data.amount)
            return await listing(visit, wrong=wrong, status=status_of(refusal))
        return Redirect("/money/settlements?brought=1", status_code=303)

    @get("/{settlement:int}", name="money.settlement")
    async def one(self, visit: NamedDependency[Visit], settlement: FromPath[int]) -> Response[str]:
        """One settlement, dossier by dossier."""
        async with visit.begin() as conn:
            one = await settlements.find(conn, settlement)
            lines = await settlements.lines(conn, settlement)
            ids = [line.entry_id for line in lines]
            said = await disputes.of_entries(conn, ids, visit.caller.id)
            why = await reasons.in_group(conn, Group.CORRECTION)
        return await page(
            visit.request,
            "money/settlement.html",
            one=one,
            lines=lines,
            said=said,
            names=NAMES,
            held=HELD,
            reasons=why,
            outcomes=disputes.OUTCOMES,
            draw=uuid4,
            whole=sum(line.amount_vnd for line in lines) == one.amount_vnd,
        )

    @get("/{settlement:int}/{name:str}", name="money.settlement.file")
    async def file(
        self, visit: NamedDependency[Visit], settlement: FromPath[int], name: FromPath[str]
    ) -> Response[Any]:
        """The list as "list.pdf" or "list.csv"."""
        async with visit.begin() as conn:
            one = await settlements.find(conn, settlement)
            lines = await settlements.lines(conn, settlement)
        if name == "list.csv":
            return csv_file(settlement_sheets.csv_of(one, lines), f"{one.number}.csv")
        if name != "list.pdf":
            raise UnknownSettlement
        paper = settlement_sheets.paper_of(one, lines)
        return pdf(await asyncio.to_thread(settlement_list, paper))

    @post("/{settlement:int}/confirmation", name="money.confirm", status_code=303)
    async def confirm(
        self,
        visit: NamedDependency[Visit],
        settlement: FromPath[int],
        data: URLEncodedBody[Nothing],
    ) -> Redirect:
        """The agency has the money."""
        async with visit.begin() as conn:
            await settlements.confirm(conn, settlement, staff=visit.caller, now=visit.now)
        return Redirect(f"/money/settlements/{settlement}", status_code=303)


class Asked(Struct, frozen=True):
    """Whose money, of which account, up to which day."""

    agency: int
    purse: Purse
    until: date


async def listing(
    visit: Visit,
    *,
    before: int = 0,
    wrong: Wrong | None = None,
    status: int = 200,
) -> Response[str]:
    async with visit.begin() as conn:
        standing = await settlements.standing(conn)
        made = await settlements.listed(conn, before)
        safe = None
        if visit.caller.role is Role.SUPERVISOR:
            safe = await ledger.balance(
                conn, Account(kind=Purse.SAFE, office_id=visit.caller.office_id or 0)
            )
    return await page(
        visit.request,
        "money/settlements.html",
        status=status,
        standing=standing,
        made=made[:50],
        more=made[49].id if len(made) > 50 else 0,
        safe=safe,
        wrong=wrong,
        held=HELD,
        form_id=uuid4(),
        brought=visit.request.query_params.get("brought", "") == "1",
    )


async def reviewing(
    visit: Visit,
    asked: Asked,
    *,
    wrong: Wrong | None = None,
    status: int = 200,
) -> Response[str]:
    async with visit.begin() as conn:
        agency = await found(conn, asked.agency)
        lines = await settlements.open_lines(conn, asked.agency, asked.purse, asked.until)
        bank = await ledger.balance(conn, Account(kind=Purse.BANK))
    return await page(
        visit.request,
        "money/due.html",
        status=status,
        agency=agency,
        asked=asked,
        lines=lines,
        total=sum(line.amount_vnd for line in lines),
        bank=bank,
        wrong=wrong,
        names=NAMES,
        held=HELD,
        form_id=uuid4(),
    )


async def found(conn: Connection, agency_id: int) -> Agency:
    """Raises UnknownAgency."""
    return await agencies.get(conn, agency_id)


def purse_of(text: str) -> Purse:
    """Raises ValueError for an account that belongs to no agency."""
    purse = Purse(text)
    if purse not in HELD:
        raise ValueError("Loại tiền không đúng. Mở lại danh sách.")
    return purse


def csv_file(text: str, name: str) -> Response[str]:
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
