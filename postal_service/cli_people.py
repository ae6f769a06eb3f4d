"""``postal people``: the first operator, and whoever cannot reach a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import rich_click as click
from asyncpg import Connection
from rich.console import Console
from rich.table import Table

from postal_service import security_people, security_people_store
from postal_service.caller import Role
from postal_service.cli_run import read_settings, run
from postal_service.clock import Clock
from postal_service.database import Context, open_database
from postal_service.fields import Keys
from postal_service.security_people import Deed, Member, NewMember, Place
from postal_service.settings import Settings


@click.group("people")
def people_group() -> None:
    """Open, list, reset and close accounts of those who work here."""


@people_group.command("add")
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", required=True, help="family name first, as on paper")
@click.option("--office", default=None, metavar="CODE", help="of clerks, couriers, supervisors")
@click.option("--agency", default=None, metavar="CODE", help="of agency officers")
@click.option("--head", is_flag=True, help="an officer who looks after her agency's accounts")
def add_command(
    username: str, role: str, name: str, office: str | None, agency: str | None, head: bool
) -> None:
    """Open an account and print the link by which its owner sets a password.

    The link works once, within 24 hours. This is how the first operator comes to be.
    """

    async def add(conn: Connection, deed: Deed) -> str:
        today = deed.now.date()
        new = NewMember(
            username=username,
            full_name=name,
            role=Role(role),
            office_id=await place(conn, "office", office, today),
            agency_id=await place(conn, "agency", agency, today),
            head=head,
        )
        person_id = await security_people.add(conn, new, deed)
        return await linked(conn, await security_people.member(conn, person_id, by=None), deed)

    click.echo(do(add))


@people_group.command("list")
@click.option("--find", default="", help="part of a name, a user name or a workplace")
@click.option("--json", "as_json", is_flag=True, help="one JSON list, an object a person")
def list_command(find: str, as_json: bool) -> None:
    """Who works here; those who left stand last."""

    async def found(conn: Connection, deed: Deed) -> list[Member]:
        return await security_people_store.members(conn, find, None, None)

    members = do(found)
    if as_json:
        click.echo(msgspec.json.encode(members))
        return
    table = Table("user name", "name", "role", "place", "account")
    for one in members:
        state = "closed" if not one.active else "open" if one.begun else "no password yet"
        steps = ", two steps" if one.enrolled else ""
        table.add_row(one.username, one.full_name, one.role.value, one.place, state + steps)
    Console().print(table)


@people_group.command("reset")
@click.argument("username")
@click.option("--why", required=True, help="stands in the access log")
@click.option("--step", is_flag=True, help="forget a lost authenticator instead of the password")
def reset_command(username: str, why: str, step: bool) -> None:
    """Forget a password and print a link for a new one; every session ends."""

    async def reset(conn: Connection, deed: Deed) -> str:
        whom = await named(conn, username)
        if step:
            await security_people.reset_step(conn, whom, deed)
            return "done"
        await security_people.reset_password(conn, whom, deed)
        return await linked(conn, whom, deed)

    click.echo(do(reset, why))


@people_group.command("deactivate")
@click.argument("username")
@click.option("--why", required=True, help="stands in the access log")
@click.option("--even-holding", is_flag=True, help="although papers are in this person's hands")
def deactivate_command(username: str, why: str, even_holding: bool) -> None:
    """Close an account with all its sessions and phones, and name what is still held."""

    async def close(conn: Connection, deed: Deed) -> list[str]:
        whom = await named(conn, username)
        held = await security_people.leave(conn, whom, deed, known=even_holding)
        return [f"{paper.s10} {paper.ref}" for paper in held]

    click.echo("\n".join(["closed", *do(close, why)]))


async def named(conn: Connection, username: str) -> Member:
    """Raises UnknownMember."""
    found = await security_people_store.named(conn, username)
    if found is None:
        raise security_people.UnknownMember
    return found


async def place(conn: Connection, kind: str, code: str | None, day: date) -> int | None:
    """The office or agency with this *code* today. Raises BadPlace."""
    if code is None:
        return None
    found: Place | None = await security_people_store.place_coded(conn, kind, code, day)
    if found is None:
        raise security_people.BadPlace
    return found.id


async def linked(conn: Connection, whom: Member, deed: Deed) -> str:
    """The address of a fresh link."""
    token = await security_people.link(conn, whom, deed)
    return f"{Settings.read().site_url.rstrip('/')}/welcome?key={token}"


Verb = Callable[[Connection, Deed], Awaitable[Any]]


def do(verb: Verb, why: str = "") -> Any:  # noqa: ANN401 -- whatever the verb returns
    """Do *verb* in a transaction of this command."""
    settings = read_settings()
    return run(doing(settings, verb, why))


async def doing(settings: Settings, verb: Verb, why: str) -> object:
    now = Clock(timedelta(seconds=settings.clock_offset_seconds)).now()
    keys = Keys.read(settings)
    async with (
        open_database(settings.database_url, size=1, name="postal people", keys=keys) as database,
        database.begin(Context.command("people")) as conn,
    ):
        return await verb(conn, Deed(by=None, now=now, why=why))
