"""Every module that holds SQL, and every statement in it."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent
PACKAGES = ("tracking", "routes", "notifications", "postal_service")


def module_of(path: Path) -> ModuleType:
    return importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


STORES: list[ModuleType] = [
    module_of(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*store.py"))
]

STATEMENTS: dict[str, str] = {
    f"{module.__name__}.{name}": value
    for module in STORES
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
}
