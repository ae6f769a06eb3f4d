"""The rows of ``matrix.txt``, and the requests they make."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid4

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from postal_service.web.inputs import Wire
from tests.make import MORNING
from tracking import identifiers

ROWS: Final = Path(__file__).with_name("matrix.txt")
KIND: Final = re.compile(r"@([a-z0-9_]+)")
#: What a path calls an id of each kind; where names agree the kind is the name.
PATH_KINDS: Final = {
    "alarm_id": "alarm", "closure_id": "closure", "task_id": "task", "form_id": "draft",
    "scan_id": "scan", "device": "phone", "paper_id": "paper", "pack_id": "pack",
    "shift_id": "shift", "person_id": "person", "entry_id": "entry",
}  # fmt: skip
#: Ids of each kind that nothing has. Elsewhere it is a number nobody reaches.
UNKNOWN: Final = {
    "ref": "LD-261123-99999",
    "s10": identifiers.s10("RB", 98_765_432),
    "missing": identifiers.s10("RB", 98_765_431),
    "code": "0" * 14,
    "number": "BK-261123-99999",
    "scan": str(UUID(int=7)),
    "sha256": "ab" * 32,
    "draft": str(UUID(int=8)),
    "asked": str(UUID(int=9)),
    "blank": "LD-261123-99998",
    "complaint": "PA-261123-99999",
    "pickup": "NH-261123-99999",
    "batch": str(UUID(int=10)),
    "courier": "courier-nobody",
    "receipt": "BL-66600-261123-9999",
    "reference": "PT0000000" + identifiers.check_character("0000000"),
    "bank_return": str(UUID(int=11)),
}
NOBODY: Final = "999999"


class Row(Struct, frozen=True, kw_only=True):
    """One operation: what its query, form or JSON holds; ``@kind`` stands for a foreign id."""

    method: str
    path: str
    given: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def kinds(self) -> set[str]:
        """The kinds of ids it is asked about."""
        named = set(KIND.findall(json.dumps(self.given))) - {"new", "now"}
        places = {name for name in map(place, self.path.split("/")) if name}
        return named | {
            PATH_KINDS.get(name, name) for name in places if f"/{name}" not in self.given
        }

    def says(self, word: str) -> bool:
        """Whether the row makes an exception of itself, as ``=word``; it gives its reason."""
        return f"={word}" in self.given


def rows() -> dict[tuple[str, str], Row]:
    found: dict[tuple[str, str], Row] = {}
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            method, path, *rest = line.split(None, 2)
            assert (method, path) not in found, f"{method} {path} has two rows"
            given = json.loads(rest[0]) if rest else {}
            found[method, path] = Row(method=method, path=path, given=given)
    return found


def operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Pages, JSON, files and streams: whatever has an address."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method not in ("OPTIONS", "HEAD"):
                    yield method, route.path_format, handler


def place(part: str) -> str:
    """The name of a place in a path; empty where the part is fixed."""
    return part[1:-1].split(":")[0] if part.startswith("{") else ""


class Asking(Struct, frozen=True):
    """One request; ``sent`` are keywords of the client's."""

    method: str
    path: str
    sent: dict[str, Any]

    def names(self, text: str) -> bool:
        return text in self.path or text in json.dumps(self.sent, default=str, ensure_ascii=False)


def asking(row: Row, handler: HTTPRouteHandler, ids: dict[str, str]) -> Asking:
    """The request that *row* makes of *ids*, one of each kind."""
    path = "/".join(
        quote(spelled(row.given.get(f"/{name}", f"@{PATH_KINDS.get(name, name)}"), ids), safe="")
        if (name := place(part))
        else part
        for part in row.path.split("/")
    )
    given = {key: spelled(value, ids) for key, value in row.given.items()}
    sent: dict[str, Any] = {"params": {k[1:]: v for k, v in given.items() if k.startswith("?")}}
    if row.method != "GET":
        form = body_of(handler)
        body = {k: v for k, v in given.items() if not k.startswith(("?", "/", "="))}
        body = (blank(form) if form else {}) | body
        if row.says("json") or (form and issubclass(form, Wire)):
            sent |= {"json": body, "headers": {"accept": "application/json"}}
        else:
            sent["data"] = body
    return Asking(row.method, path, sent)


def spelled(value: Any, ids: dict[str, str]) -> Any:
    """*value* with an id for each ``@kind``; ``@kind#`` alone is a number."""
    if isinstance(value, dict):
        return {key: spelled(each, ids) for key, each in value.items()}
    if isinstance(value, list):
        return [spelled(each, ids) for each in value]
    if not isinstance(value, str):
        return value
    drawn = {"new": str(uuid4()), "now": MORNING.isoformat()}
    text = KIND.sub(lambda found: (ids | drawn)[found[1]], value)
    return int(text[:-1]) if re.fullmatch(r"@[a-z0-9_]+#", value) else text


def body_of(handler: HTTPRouteHandler) -> type[Struct] | None:
    """The form a handler takes, where it leaves the reading to the framework."""
    if not handler.fn.__module__.startswith("postal_service"):
        return None
    found = typing.get_type_hints(handler.fn).get("data")
    return found if isinstance(found, type) and issubclass(found, Struct) else None


def blank(form: type[Struct]) -> dict[str, Any]:
    """A body that is legal in its types; the row says what matters."""
    hints = typing.get_type_hints(form)
    return {
        each.encode_name: legal(hints[each.name])
        for each in fields(form)
        if each.default is NODEFAULT and each.default_factory is NODEFAULT
    }


def legal(kind: Any) -> Any:
    if typing.get_origin(kind) is typing.Annotated:
        return legal(typing.get_args(kind)[0])
    if typing.get_origin(kind) is typing.Literal:
        return typing.get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    plain = {UUID: str(uuid4()), datetime: MORNING.isoformat(), int: 1, bool: True, str: "x"}
    return plain.get(kind, [])
