"""What can go wrong with a message, in the words of the people who must mend it."""

from __future__ import annotations


class NotificationError(Exception):
    """A message cannot be made or sent as asked."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi)
        self.vi, self.en = vi, en


class MessageError(NotificationError):
    """A template and its values do not make a text the networks would accept."""


class UnknownTemplate(NotificationError):
    """No text has this key, or no such version of it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "Không có mẫu tin này. Mở lại danh sách mẫu tin.",
            "There is no such text. Open the list of texts again.",
        )
        self.key = key
