"""What docs/asvs.md must hold: the items of OWASP ASVS 5.0.0 (CC BY-SA 4.0) and their levels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

ROOT: Final = Path(__file__).parent.parent
DOCUMENT: Final = ROOT / "docs" / "asvs.md"

#: Each section and the levels of its items, in order.
SECTIONS: Final = """
1.1 22 · 1.2 1111122223 · 1.3 112222222223 · 1.4 222 · 1.5 123
2.1 122 · 2.2 112 · 2.3 12223 · 2.4 23
3.1 3 · 3.2 113 · 3.3 12223 · 3.4 11222233 · 3.5 11122333 · 3.6 3 · 3.7 22333
4.1 12233 · 4.2 23333 · 4.3 22 · 4.4 1222
5.1 2 · 5.2 112333 · 5.3 113 · 5.4 222
6.1 122 · 6.2 111111112222 · 6.3 11223333 · 6.4 112233 · 6.5 22222333 · 6.6 2223 · 6.7 33 · 6.8 2222
7.1 222 · 7.2 1111 · 7.3 22 · 7.4 11222 · 7.5 223 · 7.6 22
8.1 1233 · 8.2 1123 · 8.3 133 · 8.4 23
9.1 111 · 9.2 1222
10.1 22 · 10.2 223 · 10.3 22223 · 10.4 1111122222233333 · 10.5 22222 · 10.6 22 · 10.7 222
11.1 2233 · 11.2 22233 · 11.3 11233 · 11.4 1222 · 11.5 23 · 11.6 23 · 11.7 33
12.1 12233 · 12.2 11 · 12.3 22223
13.1 2333 · 13.2 222223 · 13.3 2233 · 13.4 1222233
14.1 22 · 14.2 12223333 · 14.3 122
15.1 12233 · 15.2 12233 · 15.3 1222222 · 15.4 3333
16.1 2 · 16.2 22222 · 16.3 2222 · 16.4 222 · 16.5 2223
17.1 23 · 17.2 22223333 · 17.3 22
"""

ROW: Final = re.compile(
    r"\| (\d+\.\d+\.\d+) \| ([12]) \| (met|absent|not|n\.a\.) \| ([^|]+) \| ([^|]*) \|"
)
COUNT: Final = re.compile(r"\| (\S+(?: \S+)*) \| (\d+) \|")


class Item(Struct, frozen=True, kw_only=True):
    """One row: what we say of one item, and by what it is shown."""

    id: str
    level: int
    status: str
    how: str
    evidence: list[str]


def levels() -> dict[str, int]:
    """The level from which each item is asked for."""
    return {
        f"{section}.{place}": int(level)
        for section, row in (part.split() for part in re.split("[\n·]", SECTIONS) if part.strip())
        for place, level in enumerate(row, 1)
    }


def items() -> list[Item]:
    return [
        Item(
            id=found[1],
            level=int(found[2]),
            status=found[3],
            how=found[4],
            evidence=re.findall("`([^`]+)`", found[5]),
        )
        for line in table_lines()
        if (found := ROW.fullmatch(line))
    ]


def table_lines() -> Iterator[str]:
    """Every row of a chapter's table, well formed or not."""
    chapters = DOCUMENT.read_text(encoding="utf-8").split("\n## V")[1:]
    for line in "\n".join(chapters).splitlines():
        if line.startswith("|") and not line.startswith(("| id |", "|---")):
            yield line


def counts() -> dict[str, int]:
    """The figures at the head of the document."""
    head = DOCUMENT.read_text(encoding="utf-8").split("\n## V")[0]
    return {name: int(figure) for name, figure in COUNT.findall(head)}


def fault_of(evidence: str) -> str | None:
    """Why a piece of evidence shows nothing, if it does not."""
    path, _, name = evidence.partition(":")
    file = ROOT / path
    if not file.is_file():
        return f"{evidence}: no such file"
    text = " ".join(file.read_text(encoding="utf-8").split())
    if name.startswith(":"):
        found = re.search(rf"\bdef {re.escape(name[1:])}\b", text)
        return None if found and path.startswith("tests/") else f"{evidence}: no such test"
    return None if name and " ".join(name.split()) in text else f"{evidence}: not in the file"
