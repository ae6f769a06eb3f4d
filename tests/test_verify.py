"""Whoever can write to the database still cannot change the past unseen: every way is named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection
from click.testing import CliRunner
from msgspec import Struct, json

from postal_service import audit, cli, seals
from postal_service.audit import Found, Report
from postal_service.clock import Clock
from postal_service.database import Context, Database, open_database
from postal_service.seals import Seal
from postal_service.settings import Settings
from tests import make
from tests.make import MORNING, Town
from tests.test_seals import sign_all
from tracking import seal
from tracking.model import Dossier
from tracking.stages import Stage

#: All that is heard of here is heard by then, and the night after it is over.
HEARD = MORNING + timedelta(days=30)
NOW = seal.begins(HEARD.date() + timedelta(days=1)) + timedelta(hours=1)
CHAINED = "ALTER TABLE event DISABLE TRIGGER USER; "
#: What a thief does who knows our functions: every hash after his change is reckoned anew.
REHASHED = """
DO $$
DECLARE
    line event;
    last bytea := decode(repeat('00', 32), 'hex');
BEGIN
    FOR line IN SELECT * FROM event WHERE dossier_id = {dossier} ORDER BY n LOOP
        last := event_link(last, line.n, event_digest(line));
        UPDATE event SET hash = last WHERE id = line.id;
        UPDATE event_chain SET n = line.n, hash = last WHERE dossier_id = {dossier};
    END LOOP;
END $$;
"""


class House(Struct, frozen=True, kw_only=True):
    """A register with two dossiers of which all nights are signed, and a thief inside."""

    database: Database
    thief: Connection
    dossier: Dossier
    means: Seal
    folder: Path

    async def steal(self, sql: str) -> None:
        """As a superuser, triggers off for the moment."""
        text = sql.replace("{dossier}", str(self.dossier.id))
        await self.thief.execute(
            f"{CHAINED} ALTER TABLE event_chain DISABLE TRIGGER USER;"
            f" ALTER TABLE daily_root DISABLE TRIGGER USER; {text};"
            " ALTER TABLE event ENABLE TRIGGER event_chained;"
            " ALTER TABLE event ENABLE ALWAYS TRIGGER event_is_append_only;"
            " ALTER TABLE daily_root ENABLE ALWAYS TRIGGER daily_root_is_append_only;"
        )

    async def verify(self, *, files: bool = True, key: str | None = None) -> Report:
        keys = self.means.keys if key is None else {}
        async with self.database.begin(Context.audit("verify")) as conn:
            return await audit.verify(
                conn, keys=keys, folder=self.folder if files else None, now=NOW
            )

    async def found(self, invariant: str = "I6") -> list[tuple[str, int | None, str]]:
        """What the audit says of one invariant: kind, place, and of this dossier alone."""
        report = await self.verify()
        own = [each for each in report.found if each.invariant == invariant]
        assert {each.ref for each in own} <= {None, self.dossier.ref}
        return [(each.kind, each.n, each.what) for each in own]


@pytest.fixture
async def house(
    desk: Connection, town_url: str, town: Town, tmp_path: Path
) -> AsyncIterator[House]:
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.DELIVERED)
    await make.dossier(desk, town)
    await desk.execute("DELETE FROM news")
    folder = tmp_path / "roots"
    means = Seal.of(Settings(seal_key=seals.new_key(), seal_folder=str(folder)))
    assert means is not None
    async with open_database(town_url, size=2) as database:
        await sign_all(database, means, NOW)
        thief = await asyncpg.connect(town_url)
        yield House(database=database, thief=thief, dossier=dossier, means=means, folder=folder)
        await thief.close()


def kinds(found: list[tuple[str, int | None, str]]) -> set[tuple[str, int | None]]:
    return {(kind, n) for kind, n, _ in found}


async def test_an_honest_register_is_clean(house: House) -> None:
    """Nothing is found where nothing is: an alarm that always rings is switched off."""
    report = await house.verify()

    assert report.found == []
    assert report.lines > 10
    assert (report.dossiers, report.roots) == (2, 31)


async def test_an_audit_changes_nothing(house: House) -> None:
    """It runs where the auditor says, on the database of the post at work."""
    async with house.database.begin(Context.audit("verify")) as conn:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await conn.execute("UPDATE dossier SET status = 1")


async def test_an_altered_line_is_named(house: House) -> None:
    """One word in one line, by whoever holds the database: dossier, place and event are said."""
    await house.steal("UPDATE event SET person_id = 1 WHERE dossier_id = {dossier} AND n = 4")

    report = await house.verify()

    first = report.first("I6")
    event = await house.thief.fetchval(
        "SELECT id FROM event WHERE dossier_id = $1 AND n = 4", house.dossier.id
    )
    assert first is not None
    assert (first.kind, first.ref, first.n, first.event_id) == (
        "altered", house.dossier.ref, 4, event,
    )  # fmt: skip
    assert [each for each in report.found if each.invariant == "I6"] == [first]


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "heard_at = heard_at + interval '1 microsecond'",
        "facts = facts || '{\"x\": 1}'",
        "act = 'find'",
        "stage = NULL",
        "status = 9",
        "holder_id = coalesce(holder_id, 0) + 1",
        "office_id = NULL",
        "scan_id = gen_random_uuid()",
        "approver_id = 1",
        "offered_kind = 'agency'",
        "hash = sha256(hash)",
    ],
)
async def test_every_column_is_under_the_hash(house: House, change: str) -> None:
    """A column that was forgotten would be the one that is changed."""
    await house.steal(f"UPDATE event SET {change} WHERE dossier_id = {{dossier}} AND n = 5")

    assert ("altered", 5) in kinds(await house.found())


async def test_a_line_taken_out_of_the_middle_is_named(house: House) -> None:
    """Also when those behind it have moved up."""
    await house.steal("DELETE FROM event WHERE dossier_id = {dossier} AND n = 5")
    gap = await house.found()
    await house.steal(
        "UPDATE event SET n = n - 1000 WHERE dossier_id = {dossier} AND n > 5;"
        "UPDATE event SET n = n + 999 WHERE dossier_id = {dossier} AND n < 0"
    )
    closed = await house.found()

    assert ("deleted", 5) in kinds(gap)
    assert any(n == 5 for _, n, _ in closed)


async def test_the_last_line_taken_away_is_named(house: House) -> None:
    """By the kept end of the chain; and when that was mended too, by the signed root."""
    last = await house.thief.fetchval(
        "SELECT max(n) FROM event WHERE dossier_id = $1", house.dossier.id
    )
    await house.steal(
        "DELETE FROM delivery_proof;"
        f"DELETE FROM event WHERE dossier_id = {{dossier}} AND n = {last}"
    )
    careless = await house.found()
    await house.steal(REHASHED)
    careful = await house.found()

    assert ("deleted", last) in kinds(careless)
    assert ("deleted", last) in kinds(careful)
    assert any("were signed" in what for _, _, what in careful)


async def test_lines_that_changed_places_are_named(house: House) -> None:
    """Each is whole, and yet the story is another."""
    await house.steal(
        "UPDATE event SET n = -4 WHERE dossier_id = {dossier} AND n = 4;"
        "UPDATE event SET n = 4 WHERE dossier_id = {dossier} AND n = 6;"
        "UPDATE event SET n = 6 WHERE dossier_id = {dossier} AND n = -4"
    )

    assert {("re-ordered", 4), ("re-ordered", 6)} <= kinds(await house.found())


async def test_a_chain_reckoned_anew_differs_from_what_was_signed(house: House) -> None:
    """Hashes alone stop nobody who can write them: the signature of the night does."""
    await house.steal(
        'UPDATE event SET facts = facts || \'{"reason": "DF01"}\''
        " WHERE dossier_id = {dossier} AND n = 4;" + REHASHED
    )

    found = await house.found()

    assert any(kind == "altered" and "signed" in what for kind, _, what in found)


async def test_a_line_that_came_after_its_day_was_signed_is_named(house: House) -> None:
    """Written today and dated last week: its chain is whole, its day is closed."""
    await house.thief.execute(
        "INSERT INTO event (dossier_id, scan_id, act, at, heard_at, facts)"
        " VALUES ($1, $2, 'delay', $3, $3, '{}')",
        house.dossier.id,
        uuid4(),
        HEARD,
    )

    found = await house.found()

    assert any(kind == "added" and "after the day had been signed" in w for kind, _, w in found)


async def test_a_dossier_that_vanished_is_named(house: House) -> None:
    """All its lines, its end and its row: the signed root still has it."""
    await house.thief.execute(
        "SET session_replication_role = replica;"
        "ALTER TABLE event DISABLE TRIGGER USER; ALTER TABLE event_chain DISABLE TRIGGER USER;"
        f"DELETE FROM event WHERE dossier_id = {house.dossier.id};"
        f"DELETE FROM event_chain WHERE dossier_id = {house.dossier.id};"
        "DELETE FROM hand_over_line;"
        f"DELETE FROM consignment WHERE dossier_id = {house.dossier.id};"
        f"DELETE FROM intake WHERE dossier_id = {house.dossier.id};"
        f"DELETE FROM dossier WHERE id = {house.dossier.id}"
    )

    report = await house.verify()

    told = [each for each in report.found if each.kind == "deleted"]
    assert [each.ref for each in told] == [f"#{house.dossier.id}"] * len(told)
    assert told != []


async def test_roots_are_not_forged(house: House) -> None:
    """Not with another key, not by another figure, not by taking the last ones away."""
    stranger = Seal.of(Settings(seal_key=seals.new_key()))
    assert stranger is not None
    assert "unknown key" in (await house.verify(key="another")).found[0].what

    await house.steal("UPDATE daily_root SET events = events + 1 WHERE day = '2026-11-25'")
    figure = await house.found()
    await house.steal("UPDATE daily_root SET events = events - 1 WHERE day = '2026-11-25'")
    await house.steal(f"DELETE FROM daily_root WHERE day >= '{HEARD.date()}'")
    gone = await house.found()
    without = await house.verify(files=False)

    assert any("does not fit" in what for _, _, what in figure)
    assert any("its root is gone" in what for _, _, what in gone)
    assert any("no files" in note for note in without.notes)


async def test_a_root_is_not_signed_again_by_whoever_has_the_key_no_longer(
    house: House,
) -> None:
    """Even with our key: what left the database by night is what an auditor holds."""
    await house.steal(f"DELETE FROM daily_root WHERE day >= '{HEARD.date()}'")
    await house.steal(
        "UPDATE event SET facts = '{\"x\": 1}' WHERE dossier_id = {dossier} AND n = 4;" + REHASHED
    )
    begin = partial(house.database.begin, Context.job("seal_days"))
    while await seals.sign_next(begin, house.means.signer, NOW):
        pass

    found = await house.found()

    assert any("database and file differ" in what for _, _, what in found)


@pytest.mark.parametrize(
    ("sql", "invariant"),
    [
        ("UPDATE consignment SET stage = 'accepted' WHERE leg = 'R'", "I8"),
        ("UPDATE consignment SET holder_id = 99 WHERE leg = 'F'", "I8"),
        ("UPDATE consignment SET attempts = 3 WHERE leg = 'R'", "I8"),
        ("UPDATE dossier SET status = 9 WHERE id = {dossier}", "I8"),
        ("UPDATE dossier SET received_at = now() WHERE id = {dossier}", "I8"),
        ("UPDATE dossier SET paused_at = now() WHERE id = {dossier}", "I8"),
        ("UPDATE dossier SET processed_at = NULL WHERE id = {dossier}", "I8"),
        ("UPDATE dossier SET due_at = now() WHERE id = {dossier}", "I8"),
        (
            "INSERT INTO hand_over (number, form_id, kind, giver_kind, giver_id, taker_kind,"
            " taker_id, office_id, dispatched, offered_by, offered_at)"
            " SELECT 'BK-261123-00001', gen_random_uuid(), 'courier', 'office', 1, 'courier', 2,"
            " office_id, 1, 1, now() FROM dossier LIMIT 1;"
            "INSERT INTO hand_over_line (hand_over_id, ordinal, consignment_id, s10, outcome,"
            " answered_by, answered_at) SELECT h.id, 1, c.id, c.s10, 'accepted', 1, now()"
            " FROM hand_over h, consignment c WHERE c.dossier_id = {dossier} AND c.leg = 'F'",
            "I1",
        ),
        (
            "INSERT INTO pause (dossier_id, kind, event_id, since, reason, counts_late)"
            " SELECT dossier_id, 'supplement', id, at + interval '1 day', 'PA01', false FROM event"
            " WHERE dossier_id = {dossier} AND act = 'receive'",
            "I8",
        ),
        ("DELETE FROM stake WHERE dossier_id = {dossier} AND keeper = 'office'", "I8"),
        (
            "SET session_replication_role = replica;"
            " INSERT INTO entry (kind, key, at, posted_at, person_id, dossier_id, means)"
            " SELECT 'collect', gen_random_uuid(), opened_at, opened_at, opened_by, {dossier},"
            " 'cash' FROM charge LIMIT 1; RESET session_replication_role",
            "I7",
        ),
        ("DROP INDEX intake_form", "I9"),
        ("ALTER TABLE event DISABLE TRIGGER event_chained", "I6"),
        (
            "INSERT INTO news (event_id, listener) SELECT max(id), 'sms' FROM event"
            " WHERE dossier_id = {dossier}",
            "I2",
        ),
    ],
)
async def test_what_stands_beside_the_register_is_held_against_it(
    house: House, sql: str, invariant: str
) -> None:
    """A row that says otherwise than its lines is as bad as a changed line."""
    if "INDEX" in sql:
        sql = "ALTER TABLE intake DROP CONSTRAINT intake_form_id_key"
    await house.thief.execute(sql.replace("{dossier}", str(house.dossier.id)))

    report = await house.verify()

    assert report.first(invariant) is not None
    assert {each.invariant for each in report.found} == {invariant}


async def test_a_message_without_a_line_and_one_sent_twice(house: House, desk: Connection) -> None:
    """What no event caused is as wrong as what went out twice."""
    await house.thief.execute(
        "INSERT INTO sms (event_id, dossier_id, recipient_id, template, template_version, body,"
        " segments, drafted_at, send_after, next_attempt_at, state, sent_at)"
        " SELECT e.id, (SELECT max(id) FROM dossier), d.applicant_id, t.key, t.version, 'x', 1,"
        " $1, $1, $1, 'sent', $1 FROM event e JOIN dossier d ON d.id = e.dossier_id,"
        " sms_template t WHERE e.dossier_id = $2 ORDER BY e.id LIMIT 1",
        MORNING,
        house.dossier.id,
    )
    await house.thief.execute(
        "INSERT INTO sms_attempt (sms_id, attempt, gateway, begun_at, ended_at, outcome)"
        " SELECT id, n, 'x', $1, $1, 'sent' FROM sms, generate_series(1, 2) n",
        MORNING,
    )

    report = await house.verify()

    assert {each.invariant for each in report.found} == {"I3", "I4"}


async def test_a_paper_that_jumped_is_named(house: House) -> None:
    """Chain and rows fit each other, and yet nobody took the paper: custody has a gap."""
    await house.thief.execute(
        "INSERT INTO event (dossier_id, consignment_id, scan_id, act, stage, holder_kind,"
        " holder_id, office_id, at, heard_at, facts)"
        " SELECT dossier_id, id, $2, 'invite', stage, 'courier', 2, office_id, $3, $3, '{}'"
        " FROM consignment WHERE dossier_id = $1 AND leg = 'F'",
        house.dossier.id,
        uuid4(),
        NOW,
    )

    found = await house.found("I5")

    assert [kind for kind, _, _ in found] == ["custody"]


def run(town_url: str, *args: str, **given: str) -> tuple[int, str]:
    environment = {
        "DATABASE_URL": town_url,
        "CLOCK_OFFSET_SECONDS": str(Clock.showing(NOW).offset.total_seconds()),
        **given,
    }
    result = CliRunner(env=environment).invoke(cli.main, args)
    return result.exit_code, result.output


def test_the_command_says_clean_or_names_the_row(house: House, town_url: str) -> None:
    """Exit code 0 or 1 for a machine, a line for a person, JSON for both."""
    given = {
        "SEAL_PUBLIC": house.means.signer.public_text,
        "SEAL_FOLDER": str(house.folder),
    }
    day = str(HEARD.date())

    clean, told = run(town_url, "verify", **given)
    wrong_key, _ = run(town_url, "verify")
    bad_key, said = run(town_url, "verify", SEAL_PUBLIC="abc")
    as_json, text = run(town_url, "verify", "--json", **given)
    printed, root = run(town_url, "root", "export", day, **given)
    checked, valid = run(
        town_url, "root", "check", str(seals.path_of(house.folder, HEARD.date())), **given
    )
    unsigned, _ = run(town_url, "root", "export", "2030-01-01", **given)

    assert (clean, wrong_key, bad_key, as_json, printed, checked, unsigned) == (0, 1, 2, 0, 0, 0, 1)
    assert all(f"✓ I{n}" in told for n in range(1, 10))
    assert "SEAL_PUBLIC" in said
    assert json.decode(text)["clean"] is True
    assert json.decode(root)["day"] == day
    assert "valid" in valid


def test_a_found_row_reads_like_a_sentence() -> None:
    """Dossier, place and event come before what is wrong."""
    from postal_service.cli_audit import line_of

    found = Found(
        invariant="I6", kind="altered", ref="LD-261123-00001", n=4, event_id=9, what="differs"
    )
    assert line_of(found) == "LD-261123-00001, dòng / line 4, event 9: differs"
