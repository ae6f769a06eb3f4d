"""The slip through its own door: the whole timeline, and who held a paper when."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from asyncpg import Connection

from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import corrections, identifiers, journey
from tracking.corrections import Undo
from tracking.model import Dossier, Event
from tracking.stages import Act, Leg


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def at(hours: int, minutes: int = 0) -> timedelta:
    return timedelta(hours=hours, minutes=minutes)


async def act(
    desk: Connection, number: str, what: Act, by: make.Actor, late: timedelta, **facts: object
) -> UUID:
    """Record one act so long after the morning; the id of its line."""
    scan = make.scan(number, what, by, at=MORNING + late, **facts)
    event = await journey.record_one(desk, scan, heard_at=MORNING + late)
    return event.scan_id


@pytest.fixture
async def accepted(desk: Connection, town: Town, town_url: str) -> Dossier:
    """Accepted and offered to the courier at a quarter past eight."""
    return await make.dossier(desk, town)


@pytest.fixture
async def number(desk: Connection, accepted: Dossier) -> str:
    return await make.s10(desk, accepted)


async def see(client: Client, who: str, dossier: Dossier, **asked: str) -> httpx.Response:
    client.forget()
    await client.sign_in(who)
    return await client.get(f"/slips/{dossier.ref}", params=asked)


async def test_it_tells_who_held_each_paper_and_for_how_long(
    client: Client, desk: Connection, town: Town, accepted: Dossier, number: str
) -> None:
    await act(desk, number, Act.COLLECT, town.by_courier, at(2, 10))
    await act(desk, number, Act.HAND_OVER, town.by_courier, at(3))
    await act(desk, number, Act.SIGN, town.by_officer, at(3, 30))

    said = words(await see(client, "clerk", accepted))

    office = await desk.fetchval("SELECT name FROM office WHERE id = $1", town.office)
    assert f"do {office} giữ, 2 giờ 10 phút" in said
    assert "do bưu tá Nguyễn Văn Courier giữ, 1 giờ 20 phút" in said
    assert re.search(r"do [^.]+ giữ, [^.]* đến nay", said)
    assert f"Hồ sơ gửi cơ quan · {number}" in said


async def test_an_auditor_asks_who_held_it_at_a_moment(
    client: Client, desk: Connection, town: Town, accepted: Dossier, number: str
) -> None:
    """Whoever took it holds it from that minute on; before it was taken, its giver did."""
    await act(desk, number, Act.COLLECT, town.by_courier, at(2, 10))
    await act(desk, number, Act.HAND_OVER, town.by_courier, at(3))
    await act(desk, number, Act.SIGN, town.by_officer, at(3, 30))
    office = await desk.fetchval("SELECT name FROM office WHERE id = $1", town.office)
    agency = await desk.fetchval("SELECT name_vi FROM agency WHERE id = $1", town.agency)
    courier = "bưu tá Nguyễn Văn Courier"
    held = {"08:15": office, "10:24": office, "10:25": courier, "11:44": courier, "11:45": agency}

    for hour, holder in held.items():
        page = await see(client, "clerk", accepted, day="23/11/2026", hour=hour)
        [answer] = re.findall(r'<dl class="answer">.*?<dd>([^<]+)<', page.text, re.DOTALL)
        assert html.unescape(answer) == holder, hour
    short = await see(client, "clerk", accepted, day="23/11", hour="10:30")
    assert courier in words(short).partition("Ai giữ lúc đó?")[2]


async def test_before_the_counter_nobody_of_us_held_it_and_nonsense_is_refused_in_words(
    client: Client, accepted: Dossier
) -> None:
    early = await see(client, "clerk", accepted, day="22/11/2026", hour="14:05")
    broken = await see(client, "clerk", accepted, day="3/13/2026", hour="14:05")

    assert "bưu điện chưa nhận giấy tờ nào" in words(early)
    assert broken.status_code == 422
    assert "Ghi ngày và giờ, ví dụ 3/12/2026 và 14:05." in words(broken)
    assert 'value="3/13/2026"' in broken.text


async def test_the_two_times_stand_apart_only_where_they_differ(
    client: Client, desk: Connection, town: Town, accepted: Dossier, number: str
) -> None:
    """A phone without signal tells late; two minutes are the network's own."""
    collect = make.scan(number, Act.COLLECT, town.by_courier, at=MORNING + at(1))
    await journey.record_one(desk, collect, heard_at=MORNING + at(3, 5))
    await act(desk, number, Act.HAND_OVER, town.by_courier, at(4))

    page = words(await see(client, "clerk", accepted))

    assert "ghi lúc 09:15 · nhận lúc 11:20" in page
    assert "12:15 23/11/2026 Bàn giao cơ quan" in page


async def undone(desk: Connection, town: Town, number: str, line: UUID) -> Event:
    wish = Undo(id=uuid4(), s10=number, undoes=line, by=town.by_courier, at=MORNING + at(1, 1))
    return await corrections.undo(desk, wish, heard_at=MORNING + at(1) + timedelta(seconds=50))


async def test_what_was_undone_stays_struck_out_with_its_correction(
    client: Client, desk: Connection, town: Town, accepted: Dossier, number: str
) -> None:
    """Nothing is deleted; and while it stood nobody is said to have held it."""
    line = await act(desk, number, Act.COLLECT, town.by_courier, at(1))
    await undone(desk, town, number, line)

    page = await see(client, "clerk", accepted, day="23/11/2026", hour="12:00")

    assert "<del>Bưu tá nhận</del>" in page.text
    assert "Hoàn tác lúc 09:16 23/11/2026, Nguyễn Văn Courier" in words(page)
    assert "Hoàn tác «Bưu tá nhận»" in words(page)
    assert "do bưu tá" not in words(page)


async def test_refused_attempts_are_for_the_supervisor(
    client: Client, desk: Connection, town: Town, accepted: Dossier, number: str
) -> None:
    """Of two hands on one paper both are on record; whose it is to know is another matter."""
    await make.person(desk, "chief", "supervisor", town.office, town.agency)
    tried = make.scan(number, Act.COLLECT, town.by_other_courier)
    await journey.record(desk, [tried], heard_at=MORNING)

    clerk = words(await see(client, "clerk", accepted))
    chief = words(await see(client, "chief", accepted))

    assert "Thao tác bị từ chối" not in clerk
    assert "Nguyễn Văn Other_Courier Bưu tá nhận" in chief
    assert number in chief.partition("Thao tác bị từ chối")[2]


async def test_it_is_open_to_its_office_its_agency_and_the_courier_who_has_it(
    client: Client, desk: Connection, town: Town, accepted: Dossier, number: str
) -> None:
    """For anybody else there is no such dossier, and nobody learns that there is."""
    other = await make.town(desk, office="66D02", suffix="-2")
    assert other.agency != town.agency
    for who in ("clerk", "officer", "courier"):
        assert (await see(client, who, accepted)).status_code == 200
    for who in ("clerk-2", "officer-2", "courier-2", "other-courier"):
        assert (await see(client, who, accepted)).status_code == 404

    await act(desk, number, Act.COLLECT, town.by_courier, at(1))
    await act(desk, number, Act.HAND_OVER, town.by_courier, at(1))
    await act(desk, number, Act.SIGN, town.by_officer, at(1))
    assert (await see(client, "courier", accepted)).status_code == 404
    client.forget()
    assert (await client.get(f"/slips/{accepted.ref}")).headers["location"].startswith("/signin")


async def test_a_courier_reads_no_name_and_prints_no_slip(
    client: Client, accepted: Dossier
) -> None:
    page = words(await see(client, "courier", accepted))

    assert "Trần Bích Uyên" not in page
    assert "In phiếu kiểm soát" not in page
    slip = await client.get(f"/papers/dossiers/{accepted.ref}/control-slip.pdf")
    assert slip.status_code == 404


async def test_a_dossier_filed_at_the_agency_has_a_slip_too(
    client: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """No leg yet, and nobody to ask who held it."""
    filed = await make.dossier(desk, town, service="return")

    page = await see(client, "clerk", filed, day="23/11/2026", hour="12:00")

    assert page.status_code == 200
    assert "bưu điện chưa nhận giấy tờ nào" in words(page)


async def test_a_receipt_is_issued_again_by_two_people_and_the_old_one_kept_for_the_supervisor(
    client: Client, desk: Connection, town: Town, accepted: Dossier
) -> None:
    await make.person(desk, "chief", "supervisor", town.office, town.agency)
    page = await see(client, "clerk", accepted)
    asked = str(uuid4())
    form = {
        "csrf": client.form_token, "id": asked, "kind": "reissue_receipt",
        "subject": accepted.ref, "reason": "CR09", "back": f"/slips/{accepted.ref}?asked=1",
    }  # fmt: skip
    assert "Cấp lại biên nhận" in words(page)
    sent = await client.post("/approvals", data=form)
    assert sent.headers["location"] == f"/slips/{accepted.ref}?asked=1"
    kept = f"/papers/dossiers/{accepted.ref}/receipts/0.pdf"
    assert (await client.get(kept)).status_code == 404

    client.forget()
    await client.sign_in("chief")
    assert (await client.get(kept)).status_code == 404
    agreed = await client.post(f"/approvals/{asked}/approval", data={"csrf": client.form_token})
    assert agreed.status_code in (200, 201, 303)

    said = words(await client.get(f"/slips/{accepted.ref}"))
    assert "Cấp lại lần 1" in said
    assert "Mất biên nhận" in said
    assert (await client.get(kept)).headers["content-type"] == "application/pdf"
    gone = await client.get(f"/h/{accepted.tracking_code}")
    never = await client.get(f"/h/{identifiers.new_tracking_code()}")
    assert gone.status_code == never.status_code
    client.forget()
    await client.sign_in("clerk")
    assert (await client.get(kept)).status_code == 404


async def test_a_result_on_its_way_home_has_its_own_leg(
    client: Client, desk: Connection, town: Town, accepted: Dossier
) -> None:
    result = await make.result(desk, town, accepted, make.Stage.OUT)
    missed = make.scan(result, Act.MISS, town.by_courier, reason="DF04", next="invite")
    await make.scans(desk, [missed])

    said = words(await see(client, "officer", accepted))

    forward = await make.s10(desk, accepted, Leg.FORWARD)
    assert f"Kết quả trả về · {result}" in said
    assert "Người nhận vắng nhà · sau đó: Gửi giấy mời đến bưu cục" in said
    assert f"Hồ sơ gửi cơ quan · {forward}" in said
