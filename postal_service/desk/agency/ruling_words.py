"""What a ruling must say to the citizen: a reason of the closed lists, and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from asyncpg import Connection, Record

from postal_service.desk.agency.wishes import Wish
from postal_service.desk.citizen.promise import day_of
from postal_service.desk.errors import UnknownAgency, UnknownReason
from postal_service.desk.published import agencies, reasons
from postal_service.desk.published.reasons import Group, Reason
from tracking.errors import BadRuling
from tracking.slip import Slip
from tracking.stages import Act, Status

#: Refusals the counter makes; the rest of the list is the agency's.
COUNTER_REFUSALS: Final = frozenset({"RF06", "RF07", "RF08"})
LONGEST: Final = 500
MOST_UNITS: Final = 999


async def require_words(
    conn: Connection[Record], found: Slip, wish: Wish, *, now: datetime
) -> None:
    """Raise BadRuling, UnknownReason or UnknownAgency where the citizen would not be told why,
    what, or by whom."""
    for text in (wish.note, wish.settlement):
        if len(text) > LONGEST:
            raise BadRuling(
                "Lời nhắn dài quá 500 ký tự. Viết ngắn lại.",
                "The note is longer than 500 characters. Shorten it.",
            )
    if wish.act is Act.EXTEND:
        require_later(wish)
    if wish.act is Act.TRANSFER:
        await require_agency(conn, wish, now)
    if wish.act is Act.ASK_PAYMENT and wish.duty is None:
        raise BadRuling(
            "Ghi đủ số tiền, số thông báo, cách nộp, nơi nộp và hạn nộp.",
            "Enter the amount, the notice's number, how, where and until when it is paid.",
        )
    if wish.act is Act.PAY and wish.proof is None:
        raise BadRuling(
            "Ghi đủ số biên lai, ngày nộp và người nộp.",
            "Enter the receipt's number, the day and who paid.",
        )
    if wish.act is Act.STOP and not wish.settlement:
        raise BadRuling(
            "Ghi rõ việc thanh toán: khoản nào phải thu thêm, khoản nào trả lại, hay không có.",
            "Say what becomes of money: what is still owed, what is paid back, or nothing.",
        )
    allowed = await allowed_for(conn, found, wish)
    if allowed is not None and not any(each.code == wish.reason for each in allowed):
        if not wish.reason:
            raise BadRuling("Chọn một lý do trong danh sách.", "Choose a reason from the list.")
        raise UnknownReason(wish.reason)


def require_later(wish: Wish) -> None:
    if wish.due_at is None and not 1 <= wish.more <= MOST_UNITS:
        raise BadRuling(
            "Ghi gia hạn thêm bao nhiêu (1 đến 999), hoặc chọn ngày giờ hẹn lại.",
            "Enter by how much it is put off (1 to 999), or the new day and hour.",
        )
    if wish.due_at is not None and wish.more:
        raise BadRuling(
            "Chỉ chọn một cách: gia hạn thêm, hoặc ngày giờ hẹn lại.",
            "Choose one way: so much more, or a new day and hour.",
        )


async def require_agency(conn: Connection[Record], wish: Wish, now: datetime) -> None:
    """Raise BadRuling where none is named, UnknownAgency for one that is not in being."""
    if not wish.to:
        raise BadRuling("Chọn cơ quan nhận hồ sơ.", "Choose the agency it goes to.")
    agency = await agencies.get(conn, wish.to)
    if agency.valid_to is not None and agency.valid_to <= day_of(now):
        raise UnknownAgency(agency.code)


async def allowed_for(conn: Connection[Record], found: Slip, wish: Wish) -> list[Reason] | None:
    """The reasons one of which the act takes; none where it takes none."""
    match wish.act:
        case Act.REFUSE | Act.KEEP:
            return await refusals(conn)
        case Act.STOP:
            return await ends(conn, found)
        case Act.EXTEND:
            return await delays(conn)
        case Act.TRANSFER:
            return await reasons.in_group(conn, Group.TRANSFER)
        case Act.RECEIVE if wish.due_at is not None:
            return await delays(conn)
        case Act.ASK_MORE if wish.reason:
            return await reasons.in_group(conn, Group.SECOND_REQUEST)
    return None


async def refusals(conn: Connection[Record]) -> list[Reason]:
    """Why an agency may refuse papers, or a wish to have them back."""
    found = await reasons.in_group(conn, Group.REFUSAL)
    return [reason for reason in found if reason.code not in COUNTER_REFUSALS]


async def ends(conn: Connection[Record], found: Slip) -> list[Reason]:
    """Why a dossier is stopped: the citizen's reasons where she asked, else the agency's."""
    if found.dossier.status is Status.WITHDRAWING:
        return await reasons.in_group(conn, Group.WITHDRAWAL)
    return await refusals(conn)


async def delays(conn: Connection[Record]) -> list[Reason]:
    """Why an appointment may differ from the published limit."""
    return await reasons.in_group(conn, Group.LATE)
