"""What a password is kept as, and which ones are no secret."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from postal_service.settings import DATA

SHORTEST: Final = 12
#: More is a copied file, not a password, and would be hashed all the same.
LONGEST: Final = 200
#: What must be left of a password once everything anybody would try first is taken out of it.
LEFT: Final = 5
#: Digits and signs that stand for letters in every guessing program.
LEET: Final = str.maketrans("013457@$!", "oleastasi")
#: Keys beside each other, as fingers run over them.
ROWS: Final = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)  # fmt: skip

#: OWASP's figures for argon2id; the library's own default took five times as long under load.
_HASHER: Final = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
#: A burst of sign-ins may not take every core.
_AT_ONCE: Final = asyncio.Semaphore(2)
#: Verified when there is no such person, so that a stranger cannot tell by the time it takes.
_NOBODY: Final = _HASHER.hash("nobody")


async def hash_password(password: str) -> str:
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether *password* is the one behind *password_hash*; as slow when there is none."""
    async with _AT_ONCE:
        try:
            return await asyncio.to_thread(
                _HASHER.verify, password_hash or _NOBODY, password[:LONGEST]
            )
        except (VerifyMismatchError, InvalidHashError):
            return False


@cache
def common_words() -> list[str]:
    """What guessers try first, folded, the longest first (``data/common_passwords.txt``)."""
    lines = (DATA / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return sorted({fold(line) for line in lines if line and line[0] != "#"}, key=len, reverse=True)


def fold(text: str) -> str:
    """*text* as a guessing program sees it: small, without accents, signs and blanks."""
    marked = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(sign for sign in marked if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "", plain)


def is_guessable(password: str, own: list[str]) -> bool:
    """Whether *password* is made of what everybody would try: words, runs, years, repeats.

    *own*: the person's user name and names.
    """
    words = sorted(
        {word for name in own for part in [name, *name.split()] if len(word := fold(part)) > 2},
        key=len,
        reverse=True,
    )
    readings = {fold(password), fold(password.translate(LEET))}
    return any(len(rest(reading, [*words, *common_words()])) < LEFT for reading in readings)


def rest(text: str, words: list[str]) -> str:
    """The different characters left of *text* once words, numbers and runs are taken out."""
    for word in words:
        text = text.replace(word, "\n")
    text = re.sub(r"\d+", "\n", text)
    kept = "".join(
        after
        for before, after in pairwise("\n" + text)
        if after != before and not run(before + after)
    )
    return "".join(dict.fromkeys(kept.replace("\n", "")))


def run(pair: str) -> bool:
    """Whether the two keys lie beside each other."""
    return any(pair in row or pair[::-1] in row for row in ROWS)
