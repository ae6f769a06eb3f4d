"""What the whole suite logged, searched for every number and identity the tests know.

Each process of a run writes its log lines into one folder, in the form the product's own
processes write them; when the run is over nothing of a citizen may stand there, nor in any log
file of the servers it started.
"""

from __future__ import annotations

import csv
import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import pytest
import structlog

from postal_service import logs
from postal_service.settings import DATA

#: Where the workers of one run meet.
FOLDER = "POSTAL_SUITE_LOG"
#: Of the invented range alone: every number that a test may have made up.
INVENTED = re.compile(r"590000\d{3}(?!\d)|068\d{3}99\d{4}(?!\d)")
BETWEEN = re.compile(r"(?<=\d)[ .](?=\d)")


def seeded() -> list[str]:
    """Telephones without their prefix, and identity numbers, of everybody in the demo."""
    with (DATA / "demo_people.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["phone"][1:] for row in rows] + [row["personal_id"] for row in rows]


def leaks(text: str, known: Iterable[str]) -> list[str]:
    """The lines of *text* with a number of somebody in them, however it is written."""
    found = re.compile("|".join([INVENTED.pattern, *map(re.escape, known)]))
    return [line for line in text.splitlines() if found.search(BETWEEN.sub("", line))]


def leaks_in(folder: Path) -> list[str]:
    """What leaked into any log under *folder*, each line with its file's name."""
    known = [number for number in seeded() if number]
    return [
        f"{path.name}: {line}"
        for path in sorted(folder.rglob("*.log"))
        for line in leaks(path.read_text(encoding="utf-8", errors="replace"), known)
    ]


class SuiteLog:
    """The plugin: it listens from the first test on, and judges at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.found: list[str] = []

    @property
    def is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        base = self.config._tmp_path_factory.getbasetemp()
        if not self.is_worker:
            self.base = base
            os.environ[FOLDER] = str(base)
        folder = Path(os.environ.get(FOLDER, base))
        listen((folder / f"suite-{os.getpid()}.log").open("a", encoding="utf-8"))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.is_worker:
            return
        logging.shutdown()
        self.found = leaks_in(self.base)
        if self.found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.found[:20]:
            terminalreporter.write_line(f"a citizen's number in the log: {line[:300]}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Also a plugin of its own: ``-p tests.suite_log``."""
    config.pluginmanager.register(SuiteLog(config), "suite-log")


def listen(stream: TextIO) -> None:
    """Write every log line of this process to *stream*, also what tests take for themselves."""
    logs.configure(json=True, stream=stream)
    structlog.configure(cache_logger_on_first_use=False)
