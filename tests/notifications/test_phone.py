"""A message to a wrong number tells a stranger about a citizen's papers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import phone

DATA = Path(__file__).parent.parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", [pytest.param(r, id=r["id"]) for r in rows("phone_vectors.csv")])
def test_numbers_as_people_write_them(row: dict[str, str]) -> None:
    """Each way a clerk or a citizen writes a number has one reading."""
    read = phone.read(json.loads(row["input_json"]))

    assert (read.status, read.reason) == (row["status"], row["reason"])
    assert read.e164 == (row["e164"] or None)
    assert read.sms_allowed == (row["sms_allowed"] == "yes")
    assert read.suggestion_e164 == (row["suggestion_e164"] or None)


def test_the_renumbering_is_the_published_one() -> None:
    """One wrong pair would send a whole block of citizens' messages to strangers."""
    published = {r["old_prefix"]: r["new_prefix"] for r in rows("phone_old_prefixes.csv")}

    assert published == phone.OLD_MOBILE


@given(st.text(max_size=80) | st.text("0123456789+() .-/", max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    """A form must answer with a sentence, never with an error page."""
    read = phone.read(text)
    words = phone.say(read)

    assert words.vi.endswith((".", "?"))
    assert words.en.endswith((".", "?"))
    assert "{" not in words.vi + words.en
    assert read.sms_allowed == (read.status == "mobile")
    assert not read.sms_allowed or str(read.e164).startswith("+84")


@pytest.mark.parametrize(
    ("text", "status", "reason", "suggestion"),
    [
        ("912345678", "invalid", "bad_length", "+84912345678"),
        ("+84 169 123 4567", "old_11_digit", "renumbered_2018", "+84391234567"),
        ("0623000001", "old_landline", "area_code_2017", "+842523000001"),
        ("0912345678; 0911111111", "invalid", "multiple_numbers", None),
        ("0912/345/678", "invalid", "bad_characters", None),
        ("٠٩١٢٣٤٥٦٧٨", "invalid", "bad_characters", None),
        ("0912345678\x00", "invalid", "bad_characters", None),
        ("0912345678\ud800", "invalid", "bad_characters", None),
        ("+", "invalid", "bad_characters", None),
        ("+1 202", "invalid", "bad_length", None),
        ("9" * 65, "invalid", "bad_length", None),
    ],
)
def test_numbers_that_nearly_are(
    text: str, status: str, reason: str, suggestion: str | None
) -> None:
    """What a spreadsheet, an old address book or a broken client makes of a number."""
    read = phone.read(text)

    assert (read.status, read.reason, read.suggestion_e164) == (status, reason, suggestion)
    assert not read.sms_allowed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("091234567", "Thiếu hoặc thừa số: cần 10 chữ số, ví dụ 0912 345 678."),
        ("912345678", "có phải 0912 345 678 không?"),
        ("01691234567", "có phải 0391 234 567 không?"),
        ("02633000001", "Số cố định không nhận được tin nhắn"),
    ],
)
def test_the_form_says_what_to_do(text: str, words: str) -> None:
    """The clerk reads the sentence aloud to the citizen in front of her."""
    assert words in phone.say(phone.read(text)).vi


def test_numbers_are_shown_in_groups_and_masked_for_others() -> None:
    """The middle is hidden: enough is left for the owner to recognise it."""
    assert phone.display("+84912345678") == "0912 345 678"
    assert phone.display("+842633000001") == "0263 3000 001"
    assert phone.display("+12025550123") == "+12025550123"
    assert phone.mask("+84912345678") == "0912 *** 678"
    assert phone.mask("+842633000001") == "0263 *** 001"
