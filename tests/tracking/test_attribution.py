"""Every hour is somebody's: the parts add up to the whole, whoever had the dossier."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from tests.make import MORNING
from tests.tracking.test_deadlines import OFFICE
from tracking import attribution
from tracking.attribution import Whose
from tracking.model import Dossier, Facts
from tracking.slip_store import Line
from tracking.stages import Act, Keeper, Leg, Stage, Status

AGENCY, OFFICE_ID, COURIER, CLERK = 7, 3, 11, 12


def dossier(return_way: str = "home", **given: datetime) -> Dossier:
    return Dossier(
        id=1, ref="LD-261123-00001", tracking_code="", procedure_id=1, applicant_id=1,
        receiver_id=1, office_id=OFFICE_ID, agency_id=AGENCY, service="both",
        return_way=return_way, status=Status.PROCESSING, agency_code=None, limit_value=3,
        limit_unit="working_day", same_day_cutoff=False, hours_group="LD-STD",
        accepted_at=MORNING, expected_on=MORNING.date(), received_at=given.get("received_at"),
        due_at=None, original_due_at=None, paused_at=None,
        processed_at=given.get("processed_at"),
    )  # fmt: skip


def ruling(act: Act, hours: float, status: Status | None = None, **facts: object) -> Line:
    return line(act, hours, status=status, facts=facts)


def line(
    act: Act,
    hours: float,
    *,
    paper: tuple[Leg, Stage, Keeper, int | None] | None = None,
    status: Status | None = None,
    facts: Facts | None = None,
) -> Line:
    leg, stage, kind, who = paper or (None, None, None, None)
    at = MORNING + timedelta(hours=hours)
    return Line(
        scan_id=uuid4(), act=act, leg=leg, s10=f"{leg}1" if leg else None, stage=stage,
        status=status, holder_kind=kind, holder_id=who, person_id=CLERK, at=at, heard_at=at,
        facts=facts or {},
    )  # fmt: skip


ACCEPTED = line(
    Act.ACCEPT, 0, paper=(Leg.FORWARD, Stage.ACCEPTED, Keeper.OFFICE, OFFICE_ID),
    status=Status.REGISTERED,
)  # fmt: skip
SIGNED = line(Act.SIGN, 4, paper=(Leg.FORWARD, Stage.WITH_AGENCY, Keeper.AGENCY, AGENCY))
RECEIVED = ruling(Act.RECEIVE, 5, Status.RECEIVED)
ASKED = ruling(Act.ASK_MORE, 24, Status.SUPPLEMENT)
BROUGHT = line(Act.ACCEPT, 48, paper=(Leg.SUPPLEMENT, Stage.ACCEPTED, Keeper.OFFICE, OFFICE_ID))
SIGNED_TOO = line(Act.SIGN, 54, paper=(Leg.SUPPLEMENT, Stage.WITH_AGENCY, Keeper.AGENCY, AGENCY))
RESUMED = ruling(Act.RESUME, 72, Status.PROCESSING)
FINISHED = ruling(Act.FINISH, 96, Status.PROCESSED)
RELEASED = line(Act.RELEASE, 97, paper=(Leg.RESULT, Stage.READY, Keeper.AGENCY, AGENCY))
COLLECTED = line(Act.COLLECT, 99, paper=(Leg.RESULT, Stage.TO_OFFICE, Keeper.COURIER, COURIER))
SHELVED = line(Act.TAKE_IN, 102, paper=(Leg.RESULT, Stage.AT_OFFICE, Keeper.OFFICE, OFFICE_ID))
DELIVERED = line(Act.DELIVER, 120, paper=(Leg.RESULT, Stage.DELIVERED, Keeper.CITIZEN, None))
WHOLE = [
    ACCEPTED, SIGNED, RECEIVED, ASKED, BROUGHT, SIGNED_TOO, RESUMED, FINISHED, RELEASED,
    COLLECTED, SHELVED, DELIVERED,
]  # fmt: skip
LATER = MORNING + timedelta(days=30)


def whose(lines: list[Line], return_way: str = "home") -> list[tuple[Whose, float]]:
    """Who had it, and for how many hours on the wall, spell by spell."""
    found = attribution.spells(dossier(return_way), lines, LATER)
    return [(s.whose, (s.until - s.since) / timedelta(hours=1)) for s in found]


def test_a_dossier_s_whole_way_is_shared_by_three() -> None:
    """While the citizen looks for the paper it is hers; once she brought it, the post's."""
    assert whose(WHOLE) == [
        (Whose.POST, 4),
        (Whose.AGENCY, 20),
        (Whose.CITIZEN, 24),
        (Whose.POST, 6),
        (Whose.AGENCY, 43),
        (Whose.POST, 2),
        (Whose.POST, 3),
        (Whose.POST, 18),
    ]


def test_what_waits_to_be_fetched_is_the_citizen_s_time() -> None:
    """She chose the counter: the shelf's days are not the post's."""
    assert whose(WHOLE, "office")[-1] == (Whose.CITIZEN, 18)


def test_a_missed_attempt_leaves_it_to_the_citizen() -> None:
    missed = line(Act.MISS, 104, paper=(Leg.RESULT, Stage.OUT, Keeper.COURIER, COURIER))
    back = line(Act.TAKE_IN, 106, paper=(Leg.RESULT, Stage.AT_OFFICE, Keeper.OFFICE, OFFICE_ID))

    found = whose([*WHOLE[:-1], missed, back, DELIVERED])

    assert found[-1] == (Whose.CITIZEN, 14)


def test_another_agency_s_time_is_its_own() -> None:
    """A transfer changes whose hours they are, under whichever name."""
    taken = ruling(Act.TAKE_OVER, 30, Status.RECEIVED, **{"from": AGENCY, "to": 8})
    found = attribution.spells(dossier(), [ACCEPTED, SIGNED, RECEIVED, taken, FINISHED], LATER)

    assert [s.who for s in found if s.whose is Whose.AGENCY][:2] == [AGENCY, 8]


def test_a_line_told_late_does_not_turn_time_back() -> None:
    """A phone without signal tells on Tuesday of what it did on Monday."""
    late = line(Act.COLLECT, 1, paper=(Leg.FORWARD, Stage.TO_AGENCY, Keeper.COURIER, COURIER))

    found = attribution.spells(dossier(), [ACCEPTED, SIGNED, late, RECEIVED], LATER)

    assert all(spell.since < spell.until for spell in found)
    assert all(one.until == two.since for one, two in pairwise(found))


@given(
    st.lists(st.sampled_from(WHOLE[1:]), max_size=12),
    st.sampled_from(["home", "office", "agency"]),
)
def test_the_parts_are_the_whole_whatever_happened(lines: list[Line], return_way: str) -> None:
    """Even of a register in disorder no minute is lost, and none counted twice."""
    found = attribution.spells(dossier(return_way), [ACCEPTED, *lines], LATER)
    split = attribution.shares(found, OFFICE)

    assert all(one.until == two.since for one, two in pairwise(found))
    whole = OFFICE.minutes_between(found[0].since, found[-1].until) if found else 0
    assert sum(attribution.totals(split).values()) == whole
    assert all(share.minutes >= 0 for share in split)


def test_on_time_is_the_agency_s_end_against_its_first_appointment() -> None:
    """The result comes first, then its return, then a stop; what is open counts to today."""
    due = MORNING + timedelta(hours=96)

    finished = attribution.ended_at(dossier(received_at=MORNING, processed_at=due), WHOLE)
    stopped = attribution.ended_at(
        dossier(received_at=MORNING), [ACCEPTED, SIGNED, RECEIVED, ruling(Act.STOP, 30)]
    )
    never = attribution.ended_at(dossier(), [ACCEPTED, SIGNED, ruling(Act.REFUSE, 30)])
    still = attribution.ended_at(dossier(received_at=MORNING), [ACCEPTED, SIGNED, RECEIVED])

    assert attribution.on_time(due, finished, LATER)
    assert stopped == MORNING + timedelta(hours=30)
    assert never is None
    assert still is None
    assert not attribution.on_time(due, still, LATER)
