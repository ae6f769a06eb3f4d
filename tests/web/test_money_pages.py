"""Money on screens: everybody's own lines, a word against them, and what agencies are paid."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.desk.money import ledger
from postal_service.desk.money.model import Account, EntryKind, Purse
from tests import make
from tests.desk.money.books import fee, fund, move, paid
from tests.make import Town
from tests.web.conftest import Client, read
from tracking.stages import Act


async def post(client: Client, path: str, **said: object) -> object:
    return await client.post(path, data={"csrf": client.form_token, **said})


@pytest.mark.parametrize("who", ["clerk", "officer", "boss", "chief"])
async def test_everybody_sees_the_lines_about_her(
    client: Client, desk: Connection, town: Town, boss: int, who: str
) -> None:
    """The clerk what she took, the officer what is her agency's, the boss her office's."""
    await make.person(desk, "chief", "manager", town.office, town.agency)
    entry = await paid(desk, town)
    await client.sign_in(who)

    said = await read(client, "/money")

    assert entry.number is not None
    assert entry.number in said
    assert "15.000" in said


async def test_a_courier_sees_his_own_alone(client: Client, desk: Connection, town: Town) -> None:
    entry = await paid(desk, town)
    await client.sign_in("courier")

    said = await read(client, "/money")

    assert str(entry.number) not in said
    assert "Chưa có chứng từ nào" in said


async def test_lines_come_fifty_at_a_time(client: Client, desk: Connection, town: Town) -> None:
    """And of one day where she picks one."""
    suspense, bank = Account(kind=Purse.SUSPENSE), Account(kind=Purse.BANK)
    for n in range(1, 54):
        await move(desk, EntryKind.BANK_IN, bank, suspense, n, town.clerk)
    await client.sign_in("clerk")

    first = await client.get("/money")
    more = first.text.split("/money?before=")[1].split('"')[0]
    second = await client.get(f"/money?before={more}")

    assert first.text.count("Tiền vào ngân hàng") == 50
    assert second.text.count("Tiền vào ngân hàng") == 3
    assert "Không có chứng từ nào ngày" in await read(client, "/money?day=2026-11-20")
    assert (await client.get("/money?day=hôm nay")).status_code == 400


async def test_a_clerk_asks_and_the_supervisor_reverses(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    entry = await paid(desk, town)
    await client.sign_in("clerk")
    asked = await post(
        client,
        "/approvals",
        id=str(uuid4()),
        kind="reverse_entry",
        subject=str(entry.number),
        reason="CR05",
    )
    assert asked.status_code == 303
    assert "đã thu, chờ đảo" in await read(client, "/money")

    await client.sign_in("boss")
    waiting = await client.get("/approvals")
    assert "Đảo chứng từ tiền" in waiting.text
    assert "15.000" in waiting.text
    path = waiting.text.split('action="/approvals/')[1].split("/")[0]
    await post(client, f"/approvals/{path}/approval")

    assert (await ledger.by_id(desk, entry.id)).reversed_by is not None
    assert "đã đảo" in await read(client, "/money")


async def test_a_line_is_disputed_and_answered_by_another(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    """What was typed badly comes back as it was typed."""
    entry = await paid(desk, town)
    await client.sign_in("clerk")
    said = {"id": str(uuid4()), "subject": str(entry.number), "why": "Tôi thu 10.000 thôi"}
    assert (await post(client, "/money/disputes", **said)).status_code == 303
    assert (await post(client, "/money/disputes", **said)).status_code == 303
    number = await desk.fetchval("SELECT id FROM money_dispute")
    assert "Người khác trả lời" in await read(client, "/money/disputes")

    await client.sign_in("boss")
    short = await post(client, f"/money/disputes/{number}/answer", outcome="mended", answer="ừ")
    assert short.status_code == 422
    assert ">ừ</textarea>" in short.text
    done = await post(
        client, f"/money/disputes/{number}/answer", outcome="mended", answer="Đã đảo, thu lại"
    )
    assert done.status_code == 303
    assert "Đã đảo, thu lại" in await read(client, "/money/disputes")


async def test_a_manager_pays_and_the_agency_confirms(
    client: Client, desk: Connection, town: Town
) -> None:
    """Line by line before, one list after."""
    await make.person(desk, "chief", "manager", town.office, town.agency)
    await fund(desk, town)
    dossier = await make.dossier(desk, town)
    entry = await paid(desk, town, dossier)
    await client.sign_in("chief")
    assert "23.000" in await read(client, "/money/settlements")
    due = f"/money/settlements/due?agency={town.agency}"
    assert str(entry.number) in await read(client, due)
    wish = {
        "id": str(uuid4()), "agency": str(town.agency), "purse": "state_held",
        "until": "2026-11-23", "seen": "22000", "bank_ref": "FT-7",
    }  # fmt: skip
    moved = await post(client, "/money/settlements", **wish)
    assert moved.status_code == 409
    assert 'value="FT-7"' in moved.text

    made = await post(client, "/money/settlements", **wish | {"seen": "23000"})
    again = await post(client, "/money/settlements", **wish | {"seen": "23000"})

    assert made.headers["location"] == again.headers["location"]
    one = made.headers["location"]
    assert (await client.get(f"{one}/list.pdf")).content.startswith(b"%PDF")
    rows = list(csv.reader(io.StringIO((await client.get(f"{one}/list.csv")).text)))
    assert [row[6] for row in rows[1:]] == ["8000", "15000"]
    assert (await client.get(f"{one}/list.exe")).status_code == 404

    await client.sign_in("officer")
    assert "23.000" in await read(client, one)
    assert (await post(client, f"{one}/confirmation")).status_code == 303
    assert "cơ quan đã nhận đủ" in await read(client, one)
    line = {"id": str(uuid4()), "subject": str(entry.number), "why": "Thiếu 5.000 đồng"}
    settlement = one.rpartition("/")[2]
    sent = await post(client, "/money/disputes", **line, settlement=settlement, back=one)
    assert sent.headers["location"] == one
    assert "đang khiếu nại" in await read(client, one)


async def test_who_may_not_pay_is_told_so(
    client: Client, desk: Connection, town: Town, boss: int
) -> None:
    for who, status in (("clerk", 403), ("courier", 403), ("officer", 403), ("boss", 403)):
        await client.sign_in(who)
        wish = {
            "id": str(uuid4()), "agency": str(town.agency), "purse": "state_held",
            "until": "2026-11-23", "seen": "1", "bank_ref": "FT-7",
        }  # fmt: skip
        assert (await post(client, "/money/settlements", **wish)).status_code == status, who


@pytest.mark.parametrize("amount", ["-1", "1.5", "1" + "0" * 18, "", "30001"])
async def test_the_safe_gives_what_is_in_it(
    client: Client, desk: Connection, town: Town, boss: int, amount: str
) -> None:
    """A refusal in words, with what was typed still there."""
    await make.dossier(desk, town)
    safe = Account(kind=Purse.SAFE, office_id=town.office)
    till = Account(kind=Purse.TILL, office_id=town.office, person_id=town.clerk)
    await move(desk, EntryKind.PAY_IN, safe, till, 30_000, town.clerk)
    await client.sign_in("boss")

    refused = await post(
        client, "/money/settlements/deposits", id=str(uuid4()), amount=amount, bank_ref="NT-1"
    )
    assert refused.status_code == 422
    assert "Chưa ghi" in refused.text
    taken = await post(
        client, "/money/settlements/deposits", id=str(uuid4()), amount="30.000", bank_ref="NT-1"
    )
    assert taken.status_code == 303
    assert "quỹ có 0" in await read(client, "/money/settlements?brought=1")


async def test_an_officer_lets_the_fee_of_a_refused_dossier_go_back(
    client: Client, desk: Connection, town: Town
) -> None:
    """Only of what she refused; the citizen reads where to fetch it."""
    dossier = await make.dossier(desk, town)
    await fee(desk, town, dossier)
    await make.signed(desk, town, dossier)
    charges = {
        row["kind"]: str(row["id"])
        for row in await desk.fetch("SELECT kind, id FROM charge WHERE dossier_id = $1", dossier.id)
    }
    await client.sign_in("officer")
    path = f"/agency/dossiers/{dossier.ref}"
    early = await post(
        client, f"{path}/refunds", charges=charges["state_fee"], why="Không tiếp nhận"
    )
    assert early.status_code == 409
    await make.rule(desk, town, dossier, Act.REFUSE)
    assert "Trả lại tiền cho người dân" in await read(client, path)

    ours = await post(
        client, f"{path}/refunds", charges=charges["postage_out"], why="Không tiếp nhận"
    )
    assert ours.status_code == 409
    for _ in range(2):
        done = await post(
            client,
            f"{path}/refunds",
            charges=[charges["state_fee"], charges["state_charge"]],
            why="Hồ sơ không được tiếp nhận",
        )
        assert done.status_code in (303, 409)

    due = await desk.fetch("SELECT amount_vnd, said, office_id FROM refund_due")
    assert [tuple(row) for row in due] == [(8000, "refund", town.office)]
    assert await desk.fetchval(
        "SELECT voided_at IS NOT NULL FROM charge WHERE kind = 'state_charge'"
    )
    client.forget()
    code = dossier.tracking_code
    page = await client.post(f"/h/{code}", data={"digits": "0001"})
    assert "Trả lại ông/bà: 8.000" in page.text.replace("\xa0", " ")
    assert "mang giấy tờ tùy thân" in page.text


async def test_the_citizen_reads_her_receipts_and_disputes_one(
    client: Client, desk: Connection, town: Town
) -> None:
    """After the last four digits of her phone, and not before."""
    dossier = await make.dossier(desk, town)
    number = await desk.fetchval("SELECT receipt_no FROM entry")
    code = dossier.tracking_code
    receipt = f"BL-66D01-261123-{number:04}"
    assert receipt not in (await client.get(f"/h/{code}")).text

    open_ = await client.post(f"/h/{code}", data={"digits": "0001"})
    assert receipt in open_.text

    said = {"digits": "0001", "form_id": str(uuid4()), "subject": receipt, "why": "Tôi đã trả đủ"}
    short = await client.post(f"/h/{code}/disputes", data=said | {"why": "x"})
    assert short.status_code == 422
    for _ in range(2):
        sent = await client.post(f"/h/{code}/disputes", data=said)
        assert sent.status_code == 200
        assert "Đã nhận khiếu nại" in sent.text
    wrong = await client.post(f"/h/{code}/disputes", data=said | {"digits": "9999"})
    assert wrong.status_code == 404
    assert await desk.fetchval("SELECT count(*) FROM money_dispute") == 1
