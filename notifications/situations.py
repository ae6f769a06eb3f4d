"""Which news a citizen is told, and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from notifications.messages import LOCAL
from tracking.model import News
from tracking.stages import Act, Leg, Stage

#: What happened, and the template that says so. What is not here is silence:
#: steps inside the post or the agency, and the citizen's own acts at a counter.
TOLD: Final[Mapping[tuple[Leg | None, Act, Stage | None], str]] = {
    # outbound
    (Leg.FORWARD, Act.ACCEPT, Stage.ACCEPTED): "accepted",
    (Leg.FORWARD, Act.SIGN, Stage.WITH_AGENCY): "handed_to_agency",
    # at the agency
    (None, Act.RECEIVE, None): "received_by_agency",
    (None, Act.ASK_MORE, None): "supplement_required",
    (None, Act.RESUME, None): "supplement_received",
    (None, Act.REFUSE, None): "refused",
    # homebound
    (Leg.RESULT, Act.COLLECT, Stage.TO_OFFICE): "result_collected",
    (Leg.RESULT, Act.BRING_IN, Stage.AT_OFFICE): "result_at_counter",
    (Leg.RESULT, Act.COLLECT, Stage.OUT): "out_for_delivery",
    (Leg.RESULT, Act.MISS, Stage.OUT): "attempt_failed",
    (Leg.RESULT, Act.DELIVER, Stage.DELIVERED): "delivered",
}

#: The same news where the citizen must hand originals back to get the result.
WITH_ORIGINALS: Final[Mapping[str, str]] = {"result_collected": "result_collected_originals"}

#: About this very day: tomorrow morning they would be false or useless.
SAME_DAY: Final = frozenset({"out_for_delivery", "attempt_failed", "delivered"})

NIGHT: Final = time(21)
MORNING: Final = time(7)


def situation(news: News) -> str | None:
    """The key of the template that tells *news*, or none where the citizen is not told.

    A result that comes to the office waits for the citizen only if it is to be
    fetched there: on its way to the door it is nobody's appointment.
    """
    if news.leg is Leg.RESULT and news.act is Act.BRING_IN and news.return_way != "office":
        return None
    return TOLD.get((news.leg, news.act, news.stage))


def send_after(key: str, at: datetime) -> datetime:
    """The earliest moment to send: *at*, or seven in the morning where people sleep by then."""
    local = at.astimezone(LOCAL)
    if key in SAME_DAY or MORNING <= local.time() < NIGHT:
        return at
    day = local.date() + timedelta(days=local.time() >= NIGHT)
    return datetime.combine(day, MORNING, LOCAL)
