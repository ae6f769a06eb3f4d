"""The catalogue in the administrator's hands: procedures, their versions, and what they replace."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.clock import VIETNAM
from postal_service.database import Context
from postal_service.desk.catalogue import (
    catalogue_diff,
    catalogue_ends,
    catalogue_history,
    catalogue_lists_store,
    catalogue_version_store,
    catalogue_versions,
    catalogue_words,
    dry_run,
    dry_run_store,
)
from postal_service.desk.catalogue.catalogue_ends import BadEnd
from postal_service.desk.catalogue.catalogue_form import BadVersion, Typed, cells_of, typed_of
from postal_service.desk.catalogue.catalogue_versions import Plan
from postal_service.desk.errors import DeskError
from postal_service.web.catalogue_forms import (
    Visit,
    WhyForm,
    carried,
    number_of,
    typed_day,
    version_of,
    visit,
)
from postal_service.web.errors import status_of
from postal_service.web.guards import managers
from postal_service.web.pages import page

#: Of a list, on one page; the page says when there is more.
AT_ONCE: Final = 200
DONE: Final = {
    "version": "Đã lưu phiên bản mới. Phiên bản trước dùng đến hết ngày trước đó.",
    "withdraw": "Đã rút. Phiên bản trước tiếp tục có hiệu lực.",
    "end": "Đã ghi ngày hết hiệu lực.",
}
#: Only counts come back: no name of another office's citizen is read.
TRYING: Final = Context.job("catalogue_dry_run")


class CatalogueController(Controller):
    path = "/catalogue"
    guards = [managers]
    dependencies = {"visit": Provide(visit)}

    @get("/", name="catalogue")
    async def procedures(self, visit: NamedDependency[Visit]) -> Response[str]:
        """All procedures, or those that fit."""
        text, field, level = visit.asked("q"), visit.asked("field"), visit.asked("level")
        async with visit.db.begin(visit.caller.context) as conn:
            rows = await catalogue_version_store.find_procedures(
                conn, text[:100], field, level, today(visit), AT_ONCE
            )
            fields = await catalogue_version_store.fields_of_work(conn)
        return await page(
            visit.request,
            "catalogue/procedures.html",
            rows=rows,
            more=len(rows) == AT_ONCE,
            typed={"q": text, "field": field, "level": level},
            fields=fields,
            today=today(visit),
            **WORDS,
        )

    @get("/procedures/{code:str}", name="catalogue.procedure")
    async def procedure(self, visit: NamedDependency[Visit], code: FromPath[str]) -> Response[str]:
        """One procedure: its versions, its papers, and who changed what."""
        return await shown(visit, code)

    @get("/procedures/{code:str}/next", name="catalogue.next")
    async def next_version(
        self, visit: NamedDependency[Visit], code: FromPath[str]
    ) -> Response[str]:
        """The form of the next version; with *instead*, of one that gives way; *new*: of none."""
        if code == "new":
            return await form(visit, typed_of(None, form_id=str(uuid4()), seen=0))
        instead = number_of(visit.asked("instead"))
        async with visit.db.begin(visit.caller.context) as conn:
            known = await catalogue_versions.find(conn, code)
        base = next(
            (one for one in known if one.version == instead), catalogue_versions.newest(known)
        )
        typed = typed_of(
            base,
            form_id=str(uuid4()),
            seen=known[0].version,
            instead_of=base.version if instead == base.version else 0,
        )
        return await form(visit, typed)

    @post("/procedures", name="catalogue.save")
    async def save(self, visit: NamedDependency[Visit]) -> Response[Any]:
        """Show what saving would do, go back to the form, or save. Safe to repeat."""
        step, typed = await version_of(visit.request)
        if step == "edit":
            return await form(visit, typed)
        try:
            if step == "save":
                return await saved(visit, typed)
            async with visit.db.begin(visit.caller.context) as conn:
                plan = await catalogue_versions.plan(conn, typed, visit.now)
        except BadVersion as refusal:
            return await form(visit, typed, refusal=refusal)
        return await reviewed(visit, typed, plan)

    @post("/procedures/{code:str}/versions/{version:int}/withdrawal", name="catalogue.withdraw")
    async def withdraw(
        self,
        visit: NamedDependency[Visit],
        code: FromPath[str],
        version: FromPath[int],
        data: URLEncodedBody[WhyForm],
    ) -> Response[Any]:
        """Take back a version before its day. Safe to press twice."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                await catalogue_ends.withdraw(conn, code, version, data.note(visit))
        except BadEnd as refusal:
            return await shown(visit, code, refusal=refusal)
        return Redirect(f"/catalogue/procedures/{code}?done=withdraw", status_code=303)

    @post("/procedures/{code:str}/end", name="catalogue.end")
    async def end(
        self,
        visit: NamedDependency[Visit],
        code: FromPath[str],
        data: URLEncodedBody[WhyForm],
    ) -> Response[Any]:
        """Let a procedure end without a successor. Safe to press twice."""
        try:
            day = end_day(data.day)
            async with visit.db.begin(visit.caller.context) as conn:
                await catalogue_ends.end(conn, code, day, data.note(visit))
        except (BadEnd, catalogue_versions.InForce) as refusal:
            return await shown(visit, code, refusal=refusal)
        return Redirect(f"/catalogue/procedures/{code}?done=end", status_code=303)

    @get("/agencies", name="catalogue.agencies")
    async def agencies(self, visit: NamedDependency[Visit]) -> Response[str]:
        text = visit.asked("q")[:100]
        async with visit.db.begin(visit.caller.context) as conn:
            rows = await catalogue_lists_store.find_agencies(conn, text, AT_ONCE)
        return await listed(visit, "catalogue/agencies.html", rows, text)

    @get("/offices", name="catalogue.offices")
    async def offices(self, visit: NamedDependency[Visit]) -> Response[str]:
        text = visit.asked("q")[:100]
        async with visit.db.begin(visit.caller.context) as conn:
            rows = await catalogue_lists_store.find_offices(conn, text, AT_ONCE)
        return await listed(visit, "catalogue/offices.html", rows, text)

    @get("/reasons", name="catalogue.reasons")
    async def reasons(self, visit: NamedDependency[Visit]) -> Response[str]:
        text = visit.asked("q")[:100]
        async with visit.db.begin(visit.caller.context) as conn:
            rows = await catalogue_lists_store.find_reasons(conn, text, AT_ONCE)
        return await listed(visit, "catalogue/reasons.html", rows, text)

    @get("/history", name="catalogue.history")
    async def history(self, visit: NamedDependency[Visit]) -> Response[str]:
        """Who changed what, when and why: the newest first."""
        sheet, key = visit.asked("sheet"), visit.asked("q")[:100]
        before = number_of(visit.asked("before"))
        async with visit.db.begin(visit.caller.context) as conn:
            lines = await catalogue_history.lines(conn, sheet=sheet, key=key, before=before)
        return await page(
            visit.request,
            "catalogue/history.html",
            lines=[(one, catalogue_diff.kept(one.before, one.after)) for one in lines],
            more=lines[-1].id if len(lines) == catalogue_history.AT_ONCE else 0,
            typed={"q": key, "sheet": sheet},
            **WORDS,
        )


WORDS: Final[dict[str, Any]] = {
    "words_of": catalogue_words,
    "said": catalogue_words.said,
    "acts": {
        "version": "phiên bản mới",
        "withdraw": "rút",
        "end": "đổi ngày hết hiệu lực",
        "import": "nạp từ tệp",
    },
}


def today(visit: Visit) -> date:
    day: date = visit.now.astimezone(VIETNAM).date()
    return day


def end_day(text: str) -> date:
    """Raises BadEnd."""
    try:
        return date.fromisoformat(typed_day(text))
    except ValueError:
        raise BadEnd from None


async def listed(visit: Visit, template: str, rows: list[Any], text: str) -> Response[str]:
    return await page(
        visit.request,
        template,
        rows=rows,
        more=len(rows) == AT_ONCE,
        typed={"q": text},
        today=today(visit),
        **WORDS,
    )


async def shown(visit: Visit, code: str, *, refusal: DeskError | None = None) -> Response[str]:
    """The page of one procedure, with what was refused on it."""
    async with visit.db.begin(visit.caller.context) as conn:
        known = await catalogue_versions.find(conn, code)
        history = await catalogue_history.lines(conn, sheet="procedures", key=f"{code} v")
    async with visit.db.begin(TRYING) as conn:
        open_under = await dry_run_store.open_under(conn, [code])
    in_force = next((one for one in known if one.valid_from <= today(visit)
                     and (one.valid_to is None or one.valid_to > today(visit))), None)  # fmt: skip
    return await page(
        visit.request,
        "catalogue/procedure.html",
        status=status_of(refusal) if refusal else 200,
        wrong=refusal.vi if refusal else "",
        code=code,
        versions=known,
        now_in_force=in_force,
        last=catalogue_versions.newest(known),
        papers={one.id: [catalogue_diff.paper_in_words(p) for p in one.documents]
                for one in known},
        cells={one.id: cells_of(one) for one in known},
        history=[(one, catalogue_diff.kept(one.before, one.after)) for one in history],
        open_under={one.version: one.dossiers for one in open_under},
        today=today(visit),
        done=DONE.get(visit.asked("done"), ""),
        draw=uuid4,
        **WORDS,
    )  # fmt: skip


async def form(visit: Visit, typed: Typed, *, refusal: BadVersion | None = None) -> Response[str]:
    """The form of a version, with everything that is wrong beside its field."""
    async with visit.db.begin(visit.caller.context) as conn:
        fields = await catalogue_version_store.fields_of_work(conn)
    return await page(
        visit.request,
        "catalogue/edit.html",
        status=status_of(refusal) if refusal else 200,
        typed=typed,
        cells=typed.cells,
        problems=refusal.problems if refusal else [],
        wrong={one.field: one.vi for one in refusal.problems} if refusal else {},
        fields=fields,
        today=today(visit),
        **WORDS,
    )


async def reviewed(visit: Visit, typed: Typed, plan: Plan) -> Response[str]:
    """Old beside new, and whom it touches."""
    async with visit.db.begin(TRYING) as conn:
        tried = await dry_run.look(conn, plan)
    before = cells_of(plan.before) if plan.before else None
    return await page(
        visit.request,
        "catalogue/review.html",
        plan=plan,
        fields=catalogue_diff.fields(before, cells_of(plan.row)),
        papers=catalogue_diff.papers(plan.before.documents if plan.before else (), plan.documents),
        ended=[(one, plan.ends[one.id]) for one in plan.ended],
        tried=tried,
        carried=list(carried(typed)),
        **WORDS,
    )


async def saved(visit: Visit, typed: Typed) -> Redirect:
    async with visit.db.begin(visit.caller.context) as conn:
        code = await catalogue_versions.save(conn, typed, by=visit.caller.id, now=visit.now)
    return Redirect(f"/catalogue/procedures/{code}?done=version", status_code=303)
