"""``postal bank``: the statement from a file, for a program that fetches it every morning."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import rich_click as click

from postal_service import security_people_store
from postal_service.cli_run import read_settings, run
from postal_service.clock import Clock
from postal_service.database import open_database
from postal_service.desk.money import bank_csv, bank_lines, bank_matching
from postal_service.desk.money.bank_csv import Fault
from postal_service.desk.money.bank_lines import Brought
from postal_service.fields import Keys
from postal_service.security_people import UnknownMember
from postal_service.settings import Settings


@click.group("bank")
def bank_group() -> None:
    """Money that comes by bank transfer."""


@bank_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "username", required=True, help="who answers for the statement")
@click.option("--day", default="", help="the heading of the day's column, where it is not known")
@click.option("--amount", default="", help="the heading of the credits' column")
@click.option("--content", default="", help="the heading of the contents' column")
@click.option("--bank-ref", default="", help="the heading of the bank's own numbers")
def import_command(
    file: Path, username: str, day: str, amount: str, content: str, bank_ref: str
) -> None:
    """Take the credits of the statement FILE in, and match them. The same file twice is once.

    Lines that cannot be read are told with their numbers, the rest is taken; then the exit code
    is 1.
    """
    named = {"day": day, "amount": amount, "content": content, "bank_ref": bank_ref}
    brought, faults = run(bring(read_settings(), file.read_bytes(), username, named))
    click.echo(f"{len(brought.new)} new, {brought.known} known")
    for ref in brought.differing:
        click.echo(f"{ref}: known with another amount", err=True)
    for fault in faults:
        click.echo(f"line {fault.line}: {fault.en}", err=True)
    if faults or brought.differing:
        raise SystemExit(1)


async def bring(
    settings: Settings, raw: bytes, username: str, named: dict[str, str]
) -> tuple[Brought, list[Fault]]:
    """What came of a file. Raises BadFile, UnknownMember."""
    now = Clock(timedelta(seconds=settings.clock_offset_seconds)).now()
    async with open_database(
        settings.database_url, size=1, name="postal bank", keys=Keys.read(settings)
    ) as database:
        begin = partial(database.begin, bank_matching.CONTEXT)
        async with begin() as conn:
            person = await security_people_store.named(conn, username)
            if person is None:
                raise UnknownMember
            found, faults = bank_csv.read(raw, named, now)
            brought = await bank_lines.bring(
                conn, found, by=(person.id, person.office_id), now=now, stated=True
            )
        while await bank_matching.match_some(begin, now):
            pass
    return brought, faults
