"""The two journeys as maps: no islands, no dead ends but the ones the law knows."""

from __future__ import annotations

import pytest

from tracking.errors import ACTS, PLACES, IllegalMove
from tracking.stages import (
    CONSIGNMENT_MOVES,
    DOSSIER_MOVES,
    HOMEBOUND,
    KEEPERS,
    OPENINGS,
    TAKERS,
    Act,
    Keeper,
    Leg,
    Stage,
    Status,
    acts_from,
    after,
    rulings_from,
    status_after,
    status_with,
)


def test_every_stage_can_be_reached() -> None:
    """A stage nothing leads to is a typo."""
    openings = {stage for _, stage in OPENINGS.values()}
    # what was opened by mistake is cancelled by the line that undoes it
    assert openings | set(CONSIGNMENT_MOVES.values()) | {Stage.CANCELLED} == set(Stage)


def test_a_consignment_ends_with_the_agency_or_the_citizen() -> None:
    """A paper anywhere else still has somewhere to go; one that is lost may be found."""
    at_rest = {Act.SEND_ON, Act.DAMAGE}
    assert {stage for stage in Stage if not set(acts_from(stage)) - at_rest} == {
        Stage.WITH_AGENCY,
        Stage.DELIVERED,
        Stage.GIVEN_BACK,
        Stage.CANCELLED,
        Stage.LOST,
    }


def test_every_status_can_be_reached() -> None:
    """RETURNED is reached by the post's move: it takes the result from the agency's desk."""
    by_paper = {status_with(Leg.RESULT, Stage.READY, Act.COLLECT)}
    assert {Status.REGISTERED, *DOSSIER_MOVES.values()} | by_paper == set(Status)


def test_a_dossier_ends_refused_stopped_or_returned() -> None:
    assert {status for status in Status if not rulings_from(status)} == {
        Status.NOT_RECEIVED,
        Status.STOPPED,
        Status.RETURNED,
    }


def test_delivery_to_the_citizen_is_not_the_agencys_status() -> None:
    """Its part ended days before, when the post took the result: status 10.

    It begins again where a result comes back undelivered: the agency has one to give.
    """
    assert [
        (leg, stage, act)
        for leg in Leg
        for stage in Stage
        for act in Act
        if status_with(leg, stage, act) is not None
    ] == [(Leg.RESULT, Stage.OFFERED, Act.SIGN), (Leg.RESULT, Stage.READY, Act.COLLECT)]


def test_each_stage_has_one_kind_of_holder() -> None:
    """What is missing or lost is still answered for by whoever had it."""
    assert set(KEEPERS) == set(Stage) - {Stage.MISSING, Stage.LOST}


def test_a_paper_changes_hands_only_by_its_taker() -> None:
    """Whoever becomes the holder took it himself; only the citizen signs on another's device."""
    for (stage, act), reached in CONSIGNMENT_MOVES.items():
        keeper = KEEPERS.get(reached)
        if stage in KEEPERS and keeper not in (None, Keeper.CITIZEN, KEEPERS[stage]):
            assert TAKERS.get(act) is keeper, (stage, act)


def test_a_paper_for_the_agency_never_goes_to_a_door() -> None:
    """One that was sent to the wrong agency comes back to an office, and goes on from there."""
    for leg in set(Leg) - HOMEBOUND:
        for act in (Act.COLLECT, Act.DELIVER, Act.INVITE, Act.SEND_BACK):
            with pytest.raises(IllegalMove):
                after(Stage.AT_OFFICE, act, leg)


def test_a_delivered_result_cannot_be_collected() -> None:
    with pytest.raises(IllegalMove, match="đã giao cho người nhận"):
        after(Stage.DELIVERED, Act.COLLECT)


def test_a_refused_dossier_cannot_be_finished() -> None:
    with pytest.raises(IllegalMove, match="đã từ chối"):
        status_after(Status.NOT_RECEIVED, Act.FINISH)


def test_every_act_and_place_has_its_words() -> None:
    """A refusal never shows a code to a person."""
    assert set(ACTS) == set(Act)
    assert set(PLACES) == set(Stage) | {str(status.value) for status in Status}
