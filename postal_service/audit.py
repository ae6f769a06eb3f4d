"""``postal verify``: whether everything that must hold does, and where it first does not.

Reads the whole register once, as one state, and reckons it anew in Python: the chains,
the roots that were signed over them, and what the rows beside the register must say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, groupby
from pathlib import Path
from typing import Final, TypeAlias

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service import audit_store as store
from postal_service.audit_roots import Roots
from postal_service.audit_store import Bad
from tracking import fold, seal, seal_store
from tracking.seal import Line, Trouble

#: Lines a round trip; so many are held in memory.
AT_ONCE: Final = 5_000
#: Troubles told of one invariant; there may be more of them.
KEPT: Final = 100
#: How long a message or a piece of news may be on its way before somebody must look.
PATIENCE: Final = timedelta(hours=1)

#: What must never go wrong, by its number.
INVARIANTS: Final[Mapping[str, tuple[str, str]]] = {
    "I1": ("việc đã xác nhận được ghi đúng một lần", "what was acknowledged is recorded once"),
    "I2": ("tin đã ghi thì gửi đi hoặc thấy được", "committed notices left, or are visible"),
    "I3": ("không tin nào gửi hai lần", "no message went out twice"),
    "I4": ("không tin nào thiếu sự kiện", "no message without a line of the register"),
    "I5": ("mỗi bưu gửi đúng một người giữ, liên tục", "one holder at a time, without a gap"),
    "I6": ("chuỗi băm và dấu gốc khớp", "the chains and the signed roots verify"),
    "I7": ("mọi chứng từ tiền cân bằng", "every entry of the books adds to zero"),
    "I8": ("trạng thái bằng tổng các sự kiện", "what is kept equals what the lines add up to"),
    "I9": ("gửi lại thì trả lời như lần đầu", "a repeat is answered as the first time"),
}
#: Which promise each kind of trouble breaks.
BROKEN: Final = {"unopened": "I1", "custody": "I5", "projection": "I8"}


class Found(Struct, frozen=True, kw_only=True):
    """One row that breaks a promise, as it is told."""

    invariant: str
    kind: str
    ref: str | None
    n: int | None
    event_id: int | None
    what: str


class Report(Struct, frozen=True, kw_only=True):
    """What was looked at, and what was found; ``notes`` are no faults."""

    lines: int
    dossiers: int
    roots: int
    found: list[Found]
    notes: list[str]

    @property
    def clean(self) -> bool:
        return not self.found

    def first(self, invariant: str) -> Found | None:
        return next((each for each in self.found if each.invariant == invariant), None)


class Audit:
    """One reading of the register: counts what it saw and keeps what does not add up."""

    def __init__(self, conn: Connection[Record], roots: Roots) -> None:
        self.conn = conn
        self.roots = roots
        self.lines = self.dossiers = 0
        self.troubles: list[tuple[str, Trouble]] = []
        self._count: dict[str, int] = {}
        self._after = 0

    def note(self, found: Sequence[Trouble]) -> None:
        for each in found:
            name = BROKEN.get(each.kind, "I6")
            self._count[name] = self._count.get(name, 0) + 1
            if self._count[name] <= KEPT or not each.dossier_id:
                self.troubles.append((name, each))

    async def read(self, progress: Callable[[int], object]) -> None:
        """Go through all lines by dossier and place."""
        held: list[Line] = []
        async for more in seal_store.lines(self.conn, AT_ONCE):
            held += more
            last = held[-1].dossier_id
            whole = next((n for n in range(len(held), 0, -1) if held[n - 1].dossier_id != last), 0)
            if whole:  # the last one may go on
                await self.check(held[:whole], held[whole - 1].dossier_id)
                progress(self.lines)
                held = held[whole:]
        await self.check(held, None)
        progress(self.lines)

    async def check(self, lines: Sequence[Line], until: int | None) -> None:
        """Hold the *lines* of whole dossiers, up to *until*, against what is kept of them."""
        span = self.conn, self._after, until
        heads = {head.dossier_id: head for head in await seal_store.heads(*span)}
        kept = {dossier.id: dossier for dossier in await seal_store.kept_dossiers(*span)}
        papers: dict[int, dict[int, fold.KeptPaper]] = {}
        for paper in await seal_store.kept_papers(*span):
            papers.setdefault(paper.dossier_id, {})[paper.id] = paper
        told = {id_: list(group) for id_, group in groupby(lines, lambda line: line.dossier_id)}
        for id_ in sorted({*heads, *kept, *told}):
            own = told.get(id_, [])
            self.note(seal.check(own, heads.get(id_)))
            self.note(fold.check(own, kept.get(id_), papers.get(id_, {})))
            self.note(self.roots.take(own))
            self.dossiers += 1
        self.lines += len(lines)
        self._after = until or self._after


async def verify(
    conn: Connection[Record],
    *,
    keys: Mapping[str, bytes],
    folder: Path | None,
    now: datetime,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Check everything, inside a transaction of Context.audit; what is found is no exception.

    *keys* are the public keys that may have signed, *folder* holds the files of the roots,
    if they are at hand; *progress* hears how many lines were read.
    """
    await seal_store.be_patient(conn)
    roots = await Roots.open(conn, keys, folder)
    audit = Audit(conn, roots)
    await audit.read(progress)
    audit.note(await roots.close(conn))
    bad = [(name, each) for name, look in QUESTIONS for each in (await look(conn, now - PATIENCE))]
    ids = {t.dossier_id for _, t in audit.troubles} | {b.dossier_id or 0 for _, b in bad}
    refs = await store.refs(conn, sorted(ids))
    told = chain(
        (
            Found(
                invariant=name, kind=t.kind, ref=refs.get(t.dossier_id, f"#{t.dossier_id}")
                if t.dossier_id else None, n=t.n or None, event_id=t.event_id, what=t.what,
            )
            for name, t in audit.troubles
        ),
        (
            Found(
                invariant=name, kind="row", ref=refs.get(b.dossier_id or 0), n=None,
                event_id=b.event_id, what=b.what,
            )
            for name, b in bad
        ),
    )  # fmt: skip
    return Report(
        lines=audit.lines,
        dossiers=audit.dossiers,
        roots=len(roots.signed),
        found=sorted(told, key=lambda each: each.invariant),
        notes=roots.notes(now),
    )


async def i1_recorded_once(conn: Connection[Record], _: datetime) -> list[Bad]:
    """Every acknowledged dossier and scan exists once."""
    return [*await store.recorded_twice(conn), *await store.answered_without_line(conn)]


async def i2_notices_visible(conn: Connection[Record], since: datetime) -> list[Bad]:
    """Every committed notice reached the provider or sits in a visible state."""
    return [*await store.news_unheard(conn, since), *await store.messages_lost(conn, since)]


async def i3_nothing_twice(conn: Connection[Record], _: datetime) -> list[Bad]:
    """No duplicate, codes least of all."""
    return [*await store.sent_twice(conn), *await store.told_twice(conn)]


async def i4_nothing_without_event(conn: Connection[Record], _: datetime) -> list[Bad]:
    """No message without a committed event."""
    return await store.told_of_nothing(conn)


async def i6_guards_on(conn: Connection[Record], _: datetime) -> list[Bad]:
    """What writes and guards the chains is switched on."""
    return await store.guards_off(conn)


async def i7_money(conn: Connection[Record], _: datetime) -> list[Bad]:
    """Every entry of the books adds to zero; `postal reconcile` looks at the rest."""
    return await store.money_amiss(conn)


async def i8_in_sight(conn: Connection[Record], _: datetime) -> list[Bad]:
    """Whoever answers for a dossier has a stake in it, and pauses are what their lines say."""
    return [*await store.out_of_sight(conn), *await store.pauses_adrift(conn)]


async def i9_repeats(conn: Connection[Record], _: datetime) -> list[Bad]:
    """A repeated id finds its first line, which cannot change, and is answered from it."""
    return await store.repeats_unguarded(conn)


Question: TypeAlias = "Callable[[Connection[Record], datetime], Awaitable[list[Bad]]]"
#: I5 and the rest of I6 and I8 are reckoned line by line, in ``Audit``.
QUESTIONS: Final[Sequence[tuple[str, Question]]] = [
    ("I1", i1_recorded_once),
    ("I2", i2_notices_visible),
    ("I3", i3_nothing_twice),
    ("I4", i4_nothing_without_event),
    ("I6", i6_guards_on),
    ("I7", i7_money),
    ("I8", i8_in_sight),
    ("I9", i9_repeats),
]
