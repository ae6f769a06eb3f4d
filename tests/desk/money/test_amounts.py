"""Amounts as people type them: whole đồng, or a clear refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.money.amounts import MOST_VND, read_vnd
from postal_service.desk.money.errors import BadAmount, vnd

WRONG = (
    "", " ", "-1", "−1", "0", "1.5", "1,50", "22.0000", "1e6", "10^18", "1" + "0" * 18, "22 nghìn",
    "22.000,000", "+5", "٢٢", "²", "1..000", "1.000.", "NaN", "0x10", "1_000", "10 000 000 001",
)  # fmt: skip


@given(st.integers(1, MOST_VND), st.sampled_from(["", ".", ",", " ", "\u00a0"]), st.booleans())
def test_what_is_written_is_read(amount: int, sign: str, unit: bool) -> None:
    """With or without groups, with or without the đồng's sign."""
    typed = f"{amount:,}".replace(",", sign) + (" đ" if unit else "")

    assert read_vnd(f" {typed} ") == amount


@given(st.integers(1, MOST_VND))
def test_what_a_screen_shows_can_be_typed_again(amount: int) -> None:
    assert read_vnd(vnd(amount)) == amount


@pytest.mark.parametrize("typed", WRONG)
def test_anything_else_is_refused_with_an_example(typed: str) -> None:
    """A decimal point read as a thousand's would multiply by a thousand."""
    with pytest.raises(BadAmount) as refused:
        read_vnd(typed)

    assert "22000" in refused.value.vi


@given(st.text(max_size=30))
def test_no_text_makes_it_stumble(typed: str) -> None:
    """An amount within bounds or BadAmount; nothing else comes out."""
    try:
        amount = read_vnd(typed)
    except BadAmount:
        return
    assert 1 <= amount <= MOST_VND


def test_nothing_may_be_an_amount_where_it_is_asked_for() -> None:
    """A count that finds no money is a count."""
    assert read_vnd("0", least=0) == 0
