"""Turning a template and what it says into PDF or PNG.

What a paper says travels as one JSON value in typst's inputs and becomes text
there, never markup: a name full of ``#`` and ``*`` prints as it is spelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Final

import fontpkg_be_vietnam_pro
import msgspec
import typst
import zxingcpp
from pypdf import PdfReader

HERE: Final = Path(__file__).parent
FONTS: Final = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"

PICTURE: Final = "picture.typ"


@cache
def _press(template: str) -> tuple[typst.Compiler, Lock]:
    """A compiler for the life of the process: it keeps the fonts and the parsed template.

    It also keeps the inputs of its last page, hence the lock; each template has its
    own, so that no receipt waits behind a manifest of two thousand lines.
    """
    return typst.Compiler(root=HERE, font_paths=[FONTS], ignore_system_fonts=True), Lock()


def pdf(template: str, words: Mapping[str, object], at: datetime, *, tagged: bool = True) -> bytes:
    """PDF/A-2b, fit for the archive; the same paper of the same moment is the same bytes.

    Not *tagged*: for books of thousands of lines, which tags make ten times as large.
    """
    compiler, lock = _press(template)
    with lock:
        made = compiler.compile(
            HERE / template,
            format="pdf",
            sys_inputs=_inputs(words),
            pdf_standards="a-2b",
            timestamp=int(at.timestamp()),
            pdf_tags=tagged,
        )
    (document,) = _files(made)
    return document


def png(template: str, words: Mapping[str, object], ppi: int) -> list[bytes]:
    """One picture a page, *ppi* dots an inch."""
    compiler, lock = _press(template)
    with lock:
        made = compiler.compile(HERE / template, format="png", ppi=ppi, sys_inputs=_inputs(words))
    return _files(made)


def pictures(content: bytes, ppi: int) -> list[bytes]:
    """A PDF of ours as it comes out of the printer: one picture a page, *ppi* dots an inch."""
    sizes = [
        (float(page.mediabox.width), float(page.mediabox.height))
        for page in PdfReader(BytesIO(content)).pages
    ]
    return png(PICTURE, {"file": list(content), "pages": sizes}, ppi)


def qr(content: str) -> dict[str, object]:
    """A QR code with level M of error correction: a fold across the slip must not kill it."""
    return _picture(zxingcpp.create_barcode(content, zxingcpp.QRCode, ec_level="M"))


def code128(content: str) -> dict[str, object]:
    """A Code 128 symbol, without the text under it."""
    return _picture(zxingcpp.create_barcode(content, zxingcpp.Code128))


def _picture(barcode: zxingcpp.Barcode) -> dict[str, object]:
    """The symbol as SVG and its width in modules; the templates leave the quiet zone white."""
    _, modules = zxingcpp.write_barcode_to_image(barcode, add_quiet_zones=False).shape
    svg = zxingcpp.write_barcode_to_svg(barcode, add_quiet_zones=False)
    return {"svg": svg, "modules": modules}


def _inputs(words: Mapping[str, object]) -> dict[str, str]:
    return {"words": msgspec.json.encode(words).decode()}


def _files(made: bytes | list[bytes] | None) -> list[bytes]:
    """Typst gives one file bare, several as a list, and nothing when told to write to disk."""
    return made if isinstance(made, list) else [made] if made else []
