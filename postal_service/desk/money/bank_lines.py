"""What the bank says has come in: brought by file or typed from its notice, each credit once.

A number of the bank's that is here already is known, not money again; one that comes back with
another amount is told. What a clerk typed is her word until a statement has it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.desk.money import bank_store as store
from postal_service.desk.money.bank_csv import Credit


class Brought(Struct, frozen=True, kw_only=True):
    """What came of bringing lines. ``differing``: numbers known with another amount."""

    new: list[int]
    known: int
    differing: list[str]


async def bring(
    conn: Connection[Record],
    credits: Sequence[Credit],
    *,
    by: tuple[int, int | None],
    now: datetime,
    stated: bool,
) -> Brought:
    """Take lines in, unmatched. Safe to repeat, also beside itself.

    *by*: who answers for them, and the office on whose list go those that name no request.
    *stated*: they stand on the bank's own statement.
    """
    amounts: dict[str, int] = {}
    fresh: list[Credit] = []
    differing: list[str] = []
    twins = 0
    for each in credits:
        if each.bank_ref not in amounts:
            amounts[each.bank_ref] = each.amount_vnd
            fresh.append(each)
        elif amounts[each.bank_ref] == each.amount_vnd:
            twins += 1
        else:
            differing.append(each.bank_ref)
    keyed = [(uuid4(), each) for each in fresh]
    await store.add(conn, keyed, by=by, now=now, stated=stated)
    new = await store.came(conn, [key for key, _ in keyed])
    here = await store.known(conn, list(amounts))
    differing += [each.bank_ref for each in here if amounts[each.bank_ref] != each.amount_vnd]
    same = [each.bank_ref for each in here if amounts[each.bank_ref] == each.amount_vnd]
    if stated:
        await store.state(conn, same, now)
    return Brought(
        new=new,
        known=twins + len(same) - len(new),
        differing=list(dict.fromkeys(differing)),
    )
