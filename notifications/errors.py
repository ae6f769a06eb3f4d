"""What can go wrong with a message, in the words of the people who must mend it."""

from __future__ import annotations


class NotificationError(Exception):
    """A message cannot be made or sent as asked."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi, self.en = vi, en


class MessageError(NotificationError):
    """A template and its values do not make a text the networks would accept."""
