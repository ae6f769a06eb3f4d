"""Hand-overs over HTTP: what a counter, a phone and an agency's desk send, and what goes wrong."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from asyncpg import Connection

from tests import make
from tests.conftest import connect
from tests.load.house import fill
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking.stages import Act, Stage

AT = "2026-11-23T08:10:00+07:00"


@pytest.fixture
async def clerk(client: Client) -> Client:
    """The clerk's program: it reads problems, not pages."""
    client.headers["accept"] = "application/json"
    return await become(client, "clerk")


async def become(client: Client, name: str) -> Client:
    client.forget()
    await client.sign_in(name)
    client.headers["x-csrf-token"] = client.form_token
    return client


async def shelf(desk: Connection, town: Town, count: int = 1) -> list[str]:
    made = [await make.dossier(desk, town, offered=False) for _ in range(count)]
    return [await make.s10(desk, dossier) for dossier in made]


def listed(town: Town, numbers: list[str], **given: object) -> dict[str, object]:
    items = [{"id": str(uuid4()), "s10": number} for number in numbers]
    body = {"id": str(uuid4()), "kind": "courier", "to": town.courier, "items": items, "at": AT}
    return body | given


def takes(numbers: list[str], outcome: str = "accepted", **given: object) -> dict[str, object]:
    said = [{"id": str(uuid4()), "s10": n, "outcome": outcome} | given for n in numbers]
    return {"answers": said, "at": AT}


async def holder(desk: Connection, number: str) -> tuple[str, str, int | None]:
    row = await desk.fetchrow(
        "SELECT stage, holder_kind, holder_id FROM consignment WHERE s10 = $1", number
    )
    assert row is not None
    return row["stage"], row["holder_kind"], row["holder_id"]


async def test_two_thousand_lines_are_one_list(clerk: Client, desk: Connection, town: Town) -> None:
    """A big office's morning: one request to lay it down, one to take it."""
    numbers = await fill(desk, town, 2000, offered=False)

    laid = await clerk.post("/hand-overs", json=listed(town, numbers))
    number = laid.json()["number"]
    over = await clerk.post("/hand-overs", json=listed(town, [*numbers, numbers[0]]))
    courier = await become(clerk, "courier")
    taken = await courier.post(f"/hand-overs/{number}/answers", json=takes(numbers))
    closed = await courier.post(f"/hand-overs/{number}/closing")

    assert laid.status_code == taken.status_code == 200, laid.text[:500]
    assert over.status_code == 400
    assert not any("problem" in line for line in taken.json()["lines"])
    assert closed.json()["state"] == "closed"
    held = await desk.fetchval("SELECT count(*) FROM consignment WHERE holder_kind = 'courier'")
    assert held == 2000


async def test_accepting_twice_or_what_was_not_offered(
    clerk: Client, desk: Connection, town: Town
) -> None:
    """A paper is taken once, by the one it was offered to; the others are told, and on record."""
    [offered] = await shelf(desk, town)
    [lying] = await shelf(desk, town)
    number = (await clerk.post("/hand-overs", json=listed(town, [offered]))).json()["number"]

    other = await become(clerk, "other-courier")
    foreign = await other.post(f"/hand-overs/{number}/answers", json=takes([offered]))
    grabbed = await other.post(
        "/hand-overs/taken",
        json={"items": [{"id": str(uuid4()), "s10": s} for s in (offered, lying)], "at": AT},
    )
    courier = await become(clerk, "courier")
    first = await courier.post(f"/hand-overs/{number}/answers", json=takes([offered]))
    second = await courier.post(f"/hand-overs/{number}/answers", json=takes([offered]))

    assert foreign.status_code == 404
    assert [line["problem"]["status"] for line in grabbed.json()["lines"]] == [409, 409]
    assert "problem" not in first.json()["lines"][0]
    assert second.json()["lines"][0]["problem"]["status"] == 409
    assert await holder(desk, offered) == ("to_agency", "courier", town.courier)
    assert await holder(desk, lying) == ("accepted", "office", town.office)
    assert await desk.fetchval("SELECT count(*) FROM refused_act") == 3


async def test_offering_what_one_does_not_hold(clerk: Client, desk: Connection, town: Town) -> None:
    """A courier cannot give away what lies on the shelf, nor a clerk what rides on a round."""
    [lying] = await shelf(desk, town)
    carried = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)

    by_clerk = await clerk.post("/hand-overs", json=listed(town, [carried]))
    courier = await become(clerk, "courier")
    by_courier = await courier.post(
        "/hand-overs", json=listed(town, [lying], to=town.other_courier)
    )

    for answer in (by_clerk, by_courier):
        assert answer.json()["number"] is None
        assert answer.json()["lines"][0]["problem"]["status"] == 409
    assert (await holder(desk, lying))[1:] == ("office", town.office)
    assert (await holder(desk, carried))[1:] == ("courier", town.courier)


async def test_an_unbalanced_bag_stays_open(clerk: Client, desk: Connection, town: Town) -> None:
    """409, with the number of lines that wait; the bag can still be finished."""
    there = await desk.fetchval("SELECT id FROM office WHERE code = '66D04'")
    await make.person(desk, "clerk2", "clerk", there, town.agency)
    first, second = await shelf(desk, town, 2)
    body = listed(town, [first, second], kind="bag", to=there, seal="NP 1")
    number = (await clerk.post("/hand-overs", json=body)).json()["number"]

    other = await become(clerk, "clerk2")
    sealed = await other.post(f"/hand-overs/{number}/answers", json=takes([first]))
    opening = {"seal": "NP 1", "whole": True, "counted": 2}
    opened = await other.post(f"/hand-overs/{number}/opening", json=opening)
    await other.post(f"/hand-overs/{number}/answers", json=takes([first]))
    early = await other.post(f"/hand-overs/{number}/closing")
    await other.post(f"/hand-overs/{number}/answers", json=takes([second], "missing"))
    closed = await other.post(f"/hand-overs/{number}/closing")

    assert sealed.status_code == 409
    assert opened.json()["state"] == "open"
    assert early.status_code == 409
    assert "còn 1 dòng" in early.json()["detail"]
    assert closed.json()["state"] == "closed"
    assert [line["outcome"] for line in closed.json()["lines"]] == ["accepted", "missing"]


async def test_recalled_and_taken_at_once_has_one_end(
    clerk: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """The giver takes it back while the taker signs: one of them has it, whoever came first."""
    [number] = await shelf(desk, town)
    listing = (await clerk.post("/hand-overs", json=listed(town, [number]))).json()["number"]
    token, form = clerk.cookies["postal"], clerk.form_token
    courier = await become(clerk, "courier")

    async def recall() -> int:
        answer = await courier.post(
            f"/hand-overs/{listing}/recall",
            json={"id": str(uuid4())},
            headers={"cookie": f"postal={token}", "x-csrf-token": form},
        )
        return answer.status_code

    await asyncio.gather(
        recall(), courier.post(f"/hand-overs/{listing}/answers", json=takes([number]))
    )

    acts = await desk.fetch(
        "SELECT act FROM event e JOIN consignment c ON c.id = consignment_id WHERE s10 = $1"
        " ORDER BY e.id",
        number,
    )
    taken = await holder(desk, number) == ("to_agency", "courier", town.courier)
    assert [row["act"] for row in acts][2:] == (["collect"] if taken else ["recall"])


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2026-11-23T11:10:00+07:00", 422),
        ("1970-01-01T00:00:00Z", 422),
        ("9999-12-31T23:59:59-14:00", 422),
        ("2026-11-23T08:10:00", 400),
    ],
)
async def test_a_clock_that_is_wrong(
    clerk: Client, desk: Connection, town: Town, at: str, status: int
) -> None:
    """Three hours ahead, or in 1970: the list is refused whole, in words about the clock."""
    [number] = await shelf(desk, town)

    answer = await clerk.post("/hand-overs", json=listed(town, [number], at=at))

    assert answer.status_code == status, answer.text
    assert (await holder(desk, number))[0] == "accepted"
    assert await desk.fetchval("SELECT count(*) FROM hand_over") == 0


async def test_what_no_page_would_send(clerk: Client, desk: Connection, town: Town) -> None:
    """Unknown takers, wrong kinds, numbers beyond the database, unknown reasons: 4xx, no change."""
    [number] = await shelf(desk, town)
    good = listed(town, [number])
    listing = (await clerk.post("/hand-overs", json=good)).json()["number"]
    [other] = await shelf(desk, town)
    bad = [
        listed(town, [other], to=2**62),
        listed(town, [other], to=2**63),
        listed(town, [other], to=-1),
        listed(town, [other], kind="plane"),
        listed(town, [other], kind="bag"),
        listed(town, [other], more=1),
        listed(town, []),
        listed(town, ["RB000000001VN"]),
        listed(town, ["\x00"]),
        {},
        [],
    ]
    answers = [await clerk.post("/hand-overs", json=body) for body in bad]
    courier = await become(clerk, "courier")
    lines = [
        takes([number], "declined", reason="CD99"),
        takes([number], "damaged", reason="DF01"),
        takes([number], "recalled"),
        takes([number], "declined"),
    ]
    answers += [await courier.post(f"/hand-overs/{listing}/answers", json=b) for b in lines[:3]]
    silent = await courier.post(f"/hand-overs/{listing}/answers", json=lines[3])
    for asked in ("BK-1", "%00", "BK-261123-99999", "..%2f"):
        answers.append(await courier.get(f"/hand-overs/{asked}"))

    assert {answer.status_code for answer in answers} <= {400, 404, 422}
    assert silent.json()["lines"][0]["problem"]["status"] == 422
    assert await holder(desk, number) == ("accepted", "office", town.office)
    assert await holder(desk, other) == ("accepted", "office", town.office)


async def test_who_may_not_ask(clerk: Client, desk: Connection, town: Town) -> None:
    """An agency offers nothing; a stranger is sent to sign in."""
    [number] = await shelf(desk, town)
    listing = (await clerk.post("/hand-overs", json=listed(town, [number]))).json()["number"]

    officer = await become(clerk, "officer")
    offered = await officer.post("/hand-overs", json=listed(town, [number]))
    seen = await officer.get(f"/hand-overs/{listing}")
    officer.forget()
    nobody = await officer.get(f"/hand-overs/{listing}")

    assert offered.status_code == 422
    assert seen.status_code == 404
    assert nobody.status_code == 401


async def test_delivery_and_return_at_once_has_one_end(
    desk: Connection, town: Town, town_url: str
) -> None:
    """At the counter one clerk hands the refused result out while another sends it back."""
    number = await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)
    acts = [
        make.scan(number, Act.MISS, town.by_courier, reason="DF07"),
        make.homeward(number, Act.BRING_IN, town),
        make.homeward(number, Act.TAKE_IN, town),
    ]
    await make.scans(desk, acts)
    both = [
        make.scan(number, Act.DELIVER, town.by_clerk),
        make.scan(number, Act.SEND_BACK, town.by_clerk, reason="DF07"),
    ]

    async def do(made: make.Scan) -> bool:
        conn = await connect(town_url)
        try:
            async with conn.transaction():
                [answer] = await make.journey.record(conn, [made], heard_at=MORNING)
        finally:
            await conn.close()
        return isinstance(answer, make.Event)

    done = await asyncio.gather(*(do(made) for made in both))

    assert sorted(done) == [False, True]
    assert (await holder(desk, number))[0] == ("delivered" if done[0] else "accepted")
