"""The notices an agency writes: one number a form, an agency and a year, without a gap."""

from __future__ import annotations

from datetime import date
from typing import Final

from asyncpg import Connection

from tracking import notice_store as store
from tracking import number_store
from tracking.model import Ruling
from tracking.notice_store import Notice
from tracking.stages import Act
from tracking.working_time import local

__all__ = ["NOTHING_OWED", "Notice"]

#: Which form says what was decided (TT 01/2018 and TT 03/2025; payment: the notice on money).
FORMS: Final = {
    Act.ASK_MORE: "supplement",
    Act.REFUSE: "refusal",
    Act.EXTEND: "apology",
    Act.STOP: "stop",
    Act.ASK_PAYMENT: "payment",
}
NOTHING_OWED: Final = "Không có khoản tiền nào phải thu thêm hoặc phải trả lại."


async def write(conn: Connection, ruling: Ruling, *, settlement: str = "") -> None:
    """Number the notice that *ruling*, already in the register, is told by; none: nothing."""
    form = FORMS.get(ruling.act)
    if form is None or ruling.by.agency is None:
        return
    year = local(ruling.at).year
    number = await number_store.next_serial(conn, date(year, 1, 1), f"{form}:{ruling.by.agency}")
    said = (settlement or NOTHING_OWED) if ruling.act is Act.STOP else None
    await store.add(conn, ruling.id, ruling.by.agency, form, year, number, said)


async def of(conn: Connection, dossier_id: int) -> list[Notice]:
    """The notices of a dossier, the first first."""
    return await store.notices_of(conn, dossier_id)
