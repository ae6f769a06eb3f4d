"""Bodies that pages send as forms and scripts as JSON, to one address."""

from __future__ import annotations

from typing import Any, TypeVar

from litestar import Request
from litestar.exceptions import ValidationException
from msgspec import DecodeError, ValidationError, convert, json

from postal_service.web.inputs import Form

Kind = TypeVar("Kind", bound=Form)
AnyRequest = Request[Any, Any, Any]


def is_json(request: AnyRequest) -> bool:
    return "json" in request.headers.get("content-type", "")


async def sent(request: AnyRequest, kind: type[Kind]) -> Kind:
    """The body as a *kind*; what a form leaves empty was not said. Raises ValidationException."""
    try:
        if is_json(request):
            return json.decode(await request.body(), type=kind)
        typed = {name: value for name, value in (await request.form()).items() if value != ""}
        return convert(typed, kind, strict=False)
    except (ValidationError, DecodeError) as error:
        raise ValidationException from error


def way_back(path: str, otherwise: str) -> str:
    """*path* where it is one of this site's own, so that no form leads a person elsewhere."""
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own else otherwise
