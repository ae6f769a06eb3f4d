"""No place a dossier can be in may leave the citizen without words."""

from __future__ import annotations

from string import Formatter

import pytest

from postal_service.web.citizen_labels import LABELS
from postal_service.web.citizen_said import said_of
from postal_service.web.citizen_slip import HEADLINES, PLAIN
from postal_service.web.citizen_steps import STEPS
from postal_service.web.citizen_unusual import (
    BY_PLACE,
    BY_STAGE,
    BY_STATUS,
    BY_THE_AGENCY,
    SILENT,
    UNDER_WAY,
)
from postal_service.web.citizen_unusual import STEPS as ANY_LEG
from postal_service.web.citizen_waits import CHANNELS, PUT_OFF, RECKONED_ANEW
from postal_service.web.citizen_waits import SITUATIONS as WAITS
from postal_service.web.citizen_words import SITUATIONS, Pair, Place
from tracking import stages
from tracking.stages import CONSIGNMENT_MOVES, DOSSIER_MOVES, OPENINGS, Act, Leg, Stage, Status

GAPS = {
    "office", "office_at", "agency", "agency_at", "hotline", "papers", "attempts", "pay_by",
}  # fmt: skip
STEP_GAPS = GAPS | {"reason", "relation"}


#: What is asked for and decided wherever the papers are meanwhile.
ANYWHERE = frozenset({Act.WITHDRAW, Act.STOP})


def walk() -> tuple[set[Place], set[tuple[Leg | None, Act, Stage | None]]]:
    """Every place, and every step that leads to one, from the counter on by the tables of moves."""
    places: set[Place] = set()
    steps: set[tuple[Leg | None, Act, Stage | None]] = set()
    ahead: list[Place] = [
        (Leg.FORWARD, Stage.ACCEPTED, Status.REGISTERED),
        (None, None, Status.REGISTERED),
        (None, None, Status.RECEIVED),
        (Leg.FORWARD, Stage.ACCEPTED, Status.RECEIVED),  # by a counter in the agency's name
    ]
    steps |= {(Leg.FORWARD, Act.ACCEPT, Stage.ACCEPTED), (None, Act.REGISTER, None)}
    # papers that were asked for, from a counter to the agency
    steps |= {
        (Leg.SUPPLEMENT, Act.ACCEPT, Stage.ACCEPTED),
        (Leg.SUPPLEMENT, Act.SIGN, Stage.WITH_AGENCY),
    }
    while ahead:
        place = ahead.pop()
        if place in places:
            continue
        places.add(place)
        for step, later in moves_from(place):
            steps.add(step)
            ahead.append(later)
    return places, steps


def moves_from(
    place: Place,
) -> list[tuple[tuple[Leg | None, Act, Stage | None], Place]]:
    leg, stage, status = place
    found: list[tuple[tuple[Leg | None, Act, Stage | None], Place]] = []
    if leg is None or leg is Leg.FORWARD:
        found += rulings_at(place)
    if leg is Leg.BACK:
        found.append(((leg, *OPENINGS[leg]), place))
    for begin, act in CONSIGNMENT_MOVES:
        if act is Act.SEND_ON and status is not Status.REGISTERED:
            continue
        if leg is not None and begin is stage and stages.may_go(leg, begin, act):
            brought = stages.status_with(leg, begin, act) or status
            end = stages.after(begin, act, leg)
            there = (leg, end) == (Leg.TRANSFER, Stage.WITH_AGENCY)
            found.append(((leg, act, end), (Leg.FORWARD if there else leg, end, brought)))
    return found


def rulings_at(
    place: Place,
) -> list[tuple[tuple[Leg | None, Act, Stage | None], Place]]:
    """What the agency may decide there, and the carriages that it opens."""
    leg, stage, status = place
    found: list[tuple[tuple[Leg | None, Act, Stage | None], Place]] = []
    here = stage is Stage.WITH_AGENCY
    for (start, act), end in DOSSIER_MOVES.items():
        if start is not status or not (leg is None or here or act in ANYWHERE):
            continue
        opens = end in (Status.NOT_RECEIVED, Status.STOPPED) and here
        later = (Leg.BACK, Stage.READY) if opens else (leg, stage)
        if act is Act.TRANSFER and here:
            later = (Leg.TRANSFER, Stage.READY)
            found.append(((Leg.TRANSFER, *OPENINGS[Leg.TRANSFER]), (*later, end)))
        found.append(((None, act, None), (*later, end)))
    if status is Status.PROCESSED and stage in (None, Stage.WITH_AGENCY):
        act, opened = OPENINGS[Leg.RESULT]
        found.append(((Leg.RESULT, act, opened), (Leg.RESULT, opened, status)))
    return found


def test_every_place_has_words_of_its_own() -> None:
    """And no words are left for a place that nothing leads to."""
    places = walk()[0]
    assert set(SITUATIONS) | set(WAITS) <= places
    assert [place for place in places if said_of(place) is UNDER_WAY] == []


def test_every_step_has_words() -> None:
    """A line missing in the timeline would be a line missing in the story."""
    steps = walk()[1]
    assert set(STEPS) <= steps
    assert [
        step for step in steps if step not in STEPS and step[1] not in set(ANY_LEG) | SILENT
    ] == []


@pytest.mark.parametrize(
    "pair",
    [
        text
        for said in (SITUATIONS, WAITS, BY_STAGE, BY_STATUS, BY_PLACE, BY_THE_AGENCY)
        for s in said.values()
        for text in (s.where, s.todo)
    ]
    + [*HEADLINES.values(), *PLAIN.values(), *CHANNELS.values(), RECKONED_ANEW],
)
def test_a_text_has_both_languages_and_known_gaps(pair: Pair) -> None:
    """A gap nobody fills would be a fault in front of the citizen."""
    for said in pair:
        assert {gap for _, gap, _, _ in Formatter().parse(said) if gap} <= GAPS
        assert said


def test_steps_have_known_gaps() -> None:
    """As above, with what a step itself says."""
    for pair in [*STEPS.values(), *ANY_LEG.values(), PUT_OFF]:
        for said in pair:
            assert {gap for _, gap, _, _ in Formatter().parse(said) if gap} <= STEP_GAPS | {"first"}


def test_both_languages_have_the_same_labels() -> None:
    """StrictUndefined makes a forgotten label an error page."""
    assert LABELS["vi"].keys() == LABELS["en"].keys()
