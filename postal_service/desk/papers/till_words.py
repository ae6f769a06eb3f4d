"""What the papers about money say: the receipt for one dossier, the sheet of one till."""

from __future__ import annotations

from typing import Any, Final

from postal_service.desk.papers import figures
from postal_service.desk.papers.amounts import in_words
from postal_service.desk.papers.columns import table
from postal_service.desk.papers.counter_papers import CashUp, FeeReceipt, Taken
from postal_service.desk.papers.forms import Kind, decree, form_of
from postal_service.desk.papers.slip_words import NO_TRANSFER, PEN

#: Notes in circulation, whole VND, the largest first.
NOTES: Final = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)


def of_fees(paper: FeeReceipt) -> dict[str, Any]:
    paid = sum(line.amount for line in paper.lines if line.paid)
    state = sum(line.amount for line in paper.lines if line.paid and line.for_state)
    return {
        "title": "Biên lai thu tiền",
        "subtitle": "thu hộ lệ phí, phí và thu cước bưu chính",
        "number": paper.number,
        "basis": decree(paper.form_set),
        "facts": [
            ("Người nộp tiền", paper.payer),
            ("Nội dung", paper.procedure),
            ("Cơ quan giải quyết", paper.agency),
        ],
        "tables": [
            table(
                [("Khoản", "1fr"), ("Của", "30mm"), ("Thu lúc", "24mm"), ("Số tiền", "25mm#")],
                [
                    (
                        line.name,
                        "cơ quan (thu hộ)" if line.for_state else "bưu điện",
                        "tại quầy" if line.paid else "khi giao",
                        figures.money(line.amount),
                    )
                    for line in paper.lines
                ],
                empty="Không thu khoản nào.",
            )
        ],
        "total": ["Đã thu tại quầy", figures.money(paid), in_words(paid)],
        "paragraphs": [
            f"Trong đó thu hộ cơ quan {figures.money(state)}, cước bưu điện "
            f"{figures.money(paid - state)}. Tiền thu hộ được nộp nguyên cho cơ quan.",
        ],
        "signs": [["Người nộp tiền", paper.payer], ["Người thu tiền", paper.clerk]],
        "fine": f"Giữ biên lai đến khi nhận kết quả. {NO_TRANSFER}",
    }


def of_cash(paper: CashUp) -> dict[str, Any]:
    counted = bool(paper.counted)
    gap = paper.cash - paper.expected
    said = "khớp" if gap == 0 else ("thừa " if gap > 0 else "thiếu ") + figures.money(abs(gap))
    return {
        "title": "Bảng kê nộp tiền",
        "subtitle": f"kiểm quỹ ngày {figures.day(paper.day)}",
        "number": paper.number,
        "paper": "a4",
        "state": False,
        "basis": form_of(Kind.CASH_UP).basis,
        "facts": [
            ("Giao dịch viên", paper.clerk),
            ("Số hồ sơ đã thu", str(len(paper.lines))),
            ("Phải có trong két", figures.money(paper.expected)),
            ("Kiểm đếm được", figures.money(paper.cash) if counted else PEN),
            ("Chênh lệch", said if counted else PEN),
        ],
        "tables": [owed(paper), notes(paper), dossiers(paper)],
        "total": ["Số tiền nộp", figures.money(paper.cash), in_words(paper.cash)]
        if counted
        else None,
        "paragraphs": [f"Ghi chú: {paper.note}"] if paper.note else [],
        "blanks": [] if paper.note else ["Lý do chênh lệch, ghi chú: "],
        "signs": [["Người nộp", paper.clerk], ["Người nhận", ""], ["Trưởng bưu cục", ""]],
        "fine": "Tiền thu hộ của cơ quan và cước bưu điện nộp riêng, không bù trừ cho nhau.",
    }


def owed(paper: CashUp) -> dict[str, Any]:
    """What must be handed in, by kind: state money and postage are never netted."""
    kinds = [
        ("Lệ phí thu hộ", sum(line.le_phi for line in paper.lines)),
        ("Phí thu hộ", sum(line.phi for line in paper.lines)),
        ("Cước gửi", sum(line.postage for line in paper.lines)),
        ("Cước trả, thu khi giao tại quầy", sum(line.handed for line in paper.lines)),
    ]
    return table(
        [("Khoản", "1fr"), ("Số tiền", "40mm#")],
        [(name, figures.money(amount)) for name, amount in kinds],
        title="Phải nộp theo khoản",
        sum_=("Cộng", figures.money(paper.expected)),
    )


def notes(paper: CashUp) -> dict[str, Any]:
    """The count, note by note; left to the pen where nothing was counted on the page."""
    count = dict(paper.counted)
    lines = [
        (
            figures.money(value),
            str(count.get(value, 0)) if count else PEN,
            figures.money(value * count.get(value, 0)) if count else PEN,
        )
        for value in NOTES
    ]
    return table(
        [("Mệnh giá", "1fr#"), ("Số tờ", "40mm#"), ("Thành tiền", "40mm#")],
        lines,
        title="Kiểm đếm",
        sum_=("Cộng", figures.money(paper.cash) if count else PEN),
    )


def dossiers(paper: CashUp) -> dict[str, Any]:
    """Dossier by dossier: the agency's settlement is reconciled so."""
    return table(
        [
            ("Hồ sơ", "1fr"),
            ("Lệ phí", "28mm#"),
            ("Phí", "28mm#"),
            ("Cước gửi", "28mm#"),
            ("Cước trả", "28mm#"),
            ("Cộng", "30mm#"),
        ],
        [(line.ref, *map(figures.money, amounts(line))) for line in paper.lines],
        title="Từng hồ sơ",
        sum_=("Cộng", figures.money(paper.expected)),
        empty="Hôm nay chưa thu của hồ sơ nào.",
    )


def amounts(line: Taken) -> tuple[int, ...]:
    return line.le_phi, line.phi, line.postage, line.handed, line.sum
