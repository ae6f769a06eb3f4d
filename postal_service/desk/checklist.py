"""The agency's published list, counted with the citizen at the counter. Pure.

Nothing can be added to it: the post may not ask for a paper the agency does
not ask for (QĐ 45/2016).
"""

from __future__ import annotations

from postal_service.desk.intake import Entry, Findings, Paper
from postal_service.desk.procedures import Document, Procedure


def read_papers(entry: Entry, procedure: Procedure, found: Findings) -> tuple[Paper, ...]:
    """The published lines that were handed in."""
    rows = {row.ordinal: row for row in entry.papers}
    papers = []
    for document in procedure.documents:
        row = rows.get(str(document.ordinal))
        if row is None or not row.has:
            if document.required:
                found.add(*missing(document))
            continue
        counts = [count_of(text) for text in (row.originals, row.certified, row.photocopies)]
        if None in counts or not sum(count or 0 for count in counts):
            found.add(
                f"has-{document.ordinal}",
                f"Số bản của «{document.name_vi}» phải từ 0 đến 99, ít nhất một bản.",
                f"The copies of “{document.name_vi}” go from 0 to 99, one at least.",
            )
        originals, certified, photocopies = (count or 0 for count in counts)
        papers.append(
            Paper(
                ordinal=document.ordinal,
                name_vi=document.name_vi,
                originals=originals,
                certified=certified,
                photocopies=photocopies,
            )
        )
    return tuple(papers)


def missing(document: Document) -> tuple[str, str, str]:
    """Field and sentences for a required paper that was not handed in."""
    vi, en = copies(document)
    return (
        f"has-{document.ordinal}",
        f"Thiếu: {document.name_vi} ({vi}).",
        f"Missing: {document.name_vi} ({en}).",
    )


def copies(document: Document) -> tuple[str, str]:
    """How many copies of which kind the agency asks for, in words."""
    kinds = (
        (document.originals, "bản chính", "original"),
        (document.certified, "bản chứng thực", "certified"),
        (document.photocopies, "bản photo", "photocopy"),
    )
    asked = [(count, vi, en) for count, vi, en in kinds if count]
    return (
        ", ".join(f"{count} {vi}" for count, vi, _ in asked),
        ", ".join(f"{count} {en}" for count, _, en in asked),
    )


def count_of(text: str) -> int | None:
    """0 to 99, an empty box being none; None for anything else."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 2:
        return None
    return int(text)
