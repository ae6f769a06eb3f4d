"""Why a delivery may fail, and what becomes of the paper then: both from the closed lists."""

from __future__ import annotations

from typing import Final

from asyncpg import Connection, Record

from postal_service.desk.errors import DeskError
from postal_service.desk.published import reasons
from postal_service.desk.published.reasons import Group, Reason

#: What a courier may say becomes of the paper. The lists' other actions are an office's.
NEXT: Final = (
    "redeliver",
    "hold_at_office",
    "invite",
    "contact_receiver",
    "contact_agency",
    "correct_address",
    "forward",
    "return_to_agency",
)
#: The receiver does not want it (Postal Law 49/2010 art. 17.1 đ): it goes back at once.
REFUSED: Final = "DF07"
#: An original that must come back is not there.
NO_ORIGINAL: Final = "DF11"


class UnknownNext(DeskError):
    """The reason leaves other ways open than this one."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa chọn việc làm tiếp theo, hoặc việc này không đi với lý do đã chọn. Chọn lại.",
            "What happens next is not chosen, or does not go with the reason. Choose again.",
        )


class GoesBack(DeskError):
    """Who refused an item once does not get it on the same ride."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Người nhận đã từ chối bưu gửi {s10}: nộp về bưu cục để chuyển trả cơ quan. "
            "Nếu báo nhầm, hoàn tác trong 60 giây hoặc nhờ người quản lý.",
            f"The receiver refused item {s10}: bring it in, it goes back to the agency. "
            "If that was a mistake, undo it within 60 seconds, or ask the supervisor.",
        )


async def choices(conn: Connection[Record]) -> list[Reason]:
    """Why a delivery may fail, as far as a courier can say.

    What wants a second person, and "nobody came after two invitations" (Postal
    Law 49/2010 art. 17.1 d), are said by others.
    """
    return [
        reason
        for reason in await reasons.in_group(conn, Group.DELIVERY_FAILED)
        if not reason.needs_approver
        and (reason.counts_as_attempt or not reason.undeliverable_ground)
    ]


async def troubles(conn: Connection[Record]) -> list[Reason]:
    """Why an offered paper is not taken."""
    return await reasons.in_group(conn, Group.CUSTODY_DISCREPANCY)


def ways(reason: Reason) -> list[str]:
    """What may become of the paper, in the list's own order."""
    return [action for action in reason.next_actions if action in NEXT]
