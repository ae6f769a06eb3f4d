"""Plain words for the citizen: where the paper is, whose turn it is, what to do.

Each text is a pair, Vietnamese and English. An old man reads them on a small phone: short
sentences, no word of the trade, "ông/bà" and never "khách hàng".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from tracking.stages import Leg, Stage, Status

Pair = tuple[str, str]
Place = tuple[Leg | None, Stage | None, Status]


class Turn(StrEnum):
    """Who has to act next."""

    POST = "post"
    AGENCY = "agency"
    CITIZEN = "citizen"
    NOBODY = "nobody"


class Situation(Struct, frozen=True):
    """Where the paper is, whose turn it is, what to do; ``{office}`` and others are filled in."""

    where: Pair
    turn: Turn
    todo: Pair


TURNS: Final[Mapping[Turn, Pair]] = {
    Turn.POST: ("Đến lượt bưu điện.", "It is the post's turn."),
    Turn.AGENCY: ("Đến lượt cơ quan giải quyết.", "It is the agency's turn."),
    Turn.CITIZEN: ("Đến lượt ông/bà.", "It is your turn."),
    Turn.NOBODY: ("Đã xong.", "All done."),
}

WAIT: Final[Pair] = (
    "Ông/bà không phải làm gì. Có việc gì bưu điện sẽ báo.",
    "You need not do anything. The post will tell you when you do.",
)
KEEP: Final[Pair] = (
    "Xong rồi, ông/bà không phải làm gì nữa. Nếu không đúng, gọi {hotline}.",
    "It is finished; you need not do anything. If this is not right, call {hotline}.",
)
BRING_PAPERS: Final[Pair] = (
    "Mang {papers} giấy tờ còn thiếu, kèm biên nhận, đến bưu cục bất kỳ hoặc {agency_at}. "
    "Chưa rõ thiếu gì: xem bên dưới, hỏi {office} hoặc gọi {hotline}.",
    "Bring the {papers} missing paper(s) with your receipt to any post office, or {agency_at}. "
    "Not sure what is missing? See below, ask at {office} or call {hotline}.",
)
FETCH_AT_OFFICE: Final[Pair] = (
    "Mời ông/bà đến {office_at} để nhận. Mang giấy tờ tùy thân và biên nhận.",
    "Please collect it at {office_at}. Bring your identity paper and the receipt.",
)
FETCH_AT_AGENCY: Final[Pair] = (
    "Mời ông/bà đến {agency_at} để nhận kết quả. Mang giấy tờ tùy thân và giấy hẹn.",
    "Please collect the result at {agency_at}. Bring your identity paper and the appointment slip.",
)
STAY_HOME: Final[Pair] = (
    "Xin có người ở nhà để nhận. Chuẩn bị giấy tờ tùy thân và giấy hẹn. "
    "Bưu tá sẽ gọi điện nếu ông/bà có số điện thoại.",
    "Please have somebody at home. Keep your identity paper and the appointment slip ready. "
    "The courier calls if you left a number.",
)
NOT_FOUND_YET: Final[Pair] = (
    "Đã đến mà chưa gặp ông/bà. Mời đến {office_at}, "
    "mang giấy tờ tùy thân; hoặc gọi {hotline} để hẹn giao lại.",
    "We came and did not find you. Please come to {office_at} with "
    "your identity paper, or call {hotline} for another delivery.",
)

WAIT_FOR_PAPERS: Final[Pair] = (
    "Chờ tin: khi giấy tờ về đến {office}, mời ông/bà đến nhận lại. "
    "Lý do xem bên dưới hoặc gọi {hotline}.",
    "Wait for word: you can take the papers back once they are at {office}. "
    "For the reason see below or call {hotline}.",
)

COMES_HOME: Final[Pair] = (
    "Bưu tá mang giấy tờ về nhà ông/bà. Lý do xem bên dưới hoặc gọi {hotline}.",
    "A courier brings the papers to your home. For the reason see below or call {hotline}.",
)

AT_AGENCY = (Leg.FORWARD, Stage.WITH_AGENCY)
FILED_THERE = (None, None)

CHECKING = Situation(
    (
        "Hồ sơ đã đến {agency}. Cơ quan đang kiểm tra giấy tờ.",
        "Your papers are at {agency}, which is checking them.",
    ),
    Turn.AGENCY,
    WAIT,
)
TAKEN_IN: Final[Pair] = ("{agency} đã tiếp nhận hồ sơ.", "{agency} has received your dossier.")
RECEIVED = Situation(TAKEN_IN, Turn.AGENCY, WAIT)
WORKING = Situation(
    ("{agency} đang giải quyết hồ sơ.", "{agency} is working on your dossier."), Turn.AGENCY, WAIT
)
MISSING = Situation(
    (
        "Hồ sơ đang ở {agency}, còn thiếu giấy tờ. Thời hạn tạm dừng.",
        "Your dossier is at {agency} and lacks papers. The time limit is paused.",
    ),
    Turn.CITIZEN,
    BRING_PAPERS,
)
DECIDED = Situation(
    (
        "Đã có kết quả tại {agency}, đang chờ giao cho bưu điện.",
        "There is a result at {agency}, waiting to be given to the post.",
    ),
    Turn.AGENCY,
    WAIT,
)
#: As DECIDED, where the citizen chose to fetch the result there.
READY_THERE: Final[Pair] = ("Đã có kết quả tại {agency}.", "There is a result at {agency}.")
DECIDED_THERE = Situation(READY_THERE, Turn.CITIZEN, FETCH_AT_AGENCY)
HANDED_THERE = Situation(
    ("Kết quả đã được trả tại {agency}.", "The result was handed over at {agency}."),
    Turn.NOBODY,
    KEEP,
)
REFUSED_THERE = Situation(
    ("{agency} không tiếp nhận hồ sơ này.", "{agency} has refused this dossier."),
    Turn.CITIZEN,
    (
        "Hỏi lý do và nhận lại giấy tờ tại {agency_at}.",
        "Ask why, and take the papers back, at {agency_at}.",
    ),
)
#: At the office and to be fetched there: by choice, or because nobody was at home.
TO_FETCH = Situation(
    ("Kết quả đang ở {office}.", "The result is at {office}."), Turn.CITIZEN, FETCH_AT_OFFICE
)
MISSED = Situation(
    (
        "Kết quả đang ở {office}, đã giao {attempts} lần chưa được.",
        "The result is at {office}; {attempts} delivery attempt(s) failed.",
    ),
    Turn.CITIZEN,
    NOT_FOUND_YET,
)
OUT_AFTER_MISS = Situation(
    (
        "Bưu tá đã đến mà chưa giao được ({attempts} lần). Kết quả vẫn ở bưu tá của {office}.",
        "The courier came and could not deliver ({attempts} attempt(s)). "
        "The result is still with the courier of {office}.",
    ),
    Turn.CITIZEN,
    (
        "Gọi {hotline} để hẹn giao lại, hoặc nhận tại {office} từ ngày làm việc tiếp theo, "
        "mang giấy tờ tùy thân.",
        "Call {hotline} for another delivery, or collect it at {office} from its next working "
        "day on, with your identity paper.",
    ),
)

#: Every place a dossier can be in. Its newest leg decides; a test walks the moves to each.
SITUATIONS: Final[Mapping[Place, Situation]] = {
    # on the way to the agency
    (Leg.FORWARD, Stage.ACCEPTED, Status.REGISTERED): Situation(
        ("Hồ sơ đang ở {office}, chờ bưu tá.", "Your papers are at {office}, waiting to go out."),
        Turn.POST,
        WAIT,
    ),
    (Leg.FORWARD, Stage.TO_AGENCY, Status.REGISTERED): Situation(
        ("Bưu tá đang đưa hồ sơ đến {agency}.", "A courier is taking your papers to {agency}."),
        Turn.POST,
        WAIT,
    ),
    (Leg.FORWARD, Stage.OFFERED, Status.REGISTERED): Situation(
        (
            "Hồ sơ đã đến {agency}, chờ cơ quan ký nhận.",
            "Your papers have reached {agency} and wait for its signature.",
        ),
        Turn.AGENCY,
        WAIT,
    ),
    # at the agency, brought by the post
    (*AT_AGENCY, Status.REGISTERED): CHECKING,
    (*AT_AGENCY, Status.RECEIVED): RECEIVED,
    (*AT_AGENCY, Status.PROCESSING): WORKING,
    (*AT_AGENCY, Status.SUPPLEMENT): MISSING,
    (*AT_AGENCY, Status.PROCESSED): DECIDED,
    (*AT_AGENCY, Status.RETURNED): HANDED_THERE,
    # at the agency, filed there by the citizen
    (*FILED_THERE, Status.REGISTERED): CHECKING,
    (*FILED_THERE, Status.RECEIVED): RECEIVED,
    (*FILED_THERE, Status.PROCESSING): WORKING,
    (*FILED_THERE, Status.SUPPLEMENT): MISSING,
    (*FILED_THERE, Status.NOT_RECEIVED): REFUSED_THERE,
    (*FILED_THERE, Status.PROCESSED): DECIDED,
    (*FILED_THERE, Status.RETURNED): HANDED_THERE,
    # the result on its way home
    (Leg.RESULT, Stage.READY, Status.PROCESSED): Situation(
        (
            "Đã có kết quả tại {agency}, chờ bưu tá đến lấy.",
            "There is a result at {agency}; a courier will fetch it.",
        ),
        Turn.POST,
        WAIT,
    ),
    (Leg.RESULT, Stage.TO_OFFICE, Status.RETURNED): Situation(
        (
            "Bưu tá đã nhận kết quả, đang đưa về {office}.",
            "A courier has the result and is bringing it to {office}.",
        ),
        Turn.POST,
        WAIT,
    ),
    (Leg.RESULT, Stage.AT_OFFICE, Status.RETURNED): Situation(
        (
            "Kết quả đang ở {office}, sẽ giao đến nhà.",
            "The result is at {office} and will be brought to your door.",
        ),
        Turn.POST,
        WAIT,
    ),
    (Leg.RESULT, Stage.OUT, Status.RETURNED): Situation(
        (
            "Bưu tá của {office} đang mang kết quả đến nhà.",
            "A courier of {office} is bringing the result to your door.",
        ),
        Turn.POST,
        STAY_HOME,
    ),
    (Leg.RESULT, Stage.DELIVERED, Status.RETURNED): Situation(
        ("Kết quả đã giao xong.", "The result has been delivered."), Turn.NOBODY, KEEP
    ),
    # refused papers on their way back
    (Leg.BACK, Stage.READY, Status.NOT_RECEIVED): Situation(
        (
            "{agency} không tiếp nhận hồ sơ. Giấy tờ chờ bưu tá đến lấy về.",
            "{agency} has refused the dossier. The papers wait for a courier.",
        ),
        Turn.POST,
        WAIT_FOR_PAPERS,
    ),
    (Leg.BACK, Stage.TO_OFFICE, Status.NOT_RECEIVED): Situation(
        (
            "{agency} không tiếp nhận hồ sơ. Bưu tá đang đưa giấy tờ về {office}.",
            "{agency} has refused the dossier. A courier is bringing the papers to {office}.",
        ),
        Turn.POST,
        WAIT_FOR_PAPERS,
    ),
    (Leg.BACK, Stage.AT_OFFICE, Status.NOT_RECEIVED): Situation(
        (
            "{agency} không tiếp nhận hồ sơ. Giấy tờ đã về {office}.",
            "{agency} has refused the dossier. The papers are back at {office}.",
        ),
        Turn.CITIZEN,
        FETCH_AT_OFFICE,
    ),
    (Leg.BACK, Stage.OUT, Status.NOT_RECEIVED): Situation(
        (
            "Bưu tá của {office} đang mang giấy tờ trả lại đến nhà.",
            "A courier of {office} is bringing the papers back to your door.",
        ),
        Turn.POST,
        STAY_HOME,
    ),
    (Leg.BACK, Stage.DELIVERED, Status.NOT_RECEIVED): Situation(
        (
            "{agency} không tiếp nhận hồ sơ. Giấy tờ đã trả lại xong.",
            "{agency} has refused the dossier. The papers were given back.",
        ),
        Turn.NOBODY,
        KEEP,
    ),
}
