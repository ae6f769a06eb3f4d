"""What proves that no line of the register was changed: hashes that anybody can reckon again.

Each dossier's lines are chained; the database writes the hashes itself (migration
0310). Each night the ends of the chains that moved are hashed together, and that root
is signed. This file reckons all of it without the database.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, json, structs
from msgspec.structs import astuple

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")
#: What stands before the first line of a dossier, and before the first day.
START: Final = bytes(32)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
HOUR: Final = 3_600_000_000
HEAD: Final = struct.Struct(">qi32s")


class Line(Struct, frozen=True):
    """A line of the register, its place and its hash. ``facts`` is JSON as the database has it.

    Read by the million: made from a row by position, in the order ``seal_store.LINES`` has.
    """

    id: int
    dossier_id: int
    consignment_id: int | None
    scan_id: UUID
    act: str
    stage: str | None
    status: int | None
    holder_kind: str | None
    holder_id: int | None
    person_id: int | None
    at: datetime
    heard_at: datetime
    facts: str
    office_id: int | None
    offered_kind: str | None
    offered_id: int | None
    undoes: UUID | None
    approver_id: int | None
    n: int
    hash: bytes


class Head(Struct, frozen=True, kw_only=True):
    """Where a dossier's chain ends: the place and the hash of its last line."""

    dossier_id: int
    n: int
    hash: bytes

    def packed(self) -> bytes:
        """As a day's root covers it."""
        return HEAD.pack(self.dossier_id, self.n, self.hash)


class Root(Struct, frozen=True, kw_only=True):
    """What was signed for one day; see migration 0311 for each field."""

    day: date
    events: int
    dossiers: int
    previous: bytes
    root: bytes
    key_id: str
    signature: bytes
    signed_at: datetime
    heads: bytes = b""

    def signed_by(self, sign: Callable[[bytes], bytes]) -> Root:
        return structs.replace(self, signature=sign(self.said()))

    def said(self) -> bytes:
        """The bytes the signature is over."""
        return (
            f"postal daily root 1\n{self.day.isoformat()}\n{self.events}\n{self.dossiers}\n"
            f"{self.previous.hex()}\n{self.root.hex()}\n"
        ).encode()


class Trouble(Struct, frozen=True, kw_only=True):
    """One thing that does not add up, and where: ``kind`` is closed vocabulary."""

    kind: str  #: altered | deleted | re-ordered | added | head
    dossier_id: int
    n: int
    event_id: int | None
    what: str


@cache
def quoted(word: str | None) -> str:
    return "null" if word is None else json.encode(word).decode()


def micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def digest(line: Line) -> bytes:
    """sha256 of the JSON array ``event_digest`` makes of a line: the same text, to the byte."""
    (
        id_, dossier, consignment, scan, act, stage, status, holder_kind, holder, person, at, heard,
        facts, office, offered_kind, offered, undoes, approver, _, _,
    ) = astuple(line)  # fmt: skip
    undone = "null" if undoes is None else f'"{undoes}"'
    text = (
        f"[{id_}, {dossier}, {'null' if consignment is None else consignment}, "
        f'"{scan}", {quoted(act)}, {quoted(stage)}, {"null" if status is None else status}, '
        f"{quoted(holder_kind)}, {'null' if holder is None else holder}, "
        f"{'null' if person is None else person}, {micros(at)}, {micros(heard)}, {facts}, "
        f"{'null' if office is None else office}, {quoted(offered_kind)}, "
        f"{'null' if offered is None else offered}, {undone}, "
        f"{'null' if approver is None else approver}]"
    )
    return hashlib.sha256(text.encode()).digest()


def link(before: bytes, n: int, digest_: bytes) -> bytes:
    """The hash of the line at place *n*, after the one whose hash is *before*."""
    return hashlib.sha256(before + n.to_bytes(4, "big") + digest_).digest()


def root_of(previous: bytes, heads: bytes) -> bytes:
    return hashlib.sha256(previous + heads).digest()


def unpacked(heads: bytes) -> Iterator[Head]:
    """What ``Head.packed`` put together."""
    for dossier_id, n, hash_ in HEAD.iter_unpack(heads):
        yield Head(dossier_id=dossier_id, n=n, hash=hash_)


def day_of(at: datetime) -> date:
    """The day in Vietnam on which something was heard of."""
    return _day_of_hour(micros(at) // HOUR)


@cache
def _day_of_hour(hour: int) -> date:
    return (EPOCH + timedelta(hours=hour)).astimezone(VIETNAM).date()


def begins(day: date) -> datetime:
    """The first moment of *day*."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def heads_by_day(lines: Sequence[Line]) -> dict[date, tuple[int, Head]]:
    """For each day on which something was heard of one dossier: how many lines, and the last.

    *lines* are all of the dossier, by their places.
    """
    found: dict[date, tuple[int, Head]] = {}
    for line in lines:
        day = day_of(line.heard_at)
        count = found[day][0] + 1 if day in found else 1
        found[day] = count, Head(dossier_id=line.dossier_id, n=line.n, hash=line.hash)
    return found


def check(lines: Sequence[Line], head: Head | None) -> list[Trouble]:
    """What does not add up in one dossier's chain: *lines* by their places, and the kept *head*."""
    found: list[Trouble] = []
    before, place = START, 0
    for line in lines:
        digest_ = digest(line)
        if line.n != place + 1:
            found.append(misplaced(line, place))
        elif link(before, line.n, digest_) != line.hash:
            found.append(changed(line, digest_, lines))
        before, place = line.hash, line.n
    return found + check_head(lines, head, before, place)


def misplaced(line: Line, place: int) -> Trouble:
    """There is a hole before *line*, or it stands where another stands already."""
    if line.n > place + 1:
        gone = f"{place + 1}" if line.n == place + 2 else f"{place + 1}-{line.n - 1}"
        return trouble(line, "deleted", f"line {gone} is gone", n=place + 1, event_id=None)
    return trouble(line, "re-ordered", f"stands at place {line.n} beside another line")


def changed(line: Line, digest_: bytes, lines: Sequence[Line]) -> Trouble:
    """Its hash does not follow: it stood elsewhere, or it says something else now."""
    for k, before in enumerate((START, *(other.hash for other in lines)), start=1):
        for n in {k, k + 1} - {line.n}:
            if link(before, n, digest_) == line.hash:
                return trouble(line, "re-ordered", f"was written at place {n}, stands at {line.n}")
    return trouble(line, "altered", "its hash does not fit what it says and the line before it")


def check_head(
    lines: Sequence[Line], head: Head | None, before: bytes, place: int
) -> list[Trouble]:
    """Whether the chain ends where the database noted its end."""
    first = lines[0].dossier_id if lines else head.dossier_id if head else 0
    kept, kept_hash = (head.n, head.hash) if head else (0, START)
    if (kept, kept_hash) == (place, before):
        return []
    n, kind, what = place, "head", "the kept end of the chain has another hash than its last line"
    if kept > place:
        n, kind = place + 1, "deleted"
        what = f"the last lines are gone: {kept} were written, {place} are left"
    elif kept < place:
        n, kind = kept + 1, "added"
        what = f"lines were added beside the chain: it ends at {kept}, the register at {place}"
    event = next((line.id for line in lines if line.n == n), None)
    return [Trouble(kind=kind, dossier_id=first, n=n, event_id=event, what=what)]


def trouble(
    line: Line, kind: str, what: str, *, n: int | None = None, event_id: int | None = 0
) -> Trouble:
    return Trouble(
        kind=kind,
        dossier_id=line.dossier_id,
        n=line.n if n is None else n,
        event_id=line.id if event_id == 0 else event_id,
        what=what,
    )


def differences(signed: Iterable[Head], now: Iterable[Head]) -> list[Trouble]:
    """What became of the chains a root covers: *signed* in its night, and as they end *now*."""
    then = {head.dossier_id: head for head in signed}
    today = {head.dossier_id: head for head in now}
    found = []
    for id_ in sorted({*then, *today}):
        was, is_ = then.get(id_), today.get(id_)
        if was and is_ and (was.n, was.hash) == (is_.n, is_.hash):
            continue
        n = max(was.n if was else 0, is_.n if is_ else 0)
        if was and (is_ is None or is_.n < was.n):
            kind, what = (
                "deleted",
                f"{was.n} lines were signed, the day ends at {is_.n if is_ else 0}",
            )
        elif was is None or (is_ and is_.n > was.n):
            kind, what = "added", f"line {n} came after the day had been signed"
        else:
            kind, what = "altered", f"line {n} is not the one that was signed"
        found.append(Trouble(kind=kind, dossier_id=id_, n=n, event_id=None, what=what))
    return found
