"""The square code on a citizen's card, as scanners and cameras hand it over."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.citizen_card import BadCard, By, Card, is_card, read_card

LAN = (
    "068185004217|250123456|Nguyễn Thị Kỳ Duyên|05031985|Nữ|"
    "12 thôn Đạ Nghịt, Lát, Lạc Dương, Lâm Đồng|01062021"
)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="|", exclude_categories=["C"]))


@st.composite
def cards(draw: st.DrawFn) -> list[str]:
    """The fields of a card as it could be printed."""
    born = draw(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
    woman = draw(st.booleans())
    century = 2 * (born.year // 100 - 19) + woman
    serial = draw(st.integers(0, 999_999))
    issued = draw(st.dates(date(2016, 1, 1), date(2030, 1, 1)))
    return [
        f"{draw(st.integers(1, 96)):03}{century}{born.year % 100:02}{serial:06}",
        draw(st.sampled_from(["", "250123456"])),
        draw(WORDS),
        f"{born:%d%m%Y}",
        "Nữ" if woman else "Nam",
        draw(WORDS),
        f"{issued:%d%m%Y}",
    ]


def test_a_camera_reads_all_of_it() -> None:
    card = read_card(LAN, "camera")

    assert card == Card(
        number="068185004217",
        old_number="250123456",
        name="Nguyễn Thị Kỳ Duyên",
        born=date(1985, 3, 5),
        sex="female",
        address="12 thôn Đạ Nghịt, Lát, Lạc Dương, Lâm Đồng",
        issued=date(2021, 6, 1),
    )


@given(cards(), st.lists(WORDS, max_size=5))
def test_what_newer_cards_append_changes_nothing(fields: list[str], more: list[str]) -> None:
    """The Ministry adds fields (a chip's number, parents' names); the first seven stay."""
    whole = "|".join(fields)

    assert read_card("|".join([whole, *more]), "camera") == read_card(whole, "camera")


@given(cards(), WORDS, WORDS, st.sampled_from(["N?", "N", "", "Nam", "NaÌ", "Nwx"]))
def test_a_keyboard_gives_only_what_it_cannot_garble(
    fields: list[str], name: str, address: str, sex: str
) -> None:
    """Whatever the accents became on their way, number and dates are the card's, names are not."""
    typed = [fields[0], fields[1], name, fields[3], sex, address, fields[6]]

    card, seen = read_card("|".join(typed), "keyboard"), read_card("|".join(fields), "camera")

    assert (card.number, card.old_number) == (seen.number, seen.old_number)
    assert (card.born, card.issued, card.sex) == (seen.born, seen.issued, seen.sex)
    assert (card.name, card.address) == ("", "")


@given(cards(), st.integers(0, 11), st.sampled_from(["đ", "ư", "٣", "o", "-"]))
def test_a_digit_that_was_rewritten_is_told(fields: list[str], at: int, became: str) -> None:
    """Telex and VNI rewrite keys; a number with a hole in it is nobody's, or somebody else's."""
    mangled = fields[0][:at] + became + fields[0][at + 1 :]

    with pytest.raises(BadCard) as refusal:
        read_card("|".join([mangled, *fields[1:]]), "keyboard")

    assert "Tắt bộ gõ tiếng Việt rồi quét lại" in refusal.value.vi
    assert fields[0] not in refusal.value.vi + refusal.value.en


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (0, "06818500421"),
        (0, "0681850042177"),
        (0, "068685004217"),  # born from 2100 on
        (1, "25012345"),
        (3, "31021985"),
        (3, "0503198"),
        (3, "05031984"),  # the number says 1985
        (6, "1/6/2021"),
    ],
)
def test_a_card_that_cannot_be_is_refused(place: int, wrong: str) -> None:
    fields = LAN.split("|")
    fields[place] = wrong

    with pytest.raises(BadCard):
        read_card("|".join(fields), "camera")


@given(st.text(max_size=700), st.sampled_from(["keyboard", "camera"]))
def test_any_text_is_a_card_or_a_refusal(text: str, by: By) -> None:
    with suppress(BadCard):
        assert read_card(text, by).number in text


def test_a_card_without_its_day_of_issue_is_one() -> None:
    assert read_card(LAN.rpartition("|")[0], "camera").issued is None


@pytest.mark.parametrize(
    "text", ["LD-261123-00001", "RB012345675VN", "GS-1-2-0123456789ABC", "068185004217"]
)
def test_no_code_of_ours_is_taken_for_a_card(text: str) -> None:
    assert not is_card(text)
    assert is_card(LAN)
    assert is_card("Ơ68|d|x|y|z")
