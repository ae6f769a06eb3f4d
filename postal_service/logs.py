"""One form for every line a process logs, without anybody's phone or identity number.

The lines of libraries go the same way as ours.
"""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from structlog.typing import Processor, WrappedLogger

#: +84 and nine or ten digits, a national number of ten or eleven, an identity number of twelve.
PERSONAL: Final = re.compile(r"(?<![\dA-Za-z])(?:\+84\d{9,10}|0\d{9,11}|\d{12})(?!\d)")

#: They tell every request or job at INFO, some with what was sent.
TALKATIVE: Final = ("arq", "twilio", "asyncio", "aiohttp.access", "litestar", "granian.access")


def configure(*, json: bool, level: int = logging.INFO) -> None:
    """Send every log line of this process to stderr, as JSON or for the eye."""
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
    handler = logging.StreamHandler()
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
    """*value* with each personal number cut down to its last three digits."""
    match value:
        case str():
            return PERSONAL.sub(lambda found: f"…{found[0][-3:]}", value)
        case dict():
            return {key: masked(inner) for key, inner in value.items()}
        case list() | tuple():
            return [masked(inner) for inner in value]
        case None | bool() | int() | float():
            return value
        case _:
            return masked(str(value))
