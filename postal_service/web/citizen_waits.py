"""What the citizen reads while money is owed, while another agency is to decide, and where the
counter received in the agency's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from postal_service.web.citizen_words import WAIT, Pair, Place, Situation, Turn
from tracking.stages import Act, Leg, Stage, Status

PAY: Final[Pair] = (
    "Nộp tiền theo thông báo của {agency}, chậm nhất {pay_by}. Nhập 4 số cuối ở cuối trang "
    "để xem số tiền và nơi nộp, hoặc gọi {hotline}. Nộp xong giữ biên lai, báo cho cơ quan.",
    "Pay as {agency} asks, by {pay_by}. Enter the last 4 digits at the end of this page to see "
    "the amount and where to pay, or call {hotline}. Keep the receipt and show it to the agency.",
)
OWED: Final = Situation(
    (
        "Hồ sơ đang ở {agency}, chờ ông/bà nộp tiền. Thời hạn tạm dừng.",
        "Your dossier is at {agency}, which waits for a payment. The time limit is paused.",
    ),
    Turn.CITIZEN,
    PAY,
)
PASSING: Final = Situation(
    (
        "Hồ sơ đang được chuyển đến cơ quan có thẩm quyền giải quyết.",
        "Your dossier is on its way to the agency that is to decide it.",
    ),
    Turn.POST,
    WAIT,
)
#: What she brought is on its way to the agency, or there; the clock waits for the agency's word.
BRINGING: Final = Situation(
    (
        "Bưu điện đang chuyển giấy tờ bổ sung đến {agency}. Thời hạn còn tạm dừng.",
        "The post is taking the further papers to {agency}. The time limit is still paused.",
    ),
    Turn.POST,
    WAIT,
)
BROUGHT: Final = Situation(
    (
        "Giấy tờ bổ sung đã đến {agency}. Cơ quan kiểm tra xong thì thời hạn tính tiếp.",
        "The further papers are at {agency}. The time limit goes on once it has checked them.",
    ),
    Turn.AGENCY,
    WAIT,
)
TAKEN_HERE: Final[Pair] = (
    "{office} đã tiếp nhận hồ sơ thay {agency}; giấy tờ đang được chuyển đến đó.",
    "{office} received the dossier for {agency}; the papers are on their way there.",
)
#: On the road in whatever status it was passed on.
ROAD: Final = (Stage.READY, Stage.TO_AGENCY, Stage.ACCEPTED, Stage.OFFERED)
#: Places a dossier comes to by these ways only.
SITUATIONS: Final[Mapping[Place, Situation]] = {
    (Leg.FORWARD, Stage.WITH_AGENCY, Status.DUTY): OWED,
    (None, None, Status.DUTY): OWED,
    **{
        (Leg.TRANSFER, stage, status): PASSING
        for stage in ROAD
        for status in (Status.REGISTERED, Status.RECEIVED, Status.PROCESSING)
    },
    **{
        (Leg.FORWARD, stage, Status.RECEIVED): Situation(TAKEN_HERE, Turn.POST, WAIT)
        for stage in (Stage.ACCEPTED, Stage.TO_AGENCY, Stage.OFFERED)
    },
}
#: What each step was.
STEPS: Final[Mapping[Act, Pair]] = {
    Act.ASK_PAYMENT: (
        "{agency} yêu cầu nộp tiền, thời hạn tạm dừng",
        "{agency} asked for a payment; the limit is paused",
    ),
    Act.PAY: (
        "{agency} ghi nhận đã nộp tiền, tính tiếp thời hạn",
        "{agency} recorded the payment; the limit runs again",
    ),
    Act.EXTEND: (
        "{agency} xin lỗi vì chậm trả và hẹn lại ngày: {reason}",
        "{agency} apologised and put the appointment off: {reason}",
    ),
    Act.TRANSFER: (
        "{agency} chuyển hồ sơ đến cơ quan khác giải quyết: {reason}",
        "{agency} passed the dossier on to another agency: {reason}",
    ),
    Act.TAKE_OVER: ("{agency} nhận giải quyết hồ sơ", "{agency} took the dossier over"),
    Act.DUE_SOON: (
        "Sắp đến hẹn, {agency} chưa có kết quả",
        "Nearly due, and {agency} has no result yet",
    ),
    Act.MOVE_APPOINTMENT: (
        "{agency} đổi ngày hẹn vì lịch làm việc thay đổi",
        "{agency} moved the appointment: its calendar changed",
    ),
    Act.SUCCEED: (
        "Cơ quan kế thừa nhận hồ sơ: {agency}",
        "The agency's successor took the dossier over: {agency}",
    ),
}
RECKONED_ANEW: Final[Pair] = (
    "Ngày hẹn được tính lại khi cơ quan ghi nhận ông/bà đã nộp tiền.",
    "The appointment is reckoned anew when the agency has recorded the payment.",
)
PUT_OFF: Final[Pair] = (
    "{agency} xin lỗi: ngày hẹn đầu là {first}, đã hẹn lại. Lý do: {reason}.",
    "{agency} apologises: the first appointment was {first}. Reason: {reason}.",
)
#: How it is paid, beside the place or the account that the agency named.
CHANNELS: Final[Mapping[str, Pair]] = {
    "agency": ("Nộp tại cơ quan", "At the agency"),
    "account": ("Nộp vào tài khoản", "Into an account"),
    "post": ("Nộp tại bưu cục", "At the post office"),
}
