"""An organisation's file is read as spreadsheets write it, and refused in words that help."""

from __future__ import annotations

import csv
import io
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal_service.desk.batches import batch_csv, batch_rows, tax_codes
from postal_service.desk.batches.batch_csv import COLUMNS, Fault, Read, parsed
from postal_service.desk.batches.tax_codes import BadTaxCode
from postal_service.desk.catalogue.catalogue_csv import BadFile, text_of
from postal_service.desk.published.procedures import Document

BATCH = UUID(int=5)
HEAD = "Mã thủ tục;Mã cơ quan;Họ và tên;Điện thoại;Số định danh\n"


def told(**cells: str) -> dict[str, str]:
    return dict.fromkeys((column.key for column in COLUMNS), "") | cells


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_spreadsheets_dialect_is_read(mark: str, separator: str, newline: str) -> None:
    """With or without a mark of the encoding, whatever parts the cells, whoever ends the lines."""
    rows = [["Họ và tên", "Mã thủ tục"], ["Lê Thị A", "1.004873"]]
    raw = mark + newline.join(separator.join(row) for row in rows) + newline

    [line] = parsed(text_of(raw.encode()))

    assert (line.line, line.told["name"], line.told["procedure"]) == (2, "Lê Thị A", "1.004873")


def test_a_spreadsheets_own_line_about_its_separator_is_no_heading() -> None:
    """Excel writes "sep=;" first; the numbers of lines stay what it shows."""
    [line] = parsed(f"sep=;\r\n{HEAD}1.004873;;Lê A;0590000001;\n")

    assert (line.line, line.told["name"]) == (3, "Lê A")


def test_headings_are_known_without_accents_and_in_any_order() -> None:
    """Somebody types them anew; empty columns at the end are a spreadsheet's habit."""
    [line] = parsed("HO VA TEN,ma thu tuc,,\nLê A,1.004873,,\n")

    assert (line.told["name"], line.told["procedure"]) == ("Lê A", "1.004873")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Họ và tên\nA\n", "thiếu cột «Mã thủ tục»"),
        ("Họ và tên,Mã thủ tục,Màu\nA,1,x\n", "cột «Màu» không có trong mẫu"),
        ("Họ và tên,Mã thủ tục,Họ và tên\nA,1,x\n", "hai lần"),
        ("Họ và tên,Mã thủ tục\n", "chỉ có dòng tiêu đề"),
        ("\n\n", "tệp trống"),
        ('Họ và tên,Mã thủ tục\n"A,1\n', "sai cú pháp"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text: str, why: str) -> None:
    """Nothing is taken of it, and whoever saved it learns how to save it again."""
    with pytest.raises(BadFile, match=why):
        parsed(text)


def test_too_many_lines_are_refused() -> None:
    """Before anything is kept."""
    with pytest.raises(BadFile, match="chia thành nhiều tệp"):
        parsed("Họ và tên,Mã thủ tục\n" + "A,1\n" * (batch_csv.MOST_ROWS + 1))


def test_two_lines_that_say_the_same_are_told() -> None:
    """A line copied twice would be accepted and paid twice."""
    lines = parsed(f"{HEAD}1;;Lê A;059;\n1;;Lê B;059;\n 1;;LÊ A;059;\n")

    assert [line.twin for line in lines] == [None, None, 2]


def test_what_a_spreadsheet_did_to_long_numbers_is_said() -> None:
    """6,82E+10 cannot be put back: the digits are gone."""
    faults = batch_rows.untidy(told(citizen_id="6,82E+10", phone="5.9E+08"))

    assert [fault.column for fault in faults] == ["citizen_id", "phone"]
    assert "Văn bản" in faults[0].vi


def test_leading_zeros_come_back_only_where_they_are_certain() -> None:
    """Nine digits that begin like a mobile, eleven of a personal number; nothing else changes."""
    line = batch_rows.mended(told(phone="590 000 001", citizen_id="68159990001"))

    assert (line["phone"], line["citizen_id"]) == ("0590000001", "068159990001")
    other = told(phone="0590000001", citizen_id="123456789")
    assert batch_rows.mended(other) == other


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_cells_survive_the_way_out_and_in(name: str, note: str) -> None:
    """The list of bad lines is mended and brought again: none becomes another or a formula."""
    kept = told(name=batch_csv.tidy(name), note=batch_csv.tidy(note), procedure="1.004873")
    written = batch_csv.written([(7, kept, [Fault("name", "sai.", "wrong.")])])

    cells = list(csv.reader(io.StringIO(written[1:], newline="")))[1]
    assert not any(cell[:1] in ("=", "+", "-", "@") for cell in cells)
    if not any(cell[:1] == "'" for cell in kept.values()):
        [line] = parsed(written[1:])
        assert line.told == kept


DOCUMENTS = [
    Document(
        ordinal=ordinal,
        name_vi=f"Giấy {ordinal}",
        originals=1,
        certified=0,
        photocopies=2,
        required=ordinal < 3,
        form_no=None,
    )
    for ordinal in (1, 2, 3)
]


@pytest.mark.parametrize(
    ("cell", "counted"),
    [
        ("", [("1", "1", "2"), ("2", "1", "2")]),
        ("3", [("3", "1", "2")]),
        ("1, 2:0/1/0", [("1", "1", "2"), ("2", "0", "0")]),
    ],
)
def test_papers_are_counted_as_published_or_as_said(
    cell: str, counted: list[tuple[str, str, str]]
) -> None:
    """An empty cell is all that is required, in the published numbers."""
    faults: list[Fault] = []

    rows = batch_rows.papers_of(cell, DOCUMENTS, faults)

    assert [(row.ordinal, row.originals, row.photocopies) for row in rows] == counted
    assert faults == []


@pytest.mark.parametrize("cell", ["4", "1 1", "x", "2:1/1"])
def test_no_paper_beyond_the_published_list(cell: str) -> None:
    """The post may not take what the agency does not ask for (QĐ 45/2016)."""
    faults: list[Fault] = []

    batch_rows.papers_of(cell, DOCUMENTS, faults)

    assert [fault.column for fault in faults] == ["papers"]


def test_a_lines_form_is_its_own_and_always_the_same() -> None:
    """A worker that was stopped asks again under the same id, and finds the dossier."""
    ids = {batch_rows.form_id_of(BATCH, line) for line in range(2, 100)}

    assert len(ids) == 98
    assert batch_rows.form_id_of(BATCH, 2) in ids
    assert batch_rows.form_id_of(UUID(int=6), 2) not in ids


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0100112437", "0100112437"),
        ("01.00.233.488", "0100233488"),
        ("0314409058-002", "0314409058-002"),
        ("0314409058002", "0314409058-002"),
    ],
)
def test_a_tax_code_is_read_as_people_write_it(typed: str, code: str) -> None:
    assert tax_codes.parse(typed) == code


@pytest.mark.parametrize(
    "typed",
    ["", "0100112438", "010011243", "0314409058-000", "0100000000", "01001l2437", "٠١٠٠١١٢٤٣٧"],
)
def test_a_wrong_tax_code_is_refused(typed: str) -> None:
    """A digit mistyped names another organisation."""
    with pytest.raises(BadTaxCode):
        tax_codes.parse(typed)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_one_digit_at_most_completes_a_code(nine: str) -> None:
    """The tenth is reckoned from the nine, or there is none."""
    fitting = 0
    for digit in "0123456789":
        try:
            tax_codes.parse(nine + digit)
        except BadTaxCode:
            continue
        fitting += 1
    assert fitting <= 1


def test_a_line_reads_services_and_ways_in_words() -> None:
    """Whoever types the file writes words, with accents or without."""
    assert batch_rows.SERVICES[batch_csv.folded("Gửi và nhận")] == "both"
    assert batch_rows.WAYS[batch_csv.folded("BƯU CỤC")] == "office"
    assert Read(line=2, told=told()).twin is None
