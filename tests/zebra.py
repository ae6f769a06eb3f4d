"""A printer that knows ZPL, as far as ours is sent it: unpacks ``^GFA`` into a picture."""

from __future__ import annotations

import re

from PIL import Image

LABEL = re.compile(
    rb"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,(\d+),(\d+),(\d+),([0-9A-Fg-zG-Y,:!]*)\^FS\^XZ\s*"
)


def printed(sent: bytes) -> Image.Image:
    """What comes out: black dots on white. Fails where the printer would not know the language."""
    found = LABEL.fullmatch(sent)
    assert found is not None, sent[:80]
    width, height, total, length, row = (int(found[n]) for n in range(1, 6))
    assert total == length == row * height
    lines: list[str] = []
    line, count = "", 0
    for sign in found[6].decode():
        if sign in "0123456789ABCDEF":
            line, count = line + sign * max(count, 1), 0
        elif "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("f"))
        elif sign == ":":
            assert not line
            line = lines[-1]
        else:
            line = line.ljust(row * 2, "0" if sign == "," else "F")
        if len(line) == row * 2:
            lines.append(line)
            line = ""
    assert not line
    assert len(lines) == height
    bits = Image.frombytes("1", (row * 8, height), bytes.fromhex("".join(lines)))
    return bits.crop((0, 0, width, height)).convert("L").point(lambda dot: 255 - dot)
