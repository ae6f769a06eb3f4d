"""What a citizen is told about, and what she is spared."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from notifications.situations import SAME_DAY, TOLD, WITH_ORIGINALS, send_after, situation
from tests.make import MORNING
from tracking.model import News
from tracking.stages import CONSIGNMENT_MOVES, DOSSIER_MOVES, OPENINGS, Act, Leg, Stage

#: Everything that can happen: to a consignment of each leg, and to a dossier.
HAPPENS: set[tuple[Leg | None, Act, Stage | None]] = {
    *((leg, act, stage) for leg, (act, stage) in OPENINGS.items()),
    *((leg, act, after) for leg, ((_, act), after) in product(Leg, CONSIGNMENT_MOVES.items())),
    *((None, act, None) for _, act in DOSSIER_MOVES),
    (None, Act.REGISTER, None),
}


def news(leg: Leg | None, act: Act, stage: Stage | None, *, return_way: str = "office") -> News:
    return News(
        event_id=1,
        dossier_id=1,
        consignment_id=None if leg is None else 1,
        leg=leg,
        s10=None,
        ref="LD-261123-00001",
        agency_code=None,
        applicant_id=1,
        receiver_id=1,
        office_id=1,
        agency_id=1,
        service="both",
        return_way=return_way,
        due_at=None,
        act=act,
        stage=stage,
        status=None,
        person_id=None,
        at=MORNING,
        facts={},
    )


def test_every_situation_can_happen() -> None:
    """A line that no journey leads to is a message nobody ever gets."""
    assert TOLD.keys() <= HAPPENS


def test_the_citizen_hears_these_eleven_things_and_nothing_else() -> None:
    """Ten calls a day about steps inside the post would hide the one that matters."""
    told = {situation(news(*what)) for what in HAPPENS} - {None}

    assert told == set(TOLD.values())
    assert len(told) == 11


def test_papers_on_their_way_back_are_announced_by_the_refusal_alone() -> None:
    assert not [what for what in HAPPENS if what[0] is Leg.BACK and situation(news(*what))]


def test_a_result_on_its_way_to_the_door_invites_nobody_to_the_counter() -> None:
    """She would come, and the courier would stand at her closed door."""
    back = (Leg.RESULT, Act.BRING_IN, Stage.AT_OFFICE)

    assert situation(news(*back, return_way="office")) == "result_at_counter"
    assert situation(news(*back, return_way="home")) is None


def test_every_variant_is_a_variant_of_something() -> None:
    assert set(TOLD.values()) >= {*SAME_DAY, *WITH_ORIGINALS}


@pytest.mark.parametrize(
    ("key", "at", "goes"),
    [
        ("accepted", "20:59", "23 20:59"),
        ("accepted", "21:00", "24 07:00"),
        ("accepted", "23:59", "24 07:00"),
        ("accepted", "00:00", "23 07:00"),
        ("accepted", "06:59", "23 07:00"),
        ("accepted", "07:00", "23 07:00"),
        ("out_for_delivery", "06:30", "23 06:30"),
        ("delivered", "21:15", "23 21:15"),
    ],
)
def test_people_sleep_from_nine_to_seven(key: str, at: str, goes: str) -> None:
    """What is about today goes today; all else waits for the morning, Vietnamese time."""
    moment = datetime.fromisoformat(f"2026-11-23T{at}:00+07:00")

    assert send_after(key, moment).strftime("%d %H:%M") == goes
