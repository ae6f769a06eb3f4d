"""A dossier as the citizen's page tells it: the headline, the turn, the steps so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from postal_service.desk.citizen.lookup import Opening, View
from postal_service.desk.citizen.promise import Kind
from postal_service.desk.published.reasons import Reason
from postal_service.web import citizen_unusual as unusual
from postal_service.web import words
from postal_service.web.citizen_said import situation_of
from postal_service.web.citizen_steps import INSIDE, STEPS
from postal_service.web.citizen_waits import PUT_OFF, RECKONED_ANEW
from postal_service.web.citizen_words import TURNS, Pair, Turn
from tracking.slip_store import Line
from tracking.stages import Act, Keeper, Leg, Status
from tracking.transfers import decided_by

HOME: Final[Pair] = ("Dự kiến giao kết quả tại nhà", "Result expected at your door")
AT_OFFICE: Final[Pair] = ("Dự kiến có kết quả tại {office}", "Result expected at {office}")
HEADLINES: Final[Mapping[tuple[Kind, str], Pair]] = {
    (Kind.EXPECTED, "home"): HOME,
    (Kind.EXPECTED, "office"): AT_OFFICE,
    (Kind.EXPECTED, "agency"): ("Dự kiến có kết quả tại cơ quan", "Result expected at the agency"),
    (Kind.COMING, "home"): HOME,
    (Kind.COMING, "office"): AT_OFFICE,
}
#: Where the way it returns makes no difference.
PLAIN: Final[Mapping[Kind, Pair]] = {
    Kind.APPOINTED: ("Cơ quan hẹn trả kết quả", "The agency's appointment"),
    Kind.PAUSED: ("Thời hạn tạm dừng từ", "The time limit is paused since"),
    Kind.BACK: ("Dự kiến giấy tờ về đến {office}", "Papers expected at {office}"),
    Kind.WAITING: ("Chờ ông/bà đến nhận, từ", "Waiting for you since"),
    Kind.DONE: ("Đã xong", "Finished on"),
}
NOTES: Final[Mapping[Kind, Pair]] = {
    Kind.EXPECTED: (
        "Mới là dự kiến. Ngày hẹn chính thức do cơ quan xác nhận khi tiếp nhận hồ sơ.",
        "An estimate. The agency sets the appointment when it receives the dossier.",
    ),
    Kind.PAUSED: (
        "Ngày hẹn được tính lại khi cơ quan nhận đủ giấy tờ còn thiếu.",
        "The appointment is reckoned anew when the agency has the missing papers.",
    ),
}
BY_POST: Final[Mapping[str, Pair]] = {
    "home": ("Bưu điện giao đến nhà: {day}.", "The post brings it to your door: {day}."),
    "office": ("Nhận tại {office}: {day}.", "Collect it at {office}: {day}."),
}
HELD: Final[Pair] = (
    "Đường hoặc bưu cục đang bị gián đoạn, dự kiến thông hết ngày {day}. Ngày hẹn đã lùi theo.",
    "A road or an office is closed, probably until {day}. The date above is later because of it.",
)
LATE: Final[Pair] = (
    "Đã quá ngày hẹn. Đang ở {who}. Xin lỗi ông/bà vì sự chậm trễ này.",
    "This is late. It is with {who}. We apologise for the delay.",
)
RENEWED: Final[Pair] = ("Sớm nhất là {day}.", "The earliest day is now {day}.")
HOLDERS: Final[Mapping[Keeper, Pair]] = {
    Keeper.AGENCY: ("{agency}", "{agency}"),
    Keeper.OFFICE: ("{office}", "{office}"),
    Keeper.COURIER: ("bưu tá của {office}", "a courier of {office}"),
    Keeper.CITIZEN: ("ông/bà", "you"),
}


class Step(Struct, frozen=True, kw_only=True):
    at: datetime
    said: str


class Told(Struct, frozen=True, kw_only=True):
    """Everything the open part of the page says, in one language."""

    headline: str
    day: str
    notes: list[str]
    late: str
    where: str
    turn: str
    todo: str
    active: bool  #: the citizen has something to do
    finished: bool
    steps: list[Step]


def tell(view: View, lang: str) -> Told:
    """The page's sentences. *lang* is "vi" or "en"."""
    english = lang == "en"
    places = places_of(view, lang)
    promise, way = view.promise, view.slip.dossier.return_way
    # A timeline that repeats a name of ten syllables is not read.
    deciding = decided_by(view.slip)
    situation = situation_of(view.slip)
    headline = HEADLINES.get((promise.kind, way)) or PLAIN[promise.kind]
    return Told(
        headline=headline[english].format_map(places),
        day=words.long_day(promise.day, lang),
        notes=notes_of(view, places, lang),
        late=late_of(view, places, lang),
        where=situation.where[english].format_map(places),
        turn=TURNS[situation.turn][english],
        todo=situation.todo[english].format_map(places),
        active=situation.turn is Turn.CITIZEN,
        finished=situation.turn is Turn.NOBODY,
        steps=[
            step_of(line, view.reasons, {**places, "agency": view.short_names[agency]}, lang)
            for line, agency in zip(view.slip.lines, deciding, strict=True)
            if line.act not in unusual.SILENT and (line.leg, line.act, line.stage) not in INSIDE
        ],
    )


def notes_of(view: View, places: Mapping[str, str], lang: str) -> list[str]:
    """The small print under the date."""
    english = lang == "en"
    promise, way = view.promise, view.slip.dossier.return_way
    found = []
    if promise.at is not None:
        found.append((f"Lúc {words.hour(promise.at)}.", f"At {words.hour(promise.at)}.")[english])
    if promise.kind is Kind.APPOINTED and promise.delivery:
        day = words.long_day(promise.delivery, lang)
        found.append(BY_POST[way][english].format_map({**places, "day": day}))
    if promise.held:
        found.append(HELD[english].format(day=words.day(promise.held)))
    if note := NOTES.get(promise.kind):
        owes = view.slip.dossier.status is Status.DUTY
        found.append((RECKONED_ANEW if owes else note)[english])
    if promise.kind is Kind.APPOINTED and (said := put_off(view, places, lang)):
        found.append(said)
    return found


def put_off(view: View, places: Mapping[str, str], lang: str) -> str:
    """The apology for an appointment that was put off; nothing where it was not."""
    line, first = view.slip.last(Act.EXTEND), view.slip.dossier.original_due_at
    if line is None or first is None:
        return ""
    reason = view.reasons[line.facts["reason"]]
    why = (reason.name_en if lang == "en" else reason.name_vi).lower()
    return PUT_OFF[lang == "en"].format_map({**places, "first": words.moment(first), "reason": why})


def late_of(view: View, places: Mapping[str, str], lang: str) -> str:
    """Who has it past its day, and the new one; nothing where it is in time."""
    english, promise = lang == "en", view.promise
    if promise.late is None:
        return ""
    who = HOLDERS[promise.late][english].format_map(places)
    said = LATE[english].format(who=who)
    if promise.renewed:
        said += " " + RENEWED[english].format(day=words.long_day(promise.renewed, lang))
    return said


def step_of(
    line: Line, reasons: Mapping[str, Reason], places: Mapping[str, str], lang: str
) -> Step:
    """One line of the slip; it names offices and agencies, never a person."""
    english = lang == "en"
    reason = reasons.get(line.facts.get("reason", ""))
    relation = str(line.facts.get("relation", ""))
    relations = words.RELATION_EN if english else words.RELATION
    pair = STEPS.get((line.leg, line.act, line.stage)) or unusual.STEPS[line.act]
    said = pair[english].format_map(
        {
            **places,
            "papers": str(line.facts.get("papers", "")),
            "reason": (reason.name_en if english else reason.name_vi).lower() if reason else "",
            "relation": relations.get(relation, relation),
        }
    )
    return Step(at=line.at, said=said)


def places_of(view: View, lang: str) -> dict[str, str]:
    """What the sentences' gaps are filled with."""
    asked = view.slip.last(Act.ASK_MORE)
    owed = view.slip.last(Act.ASK_PAYMENT)
    item = view.slip.leg(Leg.RESULT)
    office, agency = view.office, view.agency
    return {
        "office": office.name,
        "office_at": at_place(office.name, office.address, view.office_open, lang),
        "agency": agency.name_vi,
        "agency_at": at_place(agency.name_vi, agency.address, view.agency_open, lang),
        "hotline": hotline(office.hotline),
        "papers": str(asked.facts.get("papers", "") if asked else ""),
        "attempts": str(item.attempts if item else 0),
        "pay_by": words.day(date.fromisoformat(owed.facts["pay_by"])) if owed else "",
    }


def at_place(name: str, address: str | None, opening: Opening | None, lang: str) -> str:
    """A place with its address and when it opens next."""
    full = f"{name}, {address}" if address else name
    if opening is None:
        return full
    hours = ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in opening.hours)
    today, opens = ("today", "open") if lang == "en" else ("hôm nay", "mở cửa")
    return (
        f"{full} ({opens} {today if opening.today else words.long_day(opening.day, lang)} {hours})"
    )


def hotline(number: str) -> str:
    """0263 000 0921: as it is dialled, and never broken over two lines."""
    return "\u00a0".join((number[:4], number[4:7], number[7:]))
