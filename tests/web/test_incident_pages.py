"""What went wrong, from the list it stands on to the two people who end it."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service.desk.watch.approvals import Kind
from tests import make, trouble
from tests.make import Town
from tests.trouble import Next
from tests.web.conftest import Client
from tracking.custody_model import Outcome
from tracking.stages import Act, Stage


async def become(client: Client, name: str) -> None:
    client.forget()
    client.headers.pop("x-csrf-token", None)
    await client.sign_in(name)


async def press(client: Client, way: str, **form: object) -> httpx.Response:
    return await client.post(way, data={"csrf": client.form_token, "id": str(uuid4()), **form})


@pytest.fixture
async def nxt(desk: Connection, town: Town) -> Next:
    await trouble.boss(desk, town)
    return await trouble.next_office(desk, town)


async def stage(conn: Connection, s10: str) -> str:
    found: str = await conn.fetchval("SELECT stage FROM consignment WHERE s10 = $1", s10)
    return found


async def lacking(desk: Connection, town: Town, nxt: Next) -> tuple[str, int]:
    """A bag from which one paper was missing: its number, and the incident's."""
    s10 = await trouble.shelved(desk, town)
    number = await trouble.bag(desk, town, nxt, s10)
    await trouble.opened(desk, nxt, number, counted=1)
    await trouble.answer(desk, nxt.by, number, s10, Outcome.MISSING)
    return s10, await desk.fetchval("SELECT max(id) FROM incident")


async def settle(client: Client, incident: int, outcome: str, reason: str = "CD03") -> str:
    """The clerk asks for the end, the supervisor agrees; what the list says then."""
    await become(client, "clerk")
    there = await press(
        client, "/approvals", kind="close_incident", subject=incident, outcome=outcome,
        reason=reason, back="/incidents",
    )  # fmt: skip
    assert there.headers["location"] == "/incidents", there.text
    assert "Chờ người thứ hai duyệt" in (await client.get("/incidents")).text
    await become(client, "boss")
    [asked] = re.findall(r"/approvals/([0-9a-f-]+)/approval", (await client.get("/approvals")).text)
    agreed = await client.post(f"/approvals/{asked}/approval", data={"csrf": client.form_token})
    assert agreed.status_code == 303
    return (await client.get("/incidents")).text


async def test_an_incident_says_what_where_and_who(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    """Both ends of the bag read the same: the reason, the list, the paper, and the minutes."""
    s10, incident = await lacking(desk, town, nxt)

    for name in ("clerk", "next-clerk"):
        await become(client, name)
        page = (await client.get("/incidents")).text
        assert "Thiếu bưu gửi so với bảng kê" in page
        assert s10 in page
        assert "đang tìm bưu gửi" in page
        assert f"/papers/incidents/{incident}.pdf" in page
    await make.town(desk, office="66D06", suffix="-far")
    await become(client, "clerk-far")
    assert "Không có sự cố nào đang mở." in (await client.get("/incidents")).text


async def test_what_is_found_is_where_it_was(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    """The register hears of it in the same moment, in both names, and the list is quiet."""
    s10, incident = await lacking(desk, town, nxt)
    assert await stage(desk, s10) == Stage.MISSING

    page = await settle(client, incident, "found")

    assert "Không có sự cố nào đang mở." in page
    assert "Đã tìm thấy" in page
    assert await stage(desk, s10) == Stage.ACCEPTED
    row = await desk.fetchrow("SELECT person_id, approver_id FROM event WHERE act = 'find'")
    assert row is not None
    assert row["person_id"] == town.clerk
    assert row["approver_id"] is not None


async def test_what_is_lost_is_declared_so_and_may_be_found_later(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    s10, incident = await lacking(desk, town, nxt)

    await settle(client, incident, "lost")

    assert await stage(desk, s10) == Stage.LOST
    await make.scans(desk, [make.scan(s10, Act.FIND, town.by_clerk)])
    assert await stage(desk, s10) == Stage.ACCEPTED


async def test_damage_is_settled_without_moving_the_paper(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    s10 = await trouble.shelved(desk, town)
    number = await trouble.bag(desk, town, nxt, s10)
    await trouble.opened(desk, nxt, number, counted=1)
    await trouble.answer(desk, nxt.by, number, s10, Outcome.DAMAGED, "CD07")
    incident = await desk.fetchval("SELECT id FROM incident")

    page = await settle(client, incident, "repacked", "CD07")

    assert "Đã đóng gói lại" in page
    assert await desk.fetchval("SELECT office_id FROM consignment WHERE s10 = $1", s10) == (
        nxt.office
    )


async def test_an_incident_is_settled_once(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    """Both ends of the bag asked: the second agreement finds it settled, and says so."""
    s10, incident = await lacking(desk, town, nxt)
    await settle(client, incident, "found")
    await become(client, "next-clerk")

    late = await press(
        client, "/approvals", kind="close_incident", subject=incident, outcome="lost",
        reason="CD03",
    )  # fmt: skip

    assert late.status_code == 404
    assert await stage(desk, s10) == Stage.ACCEPTED


async def test_an_unlisted_paper_shows_its_holder_who_gives_it_with_one_press(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    """It lay in the bag on no line: the office that has it in its books offers it, the finder
    takes it in, and until then the giver answers for it."""
    s10, number = await trouble.extra(desk, town, nxt)
    incident = await desk.fetchval("SELECT id FROM incident")
    await become(client, "next-clerk")
    theirs = (await client.get("/incidents")).text
    assert "Bưu cục Phường 2 Đà Lạt giữ" in theirs
    assert "chúng tôi đã giao" not in theirs
    refused = await press(client, f"/incidents/{incident}/giving")
    assert refused.status_code == 409
    await become(client, "clerk")
    assert "chúng tôi đã giao" in (await client.get("/incidents")).text

    form = {"csrf": client.form_token, "id": str(uuid4())}
    pressed = [await client.post(f"/incidents/{incident}/giving", data=form) for _ in range(2)]

    assert [one.status_code for one in pressed] in ([303, 303], [303, 409])
    row = await desk.fetchrow(
        "SELECT holder_id, offered_kind, offered_id FROM consignment WHERE s10 = $1", s10
    )
    assert tuple(row or ()) == (town.office, "office", nxt.office)
    assert "chờ bên nhận ký" in (await client.get("/incidents")).text
    await become(client, "next-clerk")
    client.headers["x-csrf-token"] = client.form_token
    taken = {"items": [{"id": str(uuid4()), "s10": s10}], "at": make.MORNING.isoformat()}
    assert (await client.post("/hand-overs/taken", json=taken)).status_code == 200
    assert await desk.fetchval("SELECT office_id FROM consignment WHERE s10 = $1", s10) == (
        nxt.office
    )
    page = await settle(client, incident, "explained", "CD04")
    assert "Đã rõ nguyên nhân" in page
    assert number


async def test_what_is_no_extra_is_not_given_away(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    """A missing paper is nobody's to give; an incident of nobody's is not there."""
    _, incident = await lacking(desk, town, nxt)
    await become(client, "clerk")

    assert (await press(client, f"/incidents/{incident}/giving")).status_code == 409
    assert (await press(client, "/incidents/99999/giving")).status_code == 404
    assert (await press(client, f"/incidents/{2**70}/giving")).status_code == 404


async def test_incidents_are_the_posts_business(client: Client, nxt: Next) -> None:
    """Not a courier's, not an agency's."""
    for name in ("courier", "officer"):
        await become(client, name)
        assert (await client.get("/incidents")).status_code == 403


async def test_an_unknown_end_or_reason_is_refused(
    client: Client, desk: Connection, town: Town, nxt: Next
) -> None:
    _, incident = await lacking(desk, town, nxt)
    await become(client, "clerk")

    for wrong, status in (
        ({"outcome": "forgotten"}, 400), ({"outcome": ""}, 422), ({"reason": "DF01"}, 422),
        ({"subject": "x"}, 404),
    ):  # fmt: skip
        form = {
            "kind": Kind.CLOSE_INCIDENT, "subject": incident, "outcome": "found", "reason": "CD03",
        } | wrong  # fmt: skip
        assert (await press(client, "/approvals", **form)).status_code == status
