"""What an agency asks the post to collect when the result is handed over.

Its fee where it is paid on delivery ("Thu sau"), or any other amount due with the result. The
money is held on the agency's behalf; what collecting it costs is the post's own line.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.agency import agency_desk
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import DeskError
from postal_service.desk.intake_rules import RESULT_G
from postal_service.desk.money import charges, charges_store
from postal_service.desk.money.amounts import read_vnd
from postal_service.desk.money.errors import UnknownCharge
from postal_service.desk.money.model import FOR_AGENCY, Charge, Kind, Moment, NewCharge, Payer
from postal_service.desk.published import agencies, offices, tariffs
from postal_service.desk.published.procedures import Service
from tracking.model import Actor
from tracking.slip import Slip
from tracking.stages import Leg, Stage


class Order(Struct, frozen=True, kw_only=True):
    """An amount as an officer types it; ``key`` was drawn with her form."""

    key: UUID
    kind: str
    amount: str
    why: str


class NoResultByPost(DeskError):
    """Nobody hands over a result to the citizen, so nobody collects."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu điện không trả kết quả của hồ sơ này, nên không thu hộ được. "
            "Dùng «Yêu cầu nộp tiền» để báo người dân.",
            "The post returns no result for this dossier and cannot collect. "
            "Use the request for payment instead.",
        )


class ResultIsOut(DeskError):
    """What the citizen was told to have ready is not changed under way."""

    def __init__(self) -> None:
        super().__init__(
            "Kết quả đã rời cơ quan: số tiền người dân chuẩn bị không đổi được nữa. "
            "Dùng «Yêu cầu nộp tiền» nếu còn khoản phải nộp.",
            "The result has left the agency: what the citizen was told stays as it is.",
        )


class BadOrder(DeskError):
    """An order says what it is for."""

    def __init__(self) -> None:
        super().__init__(
            "Chọn loại tiền và ghi nội dung thu, từ 3 đến 300 ký tự.",
            "Choose what kind of money it is and say what for, in 3 to 300 characters.",
        )


def refusal(found: Slip) -> DeskError | None:
    """Why nothing can be collected with this dossier's result; None where it can."""
    result = found.leg(Leg.RESULT)
    if found.dossier.service == Service.SEND:
        return NoResultByPost()
    if result is not None and result.stage is not Stage.READY:
        return ResultIsOut()
    return None


async def ask(
    conn: Connection[Record], ref: str, order: Order, *, by: Actor, now: datetime
) -> None:
    """Have an amount collected with the result. Safe to repeat.

    Raises UnknownDossier, NoResultByPost, ResultIsOut, BadOrder, BadAmount, NoTariff.
    """
    found = await agency_desk.own_slip(conn, ref, by.agency)
    if await charges_store.key_used(conn, order.key):
        return
    if why_not := refusal(found):
        raise why_not
    if order.kind not in FOR_AGENCY or not 3 <= len(order.why) <= 300:
        raise BadOrder
    dossier = found.dossier
    on_delivery = NewCharge(
        kind=Kind(order.kind),
        amount_vnd=read_vnd(order.amount),
        leg=Leg.RESULT,
        payer=Payer.RECEIVER,
        moment=Moment.ON_DELIVERY,
        agency_id=dossier.agency_id,
        why=order.why,
        key=order.key,
    )
    known = await charges.of_dossier(conn, dossier.id)
    lines = [on_delivery]
    if not any(line.kind is Kind.COLLECTION and line.voided_at is None for line in known):
        price = await collection_price(conn, found, now)
        if price:
            lines.append(
                NewCharge(
                    kind=Kind.COLLECTION,
                    amount_vnd=price,
                    leg=Leg.RESULT,
                    payer=Payer.RECEIVER,
                    moment=Moment.ON_DELIVERY,
                )
            )
    await charges.add(conn, dossier.id, lines, person_id=by.person, at=now)


async def collection_price(conn: Connection[Record], found: Slip, now: datetime) -> int:
    """What the table asks more for a result with collection than for one without."""
    day = day_of(now)
    office = await offices.get(conn, found.dossier.office_id)
    agency = await agencies.get(conn, found.dossier.agency_id)
    zone = await tariffs.zone_between(conn, office, agency, day)
    plain, collecting = [
        await tariffs.price(
            conn,
            zone=zone,
            service=Service.RETURN,
            weight_g=RESULT_G,
            with_collection=with_it,
            day=day,
        )
        for with_it in (False, True)
    ]
    return max(collecting - plain, 0)


async def drop(
    conn: Connection[Record], ref: str, charge_id: int, *, by: Actor, now: datetime
) -> None:
    """Take an order back while the result is still here; its collection goes with the last one.

    Safe to repeat. Raises UnknownDossier, UnknownCharge, ResultIsOut.
    """
    found = await agency_desk.own_slip(conn, ref, by.agency)
    known = await charges.of_dossier(conn, found.dossier.id)
    ordered = [line for line in known if asked_here(line)]
    chosen = next((line for line in ordered if line.id == charge_id), None)
    if chosen is None:
        raise UnknownCharge
    if chosen.voided_at is not None:
        return
    if why_not := refusal(found):
        raise why_not
    gone = [chosen.id]
    state = [line for line in known if line.open and line.agency_id is not None]
    if [line.id for line in state if line.moment is Moment.ON_DELIVERY] == [chosen.id]:
        gone += [
            line.id
            for line in known
            if line.open and line.kind is Kind.COLLECTION and line.moment is Moment.ON_DELIVERY
        ]
    await charges.void(conn, gone, person_id=by.person, at=now)


def asked_here(line: Charge) -> bool:
    """Whether an agency asked for it, and not the counter's form."""
    return line.key is not None and line.agency_id is not None
