"""Orders to fetch papers at home: the counter, an agency, the courier and the public page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from asyncpg import Connection

from postal_service.desk.citizen import retention
from postal_service.desk.citizen.directory import DeskDirectory
from postal_service.desk.pickups import pickup_notices, pickup_public
from postal_service.desk.watch import closures
from tests import make
from tests.make import MORNING, Town
from tests.web.conftest import Client, read

BOARD = "/counter/pick-ups"
ADDRESS = "12 Đường Phan Đình Phùng, phường Xuân Hương – Đà Lạt, tỉnh Lâm Đồng"
#: Tuesday is a public holiday.
WEDNESDAY = (MORNING + timedelta(days=2)).date()


def typed(**given: str) -> dict[str, str]:
    return {
        "form_id": str(uuid4()),
        "name": "Trần Thị Mai",
        "phone": "0912 345 678",
        "address": ADDRESS,
        "note": "cổng xanh",
        "dossiers": "1",
        "day": MORNING.date().isoformat(),
        "half": "afternoon",
    } | given


async def press(client: Client, path: str, **given: str) -> httpx.Response:
    return await client.post(path, data={"csrf": client.form_token, "id": str(uuid4()), **given})


async def ring(client: Client, **given: str) -> str:
    """Somebody rings the counter; the number of her order."""
    answer = await client.post(f"{BOARD}/new", data={"csrf": client.form_token, **typed(**given)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


async def accepted(client: Client, town: Town, **given: str) -> str:
    number = await ring(client, **given)
    answer = await press(
        client, f"{BOARD}/orders/{number}", act="accept", courier=str(town.courier),
        day=MORNING.date().isoformat(), half="afternoon",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    return number


async def blank(client: Client) -> str:
    """The reference of the first blank of a pack made now."""
    made = await client.post(
        "/counter/outage/packs",
        data={"csrf": client.form_token, "id": str(uuid4()), "size": "2"},
    )
    page = await read(client, made.headers["location"].partition("?")[0])
    found = re.search(r"LD-\d{6}-\d{5}", page)
    assert found
    return found[0]


async def test_a_clerk_takes_an_order_and_sends_a_courier(
    client: Client, desk: Connection, town: Town
) -> None:
    """On the telephone: the order, its slip, who goes; the list shows each in its place."""
    await client.sign_in("clerk")
    assert "Không có yêu cầu nào chờ" in await read(client, BOARD)
    assert 'name="address"' in (await client.get(f"{BOARD}/new")).text

    number = await ring(client)

    board = await read(client, BOARD)
    assert number in board
    assert "Phan Đình Phùng" not in board  # the street is for the one who goes
    one = await read(client, f"{BOARD}/orders/{number}")
    assert "0912 345 678" in one
    slip = await client.get(f"{BOARD}/orders/{number}/slip.pdf")
    assert slip.headers["content-type"] == "application/pdf"

    answer = await press(client, f"{BOARD}/orders/{number}", act="refuse")
    assert answer.status_code == 422
    assert "Chọn một lý do" in answer.text
    await press(
        client, f"{BOARD}/orders/{number}", act="accept", courier=str(town.courier),
        day=MORNING.date().isoformat(), half="afternoon",
    )  # fmt: skip
    assert "P1" in await read(client, f"{BOARD}/orders/{number}")


async def test_what_is_wrong_is_said_and_what_was_typed_stays(client: Client, town: Town) -> None:
    await client.sign_in("clerk")
    wrong = typed(phone="01234567890", day="2026-11-22", address="xa")
    answer = await client.post(f"{BOARD}/new", data={"csrf": client.form_token, **wrong})
    assert answer.status_code == 422
    assert 'value="Trần Thị Mai"' in answer.text
    for field in ("phone", "day", "address"):
        assert f'id="{field}-err"' in answer.text


async def test_a_telephone_has_one_order_a_day(client: Client, town: Town) -> None:
    await client.sign_in("clerk")
    first = await ring(client)
    again = await client.post(f"{BOARD}/new", data={"csrf": client.form_token, **typed()})
    assert again.status_code == 409
    assert first in again.text


async def test_papers_go_from_the_door_to_the_counter(
    client: Client, desk: Connection, town: Town
) -> None:
    """Planned as a stop, counted, sealed, written on a blank; the clerk enters it prefilled."""
    await client.sign_in("clerk")
    ref = await blank(client)
    number = await accepted(client, town, procedure_id=str(town.procedure))
    order_id = await desk.fetchval("SELECT id FROM pickup WHERE number = $1", number)

    await client.sign_in("courier")
    assert (await press_round(client)).status_code == 303
    stop = await desk.fetchrow("SELECT reference, kind, window_from FROM stop")
    assert (stop["reference"], stop["kind"]) == (f"pickup:{order_id}", "collect")
    assert stop["window_from"] is not None
    home = await read(client, "/courier")
    assert "Trần Thị Mai" in home
    assert "cổng xanh" in home
    door = (await client.get(f"/courier/pick-ups/{number}")).text
    boxes = re.findall(r'name="(has-\d+)"', door)
    assert boxes
    filled = {"sheet-1": ref, "papers-1": "4", "sealed": "on"}
    refused = await press(client, f"/courier/pick-ups/{number}", **filled)
    assert refused.status_code == 422
    assert "Còn thiếu" in refused.text
    assert ref in refused.text
    taken = await press(
        client, f"/courier/pick-ups/{number}", **filled, **dict.fromkeys(boxes, "on")
    )
    assert taken.status_code == 303, taken.text
    assert "Xong" in await read(client, "/courier")

    await client.sign_in("clerk")
    board = await read(client, BOARD)
    assert f"Nhập {ref} 4 giấy tờ" in board
    courier = await desk.fetchval("SELECT full_name FROM person WHERE id = $1", town.courier)
    assert courier in board
    form = (await client.get(f"/counter/outage/sheets/{ref}")).text
    assert 'value="Trần Thị Mai"' in form
    assert "12 Đường Phan Đình Phùng" in form
    assert 'value="23/11/2026"' in form
    assert 'value="08:15"' in form


async def press_round(client: Client) -> httpx.Response:
    return await client.post("/courier/round", data={"csrf": client.form_token})


async def test_what_was_cancelled_is_no_stop_any_more(
    client: Client, desk: Connection, town: Town
) -> None:
    """The courier is told before he rides there; the clerk cannot send anybody either."""
    await client.sign_in("clerk")
    number = await accepted(client, town)
    await client.sign_in("courier")
    await press_round(client)
    await client.sign_in("clerk")
    await press(client, f"{BOARD}/orders/{number}", act="cancel")
    again = await press(client, f"{BOARD}/orders/{number}", act="fail", reason="PF03")
    assert again.status_code == 409
    assert await desk.fetchval("SELECT outcome FROM stop") == "dropped"
    await client.sign_in("courier")
    assert "Trần Thị Mai" not in await read(client, "/courier")
    late = await press(client, f"/courier/pick-ups/{number}/missed", reason="PF03")
    assert late.status_code == 409


async def test_a_door_that_stayed_shut_is_tried_again(
    client: Client, desk: Connection, town: Town
) -> None:
    await client.sign_in("clerk")
    number = await accepted(client, town)
    await client.sign_in("courier")
    await press_round(client)
    form = (await client.get(f"/courier/pick-ups/{number}/missed")).text
    assert "Bưu cục hẹn lại" in form
    assert "Kết thúc, không đến nữa" in form
    await press(client, f"/courier/pick-ups/{number}/missed", reason="PF03")
    await client.sign_in("clerk")
    board = await read(client, BOARD)
    assert "chưa lấy được, hẹn lại: không gặp khách hàng" in board


async def test_an_order_goes_on_to_the_office_that_rides_there(
    client: Client, desk: Connection, town: Town
) -> None:
    """Whoever took it goes on seeing it; the other office has it on its list and may act."""
    far = await make.town(desk, office="66600", suffix="-far")
    await client.sign_in("clerk")
    number = await ring(client)
    sent = await press(client, f"{BOARD}/orders/{number}", act="forward", office=str(far.office))
    assert sent.status_code == 303, sent.text
    assert number in await read(client, BOARD)
    await client.sign_in("clerk-far")
    assert number in await read(client, BOARD)
    refused = await press(client, f"{BOARD}/orders/{number}", act="refuse", reason="PF01")
    assert refused.status_code == 303
    other = await press(client, f"{BOARD}/orders/{number}", act="forward", office=str(town.office))
    assert other.status_code == 409


async def test_nobody_comes_while_the_office_is_closed(
    client: Client, desk: Connection, town: Town
) -> None:
    """A storm holds couriers up too: the refusal says until when."""
    await closures.declare(
        desk,
        closures.New(
            kind="office", office_id=town.office, commune=None, from_commune=None, reason="CL01",
            until_day=WEDNESDAY, form_id=uuid4(),
        ),
        by=town.clerk,
        now=MORNING,
    )  # fmt: skip
    await client.sign_in("clerk")
    answer = await client.post(f"{BOARD}/new", data={"csrf": client.form_token, **typed()})
    assert answer.status_code == 422
    assert "25/11/2026" in answer.text
    await ring(client, day=(WEDNESDAY + timedelta(days=1)).isoformat())


async def test_an_agency_orders_for_its_own_citizen(
    client: Client, desk: Connection, town: Town
) -> None:
    """The order is for the officer's agency whatever the form says; the office has it at once."""
    await client.sign_in("officer")
    other = await desk.fetchval("SELECT min(id) FROM agency WHERE id <> $1", town.agency)
    answer = await client.post(
        "/agency/pick-ups", data={"csrf": client.form_token, **typed(agency_id=str(other))}
    )
    assert answer.status_code == 303, answer.text
    row = await desk.fetchrow("SELECT number, agency_id, office_id FROM pickup")
    assert row["agency_id"] == town.agency
    assert row["number"] in await read(client, "/agency/pick-ups")
    await press(client, f"/agency/pick-ups/{row['number']}/cancel")
    assert "không thực hiện" in await read(client, "/agency/pick-ups")


async def drafted(desk: Connection) -> Mapping[str, str]:
    """The messages written of what is new, by their template."""
    directory = DeskDirectory(b"k" * 32)
    await pickup_notices.draft(desk, directory=directory, now=MORNING)
    rows = await desk.fetch("SELECT template, body FROM sms WHERE order_event_id IS NOT NULL")
    return {row["template"]: row["body"] for row in rows}


async def public(client: Client, **given: str) -> httpx.Response:
    client.forget()
    return await client.post("/pick-up", data=typed(**given))


async def code(client: Client, desk: Connection) -> str:
    """What the newest message's receiver reads."""
    line = await desk.fetchval("SELECT max(id) FROM pickup_event")
    return pickup_public.code_of(client.app.state.delivery_key, line)


async def test_a_citizen_orders_without_an_account(
    client: Client, desk: Connection, town: Town
) -> None:
    """The office hears of it when the telephone has answered; she looks again and cancels."""
    assert "Số điện thoại" in await read(client, "/pick-up")
    answer = await public(client)
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"].partition("?")[0]
    asking = await read(client, page)
    assert "0912 345 678" not in asking
    assert (await drafted(desk)).keys() == {"pickup_code"}
    assert "{secret}" in (await drafted(desk))["pickup_code"]

    wrong = await client.post(page, data={"id": str(uuid4()), "digits": "000000"})
    assert wrong.status_code == 422
    await client.post(f"{page}/again", data={"id": str(uuid4())})
    right = await client.post(page, data={"id": str(uuid4()), "digits": await code(client, desk)})
    assert right.status_code == 303, right.text
    shown = await read(client, page)
    assert "Đã nhận yêu cầu" in shown
    assert "pickup_ordered" in await drafted(desk)
    await client.post(f"{page}/cancel", data={"id": str(uuid4())})
    assert "đã kết thúc" in await read(client, page)
    assert (await client.get("/pick-up/" + "x" * 32)).status_code == 404


async def test_six_digits_are_not_guessed(client: Client, desk: Connection, town: Town) -> None:
    """After five tries the page is shut for a quarter of an hour, also to the right ones."""
    page = (await public(client)).headers["location"].partition("?")[0]
    for _ in range(5):
        await client.post(page, data={"id": str(uuid4()), "digits": "111111"})
    right = await client.post(page, data={"id": str(uuid4()), "digits": await code(client, desk)})
    assert right.status_code == 429
    assert await desk.fetchval("SELECT state FROM pickup") == "asked"


async def test_no_telephone_is_made_to_ring_all_day(
    client: Client, desk: Connection, town: Town
) -> None:
    """An address is held up, a number gets five codes a day; the page answers alike each time."""
    answers = [await public(client) for _ in range(8)]
    assert [each.status_code for each in answers] == [303] * 6 + [429] * 2
    await drafted(desk)
    assert await desk.fetchval("SELECT count(*) FROM sms WHERE template = 'pickup_code'") == 5


@pytest.mark.parametrize(
    "given",
    [
        {"phone": "0263 3822 240"},  # a landline takes no code: she rings instead
        {"day": "2026-11-24"},
        {"day": "2026-11-29"},
        {"dossiers": "300"},
        {"address": "Đà Lạt"},
        {"name": "a\u202eb"},
        {"half": ""},
    ],
)
async def test_what_cannot_be_done_is_said_before_anything_is_kept(
    client: Client, desk: Connection, town: Town, given: dict[str, str]
) -> None:
    answer = await public(client, **given)
    assert answer.status_code in (400, 422)
    assert await desk.fetchval("SELECT count(*) FROM pickup") == 0


async def test_each_turn_is_told_once(client: Client, desk: Connection, town: Town) -> None:
    """That he comes is said on the day; a cancelled visit is announced to nobody."""
    await client.sign_in("clerk")
    number = await accepted(client, town)
    texts = await drafted(desk)
    assert texts.keys() == {"pickup_ordered", "pickup_scheduled"}
    assert number in texts["pickup_scheduled"]
    await drafted(desk)
    assert await desk.fetchval("SELECT count(*) FROM sms") == 2
    await press(client, f"{BOARD}/orders/{number}", act="cancel")
    await drafted(desk)
    states = {
        r["template"]: r["state"] for r in await desk.fetch("SELECT template, state FROM sms")
    }
    assert states["pickup_scheduled"] == "superseded"
    assert await desk.fetchval("SELECT count(*) FROM task WHERE done_at IS NULL") == 0


async def test_a_landline_is_called(client: Client, desk: Connection, town: Town) -> None:
    """No message can reach her: the list says so."""
    await client.sign_in("clerk")
    await ring(client, phone="0263 3822 240")
    await drafted(desk)
    assert "cần gọi" in await read(client, BOARD)


async def test_three_hundred_orders_are_one_page(
    client: Client, desk: Connection, town: Town
) -> None:
    """The list before a holiday: one look, a few statements, all of them there."""
    await client.sign_in("clerk")
    first = await ring(client)
    await desk.execute(
        "INSERT INTO pickup (number, form_id, channel, ordered_by, party_id, office_id, taken_at,"
        " placed, dossiers, day, half, ordered_at, state)"
        " SELECT 'NH-261122-' || lpad(n::text, 5, '0'), gen_random_uuid(), channel, ordered_by,"
        " party_id, office_id, taken_at, placed, 1, day, half, ordered_at, 'new'"
        " FROM pickup, generate_series(1, 299) n WHERE number = $1",
        first,
    )
    await desk.execute(
        "INSERT INTO pickup_event (pickup_id, form_id, act, state, at)"
        " SELECT id, gen_random_uuid(), 'order', 'new', ordered_at FROM pickup WHERE number <> $1",
        first,
    )
    page = (await client.get(BOARD)).text
    assert page.count("/counter/pick-ups/orders/NH-") == 300


async def test_who_never_confirmed_is_forgotten_in_a_day(
    client: Client, desk: Connection, town: Town
) -> None:
    """What ended is kept half a year, by a table of the province's."""
    await public(client)
    await client.sign_in("clerk")
    number = await ring(client, phone="0912345679")
    await press(client, f"{BOARD}/orders/{number}", act="cancel")
    swept = await retention.sweep(desk, now=MORNING + timedelta(days=2))
    assert swept.pickups == 1
    swept = await retention.sweep(desk, now=MORNING + timedelta(days=181))
    assert swept.pickups == 1
    left = await desk.fetchval(
        "SELECT count(*) FROM party p JOIN pickup o ON o.party_id = p.id"
        " WHERE p.phone_sealed IS NOT NULL"
    )
    assert left == 0
