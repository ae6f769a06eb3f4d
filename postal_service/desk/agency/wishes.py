"""A ruling as an officer's form holds it, before anybody has looked at it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from tracking.duties import Duty, Payment
from tracking.model import Facts
from tracking.pauses import AskedPaper
from tracking.stages import Act

#: A request for papers waits for the citizen; one for money for the payment.
WAITING_FOR_PAPERS: Final = "PA01"
WAITING_FOR_MONEY: Final = "PA02"
#: Why a citizen wants a dossier back; any other end is the agency's own.
CITIZENS_WISH: Final = "WD"


class Wish(Struct, frozen=True, kw_only=True):
    """A ruling as the officer's form holds it; ``id`` was drawn with the form.

    Of ``papers`` to ``settlement`` each belongs to one act, as the comments say.
    """

    id: UUID
    act: Act
    agency_code: str = ""
    due_at: datetime | None = None  #: only where it differs from the reckoned one
    reason: str = ""
    note: str = ""
    papers: tuple[AskedPaper, ...] = ()  #: ask_more
    more: int = 0  #: extend: by so many more units of its limit
    duty: Duty | None = None  #: ask_payment
    proof: Payment | None = None  #: pay
    to: int = 0  #: transfer: the agency it goes to
    settlement: str = ""  #: stop: what becomes of money
    approver: int | None = None  #: the second person, where one has agreed


def facts_of(wish: Wish) -> Facts:
    """What the register keeps of a ruling: codes and numbers, never a sentence."""
    match wish.act:
        case Act.ASK_MORE:
            why = {"why": wish.reason} if wish.reason else {}
            return {"reason": WAITING_FOR_PAPERS, "papers": len(wish.papers)} | why
        case Act.ASK_PAYMENT:
            return {"reason": WAITING_FOR_MONEY}
        case Act.STOP if not wish.reason.startswith(CITIZENS_WISH):
            return {"reason": wish.reason, "by": "agency"}
        case Act.REFUSE | Act.STOP | Act.KEEP | Act.EXTEND | Act.TRANSFER:
            return {"reason": wish.reason}
        case Act.RECEIVE if wish.due_at is not None:
            return {"reason": wish.reason}
    return {}
