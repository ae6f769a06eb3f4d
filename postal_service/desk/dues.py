"""What a dossier costs, and which of it is paid when. Pure."""

from __future__ import annotations

from msgspec import Struct

from postal_service.desk.estimate import Charges
from postal_service.desk.money.charges import of_estimate
from postal_service.desk.money.model import Moment, Payment


class Dues(Struct, frozen=True, kw_only=True):
    """Sums in whole VND: taken at the counter, taken when the result is handed over, let off."""

    now: int
    on_delivery: int
    exempt: int


def dues_of(charges: Charges, payment: Payment) -> Dues:
    """The sums of the lines an intake opens: what the form shows is what is charged."""
    lines = of_estimate(charges, payment, agency_id=0)
    sums = dict.fromkeys(Moment, 0)
    for line in lines:
        sums[line.moment] += line.amount_vnd
    return Dues(
        now=sums[Moment.BEFORE],
        on_delivery=sums[Moment.ON_DELIVERY],
        exempt=sums[Moment.EXEMPT],
    )
