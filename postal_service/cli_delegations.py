"""``postal delegate``: which counter receives in which agency's name."""

from __future__ import annotations

from datetime import date, datetime

import rich_click as click

from postal_service.cli_run import read_settings, run
from postal_service.database import Context, open_database
from postal_service.desk.agency import delegations
from postal_service.settings import Settings


@click.command("delegate")
@click.argument("office")
@click.argument("agency")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--ground", required=True, help="The decision it rests on, such as QĐ 1256/2025.")
def delegate_command(
    office: str, agency: str, since: datetime, until: datetime | None, ground: str
) -> None:
    """Let the counter OFFICE receive in the name of AGENCY, both by their codes.

    From that day on the statutory clock of what it accepts for the agency starts at the counter.
    """
    period = (since.date(), until.date() if until else None)
    run(_delegate(read_settings(), (office, agency), period, ground))
    click.echo(f"{office} receives for {agency} from {period[0]}")


async def _delegate(
    settings: Settings, places: tuple[str, str], period: tuple[date, date | None], ground: str
) -> None:
    async with (
        open_database(settings.database_url, size=1) as database,
        database.begin(Context.command("delegate")) as conn,
    ):
        await delegations.add(conn, *places, period, ground)
