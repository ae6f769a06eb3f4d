"""What a citizen owes the state before an agency goes on, and the proof that it was paid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from asyncpg import Connection
from msgspec import Struct
from msgspec.structs import replace

from tracking import duty_store as store
from tracking import rulings
from tracking.duty_store import Duty
from tracking.errors import BadRuling
from tracking.model import Ruling
from tracking.stages import Status
from tracking.working_time import local

__all__ = ["CHANNELS", "Duty", "Payment"]

#: The three ways of QĐ 45/2016 art. 11: at the agency, into its account, through the post.
CHANNELS: Final = ("agency", "account", "post")
#: More than any land levy of a household: a slip of the key, not a sum.
MOST_VND: Final = 1_000_000_000_000


class Payment(Struct, frozen=True, kw_only=True):
    """The proof that a duty was paid, as the officer read it."""

    receipt_no: str
    paid_on: date
    paid_by: str


def check_amount(amount_vnd: int) -> None:
    """Raise BadRuling for a sum nobody owes: money is whole đồng."""
    if not 1 <= amount_vnd <= MOST_VND:
        raise BadRuling(
            "Số tiền phải là số đồng chẵn, từ 1 đến 1.000.000.000.000. Kiểm tra lại thông báo.",
            "The amount is in whole đồng, from 1 to 1,000,000,000,000. Check the notice.",
        )


async def ask(conn: Connection, ruling: Ruling, duty: Duty, *, heard_at: datetime) -> Status:
    """Ask for a payment; the clock stands still until its proof is recorded. Safe to repeat.

    Raises BadRuling, and what a ruling refuses.
    """
    check_amount(duty.amount_vnd)
    if duty.channel not in CHANNELS or not (duty.notice_no and duty.pay_at):
        raise BadRuling(
            "Ghi số thông báo, chọn cách nộp và ghi nơi nộp hoặc số tài khoản.",
            "Enter the notice's number, how and where it is paid.",
        )
    if duty.pay_by < local(ruling.at).date():
        raise BadRuling(
            "Hạn nộp phải từ hôm nay trở đi.", "The last day to pay cannot lie in the past."
        )
    said = {"amount": duty.amount_vnd, "channel": duty.channel, "pay_by": duty.pay_by.isoformat()}
    whole = replace(ruling, facts=ruling.facts | said)
    status = await rulings.rule(conn, whole, heard_at=heard_at)
    await store.add_duty(conn, ruling.id, ruling.by.agency or 0, duty)
    return status


async def pay(conn: Connection, ruling: Ruling, proof: Payment, *, heard_at: datetime) -> Status:
    """Record the proof of payment: the clock runs again. Safe to repeat.

    Raises BadRuling, and what a ruling refuses.
    """
    if not (proof.receipt_no and proof.paid_by):
        raise BadRuling(
            "Ghi số biên lai và tên người nộp tiền.",
            "Enter the receipt's number and who paid.",
        )
    if proof.paid_on > local(ruling.at).date():
        raise BadRuling("Ngày nộp không thể ở tương lai.", "The day of payment cannot lie ahead.")
    whole = replace(ruling, facts=ruling.facts | {"paid_on": proof.paid_on.isoformat()})
    status = await rulings.rule(conn, whole, heard_at=heard_at)
    await store.add_payment(conn, ruling.id, proof.receipt_no, proof.paid_on, proof.paid_by)
    return status


async def of(conn: Connection, dossier_id: int) -> list[Duty]:
    """What was asked of a citizen, the first first, with its proof where there is one."""
    return await store.duties_of(conn, dossier_id)
