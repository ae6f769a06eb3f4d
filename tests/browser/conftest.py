"""A real browser in front of a real server, over a clone of the loaded province."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from postal_service.clock import Clock
from postal_service.demo.house import free_port
from tests.make import PASSWORD

CHROMIUM = Path("/usr/bin/chromium")
#: Chromium without a screen dies of printing a PDF: the page that asked is told instead.
NO_PRINTER = """
window.print = () => top.postMessage('printed', '*');
if (top === window) addEventListener('message', (said) => {
  document.documentElement.dataset.printed = said.data;
});
"""


@pytest.fixture
def site(town_url: str, clock: Clock) -> Iterator[str]:
    """The address of the real server over this test's database; a password lets everybody in."""
    with served(town_url, clock, demo=True) as address:
        yield address


@pytest.fixture
def strict_site(town_url: str, clock: Clock) -> Iterator[str]:
    """The same server as in production: two steps, and phones that the office knows."""
    with served(town_url, clock, demo=False) as address:
        yield address


@contextmanager
def served(url: str, clock: Clock, *, demo: bool) -> Iterator[str]:
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM} on this machine")
    port = free_port(0)
    child = subprocess.Popen(
        [sys.executable, "-m", "postal_service", "serve"],
        env=os.environ
        | {
            "DATABASE_URL": url,
            "PORT": str(port),
            "DEMO": str(demo).lower(),
            "CLOCK_OFFSET_SECONDS": str(clock.offset.total_seconds()),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://localhost:{port}"
    try:
        wait_for(f"{address}/signin")
        yield address
    finally:
        child.terminate()
        child.wait(20)
        with suppress(ProcessLookupError):  # a worker born while its master ended
            os.killpg(child.pid, signal.SIGKILL)


def wait_for(address: str) -> None:
    """Wait until the server answers, at most some twenty seconds."""
    last: OSError | None = None
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError as error:
            last = error
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} never answered: {last}")


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Ask for it last: while it is open, nothing asynchronous can be set up in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


def sign_in(page: Page, site: str, username: str, home: str) -> None:
    """Come in by the front door, with the keyboard."""
    page.goto(f"{site}/signin?next={home}")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def check(page: Page) -> None:
    """Nothing wider than the screen, and nothing a screen reader would stumble over."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
