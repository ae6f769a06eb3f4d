"""The code told at the door: it opens one hand-over, and guessing ends after five."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from datetime import timedelta

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service import database as doors
from postal_service.database import Context
from postal_service.desk import field
from postal_service.desk.door import codes, delivery
from postal_service.desk.door.codes import CodeLocked, CodeUsed, Verifiers, WrongCode
from postal_service.desk.door.delivery import Answer, Report
from postal_service.desk.door.proof import Evidence
from tests import make
from tests.make import MORNING, Actor, Town
from tracking.corrections import Undo
from tracking.delivery import delivery_code
from tracking.model import Event
from tracking.stages import Act, Stage

KEY = b"k" * 32


async def out(desk: Connection, town: Town) -> tuple[str, int]:
    """A result in the courier's bag: its number and its id."""
    s10 = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    return s10, await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", s10)


def told(s10: str, by: Actor, code: str) -> Report:
    """The receiver is at home and tells a code."""
    return Report(scan=make.scan(s10, Act.DELIVER, by), evidence=Evidence(code=code))


def code_of(item: int, town: Town, *, attempt: int = 0, courier: int | None = None) -> str:
    return delivery_code(KEY, item, attempt, courier or town.courier)


def wrong(right: str, nth: int = 0) -> str:
    """A code that is not *right*."""
    return f"{(int(right) + 1 + nth) % 1_000_000:06}"


async def say(desk: Connection, report: Report) -> Answer:
    [answer] = await delivery.record(desk, [report], heard_at=MORNING, key=KEY)
    return answer


async def test_the_right_code_opens_and_is_written_nowhere(desk: Connection, town: Town) -> None:
    """Whoever reads the register, or what was refused, cannot tell the next courier's code."""
    s10, item = await out(desk, town)
    code = code_of(item, town)
    await say(desk, told(s10, town.by_courier, wrong(code)))
    report = told(s10, town.by_courier, code)

    first, again = [await say(desk, report) for _ in range(2)]

    assert isinstance(first, Event)
    assert (first.stage, first.facts) == (Stage.DELIVERED, {"relation": "self", "by_code": True})
    assert again == first
    for table in ("event", "refused_act", "incident", "delivery_proof", "code_try", "news"):
        kept = str(await desk.fetch(f"SELECT * FROM {table}"))
        assert f"'{code}'" not in kept, table
        assert f"'{wrong(code)}'" not in kept, table


async def test_a_wrong_code_is_refused_counted_and_reported(desk: Connection, town: Town) -> None:
    """Nothing is handed over, the attempt is on record, and the office hears of it once."""
    s10, item = await out(desk, town)
    code = code_of(item, town)

    answers = [await say(desk, told(s10, town.by_courier, wrong(code, n))) for n in (0, 1, 1)]

    assert [type(answer) for answer in answers] == [WrongCode] * 3
    assert "còn 3 lần" in str(answers[2])
    assert await desk.fetchval("SELECT stage FROM consignment WHERE id = $1", item) == "out"
    assert await desk.fetchval("SELECT cardinality(wrong) FROM code_try") == 2
    assert await desk.fetchval("SELECT count(*) FROM refused_act WHERE why = 'WrongCode'") == 3
    reasons = await desk.fetch("SELECT reason, consignment_id FROM incident")
    assert [tuple(row) for row in reasons] == [("CD12", item)]


async def test_after_five_wrong_codes_the_right_one_is_not_looked_at(
    desk: Connection, town: Town
) -> None:
    """Then only a paper proves who it is, with the reason beside it."""
    s10, item = await out(desk, town)
    code = code_of(item, town)
    for n in range(5):
        await say(desk, told(s10, town.by_courier, wrong(code, n)))

    late = await say(desk, told(s10, town.by_courier, code))
    seen = Evidence(id_kind="cccd", id_last4="0001", no_code="locked")
    paper = await say(
        desk, Report(scan=make.scan(s10, Act.DELIVER, town.by_courier), evidence=seen)
    )

    assert isinstance(late, CodeLocked)
    assert isinstance(paper, Event)
    assert await desk.fetchval("SELECT count(*) FROM incident") == 1


async def test_a_code_is_of_one_paper_one_attempt_and_one_courier(
    desk: Connection, town: Town
) -> None:
    """A's code on B, yesterday's code, a colleague's code: each is only a wrong code."""
    s10, item = await out(desk, town)
    _, other = await out(desk, town)

    foreign = await say(desk, told(s10, town.by_courier, code_of(other, town)))
    colleague = code_of(item, town, courier=town.other_courier)
    borrowed = await say(desk, told(s10, town.by_courier, colleague))
    await make.scans(desk, [make.scan(s10, Act.MISS, town.by_courier, reason="DF04")])
    expired = await say(desk, told(s10, town.by_courier, code_of(item, town)))
    fresh = await say(desk, told(s10, town.by_courier, code_of(item, town, attempt=1)))

    assert [type(a) for a in (foreign, borrowed, expired)] == [WrongCode] * 3
    assert isinstance(fresh, Event)


async def test_a_code_opens_once(desk: Connection, town: Town) -> None:
    """The delivery was undone: the same six digits do not open it again."""
    s10, item = await out(desk, town)
    report = told(s10, town.by_courier, code_of(item, town))
    await say(desk, report)
    wish = Undo(
        id=make.scan(s10, Act.UNDO, town.by_courier).id, s10=s10, undoes=report.scan.id,
        by=town.by_courier, at=MORNING,
    )  # fmt: skip
    await field.undo_delivery(desk, wish, now=MORNING + timedelta(seconds=30))

    again = await say(desk, told(s10, town.by_courier, code_of(item, town)))

    assert isinstance(again, CodeUsed)
    assert await desk.fetchval("SELECT stage FROM consignment WHERE id = $1", item) == "out"


async def test_who_does_not_hold_the_paper_uses_up_no_guess(desk: Connection, town: Town) -> None:
    """A colleague's slip of the finger may not lock the receiver out."""
    s10, item = await out(desk, town)
    code = code_of(item, town)
    for n in range(6):
        await say(desk, told(s10, town.by_other_courier, wrong(code, n)))

    answer = await say(desk, told(s10, town.by_courier, code))

    assert isinstance(answer, Event)


async def test_of_two_hundred_guesses_at_once_five_are_looked_at(
    desk: Connection, town: Town, town_url: str
) -> None:
    """The paper's own lock decides: a script with two hundred connections learns five answers."""
    s10, item = await out(desk, town)
    code = code_of(item, town)
    at_once = asyncio.Semaphore(8)

    async with doors.open_database(town_url, size=8, name="test", keys=make.KEYS) as house:

        async def guess(nth: int) -> type[object]:
            async with at_once, house.begin(Context.command("test")) as conn:
                report = told(s10, town.by_courier, wrong(code, nth))
                [answer] = await delivery.record(conn, [report], heard_at=MORNING, key=KEY)
                return type(answer)

        answers = await asyncio.gather(*(guess(n) for n in range(200)))

    assert set(answers) == {WrongCode, CodeLocked}
    assert answers.count(WrongCode) == 4
    assert await desk.fetchval("SELECT cardinality(wrong) FROM code_try") == 5
    assert await desk.fetchval("SELECT count(*) FROM incident") == 1


async def test_without_the_key_no_code_is_right(desk: Connection, town: Town) -> None:
    """A caller that forgot the key must not open every door with an empty one."""
    s10, item = await out(desk, town)
    guessed = delivery_code(b"", item, 0, town.courier)

    [answer] = await delivery.record(desk, [told(s10, town.by_courier, guessed)], heard_at=MORNING)

    assert isinstance(answer, WrongCode)


async def test_a_phone_can_check_the_code_it_is_not_told() -> None:
    """Salted and slow: the verifier fits the code and says nothing else of it."""
    verifiers = Verifiers(KEY, rounds=1000)

    made = await verifiers.of(7, 0, 2)
    again = await Verifiers(KEY, rounds=1000).of(7, 0, 2)
    other = await verifiers.of(8, 0, 2)

    code = delivery_code(KEY, 7, 0, 2)
    salt = base64.b64decode(made.salt)
    hashed = hashlib.pbkdf2_hmac("sha256", code.encode(), salt, made.rounds)
    assert base64.b64decode(made.hash) == hashed
    assert made == again
    assert made.salt != other.salt
    assert code not in str(made)
    assert codes.ROUNDS == 600_000


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "１２３４５６", "²²²²²²", " "])
async def test_what_is_no_code_is_no_guess(desk: Connection, town: Town, typed: str) -> None:
    """A slip of the thumb costs no try."""
    s10, _ = await out(desk, town)

    answer = await say(desk, told(s10, town.by_courier, typed))

    assert "6 chữ số" in str(answer)
    assert await desk.fetchval("SELECT count(*) FROM code_try") == 0


async def test_one_wrong_code_in_a_batch_blocks_nobody(desk: Connection, town: Town) -> None:
    """Of what a phone kept in a valley, the wrong one alone is refused."""
    (first, item), (second, other) = [await out(desk, town) for _ in range(2)]
    bag = [
        told(first, town.by_courier, wrong(code_of(item, town))),
        told(second, town.by_courier, code_of(other, town)),
    ]
    bag.append(replace(bag[1]))

    answers = await delivery.record(desk, bag, heard_at=MORNING, key=KEY)

    assert isinstance(answers[0], WrongCode)
    assert answers[1] == answers[2]
    assert isinstance(answers[1], Event)
