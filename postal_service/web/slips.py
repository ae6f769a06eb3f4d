"""The slip: one dossier's whole timeline, for those whose business it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.database import Connection
from postal_service.desk.agency import clock_view, timeline
from postal_service.desk.agency.clock_view import WHOSE, ClockView
from postal_service.desk.agency.timeline import Span, Timeline
from postal_service.desk.printing import reissue
from postal_service.web.door_forms import NEXT_ACTION
from postal_service.web.guards import only
from postal_service.web.inputs import clean, day_of
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.words import hour, local, moment
from tracking.errors import TrackingError, act_words
from tracking.explain_words import length as length_words

readers = only(Role.CLERK, Role.SUPERVISOR, Role.COURIER, Role.AGENCY_OFFICER, Role.MANAGER)
OFFICE: Final = frozenset({Role.CLERK, Role.SUPERVISOR})

#: Why the register refused, by the kind of refusal; any other kind is named as it is.
REFUSED: Final = {
    "UnknownConsignment": "không phải bưu gửi của nơi này",
    "NotYetEntered": "số in sẵn, tờ giấy chưa nhập",
    "IllegalMove": "bước này không làm được lúc đó",
    "HeldByAnother": "người khác đang giữ",
    "NotOffered": "chưa được bàn giao",
    "AlreadyOffered": "đang chờ người khác ký nhận",
    "BadOffer": "sai nơi nhận",
    "ScanReused": "mã lần quét đã dùng cho việc khác",
    "ImpossibleTime": "giờ trên máy sai",
    "BadRuling": "thiếu lý do hoặc người nhận",
    "MovedOn": "giấy tờ đã đi tiếp",
    "TooLateToUndo": "quá 60 giây, phải có người thứ hai",
    "SecondPersonNeeded": "thiếu người thứ hai",
    "WrongCode": "sai mã giao",
    "CodeLocked": "mã giao đã khóa",
}


class SlipController(Controller):
    path = "/slips"
    guards = [readers]

    @get("/{ref:str}", name="slips.show")
    async def show(
        self,
        request: Request[Any, Any, Any],
        ref: FromPath[str],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Response[str]:
        """The timeline; with ``day`` and ``hour`` asked for, who held each paper then."""
        asked_day, asked_hour = (
            clean(request.query_params.get(name, ""))[:10] for name in ("day", "hour")
        )
        at, wrong = instant(asked_day, asked_hour, now)
        accepting = caller.role in OFFICE
        async with db.begin(caller.context) as conn:
            found = await timeline.look(conn, ref, caller, now=now)
            own = accepting and caller.office_id == found.slip.dossier.office_id
            issues = await reissue.issues(conn, found.slip.dossier.id) if own else []
            reasons = await reissue.choices(conn) if own else []
            clock = await clock_of(conn, found, now)
        return await page(
            request,
            "slips/slip.html",
            status=422 if wrong else 200,
            line=found,
            slip=found.slip,
            named=caller.role not in (Role.COURIER, Role.MANAGER),
            clock=clock,
            opened=caller.role in (Role.AGENCY_OFFICER, Role.MANAGER),
            whose_words=WHOSE,
            long=lambda minutes: length_words(minutes)[0],
            supervisor=caller.role is Role.SUPERVISOR,
            accepting=accepting,
            sheets=timeline.sheets_of(found) if accepting else [],
            may_reissue=own,
            issues=issues,
            reasons=reasons,
            asked="asked" in request.query_params,
            asked_day=asked_day,
            asked_hour=asked_hour,
            asked_at=at,
            held=timeline.holders_at(found, at) if at else [],
            wrong=wrong,
            now=now,
            draw=uuid4,
            act_words=said,
            why_words=lambda why: REFUSED.get(why, why),
            stay=stay,
            apart=apart,
            next_words=NEXT_ACTION,
        )


async def clock_of(conn: Connection, found: Timeline, now: datetime) -> ClockView | None:
    """The dossier's clocks; none while a calendar has a gap: the rest of the page still stands."""
    try:
        return await clock_view.look(conn, found.slip, now=now, names=found.names)
    except TrackingError:
        return None


def instant(day: str, hour: str, now: datetime) -> tuple[datetime | None, str]:
    """The moment typed, in Vietnam, or what is wrong with it; neither where nothing was typed.

    A day without a year is of this one; without an hour its end is meant.
    """
    if not day and not hour:
        return None, ""
    whole = f"{day}/{now.year}" if day.count("/") == 1 else day
    try:
        at = datetime.strptime(hour or "23:59", "%H:%M").time()  # noqa: DTZ007 -- an hour has no zone
        return datetime.combine(day_of(whole), at, VIETNAM), ""
    except ValueError:
        return None, "Ghi ngày và giờ, ví dụ 3/12/2026 và 14:05."


def said(act: str) -> str:
    """An act as the head of a line: "Bưu tá nhận"."""
    words = act_words(act)[0]
    return words[:1].upper() + words[1:]


def stay(span: Span, now: datetime) -> str:
    """2 giờ 10 phút, or how long until now."""
    if span.until is None:
        return f"{length(max(now - span.since, timedelta()))} đến nay"
    return length(span.until - span.since)


def length(time: timedelta) -> str:
    """3 ngày 4 giờ · 2 giờ 10 phút · dưới 1 phút: two units are enough to judge by."""
    minutes = int(time.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} ngày {hours} giờ" if hours else f"{days} ngày"
    if hours:
        return f"{hours} giờ {minutes % 60} phút" if minutes % 60 else f"{hours} giờ"
    return f"{minutes} phút" if minutes else "dưới 1 phút"


def apart(at: datetime, heard_at: datetime) -> str:
    """When it happened and when it was told; with the day where the two days differ."""
    words = hour if local(at).date() == local(heard_at).date() else moment
    return f"ghi lúc {words(at)} · nhận lúc {words(heard_at)}"
