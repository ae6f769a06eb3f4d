"""A small model of who holds what: written from the law and the post's habits.

It shares no code with the register. It knows papers, people and lists, and says
of each act whether it may be.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

#: A holder or a taker: ("office", 3), ("courier", 7), ("agency", 2), ("citizen", 0).
Hand = tuple[str, int]
CITIZEN: Hand = ("citizen", 0)

RIDING = ("to_agency", "to_office", "out")
LYING = ("accepted", "at_office")
#: What a courier took from a shelf rides under another name than what he took at a desk.
RIDES_AS = {
    "accepted": "to_agency", "to_agency": "to_agency", "to_office": "to_office",
    "at_office": "out", "out": "out", "ready": "to_office",
}  # fmt: skip
LIES_AS = {
    "accepted": "accepted", "to_agency": "accepted", "to_office": "at_office",
    "at_office": "at_office", "out": "at_office",
}  # fmt: skip
MINUTE = timedelta(seconds=60)
SAID = {
    "take": "accepted", "decline": "declined", "recall": "recalled", "report_missing": "missing",
}  # fmt: skip
LAYING = ("offer", "hand_over", "bring_in")


class Who(Struct, frozen=True):
    """Somebody who acts: for an office, as a courier of one, or for an agency."""

    name: str
    person: int
    kind: str
    office: int = 0
    agency: int = 0

    @property
    def hand(self) -> Hand:
        own = {"office": self.office, "courier": self.person, "agency": self.agency}
        return self.kind, own[self.kind]


class Sheet(Struct):
    """A hand-over list: its lines, and what was said of each."""

    number: str
    kind: str
    giver: Hand
    taker: Hand
    lines: dict[str, str | None]
    state: str = "offered"
    odd: bool = False  #: the seal or the count was not what the manifest says
    opened: bool = False

    def open_again(self, s10: str) -> None:
        """The line waits again, and so does a list that had ended."""
        self.lines[s10] = None
        self.state = "open" if self.opened else "offered"


class Paper(Struct):
    """One consignment as a postman sees it."""

    s10: str
    ref: str
    leg: str
    place: str
    holder: Hand
    office: int
    agency: int
    offered: Hand | None = None
    sheet: Sheet | None = None  #: the list it waits on
    misses: int = 0
    past: list[Done] = []

    @property
    def now(self) -> tuple[str, Hand, Hand | None, int, int]:
        return self.place, self.holder, self.offered, self.office, self.misses


class Done(Struct, frozen=True):
    """An act that happened: by whom, when it was heard, and how the paper stood before."""

    scan: str
    act: str
    by: Who
    heard: datetime
    before: Paper


def sees(who: Who, paper: Paper) -> bool:
    """Whether the paper is anybody's business at all for *who*."""
    if who.kind == "agency":
        return paper.agency == who.agency
    to_him = (("office", who.office), ("courier", who.person))
    return who.hand == paper.holder or paper.office == who.office or paper.offered in to_him


def may_offer(who: Who, paper: Paper, kind: str, to: Hand) -> bool:
    """Whether *who* may lay *paper* down on a list of this *kind* for *to*."""
    if not sees(who, paper) or paper.holder != who.hand or paper.offered:
        return False
    if kind == "agency":
        return paper.place == "to_agency" and to == ("agency", paper.agency)
    if kind == "office":
        return paper.place in RIDING and to == ("office", who.office)
    return paper.place in (*LYING, *RIDING) and to != who.hand


def may_take(who: Who, paper: Paper) -> bool:
    """Whether *who* may take *paper* into his own hands."""
    if not sees(who, paper):
        return False
    if paper.place == "ready":
        return who.kind == "courier" and who.office == paper.office
    if paper.place == "offered":
        return who.kind == "agency"
    sealed = paper.sheet and paper.sheet.kind == "bag" and paper.sheet.state == "offered"
    return paper.offered == who.hand and not sealed


def may_refuse(who: Who, paper: Paper) -> bool:
    """Whether *who* may decline or miss what was laid before him."""
    if not sees(who, paper) or paper.place in ("ready", "missing"):
        return False
    return who.kind == "agency" if paper.place == "offered" else paper.offered == who.hand


def may_recall(who: Who, paper: Paper) -> bool:
    waiting = paper.offered is not None or paper.place == "offered"
    return sees(who, paper) and paper.holder == who.hand and waiting


def may_do(who: Who, paper: Paper, act: str) -> bool:
    """Whether the holder may do *act* with what he has in his own hands."""
    if not sees(who, paper) or paper.holder != who.hand or paper.offered:
        return False
    where = {
        "hand_over": ("to_agency",), "bring_in": RIDING, "deliver": ("out",), "miss": ("out",),
    }  # fmt: skip
    return paper.place in where[act]


def may_undo(who: Who, paper: Paper, scan: str, now: datetime) -> bool:
    """Within a minute, one's own, and the newest."""
    if not paper.past or paper.past[-1].scan != scan:
        return False
    last = paper.past[-1]
    return last.by.person == who.person and now - last.heard <= MINUTE


def happen(
    paper: Paper, scan: str, act: str, who: Who, heard: datetime, to: Hand | None = None
) -> None:
    """Move *paper* by an act that may be."""
    before = replace(paper)
    if act in SAID and paper.sheet is not None:
        paper.sheet.lines[paper.s10] = SAID[act]
        paper.sheet = None
    match act:
        case "offer" | "bring_in":
            paper.offered = to
        case "hand_over":
            paper.place = "offered"
        case "take":
            take(paper, who)
        case "decline" | "recall":
            paper.offered = None
            paper.place = "to_agency" if paper.place == "offered" else paper.place
        case "report_missing":
            paper.offered, paper.place = None, "missing"
        case "deliver":
            paper.place, paper.holder = "delivered", CITIZEN
        case "miss":
            paper.misses += 1
    paper.past = [*paper.past, Done(scan, act, who, heard, before)]


def take(paper: Paper, who: Who) -> None:
    """Into the hands of *who*."""
    paper.offered, paper.holder = None, who.hand
    if who.kind == "agency":
        paper.place = "with_agency"
    elif who.kind == "office":
        paper.place, paper.office = LIES_AS[paper.place], who.office
    else:
        paper.place = RIDES_AS[paper.place]


def undo(paper: Paper) -> None:
    """Put *paper* back where it was before its newest act, and its line with it."""
    last = paper.past[-1]
    if last.act in LAYING and paper.sheet is not None:
        paper.sheet.lines[paper.s10] = "recalled"
    if last.act in SAID and last.before.sheet is not None:
        last.before.sheet.open_again(paper.s10)
    for name in ("place", "holder", "office", "offered", "sheet", "misses", "past"):
        setattr(paper, name, getattr(last.before, name))
