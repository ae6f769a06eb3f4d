"""The counter's own papers: money in words, everything missing at once, blanks that scan."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import cv2
import numpy
import pytest
import zxingcpp
from asyncpg import Connection
from msgspec.structs import replace
from PIL import Image
from pypdf import PdfReader

from postal_service.caller import Role
from postal_service.clock import VIETNAM
from postal_service.desk.citizen import complaints
from postal_service.desk.citizen.complaints import (
    AlreadyAnswered,
    BadComplaint,
    NotYoursToAnswer,
    Typed,
    UnknownComplaint,
)
from postal_service.desk.money import receipts
from postal_service.desk.money.errors import UnknownEntry
from postal_service.desk.papers import FormSet, Kind, form_of, letter, outage_packs, press
from postal_service.desk.papers.amounts import in_words
from postal_service.desk.papers.counter_papers import (
    Asked,
    CashUp,
    ComplaintReceipt,
    CounterPaper,
    FeeReceipt,
    Guidance,
    MoneyLine,
    PaidIn,
    PickUp,
    Taken,
)
from postal_service.desk.papers.counter_words import counter_paper
from postal_service.desk.papers.letters import Head
from postal_service.desk.papers.outage_packs import Blank, OutagePack
from postal_service.desk.printing import item_papers
from postal_service.desk.watch import radar
from tests import code128, make
from tests.desk.test_counter import accept, clerk, entry
from tests.make import MORNING, Town
from tracking import identifiers
from tracking.errors import UnknownDossier
from tracking.stages import Act, Stage

HEAD = Head(
    authority="BƯU ĐIỆN TỈNH LÂM ĐỒNG",
    office="Bưu cục Lạc Dương",
    place="Lạc Dương",
    at=datetime(2026, 11, 23, 8, 15, tzinfo=VIETNAM),
)
LONG = ("Nguyễn Hoàng Thị Kỳ Duyên Đặng Hường " * 4)[:120].strip()
HOTLINE = "0263 000 0662"
FEES = FeeReceipt(
    head=HEAD,
    form_set=FormSet.TT03_2025,
    number="BL-LD-261123-00042",
    payer="Nguyễn Thị Kỳ Duyên",
    procedure="Cấp đổi Giấy chứng nhận (1.004199)",
    agency="Chi nhánh Văn phòng Đăng ký đất đai Lạc Dương",
    lines=(
        MoneyLine(name="Lệ phí", amount=50_000, for_state=True, paid=True),
        MoneyLine(name="Phí thẩm định", amount=100_000, for_state=True, paid=True),
        MoneyLine(name="Cước gửi hồ sơ", amount=26_000, for_state=False, paid=True),
        MoneyLine(name="Cước trả kết quả", amount=26_000, for_state=False, paid=False),
    ),
    clerk="Nguyễn Thu Hà",
)
CASH = CashUp(
    head=HEAD,
    number="KQ-261123-00007",
    clerk="Nguyễn Thu Hà",
    day=date(2026, 11, 23),
    lines=(
        Taken(
            number="BL-66D01-261123-0001", ref="LD-261123-00001", state_fee=8_000,
            state_charge=0, postage=24_000, collection=8_500, cod=0,
        ),
        Taken(
            number="BL-66D01-261123-0002", ref="LD-261120-00009", state_fee=0, state_charge=0,
            postage=21_500, collection=0, cod=0,
        ),
    ),
    counted=((50_000, 1), (10_000, 1), (1_000, 1)),
)  # fmt: skip
PAID_IN = PaidIn(
    head=HEAD,
    number="NT-261123-00012",
    courier="Trần Văn Bưu",
    clerk="Nguyễn Thu Hà",
    held=64_000,
    counted=((50_000, 1), (10_000, 1), (1_000, 2)),
    difference=-1_000,
    why="một tờ rách, không ai nhận",
    rest=1_000,
)
GUIDANCE = Guidance(
    head=HEAD,
    form_set=FormSet.TT03_2025,
    name="Nguyễn Thị Kỳ Duyên",
    procedure="Cấp đổi Giấy chứng nhận",
    code="1.004199",
    agency="Chi nhánh Văn phòng Đăng ký đất đai Lạc Dương",
    listed=(
        Asked(name="Đơn đề nghị", copies="1 bản chính", required=True, missing=True),
        Asked(name="Giấy chứng nhận đã cấp", copies="1 bản chính", required=True, missing=False),
        Asked(name="Trích đo địa chính", copies="1 bản photo", required=True, missing=True),
        Asked(name="Văn bản ủy quyền", copies="1 bản chính", required=False, missing=False),
    ),
    hotline=HOTLINE,
    clerk="Nguyễn Thu Hà",
)
PICK_UP = PickUp(head=HEAD, number="NH-261123-00001", hotline=HOTLINE)
COMPLAINT = ComplaintReceipt(
    head=HEAD,
    number="PA-261123-00003",
    name="Trần Bích Uyên",
    ref="LD-261120-00017",
    about="thái độ phục vụ",
    text="Chờ bốn mươi phút rồi được báo hết giờ.",
    opened_at=HEAD.at,
    decline_by=date(2026, 11, 26),
    ask_by=date(2026, 12, 1),
    answer_by=date(2026, 12, 15),
    hotline=HOTLINE,
    clerk="Nguyễn Thu Hà",
)
PAPERS: list[CounterPaper] = [FEES, CASH, PAID_IN, GUIDANCE, PICK_UP, COMPLAINT]
PACK = OutagePack(
    form_set=FormSet.TT03_2025,
    authority=HEAD.authority,
    office=HEAD.office,
    made_at=HEAD.at,
    site="https://hoso.example.vn",
    hotline=HOTLINE,
    blanks=tuple(
        Blank(
            ordinal=n,
            ref=f"LD-261123-{n:05}",
            s10=identifiers.s10("RB", n),
            tracking_code="0123456789BCF" + identifiers.check_character("0123456789BCF"),
            mark=f"GS-{10**17}-{n}-0123456789BCF",
        )
        for n in (1, 2)
    ),
)


def text(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().replace("\u200b", "").split()) for page in pages)


def scanned(picture: bytes, turn: float = 0) -> set[tuple[str, str]]:
    page = Image.open(BytesIO(picture)).convert("L")
    turned = page.rotate(turn, expand=True, fillcolor=255)
    return {(str(code.format), code.text) for code in zxingcpp.read_barcodes(turned)}


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (1_000, "Một nghìn đồng"),
        (15_000, "Mười lăm nghìn đồng"),
        (21_000, "Hai mươi mốt nghìn đồng"),
        (11_000, "Mười một nghìn đồng"),
        (76_500, "Bảy mươi sáu nghìn năm trăm đồng"),
        (100_000, "Một trăm nghìn đồng"),
        (105_000, "Một trăm linh năm nghìn đồng"),
        (1_005_000, "Một triệu không trăm linh năm nghìn đồng"),
        (2_000_010, "Hai triệu không trăm mười đồng"),
        (3_000_000_000, "Ba tỷ đồng"),
    ],
)
def test_an_amount_is_said_as_an_auditor_reads_it(amount: int, said: str) -> None:
    assert in_words(amount) == said


def test_no_two_amounts_are_said_alike() -> None:
    """Two sums in the same words are a forged receipt."""
    amounts = [*range(3000), *range(0, 5_000_000, 500)]
    assert len({in_words(amount) for amount in amounts}) == len(set(amounts))
    with pytest.raises(ValueError, match="no amount"):
        in_words(-1)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: type(paper).__name__)
def test_every_paper_is_one_page_for_the_archive(paper: CounterPaper) -> None:
    """PDF/A-2b with its fonts inside, and the same bytes for the same paper."""
    made = counter_paper(paper)
    reader = PdfReader(BytesIO(made))

    meta = reader.metadata
    xmp = reader.xmp_metadata
    assert meta is not None
    assert xmp is not None
    assert len(reader.pages) == 1
    marks = xmp.stream.get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in marks
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in marks
    assert made == counter_paper(paper)
    assert "mẫu của bưu điện" in text(made) or "Nghị định 118/2025/NĐ-CP" in text(made)


def test_a_fee_receipt_keeps_the_states_money_apart() -> None:
    """What is the agency's is never netted against postage, and what is not paid is not counted."""
    said = text(counter_paper(FEES))

    assert "Một trăm bảy mươi sáu nghìn đồng" in said
    assert "Trong đó thu hộ cơ quan 150.000 ₫, cước bưu điện 26.000 ₫" in said
    assert "Cước trả kết quả bưu điện khi giao 26.000 ₫" in said


@pytest.mark.parametrize(
    ("form_set", "decree"),
    [(FormSet.TT01_2018, "Nghị định 61/2018/NĐ-CP"), (FormSet.TT03_2025, "118/2025/NĐ-CP")],
)
def test_an_old_dossier_prints_old_rules(form_set: FormSet, decree: str) -> None:
    assert decree in text(counter_paper(replace(FEES, form_set=form_set)))
    assert decree in text(counter_paper(replace(GUIDANCE, form_set=form_set)))


def test_a_till_that_does_not_agree_says_by_how_much() -> None:
    assert "Chênh lệch thiếu 1.000 ₫" in text(counter_paper(CASH))
    right = replace(CASH, counted=((50_000, 1), (10_000, 1), (2_000, 1)))
    assert "Chênh lệch khớp" in text(counter_paper(right))
    assert "Chênh lệch thừa 1.000 ₫" in text(
        counter_paper(replace(CASH, counted=((50_000, 1), (10_000, 1), (2_000, 1), (1_000, 1))))
    )
    blank = text(counter_paper(replace(CASH, counted=())))
    assert "khớp" not in blank
    assert "Phải có trong két 62.000 ₫" in blank


def test_two_hundred_dossiers_go_on_to_the_next_page_with_their_headings() -> None:
    lines = tuple(replace(CASH.lines[0], ref=f"LD-261123-{n:05}") for n in range(200))
    reader = PdfReader(BytesIO(counter_paper(replace(CASH, lines=lines))))

    assert len(reader.pages) > 3
    assert "Lệ phí" in reader.pages[2].extract_text()
    assert "LD-261123-00199" in text(counter_paper(replace(CASH, lines=lines)))
    assert "Số tiền nộp" in reader.pages[-1].extract_text()
    assert "NGƯỜI NỘP" in reader.pages[-1].extract_text()


def test_guidance_names_everything_missing_at_once() -> None:
    said = text(counter_paper(GUIDANCE))

    assert "Còn thiếu 2 giấy tờ" in said
    assert "1 Đơn đề nghị 1 bản chính 2 Trích đo địa chính 1 bản photo" in said
    assert "Văn bản ủy quyền 1 bản chính nếu có" in said
    full = replace(GUIDANCE, listed=GUIDANCE.listed[1:2])
    assert "Đã đủ giấy tờ bắt buộc" in text(counter_paper(full))


def test_a_name_of_120_letters_and_thirty_papers_fit() -> None:
    """Nothing runs off the paper, and no letter is dropped."""
    listed = tuple(
        Asked(name=f"{n}. {LONG}", copies="1 bản chính, 1 bản photo", required=True, missing=True)
        for n in range(30)
    )
    said = text(counter_paper(replace(GUIDANCE, name=LONG, listed=listed)))

    assert f"29. {LONG}" in said
    assert LONG in text(counter_paper(replace(FEES, payer=LONG)))
    assert LONG in text(counter_paper(replace(COMPLAINT, name=LONG, text=LONG * 10)))


def test_what_is_typed_is_never_markup() -> None:
    said = "#import *đậm* $x$ <b> \\ _gạch_ `mã` @ref"
    assert said in text(counter_paper(replace(COMPLAINT, text=said)))


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 2])
def test_a_blank_scans_whichever_way_it_lies(turn: float) -> None:
    """The counter's half by its mark, the citizen's by the page; both with the item's number."""
    [first, second] = press.png(outage_packs.TEMPLATE, outage_packs.words(PACK), 200)

    for page, blank in ((first, PACK.blanks[0]), (second, PACK.blanks[1])):
        assert scanned(page, turn) == {
            ("QR Code", f"https://hoso.example.vn/h/{blank.tracking_code}"),
            ("QR Code", blank.mark),
            ("Code 128", blank.s10),
        }


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 2])
def test_a_blank_label_scans_as_a_label(turn: float) -> None:
    pages = press.png(outage_packs.LABELS, outage_packs.label_words(PACK), 203)

    assert len(pages) == 2
    for page, blank in zip(pages, PACK.blanks, strict=True):
        assert scanned(page, turn) == {("QR Code", blank.s10), ("Code 128", blank.s10)}
        assert (
            Image.open(BytesIO(page)).size == (800, 600)
            or abs(Image.open(BytesIO(page)).size[0] - 799) <= 1
        )


def test_another_reader_finds_the_same_codes() -> None:
    """Who draws the codes must not be the only one that can read them."""
    [page, _] = press.png(outage_packs.TEMPLATE, outage_packs.words(PACK), 200)
    label = press.png(outage_packs.LABELS, outage_packs.label_words(PACK), 203)[0]
    blank = PACK.blanks[0]

    for picture, texts in (
        (page, {f"https://hoso.example.vn/h/{blank.tracking_code}", blank.mark}),
        (label, {blank.s10}),
    ):
        grey = Image.open(BytesIO(picture)).convert("L")
        found = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(numpy.asarray(grey))[1]
        assert set(found) - {""} == texts
        assert code128.read(grey) == {blank.s10}


def test_a_pack_of_fifty_is_fifty_sheets_and_each_names_the_law() -> None:
    many = tuple(replace(PACK.blanks[0], ordinal=n, ref=f"LD-261123-{n:05}") for n in range(1, 51))
    reader = PdfReader(BytesIO(outage_packs.sheets(replace(PACK, blanks=many))))

    assert len(reader.pages) == 50
    assert form_of(Kind.RECEIPT, FormSet.TT03_2025).basis in reader.pages[49].extract_text()
    old = outage_packs.sheets(replace(PACK, form_set=FormSet.TT01_2018))
    assert "Thông tư 01/2018/TT-VPCP" in text(old)


# --- filled from what is on record ------------------------------------------------------------


async def test_a_delivery_receipt_says_what_proved_it(desk: Connection, town: Town) -> None:
    """Receiver, relation, proof and money, from what the register keeps."""
    made = await make.dossier(desk, town)
    number = await make.result(desk, town, made, Stage.OUT)
    proved = {"relation": "self", "by_code": True, "photos": ["a" * 64]}
    await make.scans(desk, [make.scan(number, Act.DELIVER, town.by_courier, **proved)])

    paper = await item_papers.delivery_receipt(desk, number, clerk(town), now=MORNING)

    assert paper.proof == "mã trong tin nhắn, 1 ảnh"
    assert "giấy báo phát" in text(letter(paper))
    assert "Chứng cứ mã trong tin nhắn, 1 ảnh" in text(letter(paper))


async def test_a_fee_receipt_says_what_was_paid(desk: Connection, town: Town) -> None:
    """One paper for one entry, under its number in the books."""
    ref = await accept(desk, town, await entry(desk, town))
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")

    [taken] = await receipts.of_dossier(desk, ref, clerk(town))
    paper = await receipts.paper(desk, taken)

    said = text(counter_paper(paper))
    assert paper.number == taken.number == "BL-66D01-261123-0001"
    assert "Bốn mươi nghìn năm trăm đồng" in said
    assert "Cước trả kết quả bưu điện khi giao 21.500 ₫" in said
    assert await receipts.find(desk, "BL-66D01-261123-0001", clerk(town)) == taken
    with pytest.raises(UnknownDossier):
        await receipts.of_dossier(desk, ref, clerk(town, other))
    for number in ("BL-66D01-261123-0001", "BL-66D01-261399-0001", "KQ-1", "BL-66D01-261123-0002"):
        with pytest.raises(UnknownEntry):
            await receipts.find(desk, number, clerk(town, other))


def test_a_pay_in_says_what_was_counted_and_what_is_left() -> None:
    said = text(counter_paper(PAID_IN))

    assert "Sáu mươi hai nghìn đồng" in said
    assert "Chênh lệch thiếu 1.000 ₫" in said
    assert "Còn giữ sau khi nộp 1.000 ₫" in said
    assert "BƯU TÁ" in said


def said(**given: object) -> Typed:
    whole = Typed(form_id=uuid4(), about="attitude", text="Chờ lâu, không ai giải thích.")
    return replace(whole, **given)


async def test_a_complaint_has_a_number_and_three_clocks(desk: Connection, town: Town) -> None:
    """Monday; Tuesday is a holiday, and Saturdays count where the office is open."""
    typed = said(name="Trần Bích Uyên", phone="0590000001")

    number = await complaints.open_(desk, typed, staff=clerk(town), now=MORNING)
    again = await complaints.open_(desk, typed, staff=clerk(town), now=MORNING)

    found = await complaints.find(desk, number, clerk(town))
    assert number == again == "PA-261123-00001"
    assert found.decline_by == date(2026, 11, 26)
    assert found.decline_by < found.ask_by < found.answer_by <= date(2026, 12, 15)
    assert (found.said.name, found.said.text) == (typed.name, typed.text)
    paper = await complaints.receipt_of(desk, found)
    assert "Trả lời chậm nhất ngày" in text(counter_paper(paper))


async def test_what_a_complaint_says_is_closed_in_the_database(
    desk: Connection, town: Town
) -> None:
    """A stolen disk tells nobody who complained."""
    typed = said(name="Trần Bích Uyên", phone="0590000001")
    await complaints.open_(desk, typed, staff=clerk(town), now=MORNING)

    stored = bytes(await desk.fetchval("SELECT told_sealed FROM complaint"))

    for clear in (typed.name, typed.phone, typed.text):
        assert clear.encode() not in stored


async def test_the_supervisor_answers_once(desk: Connection, town: Town) -> None:
    number = await complaints.open_(desk, said(), staff=clerk(town), now=MORNING)
    boss = replace(clerk(town), role=Role.SUPERVISOR)
    words_ = "Đã xin lỗi và nhắc giao dịch viên."

    with pytest.raises(NotYoursToAnswer):
        await complaints.answer(desk, number, "answered", words_, staff=clerk(town), now=MORNING)
    with pytest.raises(BadComplaint):
        await complaints.answer(desk, number, "burnt", words_, staff=boss, now=MORNING)
    await complaints.answer(desk, number, "answered", words_, staff=boss, now=MORNING)
    await complaints.answer(desk, number, "answered", words_, staff=boss, now=MORNING)

    with pytest.raises(AlreadyAnswered):
        await complaints.answer(desk, number, "declined", words_, staff=boss, now=MORNING)
    assert (await complaints.find(desk, number, boss)).answer == words_


async def test_a_bad_complaint_is_refused_by_field(desk: Connection, town: Town) -> None:
    other = await desk.fetchval("SELECT id FROM office WHERE code = '66D06'")
    for given, field in (
        ({"about": "x"}, "about"),
        ({"text": " "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"name": "x" * 121}, "name"),
    ):
        with pytest.raises(BadComplaint) as refusal:
            await complaints.open_(desk, said(**given), staff=clerk(town), now=MORNING)
        assert refusal.value.field == field
    with pytest.raises(UnknownDossier):
        await complaints.open_(desk, said(ref="LD-261123-99999"), staff=clerk(town), now=MORNING)
    number = await complaints.open_(desk, said(), staff=clerk(town), now=MORNING)
    with pytest.raises(UnknownComplaint):
        await complaints.find(desk, number, clerk(town, other))


async def test_the_radar_hears_before_the_last_day(desk: Connection, town: Town) -> None:
    number = await complaints.open_(desk, said(), staff=clerk(town), now=MORNING)
    found = await complaints.find(desk, number, clerk(town))
    eve = datetime.combine(found.answer_by - timedelta(days=1), MORNING.timetz(), VIETNAM)

    await radar.look(desk, town.office, now=eve - timedelta(days=1))
    assert await desk.fetchval("SELECT count(*) FROM alarm WHERE rule = 'complaint_due'") == 0
    await radar.look(desk, town.office, now=eve)

    facts = await desk.fetchval("SELECT facts FROM alarm WHERE rule = 'complaint_due'")
    assert facts["number"] == number
