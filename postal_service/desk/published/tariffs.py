"""What the post asks for carrying an item: a dated table, never a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from asyncpg import Connection, Record

from postal_service.desk.errors import BadWeight, NoTariff
from postal_service.desk.published import catalogue_store
from postal_service.desk.published import procedure_store as store
from postal_service.desk.published.agencies import seat
from postal_service.desk.published.catalogue_store import Agency, Office
from postal_service.desk.published.districts import Districts, districts_on
from postal_service.desk.published.procedure_store import Step
from postal_service.desk.published.procedures import Service


class Zone(StrEnum):
    DISTRICT = "district"  #: within one (old) district
    PROVINCE = "province"
    INTER = "inter"  #: to or from another province


async def price(
    conn: Connection[Record],
    *,
    zone: Zone,
    service: Service,
    weight_g: int,
    with_collection: bool,
    day: date,
) -> int:
    """VND for one item on *day*. Raises BadWeight, and NoTariff where the table has a gap."""
    if weight_g < 1:
        raise BadWeight(weight_g)
    found = price_of(await store.steps_on(conn, zone, service, with_collection, day), weight_g)
    if found is None:
        raise NoTariff(zone, service, weight_g, day)
    return found


def price_of(steps: Sequence[Step], weight_g: int) -> int | None:
    """The price in a column of the table, or None where no row covers the weight.

    Above the last bounded step its price is kept, and each further step_g or
    part of it adds the price of the unbounded row.
    """
    for step in steps:
        if step.weight_upto_g and step.weight_over_g < weight_g <= step.weight_upto_g:
            return step.price_vnd
    base = {step.weight_upto_g: step.price_vnd for step in steps}
    for step in steps:
        if step.step_g and weight_g > step.weight_over_g in base:
            further = -(-(weight_g - step.weight_over_g) // step.step_g)
            return base[step.weight_over_g] + further * step.price_vnd
    return None


async def zone_between(
    conn: Connection[Record], office: Office, other: Agency | str | None, day: date
) -> Zone:
    """How far *other* is: an agency, the GSO code of a unit, or None outside the province."""
    known = districts_on(await catalogue_store.unit_facts(conn), day)
    unit_code = seat(other, two_tiers=known.two_tiers) if isinstance(other, Agency) else other
    return zone_of(office, unit_code, known)


def zone_of(office: Office, unit_code: str | None, known: Districts) -> Zone:
    """The tariff's zone, by the old district: it outlives the districts themselves."""
    if unit_code is None or not known.knows(unit_code):
        return Zone.INTER
    if known.of(office.district) & known.of(unit_code):
        return Zone.DISTRICT
    return Zone.PROVINCE
