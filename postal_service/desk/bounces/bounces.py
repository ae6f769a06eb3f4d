"""What agencies sent back or asked more for: whose fault the rule proposes, and what people rule.

A request or a refusal is judged with the officer's own ruling, in one transaction; what is
declined at a hand-over by the worker soon after. A supervisor may rule otherwise, for a reason;
nothing that was said before is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record

from postal_service.caller import Staff
from postal_service.desk.bounces import bounce_fees, bounce_rules
from postal_service.desk.bounces import bounces_store as store
from postal_service.desk.bounces.bounce_rules import FAULTS, Cause, Facts, Kind
from postal_service.desk.bounces.bounces_store import Bounce, Bounced, PaperLine, Standing
from postal_service.desk.errors import DeskError
from tracking.stages import Act

__all__ = ["Bounce", "PaperLine", "Standing", "get", "judge_recent", "note", "rule", "standing"]

KINDS: Final[Mapping[str, Kind]] = {
    Act.ASK_MORE: Kind.SUPPLEMENT,
    Act.REFUSE: Kind.REFUSAL,
    Act.DECLINE: Kind.DECLINE,
    Act.SEND_ON: Kind.DECLINE,
}
AT_ONCE: Final = 100
#: How far back the worker looks for what nobody has judged: longer than it is ever away.
LOOKS_BACK: Final = timedelta(days=30)
LONGEST: Final = 300


class UnknownBounce(DeskError):
    """No such bounce of this office, or its line was taken back."""

    def __init__(self) -> None:
        super().__init__(
            "Không có lần trả hồ sơ này tại bưu cục. Mở lại báo cáo tháng.",
            "There is no such bounce at this office. Open the month's report again.",
        )


class BadRule(DeskError):
    """A ruling that says no cause, or not why."""

    def __init__(self) -> None:
        super().__init__(
            f"Chọn nguyên nhân và ghi lý do sửa, không quá {LONGEST} ký tự.",
            f"Choose the cause and say why it is corrected, in at most {LONGEST} characters.",
        )


async def note(conn: Connection[Record], scan_id: UUID, *, now: datetime) -> None:
    """Judge one line of the register that was written just now, if it is a bounce."""
    one = await store.unjudged_line(conn, scan_id)
    if one is not None:
        await judge(conn, one, now=now)


async def judge_recent(conn: Connection[Record], *, now: datetime) -> bool:
    """Judge what nobody has judged yet; whether there may be more. Safe to repeat."""
    found = await store.unjudged(conn, now - LOOKS_BACK, AT_ONCE)
    for one in found:
        await judge(conn, one, now=now)
    return len(found) == AT_ONCE


async def judge(conn: Connection[Record], one: Bounced, *, now: datetime) -> None:
    """Keep what the rule proposes, and what it does to money."""
    kind = KINDS[one.act]
    proposal = bounce_rules.propose(await facts_of(conn, one, kind))
    if await store.add(conn, one, kind, proposal) is not None:
        await settle(conn, one.dossier_id, person_id=one.person_id, now=now)


async def settle(
    conn: Connection[Record], dossier_id: int, *, person_id: int, now: datetime
) -> None:
    """What the dossier's last bounce, as it stands, gives back."""
    for last in (await store.standing(conn, dossier_id))[:1]:
        await bounce_fees.settle(conn, last, person_id=person_id, now=now)


async def facts_of(conn: Connection[Record], one: Bounced, kind: Kind) -> Facts:
    """All that the rule knows: the list of the version, what was counted, what is asked for."""
    if kind is not Kind.SUPPLEMENT:
        return Facts(kind=kind, reason=one.reason or "")
    return Facts(
        kind=kind,
        # of a second request the reason says more than that papers are waited for
        reason=one.why or one.reason or "",
        listed=await store.listed(conn, one.procedure_id),
        counted=await store.counted(conn, one.dossier_id),
        asked=await store.asked(conn, one.scan_id),
    )


async def get(conn: Connection[Record], id: int) -> Bounce:
    """As it stands. Raises UnknownBounce."""
    found = await store.by_id(conn, id) if 0 < id < 2**63 else None
    if found is None:
        raise UnknownBounce
    return found


async def standing(conn: Connection[Record], dossier_id: int) -> list[Standing]:
    """The bounces of a dossier as they stand, the newest first."""
    return await store.standing(conn, dossier_id)


async def rule(  # noqa: PLR0913 -- a press of the button
    conn: Connection[Record],
    id: int,
    form_id: UUID,
    *,
    cause: str,
    why: str,
    staff: Staff,
    now: datetime,
) -> Bounce:
    """Correct whose fault it was, for a reason. Safe to press twice.

    Raises UnknownBounce and BadRule.
    """
    bounce = await get(conn, id)
    if cause not in {each.value for each in Cause} or not 1 <= len(why) <= LONGEST:
        raise BadRule
    chosen = Cause(cause)
    await store.add_ruling(
        conn, form_id, id, chosen, FAULTS[chosen], why=why, person_id=staff.id, at=now
    )
    await settle(conn, bounce.dossier_id, person_id=staff.id, now=now)
    return await get(conn, id)
