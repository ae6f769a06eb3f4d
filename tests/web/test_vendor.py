"""The browser files we serve: they are what their authors published, and they call nobody."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import postal_service.web

STATIC = Path(postal_service.web.__file__).parent / "static"
VENDOR = STATIC / "vendor"
PACKAGES = tomllib.loads((VENDOR / "vendor.toml").read_text("utf-8"))["package"]
HASHES = {name: digest for package in PACKAGES for name, digest in package["sha256"].items()}
TEXTS = sorted(path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"})

#: Names that look like addresses and are never fetched: a namespace, a banner comment.
NAMES = {"http://www.w3.org/2000/svg", "https://picocss.com"}


@pytest.mark.parametrize("name", sorted(HASHES))
def test_a_vendored_file_is_as_published(name: str) -> None:
    """An edit in place would be lost, and unseen, at the next version."""
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == HASHES[name]


def test_every_vendored_file_is_accounted_for() -> None:
    """A file nobody wrote down has no version, no licence and no author."""
    here = {path.name for path in VENDOR.iterdir()} - {"vendor.toml"}

    assert here == set(HASHES)
    assert all({"name", "version", "licence", "origin"} <= package.keys() for package in PACKAGES)
    assert all(any("LICENSE" in name for name in package["sha256"]) for package in PACKAGES)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_static_file_names_an_outside_address(path: Path) -> None:
    """The content security policy refuses it, and a counter without internet would wait for it."""
    text = path.read_text("utf-8")

    assert set(re.findall(r"https?://[^\s\"'()<>%]+", text)) <= NAMES
    assert not re.search(r"""(?:url\(|@import|from|import)\s*["']?//""", text)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_what_a_style_sheet_asks_for_is_there(path: Path) -> None:
    """A font that answers 404 turns every Vietnamese page into the browser's own type."""
    asked = re.findall(r'url\("([^":]+)"\)', path.read_text("utf-8"))

    assert [name for name in asked if not (path.parent / name).is_file()] == []


@pytest.mark.parametrize("own", ["bags", "agency", "cases", "supervisor", "operator", "timeline"])
def test_the_pages_stay_light_on_a_mountain_road(own: str) -> None:
    """A desk's page: style sheets under 20 KB compressed, fonts under 60 KB."""
    sheets = [VENDOR / "pico.min.css", *(STATIC / f"{name}.css" for name in ("post", "slip", own))]

    assert sum(len(gzip.compress(path.read_bytes())) for path in sheets) < 20_000
    assert sum(path.stat().st_size for path in VENDOR.glob("*.woff2")) < 60_000


def test_the_couriers_shell_stays_light() -> None:
    """Everything a phone loads for its round, scripts and fonts included, under 120 KB."""
    sheets = [STATIC / f"{name}.css" for name in ("post", "slip", "handset")]
    scripts = [STATIC / f"{name}.js" for name in ("courier", "door", "proofs", "code_check")]
    texts = [VENDOR / "pico.min.css", *sheets, *scripts]

    sent = sum(len(gzip.compress(path.read_bytes())) for path in texts)
    assert sent + sum(path.stat().st_size for path in VENDOR.glob("*.woff2")) < 120_000
