"""The square a bank's app reads: read back as an app reads it, and against one known to work."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.money import vietqr
from postal_service.desk.money.transfer_reference import new_reference, references, spaced
from postal_service.desk.money.vietqr import Payee
from tracking.identifiers import ALPHABET

#: As a published encoder of VietQR prints it in its manual.
PUBLISHED = (
    "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA"
    "530370454061200005802VN62170813ung ho lu lut6304C15C"
)
LETTERS = string.ascii_uppercase + string.digits


def objects(text: str) -> dict[str, str]:
    """Objects as EMVCo orders them: id, length, value."""
    found = {}
    while text:
        size = int(text[2:4])
        found[text[:2]], text = text[4 : 4 + size], text[4 + size :]
    return found


def bitwise(text: str) -> int:
    """The check sum, as its definition reckons it."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def test_another_encoder_says_the_same() -> None:
    """Apps are tried on what others print; ours differs from it in nothing."""
    payee = Payee(bin="970415", account="0011001932418")
    assert vietqr.payload(payee, 120_000, "ung ho lu lut") == PUBLISHED


@given(
    st.text(string.digits, min_size=6, max_size=6),
    st.text(LETTERS, min_size=1, max_size=19),
    st.integers(1, 10_000_000_000),
    st.text(LETTERS, min_size=1, max_size=25),
)
def test_an_app_reads_account_amount_and_reference(
    bin: str, account: str, amount: int, reference: str
) -> None:
    """What is typed by nobody is typed wrong by nobody."""
    text = vietqr.payload(Payee(bin=bin, account=account), amount, reference)

    read = objects(text)
    to = objects(read["38"])
    assert objects(to["01"]) == {"00": bin, "01": account}
    assert (to["00"], to["02"]) == ("A000000727", "QRIBFTTA")
    assert (read["53"], read["54"], read["58"]) == ("704", str(amount), "VN")
    assert objects(read["62"])["08"] == reference
    assert list(read)[-1] == "63"
    assert int(read["63"], 16) == bitwise(text[:-4])


NOISE = st.text(string.ascii_letters + string.digits + " .-/_:àạđ", max_size=30)


@given(NOISE, NOISE, st.data())
def test_a_reference_survives_a_bank(before: str, after: str, data: st.DataObject) -> None:
    """Banks put words before and behind it, break it, and change its case."""
    reference = new_reference()
    at = data.draw(st.lists(st.sampled_from(" -._"), min_size=10, max_size=10))
    broken = "".join(letter + gap for letter, gap in zip(reference.lower(), at, strict=True))

    assert reference in references(f"{before} {broken} {after}")
    assert reference in references(f"{before}{reference}{after}")
    assert reference in references(reference.replace("0", "O").replace("1", "I"))
    assert references(spaced(reference)) == [reference]


@given(st.integers(2, 9), st.sampled_from(ALPHABET))
def test_a_wrong_letter_is_no_reference(place: int, letter: str) -> None:
    """A slip of the finger must not pay somebody else's dossier."""
    reference = new_reference()
    if reference[place] != letter:
        wrong = reference[:place] + letter + reference[place + 1 :]
        assert wrong not in references(wrong)
