"""How a command reads its settings, runs its verb and says why it was refused."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from rich.console import Console

from postal_service.database import DatabaseError
from postal_service.desk.errors import DeskError
from postal_service.fields import FieldError, Keys
from postal_service.security import SecurityError
from postal_service.settings import BadSetting, Settings
from tracking.errors import TrackingError

errors = Console(stderr=True)


def read_settings() -> Settings:
    """The settings, or exit code 2 and the name of the bad one."""
    try:
        settings = Settings.read()
        Keys.read(settings)  # refused before anything starts
    except BadSetting as error:
        errors.print(str(error), style="red")
        sys.exit(2)
    return settings


def run(
    work: Coroutine[Any, Any, Any], *, loop: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> Any:  # noqa: ANN401 -- whatever the verb returns
    """Run one verb; a refusal is a sentence and exit code 1, not a trace."""
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(work)
    except (DatabaseError, DeskError, FieldError, TrackingError, SecurityError, OSError) as error:
        errors.print(str(error), style="red")
        sys.exit(1)
