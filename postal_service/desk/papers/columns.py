"""A table of the counter's papers, as its template takes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[str | None]],
    *,
    title: str = "",
    sum_: tuple[str, str] | None = None,
    empty: str = "",
) -> dict[str, object]:
    """Columns by heading and width; a width that ends in ``#`` holds numbers."""
    return {
        "title": title,
        "columns": [
            {"name": name, "width": width.rstrip("#"), "number": width.endswith("#")}
            for name, width in columns
        ],
        "rows": [list(row) for row in rows],
        "sum": list(sum_) if sum_ else None,
        "empty": empty,
    }
