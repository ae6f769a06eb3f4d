"""What a dossier costs: which lines are opened, when each is due, and what is asked no more."""

from __future__ import annotations

import asyncpg
import pytest
from asyncpg import Connection
from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.estimate import Charges
from postal_service.desk.money import charges, collect, ledger
from postal_service.desk.money.model import (
    FOR_AGENCY,
    STATE,
    Kind,
    Moment,
    NewCharge,
    Payer,
    Payment,
)
from tests import make
from tests.desk.money.books import fee, press, wish
from tests.make import MORNING, Town
from tracking.stages import Leg

VND = st.integers(0, 5_000_000)
COSTS = st.builds(Charges, le_phi=VND, phi=VND, postage_out=VND, postage_back=VND, collection=VND)
PAYMENT = st.builds(
    Payment,
    state=st.sampled_from(Moment),
    back=st.sampled_from([Moment.BEFORE, Moment.ON_DELIVERY]),
    why=st.just("hộ nghèo"),
)


@given(COSTS, PAYMENT)
def test_every_amount_stands_on_a_line_of_its_own(costs: Charges, payment: Payment) -> None:
    """Nothing is added up, nothing that costs nothing is asked for."""
    lines = {line.kind: line for line in charges.of_estimate(costs, payment, agency_id=7)}
    asked = {
        Kind.STATE_FEE: costs.le_phi,
        Kind.STATE_CHARGE: costs.phi,
        Kind.POSTAGE_OUT: costs.postage_out,
        Kind.POSTAGE_BACK: costs.postage_back,
        Kind.COLLECTION: 0 if payment.state is Moment.EXEMPT else costs.collection,
    }

    assert {kind: line.amount_vnd for kind, line in lines.items()} == {
        kind: vnd for kind, vnd in asked.items() if vnd
    }
    for kind, line in lines.items():
        assert (line.agency_id is not None) == (kind in FOR_AGENCY)
        if kind in STATE:
            assert line.moment is payment.state
        if line.moment is Moment.ON_DELIVERY:
            assert (line.leg, line.payer) == (Leg.RESULT, Payer.RECEIVER)


async def test_what_is_due_at_the_door_hangs_on_its_leg(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)

    [due] = await charges.open_with(desk, dossier.id, Moment.ON_DELIVERY, Leg.RESULT)

    assert (due.kind, due.amount_vnd) == (Kind.POSTAGE_BACK, 22000)
    assert await charges.open_with(desk, dossier.id, Moment.ON_DELIVERY, Leg.BACK) == []
    assert await collect.on_delivery(desk, dossier.id, Leg.BACK, press(town.by_courier)) is None


async def test_what_is_voided_is_asked_for_no_more(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    open_ = await fee(desk, town, dossier)

    assert await charges.void(desk, [open_], person_id=town.clerk, at=MORNING) == 1
    assert await charges.void(desk, [open_], person_id=town.clerk, at=MORNING) == 0
    assert await charges.open_with(desk, dossier.id, Moment.BEFORE) == []


async def test_what_is_paid_is_never_voided(desk: Connection, town: Town) -> None:
    """It is refunded, with a receipt, or its entry is reversed."""
    dossier = await make.dossier(desk, town)
    paid = [c.id for c in await charges.of_dossier(desk, dossier.id) if c.paid_by]

    assert paid
    assert await charges.void(desk, paid, person_id=town.clerk, at=MORNING) == 0


async def test_an_exemption_says_its_ground(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    line = NewCharge(kind=Kind.STATE_FEE, amount_vnd=1, agency_id=town.agency, moment=Moment.EXEMPT)

    with pytest.raises(asyncpg.CheckViolationError):
        await charges.add(desk, dossier.id, [line], person_id=town.clerk, at=MORNING)


@pytest.mark.parametrize("vnd", [-1, 0, 10**18])
async def test_no_charge_is_below_nothing_or_beyond_counting(
    desk: Connection, town: Town, vnd: int
) -> None:
    dossier = await make.dossier(desk, town)

    with pytest.raises(asyncpg.CheckViolationError):
        await fee(desk, town, dossier, vnd)


async def test_reversed_means_open_again(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    made = await collect.before(desk, dossier.id, press(town.by_clerk))

    await ledger.reverse(desk, made.id, wish(town.courier), now=MORNING)

    [due] = await charges.open_with(desk, dossier.id, Moment.BEFORE)
    assert due.amount_vnd == 15000
