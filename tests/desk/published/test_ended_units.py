"""Addresses in communes that are no more: what is offered, and that nothing is forced."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from asyncpg import Connection
from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.published import ended_units
from postal_service.desk.published.ended_units import Ended, ended
from postal_service.settings import DATA
from routes import places
from routes.gazetteer import Gazetteer
from tests.make import MORNING

TODAY = MORNING.date()


@pytest.fixture
async def known(desk: Connection) -> Gazetteer:
    return ended_units.gazetteer(tuple(await places.all_units(desk)))


def invented() -> list[dict[str, str]]:
    with (DATA / "demo_people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_every_old_address_of_the_demo_becomes_its_new_one(known: Gazetteer) -> None:
    """The table holds each invented citizen's address in both schemes."""
    wrong = {}
    for row in invented():
        found = ended(row["address_2019"], known, TODAY)
        if found is None or found.rewritten != row["address_2025"]:
            wrong[row["address_2019"]] = (found, row["address_2025"])

    assert wrong == {}


@pytest.mark.parametrize(
    ("address", "house"),
    [
        ("12 thôn Đạ Nghịt, xã Lát, huyện Lạc Dương", "12 thôn Đạ Nghịt, "),
        ("12 thôn Đạ Nghịt xã Lát huyện Lạc Dương", "12 thôn Đạ Nghịt, "),
        ("12 thôn Đạ Nghịt, Lát, Lạc Dương, Lâm Đồng", "12 thôn Đạ Nghịt, "),
        ("thon 3 xa Lat", "thon 3, "),
        ("xã Lát", ""),
    ],
)
async def test_the_house_is_kept_as_written(known: Gazetteer, address: str, house: str) -> None:
    found = ended(address, known, TODAY)

    assert found == Ended(
        old="Xã Lát",
        since=date(2025, 7, 1),
        new="Phường Lang Biang - Đà Lạt",
        rewritten=f"{house}phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng",
    )


@pytest.mark.parametrize(
    "address",
    [
        "12 thôn Đạ Nghịt, xã Lạc Dương",
        "71 Phan Đình Phùng, phường Lang Biang - Đà Lạt, tỉnh Lâm Đồng",
        "xã Hoài Đức",  # two of that name: nobody can say which is meant
        "số 1 Tràng Tiền, Hoàn Kiếm, Hà Nội",
        "gần chợ",
        "",
    ],
)
async def test_what_stands_or_cannot_be_told_is_left_alone(known: Gazetteer, address: str) -> None:
    assert ended(address, known, TODAY) is None


async def test_while_it_stood_nothing_is_said(known: Gazetteer) -> None:
    """A sheet written before 1/7/2025 names the commune of its day."""
    assert ended("12 thôn Đạ Nghịt, xã Lát, huyện Lạc Dương", known, date(2025, 6, 30)) is None


async def test_any_text_has_an_answer(known: Gazetteer) -> None:
    @given(st.text(max_size=200))
    def asked(text: str) -> None:
        found = ended(text, known, TODAY)
        assert found is None or found.since <= TODAY

    asked()


async def test_the_desk_asks_for_the_units_of_the_day(desk: Connection) -> None:
    found = await ended_units.look(desk, "5 Trần Phú, P. 4, Đà Lạt", MORNING)

    assert found is not None
    assert found.rewritten == "5 Trần Phú, phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng"
    assert await ended_units.look(desk, "  ", MORNING) is None
