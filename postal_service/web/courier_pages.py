"""What a courier sees, and the forms she sends back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from litestar import Request, Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk import delivery, dispatch
from postal_service.desk.delivery import Answer, Report
from postal_service.desk.dispatch import Work
from postal_service.desk.dispatch_store import Door
from postal_service.desk.errors import DeskError
from postal_service.desk.reasons import Reason
from postal_service.desk.round_sheet import sheet
from postal_service.web.errors import STATUS, wants_english
from postal_service.web.inputs import Form
from postal_service.web.pages import page
from postal_service.web.words import RELATION
from tracking.errors import IllegalMove, TrackingError, UnknownConsignment
from tracking.identifiers import parse_s10
from tracking.model import Actor, Event, Scan
from tracking.stages import Act, Stage

AnyRequest = Request[Any, Any, Any]

#: What becomes of a paper that could not be delivered, in a courier's words.
NEXT_ACTION: Final = {
    "redeliver": "phát lại",
    "invite": "gửi giấy mời",
    "hold_at_office": "giữ tại bưu cục",
    "contact_receiver": "liên hệ người nhận",
    "contact_agency": "liên hệ cơ quan",
    "correct_address": "sửa địa chỉ",
    "forward": "chuyển tuyến khác",
    "return_to_agency": "chuyển trả cơ quan",
}


class ItemsForm(Form):
    """Papers ticked in a list, each as "S10 scan-id": the page draws the ids."""

    act: Literal["collect", "hand_over", "bring_in"]
    stop: str = ""
    items: list[str] | str = []  #: a form with one box ticked sends no list

    def reports(self, by: Actor, now: datetime) -> list[Report]:
        """What was ticked. Raises ValueError or BadIdentifier for what no page of ours sends."""
        ticked = [self.items] if isinstance(self.items, str) else self.items
        return [self._report(line, by, now) for line in ticked]

    def _report(self, line: str, by: Actor, now: datetime) -> Report:
        s10, _, drawn = line.partition(" ")
        scan = Scan(id=UUID(drawn), s10=parse_s10(s10), act=Act(self.act), at=now, by=by)
        return Report(scan=scan)


class LeaveForm(Form):
    """The courier rides on, with everything done or without. Only a delivery ends a door well."""

    stop: str
    outcome: Literal["done", "missed"]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.outcome == "done" and not self.stop.startswith("agency:"):
            raise ValueError("outcome: chỉ cơ quan mới xong ở đây / an agency alone is done here")


class DeliverForm(Form):
    """Who took the paper. ``envelope``: the number as scanned, or its last four digits."""

    id: UUID
    s10: str
    envelope: str = ""
    relation: str = ""
    receiver: str = ""

    def report(self, by: Actor, now: datetime) -> Report:
        facts = {"relation": self.relation}
        s10 = parse_s10(self.s10)
        scan = Scan(id=self.id, s10=s10, act=Act.DELIVER, at=now, by=by, facts=facts)
        return Report(scan=scan, receiver=self.receiver)


class MissForm(Form):
    """Why the paper could not be delivered."""

    id: UUID
    s10: str
    reason: str = ""

    def report(self, by: Actor, now: datetime) -> Report:
        facts = {"reason": self.reason}
        s10 = parse_s10(self.s10)
        return Report(scan=Scan(id=self.id, s10=s10, act=Act.MISS, at=now, by=by, facts=facts))


def home() -> Redirect:
    return Redirect("/courier", status_code=303)


async def show(
    request: AnyRequest,
    db: Database,
    caller: Staff,
    now: datetime,
    *,
    said: Sequence[str] = (),
    status: int = HTTP_200_OK,
) -> Response[str]:
    """The round as it stands, with what has to be said first."""
    async with db.begin(caller.context) as conn:
        work = await dispatch.gather(conn, caller, now)
    return await page(
        request,
        "courier/round.html",
        status=status,
        sheet=sheet(work),
        said=said,
        draw=uuid4,
        now=now,
    )


async def after(
    request: AnyRequest, db: Database, caller: Staff, now: datetime, answers: Sequence[Answer]
) -> Response[Any]:
    """Back to the round; what was refused is said item by item, the rest is done."""
    refused = [answer for answer in answers if not isinstance(answer, Event)]
    if not refused:
        return home()
    said = [spoken(request, answer) for answer in refused]
    return await show(request, db, caller, now, said=said, status=HTTP_409_CONFLICT)


def spoken(request: AnyRequest, refusal: DeskError | TrackingError | None) -> str:
    """The refusal in the reader's language; nothing where there is none."""
    if refusal is None:
        return ""
    return refusal.en if wants_english(request) else refusal.vi


def find_door(work: Work, s10: str) -> Door:
    """The door *s10* goes to. Raises UnknownConsignment, or IllegalMove while it is not out."""
    door = next((door for door in work.doors.values() if door.s10 == s10), None)
    if door is None:
        raise UnknownConsignment(s10)
    if not any(item.id == door.id and item.stage is Stage.OUT for item in work.items):
        raise IllegalMove(door.stage, Act.DELIVER)
    return door


async def deliver_form(
    request: AnyRequest,
    db: Database,
    caller: Staff,
    now: datetime,
    *,
    typed: DeliverForm,
    refusal: DeskError | None = None,
) -> Response[str]:
    """Who takes the paper; refused, with what was typed and under the same scan id."""
    async with db.begin(caller.context) as conn:
        door = find_door(await dispatch.gather(conn, caller, now), parse_s10(typed.s10))
    allowed = delivery.ADDRESSEES if door.addressee_only else delivery.RELATIONS
    return await page(
        request,
        "courier/deliver.html",
        status=STATUS[DeskError] if refusal else HTTP_200_OK,
        door=door,
        relations=[(code, words) for code, words in RELATION.items() if code in allowed],
        typed=typed,
        said=spoken(request, refusal),
    )


async def missed_form(
    request: AnyRequest,
    db: Database,
    caller: Staff,
    now: datetime,
    *,
    typed: MissForm,
    refusal: DeskError | None = None,
) -> Response[str]:
    """Why it could not be delivered, and what then becomes of it."""
    async with db.begin(caller.context) as conn:
        door = find_door(await dispatch.gather(conn, caller, now), parse_s10(typed.s10))
        reasons = await delivery.choices(conn)
    return await page(
        request,
        "courier/missed.html",
        status=STATUS[DeskError] if refusal else HTTP_200_OK,
        door=door,
        reasons=[(reason, next_actions(reason)) for reason in reasons],
        typed=typed,
        said=spoken(request, refusal),
    )


def next_actions(reason: Reason) -> list[str]:
    return [NEXT_ACTION[action] for action in reason.next_actions if action in NEXT_ACTION]
