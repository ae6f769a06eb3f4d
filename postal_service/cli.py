"""``postal``: everything an operator types."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import msgspec
import rich_click as click
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from rich.console import Console
from rich.table import Table

from postal_service import logs, worker
from postal_service.database import Context, DatabaseError, open_database
from postal_service.desk.errors import DeskError
from postal_service.desk.load import Loaded, load
from postal_service.schema import migrate
from postal_service.settings import DATA, BadSetting, Settings

errors = Console(stderr=True)


@click.group()
def main() -> None:
    """Run and look after Lâm Đồng Post's hand-over desk.

    Settings are environment variables; `postal_service/settings.py` names each
    with its default and its reason. Exit codes: 0 done, 1 refused or failed,
    2 wrong usage.
    """


@main.command("serve")
def serve_command() -> None:
    """Answer browsers and phones until stopped."""
    settings = read_settings()
    Granian(
        "postal_service.app:from_environment",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.web_workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,  # nginx, which ends TLS, speaks HTTP/2 to browsers
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,  # the database may come back: a web worker waits for it
        respawn_interval=1.0,
    ).serve()


@main.command("work")
def work_command() -> None:
    """Do what nobody asks for: messages and sweeping, every two seconds and at each ring."""
    settings = read_settings()
    logs.configure(json=settings.log_json)
    run(worker.work(settings))


@main.command("migrate")
@click.option("--json", "as_json", is_flag=True, help="one JSON list of what was applied")
def migrate_command(as_json: bool) -> None:
    """Bring the database to this version's schema. Safe to repeat."""
    applied = run(migrate(read_settings().database_url))
    if as_json:
        click.echo(msgspec.json.encode(applied))
    else:
        click.echo("\n".join(applied) or "nothing to do")


@main.command("load")
@click.option("--json", "as_json", is_flag=True, help="one JSON list, an object a table")
def load_command(as_json: bool) -> None:
    """Load the province's tables. Safe to repeat; never changes a row that a person edited."""
    loaded = run(load_tables(read_settings()))
    if as_json:
        click.echo(msgspec.json.encode(loaded))
        return
    table = Table("table", "added", "changed", "kept", "edited by a person")
    for row in loaded:
        table.add_row(row.file, *(str(n) for n in (row.added, row.changed, row.kept, row.edited)))
    Console().print(table)


async def load_tables(settings: Settings) -> list[Loaded]:
    async with (
        open_database(settings.database_url, size=1, name="postal load") as database,
        database.begin(Context.command("load")) as conn,
    ):
        return await load(conn, DATA)


def read_settings() -> Settings:
    """The settings, or exit code 2 and the name of the bad one."""
    try:
        return Settings.read()
    except BadSetting as error:
        errors.print(str(error), style="red")
        sys.exit(2)


def run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 -- whatever the verb returns
    """Run one verb; a refusal is a sentence and exit code 1, not a trace."""
    try:
        return asyncio.run(work)
    except (DatabaseError, DeskError, OSError) as error:
        errors.print(str(error), style="red")
        sys.exit(1)
