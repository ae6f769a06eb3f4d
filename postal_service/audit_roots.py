"""The signed roots in an audit: whether they fit the register, each other, and what left it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, Self

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service import seals
from tracking import roots, seal, seal_store
from tracking.seal import START, Line, Root, Trouble


class Day(Struct):
    """What is counted anew of one signed day."""

    sha: hashlib._Hash
    events: int = 0
    dossiers: int = 0


class Roots:
    """The roots of a register, counted anew while its lines go by dossier by dossier."""

    def __init__(
        self, signed: Sequence[Root], keys: Mapping[str, bytes], files: Mapping[date, Root]
    ) -> None:
        self.signed: Final = signed
        self._keys = keys
        self._files = files
        self._days = {root.day: Day(hashlib.sha256(root.previous)) for root in signed}
        self._until = signed[-1].day if signed else None
        self._unreadable: list[str] = []

    @classmethod
    async def open(
        cls, conn: Connection[Record], keys: Mapping[str, bytes], folder: Path | None
    ) -> Self:
        """The roots in the database, and the files of *folder* beside them."""
        files, unreadable = files_of(folder) if folder else ({}, [])
        made = cls(await seal_store.roots(conn), keys, files)
        made._unreadable = unreadable
        return made

    def take(self, lines: Sequence[Line]) -> list[Trouble]:
        """Count one dossier; whatever was heard on a day that lost its root is told."""
        if self._until is None:
            return []
        found = []
        for day, (count, head) in seal.heads_by_day(lines).items():
            known = self._days.get(day)
            if known is not None:
                known.sha.update(head.packed())
                known.events += count
                known.dossiers += 1
            elif day <= self._until:
                found.append(
                    Trouble(
                        kind="added", dossier_id=head.dossier_id, n=head.n, event_id=None,
                        what=f"was heard on {day}, which has no root though {self._until} has one",
                    )
                )  # fmt: skip
        return found

    async def close(self, conn: Connection[Record]) -> list[Trouble]:
        """All lines went by: what does not fit, day by day."""
        found = [whole("file", what) for what in self._unreadable]
        before = START
        after: date | None = None
        for root in self.signed:
            if after is not None and root.day != after + roots.DAY:
                found.append(whole("root", f"{after + roots.DAY}: its root is gone"))
            if root.previous != before:
                found.append(whole("root", f"{root.day}: does not follow on the root before it"))
            if fault := seals.fault_of(root, self._keys):
                found.append(whole("root", f"{root.day}: {fault}"))
            found += self.against_file(root)
            found += await self.against_lines(conn, root)
            before, after = root.root, root.day
        for day in sorted(self._files.keys() - self._days.keys()):
            fault = seals.fault_of(self._files[day], self._keys)
            said = f"the file of {day} is forged: {fault}" if fault else f"{day}: its root is gone"
            found.append(whole("root", said))
        return found

    def against_file(self, root: Root) -> list[Trouble]:
        """The root in the database, held against the one that left it."""
        file = self._files.get(root.day)
        if file is None or (file.root, file.signature) == (root.root, root.signature):
            return []
        fault = seals.fault_of(file, self._keys)
        who = f"the file is forged ({fault})" if fault else "the database's was exchanged"
        return [whole("root", f"{root.day}: database and file differ; {who}")]

    async def against_lines(self, conn: Connection[Record], root: Root) -> list[Trouble]:
        """The root, held against the lines as they are now; names the dossiers that differ."""
        day = self._days[root.day]
        counted = day.sha.digest(), day.events, day.dossiers
        if counted == (root.root, root.events, root.dossiers):
            return []
        begins = seal.begins(root.day)
        now = await seal_store.heads_of_day(conn, begins, seal.begins(root.day + roots.DAY))
        covered = await self.covered(conn, root)
        named = seal.differences(seal.unpacked(covered), now) if covered is not None else []
        said = (
            f"{root.day}: {root.events} lines of {root.dossiers} dossiers were signed,"
            f" {day.events} of {day.dossiers} are there; they do not add up to the root"
        )
        return [*named, whole("root", said)]

    async def covered(self, conn: Connection[Record], root: Root) -> bytes | None:
        """What the root covers, from the database or else the file: whichever adds up to it."""
        kept = await seal_store.root_of(conn, root.day)
        for source in (kept, self._files.get(root.day)):
            if source and seal.root_of(source.previous, source.heads) == root.root:
                return source.heads
        return None

    def notes(self, now: datetime) -> list[str]:
        """What an auditor should know, and is no fault."""
        if self._until is None:
            return ["chưa ngày nào được ký (SEAL_KEY) / no day has been signed (SEAL_KEY)"]
        last = f"ngày ký gần nhất / last signed day: {self._until:%d/%m/%Y}"
        due = seal.begins(self._until + 2 * roots.DAY) + 2 * roots.PAUSE
        late = "; chậm: xem nhật ký của worker / late: see the worker's log" if now > due else ""
        files = (
            "" if self._files else "; không có tệp để đối chiếu / no files at hand (SEAL_FOLDER)"
        )
        return [last + late + files]


def files_of(folder: Path) -> tuple[dict[date, Root], list[str]]:
    """The roots in the files of *folder*, and what is wrong with those that hold none."""
    files: dict[date, Root] = {}
    unreadable = []
    for path in sorted(folder.glob("root-*.json")):
        try:
            root = seals.imported(path.read_bytes())
            files[root.day] = root
        except seals.SealError as error:
            unreadable.append(f"{path.name}: {error}")
    return files, unreadable


def whole(kind: str, what: str) -> Trouble:
    """A trouble that is no single dossier's."""
    return Trouble(kind=kind, dossier_id=0, n=0, event_id=None, what=what)
