"""The agency's published list, counted with the citizen at the counter. Pure.

Nothing is asked for beyond it: the post may not ask for a paper the agency does not ask for
(QĐ 45/2016), nor carry an original that nobody needs. A citizen who insists may add a copy.
"""

from __future__ import annotations

from typing import Final

from postal_service.desk.intake import Entry, ExtraEntry, Findings, Paper
from postal_service.desk.published.procedures import Document, Procedure

#: Ordinals of the papers beyond the list begin here: no published list is so long.
FIRST_EXTRA: Final = 901
MOST_EXTRAS: Final = 5
LONGEST_NAME: Final = 200


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
        if originals > document.originals * max(count_of(entry.sets) or 1, 1):
            found.add(*unneeded(document))
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


def read_extras(entry: Entry, found: Findings) -> tuple[Paper, ...]:
    """Papers beyond the list: copies alone, and only at the citizen's own wish."""
    typed = [extra for extra in entry.extras if extra.name][:MOST_EXTRAS]
    if typed and not entry.insists:
        found.add(
            "insists",
            f"«{typed[0].name[:80]}» không có trong danh mục cơ quan công bố: không được đòi, trả "
            "lại người dân. Nếu người dân tự nguyện nộp thêm thì đánh dấu vào ô đó.",
            f"“{typed[0].name[:80]}” is not on the published list: nobody may ask for it, give it "
            "back. If the citizen herself insists, tick that box.",
        )
    return tuple(read_extra(n, extra, found) for n, extra in enumerate(typed, 1))


def read_extra(number: int, extra: ExtraEntry, found: Findings) -> Paper:
    field = f"extra-{number}"
    certified, photocopies = count_of(extra.certified), count_of(extra.photocopies)
    if count_of(extra.originals) != 0:
        found.add(
            field,
            f"Bản chính «{extra.name[:80]}» không ai yêu cầu: trả người dân giữ, chỉ nhận bản sao.",
            f"Nobody asks for the original of “{extra.name[:80]}”: give it back, take a copy.",
        )
    elif (not certified and not photocopies) or certified is None or photocopies is None:
        found.add(
            field,
            f"Ghi số bản sao của «{extra.name[:80]}», từ 1 đến 99.",
            f"Write how many copies of “{extra.name[:80]}”, from 1 to 99.",
        )
    if len(extra.name) > LONGEST_NAME:
        found.add(
            field,
            f"Tên giấy tờ dài quá {LONGEST_NAME} ký tự. Rút gọn lại.",
            f"The paper's name is longer than {LONGEST_NAME} characters. Shorten it.",
        )
    return Paper(
        ordinal=FIRST_EXTRA + number - 1,
        name_vi=extra.name[:LONGEST_NAME],
        originals=0,
        certified=certified or 0,
        photocopies=photocopies or 0,
        voluntary=True,
    )


def unneeded(document: Document) -> tuple[str, str, str]:
    """Field and sentences for an original that the list does not ask for."""
    vi, en = copies(document)
    name = document.name_vi
    more_vi = "không cần bản chính" if not document.originals else "thừa bản chính"
    more_en = "needs no original" if not document.originals else "comes with too many originals"
    return (
        f"has-{document.ordinal}",
        f"«{name}» {more_vi}: danh mục chỉ yêu cầu {vi}. Trả bản chính cho người dân giữ.",
        f"“{name}” {more_en}: the list asks for {en}. Give the original back to the citizen.",
    )


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
