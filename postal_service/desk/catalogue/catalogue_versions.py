"""A new version of a procedure: planned from a form, shown, and saved from its day on.

The version in force is never written over: it ends where the new one begins. A version that
is not in force yet may give way to another, or be withdrawn; it stays, in force on no day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct, structs, to_builtins

from postal_service.clock import VIETNAM
from postal_service.desk.catalogue import catalogue_version_store as store
from postal_service.desk.catalogue import dry_run_store
from postal_service.desk.catalogue.catalogue_form import BadVersion, Typed, read, wrong
from postal_service.desk.catalogue.catalogue_history import Note
from postal_service.desk.catalogue.catalogue_periods import Layout, Period, lay
from postal_service.desk.catalogue.catalogue_rules import (
    faults_of,
    faults_of_why,
    same,
    warnings_of,
)
from postal_service.desk.catalogue.catalogue_version_store import Edition
from postal_service.desk.errors import DeskError, UnknownAgency, UnknownProcedure
from postal_service.desk.intake import Problem
from postal_service.desk.published import agencies, load_procedure_store
from postal_service.desk.published.rows import DocumentRow, ProcedureRow
from tracking import linked_store

SHAPE: Final = re.compile(r"[0-9]\.[0-9]{6}")
TODAY_IS_USED: Final = (
    "hôm nay đã có hồ sơ nhận theo thủ tục này; chọn một ngày sau hôm nay",
    "a dossier was accepted under it today already; choose a later day",
)
TAKEN: Final = (
    "mã này đã có thủ tục khác; mở thủ tục đó để lập phiên bản mới",
    "another procedure has this code; open that one to make a new version",
)
NOTHING_NEW: Final = (
    "Không có gì thay đổi so với phiên bản trước. Sửa ít nhất một chỗ rồi xem lại.",
    "Nothing differs from the version before. Change something first.",
)


class ChangedMeanwhile(DeskError):
    """Somebody else saved a version since the form was opened."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Thủ tục {code} vừa có phiên bản mới do người khác lưu. Mở lại thủ tục để xem.",
            f"Somebody has just saved a version of {code}. Open it again to see it.",
        )


class InForce(DeskError):
    """What is or was in force cannot be withdrawn, and what has ended cannot be ended again."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} đã có hiệu lực hoặc đã kết thúc nên không làm vậy được. "
            "Lập phiên bản mới từ một ngày sau hôm nay.",
            f"{key} is or was in force. Make a new version from a later day instead.",
        )


class Plan(Struct, frozen=True, kw_only=True):
    """What saving would do. ``before`` is the version it is compared with; None: there was none."""

    form_id: UUID
    before: Edition | None
    row: ProcedureRow
    documents: tuple[DocumentRow, ...]
    ends: Mapping[int, date | None]
    ended: tuple[Edition, ...]  #: the versions named in ``ends``, as they are now
    warnings: tuple[str, ...]
    why: str

    @property
    def key(self) -> str:
        return f"{self.row.code} v{self.row.version}"

    @property
    def codes(self) -> list[str]:
        """Whose dossiers and drafts this may touch."""
        return sorted({self.row.code, *([self.before.code] if self.before else [])})


async def find(conn: Connection[Record], code: str) -> list[Edition]:
    """Every version of *code*, the newest first. Raises UnknownProcedure."""
    refuse_odd(code)
    found = await store.editions(conn, code)
    if not found:
        raise UnknownProcedure(code)
    return found


def refuse_odd(code: str) -> None:
    """Raise UnknownProcedure for what no procedure was ever called: it came from an address."""
    if not SHAPE.fullmatch(code):
        raise UnknownProcedure(code[:20].replace("\0", ""))


def newest(known: Sequence[Edition]) -> Edition:
    """The version that will be in force last; of withdrawn ones only where there is no other."""
    live = [one for one in known if not one.withdrawn]
    return max(live or known, key=lambda one: (one.valid_from, one.version))


async def plan(conn: Connection[Record], typed: Typed, now: datetime) -> Plan:
    """What saving *typed* would do.

    Raises BadVersion, ChangedMeanwhile, InForce and UnknownProcedure.
    """
    today = now.astimezone(VIETNAM).date()
    code = typed.cells.get("code", "")
    await store.lock_versions(conn, [typed.base, code])
    known = await find(conn, typed.base) if typed.base else []
    theirs = known if code == typed.base else await store.editions(conn, code)
    if known and known[0].version != typed.seen:
        raise ChangedMeanwhile(typed.base)
    before = newest(known) if known else None
    if typed.instead_of:
        before = next(one for one in known if one.version == typed.instead_of)
        refuse_in_force(before, today)
    row, documents, problems = read(
        typed,
        version=max((one.version for one in theirs), default=0) + 1,
        replaces=replaced(before, instead=bool(typed.instead_of)),
        verified_fields=before.verified_fields if before else (),
    )
    problems += faults_of_why(typed.why)
    if row is None or problems:
        raise BadVersion(problems)
    problems += faults_of(row, documents, today=today)
    problems += await faults_around(conn, row, typed.base, theirs, today)
    laid, ends = place(known, theirs, row, before if typed.instead_of else None)
    forebears = await before_it(conn, before) if typed.instead_of else []
    ends |= {one.id: row.valid_from for one in forebears}
    if laid.overlaps:
        vi = f"trùng thời gian với phiên bản có hiệu lực từ {laid.overlaps:%d/%m/%Y}"
        problems.append(wrong("valid_to", vi, f"a later version begins on {laid.overlaps}"))
    if before and same(before, row, documents, laid, moved=bool(typed.instead_of)):
        problems.append(Problem("why", *NOTHING_NEW))
    if problems:
        raise BadVersion(problems)
    everyone = {one.id: one for one in (*known, *theirs, *forebears)}
    return Plan(
        form_id=UUID(typed.form_id),
        before=before,
        row=structs.replace(row, valid_to=laid.valid_to),
        documents=documents,
        ends=ends,
        ended=tuple(everyone[id] for id in sorted(ends)),
        warnings=warnings_of(row, documents, laid.gaps) + await linked_parts(conn, before, row),
        why=typed.why,
    )


async def linked_parts(
    conn: Connection[Record], before: Edition | None, row: ProcedureRow
) -> tuple[str, ...]:
    """What to know of a linked procedure: its date is the sum of its parts, kept elsewhere."""
    if before is None or not await linked_store.parts_on(conn, before.id, row.valid_from):
        return ()
    if row.code != before.code:
        return (f"Thủ tục liên thông: các bước thuộc mã {before.code}, mã mới chưa có bước nào.",)
    return ("Thủ tục liên thông: ngày hẹn cộng từ các bước, không từ thời hạn ở đây.",)


def refuse_in_force(one: Edition, today: date) -> None:
    """Raise InForce for a version that has begun, or was withdrawn before."""
    if one.valid_from <= today or one.withdrawn:
        raise InForce(one.key)


def replaced(before: Edition | None, *, instead: bool) -> str:
    """Which version the new one follows, as the files write it."""
    if before is None:
        return ""
    return (before.replaces or "") if instead else before.key


async def before_it(conn: Connection[Record], gone: Edition | None) -> list[Edition]:
    """The version under another code that ends where *gone* would have begun, if there is one."""
    code, _, version = (gone.replaces if gone and gone.replaces else "").partition(" v")
    if gone is None or not code or code == gone.code:
        return []
    return [
        one
        for one in await store.editions(conn, code)
        if str(one.version) == version and one.valid_to == gone.valid_from
    ]


async def faults_around(
    conn: Connection[Record],
    row: ProcedureRow,
    base: str,
    theirs: Sequence[Edition],
    today: date,
) -> list[Problem]:
    """What only the register and the other tables know."""
    found = []
    midnight = datetime.combine(today, time.min, VIETNAM)
    codes = [row.code, base]
    if row.valid_from == today and await dry_run_store.accepted_since(conn, codes, midnight):
        found.append(wrong("valid_from", *TODAY_IS_USED))
    if row.code != base and any(not one.withdrawn for one in theirs):
        found.append(wrong("code", *TAKEN))
    if row.agency_code is not None:
        try:
            await agencies.find(conn, row.agency_code, row.valid_from)
        except UnknownAgency:
            vi = f"không có cơ quan {row.agency_code} vào ngày {row.valid_from:%d/%m/%Y}"
            en = f"there is no {row.agency_code} on {row.valid_from}"
            found.append(wrong("agency_code", vi, en))
    return found


def place(
    known: Sequence[Edition], theirs: Sequence[Edition], row: ProcedureRow, gone: Edition | None
) -> tuple[Layout, dict[int, date | None]]:
    """Where the new version lies in time, and which others end by it.

    Under a new code the old code's version ends on the same day and has no other after it.
    """
    instead_of = gone.id if gone else 0
    laid = lay(periods(theirs), row.valid_from, row.valid_to, instead_of=instead_of)
    ends = dict(laid.ends)
    if known and known is not theirs:
        ends |= lay(periods(known), row.valid_from, None, instead_of=instead_of).ends
    return laid, ends


def periods(found: Sequence[Edition]) -> list[Period]:
    return [Period(id=one.id, valid_from=one.valid_from, valid_to=one.valid_to) for one in found]


async def save(conn: Connection[Record], typed: Typed, *, by: int, now: datetime) -> str:
    """Write the version and end the ones before it; its code. Safe to repeat with one form.

    Raises what plan raises: the world may have changed since it was shown.
    """
    if earlier := await store.change_of_form(conn, UUID(typed.form_id)):
        return earlier.partition(" ")[0]
    made = await plan(conn, typed, now)
    await store.end_versions(conn, made.ends, now)
    await load_procedure_store.put_procedures(conn, [made.row])
    await load_procedure_store.put_documents(conn, made.documents)
    await store.mark_version(
        conn,
        made.row.code,
        made.row.version,
        now=now,
        heir_of=made.before.id if made.before else None,
    )
    after = to_builtins(made.row) | {"documents": to_builtins(made.documents)}
    note = Note(form_id=made.form_id, why=made.why, by=by, now=now)
    await note.write(
        conn,
        key=made.key,
        act="version",
        day=made.row.valid_from,
        before=to_builtins(made.before) if made.before else None,
        after=after,
    )
    await note.endings(conn, made.ended, made.ends)
    return made.row.code
