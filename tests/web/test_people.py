"""Who opens, changes and closes whose account, and what is left of who leaves."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from asyncpg import Connection, PostgresError

from postal_service.clock import Clock
from postal_service.security_passwords import is_guessable
from tests import make
from tests.make import Town
from tests.web import doors
from tests.web.conftest import Client, read
from tests.web.doors import knock, send
from tracking.stages import Act

LINK = re.compile(r"http://localhost:8000/welcome\?key=([A-Za-z0-9_-]+)")
CHOSEN = "con bò đội nón lá"


async def add(client: Client, username: str, role: str, place: str, **more: str) -> httpx.Response:
    typed = {"username": username, "full_name": "Đặng Thị Mới", "role": role, "place": place}
    return await send(client, "/people", **(typed | more))


def key_of(answer: httpx.Response) -> str:
    found = LINK.search(answer.text)
    assert found is not None, answer.text
    return found[1]


async def choose(client: Client, key: str, password: str, again: str = "") -> httpx.Response:
    typed = {"key": key, "password": password, "again": again or password}
    return await client.post("/welcome", data=typed)


async def test_a_new_clerk_begins_behind_a_link(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """Nobody but she ever knows her password; the link is kept as a hash and works once."""
    answer = await add(supervisor, "moi", "clerk", f"office:{town.office}")
    key = key_of(answer)
    assert "no-store" in answer.headers["cache-control"]
    assert (
        await desk.fetchval(
            "SELECT count(*) FROM one_time_link WHERE token_hash = $1", key.encode()
        )
        == 0
    )
    supervisor.forget()

    assert "Đặng Thị Mới" in await read(supervisor, f"/welcome?key={key}")
    came = await choose(supervisor, key, CHOSEN)
    again = await choose(supervisor, key, CHOSEN)

    assert came.headers["location"] == "/counter"
    assert again.status_code in (403, 410)
    supervisor.forget()
    assert (await choose(supervisor, key, CHOSEN)).status_code == 410
    assert (await knock(supervisor, "moi", CHOSEN)).headers["location"] == "/counter"
    assert await doors.acts(desk, "moi") == ["added", "linked", "began", "signed_in", "signed_in"]


async def test_a_link_dies_by_age_by_a_newer_one_and_by_a_guess(
    supervisor: Client, desk: Connection, town: Town, clock: Clock
) -> None:
    first = key_of(await add(supervisor, "moi", "clerk", f"office:{town.office}"))
    person = await desk.fetchval("SELECT id FROM person WHERE username = 'moi'")
    second = key_of(await send(supervisor, f"/people/{person}/link", why="lỡ đóng trang"))
    supervisor.forget()
    clock.move(timedelta(hours=25))

    for key in (first, second, "x" * 43, ""):
        assert (await supervisor.get(f"/welcome?key={key}")).status_code == 410
    for _ in range(40):
        guessed = await supervisor.get(f"/welcome?key={'y' * 43}")
    assert guessed.status_code == 429


@pytest.mark.parametrize(
    "password",
    ["ngắn quá", "buudien2026!", "123456789012", "Matkhau@2026", "qwertyuiop[]", "dangthimoi1990"],
)
async def test_a_password_anybody_would_guess_is_refused(
    supervisor: Client, town: Town, password: str
) -> None:
    """And the link stays good for a better one."""
    key = key_of(await add(supervisor, "moi", "clerk", f"office:{town.office}"))
    supervisor.forget()

    refused = await choose(supervisor, key, password)
    differing = await choose(supervisor, key, CHOSEN, again=CHOSEN + "?")
    taken = await choose(supervisor, key, CHOSEN)

    assert (refused.status_code, differing.status_code, taken.status_code) == (422, 422, 303)


def test_length_is_enough_where_the_words_are_ones_own() -> None:
    """No rules of composition: blanks, marks and small letters do."""
    for password in (CHOSEN, "rừng thông sương mù sớm", "xK9#mQ2$vL7p"):
        assert not is_guessable(password, ["moi", "Đặng Thị Mới"])


async def test_nobody_reaches_beyond_her_own(
    supervisor: Client, desk: Connection, town: Town
) -> None:
    """Another office's people, an officer, a manager: not found, and nothing happens to them."""
    far = await make.town(desk, office="66100", suffix="-far")
    boss = await desk.fetchval("SELECT id FROM person WHERE username = 'boss'")
    chief = await make.person(desk, "chief", "manager", town.office, town.agency)

    shown = await read(supervisor, "/people")
    assert "Clerk-Far" not in shown
    assert "Officer" not in shown
    for person in (far.clerk, far.courier, town.officer, chief, boss):
        assert (await supervisor.get(f"/people/{person}")).status_code == 404
        for act in ("password", "step", "leaving", "link"):
            answer = await send(supervisor, f"/people/{person}/{act}", why="thử xem")
            assert answer.status_code == 404, act
    for role, place in (
        ("clerk", f"office:{far.office}"),
        ("supervisor", f"office:{town.office}"),
        ("manager", ""),
        ("agency_officer", f"agency:{town.agency}"),
        ("clerk", ""),
        ("clerk", f"agency:{town.agency}"),
    ):
        assert (await add(supervisor, "moi", role, place)).status_code == 422
    assert await desk.fetchval("SELECT count(*) FROM person WHERE username = 'moi'") == 0
    assert await desk.fetchval("SELECT bool_and(active AND password_hash IS NOT NULL) FROM person")


@pytest.mark.parametrize("role", ["clerk", "courier", "officer"])
async def test_others_have_no_people(client: Client, role: str) -> None:
    await client.sign_in(role)
    for way in ("/people", "/people/new", "/people/phones", "/people/1"):
        assert (await client.get(way)).status_code == 403


async def test_a_manager_staffs_the_province_and_an_operator_the_managers(
    manager: Client, desk: Connection, town: Town
) -> None:
    office, agency = f"office:{town.office}", f"agency:{town.agency}"
    for username, role, place in (
        ("gdv", "clerk", office),
        ("ksv", "supervisor", office),
        ("cbo", "agency_officer", agency),
    ):
        key_of(await add(manager, username, role, place))
    assert (await add(manager, "ql", "manager", "")).status_code == 422
    assert (await add(manager, "ql", "clerk", "office:999999")).status_code == 422
    assert (await manager.get(f"/people/{10**40}")).status_code == 404
    await make.person(desk, "op", "operator", town.office, town.agency)
    await manager.sign_in("op")
    key_of(await add(manager, "ql", "manager", ""))
    taken = await add(manager, "ql", "manager", "")
    assert taken.status_code == 409
    assert "Đặng Thị Mới" in taken.text  # what was typed is still there


async def test_the_head_of_an_agency_looks_after_its_officers(
    client: Client, desk: Connection, town: Town
) -> None:
    await client.sign_in("officer")
    assert (await client.get("/people")).status_code == 403
    await desk.execute("UPDATE person SET head = true WHERE username = 'officer'")

    key_of(await add(client, "cbo", "agency_officer", f"agency:{town.agency}"))

    refused = await add(client, "cbo2", "agency_officer", f"agency:{town.agency + 1}")
    assert refused.status_code == 422


async def test_who_leaves_is_out_at_once_and_what_he_holds_is_said(
    client: Client, supervisor: Client, desk: Connection, town: Town, town_url: str
) -> None:
    """His session, phone and password end together; closing over papers has to be ticked."""
    s10 = await make.s10(desk, await make.dossier(desk, town))
    await make.scans(desk, [make.scan(s10, Act.COLLECT, town.by_courier)])
    boss, token = client.cookies["postal"], client.form_token
    await client.sign_in("courier")
    courier = client.cookies["postal"]

    async def close(**more: str) -> httpx.Response:
        client.forget()
        client.cookies.set("postal", boss, domain="testserver.local")
        data = {"csrf": token, "why": "nghỉ việc từ hôm nay", **more}
        return await client.post(f"/people/{town.courier}/leaving", data=data)

    warned = await close()
    assert (warned.status_code, s10 in warned.text) == (409, True)
    assert "còn giữ 1 giấy tờ" in warned.text
    assert (await close(known="yes")).status_code == 303

    round_ = await client.get("/courier", headers={"Cookie": f"postal={courier}"})
    assert round_.status_code == 302
    client.forget()
    assert (await client.sign_in("courier")).status_code == 401
    assert await desk.fetchval("SELECT bool_and(revoked_at IS NOT NULL) FROM phone")
    facts = await desk.fetchval("SELECT facts FROM access_log WHERE act = 'left'")
    assert facts == {"held": [s10]}
    holder = await desk.fetchval("SELECT holder_id FROM consignment WHERE s10 = $1", s10)
    assert holder == town.courier  # the register goes on saying whose hands it was in


async def test_a_reset_password_is_dead_before_the_new_one_lives(
    supervisor: Client, client: Client, desk: Connection, town: Town
) -> None:
    answer = await send(supervisor, f"/people/{town.clerk}/password", why="quên mật khẩu")
    key = key_of(answer)

    client.forget()
    assert (await knock(client, "clerk")).status_code == 401
    assert (await choose(client, key, CHOSEN)).headers["location"] == "/counter"


async def test_a_move_ends_the_sessions(
    manager: Client, client: Client, desk: Connection, town: Town
) -> None:
    """She sees the new office's dossiers from her next sign-in on, and the old one's no more."""
    far = await desk.fetchval("SELECT id FROM office WHERE code = '66100'")
    chief, token = client.cookies["postal"], client.form_token
    await client.sign_in("clerk")
    clerk = client.cookies["postal"]
    client.forget()
    client.cookies.set("postal", chief, domain="testserver.local")

    moved = await client.post(
        f"/people/{town.clerk}",
        data={
            "csrf": token, "full_name": "Nguyễn Văn Clerk", "role": "clerk",
            "place": f"office:{far}", "why": "điều động",
        },
    )  # fmt: skip

    assert moved.status_code == 303
    old = await client.get("/counter", headers={"Cookie": f"postal={clerk}"})
    assert old.status_code == 302
    assert await desk.fetchval("SELECT office_id FROM person WHERE id = $1", town.clerk) == far
    assert await doors.acts(desk, "clerk") == ["signed_in", "moved"]


async def test_her_own_password_needs_the_old_one_and_ends_the_others(
    client: Client, desk: Connection
) -> None:
    await client.sign_in("clerk")
    elsewhere = client.cookies["postal"]
    await client.sign_in("clerk")

    typed = {"password": CHOSEN, "again": CHOSEN}
    wrong = await send(client, "/account/password", old="không phải", **typed)
    right = await send(client, "/account/password", old=make.PASSWORD, **typed)

    assert (wrong.status_code, right.status_code) == (401, 303)
    assert (await client.get("/account")).status_code == 200
    gone = await client.get("/account", headers={"Cookie": f"postal={elsewhere}"})
    assert gone.status_code == 302
    assert (await knock(client, "clerk", CHOSEN)).status_code == 303


async def test_sessions_are_seen_and_ended_by_their_owner_alone(
    client: Client, desk: Connection
) -> None:
    await client.sign_in("clerk")
    first = client.cookies["postal"]
    await client.sign_in("courier")
    courier = client.cookies["postal"]
    [hers] = await desk.fetch(
        "SELECT id_hash FROM session s JOIN person p ON p.id = person_id WHERE username = 'courier'"
    )
    await client.sign_in("clerk")
    assert (await client.get("/account")).text.count('name="which"') == 2

    wrong = await send(client, "/account/sessions", which="others", old="không phải")
    assert wrong.status_code == 401
    assert (await client.get("/account", headers={"Cookie": f"postal={first}"})).status_code == 200
    await send(client, "/account/sessions", which=hers["id_hash"].hex(), old=make.PASSWORD)
    alive = await client.get("/courier", headers={"Cookie": f"postal={courier}"})
    assert alive.status_code == 200
    await send(client, "/account/sessions", which="others", old=make.PASSWORD)

    assert (await client.get("/account", headers={"Cookie": f"postal={first}"})).status_code == 302
    assert (await client.get("/account")).status_code == 200


async def test_a_colleague_takes_over_the_counter(
    client: Client, desk: Connection, town: Town
) -> None:
    """Under a session of her own; the first one's is over, and the browser forgets."""
    await make.person(desk, "thu-hai", "clerk", town.office, town.agency)
    await client.sign_in("clerk")
    first = client.cookies["postal"]
    assert "thu-hai" in await read(client, "/switch")

    wrong = await send(client, "/switch", username="thu-hai", password="sai rồi")
    courier = await send(client, "/switch", username="courier", password=make.PASSWORD)
    assert (wrong.status_code, courier.status_code) == (401, 401)
    assert (await client.get("/counter")).status_code == 200
    taken = await send(client, "/switch", username="thu-hai", password=make.PASSWORD)

    assert taken.headers["location"] == "/counter"
    assert '"storage"' in taken.headers["clear-site-data"]
    assert "Thu-Hai" in await read(client, "/account")
    old = await client.get("/counter", headers={"Cookie": f"postal={first}"})
    assert old.status_code == 302
    assert "switched" in await doors.acts(desk, "thu-hai")


async def test_two_clicks_on_a_link_begin_once(
    supervisor: Client, client: Client, desk: Connection, town: Town
) -> None:
    key = key_of(await add(supervisor, "moi", "clerk", f"office:{town.office}"))
    supervisor.forget()

    answers = await asyncio.gather(*(choose(client, key, CHOSEN) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers)[0] == 303
    assert (await doors.acts(desk, "moi")).count("began") == 1


async def test_the_log_is_only_added_to(client: Client, desk: Connection) -> None:
    """The application's role may neither change nor delete a line."""
    await client.sign_in("clerk")
    for sql in ("UPDATE access_log SET act = 'x'", "DELETE FROM access_log"):
        with pytest.raises(PostgresError):
            await desk.execute(sql)
