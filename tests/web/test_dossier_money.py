"""What a dossier costs, on the clerk's and the officer's screens."""

from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service.desk.money import charges
from postal_service.desk.money.model import Charge, Kind, Moment, NewCharge
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking.model import Dossier
from tracking.stages import Act

WORDS = re.compile(r"<[^>]+>")


@pytest.fixture
async def dossier(desk: Connection, town: Town) -> Dossier:
    return await make.dossier(desk, town)


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


@pytest.fixture
async def officer(client: Client) -> Client:
    await client.sign_in("officer")
    return client


def words(answer: httpx.Response) -> str:
    return " ".join(WORDS.sub(" ", answer.text).split())


async def kinds(desk: Connection, dossier: Dossier) -> list[tuple[str, int, bool]]:
    """Kind, amount and whether it is still asked for."""
    found = await charges.of_dossier(desk, dossier.id)
    return [(line.kind.value, line.amount_vnd, line.voided_at is None) for line in found]


async def test_a_clerk_sees_each_line_with_its_receipt(
    clerk: Client, desk: Connection, dossier: Dossier
) -> None:
    """What was paid names its receipt; what is due at the door says so."""
    seen = words(await clerk.get(f"/counter/money/{dossier.ref}"))

    assert "BL-66D01-261123-0001" in seen
    assert "Còn 22.000 ₫ thu khi giao" in seen


async def test_what_is_open_is_taken_once(
    clerk: Client, desk: Connection, town: Town, dossier: Dossier
) -> None:
    """Three presses of one button are one receipt; the next page has nothing left to take."""
    late = NewCharge(kind=Kind.POSTAGE_OUT, amount_vnd=5_000)
    await charges.add(desk, dossier.id, [late], person_id=town.clerk, at=MORNING)
    form = {"id": str(uuid4()), "csrf": clerk.form_token}

    answers = await asyncio.gather(
        *(clerk.post(f"/counter/money/{dossier.ref}", data=form) for _ in range(3))
    )

    assert {answer.status_code for answer in answers} == {303}
    paid = [line for line in await charges.of_dossier(desk, dossier.id) if line.amount_vnd == 5_000]
    assert [line.number for line in paid] == ["BL-66D01-261123-0002"]
    again = await clerk.post(f"/counter/money/{dossier.ref}", data=form | {"id": str(uuid4())})
    assert again.status_code == 409
    assert "không còn khoản nào phải thu" in again.text


async def order(officer: Client, dossier: Dossier, **typed: str) -> httpx.Response:
    form = {"id": str(uuid4()), "kind": "cod", "amount": "120.000", "why": "Thông báo số 15"}
    form |= {"csrf": officer.form_token} | typed
    return await officer.post(f"/agency/dossiers/{dossier.ref}/orders", data=form)


async def test_an_agency_has_an_amount_collected_with_the_result(
    officer: Client, desk: Connection, town: Town, dossier: Dossier
) -> None:
    """It is held for the agency, what collecting costs is the post's, and a repeat adds nothing."""
    once = str(uuid4())
    assert (await order(officer, dossier, id=once)).status_code == 303
    assert (await order(officer, dossier, id=once)).status_code == 303

    known = await charges.of_dossier(desk, dossier.id)
    [cod] = [line for line in known if line.kind is Kind.COD]
    assert (cod.amount_vnd, cod.agency_id, cod.moment) == (120_000, town.agency, "on_delivery")
    collection = [line for line in known if line.kind is Kind.COLLECTION]
    assert [(line.agency_id, line.open) for line in collection] == [(None, True)]

    gone = await officer.post(
        f"/agency/dossiers/{dossier.ref}/orders/{cod.id}/drop", data={"csrf": officer.form_token}
    )

    assert gone.status_code == 303
    assert not any(line.open for line in await charges.of_dossier(desk, dossier.id) if is_new(line))


def is_new(line: Charge) -> bool:
    return line.kind in (Kind.COD, Kind.COLLECTION) and line.moment is Moment.ON_DELIVERY


@pytest.mark.parametrize("amount", ["-1", "1.5", "1" + "0" * 18, "0", "mười", "1e3", "²000"])
async def test_what_is_no_amount_is_refused_in_words(
    officer: Client, desk: Connection, dossier: Dossier, amount: str
) -> None:
    """Nothing is guessed from a slip of the finger."""
    answer = await order(officer, dossier, amount=amount)

    assert answer.status_code == 422
    assert "Ghi số đồng nguyên" in answer.text
    assert not any(is_new(line) for line in await charges.of_dossier(desk, dossier.id))


async def test_what_the_citizen_was_told_is_not_changed_under_way(
    officer: Client, desk: Connection, town: Town, dossier: Dossier
) -> None:
    """Once the post carries the result, nothing is added to what she has ready."""
    number = await make.ready(desk, town, dossier)
    await make.scans(desk, [make.scan(number, Act.COLLECT, town.by_courier)])

    answer = await order(officer, dossier)

    assert answer.status_code == 409
    assert "đã rời cơ quan" in answer.text
