"""A courier's beep, from the phone's request to the register: everything that may go wrong."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import get_args
from uuid import uuid4

import pytest
from asyncpg import Connection

from postal_service.app import LARGEST_BODY, create_app
from postal_service.clock import Clock
from postal_service.desk.door import delivery
from postal_service.settings import Settings
from postal_service.web import scans, words
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client
from tracking import identifiers
from tracking.stages import Act, Stage

AT = "2026-11-23T08:10:00+07:00"


@pytest.fixture
def site(client: Client) -> Client:
    """The whole application as a phone's program sees it, nobody signed in."""
    client.headers["accept"] = "application/json"
    return client


async def sign_in(client: Client, name: str) -> None:
    await client.sign_in(name)
    client.headers["x-csrf-token"] = client.form_token


@pytest.fixture
async def courier(site: Client) -> Client:
    await sign_in(site, "courier")
    return site


#: An identity paper was looked at, because there was no telephone for a code.
SEEN = {"idKind": "cccd", "idLast4": "0001", "noCode": "no_phone"}


def beep(s10: str, act: str, **given: object) -> dict[str, object]:
    return {"id": str(uuid4()), "s10": s10, "act": act, "at": AT} | given


async def accepted(desk: Connection, town: Town) -> str:
    """A consignment at the office, which has offered it to the courier."""
    return await make.s10(desk, await make.dossier(desk, town))


async def out(desk: Connection, town: Town) -> str:
    """A result in the courier's bag, on its way to the door."""
    return await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)


async def events(desk: Connection, s10: str) -> list[str]:
    """What happened to an item, in order."""
    rows = await desk.fetch(
        "SELECT act FROM event JOIN consignment c ON c.id = consignment_id WHERE s10 = $1"
        " ORDER BY event.id",
        s10,
    )
    return [row["act"] for row in rows]


async def test_a_scan_moves_the_item_and_says_what_may_follow(
    courier: Client, desk: Connection, town: Town
) -> None:
    """The phone shows the next buttons from this answer, and forgets the scan by its id."""
    s10 = await accepted(desk, town)
    scan = beep(s10, "collect")

    answer = await courier.post("/courier/scans", json=scan)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": scan["id"], "s10": s10, "stage": "to_agency", "next": ["hand_over", "bring_in"],
    }  # fmt: skip
    assert await events(desk, s10) == ["accept", "offer", "collect"]


async def test_ten_copies_at_once_are_one_event(
    courier: Client, desk: Connection, town: Town
) -> None:
    """A phone on a mountain road sends again until it hears back; each copy gets one answer."""
    s10 = await accepted(desk, town)
    scan = beep(s10, "collect")

    answers = await asyncio.gather(*(courier.post("/courier/scans", json=scan) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert await events(desk, s10) == ["accept", "offer", "collect"]


async def test_a_late_copy_gets_the_first_answer(
    courier: Client, desk: Connection, town: Town
) -> None:
    """The item has moved on since; the copy must not move it again, nor hear of it."""
    s10 = await accepted(desk, town)
    scan = beep(s10, "collect")
    first = await courier.post("/courier/scans", json=scan)
    await courier.post("/courier/scans", json=beep(s10, "hand_over"))

    late = await courier.post("/courier/scans", json=scan)

    assert late.content == first.content
    assert await events(desk, s10) == ["accept", "offer", "collect", "hand_over"]


async def test_of_two_couriers_at_once_one_takes_it(
    courier: Client, desk: Connection, town: Town, town_url: str, clock: Clock
) -> None:
    """Both beep one result on the agency's desk; it has one holder, and the other is told."""
    s10 = await make.ready(desk, town, await make.dossier(desk, town))
    app = create_app(Settings(database_url=town_url, pool_size=2, demo=True), clock=clock)
    async with Client(app) as other:
        other.headers["accept"] = "application/json"
        await sign_in(other, "other-courier")
        answers = await asyncio.gather(
            *(
                client.post("/courier/scans", json=beep(s10, "collect"))
                for client in (courier, other)
            )
        )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await events(desk, s10) == ["release", "collect"]
    assert await desk.fetchval("SELECT count(*) FROM refused_act WHERE s10 = $1", s10) == 1


async def test_what_is_offered_to_another_is_not_taken(
    site: Client, desk: Connection, town: Town
) -> None:
    """The clerk gave it to a colleague: an envelope lying about is nobody's for the taking."""
    s10 = await accepted(desk, town)
    await sign_in(site, "other-courier")

    answer = await site.post("/courier/scans", json=beep(s10, "collect"))

    assert answer.status_code == 409
    assert "chưa được giao cho bạn" in answer.json()["detail"]
    assert await events(desk, s10) == ["accept", "offer"]


async def test_anothers_bag_is_closed(courier: Client, desk: Connection, town: Town) -> None:
    """Only its holder may pass a paper on."""
    s10 = await make.ready(desk, town, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(s10, Act.COLLECT, town.by_other_courier)])

    answer = await courier.post("/courier/scans", json=beep(s10, "bring_in"))

    assert answer.status_code == 409
    assert "người khác giữ" in answer.json()["detail"]


def bad(scan: dict[str, object]) -> list[tuple[str, object, int]]:
    """What is wrong with it, what is sent, the status."""
    return [
        ("a number nobody has", scan | {"s10": identifiers.s10("RB", 99_999_999)}, 404),
        ("wrong check digit", scan | {"s10": "RB000000001VN"}, 422),
        ("not a number", scan | {"s10": "4217"}, 422),
        ("empty number", scan | {"s10": ""}, 422),
        ("endless number", scan | {"s10": "R" * 10_000}, 400),
        ("a move the journey has not", scan | {"act": "bring_in"}, 409),
        ("somebody else's act", scan | {"act": "sign"}, 400),
        ("an act of nobody", scan | {"act": "burn"}, 400),
        ("a moment without a zone", scan | {"at": "2026-11-23T08:10:00"}, 400),
        ("the next century", scan | {"at": "2126-11-23T08:10:00+07:00"}, 422),
        ("before the service", scan | {"at": "1954-11-23T08:10:00+07:00"}, 422),
        ("the year one, east of Greenwich", scan | {"at": "0001-01-01T00:00:00+14:00"}, 422),
        ("the last moment of all", scan | {"at": "9999-12-31T23:59:59.999999-12:00"}, 422),
        ("the 31st of February", scan | {"at": "2026-02-31T08:10:00+07:00"}, 400),
        ("an unknown field", scan | {"holder": "me"}, 400),
        ("a reason that does not belong", scan | {"reason": "DF04"}, 400),
        ("a receiver that does not belong", scan | {"receiver": "Trần Bích Uyên"}, 400),
        ("an id that is none", scan | {"id": "1"}, 400),
        ("NUL in the number", scan | {"s10": "RB\0"}, 400),
        ("text that turns round", scan | {"act": "deliver", "receiver": "\u202eabc"}, 400),
        ("half a character", json.dumps(scan)[:-1] + ', "receiver": "\\ud800"}', 400),
        ("not even UTF-8", json.dumps(scan).encode()[:-2] + b"\xff\xfe}", 400),
        ("no JSON", b"{", 400),
        ("nothing", b"", 400),
        ("a list", [scan], 400),
        ("a very deep list", b"[" * 200_000 + b"]" * 200_000, 400),
        ("a very deep field", b'{"id":' + b"[" * 200_000, 400),
        ("too much", b" " * (LARGEST_BODY + 1), 413),
    ]


async def test_bad_scans_are_refused_and_change_nothing(
    courier: Client, desk: Connection, town: Town
) -> None:
    """Each is a clear refusal in both languages, as RFC 9457 has it, and never a failure."""
    s10 = await accepted(desk, town)
    for what, sent, status in bad(beep(s10, "collect")):
        body = sent if isinstance(sent, bytes | str) else json.dumps(sent)
        said = set()
        for language in ("vi", "en"):
            answer = await courier.post(
                "/courier/scans",
                content=body,
                headers={"content-type": "application/json", "accept-language": language},
            )
            assert answer.status_code == status, (what, answer.text)
            assert answer.headers["content-type"] == "application/problem+json", what
            problem = answer.json()
            assert problem["status"] == status, what
            assert problem["type"].startswith("urn:postal:"), what
            said.add(problem["detail"])
        assert len(said) == 2, what

    assert await events(desk, s10) == ["accept", "offer"]


async def test_one_id_with_another_content_is_refused(
    courier: Client, desk: Connection, town: Town
) -> None:
    """A phone that was restored may draw an old id again: the register keeps what it said first."""
    s10, other = await accepted(desk, town), await accepted(desk, town)
    scan = beep(s10, "collect")
    await courier.post("/courier/scans", json=scan)

    answers = [
        await courier.post("/courier/scans", json=scan | changed)
        for changed in ({"s10": other}, {"act": "hand_over"}, {"at": "2026-11-23T08:11:00+07:00"})
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert answers[0].json()["type"] == "urn:postal:ScanReused"
    assert await events(desk, other) == ["accept", "offer"]
    assert await events(desk, s10) == ["accept", "offer", "collect"]


async def test_one_delivery_id_names_one_person(
    courier: Client, desk: Connection, town: Town
) -> None:
    """The name stands beside the register, and yet a repeat may not change it."""
    s10 = await out(desk, town)
    scan = beep(
        s10, "deliver", relation="authorised", receiver="Lê Thị Hoa", authorisation="UQ-12", **SEEN
    )
    await courier.post("/courier/scans", json=scan)

    again = await courier.post("/courier/scans", json=scan)
    other = await courier.post("/courier/scans", json=scan | {"receiver": "Lê Thị Huệ"})
    paper = await courier.post("/courier/scans", json=scan | {"idLast4": "0002"})

    assert [a.status_code for a in (again, other, paper)] == [200, 409, 409]
    proof = await desk.fetchrow(
        "SELECT p.receiver_name, p.relation, p.id_kind, p.id_last4, p.authorisation"
        "  FROM delivery_proof p"
    )
    assert tuple(proof) == ("Lê Thị Hoa", "authorised", "cccd", "0001", "UQ-12")


async def test_signed_out_or_another_role(site: Client, desk: Connection, town: Town) -> None:
    """Who holds the phone comes from the session alone."""
    s10 = await accepted(desk, town)

    signed_out = await site.post("/courier/scans", json=beep(s10, "collect"))
    await sign_in(site, "clerk")
    clerk = await site.post("/courier/scans", json=beep(s10, "collect"))
    del site.headers["x-csrf-token"]
    site.forget()
    await sign_in(site, "courier")
    del site.headers["x-csrf-token"]
    forged = await site.post("/courier/scans", json=beep(s10, "collect"))

    assert [a.status_code for a in (signed_out, clerk, forged)] == [401, 403, 403]
    assert "Đăng nhập" in signed_out.json()["detail"]
    assert await events(desk, s10) == ["accept", "offer"]


async def test_another_offices_item_does_not_exist(
    courier: Client, desk: Connection, town: Town
) -> None:
    """Its number leads nowhere: the answer is that of a number nobody has."""
    away = await make.town(desk, office="66D04", suffix="2")
    waiting = await accepted(desk, away)
    carried = await out(desk, away)
    scan = beep(waiting, "collect")

    answers = [
        await courier.post("/courier/scans", json=each)
        for each in (
            scan,
            beep(carried, "deliver", relation="self", **SEEN),
            beep(carried, "miss", reason="DF04", next="redeliver"),
        )
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert await events(desk, waiting) == ["accept", "offer"]


async def test_closed_lists_and_the_law_of_handing_over(
    courier: Client, desk: Connection, town: Town
) -> None:
    """A civil status paper is for the addressee or a person with an authorisation (QĐ 45/2016)."""
    s10 = await out(desk, town)
    refused = [
        beep(s10, "deliver", receiver="Lê Thị Hoa"),
        beep(s10, "deliver", relation="neighbour", receiver="Lê Thị Hoa"),
        beep(s10, "deliver", relation="sibling", receiver="Lê Thị Hoa"),
        beep(s10, "deliver", relation="authorised", **SEEN),
        beep(s10, "deliver", relation="authorised", receiver="Lê Thị Hoa", **SEEN),
        beep(s10, "deliver", relation="self"),
        beep(s10, "deliver", relation="self", signature="ab" * 32),
        beep(s10, "deliver", relation="self", idKind="cccd", idLast4="0001"),
        beep(s10, "deliver", relation="self", idKind="photo of it", idLast4="0001"),
        beep(s10, "deliver", relation="self", idKind="cccd", idLast4="068159990001"),
        beep(s10, "deliver", relation="self", taken=[1], **SEEN),
        beep(s10, "miss"),
        beep(s10, "miss", reason="RF01"),
        beep(s10, "miss", reason="DF06"),
        beep(s10, "miss", reason="DF04"),
        beep(s10, "miss", reason="DF04", next="return_to_agency"),
        beep(s10, "miss", reason="DF07", next="redeliver"),
        beep(s10, "decline", reason="RF01"),
    ]

    answers = [await courier.post("/courier/scans", json=scan) for scan in refused]

    assert {answer.status_code for answer in answers} == {422}
    assert "chỉ giao cho chính người nhận" in answers[2].json()["detail"]
    assert (await events(desk, s10))[-1] == "collect"
    assert await desk.fetchval("SELECT count(*) FROM delivery_proof") == 0


async def test_the_addressee_is_named_from_the_receipt(
    courier: Client, desk: Connection, town: Town
) -> None:
    """Nobody types a name twice; the register itself holds the relation and no name."""
    s10 = await out(desk, town)

    answer = await courier.post(
        "/courier/scans", json=beep(s10, "deliver", relation="self", **SEEN)
    )

    assert answer.json()["stage"] == "delivered"
    assert answer.json()["next"] == []
    assert await desk.fetchval("SELECT p.receiver_name FROM delivery_proof p") == "Trần Bích Uyên"
    facts = await desk.fetchval("SELECT facts FROM event WHERE act = 'deliver'")
    assert facts == {"relation": "self", "id": "cccd", "no_code": "no_phone"}


async def test_a_batch_answers_item_by_item(courier: Client, desk: Connection, town: Town) -> None:
    """What was scanned in a valley arrives at once; one bad item never blocks the rest."""
    first, second, third = [await accepted(desk, town) for _ in range(3)]
    bag = [
        beep(first, "collect"),
        beep(second, "collect", at="2026-11-23T08:10:00"),
        "not even an object",
        beep("RB000000001VN", "collect"),
        beep(second, "hand_over"),
        beep(first, "hand_over"),
        beep(third, "collect"),
    ]

    answer = await courier.post("/courier/scans/batch", json={"scans": bag})

    lines = answer.json()["lines"]
    assert answer.status_code == 200
    assert [line["problem"]["status"] if "problem" in line else 200 for line in lines] == [
        200, 400, 400, 422, 409, 200, 200,
    ]  # fmt: skip
    assert [line.get("id") for line in lines] == [
        scan["id"] if isinstance(scan, dict) else None for scan in bag
    ]
    assert await events(desk, first) == ["accept", "offer", "collect", "hand_over"]
    assert await events(desk, second) == ["accept", "offer"]
    again = await courier.post("/courier/scans/batch", json={"scans": bag})
    assert again.content == answer.content


async def test_a_batch_carries_deliveries_and_misses(
    courier: Client, desk: Connection, town: Town
) -> None:
    """A refused delivery among them takes neither its proof nor its neighbours with it."""
    delivered, missed, refused = [await out(desk, town) for _ in range(3)]
    bag = [
        beep(refused, "deliver", relation="child", receiver="Lê Thị Hoa"),
        beep(delivered, "deliver", relation="self", **SEEN),
        beep(missed, "miss", reason="DF04", next="redeliver"),
    ]

    answer = await courier.post("/courier/scans/batch", json={"scans": bag})

    assert ["ok" in line for line in answer.json()["lines"]] == [False, True, True]
    assert await desk.fetchval("SELECT count(*) FROM delivery_proof") == 1
    assert (await events(desk, missed))[-1] == "miss"


async def test_a_batch_has_an_end(courier: Client, desk: Connection, town: Town) -> None:
    """501 scans are refused whole, in words that say what to do."""
    s10 = await accepted(desk, town)
    bag = [beep(s10, "collect")] * (scans.LARGEST_BATCH + 1)

    answer = await courier.post("/courier/scans/batch", json={"scans": bag})
    odd = [
        await courier.post("/courier/scans/batch", json=body)
        for body in ({"scans": {}}, {"scans": [], "more": 1}, {}, [])
    ]

    assert answer.status_code == 422
    assert "Chia ra rồi gửi lại" in answer.json()["detail"]
    assert {each.status_code for each in odd} == {400}
    assert await events(desk, s10) == ["accept", "offer"]


async def test_a_late_copy_of_a_miss_leaves_the_next_round_alone(
    desk: Connection, town: Town
) -> None:
    """Missed in the morning, on the afternoon's round again: the copy ends neither."""
    s10 = await out(desk, town)
    made = make.scan(s10, Act.MISS, town.by_courier, reason="DF04", next="redeliver")
    report = delivery.Report(scan=made)
    later = MORNING + timedelta(hours=1)
    await delivery.record_one(desk, report, heard_at=MORNING)
    item = await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", s10)
    round_id = await desk.fetchval(
        "INSERT INTO round (office_id, courier_id, day, name, leaves_at, back_at, km, planned_at)"
        " VALUES ($1, $2, $3, 'chiều', $4, $4, 0, $4) RETURNING id",
        town.office, town.courier, MORNING.date(), MORNING,
    )  # fmt: skip
    await desk.execute(
        "INSERT INTO stop (round_id, reference, ordinal, kind, service_minutes)"
        " VALUES ($1, $2, 1, 'deliver', 5)",
        round_id, delivery.stop_of(item),
    )  # fmt: skip

    await delivery.record_one(desk, report, heard_at=later)

    assert await desk.fetchval("SELECT outcome FROM stop") is None


def test_the_closed_lists_agree() -> None:
    """A relation a page offers and the desk refuses, or the other way round, is a trap."""
    assert set(words.RELATION_EN) == set(delivery.RELATIONS)
    assert set(get_args(scans.Errand)) == {act.value for act in delivery.ERRANDS}
