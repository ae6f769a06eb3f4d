"""What a citizen is told about, and what she is spared."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from itertools import product

import pytest

from notifications.messages import LIMITS, fold, shorten
from notifications.situations import (
    AFTER,
    ANYWHERE,
    AT_THE_LAST_OFFICE,
    BEFORE_ANY_ATTEMPT,
    BY_THE_AGENCY,
    MUST_ACT,
    NEXT,
    ONCE,
    SAME_DAY,
    TODAY_ONLY,
    TOLD,
    WITH_ORIGINALS,
    next_morning,
    send_after,
    situations,
    valid_until,
)
from postal_service.desk.citizen.directory_words import ABOUT, TO_SAY
from postal_service.settings import DATA
from tests.make import MORNING
from tracking import stages
from tracking.model import News
from tracking.stages import CONSIGNMENT_MOVES, DOSSIER_MOVES, OPENINGS, Act, Leg, Stage

#: Everything that can happen: to a consignment of each leg, and to a dossier.
HAPPENS: set[tuple[Leg | None, Act, Stage | None]] = {
    *((leg, act, stage) for leg, (act, stage) in OPENINGS.items()),
    *(
        (leg, act, after)
        for leg, ((before, act), after) in product(Leg, CONSIGNMENT_MOVES.items())
        if stages.may_go(leg, before, act)
    ),
    *((leg, act, stage) for leg, act, stage in product(Leg, (Act.FIND, Act.UNDO), Stage)),
    *((None, act, None) for _, act in DOSSIER_MOVES),
    (None, Act.REGISTER, None),
    (None, Act.KEEP, None),
    (None, Act.DELAY, None),
    (None, Act.DUE_SOON, None),
    (None, Act.MOVE_APPOINTMENT, None),
    (None, Act.CHANGE, None),
}
EVERY_KEY = {
    *(key for keys in (*TOLD.values(), *NEXT.values()) for key in keys),
    *ANYWHERE.values(),
    *WITH_ORIGINALS.values(),
    *BY_THE_AGENCY.values(),
}


def news(
    leg: Leg | None,
    act: Act,
    stage: Stage | None,
    *,
    return_way: str = "office",
    **facts: object,
) -> News:
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
        facts=facts,
    )


def test_every_situation_can_happen() -> None:
    """A line that no journey leads to is a message nobody ever gets."""
    assert TOLD.keys() <= HAPPENS


def test_steps_inside_the_post_are_nobodys_news() -> None:
    """Ten calls a day about bags and couriers would hide the one that matters."""
    told = {what[1] for what in HAPPENS if situations(news(*what, reason="CD07"))}
    inside = {
        Act.OFFER, Act.RECALL, Act.HAND_OVER, Act.DECLINE, Act.RELEASE, Act.BRING_IN,
        Act.SEND_BACK, Act.REPORT_MISSING, Act.REGISTER, Act.BEGIN, Act.FINISH, Act.SUCCEED,
    }  # fmt: skip
    at_a_counter = {Act.GIVE_BACK, Act.WITHDRAW, Act.RETURN_HERE}

    assert told == set(Act) - inside - at_a_counter


def test_a_result_on_its_way_to_the_door_invites_nobody_to_the_counter() -> None:
    """She would come, and the courier would stand at her closed door."""
    back = (Leg.RESULT, Act.TAKE_IN, Stage.AT_OFFICE)

    assert situations(news(*back, return_way="office")) == ("result_at_counter",)
    assert situations(news(*back, return_way="home")) == ()


@pytest.mark.parametrize("leg", [Leg.RESULT, Leg.BACK])
def test_the_code_for_the_door_is_a_message_of_its_own(leg: Leg) -> None:
    """It goes to who opens the door, and there is no room for it beside the courier's name."""
    told = situations(news(leg, Act.COLLECT, Stage.OUT))

    assert len(told) == 2
    assert told[1] == "delivery_code"


@pytest.mark.parametrize(
    ("after", "key"),
    [
        ({}, "attempt_failed"),
        ({"next": "invite"}, "attempt_failed"),
        ({"next": "hold_at_office"}, "attempt_failed"),
        ({"next": "redeliver"}, "attempt_again"),
        ({"next": "correct_address"}, "attempt_call"),
        ({"next": "return_to_agency", "reason": "DF01"}, "attempt_call"),
    ],
)
def test_a_missed_attempt_says_what_the_courier_does_next(
    after: dict[str, object], key: str
) -> None:
    """An invitation counts before the law: only what invites says "come"."""
    assert situations(news(Leg.RESULT, Act.MISS, Stage.OUT, **after)) == (key,)


def test_who_refused_at_the_door_is_not_told_that_nobody_was_at_home() -> None:
    missed = (Leg.RESULT, Act.MISS, Stage.OUT)

    assert situations(news(*missed, reason="DF07", next="return_to_agency")) == ()


def test_a_torn_cover_is_told_only_if_the_papers_suffered() -> None:
    """What is inside concerns the citizen; the cover is between the post's own people."""
    damage = (Leg.FORWARD, Act.DAMAGE, Stage.TO_AGENCY)

    assert situations(news(*damage, reason="CD07")) == ("damaged",)
    assert situations(news(*damage, reason="CD01")) == ()


def test_every_special_case_is_about_something_that_is_told() -> None:
    """A key with a typing mistake would never match, silently."""
    special = (
        SAME_DAY, TODAY_ONLY, MUST_ACT, ONCE, AT_THE_LAST_OFFICE, BEFORE_ANY_ATTEMPT,
        {*AFTER, *AFTER.values()}, set(WITH_ORIGINALS),
    )  # fmt: skip
    for keys in special:
        assert keys <= EVERY_KEY


def test_every_situation_has_its_text_and_its_words() -> None:
    """A missing text is a citizen who hears nothing, a missing word a clerk who cannot say it."""
    with (DATA / "sms_templates.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}

    assert rows.keys() >= EVERY_KEY
    assert TO_SAY.keys() == rows.keys()


def test_what_may_be_undone_can_be_corrected() -> None:
    """The correction names what was wrong within its 24 letters, whole words only."""
    at_a_desk = {key for what, keys in TOLD.items() if what[0] is None for key in keys}
    at_a_desk |= set(BY_THE_AGENCY.values())

    assert ABOUT.keys() >= EVERY_KEY - at_a_desk - {"correction", "last_day"}
    assert {about: shorten(fold(about), LIMITS["about"]) for about in ABOUT.values()} == {
        about: fold(about) for about in ABOUT.values()
    }


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


def test_what_is_about_today_is_false_tomorrow() -> None:
    """ "Hôm nay bưu tá phát" must not arrive on the day after."""
    evening = datetime.fromisoformat("2026-11-23T20:30:00+07:00")

    assert valid_until("out_for_delivery", evening).isoformat() == "2026-11-24T00:00:00+07:00"
    assert valid_until("delivery_code", evening) == valid_until("last_day", evening)
    assert valid_until("accepted", evening) == evening + timedelta(hours=72)


def test_the_next_morning_is_the_local_one() -> None:
    """Half past midnight in Đà Lạt is yesterday evening in UTC."""
    night = datetime.fromisoformat("2026-11-23T17:30:00+00:00")

    assert next_morning(night).isoformat() == "2026-11-25T07:00:00+07:00"
