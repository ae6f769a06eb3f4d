"""Lines of the books as people read them: one entry, its amounts by kind, what it moved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.money.model import EntryKind, Means, receipt_number

#: What an entry with no charge in it is called.
KINDS: Final = {
    EntryKind.COLLECT: "thu",
    EntryKind.REFUND: "trả lại tiền",
    EntryKind.FLOAT: "tiền lẻ từ quỹ",
    EntryKind.PAY_IN: "nộp tiền",
    EntryKind.DIFFERENCE: "chênh lệch",
    EntryKind.BANK_IN: "tiền vào ngân hàng",
    EntryKind.MATCH: "khớp chuyển khoản",
    EntryKind.SETTLE: "quyết toán cơ quan",
    EntryKind.REVERSE: "đảo chứng từ",
    EntryKind.PASS: "chuyển cho đơn vị kế tục",
    EntryKind.PASS: "chuyển cho nơi kế thừa",
}


class Moved(Struct, frozen=True, kw_only=True):
    """One entry. Amounts by kind as they were paid, ``cash`` what came into the pocket asked about.

    Below nothing: given back, or gone out. ``at`` is the paper's or the phone's time.
    """

    entry_id: int
    kind: EntryKind
    key: UUID
    means: Means
    at: datetime
    posted_at: datetime
    office_code: str | None
    receipt_day: date | None
    receipt_no: int | None
    ref: str | None
    by_whom: str
    other: str | None
    why: str
    reversed: bool
    state_fee: int
    state_charge: int
    postage: int
    collection: int
    cod: int
    cash: int

    @property
    def number(self) -> str | None:
        return receipt_number(self.office_code, self.receipt_day, self.receipt_no)

    @property
    def paid(self) -> int:
        """What passed between the post and the public, by whatever means."""
        return self.state_fee + self.state_charge + self.postage + self.collection + self.cod

    @property
    def charged(self) -> bool:
        """Whether it is about charges: something stands under one of the kinds."""
        return any((self.state_fee, self.state_charge, self.postage, self.collection, self.cod))

    @property
    def late(self) -> bool:
        """Whether the paper's day is not the books': it came when its day was over."""
        day = self.at.astimezone(VIETNAM).date()
        return day != (self.receipt_day or self.posted_at.astimezone(VIETNAM).date())

    @property
    def operation(self) -> str:
        return operation_code(self.key)


def operation_code(key: UUID) -> str:
    """A scan's id as a person reads it out: it stands for the receipt until that has a number."""
    short = key.hex[:8].upper()
    return f"{short[:4]}-{short[4:]}"


class Sums(Struct, frozen=True, kw_only=True):
    """Amounts of many lines by kind: the state's money and the post's are never netted."""

    state_fee: int = 0
    state_charge: int = 0
    postage: int = 0
    collection: int = 0
    cod: int = 0

    @property
    def total(self) -> int:
        return self.for_agencies + self.own

    @property
    def for_agencies(self) -> int:
        return self.state_fee + self.state_charge + self.cod

    @property
    def own(self) -> int:
        return self.postage + self.collection


def sums(lines: Iterable[Moved]) -> Sums:
    listed = list(lines)
    return Sums(
        state_fee=sum(line.state_fee for line in listed),
        state_charge=sum(line.state_charge for line in listed),
        postage=sum(line.postage for line in listed),
        collection=sum(line.collection for line in listed),
        cod=sum(line.cod for line in listed),
    )
