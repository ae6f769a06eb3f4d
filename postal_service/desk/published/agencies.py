"""Agencies: who there is on a day, and who decides a procedure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from asyncpg import Connection, Record

from postal_service.desk.errors import UnknownAgency
from postal_service.desk.published import catalogue_store as store
from postal_service.desk.published.catalogue_store import Agency, Office
from postal_service.desk.published.districts import Districts, districts_on
from postal_service.desk.published.procedures import Procedure

__all__ = ["Agency", "find", "for_procedure", "get", "search", "seat"]

LAND: Final = "Đất đai"  #: the field whose district work lies with the land registration branches


async def get(conn: Connection[Record], agency_id: int) -> Agency:
    """This version of an agency, in force or not. Raises UnknownAgency."""
    agency = await store.agency_by_id(conn, agency_id)
    if agency is None:
        raise UnknownAgency(str(agency_id))
    return agency


async def find(conn: Connection[Record], code: str, day: date) -> Agency:
    """The agency with this code on *day*. Raises UnknownAgency."""
    agency = await store.agency_on(conn, code, day)
    if agency is None:
        raise UnknownAgency(code)
    return agency


async def short_names(conn: Connection[Record], ids: Iterable[int]) -> dict[int, str]:
    """What agencies are called in a line, by their ids. Raises UnknownAgency."""
    return {id_: (await get(conn, id_)).short_name for id_ in sorted({*ids})}


async def in_force(conn: Connection[Record], day: date) -> list[Agency]:
    """Every agency in being on *day*."""
    return await store.agencies_on(conn, day)


async def search(conn: Connection[Record], text: str, day: date, limit: int = 12) -> list[Agency]:
    """Agencies in force on *day* by code or name, typed with or without accents."""
    words = text.replace("\0", "").strip()
    return await store.search_agencies(conn, words, day, limit) if words else []


async def for_procedure(
    conn: Connection[Record], procedure: Procedure, office: Office, day: date
) -> list[Agency]:
    """Who may decide *procedure* on *day*, the ones nearest to *office* first.

    A procedure that names its agency has that one alone. Where the named agency
    is no longer in force, or none is named, all of the procedure's level are
    offered: which of them has the matter is not in the published tables.
    """
    if procedure.agency_code:
        named = await store.agency_on(conn, procedure.agency_code, day)
        if named is not None:
            return [named]
    known = districts_on(await store.unit_facts(conn), day)
    kinds = deciding(procedure, two_tiers=known.two_tiers)
    agencies = await store.agencies_at(conn, kinds, day)
    return sorted(agencies, key=lambda agency: distance(agency, office, known))


def deciding(procedure: Procedure, *, two_tiers: bool) -> list[str]:
    """ "level/kind" of the agencies that decide it.

    Law 72/2025/QH15 ended the district level; its work went to the communes,
    and the land registration branches stayed.
    """
    match procedure.level:
        case "province":
            return ["province/department"]
        case "commune":
            return ["commune/people_committee"]
    branches = ["district/land_registration_branch"] if procedure.field_vi == LAND else []
    return [*branches, "commune/people_committee" if two_tiers else "district/people_committee"]


def distance(agency: Agency, office: Office, known: Districts) -> tuple[int, int, str]:
    """Own commune, own old district, elsewhere; then by name, with ward 2 before ward 10."""
    commune = office.commune_2025 if known.two_tiers else office.commune_2019
    branch = agency.kind == "land_registration_branch"
    neighbour = bool(known.of(agency.unit_code) & known.of(office.district))
    own = agency.unit_code == commune or (branch and neighbour)
    ring = 0 if own else 1 if neighbour else 2
    name = re.sub(r"\d+", lambda digits: digits[0].zfill(3), agency.sms_name)
    return ring, 0 if branch else 1, name


def seat(agency: Agency, *, two_tiers: bool) -> str:
    """The unit an item for *agency* travels to: its area, or where the province's bodies sit."""
    if agency.level != "province":
        return agency.unit_code
    old, new = agency.seat_unit_2019, agency.seat_unit_2025
    return (new or old if two_tiers else old or new) or agency.unit_code
