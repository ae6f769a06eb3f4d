"""Addresses as people write them, read in the units of before and after 1/7/2025."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.gazetteer import Gazetteer
from routes.model import Reading, Unit

VECTORS = Path(__file__).parents[1] / "data/addresses.csv"
DISTRICTS = date(2019, 6, 1)
TWO_LEVELS = date(2026, 11, 23)


def vectors() -> list[dict[str, str]]:
    with VECTORS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(reading: Reading) -> tuple[str, str, str, str]:
    unit = reading.unit
    code, name = (unit.code, unit.name) if unit else ("", "")
    return reading.status, code, name, ";".join(reading.candidates)


@pytest.mark.parametrize("on", [DISTRICTS, TWO_LEVELS], ids=str)
@pytest.mark.parametrize("row", vectors(), ids=lambda row: f"{row['id']} {row['trait']}")
def test_an_address_is_read(gazetteer: Gazetteer, row: dict[str, str], on: date) -> None:
    """A wrong commune sends a courier over a mountain pass; "I do not know" costs one call."""
    place = gazetteer.read(unicodedata.normalize(row["apply_form"], row["text"]), on)

    assert told(place.old) == (
        row["old_status"],
        row["expected_old_code"],
        row["expected_old_name"],
        row["candidates_old"],
    )
    assert told(place.new) == (
        row["new_status"],
        row["expected_new_code"],
        row["expected_new_name"],
        row["candidates_new"],
    )
    assert (place.point is None) == ("unique" not in (place.old.status, place.new.status))


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("Lộc Thanh, Lâm Đồng", "24835", "24823"),
        ("Lộc Thành, Lâm Đồng", "25090", "25093"),
        ("loc thanh, bao lam", "25090", "25093"),
        ("xã Quảng Trị, Đạ Tẻh", "25138", "25138"),
        ("P.3 Đà Lạt, Việt Nam", "24802", "24781"),
        ("xã Quốc Oai, huyện Đạ Huoai", "25132", "25135"),
        ("xã Tân Hội, huyện Đức Trọn", "24976", "24976"),
    ],
)
def test_a_name_is_read_inside_its_district(
    gazetteer: Gazetteer, text: str, old: str, new: str
) -> None:
    """Names that differ by a tone, that are a province elsewhere, or whose district had merged."""
    place = gazetteer.read(text, DISTRICTS)

    assert (place.old.unit and place.old.unit.code) == old
    assert (place.new.unit and place.new.unit.code) == new


def test_the_day_decides_what_a_name_without_a_district_means(gazetteer: Gazetteer) -> None:
    """Since 2025 "xã Hoài Đức" is two places 150 km apart: then nobody may guess."""
    before = gazetteer.read("xã Hoài Đức, Lâm Đồng", DISTRICTS)
    since = gazetteer.read("xã Hoài Đức, Lâm Đồng", TWO_LEVELS)

    assert before.old.unit is not None
    assert before.old.unit.code == "24913"
    assert told(since.new) == ("ambiguous", "", "", "23194;24916")
    assert since.point is None


def test_an_ended_name_is_read_as_of_its_day(gazetteer: Gazetteer) -> None:
    """Quảng Lập kept its name when it took Pró in, but not its code."""
    codes = [
        gazetteer.read("xã Quảng Lập, Đơn Dương", on).old.unit for on in (DISTRICTS, TWO_LEVELS)
    ]

    assert [unit and unit.code for unit in codes] == ["24946", "24955"]


def test_a_province_that_joined_is_outside_before_and_inside_since(gazetteer: Gazetteer) -> None:
    """Mũi Né moved to Lâm Đồng without moving."""
    place = gazetteer.read("Phường Mũi Né, tỉnh Bình Thuận", TWO_LEVELS)

    assert (place.old.status, told(place.new)[1]) == ("outside", "22918")


def test_a_hamlet_is_not_the_commune_of_its_name(gazetteer: Gazetteer) -> None:
    """Thôn Phú Hội may lie in any commune of the district; the point says how little is known."""
    place = gazetteer.read("Thôn Phú Hội, Đức Trọng", DISTRICTS)

    assert place.old.status == "ambiguous"
    assert place.point is not None
    assert place.point.accuracy_km > 10


def test_every_commune_is_found_by_its_own_name(gazetteer: Gazetteer, units: list[Unit]) -> None:
    """Official names are the one spelling that must never fail, old or new."""
    districts = {unit.code: unit.name for unit in units if unit.level == "district"}
    lost = []
    for unit in units:
        if unit.level != "commune":
            continue
        old = unit.district is not None
        text = f"{unit.name}, {districts[unit.district]}" if unit.district else unit.name
        day = DISTRICTS if unit.in_force(DISTRICTS) else date(2025, 1, 1)
        place = gazetteer.read(f"{text}, tỉnh Lâm Đồng", day if old else TWO_LEVELS)
        reading = place.old if old else place.new
        if unit.code not in (told(reading)[1], *reading.candidates):
            lost.append(text)
        if reading.status != "unique" and text not in AGAIN:
            lost.append(f"{text} ({reading.status})")

    assert lost == []


#: New names that old communes elsewhere also bore: without a district both are meant.
AGAIN = {"Xã Hoài Đức", "Xã Tân Thành"}


def test_geopy_asks_it_like_any_other(gazetteer: Gazetteer) -> None:
    """The rest of geopy (rate limiters, chains of geocoders) works with it."""
    location = gazetteer.geocode("Phường 3, Đà Lạt")

    assert location.address == "Phường 3"
    assert (location.latitude, location.longitude) == (11.90326, 108.44307)
    assert location.raw["place"].point.accuracy_km == 4.8
    assert gazetteer.geocode("gần chợ, hỏi nhà ông Ba") is None


@given(text=st.text(max_size=80) | st.text("xãpf., -P3đĐạà'’\0\ud800\u0301", max_size=40))
def test_any_text_is_answered(gazetteer: Gazetteer, text: str) -> None:
    """Intake waits for no geocoder, and falls over none."""
    place = gazetteer.read(text, TWO_LEVELS)

    assert place == gazetteer.read(text, TWO_LEVELS)
