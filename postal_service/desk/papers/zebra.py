"""A page for a thermal printer that knows ZPL: one bitmap, dot for dot.

A picture of ours is exactly as wide as the printer's dots; nothing is scaled on the
way, so a bar of three dots stays three dots. ``^GFA`` takes the bits as hexadecimal
digits, a byte for eight dots, black set; repeated digits and rows are written short.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Final

from PIL import Image

#: What is darker than this is burnt: letters have grey edges, bars have none.
THRESHOLD: Final = 128
#: 1 to 19 repeats of a digit are one letter; 20 to 400 another before it.
UNITS: Final = "GHIJKLMNOPQRSTUVWXY"
TWENTIES: Final = "ghijklmnopqrstuvwxyz"
MOST: Final = 400
RUN: Final = re.compile(r"(.)\1+")


def zpl(picture: bytes) -> bytes:
    """A PNG of the printer's own dots as one ZPL label."""
    with Image.open(BytesIO(picture)) as file:
        bits = file.convert("L").point(lambda grey: 255 if grey < THRESHOLD else 0).convert("1")
    row = (bits.width + 7) // 8
    raw = bits.tobytes()
    rows = [raw[start : start + row].hex().upper() for start in range(0, len(raw), row)]
    total = row * bits.height
    field = f"^GFA,{total},{total},{row},{short(rows)}"
    return f"^XA^PW{bits.width}^LL{bits.height}^LH0,0^FO0,0{field}^FS^XZ\n".encode()


def short(rows: list[str]) -> str:
    """Rows of digits as the printer unpacks them: "," fills with white, ":" repeats the last."""
    lines = []
    for rank, digits in enumerate(rows):
        if rank and digits == rows[rank - 1]:
            lines.append(":")
            continue
        kept = digits.rstrip("0")
        counted = RUN.sub(lambda run: repeated(run[1], len(run[0])), kept)
        lines.append(counted + ("," if len(kept) < len(digits) else ""))
    return "".join(lines)


def repeated(digit: str, times: int) -> str:
    """JF for four F."""
    parts = []
    while times > MOST:
        parts.append(TWENTIES[-1] + digit)
        times -= MOST
    twenties, units = divmod(times, 20)
    count = (TWENTIES[twenties - 1] if twenties else "") + (UNITS[units - 1] if units else "")
    return "".join(parts) + count + digit
