"""What the counter's slips say; what is not known is left for the pen."""

from __future__ import annotations

from typing import Any, Final

from postal_service.desk.papers import figures
from postal_service.desk.papers.columns import table
from postal_service.desk.papers.counter_papers import ComplaintReceipt, Guidance, PickUp
from postal_service.desk.papers.forms import Kind, decree, form_of

PEN: Final = "…………"
#: Nobody else may say so in the post's name.
NO_TRANSFER: Final = "Bưu điện không nhắn tin đòi chuyển tiền."


def of_guidance(paper: Guidance) -> dict[str, Any]:
    return {
        "title": "Phiếu hướng dẫn hoàn thiện hồ sơ",
        "basis": decree(paper.form_set),
        "facts": [
            ("Người nộp", paper.name or None),
            ("Thủ tục", f"{paper.procedure} ({paper.code})"),
            ("Cơ quan giải quyết", paper.agency or None),
        ],
        "headline": guidance_headline(paper),
        "tables": guidance_tables(paper),
        "paragraphs": [
            "Bưu điện chỉ đối chiếu theo danh mục cơ quan công bố và không đòi thêm giấy tờ nào "
            "khác. Hồ sơ chưa được tiếp nhận, chưa thu tiền.",
        ],
        "signs": [["Người nộp hồ sơ", paper.name], ["Người hướng dẫn", paper.clerk]],
        "fine": f"Hỏi thêm: {paper.hotline}. {NO_TRANSFER}",
    }


def guidance_headline(paper: Guidance) -> list[str]:
    """Everything in one line: what to bring, else what to mend, else that nothing is wrong."""
    missing = sum(line.missing for line in paper.listed)
    if not missing and not paper.mends:
        return ["Theo danh mục cơ quan công bố", "Đã đủ giấy tờ bắt buộc"]
    mends = f"{len(paper.mends)} điều cần sửa"
    if not missing:
        return ["Mang đủ một lần, không phải đi lại", f"Còn {mends}"]
    also = f", {mends}" if paper.mends else ""
    return ["Mang đủ một lần, không phải đi lại", f"Còn thiếu {missing} giấy tờ{also}"]


def guidance_tables(paper: Guidance) -> list[dict[str, Any]]:
    """What is missing and what else is wrong, where there is any; then the whole list."""
    missing = [line for line in paper.listed if line.missing]
    wanting = table(
        [("TT", "8mm#"), ("Giấy tờ còn thiếu", "1fr"), ("Số bản", "42mm")],
        [(str(n), line.name, line.copies) for n, line in enumerate(missing, 1)],
    )
    wrong = table(
        [("TT", "8mm#"), ("Cần sửa", "1fr"), ("Thuộc về", "24mm")],
        [(str(n), line.said, line.whose) for n, line in enumerate(paper.mends, 1)],
    )
    listed = table(
        [("Giấy tờ", "1fr"), ("Số bản", "42mm"), ("Hôm nay", "20mm")],
        [
            (
                line.name,
                line.copies,
                "còn thiếu" if line.missing else "có" if line.required else "nếu có",
            )
            for line in paper.listed
        ],
        title="Toàn bộ danh mục cơ quan công bố",
        empty="Cơ quan không công bố giấy tờ nào cho thủ tục này.",
    )
    return [*([wanting] if missing else []), *([wrong] if paper.mends else []), listed]


def of_pick_up(paper: PickUp) -> dict[str, Any]:
    known = paper.address is not None
    return {
        "title": "Phiếu nhận hồ sơ tại nhà",
        "number": paper.number or ("" if known else PEN + PEN),
        "basis": form_of(Kind.PICK_UP).basis,
        "by-hand": True,
        "facts": [
            ("Người yêu cầu", paper.name),
            ("Điện thoại", paper.phone),
            ("Địa chỉ", paper.address),
            ("Thủ tục", paper.procedure),
            ("Hẹn đến lúc", paper.window),
        ],
        "tables": [
            table(
                [
                    ("TT", "8mm#"),
                    ("Giấy tờ nhận", "1fr"),
                    ("Bản chính", "17mm#"),
                    ("Chứng thực", "19mm#"),
                    ("Photo", "14mm#"),
                ],
                [(str(n), "", "", "", "") for n in range(1, 6)],
            )
        ],
        "boxes": [
            (text, False)
            for text in (
                "đã nhận, đếm, niêm phong trước mặt người nộp; số bưu gửi ……………………",
                "không gặp",
                "hẹn lại ……… giờ ………, ngày ……/……/20……",
                "người dân không gửi nữa",
            )
        ],
        "blanks": ["Đã thu (lệ phí, phí, cước gửi): "],
        "signs": [["Người nộp hồ sơ", paper.name or ""], ["Bưu tá", ""]],
        "fine": f"Bưu tá giao lại một liên có chữ ký. Hỏi: {paper.hotline}. {NO_TRANSFER}",
    }


def of_complaint(paper: ComplaintReceipt) -> dict[str, Any]:
    return {
        "title": "Phiếu tiếp nhận phản ánh, kiến nghị",
        "number": paper.number,
        "basis": form_of(Kind.COMPLAINT).basis,
        "headline": ["Trả lời chậm nhất ngày", figures.weekday(paper.answer_by)],
        "facts": [
            ("Người phản ánh", paper.name or "không nêu tên"),
            ("Về hồ sơ", paper.ref or "không nêu hồ sơ"),
            ("Về việc", paper.about),
            ("Tiếp nhận lúc", figures.moment(paper.opened_at)),
            ("Nội dung", paper.text),
        ],
        "tables": [
            table(
                [("Việc", "1fr"), ("Ngày làm việc", "26mm"), ("Chậm nhất", "44mm")],
                [
                    (
                        "Báo không tiếp nhận, nếu không thuộc bưu điện",
                        "2",
                        figures.weekday(paper.decline_by),
                    ),
                    ("Đề nghị nói rõ thêm, nếu cần", "5", figures.weekday(paper.ask_by)),
                    ("Trả lời", "15", figures.weekday(paper.answer_by)),
                ],
            )
        ],
        "signs": [["Người phản ánh", paper.name], ["Người tiếp nhận", paper.clerk]],
        "fine": f"Hỏi kết quả tại quầy hoặc gọi {paper.hotline}, đọc số phiếu này. Trưởng bưu cục "
        "trả lời, không phải người bị phản ánh.",
    }
