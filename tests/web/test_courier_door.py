"""At the door and at the counter: codes, pictures, mistakes taken back, all through the pages."""

from __future__ import annotations

import hashlib
import io
import re
from html import unescape
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection
from PIL import Image, ImageDraw

from postal_service import security
from postal_service.desk.door import pictures
from postal_service.settings import Settings
from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tests.web.test_courier_pages import SEEN, boxes, listed, press, read
from tracking.delivery import delivery_code
from tracking.stages import Stage

KEY = security.subkey(Settings().secret_key, "delivery")


async def out(desk: Connection, town: Town) -> str:
    return await make.result(desk, town, await make.dossier(desk, town), Stage.OUT)


async def code_of(desk: Connection, town: Town, s10: str) -> str:
    item = await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", s10)
    return delivery_code(KEY, item, 0, town.courier)


async def stage(desk: Connection, s10: str) -> str:
    return await desk.fetchval("SELECT stage FROM consignment WHERE s10 = $1", s10)


def signature() -> bytes:
    pad = Image.new("RGBA", (700, 300), (0, 0, 0, 0))
    ImageDraw.Draw(pad).line([(30, 200), (200, 60), (350, 240)], (16, 35, 63), 6)
    file = io.BytesIO()
    pad.save(file, "PNG")
    return file.getvalue()


async def send(client: Client, scan_id: object, raw: bytes, kind: str) -> httpx.Response:
    """A picture, as the phone's program sends it."""
    headers = {"x-csrf-token": client.form_token, "accept": "application/json",
               "content-type": "application/octet-stream"}  # fmt: skip
    return await client.post(
        f"/courier/proofs/{scan_id}", params={"kind": kind}, content=raw, headers=headers
    )


async def test_a_wrong_code_on_the_page_stays_counted(
    client: Client, desk: Connection, town: Town
) -> None:
    """The form comes back with all that was typed but the code; the sixth is not looked at."""
    s10 = await out(desk, town)
    code = await code_of(desk, town, s10)
    await client.sign_in("courier")
    form = {"id": str(uuid4()), "s10": s10, "relation": "self", "envelope": s10}

    answers = [
        await press(client, "/courier/deliver", code=f"{(int(code) + n) % 1_000_000:06}", **form)
        for n in range(1, 6)
    ]
    late = await press(client, "/courier/deliver", code=code, **form)
    seen = await press(client, "/courier/deliver", **form, **SEEN)

    assert {answer.status_code for answer in (*answers, late)} == {422}
    assert "còn 4 lần thử" in unescape(answers[0].text)
    assert f'value="{s10}" autocomplete' in answers[0].text
    assert not any(f"{(int(code) + 1) % 1_000_000:06}" in answer.text for answer in answers)
    assert "đã khóa sau 5 lần sai" in unescape(late.text)
    assert seen.status_code == 303
    assert await desk.fetchval("SELECT cardinality(wrong) FROM code_try") == 5


async def test_a_scan_with_a_wrong_code_is_refused_and_counted(
    client: Client, desk: Connection, town: Town
) -> None:
    """The phone uploads what was typed; only this look is proof."""
    s10 = await out(desk, town)
    code = await code_of(desk, town, s10)
    await client.sign_in("courier")
    headers = {"x-csrf-token": client.form_token, "accept": "application/json"}
    scan = {"s10": s10, "act": "deliver", "at": make.MORNING.isoformat(), "relation": "self"}

    wrong, right = [
        await client.post(
            "/courier/scans", json=scan | {"id": str(uuid4()), "code": typed}, headers=headers
        )
        for typed in (f"{(int(code) + 1) % 1_000_000:06}", f"{code[:3]} {code[3:]}")
    ]

    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:postal:WrongCode")
    assert await desk.fetchval("SELECT cardinality(wrong) FROM code_try") == 1
    assert right.json()["stage"] == "delivered"
    assert code not in right.text


async def test_a_phone_gets_the_verifier_of_its_own_errand(
    client: Client, desk: Connection, town: Town
) -> None:
    """With a colleague's paper, or one that is not out, there is nothing to check."""
    s10 = await out(desk, town)
    lying = await make.result(
        desk, town, await make.dossier(desk, town), Stage.AT_OFFICE, offered=True
    )
    await client.sign_in("courier")

    own = await client.get(f"/courier/verifiers/{s10}")
    waiting = await client.get(f"/courier/verifiers/{lying}")
    client.forget()
    await client.sign_in("other-courier")
    foreign = await client.get(f"/courier/verifiers/{s10}")

    assert [a.status_code for a in (own, waiting, foreign)] == [200, 409, 404]
    assert own.json() | {"salt": "", "hash": ""} == {
        "attempt": 0, "salt": "", "rounds": 600_000, "hash": "", "mostWrong": 5,
    }  # fmt: skip


async def test_a_signature_travels_ahead_of_its_form(
    client: Client, desk: Connection, town: Town
) -> None:
    """Sent twice on a bad road, kept once; the office may fetch it, as a file."""
    s10 = await out(desk, town)
    raw, scan_id = signature(), uuid4()
    await client.sign_in("courier")
    form = {"id": scan_id, "s10": s10, "relation": "self", "envelope": s10} | SEEN
    named = hashlib.sha256(raw).hexdigest()

    early = await press(client, "/courier/deliver", signature=named, **form)
    sent = [await send(client, scan_id, raw, "signature") for _ in range(2)]
    done = await press(client, "/courier/deliver", signature=named, **form)
    kept = await desk.fetchval("SELECT sha256 FROM proof_attachment")
    client.forget()
    await client.sign_in("clerk")
    picture = await client.get(f"/counter/proofs/{scan_id}/{kept.hex()}")
    none = await client.get(f"/counter/proofs/{uuid4()}/{kept.hex()}")

    assert early.status_code == 422
    assert "chưa gửi được" in unescape(early.text)
    assert [answer.json() for answer in sent] == [{"sha256": named}] * 2
    assert done.status_code == 303
    facts = await desk.fetchval("SELECT facts FROM event WHERE act = 'deliver'")
    assert facts == {"relation": "self", "id": "cccd", "no_code": "no_phone", "signature": named}
    assert picture.headers["content-disposition"].startswith("attachment")
    assert picture.content.startswith(b"\x89PNG")
    assert none.status_code == 404


@pytest.mark.parametrize("raw", [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + b"x" * 100])
async def test_what_is_no_picture_is_refused_in_words(
    client: Client, desk: Connection, town: Town, raw: bytes
) -> None:
    """Nothing is kept of it."""
    await client.sign_in("courier")

    answers = [await send(client, uuid4(), raw, kind) for kind in ("photo", "signature", "idcard")]

    assert [answer.status_code for answer in answers] == [422, 422, 400]
    assert "Chụp lại" in answers[0].json()["detail"]
    assert await desk.fetchval("SELECT count(*) FROM proof_file") == 0


async def test_a_picture_has_an_end(client: Client, town: Town) -> None:
    """More than ten megabytes is not even read."""
    await client.sign_in("courier")

    answer = await send(client, uuid4(), b"\xff\xd8\xff" + b"\0" * pictures.LARGEST_SENT, "photo")

    assert answer.status_code == 413


async def test_a_whole_press_is_taken_back(client: Client, desk: Connection, town: Town) -> None:
    """Two envelopes were ticked by mistake: one tap, and both wait at the office again."""
    numbers = [await make.s10(desk, await make.dossier(desk, town)) for _ in range(2)]
    await client.sign_in("courier")
    await press(client, "/courier/items", act="collect", items=boxes(await read(client), "collect"))
    told = await read(client)

    undone = [await press(client, "/courier/undo", items=boxes(told, "undo")) for _ in range(2)]

    assert "Đã nhận: 2 bưu gửi." in told
    assert [answer.status_code for answer in undone] == [303, 303]
    assert [await stage(desk, s10) for s10 in numbers] == ["accepted", "accepted"]
    after = await read(client)
    assert 'action="/courier/undo"' not in after
    assert len(boxes(after, "collect")) == 2


async def test_what_is_laid_down_may_be_taken_back(
    client: Client, desk: Connection, town: Town
) -> None:
    """Offered to the office and not answered: recalled, it is in the bag again."""
    s10 = await out(desk, town)
    await client.sign_in("courier")
    await press(client, "/courier/finish", **listed(await read(client), "bring_in"))
    page = await read(client)

    await press(client, "/courier/items", act="recall", items=boxes(page, "recall"))

    assert boxes(page, "bring_in") == []
    assert [line.split(" ")[0] for line in boxes(await read(client), "bring_in")] == [s10]


async def test_a_paper_is_given_on_the_road(client: Client, desk: Connection, town: Town) -> None:
    """The giver holds until the colleague takes it; then its door is the colleague's."""
    s10 = await out(desk, town)
    await client.sign_in("courier")
    form = listed(await read(client), "give")

    given = [await press(client, "/courier/gifts", to=town.other_courier, **form) for _ in range(2)]
    client.forget()
    await client.sign_in("other-courier")
    page = await read(client)
    await press(client, "/courier/items", act="collect", items=boxes(page, "collect"))
    door = await client.get(f"/courier/deliver/{s10}")

    assert [answer.status_code for answer in given] == [303, 303]
    assert "từ Nguyễn Văn Courier" in page
    assert "Trần Bích Uyên" in unescape(door.text)
    assert await desk.fetchval("SELECT count(*) FROM hand_over") == 1


async def test_what_is_refused_stays_with_its_giver(
    client: Client, desk: Connection, town: Town
) -> None:
    """A reason, one tap, and the office hears of it; a paper that is not hers is unknown."""
    s10 = await make.s10(desk, await make.dossier(desk, town))
    await client.sign_in("courier")
    asked = await client.get(f"/courier/refuse/{s10}")
    form = {"id": uuid4(), "s10": s10}

    none = await press(client, "/courier/refuse", **form)
    done = [await press(client, "/courier/refuse", reason="CD07", **form) for _ in range(2)]
    again = await client.get(f"/courier/refuse/{s10}")

    assert "ướt, hư hỏng" in unescape(asked.text)
    assert [a.status_code for a in (none, *done, again)] == [422, 303, 303, 404]
    row = await desk.fetchrow("SELECT holder_kind, offered_kind FROM consignment")
    assert tuple(row) == ("office", None)
    assert await desk.fetchval("SELECT reason FROM incident") == "CD07"


async def test_the_clerk_hands_one_paper_out(client: Client, desk: Connection, town: Town) -> None:
    """Refused, what was typed comes back; done, a second press is harmless."""
    whole = await make.dossier(desk, town, return_way="office")
    s10 = await make.result(desk, town, whole, Stage.AT_OFFICE)
    await client.sign_in("clerk")
    asked = await client.get(f"/counter/deliveries/{s10}")
    form = {"id": uuid4(), "s10": s10, "relation": "authorised", "receiver": "Lê Thị Hoa",
            "authorisation": "UQ-12"}  # fmt: skip

    unproven = await press(client, "/counter/deliveries", on_paper="yes", **form)
    seen = {"id_kind": "passport", "id_last4": "b123"}
    done = [await press(client, "/counter/deliveries", **form, **seen) for _ in range(2)]
    elsewhere = await client.get(f"/counter/deliveries/{s10}")

    assert "Trần Bích Uyên" in unescape(asked.text)
    assert unproven.status_code == 422
    assert re.search(r'value="Lê Thị Hoa"', unescape(unproven.text))
    assert {answer.headers["location"] for answer in done} == {f"/counter/items?given={whole.ref}"}
    assert elsewhere.status_code == 404
    assert await desk.fetchval("SELECT p.id_last4 FROM delivery_proof p") == "B123"


async def test_the_phone_hears_what_it_may_do_next(
    client: Client, desk: Connection, town: Town
) -> None:
    """A button for what the register would refuse is a lie."""
    sent = await make.s10(desk, await make.dossier(desk, town))
    other = await make.s10(desk, await make.dossier(desk, town))
    home = await out(desk, town)
    await client.sign_in("courier")
    headers = {"x-csrf-token": client.form_token, "accept": "application/json"}

    said = []
    for s10, act, given in (
        (sent, "collect", {}),
        (sent, "hand_over", {}),
        (other, "decline", {"reason": "CD07"}),
        (home, "miss", {"reason": "DF04", "next": "redeliver"}),
        (home, "bring_in", {}),
    ):
        scan = {"id": str(uuid4()), "s10": s10, "act": act, "at": make.MORNING.isoformat()} | given
        answer = await client.post("/courier/scans", json=scan, headers=headers)
        said.append((act, answer.json()["stage"], answer.json()["next"]))

    assert said == [
        ("collect", "to_agency", ["hand_over", "bring_in"]),
        ("hand_over", "offered", []),
        ("decline", "accepted", []),
        ("miss", "out", ["deliver", "miss", "bring_in"]),
        ("bring_in", "out", []),
    ]
