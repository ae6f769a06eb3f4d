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
    """Biên lai thu tiền: what one entry of the books took in, and what is still to pay.

    ``operation`` is what stood for the number on the phone until it was synced; ``where`` the money
    was taken, ``means`` how.
    """

    head: Head
    form_set: FormSet
    number: str
    ref: str = ""
    payer: str
    procedure: str
    agency: str
    lines: tuple[MoneyLine, ...]
    clerk: str
    where: str = "tại quầy"
    means: str = ""
    operation: str = ""


class Taken(Struct, frozen=True, kw_only=True):
    """What one receipt brought, by kind; below nothing: given back."""

    number: str
    ref: str
    state_fee: int
    state_charge: int
    postage: int
    collection: int
    cod: int

    @property
    def sum(self) -> int:
        return self.state_fee + self.state_charge + self.postage + self.collection + self.cod


class Move(Struct, frozen=True, kw_only=True):
    """Money that came into the till, or left it, beside charges."""

    name: str
    amount: int


class CashUp(Struct, frozen=True, kw_only=True):
    """Bảng kê nộp tiền: what should be in the till, line by line, and what was counted.

    ``counted`` is how many of each note, the largest first; empty: the sheet is for the pen.
    ``closer`` counted for a clerk who was absent. ``transfers`` never lay in the till.
    """

    head: Head
    number: str
    clerk: str
    closer: str | None = None
    day: date
    lines: tuple[Taken, ...]
    moves: tuple[Move, ...] = ()
    transfers: tuple[Taken, ...] = ()
    counted: tuple[tuple[int, int], ...] = ()
    note: str = ""

    @property
    def expected(self) -> int:
        return sum(line.sum for line in self.lines) + sum(move.amount for move in self.moves)

    @property
    def cash(self) -> int:
        return sum(value * count for value, count in self.counted)


class PaidIn(Struct, frozen=True, kw_only=True):
    """Biên nhận nộp tiền: what a courier paid into a till, counted note by note by two people."""

    head: Head
    number: str
    courier: str
    clerk: str
    held: int
    counted: tuple[tuple[int, int], ...]
    difference: int = 0
    why: str = ""
    rest: int = 0

    @property
    def cash(self) -> int:
        return sum(value * count for value, count in self.counted)


class Asked(Struct, frozen=True, kw_only=True):
    """One paper of the published list: how many copies, and whether it is still to come."""

    name: str
    copies: str
    required: bool
    missing: bool


class Mend(Struct, frozen=True, kw_only=True):
    """Something else that is wrong, and who mends it."""

    whose: str
    said: str


class Guidance(Struct, frozen=True, kw_only=True):
    """Phiếu hướng dẫn: everything that is missing, said at once, by the agency's own list."""

    head: Head
    form_set: FormSet
    name: str
    procedure: str
    code: str
    agency: str
    listed: tuple[Asked, ...]
    mends: tuple[Mend, ...] = ()
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


CounterPaper = FeeReceipt | CashUp | PaidIn | Guidance | PickUp | ComplaintReceipt
