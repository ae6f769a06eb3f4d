"""The time of every fact and every rule.

SQL ``now()`` is bookkeeping only (leases, row ages); whatever a person or a
law would call a time comes from here, so that a test can live on a working
morning whatever the hour of the machine.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock:
    """The machine's clock, moved by a fixed offset."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    @classmethod
    def showing(cls, moment: datetime) -> Clock:
        """A clock that shows *moment* now, and runs on from there."""
        return cls(moment - datetime.now(UTC))

    @property
    def offset(self) -> timedelta:
        return self._offset

    def move(self, by: timedelta) -> None:
        """Let *by* pass at once."""
        self._offset += by

    def now(self) -> datetime:
        """The present moment, aware, in Vietnam."""
        return (datetime.now(UTC) + self._offset).astimezone(VIETNAM)
