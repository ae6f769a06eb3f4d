"""The month's feedback, and each bounce behind it with what its supervisor rules."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk.bounces import bounces, bounces_store, feedback, feedback_paper
from postal_service.desk.bounces.bounces import BadRule
from postal_service.desk.bounces.feedback import CAUSES, FAULT_NAMES, KINDS, Report, share
from postal_service.desk.papers.feedback_reports import feedback_report
from postal_service.desk.printing.archive import UnknownPaper
from postal_service.desk.published import offices
from postal_service.web.catalogue_forms import Visit, visit
from postal_service.web.errors import wants_english
from postal_service.web.guards import only
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from postal_service.web.printing import pdf

supervisors = only(Role.SUPERVISOR, Role.MANAGER)
WORDS: Final[dict[str, Any]] = {"causes": CAUSES, "faults": FAULT_NAMES, "kinds": KINDS}


class RuleForm(Form):
    """What a supervisor rules; ``id`` is drawn by the page."""

    id: UUID
    cause: str = ""
    why: str = ""


class FeedbackController(Controller):
    path = "/supervisor"
    guards = [supervisors]
    dependencies = {"visit": Provide(visit)}

    @get("/feedback", name="feedback")
    async def month(self, visit: NamedDependency[Visit]) -> Response[str]:
        """A month beside the one before it."""
        found = await looked_up(visit, visit.asked("month"))
        today = visit.now.astimezone(VIETNAM).date()
        async with visit.db.begin(visit.caller.context) as conn:
            manages = visit.caller.role is Role.MANAGER
            every = await offices.open_on(conn, today) if manages else []
        return await page(
            visit.request,
            "supervisor/feedback.html",
            found=found,
            offices=every,
            share=share,
            this_month=found.month == today.replace(day=1),
            query=f"?office={found.office_id}" if manages and found.office_id else "",
            next_month=feedback.span_of(found.month, None).end.date(),
            **WORDS,
        )

    @get("/feedback/{name:str}", name="feedback.file")
    async def file(self, visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
        """The month as "2026-11.pdf" for the wall, or "2026-11.csv" for a spreadsheet."""
        month, _, kind = name.partition(".")
        if not month or kind not in ("pdf", "csv"):
            raise UnknownPaper
        found = await looked_up(visit, month)
        if kind == "csv":
            return Response(
                feedback.written(found),
                media_type="text/csv; charset=utf-8",
                headers={"Content-Disposition": f'attachment; filename="ho-so-bi-tra-{month}.csv"'},
            )
        paper = feedback_paper.paper_of(found, visit.caller, now=visit.now)
        return pdf(await asyncio.to_thread(feedback_report, paper))

    @get("/bounces/{bounce:int}", name="bounces.one")
    async def one(self, visit: NamedDependency[Visit], bounce: FromPath[int]) -> Response[str]:
        """One bounce: what was asked beside what was counted, and whose fault that is."""
        return await shown(visit, bounce)

    @post("/bounces/{bounce:int}", name="bounces.rule", status_code=303)
    async def rule(
        self, visit: NamedDependency[Visit], bounce: FromPath[int], data: URLEncodedBody[RuleForm]
    ) -> Response[Any]:
        """Rule otherwise, for a reason. Safe to press twice."""
        try:
            async with visit.db.begin(visit.caller.context) as conn:
                await bounces.rule(
                    conn,
                    bounce,
                    data.id,
                    cause=data.cause,
                    why=data.why,
                    staff=visit.caller,
                    now=visit.now,
                )
        except BadRule as refusal:
            said = refusal.en if wants_english(visit.request) else refusal.vi
            return await shown(visit, bounce, typed=data, wrong=said)
        return Redirect(f"/supervisor/bounces/{bounce}", status_code=303)


async def looked_up(visit: Visit, month: str) -> Report:
    """The report that was asked for. Raises NoSuchMonth, UnknownOffice."""
    first = feedback.parsed(month, visit.now.astimezone(VIETNAM).date())
    office = visit.asked("office")
    chosen = int(office) if office.isascii() and office.isdigit() and len(office) < 10 else None
    async with visit.db.begin(visit.caller.context) as conn:
        return await feedback.report(conn, visit.caller, first, chosen)


async def shown(
    visit: Visit, id: int, *, typed: RuleForm | None = None, wrong: str = ""
) -> Response[str]:
    async with visit.db.begin(visit.caller.context) as conn:
        found = await bounces.get(conn, id)
        papers = await bounces_store.papers_of(conn, id)
    own = visit.caller.role is Role.MANAGER or found.office_id == visit.caller.office_id
    return await page(
        visit.request,
        "supervisor/bounce.html",
        status=422 if wrong else 200,
        found=found,
        papers=papers,
        choices=feedback.choices(),
        form_id=typed.id if typed else uuid4(),
        why=typed.why if typed else "",
        chosen=typed.cause if typed else found.cause.value,
        own=own,
        wrong=wrong,
        **WORDS,
    )
