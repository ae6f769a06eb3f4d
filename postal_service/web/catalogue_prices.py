"""The price lists in the administrator's hands: one grid, from a day on."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.desk.catalogue import catalogue_history, catalogue_tariffs, dry_run
from postal_service.desk.catalogue.catalogue_ends import BadEnd
from postal_service.desk.catalogue.catalogue_form import BadVersion
from postal_service.desk.catalogue.catalogue_price_form import (
    COLUMNS,
    TypedList,
    price_name,
    typed_of,
)
from postal_service.desk.catalogue.catalogue_tariffs import PricePlan
from postal_service.desk.errors import DeskError
from postal_service.web.catalogue import DONE, TRYING, WORDS, today
from postal_service.web.catalogue_forms import (
    Visit,
    WhyForm,
    carried_prices,
    prices_of,
    visit,
)
from postal_service.web.errors import status_of
from postal_service.web.guards import managers
from postal_service.web.pages import page

GRID: Final[dict[str, Any]] = {"columns": COLUMNS, "price_name": price_name}


class PriceController(Controller):
    path = "/catalogue/tariffs"
    guards = [managers]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="catalogue.tariffs")
    async def lists(self, visit: NamedDependency[Visit]) -> Response[str]:
        """Every price list, and the one in force."""
        return await listed(visit)

    @get("/{name:str}", name="catalogue.tariff")
    async def show(self, visit: NamedDependency[Visit], name: FromPath[str]) -> Response[str]:
        """One list as a grid, to read."""
        async with visit.db.begin(visit.caller.context) as conn:
            one, cells = await catalogue_tariffs.get(conn, name)
            history = await catalogue_history.lines(conn, sheet="tariffs", key=name)
        typed = typed_of(one, cells, form_id="", seen=0)
        return await page(
            visit.request,
            "catalogue/tariff.html",
            one=one,
            typed=typed,
            history=history,
            today=today(visit),
            draw=uuid4,
            **GRID,
            **WORDS,
        )

    @get("/{name:str}/next", name="catalogue.tariff.next")
    async def next_list(self, visit: NamedDependency[Visit], name: FromPath[str]) -> Response[str]:
        """The grid of the next list, filled with the prices of this one."""
        async with visit.db.begin(visit.caller.context) as conn:
            one, cells = await catalogue_tariffs.get(conn, name)
            known = await catalogue_tariffs.lists(conn)
        return await grid(visit, typed_of(one, cells, form_id=str(uuid4()), seen=len(known)))

    @post("/", name="catalogue.tariffs.save")
    async def save(self, visit: NamedDependency[Visit]) -> Response[Any]:
        """Show what saving would do, go back to the grid, or save. Safe to repeat."""
        step, typed = await prices_of(visit.request)
        if step == "edit":
            return await grid(visit, typed)
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                if step == "save":
                    by, now = visit.caller.id, visit.now
                    await catalogue_tariffs.save(conn, typed, by=by, now=now)
                    return Redirect("/catalogue/tariffs?done=version", status_code=303)
                plan = await catalogue_tariffs.plan(conn, typed, visit.now)
        except BadVersion as refusal:
            return await grid(visit, typed, refusal=refusal)
        return await reviewed(visit, typed, plan)

    @post("/{name:str}/withdrawal", name="catalogue.tariffs.withdraw")
    async def withdraw(
        self,
        visit: NamedDependency[Visit],
        name: FromPath[str],
        data: URLEncodedBody[WhyForm],
    ) -> Response[Any]:
        """Take back a list before its day. Safe to press twice."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                await catalogue_tariffs.withdraw(conn, name, data.note(visit, "tariffs"))
        except BadEnd as refusal:
            return await listed(visit, refusal=refusal)
        return Redirect("/catalogue/tariffs?done=withdraw", status_code=303)


async def listed(visit: Visit, *, refusal: DeskError | None = None) -> Response[str]:
    async with visit.db.begin(visit.caller.context) as conn:
        known = await catalogue_tariffs.lists(conn)
    return await page(
        visit.request,
        "catalogue/tariffs.html",
        status=status_of(refusal) if refusal else 200,
        wrong="Ghi lý do rút bảng cước rồi bấm lại." if refusal else "",
        known=known,
        done=DONE.get(visit.asked("done"), ""),
        today=today(visit),
        draw=uuid4,
        **WORDS,
    )


async def grid(
    visit: Visit, typed: TypedList, *, refusal: BadVersion | None = None
) -> Response[str]:
    """The grid to type into, with everything that is wrong beside its field."""
    return await page(
        visit.request,
        "catalogue/tariff_edit.html",
        status=status_of(refusal) if refusal else 200,
        typed=typed,
        problems=refusal.problems if refusal else [],
        wrong={one.field: one.vi for one in refusal.problems} if refusal else {},
        **GRID,
        **WORDS,
    )


async def reviewed(visit: Visit, typed: TypedList, plan: PricePlan) -> Response[str]:
    """Every price that changes, and whom it touches."""
    async with visit.db.begin(TRYING) as conn:
        tried = await dry_run.look_at_prices(conn)
    return await page(
        visit.request,
        "catalogue/tariff_review.html",
        plan=plan,
        differences_found=catalogue_tariffs.differences(plan),
        samples=catalogue_tariffs.samples(plan),
        tried=tried,
        carried=list(carried_prices(typed)),
        **WORDS,
    )
