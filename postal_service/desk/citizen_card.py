"""What the square code on a citizen's card says. Pure.

``12 digits|old 9 or nothing|name|DDMMYYYY|Nam or Nữ|address|DDMMYYYY``; newer cards append
fields, which nobody here reads. A scanner that types like a keyboard gets only ASCII through
unharmed: of its scan the number and the dates count, name and address come by camera alone.
Nothing here keeps a card, and no refusal repeats what stood on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from postal_service.desk.errors import DeskError
from tracking.bad_identifier import BadIdentifier
from tracking.identifiers import CitizenId, parse_citizen_id

By = Literal["keyboard", "camera"]
Sex = Literal["male", "female"]

#: Longest text looked at: the longest card holds some 200 characters.
LONGEST: Final = 600
#: Fields a card has at least; the day of issue is the seventh.
FEWEST: Final = 6
NUMBER: Final = re.compile(r"[0-9]{12}")
OLD_NUMBER: Final = re.compile(r"(?:[0-9]{9}|[0-9]{12})?")
DAY: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
SEXES: Final[Mapping[str, Sex]] = {"nam": "male", "nữ": "female"}


class Card(Struct, frozen=True, kw_only=True):
    """One card. ``name`` and ``address`` are empty where a keyboard scanner read it."""

    number: str
    old_number: str
    name: str
    born: date
    sex: Sex | None
    address: str
    issued: date | None


class BadCard(DeskError):
    """The scan is no card, or its characters were changed on the way."""

    def __init__(self, *, typed: bool) -> None:
        vi, en = (
            (
                "Tắt bộ gõ tiếng Việt rồi quét lại, hoặc gõ tay số trên thẻ.",
                "Turn Vietnamese typing off and scan again, or type the number on the card.",
            )
            if typed
            else (
                "Đưa thẻ gần máy ảnh hơn rồi quét lại, hoặc gõ tay.",
                "Hold the card closer to the camera and scan again, or type it.",
            )
        )
        super().__init__(f"Không đọc được thẻ căn cước. {vi}", f"The card cannot be read. {en}")


def is_card(text: str) -> bool:
    """Whether a scan means to be a card: no number of ours holds a bar."""
    return text.count("|") >= FEWEST - 2


def read_card(text: str, by: By) -> Card:
    """The card behind a scan. Raises BadCard."""
    refusal = BadCard(typed=by == "keyboard")
    fields = text.strip("\r\n\t ").split("|") if len(text) <= LONGEST else []
    if len(fields) < FEWEST:
        raise refusal
    number, old, name, born_text, sex, address, *more = (field.strip() for field in fields)
    citizen, born = number_of(number), day_of(born_text)
    issued = day_of(more[0]) if more and more[0] else None
    if citizen is None or born is None or citizen.birth_year != born.year:
        raise refusal
    if not OLD_NUMBER.fullmatch(old) or (issued is None and more and more[0]):
        raise refusal
    by_hand = by == "keyboard"
    said = None if by_hand else SEXES.get(tidy(sex).casefold())
    return Card(
        number=citizen.number,
        old_number=old,
        name="" if by_hand else tidy(name),
        born=born,
        sex=said or citizen.sex,
        address="" if by_hand else tidy(address),
        issued=issued,
    )


def number_of(text: str) -> CitizenId | None:
    """The twelve digits of a card, with what they say."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        return parse_citizen_id(text)
    except BadIdentifier:
        return None


def day_of(text: str) -> date | None:
    """The day a card writes DDMMYYYY."""
    found = DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
