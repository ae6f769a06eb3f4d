"""The code that the receiver tells at the door: six digits, and only the server's look is proof.

It is derived when it is needed (``tracking.delivery``) and kept nowhere. A phone without
signal holds a verifier it can check a typed code against, slowly: a plain hash of six
digits would fall in a second.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.door import proof_store as store
from tracking import delivery, hands, incidents, journey
from tracking import store as register
from tracking.errors import TrackingError
from tracking.incidents import NewIncident
from tracking.model import Consignment, Scan
from tracking.stages import Stage

#: Wrong codes at one attempt before nobody looks at a sixth: the server's limit and the phone's.
MOST_WRONG: Final = 5
ROUNDS: Final = 600_000
#: Nobody proved who gave and who took: the closed list has no word that fits better.
INCIDENT: Final = "CD12"
#: One incident an attempt, however often it is guessed at.
NAMESPACE: Final = UUID("8a4d9c1e-6f0b-5d7a-9c33-0e5b7a61f2c4")
KEPT: Final = 4096

_AT_ONCE: Final = asyncio.Semaphore(1)


class WrongCode(TrackingError):
    """Another paper's, another attempt's or another courier's code opens nothing."""

    def __init__(self, left: int) -> None:
        super().__init__(
            f"Mã phát không đúng hoặc đã hết hiệu lực, còn {left} lần thử. "
            "Hỏi lại mã trong tin nhắn mới nhất.",
            f"The delivery code is wrong or no longer valid; {left} tries left. "
            "Ask for the code in the newest message.",
        )


class CodeLocked(TrackingError):
    """Five wrong codes: now only a paper proves who it is."""

    def __init__(self) -> None:
        super().__init__(
            "Mã phát đã khóa sau 5 lần sai. Kiểm tra giấy tờ tùy thân của người nhận.",
            "The delivery code is locked after 5 wrong tries. Check the receiver's identity paper.",
        )


class CodeUsed(TrackingError):
    """A code opens one hand-over."""

    def __init__(self) -> None:
        super().__init__(
            "Mã phát này đã dùng một lần. Kiểm tra giấy tờ tùy thân của người nhận.",
            "This delivery code was used once already. Check the receiver's identity paper.",
        )


class Guess(Struct, frozen=True, kw_only=True):
    """A code as it was typed at the door, with the scan it came with."""

    scan: Scan
    typed: str


class Verifier(Struct, frozen=True, rename="camel"):
    """What a phone can check a code against without signal. Base64."""

    attempt: int
    salt: str
    rounds: int
    hash: str
    most_wrong: int = MOST_WRONG


async def check(
    conn: Connection[Record], key: bytes, guesses: Sequence[Guess], *, heard_at: datetime
) -> dict[UUID, TrackingError]:
    """Why codes prove nothing, by scan; what is not named is right.

    The papers are locked already, so that of two hundred guesses at once five are looked
    at. A paper that is not in the guesser's hands is the register's to refuse, uncounted.
    """
    s10s = [guess.scan.s10 for guess in guesses]
    items = {item.s10: item for item in await register.lock_consignments(conn, s10s)}
    refused: dict[UUID, TrackingError] = {}
    for guess in guesses:
        item = items.get(guess.scan.s10)
        if item is None or item.stage is not Stage.OUT or not hands.holds(item, guess.scan.by):
            continue
        why = await _look(conn, key, guess, item)
        if why is not None:
            refused[guess.scan.id] = why
    if refused:
        await _report(conn, guesses, items, refused, heard_at)
    return refused


async def _look(
    conn: Connection[Record], key: bytes, guess: Guess, item: Consignment
) -> TrackingError | None:
    tries = await store.tries(conn, item.id, item.attempts)
    if len(tries.wrong) >= MOST_WRONG:
        return CodeLocked()
    mark = mark_of(key, item.id, item.attempts, guess)
    if tries.used is not None and hmac.compare_digest(mark, tries.used):
        return CodeUsed()
    errand = (item.id, item.attempts, guess.scan.by.person)
    right = delivery.delivery_code(key, *errand) if key else ""
    if hmac.compare_digest(right.encode(), guess.typed.encode()):
        return None
    wrong = len(tries.wrong)
    if mark not in tries.wrong:
        await store.note_wrong(conn, item.id, item.attempts, mark)
        wrong += 1
    return WrongCode(MOST_WRONG - wrong) if wrong < MOST_WRONG else CodeLocked()


async def _report(
    conn: Connection[Record],
    guesses: Sequence[Guess],
    items: Mapping[str, Consignment],
    refused: Mapping[UUID, TrackingError],
    heard_at: datetime,
) -> None:
    """Put every wrong code on record, and open an incident for the attempt."""
    tried = [(guess.scan, refused[guess.scan.id]) for guess in guesses if guess.scan.id in refused]
    await journey.note_refused(conn, tried, heard_at)
    found = [(items[scan.s10], scan) for scan, _ in tried]
    await incidents.open_all(conn, [incident(i.id, i.attempts, scan) for i, scan in found])


def incident(consignment: int, attempt: int, scan: Scan) -> NewIncident:
    """What the office hears of codes that did not fit, once an attempt."""
    return NewIncident(
        cause=uuid5(NAMESPACE, f"{consignment}:{attempt}"),
        reason=INCIDENT,
        office_id=scan.by.office or 0,
        by=scan.by.person,
        at=scan.at,
        consignment_id=consignment,
    )


async def use(
    conn: Connection[Record], key: bytes, guess: Guess, consignment: int, attempt: int
) -> None:
    """The code has opened its hand-over; it opens no other."""
    mark = mark_of(key, consignment, attempt, guess)
    await store.note_used(conn, consignment, attempt, mark, guess.scan.id)


def mark_of(key: bytes, consignment: int, attempt: int, guess: Guess) -> bytes:
    """A code as it is remembered: without the key it says nothing."""
    said = f"tried:{consignment}:{attempt}:{guess.scan.by.person}:{guess.typed}".encode()
    return hmac.new(key, said, hashlib.sha256).digest()


class Verifiers:
    """The verifiers of one process, made off the event loop and kept: each costs a third of a
    second of a core."""

    def __init__(self, key: bytes, rounds: int = ROUNDS) -> None:
        self._key, self._rounds = key, rounds
        self._made: dict[tuple[int, int, int], Verifier] = {}

    async def of(self, consignment: int, attempt: int, courier: int) -> Verifier:
        """The verifier of the code that this courier is told at this attempt."""
        errand = (consignment, attempt, courier)
        async with _AT_ONCE:
            found = self._made.get(errand)
            if found is None:
                found = await asyncio.to_thread(self._make, errand)
                if len(self._made) >= KEPT:
                    self._made.clear()
                self._made[errand] = found
        return found

    def _make(self, errand: tuple[int, int, int]) -> Verifier:
        consignment, attempt, courier = errand
        code = delivery.delivery_code(self._key, consignment, attempt, courier)
        # the same every time, so that a page loaded twice has one verifier; a salt is no secret
        said = f"salt:{consignment}:{attempt}:{courier}".encode()
        salt = hmac.new(self._key, said, hashlib.sha256).digest()[:16]
        hashed = hashlib.pbkdf2_hmac("sha256", code.encode(), salt, self._rounds)
        return Verifier(attempt, text(salt), self._rounds, text(hashed))


def text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
