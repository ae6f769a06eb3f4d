"""From a line of an organisation's file to the counter's form, and back to its faults. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from postal_service.desk.batches.batch_csv import COLUMNS, LONGEST_CELL, Fault, Read, Told, folded
from postal_service.desk.errors import DeskError
from postal_service.desk.intake import Entry, PaperEntry, Problem, ReturnWay
from postal_service.desk.published.procedures import Document, Procedure, Service
from tracking.errors import TrackingError

#: Where a fault of the counter's form lies in the file.
FIELDS: Final[Mapping[str, str]] = {
    "procedure_text": "procedure",
    "procedure_id": "procedure",
    "agency_id": "agency",
    "receiver_address": "address",
}
SERVICES: Final[Mapping[str, Service]] = {
    "": Service.BOTH,
    "gui va nhan": Service.BOTH,
    "gui va tra": Service.BOTH,
    "ca hai": Service.BOTH,
    "both": Service.BOTH,
    "gui": Service.SEND,
    "send": Service.SEND,
}
WAYS: Final[Mapping[str, str]] = {
    "": "",
    "nha": ReturnWay.HOME,
    "tai nha": ReturnWay.HOME,
    "home": ReturnWay.HOME,
    "buu cuc": ReturnWay.OFFICE,
    "tai buu cuc": ReturnWay.OFFICE,
    "office": ReturnWay.OFFICE,
}
#: 6.82E+10 or 6,82E+10: a long number that a spreadsheet has shortened for good.
SHORTENED: Final = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
PAPER: Final = re.compile(r"([0-9]{1,3})(?::([0-9]{1,2})/([0-9]{1,2})/([0-9]{1,2}))?")


def untidy(told: Told) -> list[Fault]:
    """What no cell may hold, whatever its column."""
    faults = []
    for key, cell in told.items():
        if key == "":
            faults.append(
                Fault("", "có ô nằm ngoài các cột của tiêu đề.", "has cells under no heading.")
            )
        elif any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn"} for each in cell):
            faults.append(
                Fault(
                    key, "có ký tự ẩn. Gõ lại ô này.", "has an invisible character. Type it again."
                )
            )
        elif len(cell) > LONGEST_CELL:
            faults.append(
                Fault(key, f"dài quá {LONGEST_CELL} ký tự.", f"is longer than {LONGEST_CELL}.")
            )
    faults += [
        Fault(
            key,
            "bảng tính đã đổi số dài thành dạng 6,8E+10. Định dạng cột là Văn bản, nhập lại.",
            "the spreadsheet shortened the number. Make the column Text and type it again.",
        )
        for key in ("citizen_id", "phone")
        if SHORTENED.fullmatch(told[key])
    ]
    return faults


def mended(told: Told) -> dict[str, str]:
    """The line with the leading zeros that a spreadsheet ate: only where the clerk lets it."""
    phone, citizen = told["phone"].replace(" ", ""), told["citizen_id"].replace(" ", "")
    return {
        **told,
        "phone": f"0{phone}" if re.fullmatch(r"[35789][0-9]{8}", phone) else told["phone"],
        "citizen_id": f"0{citizen}" if re.fullmatch(r"[0-9]{11}", citizen) else told["citizen_id"],
    }


def entry_of(
    batch: UUID, read: Read, procedure: Procedure, agency_id: str, faults: list[Fault]
) -> Entry:
    """The counter's form that a line is; what it cannot say is added to *faults*.

    Its id comes from batch and line: accepting the line again finds its dossier.
    """
    told = read.told
    service, way = SERVICES.get(folded(told["service"])), WAYS.get(folded(told["return_way"]))
    if service is None:
        faults.append(
            Fault("service", "ghi «gửi» hoặc «gửi và nhận».", "write “gửi” or “gửi và nhận”.")
        )
    if way is None:
        faults.append(Fault("return_way", "ghi «nhà» hoặc «bưu cục».", "write “nhà” or “bưu cục”."))
    return Entry(
        form_id=str(form_id_of(batch, read.line)),
        procedure_id=str(procedure.id),
        agency_id=agency_id,
        service=service or "",
        return_way=way or "",
        name=told["name"],
        citizen_id=told["citizen_id"],
        phone=told["phone"],
        no_phone=not told["phone"],
        address=told["address"],
        note=told["note"],
        weight_g=told["weight_g"] or "100",
        sets=told["sets"] or "1",
        given_code=told["given_code"],
        papers=papers_of(told["papers"], procedure.documents, faults),
    )


def form_id_of(batch: UUID, line: int) -> UUID:
    return uuid5(batch, str(line))


def papers_of(
    text: str, documents: Sequence[Document], faults: list[Fault]
) -> tuple[PaperEntry, ...]:
    """What was handed in of the published list; an empty cell is all that is required of it."""
    by_ordinal = {document.ordinal: document for document in documents}
    if not text:
        return tuple(counted(each) for each in documents if each.required)
    rows: dict[int, PaperEntry] = {}
    for part in re.split(r"[ ,;]+", text):
        found = PAPER.fullmatch(part)
        document = by_ordinal.get(int(found[1])) if found else None
        if found is None or document is None or document.ordinal in rows:
            why = "ghi hai lần" if document else "không có trong danh mục công bố"
            faults.append(
                Fault(
                    "papers",
                    f"«{part[:20]}» {why}. Ghi số thứ tự của giấy, ví dụ «1 2:0/1/2».",
                    f"“{part[:20]}” is no paper of the published list, or is there twice.",
                )
            )
            continue
        counts = found.groups()[1:] if found[2] is not None else None
        rows[document.ordinal] = counted(document, counts)
    return tuple(rows.values())


def counted(document: Document, counts: Sequence[str | None] | None = None) -> PaperEntry:
    """A paper that was handed in: as often as published, or as the line says."""
    asked = (document.originals, document.certified, document.photocopies)
    originals, certified, photocopies = counts or asked
    return PaperEntry(
        ordinal=str(document.ordinal),
        has=True,
        originals=str(originals),
        certified=str(certified),
        photocopies=str(photocopies),
    )


def faults_of(problems: Iterable[Problem]) -> list[Fault]:
    """The counter's refusals, by the file's columns."""
    return [Fault(column_of(each.field), each.vi, each.en) for each in problems]


def column_of(field: str) -> str:
    if field.startswith("has-"):
        return "papers"
    known = {column.key for column in COLUMNS}
    key = FIELDS.get(field, field)
    return key if key in known else ""


def joined(faults: list[Fault], problems: Iterable[Problem]) -> list[Fault]:
    """What the file and what the counter finds wrong, a column once."""
    named = {fault.column for fault in faults}
    return [*faults, *(each for each in faults_of(problems) if each.column not in named)]


def whole(refusal: DeskError | TrackingError) -> Fault:
    """A refusal of the line as a whole."""
    return Fault("", refusal.vi, refusal.en)
