"""The organisation's pages: brought, looked at, accepted, printed, and nobody else's."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import pypdf
import pytest
from asyncpg import Connection

from postal_service.clock import Clock
from postal_service.desk.batches import batches
from tests.desk.batches.test_batches import MST, agency_code, file, row
from tests.make import MORNING, Town
from tests.web.conftest import Client, read


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


def begun(desk: Connection) -> AbstractAsyncContextManager[Connection]:
    @asynccontextmanager
    async def open() -> AsyncIterator[Connection]:
        async with desk.transaction():
            yield desk

    return open()


async def worked(desk: Connection) -> None:
    while await batches.work(lambda: begun(desk), MORNING):
        pass


async def bring(client: Client, raw: bytes, id: str, **typed: str) -> httpx.Response:
    fields = {"csrf": client.form_token, "id": id, "org_name": "Trường Đa Nhim", "tax_code": MST}
    return await client.post(
        "/counter/batches", data=fields | typed, files={"file": ("lop.csv", raw, "text/csv")}
    )


async def press(client: Client, path: str, **typed: str) -> httpx.Response:
    return await client.post(path, data={"csrf": client.form_token} | typed)


async def test_a_file_goes_from_the_form_to_the_printer(
    clerk: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """Brought twice it is one file; looked at, accepted, and its papers come as one."""
    agency, id = await agency_code(desk, town), str(uuid4())
    raw = file(
        [row(1, agency), row(2, agency), row(3, agency, citizen_id="1", name="=HYPERLINK(1)")]
    )
    for _ in range(2):
        answer = await bring(clerk, raw, id)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/counter/batches/{id}")
    assert "Đã đọc 0 / 3 dòng" in await read(clerk, f"/counter/batches/{id}")
    await worked(desk)

    look = await read(clerk, f"/counter/batches/{id}")
    assert "2 nhận được" in look
    assert "1 sai" in look
    assert "Số định danh" in look
    refusal = await press(clerk, f"/counter/batches/{id}", counted="yes")
    assert refusal.status_code == 422
    assert "còn 1 dòng sai" in refusal.text
    answer = await press(clerk, f"/counter/batches/{id}", counted="yes", only_good="yes")
    assert answer.status_code == 303
    assert "Đã nhận 0 / 2 hồ sơ" in await read(clerk, f"/counter/batches/{id}")
    await worked(desk)

    done = await read(clerk, f"/counter/batches/{id}")
    assert "2 đã nhận" in done
    assert "Đã thu" in done
    bad = await clerk.get(f"/counter/batches/{id}/bad.csv")
    assert bad.text.startswith("\ufeff")
    assert "'=HYPERLINK(1)" in bad.text
    refs = [each["ref"] for each in await desk.fetch("SELECT ref FROM dossier ORDER BY ref")]
    listed = pages(await clerk.get(f"/counter/batches/{id}/list.pdf"))
    assert all(ref in " ".join(listed) for ref in refs)
    both = pages(await clerk.get(f"/counter/batches/{id}/papers-1.pdf"))
    assert [sum(ref in each for each in both) for ref in refs] == [2, 2]
    assert not any("BẢN SAO" in each for each in both)
    clock.move(timedelta(minutes=16))
    await clerk.sign_in("clerk")
    again = pages(await clerk.get(f"/counter/batches/{id}/receipts-1.pdf"))
    assert len(again) == 2
    assert all("BẢN SAO 1" in each for each in again)
    assert (await clerk.get(f"/counter/batches/{id}/labels-2.pdf")).status_code == 404
    assert (await clerk.get(f"/counter/batches/{id}/x.pdf")).status_code == 404


def pages(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "application/pdf"
    return [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(answer.content)).pages]


@pytest.mark.parametrize(
    ("raw", "typed", "why"),
    [
        (b"PK\x03\x04xlsx", {}, "Lưu dạng CSV UTF-8"),
        (b"\xff\xfeA", {}, "UTF-16"),
        ("Tên,Mã\nA,1\n".encode(), {}, "không có trong mẫu"),
        (b"", {}, "tệp trống"),
        (b"x", {"tax_code": "0100112438"}, "Mã số thuế không đúng"),
        (b"x", {"org_name": "A"}, "Ghi tên tổ chức"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(
    clerk: Client, raw: bytes, typed: dict[str, str], why: str
) -> None:
    """The form stays as typed, and nothing is kept."""
    answer = await bring(clerk, raw, str(uuid4()), **typed)

    assert answer.status_code == 422
    assert why in answer.text
    assert "Chưa nhận tệp nào" in await read(clerk, "/counter/batches")


async def test_the_template_can_be_filled_and_brought(clerk: Client) -> None:
    answer = await clerk.get("/counter/batches/template")

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("\ufeffMã thủ tục,Mã cơ quan,")


async def test_another_office_and_a_courier_see_nothing(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """A list of names is the counter's alone."""
    id = str(uuid4())
    await bring(clerk, file([row(1, await agency_code(desk, town))]), id)
    await worked(desk)

    await clerk.sign_in("courier")
    assert (await clerk.get(f"/counter/batches/{id}")).status_code == 403


async def test_a_file_is_given_up(clerk: Client, desk: Connection, town: Town) -> None:
    id = str(uuid4())
    await bring(clerk, file([row(1, await agency_code(desk, town))]), id)
    await worked(desk)

    for _ in range(2):
        answer = await press(clerk, f"/counter/batches/{id}/drop")
        assert answer.status_code == 303
    assert "nội dung đã xóa" in await read(clerk, f"/counter/batches/{id}")
