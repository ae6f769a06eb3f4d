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

from notifications.errors import NotificationError, UnknownTemplate
from postal_service import (
    security,
    security_links,
    security_people,
    security_phones,
    security_steps,
)
from postal_service.database import Busy
from postal_service.desk import (
    agency_forms,
    archive,
    catalogue_imports,
    catalogue_tariffs,
    catalogue_versions,
    closures,
    complaints,
    incident_desk,
    quarantine,
    radar,
    rights,
)
from postal_service.desk import approval_errors as asking
from postal_service.desk import outage_errors as blanks
from postal_service.desk.errors import DeskError
from postal_service.web import pages
from routes.errors import RoutesError
from tracking import custody_errors as custody
from tracking import errors as tracking

log = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]

#: The nearest class wins; a refusal of ours that is not named is 422.
STATUS: Final[dict[type[Exception], int]] = {
    tracking.TrackingError: 422,
    tracking.UnknownDossier: 404,
    tracking.UnknownConsignment: 404,
    tracking.IllegalMove: 409,
    tracking.HeldByAnother: 409,
    tracking.ScanReused: 409,
    tracking.NumbersExhausted: 503,
    tracking.NotOffered: 409,
    tracking.AlreadyOffered: 409,
    custody.UnknownHandOver: 404,
    custody.HandOverEnded: 409,
    custody.BagIsSealed: 409,
    custody.CountTogether: 409,
    custody.Unbalanced: 409,
    custody.MovedOn: 409,
    custody.TooLateToUndo: 409,
    custody.OutAlready: 409,
    RoutesError: 422,
    NotificationError: 422,
    UnknownTemplate: 404,
    DeskError: 422,
    asking.UnknownApproval: 404,
    asking.UnknownSubject: 404,
    asking.AlreadyAsked: 409,
    asking.AlreadyDecided: 409,
    asking.NotTheSecondPerson: 403,
    complaints.UnknownComplaint: 404,
    complaints.AlreadyAnswered: 409,
    complaints.NotYoursToAnswer: 403,
    blanks.UnknownPack: 404,
    blanks.UnknownSheet: 404,
    blanks.SheetElsewhere: 404,
    blanks.SheetEntered: 409,
    blanks.SheetStruck: 409,
    blanks.PackMade: 409,
    incident_desk.UnknownIncident: 404,
    radar.UnknownAlarm: 404,
    rights.UnknownRequest: 404,
    closures.UnknownClosure: 404,
    catalogue_imports.UnknownImport: 404,
    catalogue_tariffs.UnknownList: 404,
    catalogue_versions.ChangedMeanwhile: 409,
    catalogue_versions.InForce: 409,
    agency_forms.NotWritten: 404,
    archive.UnknownPaper: 404,
    incident_desk.NotOurs: 409,
    quarantine.Quarantined: 403,
    quarantine.UnknownCourier: 404,
    quarantine.NothingToDecide: 409,
    security.SecurityError: 422,
    security_people.UnknownMember: 404,
    security_people.NameTaken: 409,
    security_people.StillHolds: 409,
    security_people.NotYourself: 403,
    security_links.DeadLink: 410,
    security_phones.UnknownPhone: 404,
    security_steps.WrongCode: 401,
    security.BadSignIn: 401,
    security.SignedOut: 401,
    security.TooManyTries: 429,
    security.WrongRole: 403,
    security.BadFormToken: 403,
}

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
