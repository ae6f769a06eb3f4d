"""The lists on the agency's desk as its pages have them: one key, and a word for every line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service.app import create_app
from postal_service.clock import Clock
from postal_service.settings import Settings
from tests import laid, make
from tests.make import Town
from tests.web.conftest import Client
from tracking import slip
from tracking.model import Dossier
from tracking.stages import Act, Leg, Stage, Status

TAGS = re.compile(r"<[^>]+>")
UNDO = re.compile(r'name="undoes" value="([0-9a-f-]+)"')


@pytest.fixture
async def officer(client: Client) -> Client:
    await client.sign_in("officer")
    return client


@pytest.fixture
async def colleague(
    town_url: str, clock: Clock, desk: Connection, town: Town
) -> AsyncIterator[Client]:
    """Another officer of the agency, at another window."""
    await make.person(desk, "colleague", "agency_officer", town.office, town.agency)
    app = create_app(Settings(database_url=town_url, demo=True), clock=clock)
    async with Client(app) as client:
        client.follow_redirects = False
        client.headers["accept"] = "text/html"
        await client.sign_in("colleague")
        yield client


def line(s10: str, outcome: str = "accepted", reason: str = "") -> str:
    return f"{s10} {uuid4()} {outcome} {reason}"


async def press(client: Client, number: str, *lines: str, extras: str = "") -> httpx.Response:
    form = {"lines": "\r\n".join(lines), "extras": extras, "csrf": client.form_token}
    return await client.post(f"/agency/lists/{number}", data=form)


def text(answer: httpx.Response) -> str:
    return " ".join(TAGS.sub(" ", answer.text).split())


async def stage_of(desk: Connection, dossier: Dossier, leg: Leg = Leg.FORWARD) -> Stage:
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    item = found.leg(leg)
    assert item is not None
    return item.stage


async def test_a_list_is_signed_for_with_one_press(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Per-line words in one request; the page then says how the list was closed."""
    number, (first, second, third), dossiers = await laid.lists(desk, town, 3)
    work = text(await officer.get("/agency"))

    answer = await press(
        officer, number, line(first), line(second, "missing"), line(third, "declined", "CD08")
    )
    closed = text(await officer.get(answer.headers["location"]))

    assert number in work
    assert answer.headers["location"] == f"/agency/lists/{number}?signed=3"
    assert "Bảng kê đã khóa sổ: nhận 1, hư hỏng 0, thiếu 1, không nhận 1." in closed
    assert "Sai nơi đến" in closed
    assert [await stage_of(desk, dossier) for dossier in dossiers] == [
        Stage.WITH_AGENCY, Stage.MISSING, Stage.TO_AGENCY,
    ]  # fmt: skip
    assert number not in text(await officer.get("/agency"))


async def test_the_page_says_which_lines_wait(
    officer: Client, desk: Connection, town: Town
) -> None:
    """A list that does not balance stays open, and its missing words have names."""
    number, (first, second), _ = await laid.lists(desk, town, 2)

    answer = await press(officer, number, line(first))
    page = await officer.get(answer.headers["location"])

    assert "Bảng kê còn mở, 1 dòng chưa trả lời" in text(page)
    assert f'href="#{second}"' in page.text


async def test_two_officers_press_at_once(
    officer: Client, colleague: Client, desk: Connection, town: Town
) -> None:
    """One signature a line. The one who came second reads at each line that it is signed for."""
    number, numbers, dossiers = await laid.lists(desk, town, 5)

    answers = await asyncio.gather(
        *(press(client, number, *map(line, numbers)) for client in (officer, colleague))
    )

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    [second] = [text(answer) for answer in answers if answer.status_code == 409]
    assert "5 dòng chưa ghi được, xem ở từng dòng" in second
    assert second.count("cơ quan đã ký nhận.") == 5
    for dossier in dossiers:
        found = await slip.by_ref(desk, dossier.ref)
        assert found is not None
        assert sum(one.act is Act.SIGN for one in found.lines) == 1


async def test_a_second_click_is_harmless(officer: Client, desk: Connection, town: Town) -> None:
    """Five copies at once and one more: the same answer, one line each."""
    number, numbers, _ = await laid.lists(desk, town, 3)
    lines = [*map(line, numbers)]

    answers = await asyncio.gather(*(press(officer, number, *lines) for _ in range(5)))
    late = await press(officer, number, *lines)

    assert {answer.status_code for answer in [*answers, late]} == {303}
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'sign'") == 3


async def test_an_envelope_too_many(officer: Client, desk: Connection, town: Town) -> None:
    """What stands on no line is written down and goes back with the courier."""
    number, (first,), _ = await laid.lists(desk, town, 1)
    extra = await make.s10(desk, await make.dossier(desk, town))

    answer = await press(officer, number, line(first), extras=f"{extra} {uuid4()}")
    page = text(await officer.get(answer.headers["location"]))

    assert f"Bưu gửi thừa đã ghi: {extra}" in page
    assert await desk.fetchval("SELECT reason FROM incident") == "CD04"


async def test_a_beeped_envelope_opens_its_list(
    officer: Client, desk: Connection, town: Town
) -> None:
    """From the work list straight to where it is signed for; anything else opens its dossier."""
    number, (first,), (dossier,) = await laid.lists(desk, town, 1)
    _, single = await laid.loose(desk, town)

    on_list = await officer.get("/agency", params={"q": first.lower()})
    loose = await officer.get("/agency", params={"q": single})
    page = await officer.get(f"/agency/dossiers/{dossier.ref}")
    await press(officer, number, line(first))
    signed = await officer.get("/agency", params={"q": first})

    assert on_list.headers["location"] == f"/agency/lists/{number}?beep={first}"
    assert loose.headers["location"] == f"/agency/lists/loose?beep={single}"
    assert f'href="/agency/lists/{number}"' in page.text
    assert signed.headers["location"] == f"/agency/dossiers/{dossier.ref}"


async def test_a_press_that_cannot_be_read(officer: Client, desk: Connection, town: Town) -> None:
    """No half of it is written: broken text, a number nobody has, no word, no token."""
    number, (first, second), _ = await laid.lists(desk, town, 2)
    good = line(first)

    answers = [
        await press(officer, number, good, f"{second} not-an-id accepted"),
        await press(officer, number, good, f"{second} {uuid4()} eaten"),
        await press(officer, number, good, second),
        await press(officer, number, good, line("RB123456789VN")),
        await press(officer, number, good, line(second, "declined", "RF01")),
        await press(officer, number, good, line(second, "declined")),
        await press(officer, number),
        await press(officer, "BK-261123-99999", good),
        await press(officer, "x" * 300, good),
        await officer.post(f"/agency/lists/{number}", data={"lines": good, "csrf": "x"}),
    ]

    codes = [answer.status_code for answer in answers]
    assert codes == [400, 400, 400, 422, 422, 422, 422, 404, 404, 403]
    assert await desk.fetchval("SELECT count(*) FROM event WHERE act = 'sign'") == 0


async def test_a_long_list_is_shown_and_signed_for(
    officer: Client, desk: Connection, town: Town
) -> None:
    """As many lines as a list may have fit the page and one press."""
    number, numbers, _ = await laid.lists(desk, town, 40)

    page = await officer.get(f"/agency/lists/{number}")
    answer = await press(officer, number, *map(line, numbers))

    assert page.text.count("data-open") == 40
    assert answer.status_code == 303
    assert await desk.fetchval("SELECT state FROM hand_over") == "closed"


async def test_undoing_one_s_own_signature(officer: Client, desk: Connection, town: Town) -> None:
    """From the list it was given on; a colleague's is not offered, and words say why."""
    number, (first, _), (dossier, _) = await laid.lists(desk, town, 2)
    await press(officer, number, line(first))
    page = await officer.get(f"/agency/lists/{number}")
    [undoes] = UNDO.findall(page.text)
    form = {
        "id": str(uuid4()), "s10": first, "undoes": undoes, "back": number,
        "csrf": officer.form_token,
    }  # fmt: skip

    answers = [await officer.post("/agency/undo", data=form) for _ in range(2)]
    again = await officer.post("/agency/undo", data=form | {"id": str(uuid4())})

    assert [a.headers["location"] for a in answers] == [f"/agency/lists/{number}?undone=1"] * 2
    assert again.status_code == 409
    assert "đã chuyển tiếp hoặc đã hoàn tác" in text(again)
    assert await stage_of(desk, dossier) is Stage.OFFERED


async def test_after_a_minute_it_takes_two(
    officer: Client, colleague: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    """Her own page then asks a colleague, with a reason; the colleague agrees and it is undone."""
    dossier, number = await laid.loose(desk, town)
    await press(officer, "loose", line(number))
    fresh = (await officer.get(f"/agency/dossiers/{dossier.ref}")).text

    clock.move(timedelta(minutes=2))
    page = (await officer.get(f"/agency/dossiers/{dossier.ref}")).text
    [undoes] = UNDO.findall(page)
    undoing = {"id": str(uuid4()), "undoes": undoes, "csrf": officer.form_token}
    late = await officer.post("/agency/undo", data=undoing | {"s10": number})
    asking = undoing | {"kind": "undo", "subject": number, "reason": "CR01"}
    asked = await officer.post("/approvals", data=asking)
    path = f"/approvals/{undoing['id']}/approval"
    alone = await officer.post(path, data={"csrf": officer.form_token})
    agreed = await colleague.post(path, data={"csrf": colleague.form_token})

    assert 'action="/agency/undo"' in fresh
    assert 'action="/approvals"' not in fresh
    assert 'action="/agency/undo"' not in page
    assert 'name="kind" value="undo"' in page
    assert [a.status_code for a in (late, asked, agreed)] == [409, 303, 303]
    assert alone.status_code >= 400
    assert await stage_of(desk, dossier) is Stage.OFFERED


async def test_the_wrong_agency_gives_papers_back(
    officer: Client, desk: Connection, town: Town
) -> None:
    """They lie with what the post fetches, under the number they came with."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    number = await make.s10(desk, dossier)
    form = {"id": str(uuid4()), "s10": number, "csrf": officer.form_token}

    none = await officer.post("/agency/sendings-on", data=form)
    answers = [
        await officer.post("/agency/sendings-on", data=form | {"reason": "CR04"}) for _ in range(2)
    ]
    results = text(await officer.get("/agency/results"))
    page = text(await officer.get(f"/agency/dossiers/{dossier.ref}"))

    assert none.status_code == 422
    assert f"Hồ sơ {dossier.ref}" in text(none)
    assert [answer.status_code for answer in answers] == [303, 303]
    assert f"{number} Hồ sơ sai cơ quan" in results
    assert "bưu cục sẽ chuyển đúng cơ quan" in page
    assert "Chuyển nhầm cơ quan" in page


async def test_a_withdrawal_is_decided(officer: Client, desk: Connection, town: Town) -> None:
    """Its own section with the citizen's reason; stopping needs no signature first."""
    dossier = await make.dossier(desk, town)
    await laid.wished(desk, town, dossier)
    work = text(await officer.get("/agency"))
    page = text(await officer.get(f"/agency/dossiers/{dossier.ref}"))
    path = f"/agency/dossiers/{dossier.ref}/rulings"
    form = {"id": str(uuid4()), "csrf": officer.form_token}

    mute = await officer.post(path, data=form | {"act": "keep"})
    money = {"settlement": "Không có khoản tiền nào phải trả lại."}
    stopped = await officer.post(path, data=form | {"act": "stop", "reason": "WD02"} | money)

    assert "Công dân xin rút 1" in work
    assert "Công dân không còn nhu cầu" in work
    assert "lý do: Công dân không còn nhu cầu" in page
    assert (mute.status_code, stopped.status_code) == (422, 303)
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    assert found.dossier.status is Status.STOPPED


async def test_a_returned_result_says_so(officer: Client, desk: Connection, town: Town) -> None:
    """On its list, on its page and in the work list, until the citizen comes."""
    dossier, number = await laid.returned(desk, town)
    listed = text(await officer.get("/agency/lists/loose"))

    await press(officer, "loose", line(number))
    page = text(await officer.get(f"/agency/dossiers/{dossier.ref}"))
    work = text(await officer.get("/agency"))

    assert "kết quả trả lại" in listed
    assert "Kết quả trả lại, chờ công dân đến cơ quan nhận." in page
    assert "Gửi kết quả lần nữa qua bưu điện" in page
    assert "kết quả trả lại, chờ công dân" in work


async def test_what_lies_ready_is_grouped(officer: Client, desk: Connection, town: Town) -> None:
    """By the office whose couriers fetch it, with a list to print."""
    empty = text(await officer.get("/agency/results"))
    numbers = [await make.ready(desk, town, await make.dossier(desk, town)) for _ in range(2)]

    page = await officer.get("/agency/results")

    assert "Không có bì thư nào chờ bưu tá." in empty
    assert all(number in page.text for number in numbers)
    assert page.text.count("<section") == 1
    assert "/papers/agency/results.pdf" in page.text


async def test_the_lists_are_the_agency_s_alone(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Another agency's list is not there; clerk and courier are told it is other people's work."""
    stranger = await make.town(desk, agency="H36.02", suffix="-far")
    number, (first,), _ = await laid.lists(desk, stranger, 1)

    looked = await officer.get(f"/agency/lists/{number}")
    pressed = await press(officer, number, line(first))
    officer.forget()
    await officer.sign_in("clerk")
    clerk = await officer.get("/agency/lists/loose")

    assert (looked.status_code, pressed.status_code, clerk.status_code) == (404, 404, 403)


async def test_results_are_given_to_the_post_together(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Each under its own number; what cannot go is named, and the rest goes once."""
    dossiers = [await make.dossier(desk, town) for _ in range(3)]
    for dossier in dossiers:
        await make.signed(desk, town, dossier)
    for dossier in dossiers[:2]:
        await make.rule(desk, town, dossier, Act.RECEIVE, Act.FINISH)
    waiting = await officer.get("/agency/results")
    items = re.findall(r'name="item" value="([^"]+)"', waiting.text)
    early = f"{dossiers[2].ref}:{uuid4()}"
    csrf = officer.form_token

    answers = await asyncio.gather(
        *(officer.post("/agency/releases", data={"item": items, "csrf": csrf}) for _ in range(3))
    )
    mixed = await officer.post("/agency/releases", data={"item": [*items, early], "csrf": csrf})
    nothing = await officer.post("/agency/releases", data={"csrf": csrf})
    page = text(await officer.get("/agency/results?signed=2"))

    assert len(items) == 2
    assert {answer.status_code for answer in answers} == {303}
    assert (mixed.status_code, nothing.status_code) == (409, 422)
    numbers = [await make.s10(desk, dossier, Leg.RESULT) for dossier in dossiers[:2]]
    assert all(number in page for number in numbers)
    assert "Ghi số dưới đây lên từng bì thư" in page
    assert await desk.fetchval("SELECT count(*) FROM consignment WHERE leg = 'R'") == 2
