"""Numbers people copy by hand: every mistake a hand makes must be noticed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from tracking import identifiers
from tracking.bad_identifier import NAMES, REASONS
from tracking.identifiers import ALPHABET, BadIdentifier

DATA = Path(__file__).parent.parent / "data"

BODIES = st.text(ALPHABET, min_size=13, max_size=13)


def rows(name: str) -> list[object]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=row["id"]) for row in csv.DictReader(file)]


def refusal(parse: Callable[[str], object], text: str) -> BadIdentifier:
    with pytest.raises(BadIdentifier) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize("row", rows("s10_vectors.csv"))
def test_postal_numbers(row: dict[str, str]) -> None:
    """Published numbers are read, and each known mistake has its own answer."""
    text = json.loads(row["input_json"])

    if row["valid"] == "no":
        assert refusal(identifiers.parse_s10, text).reason == row["reason"]
    else:
        code = identifiers.parse_s10(text)
        assert code == row["normalized"]
        assert code.endswith("VN") == (row["domestic"] == "yes")
    if row["check_digit"]:
        digits = "".join(filter(str.isdigit, text))[:8]
        assert identifiers.s10_check_digit(digits) == row["check_digit"]


@pytest.mark.parametrize("row", rows("dossier_code_vectors.csv"))
def test_dossier_codes(row: dict[str, str]) -> None:
    """Two schemes run in opposite directions; both lead to the same agency."""
    text = json.loads(row["input_json"])

    if row["valid"] == "no":
        assert refusal(identifiers.parse_dossier_code, text).reason == row["reason"]
        return

    code = identifiers.parse_dossier_code(text)

    assert [code.code, code.scheme, code.root, ">".join(code.path), str(code.day), code.serial] == [
        row[column] for column in ("normalized", "scheme", "root", "path", "date", "serial")
    ]


def test_country_codes_are_those_of_the_standard() -> None:
    """A list typed by hand is compared with one that was not; CLDR adds codes ISO 3166 lacks."""
    territories = {
        code for code in map(str, Locale("en").territories) if re.match("[A-Z]{2}$", code)
    }
    beyond = "AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ"

    assert {code for code in territories if code not in beyond} == identifiers.COUNTRIES


@given(st.integers(0, 99_999_999))
def test_a_postal_number_we_print_is_one_we_read(serial: int) -> None:
    """A label with a number our own scanners refuse would stop its item."""
    code = identifiers.s10("RB", serial)

    assert identifiers.parse_s10(identifiers.print_s10(code)) == code


def test_postal_number_is_printed_in_groups() -> None:
    """A person reads three digits at a time."""
    assert identifiers.print_s10("RB012345675VN") == "RB 012 345 675 VN"


@pytest.mark.parametrize(
    ("prefix", "serial", "reason"),
    [
        ("RB", 100_000_000, "serial_exhausted"),
        ("RB", -1, "serial_exhausted"),
        ("JA", 1, "reserved_prefix"),
        ("R1", 1, "bad_pattern"),
    ],
)
def test_numbers_outside_the_range_are_not_made(prefix: str, serial: int, reason: str) -> None:
    """A ninth digit would silently make another item's number."""
    with pytest.raises(BadIdentifier) as caught:
        identifiers.s10(prefix, serial)
    assert caught.value.reason == reason


def test_check_character_by_hand() -> None:
    """ISO 7064 on paper: zeros double 28 thirteen times mod 29, to 15; 15 + 14 is 1 mod 28."""
    assert identifiers.check_character("0" * 13) == ALPHABET[14] == "H"


@given(BODIES, st.integers(0, 13), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(body: str, place: int, wrong: str) -> None:
    """A misread character must not open somebody else's page."""
    code = body + identifiers.check_character(body)
    if code[place] == wrong:
        assert identifiers.parse_tracking_code(code) == code
        return
    mistaken = code[:place] + wrong + code[place + 1 :]
    assert refusal(identifiers.parse_tracking_code, mistaken).reason == "bad_check_digit"


@given(BODIES, st.integers(0, 11))
def test_a_swap_passes_only_between_neighbours_of_the_alphabet(body: str, place: int) -> None:
    """The standard's one gap is known, and it is no wider than the docstring says."""
    first, second = body[place], body[place + 1]
    swapped = body[:place] + second + first + body[place + 2 :]
    gap = (ALPHABET.index(first) - ALPHABET.index(second)) % len(ALPHABET)

    if identifiers.check_character(body) == identifiers.check_character(swapped):
        assert gap in {0, 1, len(ALPHABET) - 1}


@given(BODIES)
def test_a_printed_tracking_code_is_read_back(body: str) -> None:
    """However it is typed, and whatever letters chance gave it, it is no other kind of number."""
    code = body + identifiers.check_character(body)
    printed = identifiers.print_tracking_code(code)

    assert [len(group) for group in printed.split("-")] == [4, 5, 5]
    assert identifiers.recognise(printed) == identifiers.recognise(code) == "tracking_code"
    assert identifiers.parse_tracking_code(f" {printed.lower()} ") == code


def test_new_tracking_codes_are_valid_and_different() -> None:
    """The code is the secret that opens a citizen's page."""
    codes = {identifiers.new_tracking_code() for _ in range(100)}

    assert len(codes) == 100
    assert {identifiers.parse_tracking_code(code) for code in codes} == codes


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "bad_length"),
        ("0123-45678-9BCF", "bad_length"),
        ("O123-45678-9BCFG", "bad_pattern"),
        ("0123-45678-9BCF\x00", "bad_pattern"),
        ("0123-45678-9BCFĐ", "bad_pattern"),
        ("0123-45678-9BCF\ud800", "bad_pattern"),
        ("0" * 14 + " " * 60, "bad_length"),
    ],
)
def test_tracking_codes_that_are_none(text: str, reason: str) -> None:
    """Codes arrive from the open internet, broken Unicode included."""
    assert refusal(identifiers.parse_tracking_code, text).reason == reason


def test_our_reference() -> None:
    """Typed without hyphens, or with a word processor's dashes, it is the same dossier."""
    code = identifiers.ref(date(2019, 6, 3), 123)

    assert code == "LD-190603-00123"
    for text in (code, "ld 190603 00123", "LD–190603–00123"):
        read = identifiers.parse_ref(text)
        assert (read.ref, read.day, read.serial) == (code, date(2019, 6, 3), 123)


@pytest.mark.parametrize(
    ("day", "serial", "reason"),
    [
        (date(2019, 6, 3), 100_000, "serial_exhausted"),
        (date(2019, 6, 3), 0, "bad_serial"),
        (date(1999, 6, 3), 1, "bad_date"),
    ],
)
def test_references_that_would_collide_are_not_made(day: date, serial: int, reason: str) -> None:
    """A sixth digit or a two-digit year of another century would name another dossier."""
    with pytest.raises(BadIdentifier) as caught:
        identifiers.ref(day, serial)
    assert caught.value.reason == reason


def test_a_reference_with_an_impossible_day_is_refused() -> None:
    """30 February is a slip of the hand, not a dossier."""
    assert refusal(identifiers.parse_ref, "LD-190230-00001").reason == "bad_date"


def test_citizen_id_says_what_its_digits_say() -> None:
    """The fourth digit carries century and sex; without it 04 is either 1904 or 2004."""
    man = identifiers.parse_citizen_id("068 090 990.001")
    girl = identifiers.parse_citizen_id("068304990002")
    old = identifiers.parse_citizen_id("250123456")

    assert (man.number, man.kind, man.birth_province) == ("068090990001", "cccd", "068")
    assert (man.sex, man.birth_year) == ("male", 1990)
    assert (girl.sex, girl.birth_year) == ("female", 2004)
    assert (old.kind, old.sex, old.birth_year) == ("cmnd", None, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("06809099000", "bad_length"),
        ("068090-990001", "bad_pattern"),
        ("٠٦٨٠٩٠٩٩٠٠٠١", "bad_pattern"),
        ("068490990001", "bad_birth_year"),
    ],
)
def test_citizen_ids_that_are_none(text: str, reason: str) -> None:
    """No check digit exists, so form is all that can be held."""
    assert refusal(identifiers.parse_citizen_id, text).reason == reason


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ra 0000 0010 2 vn", "s10"),
        ("RA000000103VN", "s10"),  # a wrong check digit: its parser says so
        ("LD-190603-00123", "ref"),
        ("H36.19–190603–0012", "dossier_code"),
        ("H36-190603-00012", "dossier_code"),  # bare, it has the letters of a tracking code
        ("H361-22334-55667", "tracking_code"),  # begins like a dossier code, and is none
        ("068090990001", "citizen_id"),
        ("250123456", "citizen_id"),
        ("0912345678", None),
        ("", None),
        ("mừng", None),
        ("1" * 65, None),
    ],
)
def test_one_field_takes_every_scan(text: str, kind: str | None) -> None:
    """The clerk does not choose what she scans before she scans it."""
    assert identifiers.recognise(text) == kind


def test_refusals_are_whole_sentences_that_keep_the_secret() -> None:
    """Refusals are shown and logged: two sentences, and never the number itself."""
    for kind in NAMES:
        for reason in REASONS:
            error = BadIdentifier(kind, reason)
            assert str(error) == error.vi
            assert error.vi.count(". ") >= 1
            assert error.en.count(". ") >= 1
    said = refusal(identifiers.parse_citizen_id, "068490990001")
    assert "0684" not in said.vi + said.en


def test_mangled_scans_are_told_about_the_keyboard() -> None:
    """A scanner types; Vietnamese typing turns its keys into accents, and nobody guesses why."""
    assert "Tắt bộ gõ tiếng Việt" in refusal(identifiers.parse_s10, "RA000000103VN").vi
    assert "Tắt bộ gõ tiếng Việt" in refusal(identifiers.parse_s10, "RẢ000000102VN").vi
    assert "Tắt bộ gõ" not in refusal(identifiers.parse_s10, "RA00000O102VN").vi
