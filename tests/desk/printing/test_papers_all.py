"""Every paper in every form set: drawn, measured, read as text and by another kind of scanner."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import cv2
import numpy
import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from postal_service.desk import papers
from postal_service.desk.papers import (
    DocumentLine,
    FormSet,
    HandOverList,
    Kind,
    Layout,
    Notice,
    PostalSlip,
    RegisterLine,
    RegisterPage,
    copies,
    form_of,
    notices,
    press,
)
from postal_service.desk.papers.receipts import Fee
from tests import code128, zebra
from tests.desk.printing import test_papers as counter
from tests.desk.printing import test_papers_lists as road
from tests.desk.printing.test_papers import CODE, LONG_NAME, MORNING, S10, pages

#: Letters that are dropped or taken apart first, in names of the province.
NAMES = "Đỗ Thị Ngọc Ơn, K’Brẻo Ya D’Ran, Nguyễn Ướt Thuỷ, Ẳng Ẵm Ệ, ₫ “B'Lao”"
A4, A5, LABEL = (210, 297), (148, 210), (100, 75)
BOTH = tuple(FormSet)

ABOUT = notices.Dossier(
    form_set=FormSet.TT03_2025,
    ref="LD-261123-00042",
    agency_code="H36.31-261123-0001",
    name=NAMES,
    id_number="068185004217",
    address="Thôn Đạ Nghịt, xã Lạc Dương, tỉnh Lâm Đồng",
    phone="+84912345678",
    procedure="Cấp đổi Giấy chứng nhận quyền sử dụng đất",
    accepted_at=MORNING,
)
NOTICE = Notice(
    kind=Kind.REFUSAL,
    head=replace(road.HEAD, authority="Ủy ban nhân dân xã Lạc Dương", office="Bộ phận Một cửa"),
    number=12,
    year=2026,
    about=ABOUT,
    reason="Hồ sơ không thuộc thẩm quyền giải quyết",
    note="Đến bộ phận một cửa để được hướng dẫn.",
    officer="Nguyễn Văn Một",
    contact="Bộ phận Một cửa, UBND xã Lạc Dương",
)
ASKED = tuple(DocumentLine(name=f"Giấy tờ số {n}", originals=1, photocopies=n) for n in range(3))
SLIP = PostalSlip(
    head=road.HEAD,
    s10=S10,
    ref="LD-261123-00042",
    sender=NAMES,
    sender_address="Thôn Đạ Nghịt, xã Lạc Dương",
    sender_phone="+84912345678",
    receiver="Chi nhánh Văn phòng Đăng ký đất đai Lạc Dương",
    receiver_address="12 Lang Biang",
    documents=ASKED,
    weight_g=85,
    fees=(Fee(name="Cước gửi hồ sơ", amount=26_000, paid=True),),
    clerk="Nguyễn Thu Hà",
)
PAGE = RegisterPage(
    authority="BƯU ĐIỆN TỈNH LÂM ĐỒNG",
    office="Bưu cục Lạc Dương",
    place="Lạc Dương",
    at=MORNING,
    book="LD-261123",
    day=MORNING.date(),
    lines=(
        RegisterLine(
            number="00042", ref="LD-261123-00042", agency_code=None, procedure=ABOUT.procedure,
            sets=1, name=NAMES, address=ABOUT.address, phone=ABOUT.phone, agency="UBND xã",
            received_at=MORNING, due="dự kiến 10/12/2026", by_post=True,
        ),
    ),
    so_far=17_345,
    keeper="Nguyễn Thu Hà",
)  # fmt: skip
OLD_DAY = MORNING.date() - timedelta(days=4 * 365)


def notice(kind: Kind, **said: object) -> Callable[[FormSet], bytes]:
    def make(form_set: FormSet) -> bytes:
        about = replace(ABOUT, form_set=form_set)
        return papers.notice(replace(NOTICE, kind=kind, about=about, **said))

    return make


def listed(layout: Layout) -> Callable[[FormSet], bytes]:
    paper = HandOverList(
        layout=layout, authority="BƯU ĐIỆN TỈNH LÂM ĐỒNG", office="Bưu cục Lạc Dương",
        number=road.NUMBER, at=MORNING, giver="Bưu cục Lạc Dương", taker="Nguyễn Văn Bưu",
        seal="NP-1" if layout is Layout.MANIFEST else None, lines=road.lines(3),
    )  # fmt: skip
    return lambda _: papers.hand_over_list(paper)


def letter(name: str) -> Callable[[FormSet], bytes]:
    return lambda _: papers.letter(road.LETTERS[name])


#: What is printed of each kind, on which paper, and which codes stand on it.
QR, BARS = "QR", "Code 128"
OF_LAW: dict[Kind, tuple[Callable[[FormSet], bytes], tuple[int, int], set[tuple[str, str]]]] = {
    Kind.RECEIPT: (
        lambda form_set: papers.receipt(replace(counter.RECEIPT, form_set=form_set, name=NAMES)),
        A5,
        {(QR, f"https://hoso.example.vn/h/{CODE}"), (BARS, CODE)},
    ),
    Kind.SUPPLEMENT: (notice(Kind.SUPPLEMENT, papers=ASKED, reason=""), A4, set()),
    Kind.REFUSAL: (notice(Kind.REFUSAL), A4, set()),
    Kind.APOLOGY: (
        notice(Kind.APOLOGY, old_due=MORNING, new_due=MORNING + timedelta(days=3)), A4, set(),
    ),
    Kind.STOP: (notice(Kind.STOP, settlement="Hoàn lại 50.000 đồng."), A4, set()),
    Kind.CONTROL_SLIP: (
        lambda form_set: papers.control_slip(replace(road.SLIP, form_set=form_set, name=NAMES)),
        A4,
        set(),
    ),
    Kind.REGISTER: (
        lambda form_set: papers.register(
            PAGE if form_set is FormSet.TT03_2025 else replace(PAGE, day=OLD_DAY)
        ),
        (297, 210),
        set(),
    ),
}  # fmt: skip
OF_POST: dict[Kind, tuple[Callable[[FormSet], bytes], tuple[int, int], set[tuple[str, str]]]] = {
    Kind.LABEL: (lambda _: papers.label(counter.LABEL), LABEL, {(QR, S10), (BARS, S10)}),
    Kind.POSTAL_SLIP: (lambda _: papers.postal_slip(SLIP), A5, {(BARS, S10)}),
    Kind.SUPPLEMENT_SLIP: (
        lambda _: papers.postal_slip(replace(SLIP, supplement=True, partial=True)),
        A5,
        {(BARS, S10)},
    ),
    Kind.BAG_LABEL: (
        lambda _: papers.bag_label(road.LABEL), LABEL, {(QR, road.NUMBER), (BARS, road.NUMBER)},
    ),
    Kind.MANIFEST: (listed(Layout.MANIFEST), A4, {(BARS, road.NUMBER)}),
    Kind.COURIER_LIST: (listed(Layout.COURIER), (297, 210), {(BARS, road.NUMBER)}),
    Kind.BROUGHT_LIST: (listed(Layout.BROUGHT), A4, {(BARS, road.NUMBER)}),
    Kind.AGENCY_LIST: (listed(Layout.AGENCY), A4, {(BARS, road.NUMBER)}),
    Kind.RESULTS_LIST: (listed(Layout.RESULTS), A4, {(BARS, road.NUMBER)}),
    Kind.RETURN_NOTE: (letter("return"), A4, {(BARS, S10)}),
    Kind.WITHDRAWAL: (letter("withdrawal"), A4, set()),
    Kind.INVITATION: (letter("invitation"), A5, {(BARS, S10)}),
    Kind.DELIVERY_RECEIPT: (letter("delivery"), A5, {(BARS, S10)}),
    Kind.INCIDENT: (letter("incident"), A4, set()),
}  # fmt: skip
EVERY = [
    *((kind, form_set) for kind in OF_LAW for form_set in BOTH),
    *((kind, FormSet.TT03_2025) for kind in OF_POST),
]


def fonts(pdf: bytes) -> Iterator[DictionaryObject]:
    """The fonts of every page, down to the descendant that has the glyphs."""
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()
            yield inner.get("/DescendantFonts", [inner])[0].get_object()


def seen(picture: Image.Image) -> set[tuple[str, str]]:
    """Every code on a picture, by readers that share nothing with the writer."""
    texts = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(numpy.asarray(picture.convert("L")))[1]
    return {(QR, text) for text in texts if text} | {(BARS, text) for text in code128.read(picture)}


@pytest.mark.parametrize(("kind", "form_set"), EVERY, ids=lambda value: str(value))
def test_every_paper_in_every_form_set(kind: Kind, form_set: FormSet, tmp_path: Path) -> None:
    """One page of its size, fit for the archive, its words and codes to be read by anybody."""
    make, size, codes = (OF_LAW | OF_POST)[kind]
    made = make(form_set)

    reader = PdfReader(io.BytesIO(made))
    (page,) = reader.pages
    width, height = (round(float(side) * 25.4 / 72) for side in page.mediabox[2:])
    assert (width, height) == size
    xmp = made.decode("latin-1")
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.trailer["/Root"]["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert not reader.is_encrypted
    found = list(fonts(made))
    assert found
    assert all("/FontFile3" in f["/FontDescriptor"] or "/FontFile2" in f["/FontDescriptor"]
               for f in found)  # fmt: skip
    (picture,) = press.pictures(made, 200)
    (tmp_path / f"{kind}-{form_set}.png").write_bytes(picture)
    drawn = Image.open(io.BytesIO(picture))
    assert drawn.size == (
        pytest.approx(width / 25.4 * 200, abs=1),
        pytest.approx(height / 25.4 * 200, abs=1),
    )
    assert seen(drawn) == codes
    (text,) = pages(made)
    assert unicodedata.is_normalized("NFC", text)
    form = form_of(kind, form_set)
    if kind in OF_LAW:
        assert form.title.upper() in text.upper()
        assert form.basis in text
        assert NAMES in text.replace("\u200b", "")


def test_the_numbers_of_the_forms_moved_and_their_identity_did_not() -> None:
    """05 was the control slip and is the stop notice: a number alone names nothing."""
    numbers = {
        form_set: {kind: form_of(kind, form_set).number for kind in OF_LAW} for form_set in BOTH
    }
    assert list(numbers[FormSet.TT01_2018].values()) == ["01", "02", "03", "04", "", "05", "06"]
    assert list(numbers[FormSet.TT03_2025].values()) == ["01", "02", "03", "04", "05", "06", "07"]
    plain = form_of(Kind.STOP, FormSet.TT01_2018)
    assert plain.basis == "Nghị định 61/2018/NĐ-CP · Quyết định 45/2016/QĐ-TTg"


@pytest.mark.parametrize("skew", [0, 90, 180, 270, 3, -4])
@pytest.mark.parametrize("kind", [Kind.RECEIPT, Kind.LABEL, Kind.BAG_LABEL, Kind.MANIFEST])
def test_printed_codes_scan_however_the_paper_lies(kind: Kind, skew: int) -> None:
    make, _, codes = (OF_LAW | OF_POST)[kind]
    (picture,) = press.pictures(make(FormSet.TT03_2025), 200)
    page = ImageOps.expand(Image.open(io.BytesIO(picture)).convert("L"), 60, fill=255)

    turned = page.rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=255)

    found = zxingcpp.read_barcodes(turned)
    assert {(code.format.name, code.text) for code in found} == {
        ("QRCode" if kind_ == QR else "Code128", text) for kind_, text in codes
    }


@pytest.mark.parametrize("kind", [Kind.LABEL, Kind.BAG_LABEL])
def test_a_thermal_printer_burns_the_same_dots(kind: Kind) -> None:
    """800 by 600 dots, every bar a whole number of them; ZPL and picture are one."""
    make, _, codes = OF_POST[kind]
    png, zpl = (
        (papers.label_png(counter.LABEL), papers.label_zpl(counter.LABEL))
        if kind is Kind.LABEL
        else (papers.bag_label_png(road.LABEL), papers.bag_label_zpl(road.LABEL))
    )
    burnt = zebra.printed(zpl)
    picture = Image.open(io.BytesIO(png)).convert("L").point(lambda dot: 255 if dot >= 128 else 0)

    assert burnt.size == picture.size == (799, 599)
    assert burnt.tobytes() == picture.tobytes()
    assert seen(burnt) == codes
    (again,) = press.pictures(make(FormSet.TT03_2025), 203)
    assert seen(Image.open(io.BytesIO(again))) == codes
    assert len(zpl) < 40_000


@pytest.mark.parametrize("kind", [Kind.LABEL, Kind.BAG_LABEL, Kind.RECEIPT, Kind.MANIFEST])
def test_a_mark_covers_neither_code_nor_words(kind: Kind) -> None:
    make, _, codes = (OF_LAW | OF_POST)[kind]
    original = make(FormSet.TT03_2025)

    copy = copies.copy(kind, original, copies.words(kind, 12, MORNING), MORNING)

    (picture,) = press.pictures(copy, 200)
    assert seen(Image.open(io.BytesIO(picture))) == codes
    assert "BẢN SAO 12 / COPY 12" in pages(copy)[0]
    before = Image.open(io.BytesIO(press.pictures(original, 200)[0])).convert("L")
    after = Image.open(io.BytesIO(picture)).convert("L")
    lost = [(a, b) for a, b in zip(before.tobytes(), after.tobytes(), strict=True) if a < 100 < b]
    assert not lost, "the mark's white paper hides ink"


def test_thirty_documents_and_a_name_of_120_letters_lose_nothing() -> None:
    """A dropped glyph on a receipt is a paper the citizen never handed in."""
    documents = tuple(
        DocumentLine(name=f"Giấy tờ số {n:02} {NAMES}", originals=n % 4, certified=1)
        for n in range(30)
    )
    agency = "Chi nhánh Văn phòng Đăng ký đất đai khu vực Đạ Huoai – Đạ Tẻh – Cát Tiên " * 2
    paper = replace(counter.RECEIPT, name=LONG_NAME, agency=agency.strip(), documents=documents)

    text = " ".join(pages(papers.receipt(paper))).replace("\u200b", "")

    assert LONG_NAME in text
    assert agency.strip() in text
    for n in range(30):
        assert f"Giấy tờ số {n:02} {NAMES}" in text


def test_a_book_of_two_thousand_lines_has_its_heading_on_every_page_and_its_sum_at_the_end() -> (
    None
):
    line = PAGE.lines[0]
    lines = tuple(replace(line, number=f"{n:05}", ref=f"LD-261123-{n:05}") for n in range(2000))

    text = pages(papers.register(replace(PAGE, lines=lines)))

    assert all("Người nộp, điện thoại" in page for page in text)
    assert "Cộng trang: 2000 hồ sơ" in text[-1]
    whole = " ".join(text)
    assert all(f"LD-261123-{n:05}" in whole for n in range(2000))
