"""``postal explain``, ``late``, ``succeed``: why it is due then, what is late, who takes over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import rich_click as click
from rich.console import Console

from postal_service.cli_run import read_settings, run
from postal_service.clock import Clock
from postal_service.database import Context, open_database
from postal_service.desk.agency import clock_view
from postal_service.desk.agency.clock_view import WHOSE, ClockView
from postal_service.desk.citizen import leg_clocks
from postal_service.desk.published import offices, successions
from postal_service.desk.published.successions import Wish
from postal_service.settings import Settings
from tracking.attribution import Whose
from tracking.errors import place_words
from tracking.explain_words import at_words, length
from tracking.slip import Slip
from tracking.successions import Kind
from tracking.transit_store import LateLeg
from tracking.working_time import local

LANGS = {"vi": 0, "en": 1}
WORDS = {
    "kept": (
        "Cơ quan ghi ngày hẹn này trước khi phần mềm lưu cách tính.",
        "The agency set this appointment before the product kept how it is reckoned.",
    ),
    "none": ("Cơ quan chưa tiếp nhận: chưa có hạn trả.", "Not received yet: nothing is due."),
    "whole": ("Giờ làm việc từ khi nhận ở quầy", "Working hours since the counter"),
    "legs": ("Chặng bưu điện", "Legs by post"),
    "by": ("hẹn đến hết ngày", "by the end of"),
    "late": ("quá hạn", "late"),
    "met": ("đúng hạn", "in time"),
    "agency": ("Cơ quan giải quyết", "The agency"),
}


@click.command("explain")
@click.argument("code")
@click.option("--lang", type=click.Choice([*LANGS]), default="vi", show_default=True)
def explain_command(code: str, lang: str) -> None:
    """Explain line by line why dossier CODE is due when it is.

    CODE is our number, the agency's, or the postal number of one of its legs.
    """
    found, view = run(look(read_settings(), code))
    number = LANGS[lang]
    console = Console(highlight=False, soft_wrap=True)
    for line in told(found, view, number):
        console.print(line, markup=False)


async def look(settings: Settings, code: str) -> tuple[Slip, ClockView]:
    """The dossier and its clocks, as of now."""
    now = Clock(timedelta(seconds=settings.clock_offset_seconds)).now()
    async with (
        open_database(settings.database_url, size=1, name="postal explain") as database,
        database.begin(Context.command("explain")) as conn,
    ):
        found = await clock_view.find(conn, code)
        return found, await clock_view.look(conn, found, now=now)


def told(found: Slip, view: ClockView, lang: int) -> list[str]:
    """The whole explanation, line by line, in one language (0: Vietnamese, 1: English)."""
    dossier = found.dossier
    said = [" · ".join(filter(None, (dossier.ref, dossier.agency_code)))]
    if view.explanation:
        for line in view.explanation.lines:
            amount = f"  + {line.amount[lang]}" if line.counted else ""
            said.append(f"  {line.words[lang]}{amount}")
    else:
        said.append("  " + WORDS["kept" if dossier.due_at else "none"][lang])
    said.append(f"{WORDS['whole'][lang]}: {length(view.whole)[lang]}")
    for held in view.held:
        since = at_words(local(held.share.spell.since))[lang]
        whose = WHOSE[held.share.spell.whose][lang]
        said.append(f"  {since}  {whose} ({held.holder}): {held.length[lang]}")
    if view.legs:
        said.append(WORDS["legs"][lang])
    for leg in view.legs:
        late = f"{WORDS['late'][lang]} {length(leg.late)[lang]}" if leg.is_late else "–"
        by = f"{WORDS['by'][lang]} {leg.promised_by:%d/%m/%Y}"
        said.append(f"  {leg.leg.value} {leg.s10}: {by}; {late}")
    if view.on_time is not None:
        agency = view.late[Whose.AGENCY]
        state = WORDS["met" if view.on_time else "late"][lang]
        more = f" {length(agency)[lang]}" if agency else ""
        said.append(f"{WORDS['agency'][lang]}: {state}{more}")
    return said


@click.command("late")
@click.option("--office", help="the office's code; every office's without it")
@click.option("--lang", type=click.Choice([*LANGS]), default="vi", show_default=True)
def late_command(office: str | None, lang: str) -> None:
    """List the legs that are under way past the post's own day for them."""
    for line in late_lines(run(late(read_settings(), office)), LANGS[lang]):
        click.echo(line)


async def late(settings: Settings, office: str | None) -> list[LateLeg]:
    """The late legs of one office, or of all. Raises UnknownOffice."""
    now = Clock(timedelta(seconds=settings.clock_offset_seconds)).now()
    async with (
        open_database(settings.database_url, size=1, name="postal late") as database,
        database.begin(Context.command("late")) as conn,
    ):
        day = local(now).date()
        office_id = (await offices.find(conn, office, day)).id if office else None
        return await leg_clocks.late_legs(conn, office_id, now=now)


def late_lines(found: list[LateLeg], lang: int) -> list[str]:
    """One line a leg: the dossier, the leg, where it is, and since when it is late."""
    return [
        f"{leg.ref} {leg.leg.value} {leg.s10}: {place_words(leg.stage)[lang]};"
        f" {WORDS['by'][lang]} {leg.promised_by:%d/%m/%Y}"
        for leg in found
    ]


@click.command("succeed")
@click.argument("kind", type=click.Choice([each.value for each in Kind]))
@click.argument("old")
@click.argument("new")
@click.option("--on", "starts_on", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--ground", required=True, help="the decision it rests on")
def succeed_command(kind: str, old: str, new: str, starts_on: datetime, ground: str) -> None:
    """Name NEW the successor of OLD, both by their codes, from a day on.

    The worker lets what is open pass on that day; due dates stay.
    """
    wish = Wish(
        id=uuid5(NAMESPACE_URL, f"{kind} {old} {new} {starts_on.date()}"),
        kind=Kind(kind),
        old=old,
        new=new,
        starts_on=starts_on.date(),
        ground=ground,
    )
    run(succeed(read_settings(), wish))
    click.echo(f"{old} → {new}, {starts_on.date()}")


async def succeed(settings: Settings, wish: Wish) -> int:
    """Name the successor; the same command twice is the same succession."""
    now = Clock(timedelta(seconds=settings.clock_offset_seconds)).now()
    async with (
        open_database(settings.database_url, size=1, name="postal succeed") as database,
        database.begin(Context.command("succeed")) as conn,
    ):
        return await successions.name(conn, wish, by=None, now=now)
