"""Finding what the province has, on the day that is asked about."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from asyncpg import Connection, Record
from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.errors import (
    BadWeight,
    NoTariff,
    UnknownAgency,
    UnknownOffice,
    UnknownProcedure,
    UnknownReason,
)
from postal_service.desk.published import agencies, offices, procedures, reasons, tariffs
from postal_service.desk.published.catalogue_store import UnitFact
from postal_service.desk.published.districts import districts_on
from postal_service.desk.published.procedure_store import Step
from postal_service.desk.published.procedures import Service
from postal_service.desk.published.reasons import Group
from postal_service.desk.published.tariffs import Zone

THEN = date(2019, 6, 3)  #: districts, 147 communes
MERGED = date(2025, 1, 6)  #: three districts have become one
NOW = date(2026, 11, 23)  #: no districts, 124 communes


@pytest.fixture
async def province(desk: Connection[Record]) -> Connection[Record]:
    """The real tables."""
    return desk


async def names(conn: Connection[Record], text: str, day: date = NOW) -> list[str]:
    return [hit.name_vi for hit in await procedures.search(conn, text, day)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("1.001193", "Đăng ký khai sinh"),
        ("khai sinh", "Đăng ký khai sinh"),
        ("dang ky khai tu", "Đăng ký khai tử"),
        ("dang ky khai sih", "Đăng ký khai sinh"),
        ("bằng lái xe", "Cấp giấy phép lái xe"),
        ("lai xe doi", "Đổi giấy phép lái xe"),
        (unicodedata.normalize("NFD", "đổi giấy phép lái xe"), "Đổi giấy phép lái xe"),
        ("LLTP", "Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam"),
        ("chứng thực bản sao", "Chứng thực bản sao từ bản chính"),
    ],
)
async def test_a_procedure_is_found_as_people_type(
    province: Connection[Record], typed: str, first: str
) -> None:
    """No accents, a slip of the finger, another order, decomposed letters, initials, the code."""
    assert (await names(province, typed))[0].startswith(first[:40])


@pytest.mark.parametrize("typed", ["", "  ", "\0", "(", "\\", "%", "[-", "'; --", "zzzzqqq"])
async def test_a_search_for_nothing_finds_nothing(province: Connection[Record], typed: str) -> None:
    """Signs with a meaning in a pattern language are only signs here."""
    assert await names(province, typed) == []


async def test_the_beginning_of_a_code_finds_its_procedures(province: Connection[Record]) -> None:
    """A clerk who knows the catalogue types codes."""
    hits = await procedures.search(province, "1.0127", NOW)

    assert hits
    assert all(hit.code.startswith("1.0127") for hit in hits)


async def test_a_procedure_is_the_version_of_its_day(province: Connection[Record]) -> None:
    """A succession changed the code, the agency and the papers asked for."""
    before = await procedures.find(province, "2.000488", THEN)
    with pytest.raises(UnknownProcedure):
        await procedures.find(province, "2.000488", NOW)
    after = await procedures.find(province, "3.000333", NOW)

    assert (before.agency_code, after.agency_code) == ("H36.03", "G01.899.068")
    assert [d.ordinal for d in before.documents] == list(range(1, len(before.documents) + 1))
    assert await procedures.get(province, before.id) == before
    assert "2.000488" not in {hit.code for hit in await procedures.search(province, "lltp", NOW)}


async def test_the_published_lists_decide_the_services(province: Connection[Record]) -> None:
    """What may not be posted is published leg by leg; the counter offers only the rest."""
    every = [hit for level in "1239" for hit in await procedures.search(province, level, NOW, 99)]
    offered = {hit.code: procedures.services(hit) for hit in every}

    assert offered["1.001193"] == [Service.SEND, Service.RETURN, Service.BOTH]
    assert offered["1.004222"] == [Service.RETURN]
    assert offered["1.000894"] == []


async def test_who_decides_follows_the_level_and_the_day(province: Connection[Record]) -> None:
    """The district level ended on 2025-07-01; its work went to the communes."""
    da_lat = await offices.find(province, "66100", NOW)
    planning = await procedures.find(province, "9.068022", THEN)
    mortgage = await procedures.find(province, "1.011441", NOW)
    birth = await procedures.find(province, "1.001193", NOW)

    async def nearest(procedure: procedures.Procedure, day: date) -> list[str]:
        found = await agencies.for_procedure(province, procedure, da_lat, day)
        return [agency.short_name for agency in found]

    assert (await nearest(planning, THEN))[0] == "UBND TP Đà Lạt"
    assert len(await nearest(planning, THEN)) == 12
    assert (await nearest(planning, NOW))[0] == "UBND P.Xuân Hương - Đà Lạt"
    assert len(await nearest(planning, NOW)) == 124
    assert (await nearest(mortgage, NOW))[0] == "CN VPĐKĐĐ Đà Lạt"
    wards = [f"UBND P.{n} Đà Lạt" for n in (3, 1, 2)]  # its own first, then by number
    assert (await nearest(birth, THEN))[:3] == wards
    assert all("Đà Lạt" in name for name in (await nearest(birth, NOW))[:5])


async def test_a_procedure_that_names_its_agency_has_that_one(
    province: Connection[Record],
) -> None:
    """And when that department is no more, the province's departments are offered."""
    office = await offices.find(province, "66000", NOW)
    licence = await procedures.find(province, "1.002809", THEN)

    then = await agencies.for_procedure(province, licence, office, THEN)
    now = await agencies.for_procedure(province, licence, office, NOW)

    assert [agency.code for agency in then] == ["H36.08"]
    assert {agency.kind for agency in now} == {"department"}


async def test_an_agency_is_found_on_the_days_it_exists(province: Connection[Record]) -> None:
    """Codes are given out again, so a code alone names nobody."""
    found = await agencies.search(province, "so tu phap", NOW)
    ended = await agencies.find(province, "H36.08", THEN)

    assert [agency.code for agency in found] == ["H36.03"]
    assert await agencies.get(province, ended.id) == ended
    with pytest.raises(UnknownAgency):
        await agencies.find(province, "H36.08", NOW)
    with pytest.raises(UnknownOffice):
        await offices.find(province, "99999", NOW)
    with pytest.raises(UnknownReason):
        await reasons.get(province, "ZZ99")


async def test_offices_know_their_hours_and_what_is_invented(province: Connection[Record]) -> None:
    """Demonstration data is shown as such."""
    open_now = {office.code: office for office in await offices.open_on(province, NOW)}

    assert len(open_now) == 20
    assert {code for code, office in open_now.items() if office.demo} == {
        f"66D0{n}" for n in range(1, 8)
    }
    assert open_now["66000"].hours_group == "POST-MAIN"


@pytest.mark.parametrize(
    ("day", "office", "unit", "zone"),
    [
        (THEN, "66100", "24802", Zone.DISTRICT),
        (THEN, "66100", "24846", Zone.PROVINCE),  # the town of Lạc Dương
        (NOW, "66100", "24846", Zone.DISTRICT),  # Lang Biang: half of it was Đà Lạt's ward 7
        (THEN, "66500", "25126", Zone.PROVINCE),
        (MERGED, "66500", "25126", Zone.DISTRICT),  # Cát Tiên and Đạ Tẻh are one district
        (NOW, "66500", "25126", Zone.DISTRICT),
        (NOW, "66450", "24781", Zone.PROVINCE),
        (NOW, "66100", "24802", Zone.DISTRICT),  # an address in ward 3, which has ended
        (THEN, "66100", "22918", Zone.INTER),  # Bình Thuận was another province
        (NOW, "66100", "22918", Zone.PROVINCE),
        (NOW, "66100", None, Zone.INTER),
    ],
)
async def test_the_zone_outlives_the_districts(
    province: Connection[Record], day: date, office: str, unit: str | None, zone: Zone
) -> None:
    """A citizen pays the district price where the district was, merged or ended."""
    start = await offices.find(province, office, day)

    assert await tariffs.zone_between(province, start, unit, day) == zone


async def test_a_department_is_where_it_sits(province: Connection[Record]) -> None:
    """It serves the whole province, and its door is in Đà Lạt."""
    justice = await agencies.find(province, "H36.03", NOW)
    da_lat = await offices.find(province, "66100", NOW)
    bao_loc = await offices.find(province, "66450", NOW)

    assert await tariffs.zone_between(province, da_lat, justice, NOW) == Zone.DISTRICT
    assert await tariffs.zone_between(province, bao_loc, justice, NOW) == Zone.PROVINCE


async def test_prices_come_from_the_table_of_the_day(province: Connection[Record]) -> None:
    """22,000 VND within a district in the table of 2018; a gap is said, never guessed."""

    async def price(weight_g: int, day: date = THEN) -> int:
        return await tariffs.price(
            province,
            zone=Zone.DISTRICT,
            service=Service.SEND,
            weight_g=weight_g,
            with_collection=False,
            day=day,
        )

    assert await price(1) == await price(100) == 22_000
    assert await price(101) > 22_000
    assert await price(2001) == await price(2500) < await price(2501)
    with pytest.raises(NoTariff):
        await price(100, date(2017, 12, 31))
    with pytest.raises(BadWeight):
        await price(0)


STEPS = [
    Step(weight_over_g=0, weight_upto_g=100, step_g=None, price_vnd=22_000),
    Step(weight_over_g=100, weight_upto_g=2000, step_g=None, price_vnd=40_000),
    Step(weight_over_g=2000, weight_upto_g=None, step_g=500, price_vnd=5_000),
]


@given(st.integers(1, 50_000), st.integers(1, 5_000))
def test_more_weight_never_costs_less(weight_g: int, more_g: int) -> None:
    """A clerk who weighs the envelope again must not find a bargain."""
    light, heavy = tariffs.price_of(STEPS, weight_g), tariffs.price_of(STEPS, weight_g + more_g)

    assert light is not None
    assert heavy is not None
    assert light <= heavy


def test_a_gap_in_the_steps_has_no_price() -> None:
    """Between two rows that do not meet, and above the last one."""
    assert tariffs.price_of([STEPS[0]], 101) is None
    assert tariffs.price_of([STEPS[0], STEPS[2]], 2001) is None
    assert tariffs.price_of([], 1) is None


def unit(
    code: str,
    level: str,
    district: str | None,
    *,
    since: date | None = None,
    until: date | None = None,
    successor: str | None = None,
) -> UnitFact:
    return UnitFact(
        code=code,
        level=level,
        district=district,
        valid_from=since,
        valid_to=until,
        successor=successor,
    )


def test_a_code_given_to_another_place_is_not_followed_back() -> None:
    """24781 was ward 2 of one district; a reform may give it to a unit of another."""
    reform = date(2025, 7, 1)
    facts = [
        unit("1", "district", "1", until=reform),
        unit("2", "district", "2", until=reform),
        unit("10", "commune", "1", until=reform, successor="20"),
        unit("11", "commune", "2", until=reform, successor="10"),
        unit("10", "commune", None, since=reform),
        unit("20", "commune", None, since=reform),
    ]

    before, after = districts_on(facts, THEN), districts_on(facts, NOW)

    assert (before.of("10"), after.of("10"), after.of("20")) == ({"1"}, {"2"}, {"1"})
    assert (before.two_tiers, after.two_tiers) == (False, True)
    assert not before.knows("20")


async def test_reasons_are_a_closed_list(province: Connection[Record]) -> None:
    """Postal Law 49/2010 art. 17.1 has five grounds for calling an item undeliverable."""
    failed = await reasons.in_group(province, Group.DELIVERY_FAILED)

    assert sum(reason.undeliverable_ground for reason in failed) == 5
    assert (await reasons.get(province, "DF01")).next_actions[0] == "contact_receiver"
    assert all([await reasons.in_group(province, group) for group in Group])
