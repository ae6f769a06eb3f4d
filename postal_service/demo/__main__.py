"""``bin/demo``: the province, or one dossier all the way round."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import rich_click as click
from msgspec import Struct, structs
from rich.console import Console

from postal_service import embedded, seals
from postal_service.clock import VIETNAM, Clock
from postal_service.database import Context, DatabaseError, open_database
from postal_service.demo import believable, house, people, round_trip
from postal_service.desk.published.load import load
from postal_service.embedded import EmbeddedError
from postal_service.fields import Keys
from postal_service.schema import migrate
from postal_service.settings import DATA, Settings

#: ``--once`` lives here, so that its result never depends on the hour of the machine.
WORKING_MORNING = datetime(2026, 11, 23, 8, 15, tzinfo=VIETNAM)

console = Console(stderr=True, highlight=False, soft_wrap=True)


class Options(Struct, frozen=True, kw_only=True):
    data: Path
    port: int
    once: bool


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=house.ROOT / ".demo",
    help="Folder the province is kept in between runs. [default: .demo in the project]",
)
@click.option("--port", default=8000, show_default=True, help="Where browsers reach it.")
@click.option("--once", is_flag=True, help="Take one dossier all the way round, print it, stop.")
@click.option("--reset", is_flag=True, help="Forget everything kept in the folder first.")
def main(data: Path, port: int, once: bool, reset: bool) -> None:
    """A believable province on this machine; messages are printed, not sent."""
    options = Options(data=data / "once" if once else data, port=port, once=once)
    # a `kill` stops the demo as Ctrl-C does: through every `finally`
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if reset and data.exists():
            embedded.erase(options.data)
        ok = run(options)
    except (EmbeddedError, DatabaseError, house.DemoError) as error:
        console.print(str(error), style="red")
        ok = False
    except KeyboardInterrupt:
        ok = True
    sys.exit(0 if ok else 1)


def run(options: Options) -> bool:
    """Start everything, then wait for Ctrl-C or for the dossier to come round."""
    options.data.mkdir(parents=True, exist_ok=True)
    clock = Clock.showing(WORKING_MORNING) if options.once else Clock()
    port = house.free_port(0 if options.once else options.port)
    site = f"http://127.0.0.1:{port}" if options.once else f"http://localhost:{port}"
    settings = structs.replace(
        Settings.read(), secret_key=house.kept_secret(options.data), demo=True
    )
    keys = Keys.read(settings)
    with servers(options.data, settings) as (database_url, redis_url):
        url = asyncio.run(prepare(database_url, clock, keys, believable_too=not options.once))
        environment = {
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "SITE_URL": site,
            "PORT": str(port),
            "SECRET_KEY": settings.secret_key,
            "CLOCK_OFFSET_SECONDS": str(clock.offset.total_seconds()),
            "SEAL_KEY": seals.kept_key(options.data / "seal-key"),
            "SEAL_FOLDER": str(options.data / "roots"),
            "DEMO": "true",
            # no bank has this number: an app that reads the square finds nobody to pay
            "BANK_BIN": "999999",
            "BANK_ACCOUNT": "DEMO000000",
            "BANK_NAME": "TAI KHOAN MAU, KHONG CHUYEN TIEN",
        }
        log = options.data / "processes.log"
        with house.procfile(environment, log, ready=f"{site}/signin") as processes:
            if options.once:
                return asyncio.run(round_trip.go(site, clock, url))
            welcome(site, log)
            while processes.poll() is None:
                time.sleep(0.5)
            raise house.DemoError(f"Máy chủ đã dừng; xem {log} / The server stopped; see {log}")


@contextmanager
def servers(data: Path, settings: Settings) -> Iterator[tuple[str, str]]:
    """The addresses of a database and a Valkey: those the environment names, else our own."""
    with ExitStack() as stack:
        if settings.names_a_database:
            url = settings.database_url
        else:
            bin_dir = Path(settings.pg_bin_dir) if settings.pg_bin_dir else None
            server = stack.enter_context(embedded.postgres(data, bin_dir=bin_dir))
            url = asyncio.run(house.create_database(server))
        yield url, settings.redis_url or stack.enter_context(embedded.valkey(data))


async def prepare(url: str, clock: Clock, keys: Keys, *, believable_too: bool) -> str:
    """Bring the demo's database up to date; the second run finds what the first left.

    Raises DemoError for a database where other people than the demo's work:
    everybody knows the demo's password.
    """
    await migrate(url, keys)
    async with open_database(url, size=1, name="demo", keys=keys) as database:
        async with database.begin(Context.command("demo")) as conn:
            await conn.execute("SET LOCAL statement_timeout = '60s'")
            if await people.strangers(conn):
                raise house.DemoError(
                    "DATABASE_URL trỏ tới dữ liệu thật; bản trình diễn không dùng. / "
                    "DATABASE_URL names a database with real people in it: not for a demo."
                )
            await load(conn, DATA)
            await people.settle(conn)
        if believable_too:
            await believable.fill(database, clock.now() - timedelta(days=1))
    return url


def welcome(site: str, log: Path) -> None:
    """One sign-in a role, where each begins, and where the messages show."""
    console.print(f"\n[bold]Bưu điện Lâm Đồng[/bold] – {site}   (Ctrl-C để dừng / to stop)\n")
    for who in people.SIGN_INS:
        console.print(f"  {who.words:<34} {who.username:<10} {people.PASSWORD}   {site}{who.home}")
    console.print(f"  {'người dân / citizen':<34} {'':<10} {'':<13}   {site}/h")
    console.print(f"  {'điện thoại / the phone':<34} {'':<10} {'':<13}   {site}/phone\n")
    console.print(f"  nhật ký / log: {log}\n")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(prog_name="bin/demo")
