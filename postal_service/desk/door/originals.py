"""Originals that the citizen gives back before a result is handed over. Pure.

A new licence is not handed over while the old one stays in the drawer: each paper on
the procedure's list is ticked, or the hand-over stops (reason DF11).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

#: What lists add to the name of a paper: it is the same paper without it.
BRACKETS: Final = re.compile(r"\([^)]*\)")
ADDED: Final = re.compile(
    r"\bbản (?:gốc|chính)\b|\bđã (?:được )?cấp\b|\bcũ\b|\bcòn (?:thời hạn|giá trị|hiệu lực)\b"
)


class Original(Struct, frozen=True, kw_only=True):
    """One paper to take back. ``ordinal``: its place on the procedure's list, from 1.

    ``conditional``: the list asks for it "if there is one".
    """

    ordinal: int
    name: str
    conditional: bool


def owed(asked: Sequence[str], carried: Iterable[str], *, taken: bool) -> tuple[Original, ...]:
    """What has to be taken back now: not what the first leg *carried* to the agency already.

    Nothing where it was *taken* at an earlier hand-over.
    """
    if taken:
        return ()
    there = {paper(name) for name in carried}
    return tuple(
        Original(ordinal=place, name=name, conditional="(nếu" in name)
        for place, name in enumerate(asked, 1)
        if paper(name) not in there
    )


def paper(name: str) -> str:
    """The bare name of a paper, however a list decorates it."""
    bare = BRACKETS.sub(" ", unicodedata.normalize("NFC", name).casefold())
    return " ".join(ADDED.sub(" ", bare).split())
