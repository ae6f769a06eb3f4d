"""Issuing a receipt again: the one before stays on record, and two people answer for the new one.

Where the old paper is lost its finder must not read on: the new issue then bears
another tracking code, and the old code answers like one that never was.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct
from msgspec.structs import replace

from postal_service.desk.errors import DeskError
from postal_service.desk.papers import Receipt
from postal_service.desk.printing import prints
from postal_service.desk.printing import reissue_store as store
from postal_service.desk.printing.prints_store import Sheet
from postal_service.desk.printing.reissue_store import Issue
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group, Reason
from tracking import journey, tracking_codes
from tracking.custody_errors import SecondPersonNeeded
from tracking.errors import UnknownDossier
from tracking.identifiers import parse_ref

__all__ = [
    "Issue",
    "TooManyIssues",
    "Wish",
    "choices",
    "issues",
    "reissue",
    "replaced",
    "replaced_receipt",
]

#: Loss is the one reason after which the old code must die.
LOST: Final = "CR09"
#: Why a receipt may be issued again, of the closed list of corrections.
WHY: Final = (LOST, "CR10", "CR08", "CR06", "CR05")
MOST: Final = 99


class TooManyIssues(DeskError):
    """Nobody loses a receipt a hundred times."""

    def __init__(self) -> None:
        super().__init__(
            "Biên nhận này đã cấp lại quá nhiều lần. Báo người quản trị kiểm tra.",
            "This receipt has been issued again too often. Ask the administrator to look into it.",
        )


class Wish(Struct, frozen=True, kw_only=True):
    """One more issue of a receipt, asked for by *person* of *office* and agreed by *approver*.

    ``id`` is drawn by the page. ``new_code``: the old tracking code opens nothing
    from now on; so it is whenever the reason is that the receipt was lost.
    """

    id: UUID
    ref: str
    reason: str
    person: int
    office: int
    approver: int | None
    new_code: bool = False


async def reissue(conn: Connection[Record], wish: Wish, *, now: datetime) -> Issue:
    """Write the next issue down. Safe to repeat: one wish makes one issue.

    Raises UnknownDossier, BadIdentifier, SecondPersonNeeded, UnknownReason, TooManyIssues.
    """
    if wish.approver in (None, wish.person):
        raise SecondPersonNeeded
    reason = await reasons.get(conn, wish.reason)
    sheet = await prints.find(conn, parse_ref(wish.ref).ref, wish.office)
    found = await journey.dossier(conn, sheet.ref)
    earlier = await store.issues_of(conn, found.id)
    if same := [issue for issue in earlier if issue.form_id == wish.id]:
        return same[0]
    if len(earlier) > MOST:
        raise TooManyIssues
    await store.keep_first(conn, found.id)
    code = found.tracking_code
    if wish.new_code or reason.code == LOST:
        code = await tracking_codes.replace(conn, found.id)
    await store.add_issue(
        conn,
        found.id,
        max(len(earlier), 1),
        (wish.id, code, reason.code),
        (wish.person, wish.approver or 0),
        now,
    )
    return (await store.issues_of(conn, found.id))[-1]


async def issues(conn: Connection[Record], dossier_id: int) -> list[Issue]:
    """Every issue, the counter's first; none while it was issued once only."""
    return await store.issues_of(conn, dossier_id)


async def replaced(
    conn: Connection[Record], ref: str, number: int, office_id: int
) -> tuple[Sheet, Issue]:
    """An issue that a later one has replaced, as it was. Raises UnknownDossier, BadIdentifier."""
    sheet = await prints.find(conn, ref, office_id)
    found = [each for each in await issues(conn, sheet.dossier_id) if each.number == number]
    if not found or number >= sheet.issue:
        raise UnknownDossier(ref)
    return replace(sheet, tracking_code=found[0].tracking_code), found[0]


def replaced_receipt(sheet: Sheet, issue: Issue, *, site: str) -> Receipt:
    """The paper of a replaced issue, as it was handed out."""
    paper = prints.receipt_of(sheet, site=site, ordinal=sheet.first_print)
    return replace(paper, issue=issue.number)


async def choices(conn: Connection[Record]) -> list[Reason]:
    """Why a receipt may be issued again."""
    known = {reason.code: reason for reason in await reasons.in_group(conn, Group.CORRECTION)}
    return [known[code] for code in WHY if code in known]
