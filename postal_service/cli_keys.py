"""``postal keys``: making keys, taking a new one into use, and seeing which still closes what."""

from __future__ import annotations

import sys

import msgspec
import rich_click as click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from postal_service import fields, rotation
from postal_service.cli_run import read_settings, run
from postal_service.fields import Keys
from postal_service.rotation import Progress, Standing, Told
from postal_service.settings import Settings

console = Console()


@click.group("keys")
def keys_group() -> None:
    """The keys that close citizens' particulars."""


@keys_group.command("new")
def new_command() -> None:
    """Print a new key: put it first in FIELD_KEYS, or into INDEX_KEY. It is kept nowhere."""
    click.echo(fields.new_key())


@keys_group.command("status")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
def status_command(as_json: bool) -> None:
    """How many values each key has closed. Exit code 1 where a key is missing."""
    settings = read_settings()
    keys = Keys.read(settings)
    found: list[Standing] = run(look(settings))
    missing = sorted({one.key.hex() for one in found} - {key.hex() for key in keys.ids})
    if as_json:
        values = [{"place": one.place, "key": one.key.hex(), "values": one.values} for one in found]
        said = {"newest": keys.newest.hex(), "missing": missing, "values": values}
        click.echo(msgspec.json.encode(said))
    else:
        table = Table("nơi / place", "khóa / key", "số trường / values", "")
        for one in found:
            table.add_row(one.place, one.key.hex(), str(one.values), state(keys, one))
        console.print(table)
    if missing:
        sys.exit(1)


def state(keys: Keys, one: Standing) -> str:
    if one.key == keys.newest:
        return "mới nhất / newest"
    return "cũ / old" if one.key in keys.ids else "THIẾU KHÓA / MISSING"


@keys_group.command("rotate")
def rotate_command() -> None:
    """Close with the first of FIELD_KEYS what an older key closed. Stopped, it goes on.

    The old key stays in FIELD_KEYS until this is done. Marks are made anew where INDEX_KEY
    changed: stop `serve` and `work` for that, since equal numbers are not found meanwhile.
    """
    settings = read_settings()
    with Bar(console=Console(stderr=True)) as bar:
        tasks = {}

        def told(progress: Progress) -> None:
            if progress.place not in tasks:
                tasks[progress.place] = bar.add_task(progress.place)
            bar.update(tasks[progress.place], completed=progress.done, total=progress.of)

        values = run(rotate(settings, told))
    click.echo(f"{values} trường đã mã hóa lại / values closed anew")


async def look(settings: Settings) -> list[Standing]:
    async with rotation.as_owner(settings.database_url) as conn:
        return await rotation.standing(conn)


async def rotate(settings: Settings, told: Told) -> int:
    async with rotation.as_owner(settings.database_url) as conn:
        return await rotation.rotate(conn, Keys.read(settings), told)
