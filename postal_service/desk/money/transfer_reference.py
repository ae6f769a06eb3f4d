"""The reference of a transfer: what a citizen's bank carries to the post's. Pure.

Banks put their own words around it, drop blanks and dashes, and change case; people copy O for 0.
Its letters are those of our other codes, its last one checks the rest.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Final

from tracking.identifiers import ALPHABET, check_character

PREFIX: Final = "PT"
#: 28 ** 7 are thirteen thousand million.
RANDOM: Final = 7
#: Overlapping, since a bank's own letters may end in our first one.
FOUND: Final = re.compile(rf"(?=({PREFIX}[{ALPHABET}]{{{RANDOM + 1}}}))")
#: Letters a reference never has, and the digits people mean by them.
MISREAD: Final = str.maketrans({"O": "0", "I": "1"})


def new_reference() -> str:
    """Ten characters, the last of which checks the seven before it."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return PREFIX + body + check_character(body)


def references(content: str) -> list[str]:
    """Every reference that *content* may mean, each once, in order."""
    plain = unicodedata.normalize("NFKD", content).upper()
    kept = "".join(each for each in plain if each.isascii() and each.isalnum())
    found = FOUND.findall(kept.translate(MISREAD))
    fit = (each for each in found if check_character(each[len(PREFIX) : -1]) == each[-1])
    return list(dict.fromkeys(fit))


def spaced(reference: str) -> str:
    """*reference* as it is read aloud: "PT 1234 5678"."""
    return f"{reference[:2]} {reference[2:6]} {reference[6:]}"
