"""What a clerk may do with a dossier after a scan, through the panel's own forms."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from msgspec.structs import replace

from postal_service.clock import Clock
from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tracking import identifiers
from tracking.model import Party
from tracking.stages import Act, Keeper, Stage

HTMX = {"hx-request": "true"}


@pytest.fixture
async def clerk(client: Client) -> Client:
    await client.sign_in("clerk")
    return client


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def scan(clerk: Client, code: str) -> httpx.Response:
    data = {"csrf": clerk.form_token, "code": code}
    return await clerk.post("/counter/scan", data=data, headers=HTMX)


async def act(clerk: Client, way: str, **typed: str) -> httpx.Response:
    data = {"csrf": clerk.form_token, "id": str(uuid4())} | typed
    return await clerk.post(f"/counter/acts/{way}", data=data, headers=HTMX)


async def stage(desk: Connection, number: str) -> str:
    return str(await desk.fetchval("SELECT stage FROM consignment WHERE s10 = $1", number))


async def at_office(desk: Connection, town: Town) -> str:
    return await make.result(desk, town, await make.dossier(desk, town), Stage.AT_OFFICE)


async def test_an_invitation_is_made_once_and_counts_the_days(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Twice pressed is once invited; the next one waits two working days (art. 17.1 d)."""
    number = await at_office(desk, town)
    assert "Mời đến nhận, lần 1" in words(await scan(clerk, number))
    press = str(uuid4())

    for _ in range(2):
        done = await act(clerk, "invitation", s10=number, id=press)
        assert done.status_code == 200
        assert "Đã mời đến nhận, lần 1" in words(done)

    assert f"/papers/consignments/{number}/invitation-1.pdf" in done.text
    assert "giữ đến hết Thứ Ba 08/12/2026" in words(done)
    # Tuesday is a holiday, so the second working day is Thursday
    assert "Mời lần sau được từ Thứ Năm 26/11/2026" in words(done)
    again = await act(clerk, "invitation", s10=number)
    assert again.status_code == 422
    assert "ít nhất 2 ngày làm việc" in words(again)
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'invite'") == 1
    assert await desk.fetchval("SELECT count(*) FROM refused_act") == 1


async def test_what_the_receiver_refused_goes_back_at_once(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """One person is enough on a ground of the law; from there it is outbound."""
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    home = [
        make.scan(number, Act.MISS, town.by_courier, reason="DF07", next="return_to_agency"),
        make.scan(number, Act.BRING_IN, town.by_courier),
        make.scan(number, Act.TAKE_IN, town.by_clerk),
    ]
    await make.scans(desk, home)
    panel = words(await scan(clerk, number))
    assert "Chuyển trả cơ quan vì Người nhận từ chối nhận" in panel

    wrong = await act(clerk, "return", s10=number, reason="DF01")
    done = await act(clerk, "return", s10=number, reason="DF07")

    assert "lần phát gần nhất không ghi lý do này" in words(wrong)
    assert (done.status_code, await stage(desk, number)) == (200, "accepted")
    assert f"/papers/consignments/{number}/return-note.pdf" in done.text


async def test_another_reason_takes_a_second_person(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """The death of the receiver is no ground of art. 17.1: nothing moves until two agree."""
    number = await at_office(desk, town)

    done = await act(clerk, "return", s10=number, reason="DF17")

    assert "Đã gửi người thứ hai" in words(done)
    assert await stage(desk, number) == "at_office"
    assert await desk.fetchval("SELECT kind FROM approval") == "send_back"


async def test_a_citizen_withdraws_and_gets_the_papers_back(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """The wish goes to the agency; what never left the office is given back at the counter."""
    accepted = await make.dossier(desk, town, offered=False)
    number = await make.s10(desk, accepted)
    assert "Công dân rút hồ sơ" in words(await scan(clerk, accepted.ref))

    done = await act(clerk, "withdrawal", ref=accepted.ref, reason="WD02")
    assert "In đơn rút hồ sơ" in words(done)
    assert f"/papers/dossiers/{accepted.ref}/withdrawal.pdf" in done.text
    assert (await act(clerk, "give-back", s10=number)).status_code == 409
    await make.rule(desk, town, accepted, Act.STOP)
    assert f"Trả giấy tờ {number} cho công dân" in words(await scan(clerk, number))
    given = await act(clerk, "give-back", s10=number)

    assert (given.status_code, await stage(desk, number)) == (200, "given_back")


async def test_a_wrong_reason_withdraws_nothing(
    clerk: Client, desk: Connection, town: Town
) -> None:
    accepted = await make.dossier(desk, town)
    for reason in ("DF01", "WD99"):
        refused = await act(clerk, "withdrawal", ref=accepted.ref, reason=reason)
        assert refused.status_code == 422
    assert await desk.fetchval("SELECT status FROM dossier WHERE id = $1", accepted.id) == 1


async def test_a_missing_paper_is_found_or_declared_lost_by_two(
    clerk: Client, desk: Connection, town: Town
) -> None:
    number = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(number, Act.REPORT_MISSING, town.by_courier)])
    panel = words(await scan(clerk, number))
    assert f"Đã tìm thấy {number}" in panel
    assert f"Xác nhận thất lạc {number}" in panel

    asked = await act(clerk, "question", s10=number, kind="declare_lost", reason="CD03")
    assert "Đã gửi người thứ hai" in words(asked)
    assert await stage(desk, number) == "missing"
    found = await act(clerk, "found", s10=number)

    assert (found.status_code, await stage(desk, number)) == (200, "accepted")


async def test_ones_own_last_act_is_undone_within_a_minute(
    clerk: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """The panel counts the seconds; after them it takes a reason and a second person."""
    number = await at_office(desk, town)
    panel = await act(clerk, "invitation", s10=number)
    undoes = re.search(r'name="undoes" value="([^"]+)"', panel.text)
    assert undoes is not None
    assert re.search(r'data-seconds="(5[5-9]|60)"', panel.text)

    done = await act(clerk, "undo", s10=number, undoes=undoes[1])
    assert "Đã hoàn tác" in words(done)
    assert "Mời đến nhận, lần 1" in words(done)
    again = await act(clerk, "invitation", s10=number)
    clock.move(timedelta(seconds=61))
    late = await scan(clerk, number)
    undoes = re.search(r'name="undoes" value="([^"]+)"', late.text)
    assert undoes is not None
    assert again.status_code == 200
    assert "Hoàn tác «" not in words(late)
    assert "Sửa «mời đến nhận» của" in words(late)
    assert (await act(clerk, "undo", s10=number, undoes=undoes[1])).status_code == 409

    asked = await act(clerk, "question", s10=number, kind="undo", reason="CR01", undoes=undoes[1])
    assert "Đã gửi người thứ hai" in words(asked)


async def test_papers_for_another_agency_are_redirected_by_two(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """Only to an agency that decides the same procedure, and never to where they were."""
    number = await make.s10(desk, await make.dossier(desk, town, offered=False))
    panel = await scan(clerk, number)
    agencies = re.search(r'name="agency">(.+?)</select>', panel.text)
    assert agencies is not None
    offered = re.findall(r'value="(\d+)"', agencies[1])
    assert str(town.agency) not in offered

    asked = await act(
        clerk, "question", s10=number, kind="redirect", reason="CR04", agency=offered[0]
    )

    assert "Đã gửi người thứ hai" in words(asked)
    assert await desk.fetchval("SELECT facts FROM approval") == {"agency": int(offered[0])}
    bad = await act(clerk, "question", s10=number, kind="redirect", reason="CR04", agency="x")
    assert bad.status_code == 400


async def test_the_delivering_office_finds_what_a_bag_brought(
    client: Client, desk: Connection, town: Town
) -> None:
    """It is that office's business now; a third office still learns nothing."""
    other = await make.town(desk, office="66D06", suffix="-2")
    await make.town(desk, office="66D03", suffix="-3")
    number = await at_office(desk, town)
    offer = make.offer(number, town)
    await make.scans(desk, [replace(offer, to=Party(Keeper.OFFICE, other.office))])
    await client.sign_in("clerk-2")

    offered = words(await scan(client, number))
    assert "đang giao cho Bưu cục D'Ran" in offered
    assert "Mở hồ sơ" not in offered
    await make.scans(desk, [make.scan(number, Act.TAKE_IN, other.by_clerk)])
    assert "Mời đến nhận, lần 1" in words(await scan(client, number))
    client.forget()
    await client.sign_in("clerk-3")
    refused = await scan(client, number)
    unknown = await scan(client, identifiers.s10("RB", 99_999_999))

    assert refused.status_code == unknown.status_code == 404


async def test_a_finished_dossier_offers_nothing(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """A calm panel: no act that does not apply."""
    accepted = await make.dossier(desk, town)
    await make.result(desk, town, accepted, Stage.DELIVERED)

    panel = await scan(clerk, accepted.ref)

    ways = set(re.findall(r'action="/counter/acts/([\w-]+)"', panel.text))
    assert ways == {"question"}  # a delivery may be undone, by two


@pytest.mark.parametrize("way", ["invitation", "give-back", "found"])
async def test_another_offices_paper_is_not_there(
    clerk: Client, desk: Connection, way: str
) -> None:
    other = await make.town(desk, office="66D06", suffix="-2")
    number = await make.s10(desk, await make.dossier(desk, other, offered=False))

    assert (await act(clerk, way, s10=number)).status_code == 404
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act <> 'accept'") == 0
