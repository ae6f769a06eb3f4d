"""What an agency decides about a dossier. The post decides nothing: every verb is an officer's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from asyncpg import Connection, Record

from postal_service.desk.agency import agency_store as store
from postal_service.desk.agency import appointments
from postal_service.desk.agency.agency_desk import own_slip
from postal_service.desk.agency.ruling_words import require_words
from postal_service.desk.agency.wishes import Wish, facts_of
from postal_service.desk.bounces import bounces
from postal_service.desk.errors import DeskError
from postal_service.desk.ways import way_prices
from tracking import duties, extensions, identifiers, journey, pauses, stages, transfers
from tracking import rulings as register
from tracking.deadlines import Unit
from tracking.errors import BadRuling, IllegalMove, ScanReused
from tracking.extensions import More
from tracking.model import Actor, Dossier, Ruling
from tracking.pauses import Request
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage, Status

__all__ = ["CodeTaken", "Wish", "acts_for", "decide", "facts_of"]

#: The furthest appointment an officer may set by hand.
FURTHEST: Final = timedelta(days=3 * 366)
#: Acts that set a due time.
DATED: Final = frozenset({Act.RECEIVE, Act.RESUME, Act.PAY, Act.EXTEND})


class CodeTaken(DeskError):
    """The agency gave this code to another of its dossiers."""

    def __init__(self, code: str, ref: str) -> None:
        super().__init__(
            f"Mã {code} đã cấp cho hồ sơ {ref}. Kiểm tra lại sổ rồi nhập mã khác.",
            f"The code {code} belongs to dossier {ref}. Check the register and enter another.",
        )


def acts_for(found: Slip) -> list[Act]:
    """What the agency may do next: nothing before it has signed, and nothing twice.

    A withdrawal is answered wherever the papers are. A result that nobody took and that is
    signed for again may be fetched here or sent once more.
    """
    dossier, papers = found.dossier, found.papers
    if dossier.status is Status.WITHDRAWING:
        return [Act.STOP, Act.KEEP]
    if papers is not None and papers.stage is not Stage.WITH_AGENCY:
        return []
    if passed_on(found):
        return []
    if dossier.status is Status.PROCESSED:
        if dossier.return_way == "agency":
            return [Act.RETURN_HERE]
        result = found.leg(Leg.RESULT)
        if result is None:
            return [Act.RELEASE]
        return [Act.RETURN_HERE, Act.RELEASE] if result.stage is Stage.WITH_AGENCY else []
    received = dossier.received_at is not None
    closed = {Act.RECEIVE, Act.REFUSE} if received else {Act.RESUME, Act.STOP}
    # the citizen's, at a counter; and the other agency's
    closed |= {Act.WITHDRAW, Act.TAKE_OVER}
    return [act for act in stages.rulings_from(dossier.status) if act not in closed]


def passed_on(found: Slip) -> bool:
    """Whether it waits, on no paper, for another agency to take it over."""
    passed, taken = found.last(Act.TRANSFER), found.last(Act.TAKE_OVER)
    if passed is None or found.papers is not None:
        return False
    return taken is None or found.lines.index(taken) < found.lines.index(passed)


async def decide(
    conn: Connection[Record], ref: str, wish: Wish, *, by: Actor, now: datetime
) -> None:
    """Write an officer's ruling into the register, with her words to the citizen.

    The dossier's lock is taken first: of two officers ruling at once the second sees what the
    first did. A repeat of the same form changes nothing. Raises UnknownDossier, IllegalMove,
    BadRuling, PassedOn, PutOffBefore, SecondPersonNeeded, ScanReused, CodeTaken, UnknownReason,
    UnknownAgency, BadIdentifier.
    """
    await journey.dossier(conn, identifiers.parse_ref(ref).ref)
    found = await own_slip(conn, ref, by.agency)
    earlier = next((line for line in found.lines if line.scan_id == wish.id), None)
    if earlier is None:
        await enter(conn, found, wish, by=by, now=now)
    elif earlier.act is not wish.act or not facts_of(wish).items() <= earlier.facts.items():
        raise ScanReused(wish.id)


async def enter(
    conn: Connection[Record], found: Slip, wish: Wish, *, by: Actor, now: datetime
) -> None:
    """Write a ruling that is new. Raises as ``decide`` does."""
    own = found.dossier.agency_id == by.agency
    open_to_her = acts_for(found) if own else [Act.TAKE_OVER] * passed_on(found)
    if wish.act not in open_to_her:
        raise IllegalMove(str(found.dossier.status.value), wish.act)
    await require_words(conn, found, wish, now=now)
    ruling = Ruling(
        id=wish.id,
        ref=found.dossier.ref,
        act=wish.act,
        at=now,
        by=by,
        agency_code=await new_code(conn, found.dossier, wish),
        due_at=await due_time(conn, found, wish, now),
        approver=wish.approver,
        facts=facts_of(wish),
    )
    if wish.act is Act.ASK_MORE:
        await pauses.put(conn, request_of(found.dossier, wish, ruling))
    await carry_out(conn, ruling, wish, found.dossier)
    if wish.act in DATED:
        await appointments.keep(conn, found, ruling)
    if wish.note:
        await store.add_note(conn, wish.id, wish.note)
    if wish.act in bounces.KINDS:
        await bounces.note(conn, wish.id, now=now)
    if wish.act in (Act.REFUSE, Act.STOP):
        await way_prices.charge_back(conn, found.dossier.ref, wish.id, by=by.person, now=now)


async def carry_out(conn: Connection[Record], ruling: Ruling, wish: Wish, dossier: Dossier) -> None:
    """Have the register's own verb do it. Raises whatever that refuses."""
    at = ruling.at
    if wish.act is Act.RELEASE:
        await register.release(conn, ruling, heard_at=at)
    elif wish.act is Act.ASK_PAYMENT and wish.duty is not None:
        await duties.ask(conn, ruling, wish.duty, heard_at=at)
    elif wish.act is Act.PAY and wish.proof is not None:
        await duties.pay(conn, ruling, wish.proof, heard_at=at)
    elif wish.act is Act.EXTEND:
        more = More(value=wish.more, unit=Unit(dossier.limit_unit)) if wish.more else None
        await extensions.extend(conn, ruling, more, heard_at=at)
    elif wish.act is Act.TRANSFER:
        await transfers.transfer(conn, ruling, wish.to, heard_at=at)
    elif wish.act is Act.TAKE_OVER:
        await transfers.take_over(conn, ruling, heard_at=at)
    else:
        await register.rule(conn, ruling, heard_at=at, settlement=wish.settlement)


def request_of(dossier: Dossier, wish: Wish, ruling: Ruling) -> Request:
    """What is asked for, as the register keeps it beside the line that asks."""
    return Request(
        id=wish.id,
        dossier_id=dossier.id,
        agency_id=dossier.agency_id,
        asked_by=ruling.by.person,
        asked_at=ruling.at,
        note=wish.note,
        papers=wish.papers,
    )


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
    if wish.act not in DATED:
        return None
    by_hand = wish.due_at is not None and wish.act in (Act.RECEIVE, Act.EXTEND)
    if not by_hand:
        more = wish.more if wish.act is Act.EXTEND else 0
        return (await appointments.reckon(conn, found, now, extension=more)).due
    if wish.due_at is None or wish.due_at.tzinfo is None or not now < wish.due_at <= now + FURTHEST:
        raise BadRuling(
            "Ngày hẹn phải sau lúc này và không quá ba năm. Kiểm tra lại ngày giờ.",
            "The appointment must lie ahead, within three years. Check the date and time.",
        )
    return wish.due_at
