"""A citizen must be able to act on the message alone, and the network must take it."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import messages
from notifications.errors import MessageError
from notifications.messages import LIMITS, SHORTENED, Size, Template

TESTS = Path(__file__).parent.parent
TEMPLATES = TESTS.parent / "postal_service" / "data" / "sms_templates.csv"

LONGEST = {name: ("W" * limit) for name, limit in LIMITS.items()}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def template(row: Mapping[str, str]) -> Template:
    return Template(
        key=row["key"],
        recipient=row["recipient"],
        text_ascii=row["text_ascii"],
        text_vi=row["text_vi"],
        placeholders=row["placeholders"].split(";"),
        max_segments=int(row["max_segments"]),
    )


def handed(text: str, *placeholders: str, max_segments: int = 1) -> Template:
    return Template(
        key="test",
        recipient="applicant",
        text_ascii=text,
        text_vi=text,
        placeholders=list(placeholders),
        max_segments=max_segments,
    )


by_key = pytest.mark.parametrize("row", [pytest.param(r, id=r["key"]) for r in read(TEMPLATES)])


@by_key
def test_the_longest_message_is_one_segment(row: dict[str, str]) -> None:
    """A second segment doubles the price of every message to the province."""
    text = messages.fill(template(row), LONGEST)

    assert messages.measure(text) == Size("GSM-7", int(row["longest_chars"]), 1)


@by_key
def test_the_screen_says_what_the_phone_says(row: dict[str, str]) -> None:
    """Clerk and citizen must be able to talk about the same words."""
    assert messages.fold(row["text_vi"]) == row["text_ascii"]


def test_no_message_names_who_took_the_paper() -> None:
    """A phone is read by others: the relation tells the applicant enough."""
    assert "receiver" not in LIMITS
    assert all("{receiver}" not in r["text_ascii"] + r["text_vi"] for r in read(TEMPLATES))


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, id=r["id"]) for r in read(TESTS / "data" / "sms_segment_vectors.csv")],
)
def test_segments_are_counted_as_the_network_counts(row: dict[str, str]) -> None:
    """A pair of units is never cut in two, so 306 septets may need three parts."""
    text = json.loads(row["text_json"])

    assert messages.measure(text) == Size(
        "GSM-7" if row["encoding"] == "GSM-7" else "UCS-2", int(row["units"]), int(row["segments"])
    )
    assert messages.measure(unicodedata.normalize("NFC", text)).units == int(row["nfc_units"])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đường Nguyễn Thị Định, Ðà Lạt", "Duong Nguyen Thi Dinh, Da Lat"),
        (unicodedata.normalize("NFD", "Thuỷ Hoà Quỳnh"), "Thuy Hoa Quynh"),
        ("D’Ran – “vắng nhà”…", 'D\'Ran - "vang nha"...'),
        ("giờ\u00a0hẹn\u200b 76.000₫ ½ 📮", "gio hen 76.000d 1/2 "),
    ],
)
def test_folding_keeps_the_words(text: str, plain: str) -> None:
    """Both ways to write an accent, and what word processors make of quotes."""
    assert messages.fold(text) == plain


@given(st.text(max_size=60))
def test_folded_text_is_always_gsm7(text: str) -> None:
    """One leftover letter would turn the whole message to 70 characters."""
    folded = messages.fold(text)

    assert messages.measure(folded).encoding == "GSM-7"
    assert messages.fold(folded) == folded


@given(st.sampled_from(sorted(SHORTENED)), st.text(max_size=80))
def test_words_never_burst_their_place(name: str, value: str) -> None:
    """A name is filled within its limit or refused; it never costs a second segment."""
    try:
        text = messages.fill(handed(f"BDLAMDONG{{{name}}}", name), {name: value})
    except MessageError:
        return
    assert len("BDLAMDONG") < messages.measure(text).units <= len("BDLAMDONG") + LIMITS[name]


def test_a_long_name_ends_with_a_whole_word() -> None:
    """Half a word reads as another place."""
    agency = "Văn phòng Đăng ký đất đai chi nhánh thành phố Đà Lạt"

    text = messages.fill(handed("BDLAMDONG: {agency}.", "agency"), {"agency": agency})

    assert text == "BDLAMDONG: Van phong Dang ky dat dai chi."
    assert messages.shorten("x" * 40, 30) == "x" * 30


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", "H36.31.12-190603-0012-000000"),
        ("phone", "0912 345 678"),
        ("amt", "1.000.000.000"),
        ("date", "20/06/2019"),
        ("code", "H36.31–190603"),
        ("amt", "76.000đ"),
    ],
)
def test_codes_and_sums_are_never_cut_or_changed(name: str, value: str) -> None:
    """A code without its end is another dossier's, a sum without its end another sum."""
    with pytest.raises(MessageError) as caught:
        messages.fill(handed(f"BDLAMDONG {{{name}}}", name), {name: value})
    assert value not in caught.value.vi + caught.value.en


@pytest.mark.parametrize(
    ("bad", "values", "says"),
    [
        (handed("BDLAMDONG {name}", "name"), {}, "thiếu giá trị cho: name"),
        (handed("BDLAMDONG {nme}", "nme"), {"nme": "An"}, "chưa đăng ký: nme"),
        (handed("BDLAMDONG {name}"), {"name": "An"}, "chưa đăng ký: name"),
        (handed("BDLAMDONG", "name"), {"name": "An"}, "chưa đăng ký: name"),
        (handed("BDLAMDONG {name}", "name"), {"name": "An", "id": "1"}, "chưa đăng ký: id"),
        (handed("BDLAMDONG {name} {", "name"), {"name": "An"}, "chưa đăng ký: {"),
        (handed("BDLAMDONG {name.x}", "name.x"), {"name.x": "An"}, "chưa đăng ký: name.x"),
        (handed("Xin chao {name}", "name"), {"name": "BDLAMDONG"}, "thiếu tên thương hiệu"),
        (handed("BDLAMDONG: đến {name}", "name"), {"name": "An"}, "chữ có dấu"),
        (handed("BDLAMDONG" + "x" * 150 + "{name}", "name"), {"name": "Anh"}, "dài 2 phần"),
        (handed("BDLAMDONG {name}", "name"), {"name": "An\x00"}, "ký tự điều khiển"),
        (handed("BDLAMDONG {name}", "name"), {"name": "An\nBinh"}, "ký tự điều khiển"),
        (handed("BDLAMDONG {name}", "name"), {"name": "An\ud800"}, "ký tự điều khiển"),
        (handed("BDLAMDONG {name}", "name"), {"name": "  "}, "để trống"),
        (handed("BDLAMDONG {name}", "name"), {"name": "李"}, "để trống"),
        (handed("BDLAMDONG {code}", "code"), {"code": ""}, "để trống"),
    ],
)
def test_what_was_not_registered_is_not_sent(
    bad: Template, values: dict[str, str], says: str
) -> None:
    """The network blocks a sender whose texts stray from the registered ones."""
    with pytest.raises(MessageError, match=says) as caught:
        messages.fill(bad, values)
    assert caught.value.en.endswith(".")


def test_a_value_cannot_open_a_placeholder() -> None:
    """A person named "{phone}" must not be told the courier's number."""
    text = messages.fill(
        handed("BDLAMDONG {name}", "name"), {"name": "{phone}", "phone": "0590000001"}
    )

    assert text == "BDLAMDONG (phone)"


def test_times_are_told_in_local_time() -> None:
    """The server keeps UTC; half past six in the evening there is tomorrow here."""
    at = datetime(2019, 6, 16, 18, 30, tzinfo=UTC)

    assert messages.short_time(at) == "01:30 17/06"
    assert messages.long_time(at) == "01:30 17/06/2019"
    assert messages.short_day(date(2019, 6, 20)) == "20/06"


def test_times_without_a_zone_are_refused() -> None:
    """They would be read in the machine's own zone, and nobody would see the seven hours."""
    naive = datetime(2019, 6, 16, 18, 30)  # noqa: DTZ001
    for write in (messages.short_time, messages.long_time, messages.short_day):
        with pytest.raises(ValueError, match=r"needed|naive"):
            write(naive)


def test_money_is_written_as_a_price() -> None:
    """Whole đồng, grouped by points."""
    assert [messages.vnd(amount) for amount in (0, 8_000, 1_135_000)] == ["0", "8.000", "1.135.000"]
