"""Papers about one item, one dossier or one incident, filled from what is on record.

What has not happened yet is left for the pen: a slip may be printed before the
courier rides, and the register stays the truth.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from asyncpg import Connection, Record

from postal_service.caller import Role, Staff
from postal_service.clock import VIETNAM
from postal_service.desk.citizen import lookup
from postal_service.desk.door import holding, originals
from postal_service.desk.door.proof_words import proof_words, relation_words
from postal_service.desk.errors import DeskError
from postal_service.desk.papers import (
    DeliveryReceipt,
    FormSet,
    Head,
    IncidentMinutes,
    Invitation,
    ReturnNote,
    WithdrawalRequest,
    figures,
)
from postal_service.desk.printing import hand_over_papers_store as sides
from postal_service.desk.printing import item_papers_store as store
from postal_service.desk.printing import prints
from postal_service.desk.printing.item_papers_store import Item, Seen
from postal_service.desk.published import offices, reasons
from postal_service.desk.published.offices import Office
from postal_service.desk.watch.incident_desk import UnknownIncident
from tracking import correction_store, corrections, delivery, identifiers, slip_store
from tracking.errors import UnknownConsignment, UnknownDossier, act_words
from tracking.model import Event
from tracking.stages import HOMEBOUND, Act, Keeper

#: The largest id the database has.
MOST: Final = 2**63 - 1
#: How often the law asks the post to invite, and room for those that are courtesy.
INVITATIONS: Final = 9
#: What was done to bring an item to its receiver.
TRIED: Final = frozenset({Act.MISS, Act.INVITE, Act.LAST_DAY})
ENDINGS: Final = {
    "found": "đã tìm thấy",
    "lost": "xác nhận thất lạc",
    "repacked": "đã đóng gói lại",
    "explained": "đã làm rõ",
}


class NotInvitedYet(DeskError):
    """An invitation is printed when it is made, or for the next ride; never one ahead."""

    def __init__(self, ordinal: int, made: int) -> None:
        super().__init__(
            f"Bưu gửi này mới mời {made} lần, chưa in được giấy mời lần {ordinal}.",
            f"There were {made} invitations to this item; number {ordinal} cannot be printed yet.",
        )


class NotSentBack(DeskError):
    """A return note says why an item went back: it has not."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu gửi này chưa được chuyển trả cơ quan. Ghi chuyển trả trước, rồi in phiếu.",
            "This item has not been sent back to its agency. Send it back first, then print.",
        )


async def invitation(
    conn: Connection[Record], s10: str, ordinal: int, staff: Staff, *, now: datetime
) -> Invitation:
    """The *ordinal*-th invitation: the one on record, or the next one with its hour left blank.

    Raises UnknownConsignment, NotInvitedYet.
    """
    item = await item_for(conn, s10, staff)
    if item.leg not in HOMEBOUND or staff.role is Role.AGENCY_OFFICER:
        raise UnknownConsignment(s10)
    office = await offices.get(conn, item.office_id)
    lines = await correction_store.lines_of(conn, item.id)
    history = delivery.history_of(lines)
    if not 1 <= ordinal <= min(len(history.invited) + 1, INVITATIONS):
        raise NotInvitedYet(ordinal, len(history.invited))
    dossier = await slip_store.dossier_by_ref(conn, item.ref)
    if dossier is None:
        raise UnknownConsignment(s10)
    terms = await holding.terms_for(conn, office, dossier)
    made = history.invited[ordinal - 1] if ordinal <= len(history.invited) else None
    cause = next((line for line in history.missed if line.at == made), None)
    return Invitation(
        head=await head(conn, office, now),
        ordinal=ordinal,
        ref=item.ref,
        name=item.name,
        s10=item.s10,
        until=delivery.held_until(history, terms),
        where=f"{office.name}, {office.address}" if office.address else office.name,
        hours=await hours(conn, office, now),
        hotline=office.hotline,
        collect_vnd=item.collect_vnd,
        reason=await why(conn, cause) if cause else "",
        invited_at=made,
        by=staff.full_name,
    )


async def hours(conn: Connection[Record], office: Office, now: datetime) -> str:
    """When the office is open next."""
    opening = await lookup.next_opening(conn, office.hours_group, now)
    if opening is None:
        return "gọi số dưới đây để hỏi"
    spells = ", ".join(f"{begin:%H:%M}–{end:%H:%M}" for begin, end in opening.hours)
    return f"{spells} ({figures.weekday(opening.day)})"


async def return_note(
    conn: Connection[Record], s10: str, staff: Staff, *, now: datetime
) -> ReturnNote:
    """Why an item goes back to its agency. Raises UnknownConsignment, NotSentBack."""
    item = await item_for(conn, s10, staff)
    lines = corrections.standing(await correction_store.lines_of(conn, item.id))
    back = next((line for line in reversed(lines) if line.act is Act.SEND_BACK), None)
    if back is None:
        raise NotSentBack
    reason = await reasons.get(conn, str(back.facts["reason"]))
    by = await sides.side(conn, Keeper.COURIER, back.person_id or 0)
    return ReturnNote(
        head=await head(conn, await offices.get(conn, item.office_id), now),
        s10=item.s10,
        ref=item.ref,
        agency_code=item.agency_code,
        agency=item.agency,
        reason=reason.name_vi,
        ground=reason.legal_ground or "",
        tried=tuple([await tried(conn, line) for line in lines if line.act in TRIED]),
        sent_back_at=back.at,
        by=by.name,
    )


async def tried(conn: Connection[Record], line: Event) -> tuple[str, str, str]:
    """One attempt: when, what was done, and why it brought nobody."""
    what = act_words(line.act)[0]
    ordinal = line.facts.get("invitation")
    return (
        figures.stamp(line.at),
        f"{what}, lần {ordinal}" if ordinal else what,
        await why(conn, line) or "không ai đến nhận",
    )


async def why(conn: Connection[Record], line: Event) -> str:
    code = line.facts.get("reason")
    return (await reasons.get(conn, str(code))).name_vi if code else ""


async def delivery_receipt(
    conn: Connection[Record], s10: str, staff: Staff, *, now: datetime
) -> DeliveryReceipt:
    """Who took it, or a sheet to be signed at the door. Raises UnknownConsignment."""
    item = await item_for(conn, s10, staff)
    if item.leg not in HOMEBOUND:
        raise UnknownConsignment(s10)
    lines = corrections.standing(await correction_store.lines_of(conn, item.id))
    given = next((line for line in reversed(lines) if line.act is Act.DELIVER), None)
    proof = await store.proof_of(conn, given.scan_id) if given else None
    by = await sides.side(conn, Keeper.COURIER, given.person_id or 0) if given else None
    owed = originals.owed(item.originals, item.carried, taken=False)
    taken = given.facts.get("taken", []) if given else []
    return DeliveryReceipt(
        head=await head(conn, await offices.get(conn, item.office_id), given.at if given else now),
        s10=item.s10,
        ref=item.ref,
        agency_code=item.agency_code,
        agency=item.agency,
        addressee=item.name,
        address=item.address,
        result=item.leg == "R",
        collect_vnd=item.collect_vnd,
        originals=tuple((original.name, original.ordinal in taken) for original in owed),
        receiver=proof.receiver_name if proof else "",
        relation=relation_words(proof) if proof else "",
        proof=proof_words(given.facts) if given else "",
        delivered_at=given.at if given else None,
        by=by.name if by else "",
    )


async def withdrawal(
    conn: Connection[Record], ref: str, staff: Staff, *, now: datetime
) -> WithdrawalRequest:
    """The citizen's request to have the dossier back. Raises BadIdentifier, UnknownDossier."""
    found = await store.withdrawn_by_ref(conn, identifiers.parse_ref(ref).ref)
    own = staff.agency_id if staff.role is Role.AGENCY_OFFICER else staff.office_id
    if found is None or staff.role is Role.COURIER:
        raise UnknownDossier(ref)
    agency = staff.role is Role.AGENCY_OFFICER
    if own not in ([found.agency_id] if agency else [found.office_id, *found.offices]):
        raise UnknownDossier(ref)
    place = staff.office_id or found.office_id
    return WithdrawalRequest(
        head=await head(conn, await offices.get(conn, place), now),
        form_set=FormSet(found.form_set),
        ref=found.ref,
        agency_code=found.agency_code,
        agency=found.agency,
        name=found.name,
        id_number=found.citizen_id,
        address=found.address or "–",
        phone=found.phone,
        procedure=found.procedure,
        accepted_at=found.accepted_at,
        reason=found.reason or "",
        clerk="" if agency else staff.full_name,
    )


async def incident(conn: Connection[Record], incident_id: int, staff: Staff) -> IncidentMinutes:
    """The minutes of an incident, for both sides of it. Raises UnknownIncident."""
    actor = staff.actor
    own = {Keeper.COURIER: actor.person, Keeper.OFFICE: actor.office, Keeper.AGENCY: actor.agency}
    kind = actor.keeper
    fits = 0 < incident_id <= MOST
    seen = await store.incident_for(conn, incident_id, kind, own[kind] or 0) if fits else None
    if seen is None:
        raise UnknownIncident
    return IncidentMinutes(
        head=await head(conn, await offices.get(conn, seen.office_id), seen.opened_at),
        number=f"SC-{seen.id:05}",
        reason=seen.reason,
        seen_at=seen.opened_at,
        seen_by=seen.opener,
        items=items_of(seen),
        list_number=seen.number,
        giver=await name_of(conn, seen.giver_kind, seen.giver_id),
        taker=await name_of(conn, seen.taker_kind, seen.taker_id),
        seal=seen.seal,
        seal_found=seen.seal_found,
        seal_whole=seen.seal_whole,
        dispatched=seen.dispatched,
        counted=seen.counted,
        settled=settled_words(seen),
    )


def items_of(seen: Seen) -> tuple[str, ...]:
    """The papers it is about; what lay there and stood on no line is named as it was read."""
    own = (f"{identifiers.print_s10(seen.s10)} ({seen.ref})",) if seen.s10 else ()
    return (*own, *(f"{s10} (ngoài bảng kê)" for s10 in seen.extras))


def settled_words(seen: Seen) -> str:
    if seen.outcome is None or seen.closed_at is None:
        return ""
    ended = ENDINGS.get(seen.outcome, seen.outcome)
    return f"{ended}, {figures.moment(seen.closed_at)}; {seen.closer}, {seen.approver}."


async def name_of(conn: Connection[Record], kind: Keeper | None, id_: int | None) -> str:
    return (await sides.side(conn, kind, id_)).name if kind and id_ else ""


async def item_for(conn: Connection[Record], s10: str, staff: Staff) -> Item:
    """The item, for its offices, its agency and the courier who has it.

    Raises BadIdentifier, UnknownConsignment.
    """
    item = await store.item_by_s10(conn, identifiers.parse_s10(s10))
    if item is None or not concerns(item, staff):
        raise UnknownConsignment(s10)
    return item


def concerns(item: Item, staff: Staff) -> bool:
    if staff.role is Role.AGENCY_OFFICER:
        return item.agency_id == staff.agency_id
    if staff.role is Role.COURIER:
        own = (Keeper.COURIER, staff.id)
        return own in ((item.holder_kind, item.holder_id), (item.offered_kind, item.offered_id))
    return staff.office_id in (item.office_id, item.home_office_id)


async def head(conn: Connection[Record], office: Office, at: datetime) -> Head:
    place = await store.place_of(conn, office.id, at.astimezone(VIETNAM).date())
    return Head(
        authority=prints.AUTHORITY, office=office.name, place=prints.place_name(place), at=at
    )
