"""What was printed, found again: a printer that jammed, a paper that was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk.papers import Kind
from postal_service.desk.printing import archive, registers
from postal_service.desk.printing.archive import UnknownPaper
from postal_service.web.guards import only
from postal_service.web.inputs import Form, clean
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.pages import page
from postal_service.web.printing import handed, pdf

AnyRequest = Request[Any, Any, Any]

#: What a paper is called on screen.
NAMES: Final[Mapping[str, str]] = {
    Kind.RECEIPT: "Giấy tiếp nhận, hẹn trả",
    Kind.SUPPLEMENT: "Phiếu yêu cầu bổ sung",
    Kind.REFUSAL: "Phiếu từ chối",
    Kind.APOLOGY: "Xin lỗi, hẹn lại",
    Kind.STOP: "Thông báo dừng giải quyết",
    Kind.CONTROL_SLIP: "Phiếu kiểm soát",
    Kind.REGISTER: "Trang sổ theo dõi",
    Kind.LABEL: "Nhãn bưu gửi",
    Kind.POSTAL_SLIP: "Phiếu gửi hồ sơ",
    Kind.SUPPLEMENT_SLIP: "Phiếu gửi bổ sung",
    Kind.BAG_LABEL: "Nhãn túi",
    Kind.MANIFEST: "Bảng kê túi",
    Kind.COURIER_LIST: "Bảng kê bưu tá",
    Kind.BROUGHT_LIST: "Bảng kê nộp về",
    Kind.AGENCY_LIST: "Bảng kê bàn giao cơ quan",
    Kind.RESULTS_LIST: "Bảng kê kết quả",
    Kind.RETURN_NOTE: "Phiếu chuyển trả",
    Kind.WITHDRAWAL: "Đơn rút hồ sơ",
    Kind.INVITATION: "Giấy mời",
    Kind.DELIVERY_RECEIPT: "Phiếu giao nhận",
    Kind.INCIDENT: "Biên bản sự cố",
    Kind.GUIDANCE: "Phiếu hướng dẫn",
    Kind.FEE_RECEIPT: "Biên lai thu tiền",
    Kind.CASH_UP: "Bảng kê nộp tiền",
    Kind.PAY_IN: "Biên nhận nộp tiền",
    Kind.PICK_UP: "Phiếu nhận tại nhà",
    Kind.COMPLAINT: "Phiếu nhận phản ánh",
    Kind.OUTAGE_PACK: "Gói in sẵn",
    Kind.EVENING_COUNT: "Phiếu kiểm đếm",
}
#: Their copies are numbered where they are accepted, with the receipt's own count.
AT_COUNTER: Final = frozenset({Kind.RECEIPT, Kind.LABEL})


class Plain(Form):
    """A form that is all button."""


class ArchiveController(Controller):
    path = "/archive"
    guards = [only(Role.CLERK, Role.SUPERVISOR, Role.AGENCY_OFFICER)]

    @get("/", name="archive")
    async def printed(
        self, request: AnyRequest, caller: Caller, db: Db, now: Now, q: FromQuery[str] = ""
    ) -> Response[str]:
        """What was printed under a number; without one, what this desk printed last."""
        wanted = clean(q)[:60]
        async with db.begin(caller.context) as conn:
            rows = await (
                archive.search(conn, wanted) if wanted else archive.lately(conn, caller, now=now)
            )
        return await page(
            request,
            "archive/list.html",
            rows=rows,
            q=wanted,
            names=NAMES,
            at_counter=AT_COUNTER if caller.office_id else frozenset(),
            today=now.astimezone(VIETNAM).date(),
        )

    @get("/register", name="archive.register")
    async def register(self, now: Now, day: FromQuery[str] = "") -> Redirect:
        """The register's page of a day. Raises NoSuchPage."""
        found = registers.parsed(clean(day), now.astimezone(VIETNAM).date())
        return Redirect(f"/papers/register/{found}.pdf", status_code=303)

    @post("/{paper_id:int}/copies", name="archive.copy", status_code=303)
    async def copy(
        self,
        paper_id: FromPath[int],
        data: URLEncodedBody[Plain],
        caller: Caller,
        db: Db,
        now: Now,
    ) -> Redirect:
        """One more copy, numbered before it is drawn: the browser may fetch it twice."""
        async with db.begin(caller.context) as conn:
            row = await archive.one(conn, paper_id)
            if row.kind in AT_COUNTER:
                raise UnknownPaper
            given = await archive.copy(conn, paper_id, by=caller, now=now)
        return Redirect(f"/archive/{paper_id}/{given.ordinal}.pdf", status_code=303)

    @get("/{paper_id:int}/{name:str}", name="archive.print")
    async def print_(
        self, paper_id: FromPath[int], name: FromPath[str], caller: Caller, db: Db
    ) -> Response[bytes]:
        """A numbered print, "2.pdf"; "0.pdf" is the original."""
        digits = name.removesuffix(".pdf")
        fits = digits.isascii() and digits.isdigit() and len(digits) <= 4
        async with db.begin(caller.context) as conn:
            row = await archive.one(conn, paper_id)
            kept, given = await archive.named(conn, paper_id, int(digits) if fits else -1)
        return pdf(await handed(Kind(row.kind), kept, given))
