"""What is to be collected at a door, line by line."""

from __future__ import annotations

from msgspec import Struct

from postal_service.desk.money.model import Kind
from postal_service.desk.money.words import NAMES


class Due(Struct, frozen=True, kw_only=True):
    """One amount to collect; the state's money and the post's stand apart."""

    kind: Kind
    amount_vnd: int

    @property
    def name(self) -> str:
        return NAMES[self.kind]
