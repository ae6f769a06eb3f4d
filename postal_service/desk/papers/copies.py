"""A kept paper again: its bytes as they are, with a mark behind them that says it is a copy.

The mark is appended, as PDF allows: whoever cuts it off has the original, byte by byte,
and its hash.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Final

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    PdfObject,
    StreamObject,
)

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.forms import Kind

TEMPLATE: Final = "mark.typ"
#: On what is kept on record only.
REPLACED: Final = "BẢN LƯU – ĐÃ CẤP LẠI / REPLACED"
MM: Final = 72 / 25.4
#: Left and upper edge in mm where the paper has a place for it; elsewhere it stands above the
#: right margin, between what printers cannot reach and the first line.
PLACES: Final = {Kind.LABEL: (41.5, 12.7), Kind.BAG_LABEL: (11.0, 12.3)}
RIGHT: Final = 11.0
TOP: Final = 4.2
NAME: Final = NameObject("/PostalMark")


def copy(kind: Kind, content: bytes, mark: str, at: datetime) -> bytes:
    """*content* with *mark* on each page; the bytes of *content* stand at its beginning."""
    writer = PdfWriter(BytesIO(content), incremental=True)
    stamp = PdfReader(BytesIO(press.pdf(TEMPLATE, {"mark": mark}, at))).pages[0]
    form = StreamObject()
    drawing = stamp.get_contents()
    form.set_data(drawing.get_data() if drawing is not None else b"")
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = stamp.mediabox
    form[NameObject("/Resources")] = stamp["/Resources"].clone(writer)
    drawn = writer._add_object(form.flate_encode())
    opened = writer._add_object(stream(b"q\n"))
    for page in writer.pages:
        x, y = corner(kind, page, stamp)
        closed = writer._add_object(
            stream(b"\nQ q 1 0 0 1 %.2f %.2f cm %s Do Q" % (x, y, NAME.encode()))
        )
        lay(page, drawn, opened, closed)
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def corner(kind: Kind, page: PageObject, stamp: PageObject) -> tuple[float, float]:
    """Where the mark's lower left corner comes to stand, in points from the page's."""
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    wide, high = float(stamp.mediabox.width), float(stamp.mediabox.height)
    left, top = PLACES.get(kind, ((width - wide) / MM - RIGHT, TOP))
    return left * MM, height - top * MM - high


def lay(
    page: PageObject, drawn: IndirectObject, opened: IndirectObject, closed: IndirectObject
) -> None:
    """Draw the mark after all the page draws itself."""
    old = page.raw_get("/Contents")
    inner = old.get_object()
    parts = inner if isinstance(inner, ArrayObject) else [old]
    page[NameObject("/Contents")] = ArrayObject([opened, *parts, closed])
    resources = entries(page["/Resources"])
    pictures = entries(resources.get("/XObject"))
    pictures[NAME] = drawn
    resources[NameObject("/XObject")] = pictures
    page[NameObject("/Resources")] = resources


def entries(found: PdfObject | None) -> DictionaryObject:
    """A copy of a dictionary: pages share theirs. Empty where there is none."""
    inner = found.get_object() if found is not None else None
    return DictionaryObject(inner) if isinstance(inner, DictionaryObject) else DictionaryObject()


def stream(data: bytes) -> StreamObject:
    made = StreamObject()
    made.set_data(data)
    return made


def words(kind: Kind, ordinal: int, at: datetime) -> str:
    """BẢN SAO 2 / COPY 2 · in lại 08:15 24/11/2026; a label has no room for the hour."""
    mark = figures.copy_mark(ordinal)
    return mark if kind in PLACES else f"{mark} · in lại {figures.stamp(at)}"
