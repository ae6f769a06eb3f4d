"""Counting notes. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from postal_service.desk.money.till_errors import MOST_NOTES, BadCount
from postal_service.desk.papers.till_words import NOTES

__all__ = ["NOTES", "read_counts", "total"]


def read_counts(typed: Mapping[str, str]) -> dict[int, int]:
    """How many of each note, from what was typed; nothing typed is none. Raises BadCount."""
    counted = {}
    for value in NOTES:
        text = typed.get(f"n{value}", "").strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_NOTES))):
            raise BadCount(value)
        counted[value] = int(text)
    return counted


def total(counted: Mapping[int, int]) -> int:
    return sum(value * number for value, number in counted.items())
