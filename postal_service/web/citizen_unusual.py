"""What the citizen reads when a paper leaves the usual way: sent on, back, missing, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from postal_service.web.citizen_waits import STEPS as WAITS
from postal_service.web.citizen_words import (
    FETCH_AT_AGENCY,
    FETCH_AT_OFFICE,
    KEEP,
    STAY_HOME,
    WAIT,
    WAIT_FOR_PAPERS,
    Pair,
    Place,
    Situation,
    Turn,
)
from tracking.stages import Act, Leg, Stage, Status

ASK: Final[Pair] = (
    "Gọi {hotline} để được hướng dẫn.",
    "Call {hotline}; we will tell you what to do.",
)

#: Wherever it was before, and whatever the agency has decided.
BY_STAGE: Final[Mapping[Stage, Situation]] = {
    Stage.MISSING: Situation(
        (
            "Bưu điện đang tìm bì giấy tờ, nơi giữ sau cùng là {office}. Xin lỗi ông/bà.",
            "The post is looking for the envelope, last held by {office}. We apologise.",
        ),
        Turn.POST,
        WAIT,
    ),
    Stage.LOST: Situation(
        (
            "Bì giấy tờ đã thất lạc trong khi bưu điện giữ. Xin lỗi ông/bà.",
            "The envelope was lost while the post had it. We apologise.",
        ),
        Turn.CITIZEN,
        (
            "Gọi {hotline} hoặc đến {office_at}: bưu điện giúp làm lại giấy tờ và bồi thường.",
            "Call {hotline} or come to {office_at}: the post helps to replace the papers and pays "
            "compensation.",
        ),
    ),
    Stage.GIVEN_BACK: Situation(
        ("Giấy tờ đã trả lại ông/bà.", "The papers were given back to you."), Turn.NOBODY, KEEP
    ),
}
#: The citizen asked to withdraw; where the papers are meanwhile is in the steps.
BY_STATUS: Final[Mapping[Status, Situation]] = {
    Status.WITHDRAWING: Situation(
        (
            "Ông/bà đã xin rút hồ sơ. {agency} đang xem xét.",
            "You have asked to withdraw the dossier. {agency} is deciding.",
        ),
        Turn.AGENCY,
        WAIT,
    ),
    Status.STOPPED: Situation(
        (
            "Hồ sơ đã dừng theo yêu cầu rút. Giấy tờ sẽ được trả lại ông/bà.",
            "The dossier was stopped as you asked. The papers come back to you.",
        ),
        Turn.POST,
        WAIT_FOR_PAPERS,
    ),
}
#: What the agency ended by itself.
ENDED: Final = Situation(
    (
        "{agency} đã dừng giải quyết hồ sơ. Giấy tờ sẽ được trả lại ông/bà.",
        "{agency} has stopped the dossier. The papers come back to you.",
    ),
    Turn.POST,
    WAIT_FOR_PAPERS,
)
STOPPED_AND_HERE: Final = Situation(
    (
        "Hồ sơ đã dừng theo yêu cầu rút. Giấy tờ đang ở {office}.",
        "The dossier was stopped as you asked. The papers are at {office}.",
    ),
    Turn.CITIZEN,
    FETCH_AT_OFFICE,
)
ENDED_AND_HERE: Final = Situation(
    (
        "{agency} đã dừng giải quyết hồ sơ. Giấy tờ đang ở {office}.",
        "{agency} has stopped the dossier. The papers are at {office}.",
    ),
    Turn.CITIZEN,
    FETCH_AT_OFFICE,
)
#: The same places where it was not the citizen who wanted an end.
BY_THE_AGENCY: Final[Mapping[Situation, Situation]] = {
    BY_STATUS[Status.STOPPED]: ENDED,
    STOPPED_AND_HERE: ENDED_AND_HERE,
}
OFF_THE_WAY: Final[Pair] = (
    "Hồ sơ gửi chưa đúng nơi giải quyết; bưu điện đang chuyển đến đúng cơ quan.",
    "The papers went to the wrong agency; the post is taking them to the right one.",
)
GOING_BACK: Final[Pair] = (
    "Kết quả không giao được, đang chuyển trả {agency}.",
    "The result could not be delivered and is going back to {agency}.",
)
BACK_TO_AGENCY: Final[Pair] = (
    "Kết quả sẽ ở {agency_at}. Mời ông/bà đến đó nhận, hoặc gọi {hotline}.",
    "The result will be at {agency_at}. Please collect it there, or call {hotline}.",
)
RETURNING: Final = Situation(GOING_BACK, Turn.POST, BACK_TO_AGENCY)
AGENCY_BOUND: Final = (Stage.ACCEPTED, Stage.TO_AGENCY, Stage.OFFERED)
#: What is left, by leg and stage.
BY_PLACE: Final[Mapping[tuple[Leg, Stage], Situation]] = {
    **{
        (Leg.FORWARD, stage): Situation(OFF_THE_WAY, Turn.POST, WAIT)
        for stage in (Stage.READY, Stage.TO_OFFICE, Stage.AT_OFFICE)
    },
    **{(leg, stage): RETURNING for leg in (Leg.RESULT, Leg.BACK) for stage in AGENCY_BOUND},
    (Leg.RESULT, Stage.WITH_AGENCY): Situation(
        (
            "Kết quả không giao được, đã trả lại {agency}.",
            "The result could not be delivered and is back at {agency}.",
        ),
        Turn.CITIZEN,
        FETCH_AT_AGENCY,
    ),
    (Leg.BACK, Stage.WITH_AGENCY): Situation(
        (
            "Giấy tờ không giao được, đã trả lại {agency}.",
            "The papers could not be delivered and are back at {agency}.",
        ),
        Turn.CITIZEN,
        ASK,
    ),
    (Leg.BACK, Stage.READY): BY_STATUS[Status.STOPPED],
    (Leg.BACK, Stage.TO_OFFICE): BY_STATUS[Status.STOPPED],
    (Leg.BACK, Stage.AT_OFFICE): STOPPED_AND_HERE,
    (Leg.BACK, Stage.OUT): Situation(
        (
            "Bưu tá của {office} đang mang giấy tờ trả lại đến nhà.",
            "A courier of {office} is bringing the papers back to your door.",
        ),
        Turn.POST,
        STAY_HOME,
    ),
    (Leg.BACK, Stage.DELIVERED): Situation(
        ("Giấy tờ đã trả lại xong.", "The papers were given back."), Turn.NOBODY, KEEP
    ),
}
#: What is left after that: the status and the papers tell two stories for a short while.
UNDER_WAY: Final = Situation(
    ("Hồ sơ đang được xử lý.", "The dossier is being dealt with."), Turn.POST, ASK
)

#: Steps that read the same on every leg.
STEPS: Final[Mapping[Act, Pair]] = {
    Act.ACCEPT: ("Bưu điện nhận giấy tờ", "The post took papers"),
    Act.COLLECT: ("Bưu tá nhận giấy tờ", "A courier took the papers"),
    Act.TAKE_IN: ("Giấy tờ về đến bưu cục", "The papers reached a post office"),
    Act.HAND_OVER: ("Giấy tờ đến {agency}", "The papers reached {agency}"),
    Act.SIGN: ("{agency} ký nhận giấy tờ", "{agency} signed for the papers"),
    Act.DECLINE: ("{agency} chưa ký nhận: {reason}", "{agency} did not sign: {reason}"),
    Act.RELEASE: ("{agency} gửi giấy tờ qua bưu điện", "{agency} gave papers to the post"),
    Act.DELIVER: ("Đã giao cho {relation}", "Delivered to {relation}"),
    Act.MISS: ("Chưa giao được: {reason}", "Not delivered: {reason}"),
    Act.INVITE: ("Bưu điện mời ông/bà đến nhận", "The post invited you to collect it"),
    Act.LAST_DAY: ("Ngày cuối bưu cục giữ giấy tờ", "The last day the post keeps the papers"),
    Act.SEND_BACK: ("Không giao được, chuyển trả {agency}", "Not delivered, sent back to {agency}"),
    Act.SEND_ON: (
        "{agency} trả hồ sơ vì không đúng nơi giải quyết",
        "{agency} gave the papers back: they belong elsewhere",
    ),
    Act.REDIRECT: ("Hồ sơ được chuyển đến đúng cơ quan", "The papers go to the right agency"),
    Act.GIVE_BACK: ("Giấy tờ trả lại ông/bà", "The papers were given back to you"),
    Act.REPORT_MISSING: ("Bưu điện đang tìm bì giấy tờ", "The post is looking for the envelope"),
    Act.FIND: ("Đã tìm thấy bì giấy tờ", "The envelope was found"),
    Act.DECLARE_LOST: ("Bì giấy tờ được xác nhận thất lạc", "The envelope was declared lost"),
    Act.DAMAGE: ("Bì giấy tờ bị hư hỏng: {reason}", "The envelope is damaged: {reason}"),
    Act.UNDO: ("Bước trước ghi nhầm, đã sửa", "The step before was a mistake and was undone"),
    Act.WITHDRAW: ("Ông/bà xin rút hồ sơ", "You asked to withdraw the dossier"),
    Act.KEEP: ("{agency} chưa đồng ý cho rút hồ sơ", "{agency} did not agree to the withdrawal"),
    Act.STOP: ("{agency} dừng xử lý hồ sơ", "{agency} stopped the dossier"),
    Act.DELAY: ("Chậm lại: {reason}", "Delayed: {reason}"),
    Act.CHANGE: ("Đổi thông tin nhận theo yêu cầu", "Changed how it reaches you, as asked"),
    **WAITS,
}
#: One side of a hand-over, until the other has answered: no change a citizen could use.
SILENT: Final = frozenset({Act.OFFER, Act.BRING_IN, Act.RECALL})


def unusual(place: Place) -> Situation:
    """What is said of a place off the usual way."""
    leg, stage, status = place
    if stage is not None and stage in BY_STAGE:
        return BY_STAGE[stage]
    if (
        status is Status.STOPPED
        and leg is Leg.FORWARD
        and stage
        in (
            Stage.ACCEPTED,
            Stage.AT_OFFICE,
        )
    ):
        return STOPPED_AND_HERE
    if status in BY_STATUS and leg is not Leg.BACK:
        return BY_STATUS[status]
    return BY_PLACE.get((leg, stage), UNDER_WAY) if leg and stage else UNDER_WAY
