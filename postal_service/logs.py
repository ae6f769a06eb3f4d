"""One form for every line a process logs, without anybody's number, code or key.

The lines of libraries go the same way as ours.
"""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import Processor, WrappedLogger

#: What the database quotes of a row or of a parameter: a value each, whoever's.
QUOTED: Final = re.compile(r"(DETAIL:|query argument \$\d+:|Failing row contains).*")
#: A session, a token of ours, a secret, a hash: forty letters and digits, but no UUID.
SECRET: Final = re.compile(
    r"(?<![\w-])(?:ldp_\w+|[A-Z2-7]{32}|(?=[\w-]*\d)(?![0-9a-f]{8}-[0-9a-f]{4}-)[\w-]{40,})(?![\w-])"
)
COOKIE: Final = re.compile(r"((?:__Host-)?postal(?:-\w+)?=)[^;,\s'\"]+")
#: The citizen's own key to her dossier: fourteen of the alphabet, in one piece or in groups.
TRACKING: Final = re.compile(
    r"(?<!\w)(?:[0-9BCFGHJ-NP-TVXZ]{14}"
    r"|(?:[0-9BCFGHJ-NP-TVXZ]{4}[ -]){3}[0-9BCFGHJ-NP-TVXZ]{2})(?!\w)"
)
#: +84 and nine or ten digits, a national number of ten or eleven, an identity number of nine or
#: twelve; in one piece or in groups, as people write them.
PERSONAL: Final = re.compile(
    r"(?<![\w.])(?:(?:\+?84|0)\d{8,10}"
    r"|(?=(?:[ .]?\d){9,12}(?!\d))(?:\+84|0)\d{0,4}(?:[ .]\d{2,4}){2,4}"
    r"|\+84(?:[ .]\d{2,4}){3,4}|\d{12}|\d{9}|\d{3}(?:[ .]\d{3}){2,3})(?!\w)"
)
#: The code a receiver says at her door: six digits that are no part of anything longer.
CODE: Final = re.compile(r"(?<![\w.:,/-])\d{6}(?![\w-]|[.:,]\d)")

#: They tell every request or job at INFO, some with what was sent.
TALKATIVE: Final = ("arq", "twilio", "asyncio", "aiohttp.access", "litestar", "granian.access")


def configure(*, json: bool, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send every log line of this process to *stream* or stderr, as JSON or for the eye."""
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    shown: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def redact(_: WrappedLogger, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a telephone or identity number, wherever in *event* it stands."""
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = masked(value)
    return event


def masked(value: Any) -> Any:  # noqa: ANN401 -- a log line may hold anything
    """*value* without secrets, each personal number cut down to its last three digits."""
    match value:
        case str():
            return redacted(value)
        case dict():
            return {key: masked(inner) for key, inner in value.items()}
        case list() | tuple():
            return [masked(inner) for inner in value]
        case None | bool() | int() | float():
            return value
        case _:
            return masked(str(value))


def redacted(text: str) -> str:
    for pattern in (QUOTED, COOKIE):
        text = pattern.sub(lambda found: f"{found[1]}…", text)
    text = TRACKING.sub("…", SECRET.sub("…", text))
    text = PERSONAL.sub(lambda found: f"…{found[0][-3:]}", text)
    return CODE.sub("…", text)
