"""``postal reconcile``: whether the books of other people's money are right."""

from __future__ import annotations

import sys

import msgspec
import rich_click as click

from postal_service.cli_audit import now_of
from postal_service.cli_run import read_settings, run
from postal_service.database import Context, open_database
from postal_service.desk.money import reconcile
from postal_service.desk.money.reconcile import Finding
from postal_service.settings import Settings


@click.command("reconcile")
@click.option("--json", "as_json", is_flag=True, help="a JSON object a line, for a machine")
@click.option(
    "--patience",
    type=click.IntRange(0, 3650),
    default=reconcile.PATIENCE,
    show_default=True,
    help="days that money without an owner may lie",
)
def reconcile_command(as_json: bool, patience: int) -> None:
    """Hold the books against themselves. Says nothing when all is right.

    Changes nothing. Exit code 1 and a line for each fault otherwise; a note is no fault.
    """
    found = run(look(read_settings(), patience))
    for each in found:
        click.echo(msgspec.json.encode(each).decode() if as_json else f"{each.vi} / {each.en}")
    sys.exit(1 if any(not each.warning for each in found) else 0)


async def look(settings: Settings, patience: int) -> list[Finding]:
    """As the database's read-only auditor, over one state of all the books."""
    async with (
        open_database(settings.database_url, size=1, name="postal reconcile") as database,
        database.begin(Context.audit("reconcile")) as conn,
    ):
        await conn.execute("SET LOCAL statement_timeout = '5min'")
        return await reconcile.look(conn, now=now_of(settings), patience=patience)
