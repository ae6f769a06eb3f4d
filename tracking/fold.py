"""What the lines of a dossier add up to, so that what is kept beside them can be held against it.

The rows of dossiers and consignments are caches of the register. Here they are reckoned
anew from the lines alone, and each step is held against the journey's own table. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, json

from tracking import stages
from tracking.errors import IllegalMove
from tracking.seal import Line, Trouble
from tracking.stages import Act, Keeper, Leg, Stage

#: Acts the journey's table speaks of; of any other a line is believed.
KNOWN: Final = frozenset(act for _, act in stages.CONSIGNMENT_MOVES) | {Act.FIND}
OPENING: Final = frozenset({Act.ACCEPT, Act.REGISTER})
#: Rulings that stop the agency's clock, and those that leave it as it is; any other starts it.
PAUSES: Final = frozenset({Act.ASK_MORE, Act.ASK_PAYMENT})
WAITS: Final = frozenset({Act.WITHDRAW, Act.KEEP})
BEGINS: Final = frozenset({Act.ACCEPT, Act.RELEASE})
#: Lines that say how the citizen wants it to come: the opening, and what she changed since.
WISHES: Final = frozenset({*OPENING, Act.CHANGE})


class KeptDossier(Struct, frozen=True, kw_only=True):
    """A dossier's row, as far as its lines say what it must be."""

    id: int
    status: int
    received_at: datetime | None
    paused_at: datetime | None
    processed_at: datetime | None
    due_at: datetime | None
    return_way: str = ""
    papers_back: str = ""


class KeptPaper(Struct, frozen=True, kw_only=True):
    """A consignment's row, as far as its lines say what it must be."""

    id: int
    dossier_id: int
    leg: Leg
    stage: str
    holder_kind: str
    holder_id: int | None
    office_id: int
    offered_kind: str | None
    offered_id: int | None
    attempts: int


class Step(Struct):
    """One paper on its way: its last line, and what no line says by itself."""

    line: Line
    office_id: int | None
    was: Stage | None = None
    attempts: int = 0


def check(
    lines: Sequence[Line], dossier: KeptDossier | None, papers: Mapping[int, KeptPaper]
) -> list[Trouble]:
    """What does not add up in one dossier: its lines by their places, and what is kept of it."""
    found: list[Trouble] = []
    steps: dict[int, Step] = {}
    for line in lines:
        if line.consignment_id is not None and line.stage is not None:
            paper = papers.get(line.consignment_id)
            before = steps.get(line.consignment_id)
            if said := custody(line, before, paper.leg if paper else None):
                found.append(trouble(line, "custody", said))
            steps[line.consignment_id] = moved(line, before)
    for id_, paper in papers.items():
        step = steps.get(id_)
        if step is None:
            found.append(missing(paper.dossier_id, f"no line opens consignment {id_}"))
        elif said := differs(paper, step):
            found.append(trouble(step.line, "projection", said))
    return found + check_dossier(lines, dossier)


def custody(line: Line, before: Step | None, leg: Leg | None) -> str | None:
    """Why *line* cannot follow on what was *before*, if it cannot."""
    if (line.holder_kind == Keeper.CITIZEN) != (line.holder_id is None):
        return "nobody holds the paper"
    if before is None:
        return None if line.act in BEGINS else f"the paper's first line is {line.act}"
    if line.act not in KNOWN:
        return None
    act = Act(line.act)
    try:
        stage = stages.after(Stage(before.line.stage or ""), act, leg, was=before.was)
    except (IllegalMove, ValueError):
        return f"{line.act} cannot follow on {before.line.stage}"
    if stage != line.stage:
        return f"{line.act} leads from {before.line.stage} to {stage}, the line says {line.stage}"
    passed = (line.holder_kind, line.holder_id) != (before.line.holder_kind, before.line.holder_id)
    if passed and act not in stages.TAKERS and line.holder_kind != Keeper.CITIZEN:
        return f"the paper changed hands by {line.act}, which takes nothing"
    return None


def moved(line: Line, before: Step | None) -> Step:
    """Where the paper is after *line*."""
    was, attempts, office = (before.was, before.attempts, before.office_id) if before else (
        None, 0, None,
    )  # fmt: skip
    if line.stage == Stage.MISSING and before and before.line.stage != Stage.MISSING:
        offered = before.line.stage == Stage.OFFERED
        was = Stage.TO_AGENCY if offered else Stage(before.line.stage or "")
    if line.act == Act.MISS:
        attempts += 1
    elif line.act == Act.UNDO and facts_of(line).get("undid") == Act.MISS:
        attempts = max(attempts - 1, 0)
    return Step(line=line, office_id=line.office_id or office, was=was, attempts=attempts)


def differs(paper: KeptPaper, step: Step) -> str | None:
    """What a consignment's row says otherwise than its last line."""
    line = step.line
    for name, kept, told in (
        ("stage", paper.stage, line.stage),
        ("holder", (paper.holder_kind, paper.holder_id), (line.holder_kind, line.holder_id)),
        ("offer", (paper.offered_kind, paper.offered_id), (line.offered_kind, line.offered_id)),
        ("office", paper.office_id, step.office_id or paper.office_id),
        ("attempts", paper.attempts, step.attempts),
    ):
        if kept != told:
            return f"{name} of consignment {paper.id} is kept as {kept}, its lines say {told}"
    return None


def check_dossier(lines: Sequence[Line], dossier: KeptDossier | None) -> list[Trouble]:
    """Whether the dossier was opened once, and its row says what its lines say."""
    if dossier is None:
        return [trouble(line, "projection", "the dossier's row is gone") for line in lines[:1]]
    if not lines:
        return [missing(dossier.id, "no line opens the dossier", kind="unopened")]
    found = []
    opened = [line for line in lines if line.act in OPENING and line.status is not None]
    if len(opened) != 1 or opened[0] is not lines[0]:
        found.append(trouble(lines[0], "unopened", f"{len(opened)} lines open the dossier, not 1"))
    for name, kept, told in (
        ("status", dossier.status, last(lines, "status")),
        ("received_at", dossier.received_at, last_at(lines, Act.RECEIVE)),
        ("processed_at", dossier.processed_at, last_at(lines, Act.FINISH)),
        ("due_at", dossier.due_at, last_due(lines)),
        ("return_way", dossier.return_way, last_wish(lines, "return_way")),
        ("papers_back", dossier.papers_back, last_wish(lines, "papers_back")),
    ):
        if told is not None and kept != told:
            what = f"{name} is kept as {kept}, its lines say {told}"
            found.append(trouble(lines[-1], "projection", what))
    if dossier.paused_at != (paused := paused_at(lines)):
        what = f"paused_at is kept as {dossier.paused_at}, its lines say {paused}"
        found.append(trouble(lines[-1], "projection", what))
    return found


def last(lines: Sequence[Line], name: str) -> object:
    return next((getattr(line, name) for line in reversed(lines) if getattr(line, name)), None)


def last_at(lines: Sequence[Line], act: Act) -> datetime | None:
    return next((line.at for line in reversed(lines) if line.act == act), None)


def paused_at(lines: Sequence[Line]) -> datetime | None:
    """Since when the agency waits for somebody; a withdrawal that is asked for changes nothing."""
    found = None
    for line in lines:
        if line.act in PAUSES:
            found = line.at
        elif line.status is not None and line.consignment_id is None and line.act not in WAITS:
            found = None
    return found


def last_due(lines: Sequence[Line]) -> datetime | None:
    """The appointment as the newest line that names one has it."""
    for line in reversed(lines):
        if '"due_at"' in line.facts and isinstance(due := facts_of(line).get("due_at"), str):
            return datetime.fromisoformat(due)
    return None


def last_wish(lines: Sequence[Line], name: str) -> object:
    """What the citizen last said of how something comes to her; None: nothing since the opening."""
    return next(
        (
            facts_of(line)[name]
            for line in reversed(lines)
            if line.act in WISHES and f'"{name}"' in line.facts
        ),
        None,
    )


def facts_of(line: Line) -> dict[str, object]:
    return json.decode(line.facts, type=dict[str, object])


def trouble(line: Line, kind: str, what: str) -> Trouble:
    return Trouble(kind=kind, dossier_id=line.dossier_id, n=line.n, event_id=line.id, what=what)


def missing(dossier_id: int, what: str, *, kind: str = "projection") -> Trouble:
    return Trouble(kind=kind, dossier_id=dossier_id, n=0, event_id=None, what=what)
