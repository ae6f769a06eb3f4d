"""An address as written: which of its words could name a unit, most trustworthy first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from routes import spelling
from routes.spelling import BELOW_A_COMMUNE, COMMUNE_KINDS, DISTRICT_KINDS, Spelled, Word

#: The bare name of a unit has at most so many words.
WIDEST: Final = 5


class Stretch(NamedTuple):
    """Some words in a row that may be a name. ``whole``: up to the next comma, so all of it."""

    keys: Spelled
    kind: str | None
    whole: bool


class Ending(NamedTuple):
    """The last words of a part, up to ``end``; with their kind they begin at ``kind_at``."""

    keys: Spelled
    kind: str | None
    kind_at: int
    end: int


def parts(listed: Sequence[Word]) -> list[tuple[int, int]]:
    """Where the parts between commas (and spaced hyphens) begin and end, from the right."""
    starts = [at for at, word in enumerate(listed) if word.gap or at == 0]
    return list(pairwise([*starts, len(listed)]))[::-1]


def endings(listed: Sequence[Word]) -> Iterator[Ending]:
    """The ends of each part, longest first, from the right: where provinces and districts stand.

    Left of the last part a name counts only when it is all of its part or its
    kind is written, and a hamlet or street never does.
    """
    for first, end in parts(listed):
        for start in range(max(first, end - WIDEST), end):
            kind, kind_at = spelling.kind_before(listed, start)
            whole = kind_at == first
            if start > first and kind is None and listed[start - 1].text in BELOW_A_COMMUNE:
                continue
            if end == len(listed) or whole or kind is not None:
                keys = spelling.spelled(listed[start:end])
                yield Ending(keys, kind, kind_at, end)


def stretches(listed: Sequence[Word], *, loose: bool) -> Iterator[Stretch]:
    """What may be the commune: after a written kind; a part of its own; *loose*: the end of one."""
    yield from _after_a_kind(listed)
    for first, end in parts(listed):
        yield Stretch(spelling.spelled(listed[first:end]), None, True)
    if not loose:
        return
    for first, end in parts(listed):
        for start in range(max(first + 1, end - WIDEST), end):
            if listed[start - 1].text not in BELOW_A_COMMUNE:
                yield Stretch(spelling.spelled(listed[start:end]), None, False)


def names_foreign_district(listed: Sequence[Word]) -> bool:
    """Whether a district or city is named by its kind. Asked when it is none of ours."""
    return any(
        spelling.kind_before(listed, at)[0] in DISTRICT_KINDS for at in range(1, len(listed))
    )


def _after_a_kind(listed: Sequence[Word]) -> Iterator[Stretch]:
    for first, end in parts(listed):
        for start in range(end - 1, first, -1):
            kind, _ = spelling.kind_before(listed, start)
            if kind in COMMUNE_KINDS:
                for stop in range(min(end, start + WIDEST), start, -1):
                    yield Stretch(spelling.spelled(listed[start:stop]), kind, stop == end)
