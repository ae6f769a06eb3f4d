"""A file into the catalogue: brought, read in steps, looked at, and applied all at once.

Each step is a transaction that says how far it came. A worker that is stopped goes on where
it was; nothing stands in the catalogue until the last step, which writes everything.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from asyncpg import Connection, IntegrityConstraintViolationError, Record
from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.catalogue import catalogue_export_store
from postal_service.desk.catalogue import catalogue_import_store as store
from postal_service.desk.catalogue.catalogue_csv import (
    BY_NAME,
    FILES,
    Cells,
    columns,
    parsed,
    text_of,
)
from postal_service.desk.catalogue.catalogue_form import cell_of
from postal_service.desk.catalogue.catalogue_import_store import Import, Line
from postal_service.desk.catalogue.catalogue_judge import (
    Brought,
    Known,
    Verdict,
    by_column,
    judge,
    key_of,
)
from postal_service.desk.errors import DeskError
from postal_service.desk.published.tables import row_of
from tracking.errors import TrackingError

Begin: TypeAlias = "Callable[[], AbstractAsyncContextManager[Connection[Record]]]"

#: Lines read in one transaction.
AT_ONCE: Final = 1000
EVERY: Final = 1_000_000


class UnknownImport(DeskError):
    """No file was brought under this id, or it went another way meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "Không có tệp này. Mở lại danh sách tệp.",
            "There is no such file. Open the list of files again.",
        )


class NotReady(DeskError):
    """The file cannot be applied as it is."""

    def __init__(self, why_vi: str, why_en: str) -> None:
        super().__init__(f"Chưa nạp: {why_vi}", f"Not applied: {why_en}")


class Brief(Struct, frozen=True, kw_only=True):
    """What somebody sends: the file, and for which table."""

    id: UUID  #: drawn by the page: the second press finds the first's file
    sheet: str
    file_name: str
    raw: bytes


async def bring(conn: Connection[Record], brief: Brief, *, by: int, now: datetime) -> None:
    """Take a file in. Safe to repeat. Raises BadFile, before anything is kept."""
    if brief.sheet not in FILES:
        raise UnknownImport
    text = text_of(brief.raw)
    found = parsed(brief.sheet, text)
    await store.bring(
        conn,
        brief.id,
        sheet=brief.sheet,
        file_name=brief.file_name[:200] or FILES[brief.sheet],
        sha256=hashlib.sha256(brief.raw).hexdigest(),
        body=text,
        person_id=by,
        at=now,
        total=len(found),
    )


async def get(conn: Connection[Record], id: UUID) -> Import:
    """Raises UnknownImport."""
    found = await store.import_by_id(conn, id)
    if found is None:
        raise UnknownImport
    return found


async def choose(
    conn: Connection[Record], id: UUID, *, only_good: bool, overrule: bool, why: str
) -> None:
    """Have a file applied that its owner has looked at. Safe to repeat.

    Raises UnknownImport and NotReady.
    """
    state = await store.lock(conn, id)
    if state is None:
        raise UnknownImport
    if state in ("applying", "done"):
        return
    if state != "checked":
        raise NotReady("tệp chưa đọc xong hoặc đã bỏ.", "the file is not read, or was dropped.")
    if not why:
        raise NotReady("ghi lý do, căn cứ của lần nạp này.", "say which decision this rests on.")
    counts = await store.counts(conn, id)
    if counts.get("bad") and not only_good:
        raise NotReady(
            f"còn {counts['bad']} dòng sai. Sửa tệp rồi gửi lại, hoặc chọn chỉ nạp dòng đúng.",
            f"{counts['bad']} lines are wrong: mend the file, or choose the good lines only.",
        )
    await store.choose(conn, id, only_good=only_good, overrule=overrule, why=why[:300])


async def drop(conn: Connection[Record], id: UUID) -> None:
    """Give a file up; what is applied or being applied stays. Raises UnknownImport."""
    state = await store.lock(conn, id)
    if state is None:
        raise UnknownImport
    if state in ("reading", "checked"):
        await store.move(conn, id, "dropped")


async def work(begin: Begin, now: datetime) -> bool:
    """Do one step of the oldest file that waits; whether there may be more.

    What a table refuses as a whole goes back to the file's owner in its own words.
    """
    id = None
    try:
        async with begin() as conn:
            id = await store.claim(conn)
            if id is None:
                return False
            brought = await get(conn, id)
            if brought.state == "applying":
                await apply(conn, brought, now)
            else:
                await read_on(conn, brought, now)
    except (DeskError, TrackingError, IntegrityConstraintViolationError) as refusal:
        if id is None:
            raise
        async with begin() as conn:
            await send_back(conn, id, refusal)
    return True


async def send_back(conn: Connection[Record], id: UUID, refusal: Exception) -> None:
    """Nothing was written: the first line says why, and the owner decides anew."""
    said = getattr(refusal, "vi", "") or f"cơ sở dữ liệu từ chối cả tệp ({refusal})"
    english = getattr(refusal, "en", "") or f"the database refused the file ({refusal})"
    for first in await store.lines(conn, id, "", 1):
        await store.judge(conn, id, [Verdict(first.line, "bad", [("", said, english)])])
    await store.move(conn, id, "checked")


async def read_on(conn: Connection[Record], brought: Import, now: datetime) -> None:
    """The next lines, cell by cell; after the last ones, all of them against each other."""
    lines = await asyncio.to_thread(
        step_of, brought.sheet, await store.body(conn, brought.id), brought.taken
    )
    await store.take(conn, brought.id, lines)
    if brought.taken + len(lines) >= brought.total:
        await check(conn, brought, day_of(now))
        await store.move(conn, brought.id, "checked")


def step_of(sheet: str, body: str, taken: int) -> list[Line]:
    """The next lines of a file. It takes a while: off the loop that other jobs share."""
    return [line_of(sheet, one) for one in parsed(sheet, body)[taken : taken + AT_ONCE]]


def line_of(sheet: str, one: Cells) -> Line:
    _, faults = row_of(BY_NAME[sheet].row, columns(sheet), one.cells)
    return Line(
        line=one.line,
        cells=one.cells,
        verdict="bad" if faults else "unread",
        faults=[(fault.column, fault.vi, fault.en) for fault in faults],
    )


async def check(
    conn: Connection[Record], brought: Import, today: date
) -> tuple[list[tuple[Brought, Verdict]], Known]:
    """Judge every line that could be read by what the catalogue says now, and keep the verdicts."""
    lines = await store.lines(conn, brought.id, "", EVERY)
    known = await known_for(conn, brought.sheet)
    judged = await asyncio.to_thread(judged_by, brought.sheet, lines, known, today)
    await store.judge(conn, brought.id, [verdict for _, verdict in judged])
    return judged, known


def judged_by(
    sheet: str, lines: Sequence[Line], known: Known, today: date
) -> list[tuple[Brought, Verdict]]:
    """Each readable line with its verdict; off the loop as well."""
    readable = [one for line in lines if (one := row_from(sheet, line))]
    return list(zip(readable, judge(sheet, readable, known, today), strict=True))


def row_from(sheet: str, line: Line) -> Brought | None:
    row, _ = row_of(BY_NAME[sheet].row, columns(sheet), line.cells)
    return Brought(line.line, row) if row is not None else None


async def known_for(conn: Connection[Record], sheet: str) -> Known:
    """The table as it is, and the names its lines may refer to."""
    rows = await catalogue_export_store.rows_of(conn, sheet)
    names: dict[str, frozenset[str]] = {}
    starts: dict[str, date] = {}
    referred = {reference.file for reference in BY_NAME[sheet].refers}
    if "lam_dong_units.csv" in referred:
        units = await catalogue_export_store.unit_codes(conn)
        names["lam_dong_units.csv"] = frozenset(units)
    for name, column in (("hours", "hours_group"), ("agencies", "code")):
        if FILES[name] in referred:
            found = await catalogue_export_store.rows_of(conn, name)
            names[FILES[name]] = frozenset(row[column] for row in found)
    if FILES["procedures"] in referred:
        found = await catalogue_export_store.rows_of(conn, "procedures")
        starts = {f"{row['code']} v{row['version']}": row["valid_from"] for row in found}
        names[FILES["procedures"]] = frozenset(starts)
    keyed = {key_of(BY_NAME[sheet], row): row for row in rows}
    return Known(rows=keyed, names=names, starts=starts)


async def apply(conn: Connection[Record], brought: Import, now: datetime) -> None:
    """Write what is right, all of it or nothing.

    The catalogue may have changed since its owner looked: lines that are wrong by now send the
    file back to her, unless she wanted the good ones alone.
    """
    judged, known = await check(conn, brought, day_of(now))
    counts = await store.counts(conn, brought.id)
    if counts.get("bad") and not brought.only_good:
        await store.move(conn, brought.id, "checked")
        return
    wanted = {"added", "changed", "edited"} if brought.overrule else {"added", "changed"}
    chosen = [(one, verdict) for one, verdict in judged if verdict.verdict in wanted]
    rows = [one.row for one, _ in chosen]
    if rows:
        sheet = BY_NAME[brought.sheet]
        keys = {key_of(sheet, row) for row in rows}
        await store.mark(conn, brought.sheet, ids_of(known, keys), None)
        await sheet.put(conn, rows)
        written = await known_for(conn, brought.sheet)
        await store.mark(conn, brought.sheet, ids_of(written, keys), now)
        changes = [change_of(brought.sheet, one, known) for one, _ in chosen]
        await store.note(conn, brought, now, changes)
    added = sum(verdict.verdict == "added" for _, verdict in chosen)
    await store.finish(conn, brought.id, at=now, added=added, changed=len(chosen) - added)


def ids_of(known: Known, keys: set[tuple[str, ...]]) -> list[int]:
    """Of the rows with these keys that are there."""
    return [row["id"] for key, row in known.rows.items() if key in keys and "id" in row]


def change_of(sheet: str, one: Brought, known: Known) -> dict[str, Any]:
    """A line of the history: the cells that differ, or all of a new row."""
    key = key_of(BY_NAME[sheet], one.row)
    after = by_column(sheet, one.row)
    before = None
    if (was := known.rows.get(key)) is not None:
        cells = {name: cell_of(was[name]) for name in after}
        before = {name: cells[name] for name in after if cells[name] != after[name]}
        after = {name: after[name] for name in before}
    return {
        "key": shown_key(sheet, key),
        "valid_from": getattr(one.row, "valid_from", None),
        "before": before,
        "after": after,
    }


def shown_key(sheet: str, key: Sequence[str]) -> str:
    """A key as the other lines of the history write it."""
    if sheet in ("procedures", "documents"):
        return f"{key[0]} v{key[1]}" + (f" giấy tờ {key[2]}" if len(key) > 2 else "")
    return " ".join(part for part in key if part)


def day_of(now: datetime) -> date:
    return now.astimezone(VIETNAM).date()
