"""Whole đồng in words, as receipts and cash sheets say them.

Written out here because the order of the words is what an auditor reads: a package that turns
1.005.000 into "một triệu lẻ năm nghìn" leaves room for a pen.
"""

from __future__ import annotations

from typing import Final

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES: Final = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ", "triệu tỷ", "tỷ tỷ")


def in_words(amount: int) -> str:
    """Bảy mươi sáu nghìn đồng. Raises ValueError for what no till holds."""
    if not 0 <= amount < 1000 ** len(SCALES):
        raise ValueError(f"no amount of money: {amount}")
    groups = []
    rest = amount
    while rest:
        rest, group = divmod(rest, 1000)
        groups.append(group)
    said = [
        f"{_group(group, leads=rank == len(groups) - 1)} {SCALES[rank]}".strip()
        for rank, group in reversed([*enumerate(groups)])
        if group
    ]
    text = " ".join(said) or DIGITS[0]
    return f"{text[0].upper()}{text[1:]} đồng"


def _group(number: int, *, leads: bool) -> str:
    """Three digits; inside a longer number the hundreds are said even where there are none."""
    hundreds, below = divmod(number, 100)
    tens, ones = divmod(below, 10)
    said = [] if leads and not hundreds else [DIGITS[hundreds], "trăm"]
    if tens == 0:
        if ones:
            said += ["linh", DIGITS[ones]] if said else [DIGITS[ones]]
        return " ".join(said)
    said += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if ones:
        said.append("mốt" if ones == 1 and tens > 1 else "lăm" if ones == 5 else DIGITS[ones])
    return " ".join(said)
