"""An agency officer's morning, through the pages: sign, receive, ask, refuse, give back."""

from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import slip
from tracking.model import Dossier
from tracking.stages import Act, Leg, Stage, Status

TAGS = re.compile(r"<[^>]+>")
ACTS = re.compile(r'name="act" value="(\w+)"')
CODE = "H36.31-261123-0042"


@pytest.fixture
async def officer(client: Client) -> Client:
    await client.sign_in("officer")
    return client


async def rule(client: Client, dossier: Dossier, act: str, **typed: str) -> httpx.Response:
    form = {"id": str(uuid4()), "act": act, "csrf": client.form_token} | typed
    return await client.post(f"/agency/dossiers/{dossier.ref}/rulings", data=form)


async def offered(desk: Connection, town: Town) -> tuple[Dossier, str]:
    """A dossier the courier has laid before the agency, and its number."""
    dossier = await make.dossier(desk, town)
    number = await make.s10(desk, dossier)
    await make.scans(
        desk, [make.scan(number, act, town.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    )
    return dossier, number


async def signed(desk: Connection, town: Town) -> Dossier:
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    return dossier


async def now_of(desk: Connection, dossier: Dossier) -> slip.Slip:
    found = await slip.by_ref(desk, dossier.ref)
    assert found is not None
    return found


def text(answer: httpx.Response) -> str:
    return " ".join(TAGS.sub(" ", answer.text).split())


async def test_an_empty_desk_says_so(officer: Client) -> None:
    """A morning without papers is an answer, not a blank page."""
    seen = text(await officer.get("/agency"))

    assert "Không có bưu gửi nào chờ ký nhận." in seen
    assert "Không có hồ sơ nào đang xử lý." in seen


async def test_signing_what_was_ticked(officer: Client, desk: Connection, town: Town) -> None:
    """The officer signs for one dossier by the id drawn with its page, and for no other."""
    (one, first), (two, _) = await offered(desk, town), await offered(desk, town)
    page = (await officer.get(f"/agency/dossiers/{one.ref}")).text
    [item] = re.findall(rf'value="({first}:[0-9a-f-]+)"', page)
    form = {"item": item, "csrf": officer.form_token}

    answers = await asyncio.gather(
        *(officer.post("/agency/signatures", data=form) for _ in range(3))
    )

    assert [answer.status_code for answer in answers] == [303] * 3
    for dossier, stage in ((one, Stage.WITH_AGENCY), (two, Stage.OFFERED)):
        item_now = (await now_of(desk, dossier)).leg(Leg.FORWARD)
        assert item_now is not None
        assert item_now.stage is stage
    lines = (await now_of(desk, one)).lines
    assert sum(line.act is Act.SIGN for line in lines) == 1


async def test_one_bad_line_does_not_stop_the_rest(
    officer: Client, desk: Connection, town: Town
) -> None:
    """An item still with the courier is named; the other is signed for."""
    good, number = await offered(desk, town)
    far = await make.s10(desk, await make.dossier(desk, town))
    form = {
        "item": [f"{number}:{uuid4()}", f"{far}:{uuid4()}"],
        "csrf": officer.form_token,
    }

    answer = await officer.post("/agency/signatures", data=form)

    assert answer.status_code == 409
    assert "Không thực hiện được «cơ quan ký nhận»" in answer.text
    item = (await now_of(desk, good)).leg(Leg.FORWARD)
    assert item is not None
    assert item.stage is Stage.WITH_AGENCY


async def test_declining_needs_a_reason_of_the_list(
    officer: Client, desk: Connection, town: Town
) -> None:
    """A torn seal goes back to the courier, and the register says why."""
    dossier, number = await offered(desk, town)
    form = {"id": str(uuid4()), "s10": number, "csrf": officer.form_token}

    invented = await officer.post("/agency/declines", data=form | {"reason": "RF01"})
    told = await officer.post("/agency/declines", data=form | {"reason": "CD01"})
    again = await officer.post("/agency/declines", data=form | {"reason": "CD01"})

    assert (invented.status_code, told.status_code, again.status_code) == (422, 303, 303)
    last = (await now_of(desk, dossier)).lines[-1]
    assert (last.act, last.facts) == (Act.DECLINE, {"reason": "CD01"})


async def test_receiving_starts_the_clock(officer: Client, desk: Connection, town: Town) -> None:
    """Three working days from Monday 08:15, with 24/11 off: Friday, to the minute."""
    dossier = await signed(desk, town)
    offer = text(await officer.get(f"/agency/dossiers/{dossier.ref}"))

    answer = await rule(officer, dossier, "receive", agency_code=f" {CODE.lower()} ")

    assert "Hẹn trả: 08:15 27/11/2026" in offer
    assert "Ngày nghỉ không tính: 24/11" in offer
    assert answer.headers["location"] == f"/agency/dossiers/{dossier.ref}?done=receive"
    now = (await now_of(desk, dossier)).dossier
    assert (now.status, now.agency_code) == (Status.RECEIVED, CODE)
    assert now.due_at is not None
    assert now.due_at.isoformat() == "2026-11-27T01:15:00+00:00"
    assert now.received_at is not None
    assert now.received_at > now.accepted_at


async def test_the_same_form_twice_is_one_ruling(
    officer: Client, desk: Connection, town: Town
) -> None:
    """A double click, also at the same instant, receives once."""
    dossier = await signed(desk, town)
    form = {
        "id": str(uuid4()),
        "act": "receive",
        "agency_code": CODE,
        "csrf": officer.form_token,
    }
    path = f"/agency/dossiers/{dossier.ref}/rulings"

    answers = await asyncio.gather(*(officer.post(path, data=form) for _ in range(5)))
    other = await officer.post(path, data=form | {"act": "finish"})

    assert [answer.status_code for answer in answers] == [303] * 5
    assert other.status_code == 409
    lines = (await now_of(desk, dossier)).lines
    assert sum(line.act is Act.RECEIVE for line in lines) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"agency_code": "123"}, "Mã hồ sơ"),
        ({"agency_code": "H36.31-261323-0042"}, "Mã hồ sơ"),
        ({"agency_code": CODE, "due_day": "2026-12-01", "due_time": "16:00"}, "lý do"),
        (
            {"agency_code": CODE, "due_day": "2026-12-01", "due_time": "16:00", "reason": "RF01"},
            "RF01",
        ),
        (
            {"agency_code": CODE, "due_day": "2019-01-01", "due_time": "16:00", "reason": "LT02"},
            "Ngày hẹn phải sau lúc này",
        ),
        (
            {"agency_code": CODE, "due_day": "2090-01-01", "due_time": "16:00", "reason": "LT02"},
            "không quá ba năm",
        ),
        ({"agency_code": CODE, "due_day": "9999-12-31", "due_time": "23:59"}, "Ghi đủ ngày"),
        ({"agency_code": CODE, "due_day": "2026-12-01"}, "Ghi đủ ngày"),
    ],
)
async def test_a_reception_that_cannot_be(
    officer: Client, desk: Connection, town: Town, typed: dict[str, str], said: str
) -> None:
    """What was typed stays in the form, the sentence says what to mend, nothing is written."""
    dossier = await signed(desk, town)

    answer = await rule(officer, dossier, "receive", **typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed["agency_code"]}"' in answer.text
    assert (await now_of(desk, dossier)).dossier.status is Status.REGISTERED


async def test_an_appointment_by_hand_keeps_its_reason(
    officer: Client, desk: Connection, town: Town
) -> None:
    """The officer may promise another day, and the register knows why."""
    dossier = await signed(desk, town)

    answer = await rule(
        officer,
        dossier,
        "receive",
        agency_code=CODE,
        due_day="2026-12-01",
        due_time="16:00",
        reason="LT02",
    )

    assert answer.status_code == 303
    found = await now_of(desk, dossier)
    assert found.dossier.due_at is not None
    assert found.dossier.due_at.isoformat() == "2026-12-01T09:00:00+00:00"
    assert found.lines[-1].facts == {
        "reason": "LT02",
        "due_at": "2026-12-01T09:00:00+00:00",  # the register alone tells the appointment
    }


async def test_one_code_for_one_dossier(officer: Client, desk: Connection, town: Town) -> None:
    """Two dossiers under one code would be one dossier to every other system."""
    one, two = await signed(desk, town), await signed(desk, town)

    answers = await asyncio.gather(
        *(rule(officer, dossier, "receive", agency_code=CODE) for dossier in (one, two))
    )

    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert any(f"Mã {CODE} đã cấp cho hồ sơ" in answer.text for answer in answers)


async def test_asking_for_papers_and_getting_them(
    officer: Client, desk: Connection, town: Town
) -> None:
    """One guidance, all gaps at once; the clock stands still; what she wrote is kept apart."""
    dossier = await signed(desk, town)
    await rule(officer, dossier, "receive", agency_code=CODE)
    note = "Bản sao <b>khai sinh</b>"

    paper = {"paper": "Giấy khai sinh", "certified": "1"}

    mute = await rule(officer, dossier, "ask_more", note=note)
    odd = await rule(officer, dossier, "ask_more", **paper | {"certified": "²"})
    asked = await rule(officer, dossier, "ask_more", **paper, note=note)
    page = await officer.get(f"/agency/dossiers/{dossier.ref}")
    resumed = await rule(officer, dossier, "resume")

    assert (mute.status_code, odd.status_code) == (422, 422)
    assert (asked.status_code, resumed.status_code) == (303, 303)
    assert "<b>khai sinh" not in page.text
    assert "&lt;b&gt;khai sinh" in page.text
    lines = (await now_of(desk, dossier)).lines
    assert [line.facts for line in lines if line.act is Act.ASK_MORE] == [
        {"reason": "PA01", "papers": 1}
    ]
    assert lines[-1].status is Status.PROCESSING


async def test_refusing_sends_the_papers_back(
    officer: Client, desk: Connection, town: Town
) -> None:
    """A reason of the agency's own list, and a number for the envelope the courier fetches."""
    dossier = await signed(desk, town)

    counter_reason = await rule(officer, dossier, "refuse", reason="RF08")
    none = await rule(officer, dossier, "refuse")
    refused = await rule(officer, dossier, "refuse", reason="RF01", note="Nộp tại Sở Tư pháp")
    page = await officer.get(f"/agency/dossiers/{dossier.ref}")

    assert (counter_reason.status_code, none.status_code) == (422, 422)
    assert refused.status_code == 303
    number = await make.s10(desk, dossier, Leg.BACK)
    assert f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:11]} VN" in page.text
    assert "Không thuộc thẩm quyền giải quyết Nộp tại Sở Tư pháp" in text(page)


async def test_the_result_is_given_to_the_post_once(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Also from two windows at once: one envelope, one number."""
    dossier = await signed(desk, town)
    await rule(officer, dossier, "receive", agency_code=CODE)
    await rule(officer, dossier, "finish")

    answers = await asyncio.gather(*(rule(officer, dossier, "release") for _ in range(2)))
    page = await officer.get(f"/agency/dossiers/{dossier.ref}")

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert "Ghi số này lên bì thư kết quả" in page.text
    assert ACTS.findall(page.text) == []


async def test_a_result_fetched_at_the_agency_stays_there(
    officer: Client, desk: Connection, town: Town
) -> None:
    """The citizen chose to come: the post has no part in the way back."""
    dossier = await make.dossier(desk, town, service="send", return_way="agency")
    await make.signed(desk, town, dossier)
    await rule(officer, dossier, "receive", agency_code=CODE)
    await rule(officer, dossier, "finish")

    page = await officer.get(f"/agency/dossiers/{dossier.ref}")
    posted = await rule(officer, dossier, "release")
    handed = await rule(officer, dossier, "return_here")
    ended = text(await officer.get("/agency"))

    assert "Vừa xong 1" in ended
    assert ACTS.findall(page.text) == ["return_here"]
    assert (posted.status_code, handed.status_code) == (409, 303)
    assert (await now_of(desk, dossier)).dossier.status is Status.RETURNED


async def test_only_what_the_law_allows_is_offered(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Nothing before the signature; nothing the journey has no step for."""
    waiting, _ = await offered(desk, town)
    dossier = await signed(desk, town)
    path = f"/agency/dossiers/{dossier.ref}"

    before = ACTS.findall((await officer.get(f"/agency/dossiers/{waiting.ref}")).text)
    fresh = ACTS.findall((await officer.get(path)).text)
    early = await rule(officer, waiting, "receive", agency_code=CODE)
    skipped = await rule(officer, dossier, "finish")

    assert before == []
    assert fresh == ["receive", "ask_more", "refuse", "transfer"]
    assert (early.status_code, skipped.status_code) == (409, 409)


@pytest.mark.parametrize("kind", ["ref", "code", "s10"])
async def test_a_number_opens_its_dossier(
    officer: Client, desk: Connection, town: Town, kind: str
) -> None:
    """Receipt, agency's code or envelope: whatever lies in front of her."""
    dossier = await signed(desk, town)
    await rule(officer, dossier, "receive", agency_code=CODE)
    number = {"ref": dossier.ref, "code": CODE, "s10": await make.s10(desk, dossier)}[kind]

    answer = await officer.get("/agency", params={"q": number})

    assert answer.headers["location"] == f"/agency/dossiers/{dossier.ref}"


async def test_a_number_of_nobody_is_said(officer: Client) -> None:
    """A slip of the finger and a stranger's number are different sentences."""
    mistyped = await officer.get("/agency", params={"q": "RB123456789VN"})
    unknown = await officer.get("/agency", params={"q": "LD-261123-99999"})
    broken = await officer.get("/agency", params={"q": "a\0b"})

    assert (mistyped.status_code, unknown.status_code, broken.status_code) == (422, 404, 422)
    assert "sai số kiểm tra" in mistyped.text


async def test_another_agency_s_dossier_is_not_there(
    officer: Client, desk: Connection, town: Town
) -> None:
    """Not forbidden: absent, wherever one knocks."""
    stranger = await make.town(desk, agency="H36.02", suffix="-far")
    dossier = await make.dossier(desk, stranger)
    number = await make.s10(desk, dossier)
    await make.scans(
        desk, [make.scan(number, act, stranger.by_courier) for act in (Act.COLLECT, Act.HAND_OVER)]
    )
    sign = {"item": f"{number}:{uuid4()}", "csrf": officer.form_token}

    answers = [
        await officer.get(f"/agency/dossiers/{dossier.ref}"),
        await rule(officer, dossier, "receive", agency_code=CODE),
        await officer.get("/agency", params={"q": dossier.ref}),
    ]
    refused = await officer.post("/agency/signatures", data=sign)
    listed = await officer.get("/agency")

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert refused.status_code == 409
    assert f"Không có bưu gửi nào mang số {number}" in refused.text
    assert dossier.ref not in listed.text


async def test_who_may_open_it(client: Client) -> None:
    """A stranger is sent to sign in; a clerk is told it is other people's work."""
    stranger = await client.get("/agency")
    await client.sign_in("clerk")
    clerk = await client.get("/agency")

    assert stranger.headers["location"].startswith("/signin?next=%2Fagency")
    assert clerk.status_code == 403


async def test_broken_text_is_refused(officer: Client, desk: Connection, town: Town) -> None:
    """NUL, no token, a number that is no id: a sentence each, and nothing written."""
    dossier = await signed(desk, town)
    path = f"/agency/dossiers/{dossier.ref}/rulings"
    good = {"id": str(uuid4()), "act": "refuse", "reason": "RF01", "csrf": officer.form_token}

    nul = await officer.post(path, data=good | {"note": "a\0b"})
    forged = await officer.post(path, data=good | {"csrf": "x"})
    odd = await officer.post(path, data=good | {"id": "7"})
    extra = await officer.post(path, data=good | {"status": "10"})
    long = await officer.post(path, data=good | {"note": "ă" * 501})
    signing = await officer.post(
        "/agency/signatures", data={"item": "x:y", "csrf": officer.form_token}
    )
    nobody = await officer.post("/agency/signatures", data={"csrf": officer.form_token})

    codes = [a.status_code for a in (nul, forged, odd, extra, long, signing, nobody)]
    assert codes == [400, 403, 400, 400, 422, 400, 422]
    assert (await now_of(desk, dossier)).dossier.status is Status.REGISTERED


async def test_late_and_soon_are_marked(officer: Client, desk: Connection, town: Town) -> None:
    """The officer sees what burns first."""
    for hours in (-1, 3, 90):
        dossier = await signed(desk, town)
        ruling = make.ruling(
            dossier, Act.RECEIVE, town, due_at=MORNING + make.timedelta(hours=hours)
        )
        await make.rulings.rule(desk, ruling, heard_at=MORNING)

    seen = text(await officer.get("/agency"))

    assert "1 quá hạn 1 sắp đến hạn" in seen
