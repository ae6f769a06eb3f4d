"""``bin/demo --once``: one dossier all the way round, as each of the people who touch it.

Every step is a real request to a real process; nothing here reaches into the
application but the last look at the messages.
"""

from __future__ import annotations

import asyncio
import csv
import re
import time
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import asyncpg
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from postal_service.caller import Role
from postal_service.clock import Clock
from postal_service.demo import people
from postal_service.demo.visitor import Forms, Visitor, WentWrong
from postal_service.settings import DATA
from postal_service.web import words

PROCEDURE: Final = "1.004873"
#: The stages that concern the citizen, in order; each sends one message.
TOLD: Final = (
    "accepted",
    "handed_to_agency",
    "received_by_agency",
    "result_collected",
    "out_for_delivery",
    "delivery_code",
    "delivered",
)
#: The longest a message may take, with the bell dead.
SMS_PATIENCE: Final = 15.0

MESSAGES: Final = """
SELECT template, body, segments, state FROM sms
  JOIN dossier ON dossier.id = sms.dossier_id
 WHERE ref = $1 ORDER BY sms.id
"""
SLIP: Final = """
SELECT e.act, e.stage, e.status, e.at, c.s10, p.full_name FROM event e
  JOIN dossier d ON d.id = e.dossier_id
  LEFT JOIN consignment c ON c.id = e.consignment_id
  LEFT JOIN person p ON p.id = e.person_id
 WHERE d.ref = $1 ORDER BY e.id
"""

console = Console(highlight=False, soft_wrap=True)


class Case(Struct, frozen=True, kw_only=True):
    """What the clerk's page said after saving."""

    ref: str
    s10: str
    code: str


async def go(site: str, clock: Clock, database_url: str) -> bool:
    """Take one dossier round and say whether every stage happened."""
    clerk, courier, officer = await asyncio.gather(
        *(
            Visitor.signed_in(site, who.username, people.PASSWORD)
            for who in people.SIGN_INS
            if who.role in (Role.CLERK, Role.COURIER, Role.AGENCY_OFFICER)
            and who.office == people.OFFICE
        )
    )
    try:
        case = await accept(clerk)
        await lay_down(clerk, case.s10, clock)
        await carry_out(courier, officer, case, clock)
        code = await decide(officer, case, clock)
        result = await s10_of_result(officer, case)
        await beep(courier, result, "collect", clock)
        await heard(clerk, rf"Da nhan ket qua ho so ({code})")
        await carry_home(clerk, courier, result, clock)
        text = await clerk.open(f"/h/{case.code}")
    except WentWrong as error:
        console.print(str(error), style="red")
        return False
    finally:
        await asyncio.gather(clerk.close(), courier.close(), officer.close())
    delivered = "delivered" in await stages(database_url, case.ref) and case.ref in text
    return await told(database_url, case.ref) and delivered


async def accept(clerk: Visitor) -> Case:
    """At the counter: find the procedure without accents, fill in, save, fetch both papers."""
    hits = await clerk.look(f"/counter/procedures?procedure_text={PROCEDURE}")
    found = re.search(r'data-id="(\d+)" data-text="1\.004873', hits)
    if not found:
        raise WentWrong("the procedure was not found")
    await clerk.open("/counter")
    form = clerk.forms("/counter/dossiers")[0].fields
    form |= citizen() | {"procedure_id": found[1], "procedure_text": PROCEDURE}
    asked = await clerk.post_fragment("/counter/case", form)
    form |= Forms(f"<form>{asked}</form>").found[0].fields | published(asked)
    await clerk.send("/counter/dossiers", **form)
    saved = re.search(r"LD-\d{6}-\d{5}", clerk.page)
    s10 = re.search(r"R[A-Z]\d{9}VN", clerk.page)
    code = re.search(r"[0-9B-Z]{4}-[0-9B-Z]{5}-[0-9B-Z]{5}", clerk.page)
    if not (saved and s10 and code):
        raise WentWrong(f"the dossier was not saved: {errors_of(clerk.page)}")
    for paper in re.findall(r'src="(/counter/dossiers/[^"#]+\.pdf)', clerk.page):
        if not (await clerk.fetch(paper)).startswith(b"%PDF"):
            raise WentWrong(f"{paper} is no PDF")
    return Case(ref=saved[0], s10=s10[0], code=code[0].replace("-", ""))


def citizen() -> dict[str, str]:
    """An invented citizen who lives where the demo's agency serves."""
    with (DATA / "demo_people.csv").open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["unit_code_2025"] == "24846")
    return {
        "name": row["full_name"],
        "citizen_id": row["personal_id"],
        "phone": row["phone"],
        "address": row["address_2025"],
        "service": "both",
        "return_way": "home",
    }


def published(fragment: str) -> dict[str, str]:
    """Every required paper of the checklist, in the numbers the agency publishes."""
    given: dict[str, str] = {}
    for row in re.findall(r'<tr[^>]*data-required="yes">.*?</tr>', fragment, re.DOTALL):
        ordinal = re.findall(r'name="has-(\d+)"', row)[0]
        given[f"has-{ordinal}"] = "on"
        for kind, asked in re.findall(r'name="(\w+)-\d+" value="\d+" data-asked="(\d+)"', row):
            given[f"{kind}-{ordinal}"] = asked
    return given


def errors_of(page: str) -> str:
    return " · ".join(re.findall(r'<li><a href="#[^"]*">([^<]+)', page))


async def beep(courier: Visitor, s10: str, act: str, clock: Clock, **given: str) -> None:
    """One scan of the courier's phone; sent twice, because phones do."""
    scan: dict[str, Any] = {
        "id": str(uuid4()),
        "s10": s10,
        "act": act,
        "at": clock.now().isoformat(),
    } | given
    answers = [await courier.send_json("/courier/scans", scan) for _ in range(2)]
    if answers[0] != answers[1]:
        raise WentWrong(f"a repeated {act} was answered differently")


async def carry_out(courier: Visitor, officer: Visitor, case: Case, clock: Clock) -> None:
    """On the road to the agency: plan the round, take, hand over; the agency signs."""
    await plan(courier, case.s10)
    await beep(courier, case.s10, "collect", clock)
    await beep(courier, case.s10, "hand_over", clock)
    await officer.open(f"/agency/dossiers/{case.ref}")
    if not officer.forms("/agency/signatures"):
        raise WentWrong("the agency does not see what the courier brought")
    await officer.send("/agency/signatures")
    await heard(officer, rf"Ho so ({case.ref}) da ban giao")


async def plan(courier: Visitor, s10: str) -> None:
    """Make today's round, or put what is new into it."""
    await courier.open("/courier")
    if courier.forms("/courier/round"):
        await courier.send("/courier/round")
    if courier.forms("/courier/start"):
        await courier.send("/courier/start")


async def decide(officer: Visitor, case: Case, clock: Clock) -> str:
    """At the agency: receive under its code, which is returned, begin, finish, give to the post."""
    code = f"{people.AGENCY}-{clock.now():%y%m%d}-{time.time_ns() % 10**7:07}"
    for act, given in (
        ("receive", {"agency_code": code}),
        ("begin", {}),
        ("finish", {}),
        ("release", {}),
    ):
        await officer.open(f"/agency/dossiers/{case.ref}")
        await officer.rule(act, **given)
        if act == "receive":
            await heard(officer, rf"da tiep nhan ho so ({code})")
    return code


async def s10_of_result(officer: Visitor, case: Case) -> str:
    await officer.open(f"/agency/dossiers/{case.ref}")
    shown = re.findall(r"R[A-Z] ?\d{3} ?\d{3} ?\d{3} ?VN", officer.page)
    numbers = {str(number).replace(" ", "") for number in shown} - {case.s10}
    if len(numbers) != 1:
        raise WentWrong(f"the result has {len(numbers)} postal numbers")
    return numbers.pop()


async def lay_down(clerk: Visitor, s10: str, clock: Clock) -> None:
    """The clerk offers one paper to the demo's courier: until he takes it her office holds."""
    await clerk.open("/counter/courier-lists/new")
    name = next(who.full_name for who in people.SIGN_INS if who.role is Role.COURIER)
    found = re.search(rf'<option value="(\d+)"[^>]*>{name}', clerk.page)
    if not found:
        raise WentWrong("the counter names no courier to give papers to")
    at = clock.now().isoformat()
    items = [{"id": str(uuid4()), "s10": s10}]
    body = {"id": str(uuid4()), "kind": "courier", "to": int(found[1]), "items": items, "at": at}
    answer = await clerk.send_json("/hand-overs", body)
    if not answer["number"]:
        raise WentWrong(f"{s10} was not laid down: {answer['lines']}")


async def carry_home(clerk: Visitor, courier: Visitor, result: str, clock: Clock) -> None:
    """From the courier's bag to the office, and on the round to the door."""
    await beep(courier, result, "bring_in", clock)
    await clerk.open("/counter/taking")
    items = [{"id": str(uuid4()), "s10": result}]
    taken = {"items": items, "at": clock.now().isoformat()}
    await clerk.send_json("/hand-overs/taken", taken)
    await lay_down(clerk, result, clock)
    await plan(courier, result)
    await beep(courier, result, "collect", clock)
    code = await heard(clerk, r"Ma nhan giay to ho so \S+ hom nay: (\d{6})")
    await beep(courier, result, "deliver", clock, relation="self", code=code)


async def heard(anybody: Visitor, words: str) -> str:
    """What the citizen's newest message that says *words*, a pattern, says in its group.

    People act after they were told: a message that is overtaken never leaves.
    """
    until = time.monotonic() + SMS_PATIENCE
    while time.monotonic() < until:
        page = await anybody.look("/phone")
        if found := re.findall(words + r"[^<]*</p>\s*<small>\s*\d", page):
            return str(found[-1])
        await asyncio.sleep(0.2)
    raise WentWrong(f"no message said {words}")


async def stages(database_url: str, ref: str) -> set[str]:
    """Print the dossier's slip; every stage it went through."""
    conn = await asyncpg.connect(database_url)
    try:
        rows = await conn.fetch(SLIP, ref)
    finally:
        await conn.close()
    table = Table("giờ / time", "việc / act", "nơi / stage", "bưu gửi / item", "người / person")
    for row in rows:
        at: datetime = row["at"]
        stage = words.STAGE.get(row["stage"]) or words.STATUS.get(row["status"], "")
        table.add_row(words.moment(at), row["act"], stage, row["s10"] or "", row["full_name"])
    console.print(f"\nPhiếu theo dõi / slip {ref}")
    console.print(table)
    return {row["stage"] for row in rows}


async def told(database_url: str, ref: str) -> bool:
    """Wait for the messages, print them; whether each stage's was sent, once, in order."""
    conn = await asyncpg.connect(database_url)
    until = time.monotonic() + SMS_PATIENCE
    try:
        while True:
            rows = await conn.fetch(MESSAGES, ref)
            sent = tuple(row["template"] for row in rows if row["state"] == "sent")
            if len(sent) >= len(TOLD) or time.monotonic() > until:
                break
            await asyncio.sleep(0.1)
    finally:
        await conn.close()
    console.print("\nTin nhắn / messages")
    for row in rows:
        console.print(f"  [{row['segments']} phần / part, {row['state']}] {row['body']}")
    if sent != TOLD:
        console.print(f"messages sent: {sent}; expected: {TOLD}", style="red")
    return sent == TOLD
