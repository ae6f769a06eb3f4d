"""Pictures from the road: whatever is sent, what is kept is our own drawing of it."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from postal_service.desk.door import pictures
from postal_service.desk.door.pictures import BadPicture, EmptySignature


def encoded(picture: Image.Image, name: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, name, **how)
    return file.getvalue()


def strokes(*, clear: bool = True) -> Image.Image:
    """A name, as a finger writes it on a pad without a ground."""
    pad = Image.new("RGBA", (700, 300), (0, 0, 0, 0) if clear else (255, 255, 255, 255))
    ImageDraw.Draw(pad).line([(30, 200), (200, 60), (350, 240), (640, 90)], (16, 35, 63), 6)
    return pad


def a_bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it is *side* points wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


async def test_a_photo_loses_everything_but_what_is_seen() -> None:
    """The place, the hour and the camera stay on the phone; a large photo becomes a small one."""
    meta = Image.Exif()
    meta[0x010F] = "Camera of Tran Bich Uyen"
    meta[0x0112] = 6  # lying on its side
    raw = encoded(Image.effect_noise((2400, 1200), 90).convert("RGB"), "JPEG", exif=meta)

    drawn = await pictures.draw("photo", raw + b"<?php trailing ?>")

    kept = Image.open(io.BytesIO(drawn.content))
    assert drawn.content.startswith(b"\xff\xd8\xff")
    assert len(drawn.content) <= pictures.LARGEST_KEPT
    assert (kept.width, kept.height) == (800, 1600)
    assert not kept.getexif()
    assert b"Uyen" not in drawn.content
    assert b"php" not in drawn.content


async def test_a_signature_becomes_a_small_picture() -> None:
    """Dark on white, whatever ground the pad had; the same strokes are the same file."""
    drawn = await pictures.draw("signature", encoded(strokes(), "PNG"))
    again = await pictures.draw("signature", encoded(strokes(), "PNG"))

    kept = Image.open(io.BytesIO(drawn.content))
    assert (kept.format, kept.mode) == ("PNG", "L")
    assert kept.getpixel((0, 0)) == 255
    assert len(drawn.content) < 20_000
    assert drawn == again


@pytest.mark.parametrize(
    "raw",
    [
        encoded(Image.new("RGBA", (700, 300), (0, 0, 0, 0)), "PNG"),
        encoded(Image.new("RGB", (700, 300), "black"), "PNG"),
    ],
    ids=["nothing drawn", "all black"],
)
async def test_an_empty_pad_is_no_signature(raw: bytes) -> None:
    """A tap on the wrong button proves nothing."""
    with pytest.raises(EmptySignature):
        await pictures.draw("signature", raw)


BAD = {
    "nothing": b"",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>',
    "a PDF that calls itself a photo": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF",
    "a page": b"<html><script>alert(1)</script></html>",
    "the first bytes alone": b"\x89PNG\r\n\x1a\n",
    "JPEG's first bytes and noise": b"\xff\xd8\xff" + bytes(range(256)) * 40,
    "half a photo": encoded(Image.new("RGB", (900, 900), "navy"), "JPEG")[:700],
    "a drawing of another kind": encoded(Image.new("RGB", (90, 90), "navy"), "GIF"),
    "a bomb": a_bomb(30_000),
    "a small bomb": a_bomb(5_000),
    "too much": b"\xff\xd8\xff" + b"\0" * pictures.LARGEST_SENT,
}


@pytest.mark.parametrize("what", list(BAD))
async def test_what_is_no_picture_is_refused(what: str) -> None:
    """Refused in words, never a failure; a bomb is not even unfolded."""
    for kind in ("photo", "signature"):
        with pytest.raises(BadPicture):
            await pictures.draw(kind, BAD[what])


async def test_a_signature_is_drawn_not_photographed() -> None:
    """A photo in its place would be a picture of something else."""
    with pytest.raises(BadPicture):
        await pictures.draw("signature", encoded(strokes().convert("RGB"), "JPEG"))
