"""The words of a message: one registered template a situation, filled and measured.

Networks accept registered texts only, with the brand in each, and charge by the
segment: one accented letter more than halves what a segment holds. So texts are
sent unaccented, in GSM-7, and what a template may hold is limited beforehand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Final, Literal

from msgspec import Struct

from notifications.errors import MessageError

BRAND: Final = "BDLAMDONG"

#: Asia/Ho_Chi_Minh; no daylight saving since 1975, so it needs no zone file.
LOCAL: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

# 3GPP TS 23.038: the default alphabet, and the characters that cost an escape as well.
BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = frozenset("\f^{}\\[~]|€")

# What decomposition leaves, or would turn into something that means less.
FOLDS: Final = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "₫": "d",
        "ð": "d",  # eth, which looks like đ and is often typed for it
        "Ð": "D",
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "⁄": "/",
    }
)

#: The longest a value may be, in characters: part of a template's registered form.
LIMITS: Final[Mapping[str, int]] = {
    "ref": 16,
    "code": 24,
    "agency": 30,
    "s10": 13,
    "po": 20,
    "fee": 9,
    "post": 7,
    "amt": 9,
    "owed": 15,
    "time": 11,
    "datetime": 16,
    "date": 5,
    "n": 2,
    "name": 12,
    "phone": 10,
    "reason": 24,
    "hotline": 11,
    "relation": 24,
    "about": 24,
}

#: Values as long as they may be, in the widest letters.
LONGEST: Final[Mapping[str, str]] = {name: "W" * limit for name, limit in LIMITS.items()}

#: Where a stored text has the code that only the handset ever shows. It is no shorter than the
#: code, so that what was measured still fits.
SECRET: Final = "{secret}"  # noqa: S105 -- the place of a code, not a code
_KEPT: Final = frozenset({"secret"})

#: What still says the same when its end is missing. A code, sum, day or phone does not.
SHORTENED: Final = frozenset({"agency", "po", "name", "reason", "relation", "about"})

# In words these cost double and say little: with them a legal value could burst its segment.
_COSTLY: Final = str.maketrans("[]{}", "()()", "\f^\\~|€")

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


class Template(Struct, frozen=True, kw_only=True):
    """A registered text. ``text_ascii`` is what is sent; ``text_vi`` is what a screen shows."""

    key: str
    recipient: str
    text_ascii: str
    text_vi: str
    placeholders: list[str]
    max_segments: int


class Size(Struct, frozen=True):
    """What a text costs. Units are septets with escapes, or UTF-16 units."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def fold(text: str) -> str:
    """*text* in GSM-7 without its accents; what has no such form is dropped."""
    plain = unicodedata.normalize("NFC", text).translate(FOLDS)
    bare = (c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return "".join(c for c in "".join(bare).translate(FOLDS) if c in BASIC or c in EXTENSION)


def measure(text: str) -> Size:
    """The segments of *text* by 3GPP TS 23.038 and 23.040.

    Alone a message holds 160 septets or 70 UTF-16 units. A part of a longer one
    holds 153 or 67, and neither an escape pair nor a surrogate pair is cut in two.
    """
    if all(c in BASIC or c in EXTENSION for c in text):
        septets = [2 if c in EXTENSION else 1 for c in text]
        return Size("GSM-7", sum(septets), _segments(septets, 160, 153))
    units = [2 if ord(c) > 0xFFFF else 1 for c in text]
    return Size("UCS-2", sum(units), _segments(units, 70, 67))


def _segments(costs: Iterable[int], alone: int, part: int) -> int:
    costs = list(costs)
    if sum(costs) <= alone:
        return 1
    segments, used = 1, 0
    for cost in costs:
        if used + cost > part:
            segments, used = segments + 1, 0
        used += cost
    return segments


def fill(template: Template, values: Mapping[str, str]) -> str:
    """The text to send. Raises MessageError rather than send what was not registered.

    *values* may hold more than this template asks for, if the names are known. A place for
    a secret stays open: the sender fills it, in memory.
    """
    text = template.text_ascii
    asked = _PLACEHOLDER.findall(text)
    _refuse_unregistered(template, asked, values)
    filled = {
        name: SECRET if name in _KEPT else _value(template, name, values[name]) for name in asked
    }
    message = _PLACEHOLDER.sub(lambda found: filled[found[1]], text)
    if BRAND not in text:
        raise MessageError(
            f"Mẫu tin «{template.key}» thiếu tên thương hiệu {BRAND}. Thêm tên vào mẫu.",
            f"The template “{template.key}” lacks the brand {BRAND}. Add it to the template.",
        )
    size = measure(message)
    if size.encoding != "GSM-7":
        raise MessageError(
            f"Mẫu tin «{template.key}» còn chữ có dấu hoặc ký tự lạ. Viết lại mẫu không dấu.",
            f"The template “{template.key}” holds letters outside GSM-7. Write it unaccented.",
        )
    if size.segments > template.max_segments:
        raise MessageError(
            f"Tin «{template.key}» dài {size.segments} phần, quá mức {template.max_segments}. "
            "Rút ngắn mẫu.",
            f"The message “{template.key}” takes {size.segments} segments, more than "
            f"{template.max_segments}. Shorten the template.",
        )
    return message


def masked(body: str) -> str:
    """A stored text as anybody but its receiver may see it."""
    return body.replace(SECRET, "••••••")


def spelled(text: str, values: Mapping[str, str]) -> str:
    """*text* with *values* as they are, accents and all; what has none stays open."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def placeholders_in(text: str) -> list[str]:
    """The names of the places to fill, in order, each once."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def _refuse_unregistered(template: Template, asked: list[str], values: Mapping[str, str]) -> None:
    stray = {*_PLACEHOLDER.sub("", template.text_ascii)} & {"{", "}"}
    unregistered = set(asked) ^ set(template.placeholders)
    unknown = sorted(stray | unregistered | ({*asked, *values} - LIMITS.keys() - _KEPT))
    if unknown:
        raise MessageError(
            f"Mẫu tin «{template.key}» có chỗ trống chưa đăng ký: {', '.join(unknown)}. "
            "Sửa lại mẫu hoặc danh sách.",
            f"“{template.key}” has placeholders that are not registered: {', '.join(unknown)}. "
            "Correct the template or its list.",
        )
    missing = [name for name in asked if name not in values and name not in _KEPT]
    if missing:
        raise MessageError(
            f"Tin «{template.key}» thiếu giá trị cho: {', '.join(missing)}. Bổ sung rồi gửi lại.",
            f"“{template.key}” lacks a value for: {', '.join(missing)}. Add it and send again.",
        )


def _value(template: Template, name: str, value: str) -> str:
    """One folded value within its limit. The refusal names it, and never quotes it."""
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in value):
        raise MessageError(
            f"Giá trị «{name}» của tin «{template.key}» chứa ký tự điều khiển. Nhập lại giá trị.",
            f"The value “{name}” of “{template.key}” holds control characters. Enter it again.",
        )
    if name in SHORTENED:
        folded = " ".join(fold(value).translate(_COSTLY).split())
        fitted = shorten(folded, LIMITS[name])
    else:
        fitted = _exact(template, name, value)
    if not fitted:
        raise MessageError(
            f"Giá trị «{name}» của tin «{template.key}» để trống. Nhập giá trị bằng chữ La-tinh.",
            f"The value “{name}” of “{template.key}” is empty. Enter it in Latin letters.",
        )
    return fitted


def _exact(template: Template, name: str, value: str) -> str:
    """A code, sum, day or phone: as it is or not at all."""
    if fold(value) != value or measure(value).units > LIMITS[name]:
        raise MessageError(
            f"Giá trị «{name}» của tin «{template.key}» dài quá {LIMITS[name]} ký tự hoặc có chữ "
            "lạ. Kiểm tra lại, vì sửa hay cắt bớt sẽ sai nghĩa.",
            f"The value “{name}” of “{template.key}” is longer than {LIMITS[name]} characters or "
            "holds foreign ones. Check it: changed or cut it would mean something else.",
        )
    return value.strip()


def shorten(text: str, limit: int) -> str:
    """*text* within *limit* characters, ending with a whole word where there is one."""
    if len(text) <= limit:
        return text
    head, blank, _ = text[: limit + 1].rpartition(" ")
    return (head if blank else text[:limit]).rstrip(" ,;:-(")


def vnd(amount: int) -> str:
    """Whole đồng, as a Vietnamese price is written: "76.000"."""
    return f"{amount:,}".replace(",", ".")


def short_time(at: datetime) -> str:
    """ "14:05 03/06", in local time. Raises ValueError for a naive *at*."""
    return f"{_local(at):%H:%M %d/%m}"


def long_time(at: datetime) -> str:
    """ "17:30 17/06/2019", in local time. Raises ValueError for a naive *at*."""
    return f"{_local(at):%H:%M %d/%m/%Y}"


def short_day(day: date) -> str:
    """ "20/06". A datetime is refused: its day depends on where it is read."""
    if isinstance(day, datetime):
        raise ValueError("a day is needed, not a moment")
    return f"{day:%d/%m}"


def _local(at: datetime) -> datetime:
    # astimezone() would take a naive time for the machine's own, silently.
    if at.tzinfo is None:
        raise ValueError("a naive time has no local hour")
    return at.astimezone(LOCAL)
