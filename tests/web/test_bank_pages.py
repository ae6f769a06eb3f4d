"""The bank's statement on a page: brought twice, with bad lines, of thousands; matched by hand."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.desk.money import transfers
from tests import make
from tests.desk.money.bank import bring, credit, look, request
from tests.make import Town
from tests.web.conftest import Client, read

HEAD = "Ngày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Nội dung"


def statement(*lines: str, head: str = HEAD) -> bytes:
    return "\ufeff".encode() + "\r\n".join([head, *lines]).encode()


async def send(client: Client, raw: bytes, **named: str) -> tuple[int, str]:
    answer = await client.post(
        "/bank/statements",
        data={"csrf": client.form_token} | named,
        files={"file": ("sao-ke.csv", raw, "text/csv")},
    )
    return answer.status_code, " ".join(answer.text.split())


async def test_a_statement_pays_what_it_names(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """Debits are passed over, bad lines told by number, the rest is taken; twice is once."""
    asked = await request(desk, town)
    raw = statement(
        f'23/11/2026 08:01,FT1,,"15,000.00",MBVCB {asked.reference} CT DEN',
        "23/11/2026,FT2,50000,,Phi dich vu",
        "23/11/2026,FT3,,1.5,a",
        f"23/11/2026,FT4,,1{'0' * 18},b",
        "40/11/2026,FT5,,1000,c",
        "23/11/2026,,,1000,d",
        '23/11/2026,FT6,,"1.000","=HYPERLINK(""x"") khong ro"',
        "24/12/2026,FT7,,1000,ngay mai",
    )

    status, said = await send(supervisor, raw)
    _, again = await send(supervisor, raw)

    assert status == 200
    assert "<b>2</b> khoản mới" in said
    assert "<b>5</b> dòng không đọc được" in said
    assert "Dòng 4: Số tiền «1.5»" in said
    assert "<b>0</b> khoản mới, <b>2</b> khoản đã có từ trước" in again
    assert (await transfers.by_reference(desk, asked.reference)).state == "paid"
    assert await desk.fetchval("SELECT sum(amount_vnd) FROM posting") == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "tệp trống"),
        (b"PK\x03\x04rest", "tệp Excel"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"a;b\n1;2\n", "không thấy cột"),
        ("Ngày,Số tiền,Nội dung\n".encode(), "không thấy cột số giao dịch"),
        (b"\x00,\x00", "NUL"),
    ],
)
async def test_what_is_no_statement(supervisor: Client, raw: bytes, said: str) -> None:
    """Nothing is taken, and the page says what to do."""
    status, page = await send(supervisor, raw)
    assert status == 422
    assert said in page


async def test_columns_named_by_hand(supervisor: Client, desk: Connection, town: Town) -> None:
    """A bank that heads its columns in its own words, below a preamble, with semicolons."""
    asked = await request(desk, town)
    head = "Tài khoản: 0123\nTừ ngày: 01/11/2026\n\nWhen;How much;Words;Their no"
    raw = statement(f"2026-11-23;15 000;{asked.reference};X1", head=head)

    refused, _ = await send(supervisor, raw)
    status, page = await send(
        supervisor, raw, day="When", amount="How much", content="Words", bank_ref="Their no"
    )

    assert refused == 422
    assert status == 200, page
    assert (await transfers.by_reference(desk, asked.reference)).state == "paid"


async def test_five_thousand_lines(supervisor: Client, desk: Connection, town: Town) -> None:
    """The page answers in a breath; the worker matches the rest, three bad lines are told."""
    asked = [await request(desk, town) for _ in range(3)]
    lines = [f"23/11/2026,FT{n},,{n + 1},khong ro {n}" for n in range(4994)]
    lines += [f"23/11/2026,pay {n},,15000,{each.reference}" for n, each in enumerate(asked)]
    bad = ["23/11/2026,B1,,1.5,x", "23/11/2026,B2,,1e3,x", "hôm qua,B3,,1,x"]

    began = time.monotonic()
    status, page = await send(supervisor, statement(*lines, *bad))
    took = time.monotonic() - began
    await look(desk)

    assert (status, "<b>4997</b> khoản mới" in page, "<b>3</b> dòng" in page) == (200, True, True)
    assert took < 20
    states = await desk.fetch("SELECT state, count(*) FROM bank_line GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in states] == [("matched", 3), ("suspended", 4994)]
    suspense = "SELECT -sum(p.amount_vnd) FROM posting p JOIN account a ON a.id = p.account_id"
    assert await desk.fetchval(f"{suspense} WHERE a.kind = 'suspense'") == await desk.fetchval(
        "SELECT sum(left_vnd) FROM bank_line"
    )


async def test_halves_are_offered_together(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """A transfer in two parts is matched by one press, once."""
    asked = await request(desk, town)
    brought = await bring(desk, town, credit(asked.reference, 5000), credit(asked.reference, 10000))
    await look(desk)

    page = await read(supervisor, "/bank")
    form = {
        "csrf": supervisor.form_token, "id": str(uuid4()), "reference": asked.reference,
        "lines": [str(each) for each in brought.new],
    }  # fmt: skip
    for _ in range(2):
        answer = await supervisor.post("/bank/matches", data=form)
        assert answer.status_code == 303, answer.text

    assert "2 khoản cộng lại đúng 15.000 ₫" in page
    assert (await transfers.by_reference(desk, asked.reference)).state == "paid"
    assert "Không có khoản nào chưa rõ" in await read(supervisor, "/bank")


async def test_two_people_send_money_back(supervisor: Client, desk: Connection, town: Town) -> None:
    """Who asks sees no button to confirm, and is refused if she makes one."""
    brought = await bring(desk, town, credit("khong ro"))
    await look(desk)
    await make.person(desk, "boss-two", "supervisor", town.office, town.agency)
    drawn = str(uuid4())

    wish = {
        "csrf": supervisor.form_token, "id": drawn, "line": str(brought.new[0]),
        "payee": "Ngân hàng A, 0123456, Trần Bích Uyên", "why": "Chuyển nhầm",
    }  # fmt: skip
    assert (await supervisor.post("/bank/returns", data=wish)).status_code == 303
    sent = {"csrf": supervisor.form_token, "bank_ref": "FT99"}
    alone = await supervisor.post(f"/bank/returns/{drawn}/sent", data=sent)
    own = await read(supervisor, "/bank")
    await supervisor.sign_in("boss-two")
    sent["csrf"] = supervisor.form_token
    other = await supervisor.post(f"/bank/returns/{drawn}/sent", data=sent)

    assert alone.status_code == 403
    assert "Đã chuyển trả" not in own
    assert "chờ người thứ hai" in own
    assert other.status_code == 303
    assert await desk.fetchval("SELECT left_vnd FROM bank_line") == 0
    assert "đã trả lại, số giao dịch FT99" in await read(supervisor, "/bank")


async def test_an_operator_brings_files_and_reads_nothing(
    client: Client, desk: Connection, town: Town
) -> None:
    """He keeps the machine: names on a statement are not his business."""
    await make.person(desk, "op", "operator", town.office, town.agency)
    await client.sign_in("op")

    status, page = await send(client, statement("23/11/2026,FT1,,1000,NGUYEN VAN A"))

    assert status == 200
    assert "<b>1</b> khoản mới" in page
    assert "NGUYEN VAN A" not in page
    answer = await client.post("/bank/matches", data={"csrf": client.form_token})
    assert answer.status_code == 403
