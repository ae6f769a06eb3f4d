"""What an agency decides about a dossier. The post decides nothing: every verb is an officer's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk import agency_store as store
from postal_service.desk import appointments, reasons
from postal_service.desk.agency_desk import own_slip
from postal_service.desk.errors import DeskError, UnknownReason
from postal_service.desk.reasons import Group, Reason
from tracking import identifiers, journey, stages
from tracking import rulings as register
from tracking.errors import BadRuling, IllegalMove, ScanReused
from tracking.model import Actor, Dossier, Facts, Ruling
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage, Status

#: The furthest appointment an officer may set by hand.
FURTHEST: Final = timedelta(days=3 * 366)
#: A request for papers waits for the citizen; other pauses have their own acts.
WAITING_FOR_PAPERS: Final = "PA01"
#: Refusals the counter makes; the rest of the list is the agency's.
COUNTER_REFUSALS: Final = frozenset({"RF06", "RF07", "RF08"})


class CodeTaken(DeskError):
    """The agency gave this code to another of its dossiers."""

    def __init__(self, code: str, ref: str) -> None:
        super().__init__(
            f"Mã {code} đã cấp cho hồ sơ {ref}. Kiểm tra lại sổ rồi nhập mã khác.",
            f"The code {code} belongs to dossier {ref}. Check the register and enter another.",
        )


class Wish(Struct, frozen=True, kw_only=True):
    """A ruling as the officer's form holds it; ``id`` was drawn with the form."""

    id: UUID
    act: Act
    agency_code: str = ""
    due_at: datetime | None = None  #: only where it differs from the reckoned one
    papers: int = 0
    reason: str = ""
    note: str = ""


def acts_for(found: Slip) -> list[Act]:
    """What the agency may do next: nothing before it has signed, and nothing twice.

    A withdrawal is answered wherever the papers are. A result that nobody took and that is
    signed for again may be fetched here or sent once more.
    """
    dossier, sent = found.dossier, found.leg(Leg.FORWARD)
    if dossier.status is Status.WITHDRAWING:
        return [Act.STOP, Act.KEEP]
    if sent is not None and sent.stage is not Stage.WITH_AGENCY:
        return []
    if dossier.status is Status.PROCESSED:
        if dossier.return_way == "agency":
            return [Act.RETURN_HERE]
        result = found.leg(Leg.RESULT)
        if result is None:
            return [Act.RELEASE]
        return [Act.RETURN_HERE, Act.RELEASE] if result.stage is Stage.WITH_AGENCY else []
    received = dossier.received_at is not None
    closed = {Act.RECEIVE, Act.REFUSE} if received else {Act.RESUME}
    closed |= {Act.WITHDRAW}  # the citizen's, at a counter
    return [act for act in stages.rulings_from(dossier.status) if act not in closed]


async def decide(
    conn: Connection[Record], ref: str, wish: Wish, *, by: Actor, now: datetime
) -> None:
    """Write an officer's ruling into the register, with her words to the citizen.

    The dossier's lock is taken first: of two officers ruling at once the second sees what the
    first did. A repeat of the same form changes nothing. Raises UnknownDossier, IllegalMove,
    BadRuling, ScanReused, CodeTaken, UnknownReason, BadIdentifier.
    """
    await journey.dossier(conn, identifiers.parse_ref(ref).ref)
    found = await own_slip(conn, ref, by.agency)
    earlier = next((line for line in found.lines if line.scan_id == wish.id), None)
    if earlier is None:
        await enter(conn, found, wish, by=by, now=now)
    elif (earlier.act, earlier.facts) != (wish.act, facts_of(wish)):
        raise ScanReused(wish.id)


async def enter(
    conn: Connection[Record], found: Slip, wish: Wish, *, by: Actor, now: datetime
) -> None:
    """Write a ruling that is new. Raises as ``decide`` does."""
    if wish.act not in acts_for(found):
        raise IllegalMove(str(found.dossier.status.value), wish.act)
    await require_words(conn, wish)
    ruling = Ruling(
        id=wish.id,
        ref=found.dossier.ref,
        act=wish.act,
        at=now,
        by=by,
        agency_code=await new_code(conn, found.dossier, wish),
        due_at=await due_time(conn, found, wish, now),
        facts=facts_of(wish),
    )
    if wish.act is Act.RELEASE:
        await register.release(conn, ruling, heard_at=now)
    else:
        await register.rule(conn, ruling, heard_at=now)
        await appointments.keep(conn, found, ruling)
    if wish.note:
        await store.add_note(conn, wish.id, wish.note)


def facts_of(wish: Wish) -> Facts:
    """What the register keeps of a ruling: codes and numbers, never a sentence."""
    match wish.act:
        case Act.ASK_MORE:
            return {"reason": WAITING_FOR_PAPERS, "papers": wish.papers}
        case Act.REFUSE | Act.STOP | Act.KEEP:
            return {"reason": wish.reason}
        case Act.RECEIVE if wish.due_at is not None:
            return {"reason": wish.reason}
    return {}


async def require_words(conn: Connection[Record], wish: Wish) -> None:
    """Raise BadRuling or UnknownReason where the citizen would not be told why or what."""
    if wish.act is Act.ASK_MORE and not (1 <= wish.papers <= 99 and wish.note):
        raise BadRuling(
            "Ghi số giấy tờ cần bổ sung (1 đến 99) và từng giấy tờ là gì, một lần cho đủ.",
            "Enter how many papers are missing (1 to 99) and what each one is, all at once.",
        )
    if len(wish.note) > 500:
        raise BadRuling(
            "Lời nhắn dài quá 500 ký tự. Viết ngắn lại.",
            "The note is longer than 500 characters. Shorten it.",
        )
    allowed = {
        Act.REFUSE: refusals, Act.KEEP: refusals, Act.RECEIVE: delays, Act.STOP: withdrawals,
    }.get(wish.act)  # fmt: skip
    if allowed and facts_of(wish) and not any(r.code == wish.reason for r in await allowed(conn)):
        if not wish.reason:
            raise BadRuling("Chọn một lý do trong danh sách.", "Choose a reason from the list.")
        raise UnknownReason(wish.reason)


async def refusals(conn: Connection[Record]) -> list[Reason]:
    """Why an agency may refuse papers, or a wish to have them back."""
    found = await reasons.in_group(conn, Group.REFUSAL)
    return [reason for reason in found if reason.code not in COUNTER_REFUSALS]


async def withdrawals(conn: Connection[Record]) -> list[Reason]:
    """Why a citizen wants a dossier back."""
    return await reasons.in_group(conn, Group.WITHDRAWAL)


async def delays(conn: Connection[Record]) -> list[Reason]:
    """Why an appointment may differ from the published limit."""
    return await reasons.in_group(conn, Group.LATE)


async def new_code(conn: Connection[Record], dossier: Dossier, wish: Wish) -> str | None:
    """The code the agency gives the dossier. Raises BadIdentifier, CodeTaken."""
    if wish.act is not Act.RECEIVE:
        return None
    code = identifiers.parse_dossier_code(wish.agency_code).code
    taken = await store.ref_with_code(conn, dossier.agency_id, code)
    if taken is not None and taken != dossier.ref:
        raise CodeTaken(code, taken)
    return code


async def due_time(
    conn: Connection[Record], found: Slip, wish: Wish, now: datetime
) -> datetime | None:
    """The appointment a ruling sets, if it sets one. Raises BadRuling for an absurd one."""
    if wish.act not in (Act.RECEIVE, Act.RESUME):
        return None
    if wish.act is Act.RESUME or wish.due_at is None:
        return (await appointments.reckon(conn, found, now)).due
    if wish.due_at.tzinfo is None or not now < wish.due_at <= now + FURTHEST:
        raise BadRuling(
            "Ngày hẹn phải sau lúc này và không quá ba năm. Kiểm tra lại ngày giờ.",
            "The appointment must lie ahead, within three years. Check the date and time.",
        )
    return wish.due_at
