"""What the agency decides on a dossier, as the register writes it down."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import uuid5

from asyncpg import Connection
from msgspec.structs import replace

from tracking import notices, pauses, ruling_store, stages, store, transfer_store
from tracking.errors import BadRuling, IllegalMove, PassedOn, ScanReused, UnknownDossier
from tracking.journey import check_time, dossier
from tracking.model import Dossier, Event, NewLeg, Party, Ruling
from tracking.reserved import next_s10
from tracking.stages import Act, Keeper, Leg, Stage, Status

#: Rulings that tell the citizen why.
REASONED: Final = frozenset(
    {Act.REFUSE, Act.ASK_MORE, Act.KEEP, Act.ASK_PAYMENT, Act.EXTEND, Act.TRANSFER}
)
#: Rulings that make the clock run again, or longer.
DATED: Final = frozenset({Act.RESUME, Act.PAY, Act.EXTEND})


async def rule(
    conn: Connection, ruling: Ruling, *, heard_at: datetime, settlement: str = ""
) -> Status:
    """Write the agency's *ruling* into the register and return the dossier's new status.

    With it the pause that it begins or ends, and the number of the notice that tells of it; a
    refusal opens the consignment that takes the papers back. *settlement*: what a stop means
    for money. Raises UnknownDossier, IllegalMove, BadRuling, PassedOn, SecondPersonNeeded,
    ScanReused, ImpossibleTime.
    """
    current = await dossier(conn, ruling.ref)
    if ruling.by.agency != current.agency_id:
        raise UnknownDossier(ruling.ref)
    if earlier := await store.find_events(conn, [ruling.id]):
        return repeated(earlier[0], current, ruling)
    check_time(ruling.at, heard_at)
    # the answer to a withdrawal needs no papers: they may still be with the post
    if ruling.act is Act.KEEP:
        status = await status_before_withdrawal(conn, current)
    else:
        status = status_after(current, ruling)
    if current.status is not Status.WITHDRAWING:
        await require_papers(conn, current, ruling.act)
    late = await pauses.check_second(conn, current, ruling)
    await ruling_store.append_ruling(conn, current, ruling, status, heard_at)
    await pauses.follow(conn, current, ruling, counts_late=late)
    await notices.write(conn, ruling, settlement=settlement)
    if status in (Status.NOT_RECEIVED, Status.STOPPED):
        await send_papers_back(conn, current, ruling, heard_at)
    return status


async def status_before_withdrawal(conn: Connection, current: Dossier) -> Status:
    """What a declined withdrawal leads back to. Raises IllegalMove where none was asked for."""
    was = await ruling_store.status_before_withdrawal(conn, current.id)
    if current.status is not Status.WITHDRAWING or was is None:
        raise IllegalMove(str(current.status.value), Act.KEEP)
    return Status(was)


async def send_papers_back(
    conn: Connection, current: Dossier, ruling: Ruling, heard_at: datetime
) -> None:
    """Lay what the agency has of the citizen's papers ready for the post.

    What is still on its way to the agency is given back at a counter.
    """
    papers = await ruling_store.papers_of(conn, current.id)
    if papers is not None and papers.stage is Stage.WITH_AGENCY:
        back = replace(ruling, id=uuid5(ruling.id, Leg.BACK))
        await open_desk_leg(conn, current, back, Leg.BACK, heard_at)


async def require_papers(conn: Connection, current: Dossier, act: Act) -> None:
    """An agency decides on papers it has signed for, and returns what it still has.

    Raises IllegalMove before the one and after the other, PassedOn once another agency is to
    decide.
    """
    if await transfer_store.open_transfer(conn, current.id) is not None:
        raise PassedOn
    papers = await ruling_store.papers_of(conn, current.id)
    if papers is not None and papers.stage is not Stage.WITH_AGENCY:
        raise IllegalMove(papers.stage, act)
    if act is Act.RETURN_HERE:
        await require_no_result_away(conn, current, act)


async def require_no_result_away(conn: Connection, current: Dossier, act: Act) -> None:
    """Raise IllegalMove while the post has the result; one that came back is here again."""
    result = await ruling_store.last_leg(conn, current.id, Leg.RESULT)
    if result is not None and result.stage is not Stage.WITH_AGENCY:
        raise IllegalMove(result.stage, act)


def status_after(current: Dossier, ruling: Ruling) -> Status:
    """The status *ruling* leads to. Raises IllegalMove or BadRuling."""
    status = stages.status_after(current.status, ruling.act)
    received = current.received_at is not None
    if (ruling.act in (Act.RECEIVE, Act.REFUSE) and received) or (
        ruling.act in DATED and not received
    ):
        raise IllegalMove(str(current.status.value), ruling.act)
    if ruling.act is Act.RECEIVE and (ruling.agency_code is None or ruling.due_at is None):
        raise BadRuling(
            "Tiếp nhận phải có mã hồ sơ và ngày hẹn trả.",
            "Receiving a dossier takes the agency's code and a due date.",
        )
    if ruling.act in (Act.PAY, Act.EXTEND) and ruling.due_at is None:
        raise BadRuling("Phải có ngày hẹn mới.", "It takes a new due date.")
    if ruling.act in REASONED and not ruling.facts.get("reason"):
        raise BadRuling("Phải ghi lý do cho người dân.", "The citizen must be told a reason.")
    return status


def repeated(earlier: Event, current: Dossier, ruling: Ruling) -> Status:
    """The status a repeat leads to. Raises ScanReused where the first one said something else.

    What the register itself added to the facts of the first is not said again.
    """
    same = ruling.facts.items() <= earlier.facts.items()
    if not same or (earlier.dossier_id, earlier.act) != (current.id, ruling.act):
        raise ScanReused(ruling.id)
    return earlier.status or current.status


async def release(conn: Connection, ruling: Ruling, *, heard_at: datetime) -> None:
    """Offer the result to the post: it lies ready, under its own number, for a courier.

    Raises UnknownDossier, IllegalMove, ImpossibleTime, NumbersExhausted.
    """
    current = await dossier(conn, ruling.ref)
    if ruling.by.agency != current.agency_id:
        raise UnknownDossier(ruling.ref)
    if earlier := await store.find_events(conn, [ruling.id]):
        if (earlier[0].dossier_id, earlier[0].act) != (current.id, Act.RELEASE):
            raise ScanReused(ruling.id)
        return
    check_time(ruling.at, heard_at)
    if current.status is not Status.PROCESSED or current.return_way == "agency":
        raise IllegalMove(str(current.status.value), Act.RELEASE)
    await require_no_result_away(conn, current, Act.RELEASE)
    await open_desk_leg(conn, current, ruling, Leg.RESULT, heard_at)


async def open_desk_leg(
    conn: Connection,
    current: Dossier,
    ruling: Ruling,
    leg: Leg,
    heard_at: datetime,
    *,
    to: int | None = None,
) -> str:
    """Lay papers ready on the agency's desk, under their own number; that number.

    The office in charge is the one whose courier brought the dossier: it knows the way. *to*:
    the other agency they are bound for.
    """
    brought = await ruling_store.papers_of(conn, current.id)
    office = brought.office_id if brought else current.office_id
    made = NewLeg(
        dossier_id=current.id,
        leg=leg,
        s10=await next_s10(conn, office),
        office_id=office,
        agency_id=to or current.agency_id,
        stage=Stage.READY,
        holder=Party(Keeper.AGENCY, current.agency_id),
        scan_id=ruling.id,
        act=Act.RELEASE,
        person_id=ruling.by.person,
        at=ruling.at,
    )
    await ruling_store.open_leg(conn, made, heard_at=heard_at)
    return made.s10
