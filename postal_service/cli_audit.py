"""``postal verify`` and ``postal root``: proof, for whoever does not take our word."""

from __future__ import annotations

import sys
import time
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import rich_click as click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from postal_service import audit, audit_store, seals
from postal_service.audit import INVARIANTS, Found, Report
from postal_service.cli_run import read_settings, run
from postal_service.clock import Clock
from postal_service.database import Context, open_database
from postal_service.seals import Seal, SealError, Signer
from postal_service.settings import BadSetting, Settings
from tracking import seal_store
from tracking.seal import Root

#: Lines of a table a person reads; --json has the rest.
SHOWN = 20


class Rate(ProgressColumn):
    """Lines a second, so far."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f} dòng/s")


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="one JSON object, for a machine")
@click.option(
    "--roots",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="folder with the files of the daily roots, as an auditor kept them; else SEAL_FOLDER",
)
def verify_command(as_json: bool, roots: Path | None) -> None:
    """Reckon the whole register anew and check that nothing in it was altered.

    Changes nothing. Exit code 0: all invariants hold; 1: not, and each is named with
    the first row that breaks it.
    """
    settings = checked(read_settings())
    started = time.perf_counter()
    report = run(verify(settings, roots, quiet=as_json or not sys.stderr.isatty()))
    seconds = time.perf_counter() - started
    if as_json:
        click.echo(msgspec.json.encode(as_data(report, seconds)))
    else:
        tell(report, seconds)
    sys.exit(0 if report.clean else 1)


async def verify(settings: Settings, roots: Path | None, *, quiet: bool) -> Report:
    """The audit as the database's read-only auditor, with a bar on a terminal."""
    folder = roots or (Path(settings.seal_folder) if settings.seal_folder else None)
    async with (
        open_database(settings.database_url, size=1, name="postal verify") as database,
        database.begin(Context.audit("verify")) as conn,
    ):
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
        ) as bar:
            total = await audit_store.count_lines(conn)
            reading = bar.add_task("sổ / register", total=total)
            return await audit.verify(
                conn,
                keys=seals.trusted(settings),
                folder=folder if folder and folder.is_dir() else None,
                now=now_of(settings),
                progress=lambda done: bar.update(reading, completed=done),
            )


def tell(report: Report, seconds: float) -> None:
    """What a person reads: each invariant, and the first rows that break it."""
    console = Console(highlight=False, soft_wrap=True)
    for name, (vi, en) in INVARIANTS.items():
        own = [each for each in report.found if each.invariant == name]
        mark = "[green]✓[/]" if not own else "[red]✗[/]"
        console.print(f"{mark} {name}  {vi} / {en}")
        for each in own[:SHOWN]:
            console.print(f"      {line_of(each)}", style="red", markup=False)
        if len(own) > SHOWN:
            console.print(f"      … {len(own) - SHOWN} nữa / more (--json)", style="red")
    for note in report.notes:
        console.print(f"  {note}", markup=False)
    console.print(
        f"  {report.lines:,} dòng / lines, {report.dossiers:,} hồ sơ / dossiers,"
        f" {report.roots:,} ngày đã ký / signed days, {seconds:.1f} s"
    )


def line_of(found: Found) -> str:
    where = [found.ref or ""]
    where += [f"dòng / line {found.n}"] if found.n else []
    where += [f"event {found.event_id}"] if found.event_id else []
    return f"{', '.join(part for part in where if part) or 'sổ / register'}: {found.what}"


def as_data(report: Report, seconds: float) -> dict[str, object]:
    """What a machine reads."""
    invariants = {}
    for name, words in INVARIANTS.items():
        own = [each for each in report.found if each.invariant == name]
        invariants[name] = {"vi": words[0], "en": words[1], "clean": not own, "found": own}
    return {
        "clean": report.clean,
        "lines": report.lines,
        "dossiers": report.dossiers,
        "roots": report.roots,
        "seconds": round(seconds, 2),
        "notes": report.notes,
        "invariants": invariants,
    }


@click.group("root")
def root_group() -> None:
    """The daily signature over the register: its key, its files."""


@root_group.command("key")
def key_command() -> None:
    """Draw a new signing key: SEAL_KEY for the worker, SEAL_PUBLIC for whoever checks."""
    text = seals.new_key()
    click.echo(f"SEAL_KEY={text}\nSEAL_PUBLIC={Signer.from_text(text).public_text}")


@root_group.command("sign")
def sign_command() -> None:
    """Sign every day that is over and not signed yet, as the worker does. Safe to repeat."""
    settings = checked(read_settings())
    means = Seal.of(settings)
    if means is None:
        click.echo("SEAL_KEY chưa đặt / is not set: `postal root key`", err=True)
        sys.exit(1)
    for line in run(sign(settings, means)):
        click.echo(line)


async def sign(settings: Settings, means: Seal) -> list[str]:
    async with open_database(settings.database_url, size=1, name="postal root") as database:
        begin = partial(database.begin, Context.command("root"))
        said = []
        while made := await seals.sign_next(begin, means.signer, now_of(settings)):
            said.append(f"{made.day} {made.root.hex()}")
        said += [str(path) for path in await seals.export_missing(begin, means)]
        return said or ["nothing to do"]


@root_group.command("export")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="a folder; else print")
def export_command(day: datetime, to: Path | None) -> None:
    """Write the root of DAY once more: all that is needed to check it with the public key."""
    settings = checked(read_settings())
    root = run(root_of(settings, day.date()))
    public = seals.trusted(settings).get(root.key_id) if root else None
    if root is None or public is None:
        why = "chưa ký / not signed" if root is None else f"khóa lạ / unknown key {root.key_id}"
        click.echo(f"{day:%Y-%m-%d}: {why}", err=True)
        sys.exit(1)
    click.echo(seals.write(to, root, public) if to else seals.exported(root, public))


async def root_of(settings: Settings, day: date) -> Root | None:
    async with (
        open_database(settings.database_url, size=1, name="postal root") as database,
        database.begin(Context.audit("root")) as conn,
    ):
        return await seal_store.root_of(conn, day)


@root_group.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check_command(files: tuple[Path, ...]) -> None:
    """Check FILES of roots with the public keys alone (SEAL_PUBLIC), without the database."""
    keys = seals.trusted(checked(read_settings()))
    bad = False
    for path in files:
        try:
            root = seals.imported(path.read_bytes())
            fault = seals.fault_of(root, keys)
        except SealError as error:
            fault = str(error)
        bad |= fault is not None
        click.echo(f"{path}: {fault or 'đúng / valid'}")
    sys.exit(1 if bad else 0)


def checked(settings: Settings) -> Settings:
    """*settings*, whose keys are keys; else exit code 2."""
    try:
        seals.trusted(settings)
    except BadSetting as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    return settings


def now_of(settings: Settings) -> datetime:
    return Clock(timedelta(seconds=settings.clock_offset_seconds)).now()
