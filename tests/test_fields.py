"""Closed fields: they open in their own place with their own key, and nowhere else."""

from __future__ import annotations

import asyncpg
import pytest
from asyncpg import Connection
from hypothesis import given
from hypothesis import strategies as st

from postal_service import fields
from postal_service.fields import Altered, Keys, NoKeys, Plain, UnknownKey, Wanted
from postal_service.settings import BadSetting, Settings
from tests import conftest

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
KEYS = Keys([OLD], INDEX)
NUMBER = "+84590000001"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_what_is_closed_opens_again(text: str) -> None:
    """Whatever a citizen's address looks like."""
    assert KEYS.open("party", 7, "address", KEYS.close("party", 7, "address", text)) == text


def test_two_closings_of_one_number_differ() -> None:
    """Otherwise a stolen table would tell who shares a telephone."""
    assert KEYS.close("party", 7, "phone", NUMBER) != KEYS.close("party", 7, "phone", NUMBER)


@pytest.mark.parametrize(
    "place", [("party", 8, "phone"), ("party", 7, "note"), ("draft", 7, "phone")]
)
def test_a_value_opens_in_its_own_place_alone(place: tuple[str, int, str]) -> None:
    """Who can write the table cannot read a neighbour's number by copying it into his own row."""
    with pytest.raises(Altered, match="moved"):
        KEYS.open(*place, KEYS.close("party", 7, "phone", NUMBER))


@given(st.integers(0, 44), st.integers(1, 255))
def test_every_flipped_bit_is_noticed(at: int, flip: int) -> None:
    """No damage is read as another number, and no refusal quotes what it could not read."""
    closed = bytearray(KEYS.close("party", 7, "phone", NUMBER))
    closed[at % len(closed)] ^= flip

    with pytest.raises((Altered, UnknownKey)) as refused:
        KEYS.open("party", 7, "phone", bytes(closed))
    assert NUMBER not in str(refused.value)


@pytest.mark.parametrize("size", [0, 1, 5, 16, 17, 32])
def test_a_cut_value_is_refused(size: int) -> None:
    """A column that was cut off answers in words, whatever is left of it."""
    with pytest.raises((Altered, UnknownKey)):
        KEYS.open("party", 7, "phone", KEYS.close("party", 7, "phone", NUMBER)[:size])


def test_both_keys_open_while_one_takes_over() -> None:
    """Rotation needs no still stand: the new key closes, the old one still opens."""
    old = KEYS.close("party", 7, "phone", NUMBER)
    both = Keys([NEW, OLD], INDEX)

    assert both.open("party", 7, "phone", old) == NUMBER
    new = both.close("party", 7, "phone", NUMBER)
    assert fields.key_of(new) == fields.id_of(NEW)
    with pytest.raises(UnknownKey, match=fields.id_of(NEW).hex()):
        KEYS.open("party", 7, "phone", new)


def test_an_index_finds_a_number_however_it_is_typed() -> None:
    """Equal numbers have equal marks; another kind, another key or another number has not."""
    mark = KEYS.index("citizen_id", "068159990001")

    assert mark == KEYS.index("citizen_id", " 068 159 990 001 ")
    assert mark != KEYS.index("phone", "068159990001")
    assert mark != KEYS.index("citizen_id", "068159990002")
    assert mark != Keys([OLD], NEW).index("citizen_id", "068159990001")
    assert b"068159990001" not in mark


def test_a_public_site_needs_keys_of_its_own() -> None:
    """Derived keys are for a laptop: its secret may stand in a file that everybody reads."""
    public = Settings(site_url="https://buudien.example")
    with pytest.raises(BadSetting, match="FIELD_KEYS"):
        Keys.read(public)
    for one_alone in ({"field_keys": fields.new_key()}, {"index_key": fields.new_key()}):
        with pytest.raises(BadSetting, match="INDEX_KEY"):
            Keys.read(Settings(**one_alone))

    first, second, index = (fields.new_key() for _ in range(3))
    keys = Keys.read(
        Settings(site_url=public.site_url, field_keys=f"{first}, {second}", index_key=index)
    )
    assert len(keys.ids) == 2


@pytest.mark.parametrize("text", ["x", "", "áéí", "YWJj", "A" * 43 + "=!"])
def test_a_bad_key_is_named_and_not_repeated(text: str) -> None:
    """A setting with a slip of the pen stops the start, and the log does not hold the key."""
    with pytest.raises(BadSetting) as refused:
        Keys.read(Settings(field_keys=text or ",", index_key=fields.new_key()))
    assert text in ("", "x") or text not in str(refused.value)


async def test_a_connection_seals_and_opens(conn: Connection) -> None:
    """What a statement writes as sealed lies closed in the table, and p.phone reads it."""
    plain = Plain("party", 7, "phone", NUMBER)
    await conn.execute(
        "INSERT INTO party (id, full_name, sms_allowed, phone_sealed, address_sealed, phone_index)"
        " VALUES (7, 'Trần Bích Uyên', true, ($1::sealed).body, ($2::sealed).body,"
        " ($3::blind).mark)",
        plain,
        Plain("party", 7, "address", "71 Phan Đình Phùng"),
        Wanted("phone", NUMBER),
    )

    row = await conn.fetchrow("SELECT p.phone, p.address, p.note, p.phone_sealed FROM party p")
    assert row[:3] == (NUMBER, "71 Phan Đình Phùng", None)
    assert NUMBER.encode() not in row["phone_sealed"]
    found = "SELECT id FROM party WHERE phone_index = ($1::blind).mark"
    assert await conn.fetchval(found, Wanted("phone", "+84 59 000 00 01")) == 7


async def test_a_connection_without_keys_says_so(empty_url: str, conn: Connection) -> None:
    """A program that forgot its keys reads nothing, instead of something."""
    bare = await asyncpg.connect(empty_url, server_settings=dict(conftest.AS_COMMAND))
    try:
        await fields.teach(bare, None)
        with pytest.raises(asyncpg.DataError, match="without keys") as refused:
            await bare.fetchval("SELECT ($1::sealed).body", Plain("party", 7, "phone", NUMBER))
        assert NUMBER not in str(refused.value)  # the driver quotes what it could not send
        with pytest.raises(NoKeys, match="without keys"):
            await bare.fetchval("SELECT ROW('party.phone', '7', '\\x00')::sealed")
    finally:
        await bare.close()
