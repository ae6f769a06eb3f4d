"""What the papers about money say: the receipt for one dossier, the sheet of one till."""

from __future__ import annotations

from typing import Any, Final

from postal_service.desk.papers import figures
from postal_service.desk.papers.amounts import in_words
from postal_service.desk.papers.columns import table
from postal_service.desk.papers.counter_papers import CashUp, FeeReceipt, PaidIn, Taken
from postal_service.desk.papers.forms import Kind, decree, form_of
from postal_service.desk.papers.slip_words import NO_TRANSFER, PEN

#: Notes in circulation, whole VND, the largest first.
NOTES: Final = (
    500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200,
)  # fmt: skip


def of_fees(paper: FeeReceipt) -> dict[str, Any]:
    paid = sum(line.amount for line in paper.lines if line.paid)
    state = sum(line.amount for line in paper.lines if line.paid and line.for_state)
    facts = [
        ("Người nộp tiền", paper.payer),
        ("Hồ sơ", paper.ref),
        ("Nội dung", paper.procedure),
        ("Cơ quan giải quyết", paper.agency),
        ("Hình thức", paper.means),
        ("Mã thao tác trên điện thoại", paper.operation),
    ]
    return {
        "title": "Biên lai thu tiền",
        "subtitle": "thu hộ lệ phí, phí và thu cước bưu chính",
        "number": paper.number,
        "basis": decree(paper.form_set),
        "facts": [(name, said) for name, said in facts if said],
        "tables": [
            table(
                [("Khoản", "1fr"), ("Của", "30mm"), ("Thu lúc", "24mm"), ("Số tiền", "25mm#")],
                [
                    (
                        line.name,
                        "cơ quan (thu hộ)" if line.for_state else "bưu điện",
                        paper.where if line.paid else "khi giao",
                        figures.money(line.amount),
                    )
                    for line in paper.lines
                ],
                empty="Không thu khoản nào.",
            )
        ],
        "total": [f"Đã thu {paper.where}", figures.money(paid), in_words(paid)],
        "paragraphs": [
            f"Trong đó thu hộ cơ quan {figures.money(state)}, cước bưu điện "
            f"{figures.money(paid - state)}. Tiền thu hộ được nộp nguyên cho cơ quan.",
        ],
        "signs": [["Người nộp tiền", paper.payer], ["Người thu tiền", paper.clerk]],
        "fine": f"Giữ biên lai đến khi nhận kết quả. {NO_TRANSFER}",
    }


def of_cash(paper: CashUp) -> dict[str, Any]:
    counted = bool(paper.counted)
    said = gap_words(paper.cash - paper.expected)
    facts = [
        ("Giao dịch viên", paper.clerk),
        ("Kiểm đếm thay, vắng mặt", paper.closer or ""),
        ("Số biên lai đã thu", str(len(paper.lines))),
        ("Phải có trong két", figures.money(paper.expected)),
        ("Kiểm đếm được", figures.money(paper.cash) if counted else PEN),
        ("Chênh lệch", said if counted else PEN),
    ]
    return {
        "title": "Bảng kê nộp tiền",
        "subtitle": f"kiểm quỹ ngày {figures.day(paper.day)}",
        "number": paper.number,
        "paper": "a4",
        "state": False,
        "basis": form_of(Kind.CASH_UP).basis,
        "facts": [(name, fact) for name, fact in facts if fact],
        "tables": [
            owed(paper),
            notes(paper.counted, paper.cash),
            receipts(paper.lines, "Từng biên lai, tiền mặt", "Ca này chưa thu tiền mặt của ai."),
            *(
                [receipts(paper.transfers, "Chuyển khoản trong ca, không nằm trong két", "")]
                if paper.transfers
                else []
            ),
        ],
        "total": ["Số tiền nộp", figures.money(paper.cash), in_words(paper.cash)]
        if counted
        else None,
        "paragraphs": [
            *([f"Ghi chú: {paper.note}"] if paper.note else []),
            "Tiền thu hộ của cơ quan và cước bưu điện nộp riêng, không bù trừ cho nhau.",
        ],
        "blanks": [] if paper.note else ["Lý do chênh lệch, ghi chú: "],
        "signs": [
            ["Người nộp", paper.closer or paper.clerk],
            ["Người nhận", ""],
            ["Trưởng bưu cục", ""],
        ],
    }


def gap_words(gap: int) -> str:
    return "khớp" if gap == 0 else ("thừa " if gap > 0 else "thiếu ") + figures.money(abs(gap))


def owed(paper: CashUp) -> dict[str, Any]:
    """What must be handed in, by kind: state money and postage are never netted."""
    kinds = [
        ("Lệ phí thu hộ", sum(line.state_fee for line in paper.lines)),
        ("Phí thu hộ", sum(line.state_charge for line in paper.lines)),
        ("Tiền thu hộ cơ quan (COD)", sum(line.cod for line in paper.lines)),
        ("Cước gửi, cước trả", sum(line.postage for line in paper.lines)),
        ("Cước thu hộ", sum(line.collection for line in paper.lines)),
        *((move.name, move.amount) for move in paper.moves),
    ]
    return table(
        [("Khoản", "1fr"), ("Số tiền", "40mm#")],
        [(name, figures.money(amount)) for name, amount in kinds],
        title="Phải nộp theo khoản",
        sum_=("Cộng", figures.money(paper.expected)),
    )


def notes(counted: tuple[tuple[int, int], ...], cash: int) -> dict[str, Any]:
    """The count, note by note; all of them left to the pen where nothing was counted yet."""
    count = dict(counted)
    lines = [
        (
            figures.money(value),
            str(count.get(value, 0)) if count else PEN,
            figures.money(value * count.get(value, 0)) if count else PEN,
        )
        for value in NOTES
        if not count or count.get(value)
    ]
    return table(
        [("Mệnh giá", "1fr#"), ("Số tờ", "40mm#"), ("Thành tiền", "40mm#")],
        lines,
        title="Kiểm đếm",
        sum_=("Cộng", figures.money(cash) if count else PEN),
        empty="Không có tờ nào.",
    )


def receipts(lines: tuple[Taken, ...], title: str, empty: str) -> dict[str, Any]:
    """Receipt by receipt: the agency's settlement is reconciled so.

    The office's own part of the numbers stands once, in the heading.
    """
    begins = {line.number.rpartition("-")[0].rpartition("-")[0] for line in lines}
    common = f"{begins.pop()}-" if len(begins) == 1 else ""
    return table(
        [
            (f"Biên lai {common}…" if common else "Biên lai", "1fr"),
            ("Hồ sơ", "33mm"),
            ("Lệ phí", "22mm#"),
            ("Phí", "20mm#"),
            ("COD", "18mm#"),
            ("Cước", "17mm#"),
            ("Thu hộ", "15mm#"),
            ("Cộng", "24mm#"),
        ],
        [
            (line.number.removeprefix(common), line.ref, *map(plain, amounts(line)))
            for line in lines
        ],
        title=f"{title} (đồng)",
        sum_=("Cộng", plain(sum(line.sum for line in lines))),
        empty=empty,
    )


def plain(amount: int) -> str:
    """A number in a narrow column; nothing is a dash."""
    return figures.money(amount).removesuffix(" ₫") if amount else "–"


def amounts(line: Taken) -> tuple[int, ...]:
    return (
        line.state_fee,
        line.state_charge,
        line.cod,
        line.postage,
        line.collection,
        line.sum,
    )


def of_pay_in(paper: PaidIn) -> dict[str, Any]:
    facts = [
        ("Bưu tá nộp tiền", paper.courier),
        ("Người nhận tiền", paper.clerk),
        ("Sổ ghi bưu tá đang giữ", figures.money(paper.held)),
        ("Chênh lệch", gap_words(paper.difference) if paper.difference else ""),
        ("Lý do", paper.why),
        ("Còn giữ sau khi nộp", figures.money(paper.rest)),
    ]
    return {
        "title": "Biên nhận nộp tiền",
        "subtitle": "bưu tá nộp tiền thu khi giao",
        "number": paper.number,
        "state": False,
        "basis": form_of(Kind.PAY_IN).basis,
        "facts": [(name, said) for name, said in facts if said],
        "tables": [notes(paper.counted, paper.cash)] if paper.cash else [],
        "total": ["Đã nhận", figures.money(paper.cash), in_words(paper.cash)],
        "paragraphs": [],
        "signs": [["Bưu tá", paper.courier], ["Người nhận tiền", paper.clerk]],
        "fine": "Hai bên đếm và ký. Bưu tá giữ một bản, bưu cục giữ một bản.",
    }
