"""docs/asvs.md says what is shown, shows what it says, and counts right."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests import asvs

PACKAGES = ("postal_service", "tracking", "routes", "notifications")
TEMPLATES = asvs.ROOT / "postal_service" / "web" / "templates"
SCRIPTS = asvs.ROOT / "postal_service" / "web" / "static"
#: Mechanisms this product does without; whoever brings one in answers its items in the document.
STRANGE = {
    "ldap", "ldap3", "lxml", "xml", "defusedxml", "pickle", "shelve", "marshal", "dill", "yaml",
    "smtplib", "imaplib", "poplib", "memcache", "pymemcache", "jwt", "jose", "authlib", "oauthlib",
    "saml2", "graphql", "strawberry", "websockets", "aiortc", "zipfile", "tarfile",
}  # fmt: skip
#: Programs are started, and native code is called, by the demo and its own servers alone.
STARTS_PROGRAMS = ("postal_service/embedded/", "postal_service/demo/")

#: It makes patterns of an operator's description of a network, escaped.
ESCAPES = "notifications/http_gateway.py"


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((asvs.ROOT / package).rglob("*.py")):
            yield str(path.relative_to(asvs.ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def scripts() -> Iterator[tuple[Path, str]]:
    for path in sorted(SCRIPTS.glob("*.js")):
        yield path, path.read_text(encoding="utf-8")


def test_the_list_is_whole() -> None:
    """The standard has 345 items, 70 of them of level 1 and 183 of level 2."""
    count = Counter(asvs.levels().values())
    assert [count[1], count[2], count[3]] == [70, 183, 92]


def test_every_row_is_well_formed() -> None:
    assert [line for line in asvs.table_lines() if not asvs.ROW.fullmatch(line)] == []


def test_every_item_is_answered_once_at_its_level() -> None:
    answered = [(item.id, item.level) for item in asvs.items()]
    asked = [(name, level) for name, level in asvs.levels().items() if level < 3]
    assert answered == asked


def test_everything_cited_is_there() -> None:
    """A test that was renamed or a line that went takes its claim with it."""
    faults = [asvs.fault_of(piece) for item in asvs.items() for piece in item.evidence]
    assert [fault for fault in faults if fault] == []
    bare = [item.id for item in asvs.items() if not item.evidence and item.status != "n.a."]
    assert bare == []


def test_what_is_cited_can_be_missing() -> None:
    """The check above would see it."""
    for nothing in (
        "tests/nowhere.py::test_it", "tests/test_asvs.py::test_nothing", "README.md:no such words",
        "README.md", "postal_service/app.py::create_app",
    ):  # fmt: skip
        assert asvs.fault_of(nothing) is not None


def test_the_head_counts_what_the_tables_say() -> None:
    count = Counter(item.status for item in asvs.items())
    apply = len(asvs.items()) - count["n.a."]
    assert asvs.counts() == {
        "items of levels 1 and 2": len(asvs.items()),
        "n.a.": count["n.a."],
        "apply": apply,
        "met": count["met"],
        "absent": count["absent"],
        "not": count["not"],
    }
    assert count["met"] + count["absent"] >= 200
    reasons = asvs.DOCUMENT.read_text(encoding="utf-8").split("\n## V")[0]
    assert all(f"- {item.id}:" in reasons for item in asvs.items() if item.status == "not")


def test_what_is_absent_stays_absent() -> None:
    """No parser, protocol or evaluation that the document says there is not; TLS is checked."""
    for path, tree in sources():
        for node in ast.walk(tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            roots = {name.split(".")[0] for name in names}
            assert not roots & STRANGE, path
            assert not roots & {"subprocess", "ctypes"} or path.startswith(STARTS_PROGRAMS), path
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in ("eval", "exec", "os.system", "os.popen"), path
                said = {word.arg: ast.unparse(word.value) for word in node.keywords}
                assert said.get("shell") != "True", path
                assert "False" not in (said.get("ssl"), said.get("verify")), path
            assert not (isinstance(node, ast.Attribute) and node.attr == "md5"), path
    for script, text in scripts():
        assert not re.search(r"\beval\(|new Function|postMessage|WebSocket|XMLHttp", text), script


def test_scripts_write_text_only() -> None:
    """The one fragment that a script puts in is the server's own, escaped there."""
    writers = {
        path.name
        for path, text in scripts()
        if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|__proto__", text)
    }
    assert writers <= {"supervisor.js"}


def test_no_template_prints_raw() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|\bon[a-z]+=\"", text), path
    for path, tree in sources():
        assert "Markup(" not in ast.unparse(tree), path


def test_no_pattern_is_made_of_input() -> None:
    """Patterns and formats are written down; whatever is compiled is a constant of its module."""
    for path, tree in sources():
        if path.startswith(STARTS_PROGRAMS):
            continue  # the demo reads its own pages
        inside = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for inner in ast.walk(node)
        }
        for node in inside:
            if isinstance(node, ast.Call) and re.fullmatch(
                r"re\.(compile|sub|search|match|fullmatch|findall|split)", ast.unparse(node.func)
            ):
                pattern = node.args[0]
                constant = isinstance(pattern, ast.Constant) or ast.unparse(pattern).isupper()
                assert constant or path == ESCAPES, f"{path}:{node.lineno}"


def test_password_fields_are_masked_and_named() -> None:
    """A browser offers to keep and to paste them; only at a shared counter it is asked not to."""
    found = [
        (path.name, field)
        for path in [*(TEMPLATES / "account").glob("*.html"), TEMPLATES / "signin.html"]
        for field in re.findall(r"<input[^>]*>", path.read_text(encoding="utf-8"))
        if re.search(r'name="(password|again|old)"', field)
    ]
    assert len(found) >= 8
    for name, field in found:
        assert 'type="password"' in field, name
        wanted = "off" if name == "switch.html" else "(current|new)-password"
        assert re.search(f'autocomplete="{wanted}"', field), name
    assert not any('"paste"' in text for _, text in scripts())


def test_a_line_stays_one_line() -> None:
    """What a stranger sends cannot write a second line into the log."""
    program = (
        "import structlog; from postal_service import logs; logs.configure(json=True);"
        "structlog.get_logger().warning('refused', path='/x\\n{\"event\": 1}\\r\\n')"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    [line] = said.stderr.decode().splitlines()
    assert json.loads(line)["event"] == "refused"
