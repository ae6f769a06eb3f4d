"""What the citizen reads of each step, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from postal_service.web.citizen_words import Pair
from tracking.stages import Act, Leg, Stage

#: What each step was, by leg, act and the stage it led to.
STEPS: Final[Mapping[tuple[Leg | None, Act, Stage | None], Pair]] = {
    (Leg.FORWARD, Act.ACCEPT, Stage.ACCEPTED): (
        "{office} đã nhận hồ sơ",
        "{office} took your papers",
    ),
    (Leg.FORWARD, Act.COLLECT, Stage.TO_AGENCY): (
        "Bưu tá lấy hồ sơ tại {office}",
        "A courier took them at {office}",
    ),
    (Leg.FORWARD, Act.TAKE_IN, Stage.ACCEPTED): (
        "Hồ sơ đến bưu cục, chờ chuyển tiếp",
        "They reached a post office and wait to go on",
    ),
    (Leg.FORWARD, Act.HAND_OVER, Stage.OFFERED): (
        "Hồ sơ đến {agency}",
        "They reached {agency}",
    ),
    (Leg.FORWARD, Act.SIGN, Stage.WITH_AGENCY): (
        "{agency} ký nhận hồ sơ từ bưu tá",
        "{agency} signed for them",
    ),
    (Leg.FORWARD, Act.DECLINE, Stage.TO_AGENCY): (
        "{agency} chưa ký nhận: {reason}",
        "{agency} did not sign: {reason}",
    ),
    (None, Act.REGISTER, None): (
        "{office} ghi nhận yêu cầu trả kết quả qua bưu điện",
        "{office} noted that the post brings the result",
    ),
    (None, Act.RECEIVE, None): (
        "{agency} tiếp nhận chính thức, bắt đầu tính thời hạn",
        "{agency} received the dossier; its time limit runs",
    ),
    (None, Act.BEGIN, None): (
        "{agency} bắt đầu giải quyết",
        "{agency} began its work",
    ),
    (None, Act.ASK_MORE, None): (
        "{agency} yêu cầu bổ sung {papers} giấy tờ, thời hạn tạm dừng",
        "{agency} asked for {papers} more paper(s); the limit is paused",
    ),
    (Leg.SUPPLEMENT, Act.ACCEPT, Stage.ACCEPTED): (
        "Bưu điện nhận {papers} loại giấy tờ bổ sung",
        "The post took {papers} kind(s) of further papers",
    ),
    (Leg.SUPPLEMENT, Act.SIGN, Stage.WITH_AGENCY): (
        "{agency} ký nhận giấy tờ bổ sung từ bưu tá",
        "{agency} signed for the further papers",
    ),
    (None, Act.RESUME, None): (
        "{agency} đã nhận giấy tờ bổ sung, tính tiếp thời hạn",
        "{agency} has the missing papers; the limit runs again",
    ),
    (None, Act.REFUSE, None): (
        "{agency} không tiếp nhận hồ sơ",
        "{agency} refused the dossier",
    ),
    (None, Act.FINISH, None): ("{agency} đã có kết quả", "{agency} has a result"),
    (None, Act.RETURN_HERE, None): (
        "Kết quả được trả tại {agency}",
        "The result was handed over at {agency}",
    ),
    (Leg.RESULT, Act.RELEASE, Stage.READY): (
        "{agency} gửi kết quả qua bưu điện",
        "{agency} gave the result to the post",
    ),
    (Leg.RESULT, Act.COLLECT, Stage.TO_OFFICE): (
        "Bưu tá lấy kết quả tại {agency}",
        "A courier took the result at {agency}",
    ),
    (Leg.RESULT, Act.TAKE_IN, Stage.AT_OFFICE): (
        "Kết quả về đến bưu cục",
        "The result reached a post office",
    ),
    (Leg.RESULT, Act.COLLECT, Stage.OUT): (
        "Bưu tá mang kết quả đi giao",
        "A courier set out with the result",
    ),
    (Leg.RESULT, Act.MISS, Stage.OUT): (
        "Chưa giao được: {reason}",
        "Not delivered: {reason}",
    ),
    (Leg.RESULT, Act.DELIVER, Stage.DELIVERED): (
        "Đã giao cho {relation}",
        "Delivered to {relation}",
    ),
    (Leg.BACK, Act.RELEASE, Stage.READY): (
        "{agency} gửi trả giấy tờ qua bưu điện",
        "{agency} gave the papers back to the post",
    ),
    (Leg.BACK, Act.COLLECT, Stage.TO_OFFICE): (
        "Bưu tá lấy giấy tờ tại {agency}",
        "A courier took the papers at {agency}",
    ),
    (Leg.BACK, Act.TAKE_IN, Stage.AT_OFFICE): (
        "Giấy tờ về đến bưu cục",
        "The papers reached a post office",
    ),
    (Leg.BACK, Act.COLLECT, Stage.OUT): (
        "Bưu tá mang giấy tờ đi trả",
        "A courier set out with the papers",
    ),
    (Leg.BACK, Act.MISS, Stage.OUT): (
        "Chưa trả được giấy tờ: {reason}",
        "Papers not handed back: {reason}",
    ),
    (Leg.BACK, Act.DELIVER, Stage.DELIVERED): (
        "Đã trả giấy tờ cho {relation}",
        "Papers handed to {relation}",
    ),
}

#: From one courier to another, or not taken at an office: the post's own business.
INSIDE: Final = frozenset(
    {(leg, Act.COLLECT, Stage.TO_AGENCY) for leg in Leg if leg is not Leg.FORWARD}
    | {
        (leg, Act.DECLINE, stage)
        for leg in Leg
        for stage in (Stage.ACCEPTED, Stage.TO_OFFICE, Stage.AT_OFFICE, Stage.OUT)
    }
)
