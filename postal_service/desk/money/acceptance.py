"""The money of a dossier that is accepted: what it costs, and what is paid at once."""

from __future__ import annotations

from asyncpg import Connection, Record

from postal_service.desk.estimate import Charges
from postal_service.desk.intake import Intake
from postal_service.desk.money import charges, collect, transfers
from postal_service.desk.money.model import Means, Moment, Press


async def charge(
    conn: Connection[Record], dossier_id: int, intake: Intake, costs: Charges, press: Press
) -> None:
    """Open the dossier's charges, and take what is paid at once in cash.

    What comes by transfer is asked for under a reference, and open until the bank has it.
    """
    lines = charges.of_estimate(costs, intake.payment, agency_id=intake.agency.id)
    await charges.add(conn, dossier_id, lines, person_id=press.by.person, at=press.at)
    paid_now = any(line.moment is Moment.BEFORE for line in lines)
    if paid_now and press.means is Means.CASH:
        await collect.before(conn, dossier_id, press)
    elif paid_now and press.means is Means.TRANSFER:
        wish = transfers.Wish(
            form_id=press.key, person_id=press.by.person, office_id=intake.office.id, at=press.at
        )
        await transfers.ask(conn, dossier_id, wish, Moment.BEFORE)
