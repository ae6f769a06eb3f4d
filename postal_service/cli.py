"""``postal``: everything an operator types."""

from __future__ import annotations

import msgspec
import rich_click as click
import uvloop
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from rich.console import Console
from rich.table import Table

from postal_service import logs, worker
from postal_service.cli_audit import root_group, verify_command
from postal_service.cli_bank import bank_group
from postal_service.cli_clock import explain_command, late_command, succeed_command
from postal_service.cli_delegations import delegate_command
from postal_service.cli_keys import keys_group
from postal_service.cli_money import reconcile_command
from postal_service.cli_people import people_group
from postal_service.cli_run import read_settings, run
from postal_service.database import Context, open_database
from postal_service.desk.published.load import Loaded, load
from postal_service.fake_messages import Fault, Manner, faults_of
from postal_service.fake_network import FakeNetwork, running
from postal_service.fields import Keys
from postal_service.schema import migrate
from postal_service.settings import DATA, Settings


@click.group()
def main() -> None:
    """Run and look after Lâm Đồng Post's hand-over desk.

    Settings are environment variables; `postal_service/settings.py` names each
    with its default and its reason. Exit codes: 0 done, 1 refused or failed,
    2 wrong usage.
    """


main.add_command(explain_command)
main.add_command(succeed_command)
main.add_command(late_command)
main.add_command(delegate_command)
main.add_command(bank_group)
main.add_command(keys_group)
main.add_command(people_group)
main.add_command(verify_command)
main.add_command(reconcile_command)
main.add_command(root_group)


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
        workers_kill_timeout=8,  # an open radar page would hold the server up for as long as it is
    ).serve()


@main.command("work")
def work_command() -> None:
    """Do what nobody asks for: messages and sweeping, every two seconds and at each ring."""
    settings = read_settings()
    logs.configure(json=settings.log_json)
    run(worker.work(settings), loop=uvloop.new_event_loop)


@main.command("migrate")
@click.option("--json", "as_json", is_flag=True, help="one JSON list of what was applied")
def migrate_command(as_json: bool) -> None:
    """Bring the database to this version's schema. Safe to repeat."""
    settings = read_settings()
    applied = run(migrate(settings.database_url, Keys.read(settings)))
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


@main.command("fake-network")
@click.option("--port", default=8090, show_default=True, help="on this machine alone")
@click.option("--fault", "faults", multiple=True, metavar="NAME=PART", help="as in busy=0.1")
@click.option("--delay", default=0.0, help="seconds before each answer")
def fake_network_command(port: int, faults: tuple[str, ...], delay: float) -> None:
    """Play the SMS network on this machine, with its faults, until stopped.

    TWILIO_URL points a worker at it; account and token are the settings' own.
    """
    settings = read_settings()
    logs.configure(json=settings.log_json)
    try:
        manner = Manner(faults=faults_of(faults), delay=delay)
    except ValueError as error:
        raise click.BadParameter(f"{error}; faults are {', '.join(Fault)}") from error
    account = settings.twilio_account_sid or "AC" + 32 * "0"
    network = FakeNetwork(account, settings.twilio_auth_token or "token", manner=manner)
    run(play(network, port))


async def play(network: FakeNetwork, port: int) -> None:
    """Run the fake until SIGTERM or SIGINT."""
    stop = worker.on_signals()
    async with running(network, port) as url:
        click.echo(
            f"TWILIO_URL={url} TWILIO_ACCOUNT_SID={network.account}"
            f" TWILIO_AUTH_TOKEN={network.token} TWILIO_FROM=BDLAMDONG"
        )
        await stop.wait()
    click.echo(f"{len(network.taken)} tin đã nhận / messages taken")


async def load_tables(settings: Settings) -> list[Loaded]:
    async with (
        open_database(settings.database_url, size=1, name="postal load") as database,
        database.begin(Context.command("load")) as conn,
    ):
        return await load(conn, DATA)
