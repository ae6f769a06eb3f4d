"""Text from outside is printable, in one normal form, and bounded, before any rule sees it."""

from __future__ import annotations

import unicodedata
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal_service.web.inputs import Moment, Wire, clean, day_of


class Note(Wire):
    text: str
    lines: list[str] = []
    at: Moment | None = None


def test_a_name_typed_on_a_mac_equals_one_typed_on_windows() -> None:
    """NFD and NFC look alike on screen and must be one name in the register."""
    assert clean(unicodedata.normalize("NFD", "Nguyễn Thị Kỳ Duyên")) == "Nguyễn Thị Kỳ Duyên"


@pytest.mark.parametrize(
    "text", ["a\x00b", "\x1b[31m", "a\u202eb", "\u2066x", "\x85", "\ufeffx", "\ud800"]
)
def test_what_no_paper_holds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ký tự"):
        clean(text)


@given(st.text(max_size=40))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    try:
        once = clean(text)
    except ValueError:
        return
    assert clean(once) == once


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "\\u0000"}',
        b'{"text": "x", "lines": ["\\u202e"]}',
        b'{"text": "x", "colour": "red"}',
        b'{"text": 1}',
        b'{"text": "x", "at": "2026-11-23T08:15:00"}',
        b'{"text": "x", "at": "9999-99-99"}',
    ],
    ids=["NUL", "inside a list", "unknown field", "wrong type", "naive time", "no such day"],
)
def test_a_bad_body_is_refused_by_its_type(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Note)


def test_a_day_is_read_as_it_is_written_here() -> None:
    assert day_of("23/11/2026") == day_of("2026-11-23") == date(2026, 11, 23)
    for wrong in ("31/02/2026", "23/11/1026", "11/23/2026", "²3/11/2026", ""):
        with pytest.raises(ValueError, match="Ngày không đúng"):
            day_of(wrong)
