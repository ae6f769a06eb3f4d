"""Citizens' particulars on a screen: masked, opened for a reason, found without a receipt."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Meta

from postal_service.caller import Role
from postal_service.desk.citizen import reads
from postal_service.desk.citizen.reads import Look, Why
from postal_service.desk.errors import DeskError
from postal_service.web.guards import clerks, only
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page

AnyRequest = Request[Any, Any, Any]

#: Reasons as a person reads them, and who may have which.
REASONS: Final = {
    Why.CALL: "Phải gọi điện cho người dân",
    Why.DELIVER: "Cần địa chỉ để giao",
    Why.IDENTITY: "Đối chiếu giấy tờ người đang đứng trước mặt",
    Why.CORRECT: "Sửa thông tin ghi sai",
    Why.COMPLAINT: "Giải quyết phản ánh, kiến nghị",
    Why.AGENCY_WORK: "Giải quyết hồ sơ",
    Why.NO_RECEIPT: "Người dân không có biên nhận",
    Why.RIGHTS: "Trả lời yêu cầu về dữ liệu của chính người dân",
}
OFFICERS: Final = (Why.AGENCY_WORK, Why.IDENTITY, Why.CALL, Why.CORRECT, Why.COMPLAINT)
CLERKS: Final = (Why.CALL, Why.DELIVER, Why.IDENTITY, Why.CORRECT, Why.COMPLAINT, Why.NO_RECEIPT)
NAMES: Final = {
    "phone": "Điện thoại",
    "citizen_id": "Giấy tờ tùy thân",
    "address": "Địa chỉ",
    "note": "Ghi chú cho bưu tá",
    "full_name": "Họ tên",
}
DEEDS: Final = {"shown": "hiện", "searched": "tìm người"}

Ref = FromPath[str]
Field = Literal["phone", "citizen_id", "address", "note"]


class ShowForm(Form):
    """Whose fields are to be opened, which, and why."""

    party: int
    why: Annotated[str, Meta(max_length=40)] = ""
    field: list[Field] | Field = []

    @property
    def fields(self) -> list[str]:
        return [self.field] if isinstance(self.field, str) else list(self.field)


class FindForm(Form):
    """A phone number, an identity number or a name."""

    typed: Annotated[str, Meta(max_length=120)]


class PartyController(Controller):
    path = "/parties"
    guards = [only(Role.CLERK, Role.SUPERVISOR, Role.AGENCY_OFFICER)]

    @get("/{ref:str}", name="parties")
    async def masked(self, request: AnyRequest, ref: Ref, caller: Caller, db: Db) -> Response[str]:
        """The people of a dossier, as far as nobody needs a reason to see them."""
        ref = clean(ref)
        async with db.begin(caller.context) as conn:
            people = await reads.people(conn, ref, staff=caller)
        return await showing(request, ref, people, caller)

    @post("/{ref:str}", name="parties.show", status_code=200)
    async def show(
        self,
        request: AnyRequest,
        ref: Ref,
        caller: Caller,
        db: Db,
        now: Now,
        data: URLEncodedBody[ShowForm],
    ) -> Response[str]:
        """Open fields on this page alone; the next one is masked again."""
        ref, refusal = clean(ref), None
        look = Look(party_id=data.party, fields=data.fields, why=data.why)
        async with db.begin(caller.context) as conn:
            try:
                people = await reads.show(conn, ref, look, staff=caller, now=now)
            except reads.NoReason as error:
                refusal = error
                people = await reads.people(conn, ref, staff=caller)
        return await showing(request, ref, people, caller, refusal=refusal)


async def showing(
    request: AnyRequest,
    ref: str,
    people: list[reads.Shown],
    caller: Caller,
    *,
    refusal: DeskError | None = None,
) -> Response[str]:
    mine = OFFICERS if caller.role is Role.AGENCY_OFFICER else CLERKS
    return await page(
        request,
        "parties/people.html",
        status=400 if refusal else 200,
        ref=ref,
        people=people,
        reasons=[(why.value, REASONS[why]) for why in mine],
        names=NAMES,
        fields=reads.FIELDS,
        said=refusal.vi if refusal else "",
    )


class FindController(Controller):
    path = "/counter/people"
    guards = [clerks]

    @get("/", name="counter.people")
    async def ask(self, request: AnyRequest) -> Response[str]:
        """Where a clerk types what a citizen without her receipt says."""
        return await page(request, "parties/find.html", typed="", hits=None, said="")

    @post("/", name="counter.people.find", status_code=200)
    async def find(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, data: URLEncodedBody[FindForm]
    ) -> Response[str]:
        """Her dossiers here, masked; the search is on record. What was typed is in no address."""
        hits, refusal = None, None
        async with db.begin(caller.context) as conn:
            try:
                hits = await reads.find(conn, data.typed, staff=caller, now=now)
            except reads.TooVague as error:
                refusal = error
        return await page(
            request,
            "parties/find.html",
            status=400 if refusal else 200,
            typed=data.typed,
            hits=hits,
            said=refusal.vi if refusal else "",
        )


class ReadsController(Controller):
    path = "/reads"
    guards = [only(Role.SUPERVISOR, Role.MANAGER)]

    @get("/", name="reads")
    async def log(
        self, request: AnyRequest, caller: Caller, db: Db, before: FromQuery[int] = 0
    ) -> Response[str]:
        """Who looked at whose particulars, the newest first."""
        start = before if 0 < before < 2**63 else None
        async with db.begin(caller.context) as conn:
            lines = await reads.lines(conn, caller, before=start)
        return await page(
            request,
            "parties/reads.html",
            lines=lines,
            names=NAMES,
            reasons={why.value: said for why, said in REASONS.items()},
            deeds=DEEDS,
            older=lines[-1].id if len(lines) == reads.LINES else None,
        )
