"""What the counter prints for a person or for its own till. Each is told everything it says.

``counter_words`` says it. Money is whole VND; what the state is owed and what the post earns
are lines apart and are never netted.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from postal_service.desk.papers.forms import FormSet
from postal_service.desk.papers.letters import Head


class MoneyLine(Struct, frozen=True, kw_only=True):
    """One amount of a dossier. ``for_state``: held for the agency; not ``paid``: at the door."""

    name: str
    amount: int
    for_state: bool
    paid: bool


class FeeReceipt(Struct, frozen=True, kw_only=True):
    """Biên lai thu tiền: what the counter took in for one dossier, and what is still to pay."""

    head: Head
    form_set: FormSet
    number: str
    payer: str
    procedure: str
    agency: str
    lines: tuple[MoneyLine, ...]
    clerk: str


class Taken(Struct, frozen=True, kw_only=True):
    """What one dossier brought into the till, by kind.

    ``postage``: for the way out; ``handed``: for the way home, paid when a result was handed out.
    """

    ref: str
    le_phi: int
    phi: int
    postage: int
    handed: int

    @property
    def sum(self) -> int:
        return self.le_phi + self.phi + self.postage + self.handed


class CashUp(Struct, frozen=True, kw_only=True):
    """Bảng kê nộp tiền: what should be in the till, line by line, and what was counted.

    ``counted`` is how many of each note, the largest first; empty: the sheet is for the pen.
    """

    head: Head
    number: str
    clerk: str
    day: date
    lines: tuple[Taken, ...]
    counted: tuple[tuple[int, int], ...] = ()
    note: str = ""

    @property
    def expected(self) -> int:
        return sum(line.sum for line in self.lines)

    @property
    def cash(self) -> int:
        return sum(value * count for value, count in self.counted)


class Asked(Struct, frozen=True, kw_only=True):
    """One paper of the published list: how many copies, and whether it is still to come."""

    name: str
    copies: str
    required: bool
    missing: bool


class Guidance(Struct, frozen=True, kw_only=True):
    """Phiếu hướng dẫn: everything that is missing, said at once, by the agency's own list."""

    head: Head
    form_set: FormSet
    name: str
    procedure: str
    code: str
    agency: str
    listed: tuple[Asked, ...]
    hotline: str
    clerk: str


class PickUp(Struct, frozen=True, kw_only=True):
    """Phiếu nhận hồ sơ tại nhà: what a courier takes to a door. None is left for the pen."""

    head: Head
    number: str = ""
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    procedure: str | None = None
    window: str | None = None
    hotline: str


class ComplaintReceipt(Struct, frozen=True, kw_only=True):
    """Phiếu tiếp nhận phản ánh: its number, what it says, and by when it is answered.

    The three days are those of the national set: declined, more asked for, answered.
    """

    head: Head
    number: str
    name: str
    ref: str | None
    about: str
    text: str
    opened_at: datetime
    decline_by: date
    ask_by: date
    answer_by: date
    hotline: str
    clerk: str


CounterPaper = FeeReceipt | CashUp | Guidance | PickUp | ComplaintReceipt
