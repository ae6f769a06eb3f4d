"""What is left of a citizen's particulars for eyes that need no more. Pure."""

from __future__ import annotations

import re
from typing import Final

DOTS: Final = "•••"
#: What stands where a name stood.
ERASED: Final = "(đã xóa)"
WARD: Final = re.compile(r"^(phường|xã|thị trấn|đặc khu)\b", re.IGNORECASE)


def phone(e164: str | None) -> str:
    """+84590000001 as 0590•••001."""
    if not e164:
        return "–"
    digits = "0" + e164.removeprefix("+84")
    return f"{digits[:4]}{DOTS}{digits[-3:]}"


def citizen_id(number: str | None) -> str:
    """068159990001 as 068•••••0001."""
    return f"{number[:3]}•••••{number[-4:]}" if number else "–"


def address(text: str) -> str:
    """The commune and what follows; nothing of a street or a house."""
    parts = [part.strip() for part in text.split(",")]
    at = next((n for n, part in enumerate(parts) if n and WARD.match(part)), None)
    if at is not None:
        return ", ".join([DOTS, *parts[at:]])
    return ", ".join([DOTS, *parts[-1:]]) if len(parts) > 1 else DOTS
