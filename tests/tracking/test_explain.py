"""Why an answer is due then: the lines add up, whatever the calendar becomes afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec import convert

from tests.tracking.test_deadlines import DAYS, VECTORS, limit_of, moment, office, pauses_of
from tracking.due_inputs import DueInputs, KeptPart, KeptPause
from tracking.editions import Edition, NamedDay
from tracking.explain import COUNTED, END, Explanation, explain
from tracking.limits import Convention, Count, Limit, Unit
from tracking.working_time import OFFICE_WEEK

NAMED = convert(
    [{"day": row["date"], "kind": row["kind"], "name": row["name_vi"]} for row in DAYS],
    tuple[NamedDay, ...],
)


def edition(hours: str = "H1", saturday: str = "none") -> Edition:
    return Edition(
        hours_group="LD-STD",
        since=date(2018, 1, 1),
        week=tuple(sorted(OFFICE_WEEK)),
        sessions=office(hours, saturday).sessions,
        days=NAMED,
    )


def told(inputs: DueInputs) -> Explanation:
    return explain(inputs, set_at=inputs.reckon().due)


def texts(explained: Explanation) -> str:
    return "\n".join(line.words[0] for line in explained.lines)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['id']} {row['exercises']}")
def test_the_lines_of_every_vector_add_up(row: dict[str, str]) -> None:
    """A citizen who adds the lines up by hand must arrive at the hour on the receipt."""
    limit, extension = limit_of(row), int(row["extension_value"] or 0)
    inputs = DueInputs(
        received_at=moment(row["received_at"]),
        limit=limit,
        edition=edition(row["hours"], row["saturday"]),
        pauses=tuple(
            KeptPause(kind="supplement", since=pause.since, until=pause.until)
            for pause in pauses_of(row)
        ),
        extension=extension,
    )

    explained = told(inputs)

    assert explained.due == moment(row["expected_due"])
    assert explained.lines[-1].kind == END
    match limit.count:
        case Count.MINUTES:
            per = 60 if limit.unit is Unit.WORKING_HOUR else 480
            assert explained.counted(Count.MINUTES) == (limit.value + extension) * per
        case Count.WORKING_DAYS if not limit.same_day_cutoff:
            assert explained.counted(Count.WORKING_DAYS) == limit.value + extension
        case Count.DAYS:
            assert explained.counted(Count.DAYS) == limit.value + extension


def test_days_off_are_told_by_their_names() -> None:
    """ "Not counted" is no answer to somebody who waited over Tết."""
    explained = told(
        DueInputs(received_at=moment("2019-02-01T10:15"), limit=Limit(value=5), edition=edition())
    )

    assert "Thứ Sáu 01/02/2019: 10:15–11:30, 13:30–17:30" in texts(explained)
    assert "Tết" in texts(explained)
    assert "Thứ Bảy 02/02/2019 – Chủ nhật 03/02/2019: cuối tuần" in texts(explained)


def test_a_make_up_saturday_says_what_it_makes_up_for() -> None:
    explained = told(
        DueInputs(received_at=moment("2019-04-26T14:00"), limit=Limit(value=3), edition=edition())
    )

    assert "Thứ Bảy 04/05/2019: 07:30–11:30, 13:30–14:00 (làm bù" in texts(explained)


def test_an_hour_named_by_an_officer_stands_beside_the_rule() -> None:
    """Both hours are shown: hers, and what the limit alone gives."""
    inputs = DueInputs(
        received_at=moment("2019-06-03T10:30"), limit=Limit(value=1), edition=edition()
    )

    explained = explain(inputs, set_at=moment("2019-06-10T10:00"))

    assert explained.by_hand
    assert "Cán bộ hẹn 10:00 Thứ Hai 10/06/2019" in explained.lines[-1].words[0]


def test_a_linked_procedure_sums_its_parts() -> None:
    """Each agency's part runs in its own hours, and begins when the one before is due."""
    parts = (
        KeptPart(name="Khai sinh", limit=Limit(value=1), edition=edition()),
        KeptPart(name="Thẻ bảo hiểm", limit=Limit(value=2), edition=edition("H2")),
    )
    inputs = DueInputs(
        received_at=moment("2019-06-03T10:30"),
        limit=Limit(value=3),
        edition=edition(),
        parts=parts,
    )

    explained = told(inputs)

    assert explained.due == moment("2019-06-06T10:30")
    assert explained.counted(Count.MINUTES) == 3 * 480
    assert "Khai sinh" in texts(explained)
    assert "Thẻ bảo hiểm" in texts(explained)


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("value", [1, 30])
def test_any_unit_can_be_explained_over_tet_2027(unit: Unit, value: int) -> None:
    inputs = DueInputs(
        received_at=moment("2027-02-01T16:00"),
        limit=Limit(value=value, unit=unit, convention=Convention.END_OF_DAY),
        edition=edition(),
    )

    explained = told(inputs)

    assert explained.due == inputs.reckon().due
    assert all(line.words[0] and line.words[1] for line in explained.lines)


def test_equal_calendars_are_one_edition() -> None:
    """A thousand dossiers of one year share one row; another day off is another edition."""
    assert edition().sha256 == edition().sha256
    assert edition().sha256 != edition("H2").sha256


def test_a_pause_shows_the_hours_it_took() -> None:
    pause = KeptPause(
        kind="financial", since=moment("2019-06-04T09:00"), until=moment("2019-06-05T15:00")
    )
    explained = told(
        DueInputs(
            received_at=moment("2019-06-03T10:30"),
            limit=Limit(value=3),
            edition=edition(),
            pauses=(pause,),
        )
    )

    assert explained.due - moment("2019-06-06T10:30") > timedelta(hours=1)
    assert "Thứ Ba 04/06/2019: 09:00–11:30, 13:30–17:30 tạm dừng, chờ nộp tiền" in texts(explained)
    assert sum(line.counted for line in explained.lines if line.kind == COUNTED) == 3 * 480
