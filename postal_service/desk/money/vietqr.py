"""The square code a bank's app reads to fill in a transfer. Pure.

Napas' "VietQR": a merchant-presented QR of EMVCo (EMV QRCPS, v1.1): each object is two digits of
id, two of length, and its value; the last is a CRC-16 (CCITT-FALSE) of all before it, its own id
and length included. The account stands under id 38: Napas' application id, then the bank's BIN and
the account, then the service, here a transfer to an account. Each app fills in what it finds: the
amount (54, in the currency 53) and the reference (62, purpose 08).
"""

from __future__ import annotations

from binascii import crc_hqx
from typing import Final

from msgspec import Struct

NAPAS: Final = "A000000727"
TO_ACCOUNT: Final = "QRIBFTTA"
VND: Final = "704"
CRC: Final = "6304"
#: An object's value has at most so many characters.
LONGEST: Final = 99


class Payee(Struct, frozen=True, kw_only=True):
    """Where the post is paid: the bank's BIN, the account with it, and what both are called."""

    bin: str
    account: str
    name: str = ""


def payload(payee: Payee, amount_vnd: int, reference: str) -> str:
    """What the square says: so much, to this account, under this reference."""
    account = joined(("00", payee.bin), ("01", payee.account))
    body = joined(
        ("00", "01"),
        ("01", "12"),  # for one payment
        ("38", joined(("00", NAPAS), ("01", account), ("02", TO_ACCOUNT))),
        ("53", VND),
        ("54", str(amount_vnd)),
        ("58", "VN"),
        ("62", joined(("08", reference))),
    )
    return body + CRC + check(body + CRC)


def joined(*objects: tuple[str, str]) -> str:
    """Objects one behind the other. Raises ValueError for a value that is too long."""
    if any(len(value) > LONGEST for _, value in objects):
        raise ValueError("a value of more than 99 characters")
    return "".join(f"{key}{len(value):02}{value}" for key, value in objects)


def check(text: str) -> str:
    """CRC-16/CCITT-FALSE: polynomial 1021, beginning at FFFF, as four capital digits."""
    return f"{crc_hqx(text.encode(), 0xFFFF):04X}"
