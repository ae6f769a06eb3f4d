"""The administrator's pages: a version typed, looked at, saved, postponed and withdrawn."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service.database import Context, open_database
from postal_service.desk.catalogue import catalogue_imports
from tests import make
from tests.make import Town
from tests.web.conftest import Client, read

CODE = "1.004873"
FIELD = re.compile(r'<input[^>]*\bname="([^"]+)"[^>]*?\bvalue="([^"]*)"|<select[^>]*name="([^"]+)"')


def fields(page: str) -> list[tuple[str, str]]:
    """Every field of the form with data-f9, as a browser would send it."""
    form = page[page.index("data-f9") :]
    form = form[: form.index("</form>")]
    found = []
    for name, value, select in FIELD.findall(form):
        if select:
            body = form[form.index(f'name="{select}"') :]
            chosen = re.search(r'<option value="([^"]*)" selected', body[: body.index("</select>")])
            found.append((select, chosen[1] if chosen else "yes"))
        else:
            found.append((name, value))
    return found


async def send(
    client: Client, pairs: list[tuple[str, str]], *, to: str = "/catalogue/procedures", **over: str
) -> httpx.Response:
    """Press F9 with some fields typed over."""
    names = {name for name, _ in pairs}
    sent: dict[str, Any] = {}
    for name, value in pairs + [(n, v) for n, v in over.items() if n not in names]:
        sent.setdefault(name, []).append(over.get(name, value))
    return await client.post(to, data=sent)


async def opened(client: Client, way: str = f"/catalogue/procedures/{CODE}/next") -> Any:
    answer = await client.get(way)
    assert answer.status_code == 200, answer.text
    return fields(answer.text)


async def test_from_the_form_to_the_new_version(
    manager: Client, desk: Connection, town: Town
) -> None:
    """Typed, shown old beside new with what it touches, saved once, and in the list."""
    await make.dossier(desk, town)
    typed = {"valid_from": "01/01/2027", "le_phi_vnd": "20.000", "why": "QĐ 12/2026"}
    shown = await send(manager, await opened(manager), **typed)
    assert shown.status_code == 200
    for words in ("Lệ phí", "20.000", "01/01/2027", "Không dời hẹn của 1 hồ sơ đang mở"):
        assert words in shown.text, words

    carried = [*fields(shown.text), ("step", "save")]
    for _ in range(2):
        answer = await send(manager, carried)
        assert answer.headers["location"] == f"/catalogue/procedures/{CODE}?done=version"
    text = await read(manager, f"/catalogue/procedures/{CODE}?done=version")
    for words in ("Phiên bản 2", "chờ đến ngày", "đang có hiệu lực", "Lê Quang Chí", "QĐ 12/2026"):
        assert words in text, words
    assert "đổi từ 01/01/2027" in await read(manager, "/catalogue?q=1.004873")
    assert "1.004873 v2" in await read(manager, "/catalogue/history?q=1.004")
    assert await desk.fetchval("SELECT count(*) FROM procedure WHERE code = $1", CODE) == 2

    away = {"csrf": manager.form_token, "form_id": str(uuid4()), "why": "QĐ bị hủy"}
    for _ in range(2):
        way = f"/catalogue/procedures/{CODE}/versions/2/withdrawal"
        answer = await manager.post(way, data=away)
        assert answer.headers["location"].endswith("?done=withdraw")
    assert "đã rút, chưa từng có hiệu lực" in await read(manager, f"/catalogue/procedures/{CODE}")


async def test_what_is_wrong_comes_back_with_what_was_typed(manager: Client) -> None:
    """Nothing is lost, everything is told, and the form's own id stays."""
    form = await opened(manager)
    answer = await send(
        manager, form, valid_from="1/1/2020", le_phi_vnd="-5", name_vi="X" * 500, why=""
    )
    assert answer.status_code == 422
    for words in ("sau hôm nay", "số nguyên từ 0", "không quá 300", "X" * 500):
        assert words in answer.text or words == "sau hôm nay", words
    assert dict(form)["form_id"] in answer.text

    back = await send(manager, form, valid_from="2027-01-01", why="QĐ 1", step="edit")
    assert (back.status_code, 'value="QĐ 1"' in back.text) == (200, True)


async def test_a_new_procedure_and_an_end(manager: Client) -> None:
    """A code nobody knew; then it ends, and a past day is refused in words."""
    form = await opened(manager, "/catalogue/procedures/new/next")
    typed = {
        "code": "1.999001", "name_vi": "Thủ tục thử", "name_en": "Trial", "field_vi": "Đất đai",
        "time_value": "3", "valid_from": "2026-12-01", "why": "Mới", "source": "QĐ 1",
    }  # fmt: skip
    shown = await send(manager, form, **typed)
    assert "Danh mục giấy tờ trống" in shown.text
    saved = await send(manager, [*fields(shown.text), ("step", "save")])
    assert saved.headers["location"] == "/catalogue/procedures/1.999001?done=version"

    way = f"/catalogue/procedures/{CODE}/end"
    end = {"csrf": manager.form_token, "form_id": str(uuid4()), "why": "Bãi bỏ"}
    assert (await manager.post(way, data=end | {"day": "2020-01-01"})).status_code == 422
    answer = await manager.post(way, data=end | {"day": "31/12/2026"})
    assert answer.headers["location"].endswith("?done=end")
    assert "đến trước 31/12/2026" in await read(manager, f"/catalogue/procedures/{CODE}")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/catalogue?q=khai+sinh&field=Hộ+tịch", "Đăng ký khai sinh"),
        ("/catalogue?level=province", "Cấp tỉnh"),
        ("/catalogue?q=khongcogi", "Không có thủ tục nào khớp"),
        ("/catalogue/agencies?q=so+noi+vu", "Sở Nội vụ"),
        ("/catalogue/agencies?q=zzz", "Không có cơ quan nào khớp"),
        ("/catalogue/offices?q=66000", "BC. Trung tâm"),
        ("/catalogue/reasons?q=sat+lo", "Sạt lở"),
        ("/catalogue/history", "Chưa ai sửa danh mục"),
    ],
)
async def test_lists_are_found_without_accents(manager: Client, path: str, words: str) -> None:
    assert words in await read(manager, path)


@pytest.mark.parametrize("role", ["clerk", "boss", "officer"])
async def test_nobody_else_comes_in(client: Client, boss: int, role: str) -> None:
    """The catalogue is the manager's."""
    await client.sign_in(role)
    assert (await client.get("/catalogue")).status_code == 403
    token = {"csrf": client.form_token}
    assert (await client.post("/catalogue/procedures", data=token)).status_code == 403


@pytest.mark.parametrize("code", ["%00", "%2500%25ff", "9.999999", "x" * 300, "..%2f"])
async def test_an_odd_address_is_refused(manager: Client, code: str) -> None:
    """Never a failure, whatever stands where a code should."""
    token = {"csrf": manager.form_token, "form_id": str(uuid4()), "why": "x", "day": "2027-01-01"}
    way = f"/catalogue/procedures/{code}"
    answers = [
        await manager.get(way),
        await manager.get(f"{way}/next"),
        await manager.post(f"{way}/end", data=token),
        await manager.post(f"{way}/versions/1/withdrawal", data=token),
        await manager.get(f"/catalogue/tariffs/{code}"),
        await manager.post(f"/catalogue/tariffs/{code}/withdrawal", data=token),
        await manager.get(f"/catalogue/export/{code}"),
        await manager.get(f"/catalogue/files/{uuid4()}"),
        await manager.get("/catalogue", params={"q": "\0", "field": "\0", "level": code}),
    ]
    assert {answer.status_code for answer in answers[:-1]} <= {404, 405, 422}
    assert answers[-1].status_code == 200


# --- price lists


async def test_a_price_list_from_the_grid_to_its_withdrawal(
    manager: Client, desk: Connection
) -> None:
    """One price typed over, shown before and after, saved once, withdrawn."""
    answer = await manager.get("/catalogue/tariffs/DEMO-2025/next")
    typed = {"valid_from": "01/01/2027", "why": "QĐ 15/2026", "source": "QĐ 15/2026"}
    form = fields(answer.text)
    wrong = await send(manager, form, to="/catalogue/tariffs", **typed | {"p-inter-send-no-0": "x"})
    assert (wrong.status_code, "không phải số đồng" in wrong.text) == (422, True)
    typed["p-province-both-no-0"] = "99.000"
    shown = await send(manager, form, to="/catalogue/tariffs", **typed)
    for words in ("99.000", "Không đổi cước của", "1 giá thay đổi"):
        assert words in shown.text, words
    for _ in range(2):
        carried = [*fields(shown.text), ("step", "save")]
        answer = await send(manager, carried, to="/catalogue/tariffs")
        assert answer.headers["location"] == "/catalogue/tariffs?done=version"
    assert "BC-2027-01-01" in await read(manager, "/catalogue/tariffs")
    assert "99.000" in await read(manager, "/catalogue/tariffs/BC-2027-01-01")

    way = "/catalogue/tariffs/BC-2027-01-01/withdrawal"
    away = {"csrf": manager.form_token, "form_id": str(uuid4())}
    assert (await manager.post(way, data=away)).status_code == 422
    for _ in range(2):
        answer = await manager.post(way, data=away | {"why": "Hoãn"})
        assert answer.headers["location"].endswith("done=withdraw")
    assert (
        await desk.fetchval(
            "SELECT count(*) FROM tariff WHERE daterange(valid_from, valid_to) @> date '2027-06-01'"
            " AND tariff_id = 'DEMO-2025'"
        )
        == 108
    )


# --- files


async def worked(town_url: str) -> None:
    """The worker reads and applies what waits."""
    async with open_database(town_url, size=2, name="worker") as database:
        while await catalogue_imports.work(
            lambda: database.begin(Context.job("take_files")), make.MORNING
        ):
            continue


async def test_a_file_out_mended_and_in(manager: Client, desk: Connection, town_url: str) -> None:
    """Exported, three rows spoilt, told; mended, applied once, and known when it comes again."""
    out = await manager.get("/catalogue/export/procedures?bom=yes")
    assert out.text.startswith("\ufeffcode,name_vi")
    assert out.headers["content-disposition"] == 'attachment; filename="procedures.csv"'
    head, *rows = out.text.removeprefix("\ufeff").splitlines()
    first = next(row for row in rows if row.startswith("1.004873"))
    new = first.replace("1.004873", "1.800001").replace("2018-01-01", "2027-01-01")

    async def sent(text: str) -> str:
        form = {"csrf": manager.form_token, "id": str(uuid4()), "sheet": "procedures"}
        for _ in range(2):
            answer = await manager.post(
                "/catalogue/files", data=form, files={"file": ("thủ tục.csv", text.encode())}
            )
            assert answer.headers["location"] == f"/catalogue/files/{form['id']}"
        return answer.headers["location"]

    bad = await sent("\n".join([head, new, new.replace("working_day", "week")]))
    assert "Đã đọc 0 / 2 dòng" in await read(manager, bad)
    await worked(town_url)
    text = await read(manager, bad)
    for words in ("1 thêm", "1 sai", "time_unit", "một trong"):
        assert words in text, words
    token = {"csrf": manager.form_token}
    refused = await manager.post(bad, data=token | {"why": "QĐ"})
    assert (refused.status_code, "còn 1 dòng sai" in refused.text) == (422, True)
    assert (await manager.post(f"{bad}/drop", data=token)).status_code == 303
    assert "đã bỏ" in await read(manager, bad)

    good = await sent("\n".join([head, new]))
    await worked(town_url)
    for _ in range(2):
        assert (await manager.post(good, data=token | {"why": "QĐ 9"})).status_code == 303
        await worked(town_url)
    assert "1 dòng thêm, 0 dòng sửa" in await read(manager, good)
    assert await desk.fetchval("SELECT count(*) FROM procedure WHERE code = '1.800001'") == 1
    assert "1.800001 v1" in await read(manager, "/catalogue/history?q=1.800001")
    again = await sent("\n".join([head, new]))
    await worked(town_url)
    text = await read(manager, again)
    assert ("Đúng tệp này đã được nạp" in text, "mọi dòng đã đúng sẵn" in text) == (True, True)


@pytest.mark.parametrize(
    ("raw", "status", "said"),
    [
        (b"PK\x03\x04", 422, "Excel"),
        (b"", 422, "trống"),
        (b"x" * 10_200_001, 413, "quá lớn"),
    ],
)
async def test_what_is_no_table_is_refused(
    manager: Client, raw: bytes, status: int, said: str
) -> None:
    """A sentence that says how to save it, and nothing is kept."""
    form = {"csrf": manager.form_token, "id": str(uuid4()), "sheet": "procedures"}
    headers = {"x-csrf-token": manager.form_token}
    answer = await manager.post(
        "/catalogue/files", data=form, files={"file": ("a.csv", raw)}, headers=headers
    )
    assert (answer.status_code, said in answer.text) == (status, True)
    assert "Chưa nạp tệp nào" in await read(manager, "/catalogue/files")
