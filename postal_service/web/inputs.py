"""The one layer that text from outside passes: NFC, printable, bounded."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

#: Control characters but tab and newline, and the marks that turn text round on a screen.
_REFUSED: Final = frozenset(
    chr(code)
    for code in (
        *range(0x20),
        *range(0x7F, 0xA0),
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0xFEFF,
    )
    if chr(code) not in "\t\n\r"
)

Moment = Annotated[datetime, Meta(tz=True)]


def clean(text: str) -> str:
    """*text* in NFC, without blanks around it.

    Raises ValueError for NUL, control or bidirectional characters and lone
    surrogates: no name on paper has them.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("Văn bản có ký tự hỏng. Gõ lại.") from None
    if not _REFUSED.isdisjoint(text):
        raise ValueError("Văn bản có ký tự điều khiển. Gõ lại, đừng dán từ nơi khác.")
    return unicodedata.normalize("NFC", text).strip()


def cleaned(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """*value* with every text in it clean. Raises ValueError."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): cleaned(item) for key, item in value.items()}
    return value


class Wire(Struct, rename="camel", forbid_unknown_fields=True):
    """A JSON body from outside. An unknown field is a mistake worth telling."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, cleaned(getattr(self, name)))


class Form(Struct, forbid_unknown_fields=True, kw_only=True):
    """A posted HTML form. ``csrf`` is checked before the handler runs."""

    csrf: str = ""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, cleaned(getattr(self, name)))


def day_of(text: str) -> date:
    """A date typed ``dd/mm/yyyy`` or picked ``yyyy-mm-dd``, between 2018 and 2100.

    Raises ValueError with a Vietnamese sentence.
    """
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
        if 2018 <= day.year < 2100:
            return day
    raise ValueError("Ngày không đúng. Ghi ngày/tháng/năm, ví dụ 23/11/2026.")
