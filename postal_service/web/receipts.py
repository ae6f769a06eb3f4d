"""Receipts for money: one paper for each entry that took some, and copies of it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

from litestar import Controller, Response, get
from litestar.params import FromPath

from postal_service.caller import Staff
from postal_service.database import Database
from postal_service.desk.money import receipts
from postal_service.desk.money.model import Entry
from postal_service.desk.papers import Kind, copies
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.printing.archive import Filing
from postal_service.web.guards import clerks
from postal_service.web.inputs import clean
from postal_service.web.needs import Caller, Db, Now
from postal_service.web.printing import filed, original, pdf


class ReceiptController(Controller):
    path = "/counter"
    guards = [clerks]

    @get("/dossiers/{ref:str}/fees.pdf", name="counter.fees")
    async def fees(self, ref: FromPath[str], caller: Caller, db: Db, now: Now) -> Response[bytes]:
        """The newest receipt for money of a dossier; printed again it is a copy."""
        async with db.begin(caller.context) as conn:
            found = await receipts.of_dossier(conn, ref, caller)
        return await paper(db, caller, now, found[-1])

    @get("/receipts/{name:str}", name="counter.money_receipt")
    async def receipt(
        self, name: FromPath[str], caller: Caller, db: Db, now: Now
    ) -> Response[bytes]:
        """The receipt with this number; printed again it is a copy."""
        async with db.begin(caller.context) as conn:
            entry = await receipts.find(conn, clean(name).removesuffix(".pdf"), caller)
        return await paper(db, caller, now, entry)


async def paper(db: Database, caller: Staff, now: datetime, entry: Entry) -> Response[bytes]:
    """One entry's receipt; of one that was taken back, only with a mark that says so."""
    async with db.begin(caller.context) as conn:
        made = await receipts.paper(conn, entry)
    filing = Filing(
        kind=Kind.FEE_RECEIPT, subject=made.number, form_set=made.form_set, ref=made.ref
    )
    make = partial(counter_paper, made)
    if mark := receipts.struck_words(entry):
        kept, _ = await original(db, caller, now, filing, make)
        return pdf(await asyncio.to_thread(copies.copy, filing.kind, kept.content, mark, now))
    return await filed(db, caller, now, filing, make)
