"""Which of the citizen's sentences fit a dossier as it stands."""

from __future__ import annotations

from postal_service.web.citizen_unusual import unusual
from postal_service.web.citizen_words import (
    DECIDED_THERE,
    MISSED,
    OUT_AFTER_MISS,
    SITUATIONS,
    TO_FETCH,
    Place,
    Situation,
)
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage, Status


def place_of(slip: Slip) -> Place:
    """The newest leg and its stage, beside the agency's status."""
    item = slip.leg(Leg.BACK) or slip.leg(Leg.RESULT) or slip.leg(Leg.FORWARD)
    return (item.leg if item else None, item.stage if item else None, slip.dossier.status)


def situation_of(slip: Slip) -> Situation:
    """What is said of a dossier: its place, turned by the way it returns and by missed attempts."""
    place = place_of(slip)
    item, dossier = slip.leg(Leg.RESULT), slip.dossier
    if item is None:
        fetched = dossier.status is Status.PROCESSED and dossier.return_way == "agency"
        return DECIDED_THERE if fetched else said_of(place)
    if item.stage is Stage.AT_OFFICE and item.attempts:
        return MISSED
    if item.stage is Stage.AT_OFFICE and dossier.return_way == "office":
        return TO_FETCH
    if item.stage is Stage.OUT and slip.lines[-1].act is Act.MISS:
        return OUT_AFTER_MISS
    return said_of(place)


def said_of(place: Place) -> Situation:
    return SITUATIONS.get(place) or unusual(place)
