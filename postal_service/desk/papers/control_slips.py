"""The law's control slip: who gave a dossier's papers to whom, when, and whether in time.

Form 05 of TT 01/2018/TT-VPCP is form 06 of TT 03/2025/TT-VPCP; a dossier keeps
the form it was accepted under. Where papers travel by the post, the hours and
signatures are those of the postal documents: the lists these lines name.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.forms import FormSet, Kind, form_of

TEMPLATE: Final = "control_slip.typ"
NOTES: Final = (
    "Hồ sơ chuyển qua bưu chính công ích: thời gian giao nhận và chữ ký là thời gian, chữ ký ghi "
    "trên chứng từ bưu chính mang số bảng kê nêu ở cột ghi chú.",
    "Kết quả của bưu điện tính theo ngày dự kiến của từng chặng, của cơ quan tính theo giờ hẹn "
    "trả lần đầu.",
)


class Result(StrEnum):
    """How a step stands to its day."""

    EARLY = "Trước hạn"
    ON_TIME = "Đúng hạn"
    LATE = "Quá hạn"


class SlipStep(Struct, frozen=True, kw_only=True):
    """One change of hands, or an offer that was not taken.

    ``heard_at`` only where the word of it came noticeably later; ``undone`` says
    who took it back and why.
    """

    giver_unit: str
    taker_unit: str
    giver: str
    taker: str
    at: datetime
    heard_at: datetime | None = None
    what: str = ""
    result: Result | None = None
    note: str = ""
    undone: str = ""


class ControlSlip(Struct, frozen=True, kw_only=True):
    """A dossier's slip. ``due``: the agency's appointment, or the day expected, in words."""

    form_set: FormSet
    authority: str
    office: str
    place: str
    at: datetime
    ref: str
    agency_code: str | None
    name: str
    procedure: str
    agency: str
    accepted_at: datetime
    due: str
    steps: tuple[SlipStep, ...]


def control_slip(paper: ControlSlip) -> bytes:
    """The slip as PDF/A-2b."""
    return press.pdf(TEMPLATE, words(paper), paper.at)


def words(paper: ControlSlip) -> dict[str, object]:
    """What the template prints."""
    return {
        "authority": paper.authority,
        "office": paper.office,
        "place_and_day": figures.place_and_day(paper.place, paper.at),
        "basis": form_of(Kind.CONTROL_SLIP, paper.form_set).basis,
        "bars": None,
        "number": paper.ref,
        "title": "Phiếu kiểm soát quá trình giải quyết hồ sơ",
        "subtitle": "",
        "agency_code": paper.agency_code or "–",
        "facts": [
            ("Kèm theo hồ sơ của", paper.name),
            ("Nội dung", paper.procedure),
            ("Cơ quan giải quyết", paper.agency),
            ("Tiếp nhận lúc", figures.moment(paper.accepted_at)),
            ("Hẹn trả", paper.due),
        ],
        "steps": [step_words(rank, step) for rank, step in enumerate(paper.steps, start=1)],
        "notes": NOTES,
    }


def step_words(ordinal: int, step: SlipStep) -> dict[str, object]:
    heard = f"hệ thống nhận lúc {figures.stamp(step.heard_at)}" if step.heard_at else ""
    return {
        "ordinal": ordinal,
        "giver_unit": step.giver_unit,
        "taker_unit": step.taker_unit,
        "giver": step.giver or "–",
        "taker": step.taker or "–",
        "at": figures.moment(step.at),
        "heard": heard,
        "what": step.what,
        "result": step.result or "",
        "note": step.note,
        "undone": step.undone,
    }
