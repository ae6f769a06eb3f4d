"""Nothing of a citizen reaches a log line, whoever writes it; and the check of it can fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from asyncpg import Connection

from postal_service.logs import masked, redacted
from tests import make, suite_log

TOKEN = "q1W2e3R4t5Y6u7I8o9P0a1S2d3F4g5H6j7K8l9Z0x1C"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("sms to +84590000001", "sms to …001"),
        ("gọi 0590 000 001 nhé", "gọi …001 nhé"),
        ("gọi 0590.000.001.", "gọi …001."),
        ("gọi +84 59 000 00 01", "gọi … 01"),
        ("84590000001", "…001"),
        ("số 068159990001", "số …001"),
        ("số 068 159 990 001", "số …001"),
        ("CMND 250000001", "CMND …001"),
        ("GET /h/0BCF1GHJ2KLM3N", "GET /h/…"),
        ("mã 0BCF 1GHJ 2KLM 3N", "mã …"),
        ("Ma phat hang 482913.", "Ma phat hang …."),
        (f"cookie: postal={TOKEN}; x=1", "cookie: postal=…; x=1"),
        (f"token {TOKEN}", "token …"),
        ("bearer ldp_abc123", "bearer …"),
        ('duplicate key\nDETAIL:  Key (phone)=(x) exists.', "duplicate key\nDETAIL:…"),
        ("invalid input for query argument $1: 'Uyên' (bad)",
         "invalid input for query argument $1:…"),
    ],
)  # fmt: skip
def test_what_is_personal_is_cut(said: str, left: str) -> None:
    """In every form that people, browsers and the database write it."""
    assert redacted(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "LD-261123-00001",
        "RB000000123VN",
        "2026-11-23T08:15:00.123456Z",
        "took 0.123456789 s",
        "5f0c1b9e-3c1d-4a55-9b0e-0123456789ab",
        'File "postal_service/desk/counter.py", line 123, in accept',
        "127.0.0.1:54321",
        "H36.31-261123-0001",
        "22,000 đ",
        "job failed; it will be tried again",
    ],
)
def test_what_is_needed_to_mend_something_stays(said: str) -> None:
    """A log that hides the dossier, the hour and the line is no log."""
    assert redacted(said) == said


def test_nested_values_are_cut_too() -> None:
    """A log line may hold lists, and objects that only repr knows."""
    said = masked({"a": ["0590000001", {"b": ("068159990001",)}], "c": ValueError("0590000002")})
    assert suite_log.leaks(str(said), ["590000001", "590000002"]) == []


async def test_what_the_database_quotes_is_cut(conn: Connection, empty_url: str) -> None:
    """A broken constraint quotes the whole row to whoever may see it all."""
    await make.party(conn)
    owner = await asyncpg.connect(empty_url)
    with pytest.raises(asyncpg.CheckViolationError) as broken:
        await owner.execute("UPDATE party SET full_name = ''")
    await owner.close()
    with pytest.raises(asyncpg.DataError) as wrong:
        await conn.execute("SELECT $1::integer", "0590000001")

    assert "DETAIL" in str(broken.value)
    assert "Failing row" not in redacted(str(broken.value))
    assert "590000001" not in redacted(str(wrong.value))


@pytest.mark.parametrize(
    "line", ["to +84590000001", "gọi 0590 000 001", "068.159.990.001", '{"id": "068205990002"}']
)
def test_the_check_of_the_suites_log_can_fail(tmp_path: Path, line: str) -> None:
    """Whatever spelling, in any log file of any server that a test started."""
    (tmp_path / "server").mkdir()
    log = tmp_path / "server" / "web.log"
    log.write_text(f"fine\n{line}\n", encoding="utf-8")

    found = suite_log.leaks_in(tmp_path)

    log.unlink()  # this run's own check comes by later
    assert found == [f"web.log: {line}"]


def test_a_run_that_leaks_fails(tmp_path: Path) -> None:
    """One line past the redactor, in a test that passes: the run is red."""
    test = tmp_path / "test_leak.py"
    test.write_text(
        "import logging\n"
        "def test_leak():\n"
        "    stream = logging.root.handlers[0].stream\n"
        "    stream.write('to +84' + '590000001' + chr(10))\n",
        encoding="utf-8",
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.suite_log", str(test)],
        capture_output=True,
        text=True,
        check=False,
        cwd=suite_log.DATA.parent.parent,
    )

    assert "1 passed" in run.stdout
    assert run.returncode == 1, run.stdout
    assert "a citizen's number in the log" in run.stdout
