"""Every address of the application, asked with what no page of ours would send."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from asyncpg import Connection
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from postal_service.desk.intake import Entry
from tests import make
from tests.make import Town
from tests.web.conftest import Client
from tracking.stages import Stage

#: What broke other programs: each has its reason.
NASTY = (
    "",
    "\x00",
    "\ud7ff\u202e\u2066",
    "²³¼",
    "-1",
    "9" * 40,
    "1e999",
    "9999-12-31T23:59:59-14:00",
    "../../etc/passwd",
    "'; DROP TABLE event; --",
    "%00%ff",
    "{{ 7 * 7 }}<script>x</script>",
    "Ng" + "u\u0302\u0303" * 300,
    "RB000000000VN",
    "0263 382 2345",
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b'{"id": "\\u0000"}',
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b'{"scans": [1, null, {}, {"id": 1}]}',
    b"\xff\xfe\x00",
    b'{"at": "2026-11-23T08:15:00"}',
)


def handlers(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Every path template of the app with each of its methods."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and not route.path_format.startswith("/static"):
            for method, (handler, _) in route.route_handler_map.items():
                if method in ("GET", "POST"):
                    yield method, route.path_format, handler


def fields_of(handler: HTTPRouteHandler) -> list[str]:
    """The names a body of this handler may hold; the counter's form where it reads its own."""
    data = typing.get_type_hints(handler.fn).get("data")
    return list(getattr(data, "__struct_fields__", Entry.__struct_fields__))


def filled(path: str, value: str) -> str:
    parts = [
        quote(value, safe="") or "-" if part.startswith("{") else part for part in path.split("/")
    ]
    return "/".join(parts)


#: It answers for as long as somebody listens; tests/web/test_supervisor_pages.py asks it.
ENDLESS = "/supervisor/stream"


@pytest.mark.parametrize(
    "role", ["nobody", "clerk", "courier", "officer", "supervisor", "manager", "operator"]
)
async def test_nothing_makes_the_server_fail(
    client: Client, desk: Connection, town: Town, role: str
) -> None:
    """Refused, or not found, or a page that says so: never a 500, and nothing recorded."""
    dossier = await make.dossier(desk, town)
    await make.result(desk, town, dossier, Stage.OUT)
    for extra in ("supervisor", "manager", "operator"):
        await make.person(desk, extra, extra, town.office, town.agency)
    events = await desk.fetchval("SELECT count(*) FROM event")
    if role != "nobody":
        await client.sign_in(role)
    token = {"x-csrf-token": client.form_token if role != "nobody" else ""}

    failed = []
    for method, path, handler in handlers(client.app):
        if path in ("/signout", "/signin", ENDLESS):
            continue
        for where, asked in requests(method, path, handler, dossier.ref, token):
            answer = await client.request(method, where, **asked)
            if answer.status_code >= 500:
                failed.append((method, where, str(asked)[:200], answer.status_code))
            if answer.status_code == 403:
                break  # the guard answers before anything is read

    assert failed == []
    assert await desk.fetchval("SELECT count(*) FROM event") == events


def requests(
    method: str, path: str, handler: HTTPRouteHandler, ref: str, token: dict[str, str]
) -> Iterator[tuple[str, dict[str, typing.Any]]]:
    """Every nasty text in every place of a request, then every broken body."""
    for value in NASTY:
        if method == "GET":
            yield filled(path, value), {"params": {"q": value, "code": value, "draft": value}}
        else:
            data = dict.fromkeys(fields_of(handler), value)
            yield filled(path, value), {"data": data, "headers": token}
    for body in BODIES if method == "POST" else ():
        headers = token | {"content-type": "application/json", "accept": "application/json"}
        yield filled(path, ref), {"content": body, "headers": headers}
