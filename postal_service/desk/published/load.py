"""`postal load`: the province's tables, all of them or none.

Safe to repeat. It adds versions and mends rows, never deletes one, and never
touches a row that a person edited.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from notifications import templates
from postal_service.desk.bounces import bounce_fee_store
from postal_service.desk.published import load_procedure_store, load_store
from postal_service.desk.published.rows import (
    AgencyRow,
    DocumentRow,
    OfficeRow,
    ProcedureRow,
    ReasonRow,
    Tally,
    TariffRow,
)
from postal_service.desk.published.sheets import Counts, Lines, Reference, Sheet, Tables, wrong
from postal_service.desk.published.tables import WORTH_SHOWING, BadRow, BadTables, read
from routes import places
from tracking import calendars

OFFICES: Final = "lam_dong_post_offices.csv"
DEMO_OFFICES: Final = "demo_offices.csv"
UNITS: Final = "lam_dong_units.csv"
HOURS: Final = "reception_hours.csv"

SHEETS: Final = (
    Sheet(
        file=UNITS,
        row=places.UnitRow,
        key=("code", "valid_from"),
        one_a_day=("code",),
        put=places.add_units,
    ),
    Sheet(
        file=HOURS,
        row=calendars.SessionRow,
        key=("hours_group", "session", "weekdays", "valid_from"),
        one_a_day=("hours_group", "session", "weekdays"),
        put=calendars.add_sessions,
    ),
    Sheet(
        file="holidays_vn.csv",
        row=calendars.DayRow,
        key=("day",),
        put=calendars.add_days,
    ),
    *(
        Sheet(
            file=file,
            row=OfficeRow,
            key=("code",),
            refers=(
                Reference(("district",), UNITS, ("code",)),
                Reference(("commune_2019",), UNITS, ("code",)),
                Reference(("commune_2025",), UNITS, ("code",)),
                Reference(("hours_group",), HOURS, ("hours_group",)),
            ),
            put=load_store.put_offices,
        )
        for file in (OFFICES, DEMO_OFFICES)
    ),
    Sheet(
        file="agencies.csv",
        row=AgencyRow,
        key=("code", "valid_from"),
        one_a_day=("code",),
        refers=(
            Reference(("parent_code",), "agencies.csv", ("code",)),
            Reference(("unit_code",), UNITS, ("code",)),
            Reference(("seat_unit_2019",), UNITS, ("code",)),
            Reference(("seat_unit_2025",), UNITS, ("code",)),
            Reference(("hours_group",), HOURS, ("hours_group",)),
        ),
        put=load_store.put_agencies,
    ),
    Sheet(
        file="procedures.csv",
        row=ProcedureRow,
        key=("code", "version"),
        one_a_day=("code",),
        refers=(
            Reference(("agency_code",), "agencies.csv", ("code",)),
            Reference(("replaces",), "procedures.csv", ("code", "version"), " v"),
        ),
        put=load_procedure_store.put_procedures,
    ),
    Sheet(
        file="procedure_documents.csv",
        row=DocumentRow,
        key=("procedure_code", "version", "ordinal"),
        refers=(
            Reference(("procedure_code", "version"), "procedures.csv", ("code", "version"), " v"),
        ),
        put=load_procedure_store.put_documents,
    ),
    Sheet(
        file="tariffs.csv",
        row=TariffRow,
        key=("tariff_id", "zone", "service", "fee_collection", "weight_over_g"),
        one_a_day=("zone", "service", "fee_collection", "weight_over_g"),
        put=load_store.put_tariffs,
    ),
    Sheet(
        file="reasons.csv",
        row=ReasonRow,
        key=("code",),
        put=load_store.put_reasons,
    ),
    Sheet(
        file="bounce_fee_rules.csv",
        row=bounce_fee_store.FeeRuleRow,
        key=("bounce", "fault", "charge_kind", "valid_from"),
        one_a_day=("bounce", "fault", "charge_kind"),
        put=bounce_fee_store.put_fee_rules,
    ),
    Sheet(
        file="sms_templates.csv",
        row=templates.TemplateRow,
        key=("key",),
        put=templates.add,
    ),
)


class Loaded(Struct, frozen=True, kw_only=True):
    """What became of one file's rows."""

    file: str
    added: int
    changed: int
    kept: int  #: were already so
    edited: int  #: left as a person made them


async def load(
    conn: Connection[Record], folder: Path, *, progress: Callable[[str], None] | None = None
) -> list[Loaded]:
    """Bring the tables of *folder* into the database, within the caller's transaction.

    *progress* hears each file's name before its rows are written.
    Raises BadTables with everything that is wrong, up to fifty rows, before
    anything is written (or, for versions that clash with what is in the
    database, after: the caller's transaction takes it back).
    """
    tables = read_all(folder)
    done = []
    for sheet in SHEETS:
        if progress:
            progress(sheet.file)
        rows = [line.row for line in tables[sheet.file]]
        done.append(tally(sheet.file, len(rows), await sheet.put(conn, rows)))
    await refuse_clashes(conn, tables)
    return done


def read_all(folder: Path) -> Tables:
    """Every table of *folder*, checked alone and against each other. Raises BadTables."""
    tables: dict[str, Lines] = {}
    bad: list[BadRow] = []
    for sheet in SHEETS:
        tables[sheet.file], faults = read(folder / sheet.file, sheet.row)
        bad += faults
    # A row that could not be read would look like a missing one: those are mended first.
    bad = bad or list(wrong(SHEETS, tables))
    if bad:
        raise BadTables(bad[:WORTH_SHOWING])
    return tables


def tally(file: str, rows: int, told: Counts) -> Loaded:
    """One form for the counts of every package; only ours tells what people edited."""
    edited = told.edited if isinstance(told, Tally) else 0
    kept = rows - told.added - told.changed - edited
    return Loaded(file=file, added=told.added, changed=told.changed, kept=kept, edited=edited)


async def refuse_clashes(conn: Connection[Record], tables: Tables) -> None:
    """Raise BadTables where a row shares days with one that is no longer in its file."""
    bad = [
        BadRow(
            file=clash.file,
            line=line_of(tables[clash.file], clash.code),
            column="valid_from",
            why_vi=f"{clash.code} trùng thời gian hiệu lực với một dòng đã có trong cơ sở dữ liệu",
            why_en=f"{clash.code} is in force on days of a row that is already in the database",
        )
        for clash in await load_store.clashes(conn)
    ]
    if bad:
        raise BadTables(bad[:WORTH_SHOWING])


def line_of(lines: Lines, code: str) -> int:
    """The last line of the file about *code*: the version most likely to be the new one."""
    about = (
        n.number
        for n in lines
        if code in {getattr(n.row, "code", ""), getattr(n.row, "tariff_id", "")}
    )
    return max(about, default=1)
