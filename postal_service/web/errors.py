"""How a refusal looks over HTTP: one table from exceptions to status codes.

A page gets a page, an API gets RFC 9457 problem+json, a fragment gets a
notice. The words are the refusal's own, in Vietnamese or English.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import asyncpg
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    SerializationException,
    ValidationException,
)
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap
from msgspec import ValidationError

from postal_service import security
from postal_service.database import Busy
from postal_service.web import pages
from postal_service.web.statuses import STATUS

log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]

#: Whoever gets one of these asked for what is not hers, or too often: somebody may be trying.
WORTH_A_LINE: Final = frozenset({403, 429})

#: What the web server itself may refuse, said so that a person can act on it.
SENTENCES: Final[dict[int, tuple[str, str]]] = {
    400: (
        "Dữ liệu gửi lên không đọc được. Kiểm tra lại rồi gửi lần nữa.",
        "The data sent cannot be read. Check it and send it again.",
    ),
    404: (
        "Không tìm thấy trang này. Kiểm tra lại địa chỉ hoặc mã.",
        "There is no such page. Check the address or the code.",
    ),
    405: ("Địa chỉ này không nhận thao tác đó.", "This address does not take that method."),
    409: (
        "Có người vừa ghi việc này trước. Tải lại trang để xem.",
        "Somebody has just done this before you. Reload the page to see it.",
    ),
    413: (
        "Dữ liệu gửi lên quá lớn. Chia nhỏ rồi gửi lại.",
        "The data sent is too large. Send it in smaller parts.",
    ),
    415: ("Kiểu dữ liệu này không nhận được.", "This type of content is not accepted."),
    500: (
        "Máy chủ gặp lỗi. Việc vừa làm chưa được ghi; thử lại sau ít phút.",
        "The server failed. What you did was not recorded; try again in a few minutes.",
    ),
    503: (
        "Máy chủ đang bận. Thử lại sau ít giây.",
        "The server is busy. Try again in a few seconds.",
    ),
}


def status_of(error: Exception) -> int:
    """The status code of a refusal; 400 for what is in no table."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def wants_english(request: AnyRequest) -> bool:
    """Whether the reader asked for English before Vietnamese."""
    asked = request.headers.get("accept-language", "").lower()
    return "en" in asked and ("vi" not in asked or asked.index("en") < asked.index("vi"))


def asked(request: AnyRequest) -> dict[str, object]:
    """What a line about a refusal says of the request: who by her id, no name and no body."""
    caller = request.scope["state"].get("caller")
    return {
        "method": request.method,
        "path": request.url.path,
        "person": caller.id if caller else None,
    }


def refuse(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer with the words the refusal itself carries."""
    status = status_of(error)
    if status in WORTH_A_LINE:
        log.warning("refused", kind=type(error).__name__, status=status, **asked(request))
    if isinstance(error, security.SignedOut) and (found := to_sign_in(request)):
        return found
    said = getattr(error, "en" if wants_english(request) else "vi")
    return answer(request, status, type(error).__name__, said)


def to_sign_in(request: AnyRequest) -> Response[Any] | None:
    """The way to the front door and back: for a page at once, for a fragment by its script."""
    if pages.is_fragment(request):
        where = urlsplit(request.headers.get("hx-current-url", "")).path
        way = "/signin?" + urlencode({"next": where}, safe="/")
        return Response("", status_code=401, headers={"HX-Redirect": way})
    if not pages.is_page(request):
        return None
    # only what was asked for can be asked for again: a sent form cannot
    back = {"next": request.url.path} if request.method == "GET" else None
    return Redirect("/signin", query_params=back)


def refuse_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Answer for what the framework refused: sizes, methods, unreadable bodies."""
    status = error.status_code if error.status_code in SENTENCES else 400
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", path=request.url.path, exc_info=error)
    elif status in (400, 405, 413, 415):
        log.info("not taken", kind=type(error).__name__, status=status, **asked(request))
    said = SENTENCES[status][wants_english(request)]
    wrong = fields(error) if isinstance(error, ClientException) else []
    return answer(request, status, type(error).__name__, said, wrong)


def fields(error: HTTPException) -> list[str]:
    """Which fields were wrong, in the validator's words."""
    extra = error.extra if isinstance(error.extra, list) else []
    found = [f"{item.get('key', '')}: {item['message']}".lstrip(": ") for item in extra]
    cause = error.__cause__
    if not found and isinstance(cause, ValidationError):
        found = [str(cause)]
    return found


def refuse_input(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer for text that passed no check: too deep, broken or out of range."""
    log.info("not taken", kind=type(error).__name__, status=400, **asked(request))
    wrong = [str(error)] if isinstance(error, ValueError) else []
    said = SENTENCES[400][wants_english(request)]
    return answer(request, 400, "BadInput", said, wrong)


def refuse_busy(request: AnyRequest, error: Exception) -> Response[Any]:
    """The database is away or full: nothing was written, a retry is right."""
    log.warning("database unavailable", path=request.url.path, error=repr(error))
    response = answer(request, 503, "Busy", SENTENCES[503][wants_english(request)])
    response.headers["Retry-After"] = "2"
    return response


def refuse_raced(request: AnyRequest, error: Exception) -> Response[Any]:
    """Two people wrote the same thing at one moment, and this one came second."""
    log.warning("two wrote at once", path=request.url.path, error=str(error))
    return answer(request, 409, "Raced", SENTENCES[409][wants_english(request)])


def fail(request: AnyRequest, error: Exception) -> Response[Any]:
    """The last resort: logged once, here, with its trace."""
    log.error("request failed", path=request.url.path, exc_info=error)
    return answer(request, 500, "Failure", SENTENCES[500][wants_english(request)])


def answer(
    request: AnyRequest, status: int, kind: str, said: str, wrong: list[str] | None = None
) -> Response[Any]:
    """The refusal as a page, a notice in a page, or problem+json."""
    if pages.is_fragment(request):
        return pages.notice(said, wrong or [], status)
    if pages.is_page(request):
        return pages.problem(request, said, wrong or [], status, wants_english(request))
    return Response(
        {
            "type": f"urn:postal:{kind}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": said,
            **({"errors": wrong} if wrong else {}),
        },
        status_code=status,
        media_type="application/problem+json",
    )


HANDLERS: Final[ExceptionHandlersMap] = {
    **dict.fromkeys(STATUS, refuse),
    ValidationException: refuse_http,
    HTTPException: refuse_http,
    SerializationException: refuse_input,
    RecursionError: refuse_input,
    ValueError: refuse_input,
    Busy: refuse_busy,
    asyncpg.UniqueViolationError: refuse_raced,
    asyncpg.ExclusionViolationError: refuse_raced,
    asyncpg.QueryCanceledError: refuse_busy,
    asyncpg.LockNotAvailableError: refuse_busy,
    asyncpg.DeadlockDetectedError: refuse_busy,
    asyncpg.PostgresConnectionError: refuse_busy,
    asyncpg.CannotConnectNowError: refuse_busy,
    asyncpg.TooManyConnectionsError: refuse_busy,
    OSError: refuse_busy,
    Exception: fail,
}
