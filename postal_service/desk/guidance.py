"""What a citizen whose papers cannot be taken is told: everything at once, and whose it is to mend.

Only what is known is said: a field nobody has typed in yet is no fault of hers.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.clock import VIETNAM
from postal_service.desk import checklist, intake_rules
from postal_service.desk.counter import Choices
from postal_service.desk.errors import DeskError, UnknownProcedure
from postal_service.desk.intake import Entry, Incomplete, Problem
from postal_service.desk.papers import form_set_on
from postal_service.desk.papers.counter_papers import Asked, Guidance, Mend
from postal_service.desk.printing import item_papers
from postal_service.desk.published import ended_units, offices
from postal_service.desk.published.procedures import Document, Procedure


class Whose(StrEnum):
    """Who mends it, as the slip says it."""

    CITIZEN = "Người dân"
    OFFICE = "Bưu cục"
    AGENCY = "Cơ quan"


#: Whose a field is; every field about the citizen and her papers is hers.
OFFICES: Final = frozenset({"weight_g", "sets", "state_moment", "means", "form_id"})
AGENCIES: Final = frozenset({"procedure_text", "service"})
#: Said also where nothing is typed yet: the citizen has to bring it.
BROUGHT: Final = frozenset({"rep_paper"})


def listed(procedure: Procedure | None, entry: Entry) -> list[Asked]:
    """The published list to take home."""
    ticked = {row.ordinal for row in entry.papers if row.has}
    return [
        Asked(
            name=document.name_vi,
            copies=checklist.copies(document)[0],
            required=document.required,
            missing=document.required and str(document.ordinal) not in ticked,
        )
        for document in (procedure.documents if procedure else [])
    ]


def mends(
    offered: Choices, entry: Entry, now: datetime, gap: DeskError | None = None
) -> list[Mend]:
    """What else is wrong beside missing papers, each with who mends it."""
    found = []
    if offered.procedure and not offered.procedure.bcci_forward:
        found.append(Mend(whose=Whose.AGENCY, said=kept_back(offered.procedure)))
    missing = {checklist.missing(d)[1] for d in documents(offered)}
    for problem in problems(offered, entry, now):
        if problem.vi in missing or not told(problem.field, entry):
            continue
        if problem.field in AGENCIES and found:
            continue  # the same, said from the form's side
        found.append(Mend(whose=whose(problem.field), said=problem.vi))
    if gap is not None:
        found.append(Mend(whose=Whose.OFFICE, said=gap.vi))
    return found


def kept_back(procedure: Procedure) -> str:
    after = (
        " Khi cơ quan đã cấp giấy hẹn, mang giấy hẹn tới bưu cục để nhận kết quả tại nhà."
        if procedure.bcci_return
        else ""
    )
    return (
        "Thủ tục này cơ quan chỉ nhận hồ sơ trực tiếp, bưu điện không được nhận: "
        f"người dân tự nộp tại cơ quan.{after}"
    )


def problems(offered: Choices, entry: Entry, now: datetime) -> list[Problem]:
    try:
        intake_rules.check(
            entry,
            procedure=offered.procedure,
            agencies=offered.agencies,
            office=offered.office,
            now=now,
        )
    except Incomplete as refusal:
        return refusal.problems
    return []


def documents(offered: Choices) -> list[Document]:
    return offered.procedure.documents if offered.procedure else []


def told(field: str, entry: Entry) -> bool:
    """Whether the clerk has come to this field: an empty one is not yet a fault."""
    if field in BROUGHT or field.startswith(("has-", "extra-", "insists")):
        return True
    return bool(getattr(entry, field, ""))


def whose(field: str) -> Whose:
    if field in AGENCIES:
        return Whose.AGENCY
    return Whose.OFFICE if field in OFFICES else Whose.CITIZEN


async def slip(
    conn: Connection[Record],
    offered: Choices,
    entry: Entry,
    staff: Staff,
    now: datetime,
    gap: DeskError | None = None,
) -> Guidance:
    """What the citizen takes home where something is wrong. Raises UnknownProcedure."""
    chosen = offered.procedure
    if chosen is None:
        raise UnknownProcedure(entry.procedure_text)
    office = await offices.get(conn, staff.office_id or 0)
    agency = next((a for a in offered.agencies if str(a.id) == entry.agency_id), None)
    return Guidance(
        head=await item_papers.head(conn, office, now),
        form_set=form_set_on(now.astimezone(VIETNAM).date()),
        name=entry.name,
        procedure=chosen.name_vi,
        code=chosen.code,
        agency=agency.name_vi if agency else "",
        listed=tuple(listed(chosen, entry)),
        mends=tuple(await everything(conn, offered, entry, now, gap)),
        hotline=office.hotline,
        clerk=staff.full_name,
    )


async def everything(
    conn: Connection[Record],
    offered: Choices,
    entry: Entry,
    now: datetime,
    gap: DeskError | None = None,
) -> list[Mend]:
    """All that is wrong beside missing papers, and the address that has a new name by now."""
    found = mends(offered, entry, now, gap)
    if ended := await ended_units.look(conn, entry.address, now):
        since = f"{ended.since:%d/%m/%Y}"
        found.append(
            Mend(
                whose=Whose.CITIZEN,
                said=f"Địa chỉ: {ended.old} không còn từ {since}, nay là {ended.new}. "
                "Không phải làm lại giấy tờ; nên ghi tên mới để bưu tá tìm đúng.",
            )
        )
    return found
