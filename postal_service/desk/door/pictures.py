"""Pictures from the road: looked at closely, then drawn anew, so that nothing else travels in them.

What is kept is our own drawing of what was sent: no place, no camera, no comment, no
trailing bytes. A picture of an identity paper is never asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import struct
from typing import Final, Literal

from msgspec import Struct
from PIL import Image, ImageOps

from postal_service.desk.errors import DeskError

Kind = Literal["signature", "photo"]

#: What a phone may send, and what we keep of it.
LARGEST_SENT: Final = 10_000_000
LARGEST_KEPT: Final = 1_048_576
#: A picture of more points is a bomb: a page of 1 kB may unfold to gigabytes.
MOST_PIXELS: Final = 20_000_000
LONGEST_SIDE: Final = {"signature": 800, "photo": 1600}
QUALITIES: Final = (82, 70, 55, 40)
MAGIC: Final = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff"}
#: What Pillow raises over a file that is not what it says.
BROKEN: Final = (
    OSError, ValueError, SyntaxError, EOFError, struct.error, KeyError, IndexError, OverflowError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
#: Decoding is heavy: a courier who sends twenty photos may not take every core.
_AT_ONCE: Final = asyncio.Semaphore(2)


class BadPicture(DeskError):
    """It is no picture that we can keep."""

    def __init__(self) -> None:
        super().__init__(
            "Ảnh không đọc được hoặc quá lớn. Chụp lại rồi gửi.",
            "The picture cannot be read, or is too large. Take it again and send it.",
        )


class EmptySignature(DeskError):
    """Nobody has signed."""

    def __init__(self) -> None:
        super().__init__(
            "Ô chữ ký còn trống. Mời người nhận ký rồi gửi lại.",
            "Nobody has signed yet. Ask the receiver to sign, then send it again.",
        )


class Drawn(Struct, frozen=True, kw_only=True):
    """A picture as it is kept. ``sent`` is the hash of what came in."""

    kind: Kind
    sent: bytes
    sha256: bytes
    media: str
    content: bytes


async def draw(kind: Kind, raw: bytes) -> Drawn:
    """Read *raw* and draw it anew. Raises BadPicture, EmptySignature."""
    async with _AT_ONCE:
        return await asyncio.to_thread(draw_now, kind, raw)


def draw_now(kind: Kind, raw: bytes) -> Drawn:
    picture = opened(raw, kind)
    content = signed(picture) if kind == "signature" else photographed(picture)
    return Drawn(
        kind=kind,
        sent=hashlib.sha256(raw).digest(),
        sha256=hashlib.sha256(content).digest(),
        media="image/png" if kind == "signature" else "image/jpeg",
        content=content,
    )


def opened(raw: bytes, kind: Kind) -> Image.Image:
    """The picture in *raw*, upright and no larger than we keep. Raises BadPicture."""
    name = next((name for name, magic in MAGIC.items() if raw.startswith(magic)), None)
    if name is None or len(raw) > LARGEST_SENT or (kind == "signature" and name != "PNG"):
        raise BadPicture
    side = LONGEST_SIDE[kind]
    try:
        with Image.open(io.BytesIO(raw), formats=[name]) as file:
            if file.width * file.height > MOST_PIXELS:
                raise BadPicture
            file.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(file)
            upright.load()
            upright.thumbnail((side, side))
            return upright
    except BROKEN as error:
        raise BadPicture from error


def signed(picture: Image.Image) -> bytes:
    """Dark strokes on white, as a small PNG. Raises EmptySignature."""
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture.convert("RGBA"), mask=picture.convert("RGBA").getchannel("A"))
    strokes = sheet.convert("L")
    darkest, lightest = strokes.getextrema()
    if not isinstance(darkest, int) or not isinstance(lightest, int) or lightest - darkest < 40:
        raise EmptySignature
    return saved(strokes, "PNG", optimize=True)


def photographed(picture: Image.Image) -> bytes:
    """A JPEG of at most one megabyte. Raises BadPicture."""
    colours = Image.new("RGB", picture.size, "white")
    colours.paste(picture.convert("RGB"))
    for quality in QUALITIES:
        content = saved(colours, "JPEG", quality=quality)
        if len(content) <= LARGEST_KEPT:
            return content
    raise BadPicture


def saved(picture: Image.Image, name: str, **how: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, name, **how)
    return file.getvalue()
