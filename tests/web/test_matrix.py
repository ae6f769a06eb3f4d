"""Every operation of the application × every foreign thing it could name: nothing leaks.

``matrix.txt`` has a row for each operation, which says what it may be asked about. An operation
without a row fails the suite: whoever adds a page says here what it could give away.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

import httpx
import pypdf
import pytest
from asyncpg import Connection

from tests import make
from tests.make import Town
from tests.web import foreign
from tests.web.conftest import Client
from tests.web.foreign import Foreign
from tests.web.matrix import NOBODY, UNKNOWN, Asking, Row, asking, operations, rows

#: It answers for as long as somebody listens; tests/web/test_supervisor_pages.py asks it.
STREAM: Final = "/supervisor/stream"
ROLES: Final = ("nobody", "clerk", "courier", "officer", "boss", "manager", "operator")
#: These look over all offices: they see registers, and no citizen's own data.
OVERLOOKING: Final = ("manager", "operator")


def test_every_operation_has_its_row(client: Client) -> None:
    """A new page says what it could give away before it is released."""
    assert {(method, path) for method, path, _ in operations(client.app)} == set(rows())


@pytest.mark.parametrize("role", ROLES)
async def test_nothing_foreign_is_given_away(
    client: Client, desk: Connection, town: Town, role: str
) -> None:
    """What exists elsewhere answers as what exists nowhere, names nothing, and stays as it was."""
    theirs = await foreign.settle(desk)
    await make.dossier(desk, town)
    if role in ("boss", *OVERLOOKING):
        kind = "supervisor" if role == "boss" else role
        await make.person(desk, role, kind, town.office, town.agency)
    if role != "nobody":
        assert (await client.sign_in(role)).status_code == 303
    administers = role in OVERLOOKING
    before = await foreign.state(desk, theirs, administers=administers)

    table = rows()
    leaks: list[tuple[str, str, str]] = []
    for method, path, handler in operations(client.app):
        row = table[method, path]
        if path in (STREAM, "/signout", "/signin"):
            continue
        nowhere = ""
        for turn, ids in enumerate(ids_for(row, theirs)):
            asked = asking(row, handler, ids)
            answer = await ask(client, asked, signed_in=role != "nobody")
            if turn == 0:
                nowhere = plain(answer, ids)
                continue
            found = [*told(answer, asked, row, theirs, role)]
            if row.kinds and role not in OVERLOOKING and not row.says("differs"):
                found += differences(plain(answer, ids), nowhere)
            leaks += [(role, row.name, each) for each in found]

    assert leaks == [], "\n".join(map(str, leaks))
    assert await foreign.state(desk, theirs, administers=administers) == before


def ids_for(row: Row, theirs: Foreign) -> list[dict[str, str]]:
    """First ids that nothing has, then ids of theirs until each has had its turn."""
    kinds = {*row.kinds, *theirs.ids}
    nothing = {kind: UNKNOWN.get(kind, NOBODY) for kind in kinds}
    turns = max((len(theirs.ids.get(kind, ())) for kind in row.kinds), default=1)
    some = [
        nothing | {kind: ids[turn % len(ids)] for kind, ids in theirs.ids.items()}
        for turn in range(max(turns, 1))
    ]
    return [nothing, *some]


async def ask(client: Client, asked: Asking, *, signed_in: bool) -> httpx.Response:
    sent = dict(asked.sent)
    if asked.method != "GET" and signed_in:
        sent["headers"] = sent.get("headers", {}) | {"x-csrf-token": client.form_token}
    return await client.request(asked.method, asked.path, **sent)


def told(
    answer: httpx.Response, asked: Asking, row: Row, theirs: Foreign, role: str
) -> Iterator[str]:
    """What of theirs an answer names, that was not in the question."""
    text = said(answer)
    public = role in OVERLOOKING or row.path.startswith("/h/")
    marks = set(foreign.SECRETS) if public else theirs.marks
    if row.says("answers") and role == "manager":
        marks = set()
    if row.says("typed"):
        marks -= {*theirs.ids["s10"], *theirs.ids["reference"]}
    for mark in sorted(marks):
        if mark in text and not asked.names(mark):
            yield f"{asked.path} tells {mark}"
    if answer.status_code >= 500:
        yield f"{asked.path} fails with {answer.status_code}"


def said(answer: httpx.Response) -> str:
    """All that an answer says: its headers too, and the words of a PDF."""
    head = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.headers.get("content-type", "").startswith("application/pdf"):
        pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        return head + " ".join(page.extract_text() for page in pages)
    return head + answer.text


def plain(answer: httpx.Response, ids: dict[str, str]) -> str:
    """An answer without what differs from one asking to the next: ids, numbers, drawn keys."""
    text = f"status {answer.status_code} {said(answer)}"
    for value in sorted(ids.values(), key=len, reverse=True):
        if len(value) > 8:
            text = text.replace(value, "#").replace(value.lower(), "#")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{20,}", "#", text)
    text = re.sub(r"content-length: \d+|[RL][BD][ \d]{9,14}(VN)?", "#", text)
    return re.sub(r"#+", "#", re.sub(r"\d+", "#", text))


def differences(one: str, nowhere: str) -> Iterator[str]:
    """Where an answer about theirs is not the answer about nothing."""
    if one != nowhere:
        at = next((i for i, (a, b) in enumerate(zip(one, nowhere, strict=False)) if a != b), 0)
        yield f"…{one[max(at - 40, 0) : at + 80]}… and not …{nowhere[at : at + 80]}…"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("clerk-far", "/slips/@ref"),
        ("clerk-far", "/counter/dossiers/@ref"),
        ("clerk-far", "/counter/proofs/@scan/@sha256"),
        ("clerk-far", "/papers/hand-overs/@number/list.pdf"),
        ("far-boss", "/supervisor/alarms/@alarm"),
        ("far-boss", "/supervisor/closures/@closure"),
        ("officer-far", "/agency/lists/@number"),
        ("officer-far", "/slips/@ref"),
    ],
)
async def test_the_foreign_things_are_there(
    client: Client, desk: Connection, town: Town, name: str, path: str
) -> None:
    """Whose they are opens them: else the test above would look behind doors that lead nowhere."""
    theirs = await foreign.settle(desk)
    assert (await client.sign_in(name)).status_code == 303

    answer = await client.get(re.sub(r"@([a-z0-9]+)", lambda kind: theirs.ids[kind[1]][0], path))

    assert answer.status_code == 200, answer.text
