"""A calendar as it stood when somebody reckoned with it, days off by their names."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct

from tracking.sessions import Session
from tracking.working_time import Calendar


class NamedDay(Struct, frozen=True, kw_only=True):
    """A day that differs from its week, and what it is called."""

    day: date
    kind: Literal["off", "work"]
    name: str


class Edition(Struct, frozen=True, kw_only=True, dict=True):
    """The hours and special days of one group, as known at one moment.

    Days before ``since`` are not in it. Equal content is the same edition, whoever keeps it.
    """

    hours_group: str
    since: date
    week: tuple[int, ...]
    sessions: tuple[Session, ...]
    days: tuple[NamedDay, ...]

    @cached_property
    def calendar(self) -> Calendar:
        """What to count with. Raises BadCalendar where sessions overlap."""
        return Calendar(
            sessions=self.sessions,
            off=frozenset(each.day for each in self.days if each.kind == "off"),
            work=frozenset(each.day for each in self.days if each.kind == "work"),
            week=frozenset(self.week),
        )

    @cached_property
    def names(self) -> dict[date, str]:
        return {each.day: each.name for each in self.days}

    @cached_property
    def sha256(self) -> str:
        """The name of its content."""
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()
