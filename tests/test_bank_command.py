"""``postal bank import``: a statement from a program that runs every morning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from asyncpg import Connection

from postal_service.desk.money import transfers
from tests.desk.money.bank import request
from tests.make import Town


def postal(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "postal_service", "bank", "import", *words],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_same_file_twice_is_once(
    town_url: str, desk: Connection, town: Town, tmp_path: Path
) -> None:
    """Bad lines are told and make the command fail, so that somebody looks; the rest is taken."""
    asked = await request(desk, town)
    good, bad, other = (tmp_path / name for name in ("good.csv", "bad.csv", "other.csv"))
    head = "Date,Reference,Credit,Description\n"
    line = f"2026-11-01 08:00:12,FT1,15000,{asked.reference}\n"
    good.write_text(head + line, encoding="utf-8")
    bad.write_text(head + line + "2026-11-01,FT2,-,x\nnever,FT3,10,x\n", encoding="utf-8")
    other.write_text(head + "2026-11-01,FT1,16000,x\n", encoding="utf-8")

    first, again = (postal(town_url, str(good), "--by", "clerk") for _ in range(2))
    wrong = postal(town_url, str(bad), "--by", "clerk")
    differs = postal(town_url, str(other), "--by", "clerk")
    nobody = postal(town_url, str(good), "--by", "nobody")

    assert (first.returncode, first.stdout) == (0, "1 new, 0 known\n"), first.stderr
    assert (again.returncode, again.stdout) == (0, "0 new, 1 known\n")
    assert (wrong.returncode, wrong.stdout) == (1, "0 new, 1 known\n")
    assert "line 4:" in wrong.stderr
    assert (differs.returncode, "FT1: known with another amount" in differs.stderr) == (1, True)
    assert nobody.returncode == 1
    assert (await transfers.by_reference(desk, asked.reference)).state == "paid"
