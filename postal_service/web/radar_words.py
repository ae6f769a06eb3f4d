"""What an alarm says on the page: what is silent, since when, who was told, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from postal_service.desk.watch.radar import Alarm
from postal_service.desk.watch.radar_rules import ANSWER_HOURS, Answer, Rule
from postal_service.web import words

#: Each rule's name, and what somebody should do about it.
RULES: Final[Mapping[str, tuple[str, str]]] = {
    Rule.MISSING: ("Bưu gửi thất lạc", "Tìm lại nơi giao cuối cùng; hai người mới kết luận mất."),
    Rule.HELD_OVERNIGHT: ("Bưu tá giữ qua đêm", "Gọi bưu tá: mang về bưu cục hoặc nói lý do."),
    Rule.BAG_ON_THE_WAY: ("Túi đã gửi, chưa mở", "Gọi bưu cục nhận: túi đến chưa, niêm phong còn?"),
    Rule.OFFER_UNANSWERED: ("Đã giao, chưa ai ký nhận", "Nhắc bên nhận ký, hoặc lấy về."),
    Rule.READY_UNCOLLECTED: ("Kết quả chưa lấy ở cơ quan", "Cử bưu tá đến cơ quan."),
    Rule.POST_AT_RISK: ("Bưu điện sắp trễ hẹn", "Phát hôm nay, hoặc báo người dân ngày mới."),
    Rule.AGENCY_AT_RISK: ("Cơ quan sắp trễ hẹn", "Nhắc cơ quan trước giờ hẹn."),
    Rule.NO_SCAN: ("Lâu không có ai quét", "Tìm trên kệ, giao cho bưu tá."),
    Rule.CALL_WAITING: ("Người dân chưa được gọi", "Gọi theo danh sách Cần làm."),
    Rule.SHEET_UNENTERED: ("Tờ in sẵn chưa nhập", "Nhập tờ đã viết tay, gạch bỏ tờ không dùng."),
    Rule.COMPLAINT_DUE: ("Phản ánh sắp quá hạn trả lời", "Trưởng bưu cục trả lời người dân."),
    Rule.SNOOPING: ("Xem nhiều thông tin người dân", "Hỏi lý do; xem Nhật ký xem."),
    Rule.BLIND: ("Radar không đọc được bưu cục", "Báo người vận hành hệ thống."),
}
RECEIVERS: Final = {"clerk": "giao dịch viên", "supervisor": "trưởng bưu cục", "manager": "quản lý"}
ANSWERS: Final[Mapping[str, str]] = {
    Answer.ON_IT: "Đang xử lý",
    Answer.ASKED: "Đã hỏi, chờ trả lời",
    Answer.WEATHER: "Thời tiết, đường sá",
    Answer.KNOWN: "Đã biết, có lý do",
}
SAID: Final = {
    "raised": "phát cảnh báo",
    "climbed": "lên bậc",
    "answered": "trả lời",
    "cleared": "hết cảnh báo",
}
PARTIES: Final = {"office": "", "courier": "bưu tá ", "agency": ""}


class Choice(Struct, frozen=True):
    """One answer as a button: its key on the keyboard and the quiet it buys."""

    key: str
    code: str
    name: str
    hours: int


CHOICES: Final = tuple(
    Choice(str(n), answer.value, ANSWERS[answer], ANSWER_HOURS[answer])
    for n, answer in enumerate(Answer, start=1)
)


class Row(Struct, frozen=True, kw_only=True):
    """One alarm in words."""

    id: int
    what: str  #: the number people know it by
    ref: str  #: of its dossier, where it has one
    text: str
    office: str
    waited: str
    step: int
    told: str
    loud: bool
    answer: str


class Group(Struct, frozen=True, kw_only=True):
    """The alarms of one kind of silence."""

    rule: str
    name: str
    todo: str
    rows: list[Row]
    loud: int


def groups(
    alarms: Sequence[Alarm], names: Mapping[tuple[str, int], str], now: datetime
) -> list[Group]:
    """The alarms by rule, in the order of Rule; what nags stands first in each."""
    found = []
    for rule in Rule:
        rows = [row(alarm, names, now) for alarm in alarms if alarm.rule == rule]
        if rows:
            name, todo = RULES[rule]
            loud = sum(each.loud for each in rows)
            found.append(Group(rule=rule, name=name, todo=todo, rows=rows, loud=loud))
    return sorted(found, key=lambda group: not group.loud)


def row(alarm: Alarm, names: Mapping[tuple[str, int], str], now: datetime) -> Row:
    facts = alarm.facts
    loud = alarm.quiet_until is None or alarm.quiet_until <= now
    return Row(
        id=alarm.id,
        what=str(facts.get("number") or facts.get("s10") or facts.get("ref") or alarm.office),
        ref=str(facts.get("ref") or ""),
        text=text(alarm, names),
        office=alarm.office,
        waited=waited(alarm.since, now),
        step=alarm.step,
        told=RECEIVERS[alarm.receiver],
        loud=loud,
        answer=answer(alarm, loud),
    )


def text(alarm: Alarm, names: Mapping[tuple[str, int], str]) -> str:
    """Where it is and with whom, as far as the facts say."""
    facts = alarm.facts
    match alarm.rule:
        case Rule.HELD_OVERNIGHT:
            return f"bưu tá {called(names, 'courier', facts.get('courier'))}"
        case Rule.MISSING:
            return f"giao lần cuối bởi {party(names, facts, 'holder')}"
        case Rule.BAG_ON_THE_WAY | Rule.OFFER_UNANSWERED if "number" in facts:
            ways = f"{party(names, facts, 'giver')} → {party(names, facts, 'taker')}"
            return f"{ways}, {facts['waiting']} bưu gửi"
        case Rule.READY_UNCOLLECTED:
            return called(names, "agency", facts.get("agency"))
        case Rule.AGENCY_AT_RISK:
            due = words.moment(datetime.fromisoformat(facts["due"]))
            return f"{called(names, 'agency', facts.get('agency'))}, hẹn trả {due}"
        case Rule.COMPLAINT_DUE:
            return f"trả lời chậm nhất {words.day(date.fromisoformat(facts['expected']))}"
        case Rule.SHEET_UNENTERED:
            return f"gói in sẵn, còn {facts['waiting']} tờ chưa rõ"
        case Rule.SNOOPING:
            return f"{called(names, 'courier', facts.get('courier'))}, {facts['looks']} lần một giờ"
        case Rule.POST_AT_RISK:
            return f"hẹn người dân {words.day(date.fromisoformat(facts['expected']))}"
    return words.words(facts["stage"], "stage").lower() if "stage" in facts else ""


def party(names: Mapping[tuple[str, int], str], facts: Mapping[str, Any], side: str) -> str:
    kind = str(facts.get(side, ""))
    return PARTIES.get(kind, "") + called(names, kind, facts.get(f"{side}_id"))


def called(names: Mapping[tuple[str, int], str], kind: str, id_: object) -> str:
    return names.get((kind, id_), "?") if isinstance(id_, int) else "?"


def parties_in(alarms: Sequence[Alarm]) -> Mapping[str, list[int]]:
    """The ids behind the facts, by kind: what ``groups`` wants the names of."""
    found: dict[str, set[int]] = {"office": set(), "courier": set(), "agency": set()}
    for alarm in alarms:
        facts = alarm.facts
        pairs = [
            (facts.get(side), facts.get(f"{side}_id")) for side in ("holder", "giver", "taker")
        ]
        pairs += [(kind, facts.get(kind)) for kind in ("courier", "agency")]
        for kind, id_ in pairs:
            if kind in found and isinstance(id_, int):
                found[kind].add(id_)
    return {kind: sorted(ids) for kind, ids in found.items()}


def waited(since: datetime, now: datetime) -> str:
    """How long, as people say it: "3 giờ", "2 ngày"."""
    gone = max(now - since, timedelta(0))
    hours = gone // timedelta(hours=1)
    if gone < timedelta(hours=1):
        return f"{gone // timedelta(minutes=1)} phút"
    return f"{hours} giờ" if hours < 24 else f"{hours // 24} ngày"


def answer(alarm: Alarm, loud: bool) -> str:
    """Who answered what, and how long it is good for."""
    if alarm.answer is None or alarm.answered_at is None:
        return ""
    said = f"{alarm.answerer}: {ANSWERS[alarm.answer].lower()}, {words.moment(alarm.answered_at)}"
    if loud or alarm.quiet_until is None:
        return f"{said}; đã hết hạn im"
    return f"{said}; im đến {words.moment(alarm.quiet_until)}"
