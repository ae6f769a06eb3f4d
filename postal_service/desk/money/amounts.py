"""An amount as a person types it. Pure."""

from __future__ import annotations

import re
from typing import Final

from postal_service.desk.money.errors import BadAmount

#: Ten billion đồng: more than any charge of any procedure, and small enough to be added up.
MOST_VND: Final = 10_000_000_000
#: Digits alone, or in groups of three with one sign between them; the đồng's sign may follow.
TYPED: Final = re.compile(
    r"(?:[0-9]{1,12}|[0-9]{1,3}(?:([., \u00a0])[0-9]{3})(?:\1[0-9]{3}){0,3})\s*(?:đ|₫|VND|vnd)?"
)


def read_vnd(text: str, *, least: int = 1) -> int:
    """Whole đồng from *least* to MOST_VND. Raises BadAmount for −1, 1.5, 10¹⁸ and words."""
    typed = text.strip()
    if not TYPED.fullmatch(typed):
        raise BadAmount(text)
    amount = int(re.sub(r"[^0-9]", "", typed))
    if not least <= amount <= MOST_VND:
        raise BadAmount(text)
    return amount
