"""What each message off the usual way says, from the act in the register to the words."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import Connection
from msgspec.structs import replace

from notifications import outbox
from notifications.messages import LIMITS, measure
from postal_service.desk.citizen.directory import DeskDirectory
from postal_service.desk.citizen.directory_words import SHORT_REASONS
from postal_service.settings import DATA
from tests import make
from tests.make import MORNING, Actor, Town
from tracking import calendars, delays, delivery, detours, journey, reminders, rulings
from tracking.delivery import Ground, Terms
from tracking.model import Dossier
from tracking.stages import Act, Keeper, Leg, Stage

DIRECTORY = DeskDirectory(b"the key of a test")
HEARD = MORNING + timedelta(days=60)


async def said(conn: Connection) -> dict[str, str]:
    """Draft what is new; every message by its template, the newest of each."""
    await outbox.draft(conn, directory=DIRECTORY, now=MORNING)
    rows = await conn.fetch("SELECT template, body FROM sms ORDER BY id")
    assert await conn.fetchval("SELECT count(*) FROM task") == 0
    for row in rows:
        assert measure(row["body"]).segments == 1
    return {row["template"]: row["body"] for row in rows}


async def boss(conn: Connection, town: Town) -> int:
    return await make.person(conn, "boss", "supervisor", town.office, town.agency)


async def act(conn: Connection, s10: str, what: Act, by: Actor, **facts: object) -> None:
    await make.scans(conn, [make.scan(s10, what, by, **facts)])


# --- to the wrong agency, lost, damaged, late ------------------------------------------------


async def test_a_dossier_that_was_sent_to_the_wrong_agency(desk: Connection, town: Town) -> None:
    """She hears where it goes, that she need do nothing, and when the right desk has it."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    s10 = await make.s10(desk, dossier)
    right = await desk.fetchrow(
        "SELECT id, hours_group, sms_name FROM agency WHERE id <> $1 AND valid_to IS NULL LIMIT 1",
        town.agency,
    )
    officer = await make.person(desk, "other-officer", "agency_officer", town.office, right["id"])
    await said(desk)

    back = make.scan(s10, Act.SEND_ON, town.by_officer, reason="CD08")
    await detours.send_on(desk, back, heard_at=HEARD)
    texts = await said(desk)
    assert f"Ho so {dossier.ref} gui chua dung noi giai quyet." in texts["wrong_agency"]

    await act(desk, s10, Act.COLLECT, town.by_courier)
    await act(desk, s10, Act.BRING_IN, town.by_courier)
    await act(desk, s10, Act.TAKE_IN, town.by_clerk)
    agreed = make.scan(s10, Act.REDIRECT, town.by_clerk, reason="CR04")
    agreed = replace(agreed, approver=await boss(desk, town))
    await detours.redirect(desk, agreed, right["id"], right["hours_group"], heard_at=HEARD)
    texts = await said(desk)
    assert f"dung noi giai quyet: {right['sms_name']}. Ong/ba khong" in texts["redirected"]

    await make.scans(desk, [make.offer(s10, town)])
    await act(desk, s10, Act.COLLECT, town.by_courier)
    await act(desk, s10, Act.HAND_OVER, town.by_courier)
    by_right = Actor(person=officer, keeper=Keeper.AGENCY, agency=right["id"])
    await act(desk, s10, Act.SIGN, by_right)
    texts = await said(desk)
    assert f"da ban giao {right['sms_name']} luc 08:15 23/11" in texts["handed_to_agency"]


async def test_a_paper_that_is_lost(desk: Connection, town: Town) -> None:
    """An apology, where to come, and that it costs the post and not her."""
    dossier = await make.dossier(desk, town)
    s10 = await make.s10(desk, dossier)
    await act(desk, s10, Act.REPORT_MISSING, town.by_courier)
    lost = make.scan(s10, Act.DECLARE_LOST, town.by_clerk, reason="CD03")
    await detours.declare_lost(desk, replace(lost, approver=await boss(desk, town)), heard_at=HEARD)

    text = (await said(desk))["lost"]

    assert f"Giay to ho so {dossier.ref} da that lac, buu dien xin loi." in text
    assert "Moi den BC Phuong 2 Da Lat hoac goi 0263" in text


async def test_a_dossier_that_a_storm_holds_up(desk: Connection, town: Town) -> None:
    dossier = await make.dossier(desk, town)
    facts = {"reason": "CL02", "until": "2026-11-27"}

    await delays.delay(desk, [dossier.id], uuid4(), person=town.clerk, facts=facts, at=MORNING)

    text = (await said(desk))["delayed"]
    assert f"Ho so {dossier.ref} bi cham (sat lo, duong bi cat), du kien di tiep tu 27/11." in text


# --- withdrawn, refused: papers on their way back --------------------------------------------


async def withdraw(conn: Connection, town: Town, dossier: Dossier, answer: Act) -> None:
    asked = make.ruling(dossier, Act.WITHDRAW, town, facts={"reason": "WD01"})
    await detours.withdraw(conn, replace(asked, by=town.by_clerk), heard_at=HEARD)
    facts = {"reason": "RF01"} if answer is Act.KEEP else {}
    await rulings.rule(conn, make.ruling(dossier, answer, town, facts=facts), heard_at=HEARD)


async def test_a_withdrawal_is_answered_either_way(desk: Connection, town: Town) -> None:
    kept = await make.dossier(desk, town)
    await make.signed(desk, town, kept)
    await withdraw(desk, town, kept, Act.KEEP)
    stopped = await make.dossier(desk, town)
    await make.signed(desk, town, stopped)
    await withdraw(desk, town, stopped, Act.STOP)

    texts = await said(desk)

    assert f"chua dong y cho rut ho so {kept.ref}, ho so van duoc" in texts["withdrawal_declined"]
    assert f"Ho so {stopped.ref} da dung theo yeu cau rut." in texts["withdrawn"]
    assert "tai BC Phuong 2 Da Lat tu 25/11." in texts["withdrawn"]


async def test_refused_papers_come_back_and_each_step_that_matters_is_told(
    desk: Connection, town: Town
) -> None:
    """From the agency's desk to the citizen's hand."""
    dossier = await make.dossier(desk, town)
    await make.signed(desk, town, dossier)
    await make.rule(desk, town, dossier, Act.REFUSE)
    back = await make.s10(desk, dossier, Leg.BACK)
    await act(desk, back, Act.COLLECT, town.by_courier)
    texts = await said(desk)
    assert "du kien ve BC Phuong 2 Da Lat ngay 25/11." in texts["papers_collected"]

    await act(desk, back, Act.BRING_IN, town.by_courier)
    await act(desk, back, Act.TAKE_IN, town.by_clerk)
    texts = await said(desk)
    assert f"Giay to ho so {dossier.ref} da ve BC Phuong 2 Da Lat." in texts["papers_at_counter"]

    await act(desk, back, Act.DELIVER, town.by_clerk)
    texts = await said(desk)
    assert "da tra luc 08:15 23/11 cho chinh nguoi nhan." in texts["papers_delivered"]


# --- nobody at home --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "key", "words"),
    [
        ({"reason": "DF04", "next": "invite"}, "attempt_failed", "(vang nha). Moi nhan tai"),
        ({"reason": "DF04", "next": "redeliver"}, "attempt_again", "Buu ta se mang den lan nua"),
        ({"reason": "DF01", "next": "correct_address"}, "attempt_call", "de bao lai dia chi"),
    ],
)
async def test_an_attempt_that_failed_says_what_comes_next(
    desk: Connection, town: Town, facts: dict[str, object], key: str, words: str
) -> None:
    dossier = await make.dossier(desk, town)
    s10 = await make.result(desk, town, dossier, Stage.OUT)
    await act(desk, s10, Act.MISS, town.by_courier, **facts)

    assert words in (await said(desk))[key]


async def test_the_last_day_and_the_way_back_to_the_agency(desk: Connection, town: Town) -> None:
    """What nobody fetched says so before it goes, and where it is afterwards."""
    dossier = await make.dossier(desk, town)
    s10 = await make.result(desk, town, dossier, Stage.AT_OFFICE)
    invited = make.scan(s10, Act.INVITE, town.by_clerk)
    await journey.record_one(desk, replace(invited, facts={"invitation": 2}), heard_at=HEARD)
    consignment = await desk.fetchval("SELECT id FROM consignment WHERE s10 = $1", s10)
    await reminders.last_day(desk, [consignment], MORNING.date(), at=MORNING)
    texts = await said(desk)
    assert "Moi lan 2: giay to ho so" in texts["invitation_2"]
    assert "Nhan den 08/12, mang" in texts["invitation_2"]
    assert "Hom nay la ngay cuoi giu giay to ho so" in texts["last_day"]

    back = replace(
        make.scan(s10, Act.SEND_BACK, town.by_clerk, reason="DF04"),
        approver=await boss(desk, town),
    )
    await delivery.send_back(desk, back, Ground.SETTLED, await held(desk), heard_at=HEARD)
    await make.scans(desk, [make.offer(s10, town)])
    for what, by in (
        (Act.COLLECT, town.by_courier),
        (Act.HAND_OVER, town.by_courier),
        (Act.SIGN, town.by_officer),
    ):
        await act(desk, s10, what, by)
    texts = await said(desk)
    assert re.search(r"khong phat duoc, da tra .* ngay 23/11\. Xin", texts["returned_to_agency"])


async def held(conn: Connection) -> Terms:
    """Terms as a desk would reckon them; the ground that two people settle asks nothing of them."""
    return Terms(
        calendar=await calendars.calendar_for(conn, "LD-STD", MORNING.date()), hold_days=15
    )


def test_every_reason_a_message_may_name_fits() -> None:
    """Cut short it would say something else."""
    with (DATA / "reasons.csv").open(encoding="utf-8", newline="") as file:
        named = {
            row["code"]
            for row in csv.DictReader(file)
            if row["group"] in ("delivery_failed", "pickup_failed", "closure", "late")
        }
    named.add("RF06")  # an order at home that is not accepted names it

    assert SHORT_REASONS.keys() == named
    assert max(len(reason) for reason in SHORT_REASONS.values()) <= LIMITS["reason"]
