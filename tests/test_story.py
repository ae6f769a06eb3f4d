"""The main job, through the real door: what a newcomer types, and what he sees."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def demo(data: Path, *options: str) -> subprocess.Popen[str]:
    """Start the demo over *data*, as ``bin/demo`` does once the libraries are there."""
    return subprocess.Popen(
        [sys.executable, "-m", "postal_service.demo", "--data", str(data), *options],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "300"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_one_dossier_goes_all_the_way_round_twice(tmp_path: Path) -> None:
    """Real processes, real servers, real HTTP; a second run finds the first's province.

    Every stage happened, every message left once and is one part long, and the
    clock stood on a working morning whatever hour it is here.
    """
    for number in (1, 2):
        run = demo(tmp_path, "--once")
        said, complained = run.communicate(timeout=120)

        assert run.returncode == 0, said + complained
        assert f"LD-261123-0000{number}" in said
        acts = re.findall(
            r"│ (?:accept|offer|collect|hand_over|sign|receive|take_in|deliver) ", said
        )
        assert len(acts) == 11
        assert len(re.findall(r"\[1 phần / part, sent\] BDLAMDONG: ", said)) == 7


def test_stopping_the_demo_leaves_no_process(tmp_path: Path) -> None:
    """Ctrl-C ends web, worker, PostgreSQL and Valkey with it."""
    run = demo(tmp_path, "--port", "0")
    assert run.stderr is not None
    said = ""
    while "/phone" not in said:
        line = run.stderr.readline()
        assert line, said
        said += line
    family = descendants(run.pid)
    assert len(family) > 4

    run.send_signal(signal.SIGINT)
    rest = run.communicate(timeout=30)[1]

    assert run.returncode == 0, rest
    until = time.monotonic() + 5
    while alive := [pid for pid in family if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < until, alive
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    """Every process that *pid* started, and theirs."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
    found = list(parents.get(pid, []))
    for child in found:
        found += parents.get(child, [])
    return found
