"""The receipt and the label, read back the way the world reads them: by eye and by scanner."""

from __future__ import annotations

import io
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image
from pypdf import PdfReader

from postal_service.clock import VIETNAM
from postal_service.desk import papers
from postal_service.desk.papers import (
    DocumentLine,
    Fee,
    FormSet,
    Label,
    Receipt,
    figures,
    labels,
    press,
    receipts,
)
from tracking.identifiers import BadIdentifier, check_character

S10 = "RB012345675VN"
CODE = "0123456789BCF" + check_character("0123456789BCF")
MORNING = datetime(2026, 11, 23, 8, 15, tzinfo=VIETNAM)
LONG_NAME = ("Nguyễn Hoàng Thị Kỳ Duyên Tôn Nữ " * 4)[:120].strip()

RECEIPT = Receipt(
    form_set=FormSet.TT03_2025,
    authority="BƯU ĐIỆN TỈNH LÂM ĐỒNG",
    office="Bưu cục Lạc Dương",
    place="Lạc Dương",
    accepted_at=MORNING,
    ref="LD-261123-00042",
    tracking_code=CODE,
    site="https://hoso.example.vn",
    name="Nguyễn Thị Kỳ Duyên",
    id_number="068185004217",
    address="Thôn Đạ Nghịt, xã Lạc Dương, tỉnh Lâm Đồng",
    phone="+84912345678",
    procedure_name="Cấp đổi Giấy chứng nhận quyền sử dụng đất",
    procedure_code="1.004199",
    agency="Chi nhánh Văn phòng Đăng ký đất đai Lạc Dương",
    documents=(
        DocumentLine(name="Đơn đề nghị cấp đổi (Mẫu số 10/ĐK)", originals=1),
        DocumentLine(name="Giấy chứng nhận đã cấp", originals=1, photocopies=1),
    ),
    statutory_time="10 ngày làm việc",
    expected_on=date(2026, 12, 10),
    by_post=True,
    return_to="giao tại nhà",
    fees=(
        Fee(name="Lệ phí", amount=50_000, paid=True),
        Fee(name="Cước gửi hồ sơ", amount=26_000, paid=True),
        Fee(name="Cước trả kết quả", amount=26_000, paid=False),
    ),
    s10=S10,
    clerk="Nguyễn Thu Hà",
    hotline="0263 000 0662",
)
LABEL = Label(
    office="Bưu cục Lạc Dương",
    route="LD-04",
    s10=S10,
    addressee="Chi nhánh Văn phòng Đăng ký đất đai Lạc Dương",
    address="12 Lang Biang, xã Lạc Dương",
    expected_on=date(2026, 12, 10),
    ref="LD-261123-00042",
    documents=4,
    weight_g=85,
    sealed_at=MORNING,
)
ON_RECEIPT = {("QR Code", f"https://hoso.example.vn/h/{CODE}"), ("Code 128", CODE)}
ON_LABEL = {("QR Code", S10), ("Code 128", S10)}


def scanned(*pages: bytes) -> set[tuple[str, str]]:
    """Every code a scanner finds on these pictures."""
    pictures = [Image.open(io.BytesIO(page)).convert("L") for page in pages]
    return {(str(code.format), code.text) for at in pictures for code in zxingcpp.read_barcodes(at)}


def pages(pdf: bytes) -> list[str]:
    """The words of each page, line ends and runs of spaces as single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def receipt_pages(paper: Receipt) -> list[bytes]:
    return press.png(receipts.TEMPLATE, receipts.words(paper), 200)


def rasterised(pdf: bytes, folder: Path) -> list[bytes]:
    """*pdf* as an office printer would see it, 200 dots an inch."""
    (folder / "paper.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "200", "-png", "paper.pdf", "page"], cwd=folder, check=True)
    return [page.read_bytes() for page in sorted(folder.glob("page*.png"))]


def test_the_receipt_leads_a_phone_to_the_page_and_a_scanner_to_the_code() -> None:
    """The barcode holds the code alone: a counter's scanner types it into a field."""
    assert scanned(*receipt_pages(RECEIPT)) == ON_RECEIPT


def test_the_label_holds_its_number_and_no_address() -> None:
    """A phone that scans an item in the street must not open anybody's dossier."""
    assert scanned(papers.label_png(LABEL)) == ON_LABEL
    assert scanned(*press.png(labels.TEMPLATE, labels.words(LABEL), 200)) == ON_LABEL


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler's pdftoppm is not here")
@pytest.mark.parametrize(
    ("pdf", "codes"),
    [(lambda: papers.receipt(RECEIPT), ON_RECEIPT), (lambda: papers.label(LABEL), ON_LABEL)],
    ids=["receipt", "label"],
)
def test_the_printed_pdf_scans_too(
    pdf: Callable[[], bytes], codes: set[tuple[str, str]], tmp_path: Path
) -> None:
    """What is printed is the PDF, drawn by somebody else's software."""
    assert scanned(*rasterised(pdf(), tmp_path)) == codes


def test_the_receipt_says_what_the_form_asks() -> None:
    """Form 01 with the two-line heading, the numbers, both times, and the law it stands on."""
    (text,) = pages(papers.receipt(RECEIPT))

    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Lạc Dương, ngày 23 tháng 11 năm 2026",
        "LD-261123-00042",
        "0123-45678-9BCF" + CODE[-1],
        "RB 012 345 675 VN",
        "08 giờ 15 phút, ngày 23/11/2026",
        "DỰ KIẾN trả kết quả Thứ Năm 10/12/2026",
        "Giờ hẹn do cơ quan xác nhận",
        "Cước trả kết quả, thu khi giao",
        "76.000 ₫",
        "0263 000 0662",
        "Thông tư 03/2025/TT-VPCP",
    ):
        assert words in text


def test_a_lost_receipt_gives_away_neither_identity_nor_telephone() -> None:
    """Four digits let the citizen know his own; they let nobody else call or pose as him."""
    (text,) = pages(papers.receipt(RECEIPT))

    assert "••••••4217" in text
    assert "••••••5678" in text
    assert not any(secret in text for secret in ("185004217", "912345678", "12345678"))


@pytest.mark.parametrize(
    ("number", "shown"),
    [("068 185 004 217", "••••••4217"), (None, "–"), ("", "–"), ("4217", "–")],
)
def test_masking_never_shows_a_whole_number(number: str | None, shown: str) -> None:
    """A number of four characters or fewer would be shown whole."""
    assert figures.masked(number) == shown


def test_thirty_documents_go_on_to_a_second_page_under_the_same_heading() -> None:
    """A row without its heading is a number without a meaning."""
    documents = tuple(DocumentLine(name=f"Giấy tờ số {n:02}.", originals=1) for n in range(30))

    first, second = pages(papers.receipt(replace(RECEIPT, name=LONG_NAME, documents=documents)))

    assert "Bản chính" in first
    assert "Bản chính" in second
    assert all(f"Giấy tờ số {n:02}." in first + second for n in range(30))
    assert LONG_NAME in first
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ" in second


@pytest.mark.parametrize("name", [LONG_NAME, "W" * 120, "Ng" * 60], ids=["words", "W", "Ng"])
def test_a_name_of_120_letters_stays_on_the_paper(name: str) -> None:
    """Nothing is inked in the margins, and the codes still scan."""
    label = papers.label_png(replace(LABEL, addressee=name, address=name, office=name, result=True))
    receipt, *_ = receipt_pages(replace(RECEIPT, name=name))

    for picture, margin in ((label, 28), (receipt, 84)):
        page = Image.open(io.BytesIO(picture)).convert("L")
        edge = page.crop((page.width - margin, 0, page.width, page.height))
        assert edge.getextrema() == (255, 255)
    assert scanned(label) == ON_LABEL
    assert scanned(receipt) == ON_RECEIPT


def test_a_second_print_says_it_is_a_copy() -> None:
    """Two equal slips could be two dossiers."""
    for first, second in (
        (papers.receipt(RECEIPT), papers.receipt(replace(RECEIPT, copy=1))),
        (papers.label(LABEL), papers.label(replace(LABEL, copy=1))),
    ):
        assert "BẢN SAO" not in pages(first)[0]
        assert "BẢN SAO 1 / COPY 1" in pages(second)[0]


def test_a_name_is_text_and_never_markup() -> None:
    """A citizen cannot write on our paper."""
    name = 'K’Brẻo #panic("x") *đậm* $x$ \\ <b> [ ]'

    (text,) = pages(papers.receipt(replace(RECEIPT, name=name)))

    assert name in text


def test_the_post_that_only_brings_the_result_seals_nothing() -> None:
    """No forward leg, no item number: the paper must not speak of a label."""
    (text,) = pages(papers.receipt(replace(RECEIPT, s10=None, by_post=False, phone=None)))

    assert "niêm phong" not in text
    assert "Vào sổ theo dõi hồ sơ, quyển số LD-261123, số thứ tự 00042" in text


def test_a_wrong_number_never_becomes_paper() -> None:
    """A printed code with a wrong check digit is found at the agency, days later."""
    with pytest.raises(BadIdentifier):
        papers.label(replace(LABEL, s10="RB012345674VN"))
    with pytest.raises(BadIdentifier):
        papers.receipt(replace(RECEIPT, tracking_code=CODE[:-1] + "Z"))


def test_an_old_dossier_keeps_its_old_form() -> None:
    """The form set is the dossier's, not the day's on which it is printed again."""
    (text,) = pages(papers.receipt(replace(RECEIPT, form_set=FormSet.TT01_2018, copy=3)))

    assert "Thông tư 01/2018/TT-VPCP" in text
    assert papers.form_set_on(date(2025, 9, 14)) is FormSet.TT01_2018
    assert papers.form_set_on(date(2025, 9, 15)) is FormSet.TT03_2025


def test_the_archive_copy_is_the_same_bytes_and_pdf_a() -> None:
    """A proof kept by its hash must be printed again identically."""
    first, again = papers.receipt(RECEIPT), papers.receipt(RECEIPT)

    assert first == again
    assert PdfReader(io.BytesIO(first)).xmp_metadata is not None
    assert b"pdfaid:part>2<" in first


def test_counters_that_print_together_do_not_swap_papers() -> None:
    """One compiler serves all threads and remembers its last page's words."""
    refs = [f"LD-261123-{serial:05}" for serial in range(12)]

    with ThreadPoolExecutor(4) as counters:
        printed = list(counters.map(lambda ref: papers.receipt(replace(RECEIPT, ref=ref)), refs))

    assert all(ref in pages(pdf)[0] for ref, pdf in zip(refs, printed, strict=True))


def test_how_long_a_page_takes(record_property: Callable[[str, object], None]) -> None:
    """Reported, not asserted: the machine may be busy. The figure to keep is 60 ms."""
    spent: list[float] = []
    for serial in range(9):
        start = time.perf_counter()
        pdf = papers.receipt(replace(RECEIPT, ref=f"LD-261123-{serial:05}"))
        spent.append((time.perf_counter() - start) * 1000)
        assert pdf.startswith(b"%PDF")

    record_property("receipt_median_ms", round(statistics.median(spent), 1))
