"""Tax codes of organisations (mã số thuế, MST): ten digits, and three more for a branch. Pure.

The tenth digit checks the nine before it: each is weighed, and the sum modulo eleven taken from
ten. So does python-stdnum's ``stdnum.vn.mst``, after the tax office's own description of the code.
"""

from __future__ import annotations

import re
from typing import Final

from postal_service.desk.errors import DeskError

WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
FORM: Final = re.compile(r"([0-9]{10})(?:-?([0-9]{3}))?")


class BadTaxCode(DeskError):
    """No organisation has this code."""

    def __init__(self) -> None:
        super().__init__(
            "Mã số thuế không đúng. Ghi 10 số, chi nhánh thêm 3 số, ví dụ 0100112437 "
            "hoặc 0314409058-002.",
            "The tax code is wrong. Write 10 digits, for a branch 3 more, for example 0100112437 "
            "or 0314409058-002.",
        )


def parse(text: str) -> str:
    """A tax code as it is written: ``0314409058-002``. Raises BadTaxCode."""
    found = FORM.fullmatch(re.sub(r"[ .]", "", text))
    if found is None:
        raise BadTaxCode
    number, branch = found[1], found[2]
    serial = number[2:9]
    if serial == "0" * 7 or branch == "000" or number[9] != check_digit(number):
        raise BadTaxCode
    return f"{number}-{branch}" if branch else number


def check_digit(number: str) -> str:
    """What the tenth digit has to be; where that is ten, no code has these nine."""
    weighed = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False))
    return str(10 - weighed % 11)
