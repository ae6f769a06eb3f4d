"""Whose fault it is that papers came back: proposed from facts alone. Pure.

What the published list asks for and the counter did not count is the post's; what no published
list has is the agency's (QĐ 45/2016 lets nobody ask for it); whether a paper that was there is
good enough is the citizen's. People may rule otherwise; the proposal stays beside it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Kind(StrEnum):
    """How it came back."""

    SUPPLEMENT = "supplement"
    REFUSAL = "refusal"
    DECLINE = "decline"  #: at the hand-over, or sent on to another agency


class Fault(StrEnum):
    POST = "post"
    CITIZEN = "citizen"
    AGENCY = "agency"


class Cause(StrEnum):
    MISSING = "missing"  #: on the published list, and not counted at the counter
    WRONG_AGENCY = "wrong_agency"
    CUSTODY = "custody"  #: torn, wet, short: it happened on the way
    NOT_BY_POST = "not_by_post"  #: the counter should not have taken it
    BEYOND = "beyond"  #: the agency asks for what it has not published
    RULES_CHANGED = "rules_changed"  #: after it was received
    CONDITIONAL = "conditional"  #: on the list for some cases, and this is one
    CONTENT = "content"  #: it was there, and is not good enough


FAULTS: Final[Mapping[Cause, Fault]] = {
    Cause.MISSING: Fault.POST,
    Cause.WRONG_AGENCY: Fault.POST,
    Cause.CUSTODY: Fault.POST,
    Cause.NOT_BY_POST: Fault.POST,
    Cause.BEYOND: Fault.AGENCY,
    Cause.RULES_CHANGED: Fault.AGENCY,
    Cause.CONDITIONAL: Fault.CITIZEN,
    Cause.CONTENT: Fault.CITIZEN,
}
#: Reasons of the closed lists that tell the cause by themselves; any other is about content.
REASONS: Final[Mapping[str, Cause]] = {
    "RF01": Cause.WRONG_AGENCY,
    "RF06": Cause.NOT_BY_POST,
    "RF07": Cause.NOT_BY_POST,
    "RF08": Cause.NOT_BY_POST,
    "CD08": Cause.WRONG_AGENCY,
    "CR04": Cause.WRONG_AGENCY,
    "SR03": Cause.RULES_CHANGED,
}


class Copies(Struct, frozen=True, kw_only=True):
    """How many of a paper, kind by kind."""

    originals: int = 0
    certified: int = 0
    photocopies: int = 0

    @property
    def each(self) -> tuple[int, int, int]:
        return self.originals, self.certified, self.photocopies


class Listed(Struct, frozen=True, kw_only=True):
    """A line of the published list at the version the dossier was accepted under."""

    ordinal: int
    name: str
    copies: Copies
    required: bool


class Asked(Struct, frozen=True, kw_only=True):
    """A paper the agency asks for."""

    ordinal: int
    name: str
    copies: Copies


class Facts(Struct, frozen=True, kw_only=True):
    """All that the rule knows of a bounce; ``counted`` by the published line."""

    kind: Kind
    reason: str = ""
    listed: Sequence[Listed] = ()
    counted: Mapping[int, Copies] = {}
    asked: Sequence[Asked] = ()


class Finding(Struct, frozen=True, kw_only=True):
    """What the rule says of one paper; ``document`` is its published line."""

    ordinal: int
    name: str
    document: int | None
    cause: Cause


class Proposal(Struct, frozen=True, kw_only=True):
    """Whose fault, why, and paper by paper."""

    cause: Cause
    papers: tuple[Finding, ...] = ()

    @property
    def fault(self) -> Fault:
        return FAULTS[self.cause]


def propose(facts: Facts) -> Proposal:
    """Who is at fault. Of several papers the post's own fault weighs first, the citizen's last:
    she is never charged for what somebody else overlooked as well."""
    if facts.kind is Kind.DECLINE:
        return Proposal(cause=REASONS.get(facts.reason, Cause.CUSTODY))
    papers = tuple(found(one, facts) for one in facts.asked)
    if facts.reason in REASONS:
        return Proposal(cause=REASONS[facts.reason], papers=papers)
    causes = {paper.cause for paper in papers}
    return Proposal(
        cause=next((cause for cause in Cause if cause in causes), Cause.CONTENT), papers=papers
    )


def found(asked: Asked, facts: Facts) -> Finding:
    """What to make of one paper that is asked for."""
    line = next((each for each in facts.listed if same(each.name, asked.name)), None)
    cause = Cause.BEYOND if line is None else cause_of(asked, line, facts.counted.get(line.ordinal))
    return Finding(
        ordinal=asked.ordinal,
        name=asked.name,
        document=line.ordinal if line else None,
        cause=cause,
    )


def cause_of(asked: Asked, line: Listed, counted: Copies | None) -> Cause:
    if counted is None or not any(counted.each):
        return Cause.MISSING if line.required else Cause.CONDITIONAL
    rows = list(zip(asked.copies.each, line.copies.each, counted.each, strict=True))
    # what was published of it and is asked for again was not all there
    if any(min(wanted, published) > there for wanted, published, there in rows):
        return Cause.MISSING
    if any(wanted > published for wanted, published, _ in rows):
        return Cause.BEYOND
    return Cause.CONTENT


def same(one: str, other: str) -> bool:
    """Whether two names are one: an officer types the list's own words, more or less carefully."""
    return folded(one) == folded(other)


def folded(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    return "".join(each for each in plain if each.isalnum())
