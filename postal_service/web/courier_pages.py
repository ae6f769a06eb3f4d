"""What a courier sees of her round, and the forms she sends back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from litestar import Request, Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT
from msgspec import Struct

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk import dispatch, field
from postal_service.desk.door.delivery import Report
from postal_service.desk.errors import DeskError
from postal_service.desk.field import Laid
from postal_service.desk.field_store import Done
from postal_service.desk.money import purses, receipts
from postal_service.desk.money.receipts import Receipt
from postal_service.desk.printing.round_sheet import sheet
from postal_service.web.errors import wants_english
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from tracking.corrections import ALONE, Undo
from tracking.custody_model import Item
from tracking.errors import TrackingError, act_words
from tracking.identifiers import parse_s10
from tracking.model import Actor, Event, Scan
from tracking.stages import Act

AnyRequest = Request[Any, Any, Any]
#: What a press has done, as the courier would say it.
DONE: Final[Mapping[Act, str]] = {
    Act.COLLECT: "Đã nhận",
    Act.HAND_OVER: "Đã bàn giao cơ quan",
    Act.BRING_IN: "Đã nộp về bưu cục",
    Act.OFFER: "Đã giao cho bưu tá khác",
    Act.RECALL: "Đã thu hồi",
    Act.DELIVER: "Đã giao cho người nhận",
    Act.MISS: "Đã báo không giao được",
    Act.DECLINE: "Đã báo không nhận",
    Act.REPORT_MISSING: "Đã báo thiếu",
}
LIST: Final = re.compile(r"BK-\d{6}-\d{5}")


class Ticked(Form):
    """Papers ticked in a list, each as "S10 scan-id": the page draws the ids."""

    items: list[str] | str = []  #: a form with one box ticked sends no list

    def ticked(self) -> list[Item]:
        """What was ticked. Raises ValueError or BadIdentifier for what no page of ours sends."""
        lines = [self.items] if isinstance(self.items, str) else self.items
        return [item_of(line) for line in lines]


class ItemsForm(Ticked, kw_only=True):
    """What is taken, or taken back, paper by paper."""

    act: Literal["collect", "recall"]
    stop: str = ""

    def reports(self, by: Actor, now: datetime) -> list[Report]:
        act = Act(self.act)
        return [
            Report(scan=Scan(id=item.id, s10=item.s10, act=act, at=now, by=by))
            for item in self.ticked()
        ]


class ListForm(Ticked, kw_only=True):
    """What is laid down together. ``id`` is the list's own: pressed twice, laid down once."""

    id: UUID
    stop: str = ""
    to: str = ""

    def colleague(self) -> int:
        """Raises ValueError for what no page of ours sends."""
        if not (self.to.isascii() and self.to.isdigit() and len(self.to) < 19):
            raise ValueError("to: chọn một bưu tá / choose a courier")
        return int(self.to)


class LeaveForm(Form):
    """The courier rides on, with everything done or without. Only a delivery ends a door well."""

    stop: str
    outcome: Literal["done", "missed"]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.outcome == "done" and not self.stop.startswith("agency:"):
            raise ValueError("outcome: chỉ cơ quan mới xong ở đây / an agency alone is done here")


class UndoForm(Form):
    """What is taken back, each as "S10 undone-scan-id new-id"."""

    items: list[str] | str

    def wishes(self, by: Actor, now: datetime) -> list[Undo]:
        """Raises ValueError or BadIdentifier for what no page of ours sends."""
        lines = [self.items] if isinstance(self.items, str) else self.items
        return [self._wish(line, by, now) for line in lines]

    def _wish(self, line: str, by: Actor, now: datetime) -> Undo:
        s10, undoes, drawn = line.split(" ")
        return Undo(id=UUID(drawn), s10=parse_s10(s10), undoes=UUID(undoes), by=by, at=now)


class Notes(Struct, frozen=True, kw_only=True):
    """What has to be said above the round. ``laid``: the number of the list just laid down."""

    said: Sequence[str] = ()
    laid: str = ""
    status: int = HTTP_200_OK


NOTHING: Final = Notes()


class Press(Struct, frozen=True, kw_only=True):
    """What the courier did last, and for how many seconds she may take it back."""

    done: list[Done]
    words: str
    seconds: int
    receipts: list[Receipt]


def item_of(line: str) -> Item:
    s10, _, drawn = line.partition(" ")
    return Item(UUID(drawn), parse_s10(s10))


def home(laid: str | None = None) -> Redirect:
    """Back to the round, which says what was laid down."""
    return Redirect(f"/courier?laid={laid}" if laid else "/courier", status_code=303)


async def show(
    request: AnyRequest,
    db: Database,
    caller: Staff,
    now: datetime,
    notes: Notes = NOTHING,
) -> Response[str]:
    """The round as it stands, with what has to be said first."""
    async with db.begin(caller.context) as conn:
        work = await dispatch.gather(conn, caller, now)
        done = await field.last_press(conn, caller, now)
        taken = await receipts.of_scans(conn, [each.scan_id for each in done])
        held = await purses.own(conn, caller, now)
        colleagues = await field.colleagues(conn, caller)
    return await page(
        request,
        "courier/round.html",
        status=notes.status,
        sheet=sheet(work),
        said=notes.said,
        laid=notes.laid if LIST.fullmatch(notes.laid) else "",
        press=press_of(done, taken, now),
        purse_vnd=sum(purse.held for purse in held),
        over=any(purse.over for purse in held),
        colleagues=colleagues,
        draw=uuid4,
        now=now,
    )


def press_of(done: Sequence[Done], taken: list[Receipt], now: datetime) -> Press | None:
    """The last press in words; none where its minute is over."""
    if not done:
        return None
    left = int((done[0].heard_at + ALONE - now).total_seconds())
    what = DONE.get(done[0].act) or act_words(done[0].act)[0].capitalize()
    which = done[0].s10 if len(done) == 1 else f"{len(done)} bưu gửi"
    return Press(done=list(done), words=f"{what}: {which}.", seconds=max(left, 0), receipts=taken)


async def after(
    request: AnyRequest, db: Database, caller: Staff, now: datetime, laid: Laid
) -> Response[Any]:
    """Back to the round; what was refused is said item by item, the rest is done."""
    refused = [answer for answer in laid.answers if not isinstance(answer, Event)]
    if not refused:
        return home(laid.number)
    said = [spoken(request, answer) for answer in refused]
    notes = Notes(said=said, laid=laid.number or "", status=HTTP_409_CONFLICT)
    return await show(request, db, caller, now, notes)


def spoken(request: AnyRequest, refusal: DeskError | TrackingError | None) -> str:
    """The refusal in the reader's language; nothing where there is none."""
    if refusal is None:
        return ""
    return refusal.en if wants_english(request) else refusal.vi
