"""Which of the citizen's sentences fit a dossier as it stands."""

from __future__ import annotations

from msgspec.structs import replace

from postal_service.web.citizen_unusual import BY_STAGE, BY_THE_AGENCY, unusual
from postal_service.web.citizen_waits import BRINGING, BROUGHT
from postal_service.web.citizen_waits import SITUATIONS as WAITS
from postal_service.web.citizen_words import (
    COMES_HOME,
    DECIDED_THERE,
    MISSED,
    OUT_AFTER_MISS,
    SITUATIONS,
    TO_FETCH,
    Place,
    Situation,
    Turn,
)
from tracking.slip import Slip
from tracking.stages import Act, Leg, Stage, Status


def place_of(slip: Slip) -> Place:
    """The newest leg and its stage, beside the agency's status."""
    item = slip.leg(Leg.BACK) or slip.leg(Leg.RESULT) or slip.papers
    if item is not None and (item.leg, item.stage) == (Leg.TRANSFER, Stage.WITH_AGENCY):
        return (Leg.FORWARD, item.stage, slip.dossier.status)  # there, whoever brought it
    return (item.leg if item else None, item.stage if item else None, slip.dossier.status)


def situation_of(slip: Slip) -> Situation:
    """What is said of a dossier, and who ended it where it was ended."""
    said = as_it_goes(slip)
    stopped = slip.last(Act.STOP)
    if stopped is not None and stopped.facts.get("by") == "agency":
        return BY_THE_AGENCY.get(said, said)
    return said


def as_it_goes(slip: Slip) -> Situation:
    """What is said of a dossier: its place, turned by the way it returns and by missed attempts."""
    if (brought := brought_since(slip)) is not None:
        return BY_STAGE.get(brought) or (BROUGHT if brought is Stage.WITH_AGENCY else BRINGING)
    place = place_of(slip)
    item, dossier = slip.leg(Leg.RESULT), slip.dossier
    if item is None:
        fetched = dossier.status is Status.PROCESSED and dossier.return_way == "agency"
        return DECIDED_THERE if fetched else coming_home(slip, said_of(place))
    if item.stage is Stage.AT_OFFICE and item.attempts:
        return MISSED
    if item.stage is Stage.AT_OFFICE and dossier.return_way == "office":
        return TO_FETCH
    if item.stage is Stage.OUT and slip.lines[-1].act is Act.MISS:
        return OUT_AFTER_MISS
    return said_of(place)


def brought_since(slip: Slip) -> Stage | None:
    """Where all that the open request asks for is, once it was brought to a counter."""
    if slip.dossier.status is not Status.SUPPLEMENT:
        return None
    item = slip.leg(Leg.SUPPLEMENT)
    asked = slip.last(Act.ASK_MORE)
    opened = [line for line in slip.lines if item and line.s10 == item.s10][:1]
    if item is None or asked is None or not opened or opened[0].facts.get("partial"):
        return None
    later = slip.lines.index(opened[0]) > slip.lines.index(asked)
    return item.stage if later and item.stage is not Stage.GIVEN_BACK else None


def said_of(place: Place) -> Situation:
    return SITUATIONS.get(place) or WAITS.get(place) or unusual(place)


def coming_home(slip: Slip, said: Situation) -> Situation:
    """Refused papers that a courier brings: nobody is asked to fetch them."""
    item = slip.leg(Leg.BACK)
    if item is None or item.attempts or slip.dossier.papers_back != "home":
        return said
    if item.stage not in (Stage.READY, Stage.TO_OFFICE, Stage.AT_OFFICE):
        return said
    return replace(said, turn=Turn.POST, todo=COMES_HOME)
