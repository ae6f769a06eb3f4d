"""How versions of one thing lie behind each other in time. Pure.

A period is half-open. One that ends on the day it begins is in force on no day:
that is how a version is withdrawn, and nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct


class Period(Struct, frozen=True, kw_only=True):
    """When one version is in force; ``valid_to`` None: until further notice."""

    id: int
    valid_from: date
    valid_to: date | None

    @property
    def empty(self) -> bool:
        return self.valid_to == self.valid_from

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Layout(Struct, frozen=True, kw_only=True):
    """What has to change so that a new period fits; ``gaps`` are days without any version."""

    ends: dict[int, date | None]  #: by id, where another version ends from now on
    valid_to: date | None  #: where the new one ends
    gaps: tuple[tuple[date, date], ...] = ()
    overlaps: date | None = None  #: the beginning of a later version that the new one runs into


def without(periods: Sequence[Period], gone: int) -> tuple[list[Period], dict[int, date | None]]:
    """The periods once *gone* was never in force: the one before it goes on as it would have."""
    ends: dict[int, date | None] = {}
    kept = [period for period in periods if not period.empty and period.id != gone]
    for period in periods:
        if period.id == gone and not period.empty:
            ends[gone] = period.valid_from
            before = [one for one in kept if one.valid_to == period.valid_from]
            for one in before:
                ends[one.id] = period.valid_to
                kept[kept.index(one)] = Period(
                    id=one.id, valid_from=one.valid_from, valid_to=period.valid_to
                )
    return sorted(kept, key=lambda one: one.valid_from), ends


def lay(periods: Sequence[Period], start: date, end: date | None, *, instead_of: int = 0) -> Layout:
    """Put a period from *start* among the others; *end* None: until the next one begins.

    What is in force on *start* ends there, what begins on it gives way, and so does
    *instead_of*, which is then in force on no day.
    """
    others, ends = without(periods, instead_of)
    for one in others:
        if one.valid_from == start or one.holds(start):
            ends[one.id] = start
    earlier = [one for one in others if one.valid_from < start]
    later = [one for one in others if one.valid_from > start]
    bound = later[0].valid_from if later else None
    gaps = []
    if earlier and (last := earlier[-1].valid_to) is not None and last < start:
        gaps.append((last, start))
    if end is not None and bound is not None and end < bound:
        gaps.append((end, bound))
    overlaps = bound if bound is not None and end is not None and end > bound else None
    return Layout(ends=ends, valid_to=end or bound, gaps=tuple(gaps), overlaps=overlaps)
