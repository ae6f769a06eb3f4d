"""The postal slip (phiếu gửi hồ sơ): what one sealed envelope holds, from whom and to whom.

The post's own form: both sides sign it when the envelope is sealed before the sender's eyes.
"""

from __future__ import annotations

from msgspec import Struct

from postal_service.desk.papers import figures, letter_words, press
from postal_service.desk.papers.forms import Kind, form_of
from postal_service.desk.papers.letters import Head
from postal_service.desk.papers.receipts import DocumentLine, Fee


class PostalSlip(Struct, frozen=True, kw_only=True):
    """One item as its sender and the clerk sign it; the seal is the label with its number."""

    head: Head
    s10: str
    ref: str
    sender: str
    sender_address: str
    sender_phone: str | None
    receiver: str
    receiver_address: str
    documents: tuple[DocumentLine, ...]
    weight_g: int
    fees: tuple[Fee, ...]
    clerk: str
    supplement: bool = False  #: what an agency asked for, sent after the dossier
    partial: bool = False  #: and not all of it yet


def postal_slip(paper: PostalSlip) -> bytes:
    """The slip as PDF/A-2b. Raises BadIdentifier where the S10 is none."""
    return press.pdf(letter_words.TEMPLATE, words(paper), paper.head.at)


def words(paper: PostalSlip) -> dict[str, object]:
    """What the template prints."""
    own: dict[str, object] = {
        "title": "Phiếu gửi bổ sung" if paper.supplement else "Phiếu gửi hồ sơ",
        "basis": form_of(Kind.SUPPLEMENT_SLIP if paper.supplement else Kind.POSTAL_SLIP).basis,
        "number": paper.ref,
        "state": False,
        "facts": [
            ("Người gửi", paper.sender),
            ("Địa chỉ", paper.sender_address),
            ("Điện thoại", figures.masked(paper.sender_phone)),
            ("Nơi nhận", paper.receiver),
            ("Địa chỉ", paper.receiver_address),
            ("Hồ sơ", f"{paper.ref} · {len(paper.documents)} loại giấy tờ · {paper.weight_g} g"),
            *((fee.name, money(fee)) for fee in paper.fees),
        ],
        "columns": ["TT", "Tên giấy tờ", "Bản chính", "Chứng thực", "Photo"],
        "widths": ["7mm", "1fr", "16mm", "18mm", "12mm"],
        "rows": [letter_words.counted(rank, line) for rank, line in enumerate(paper.documents, 1)],
        "paragraphs": ["Đã đếm, đối chiếu và niêm phong trước mặt người gửi.", *remarks(paper)],
        "s10": letter_words.s10_of(paper.s10),
        "signs": [["Người gửi", paper.sender], ["Người nhận gửi", paper.clerk]],
    }
    return letter_words.blank(paper.head) | own


def remarks(paper: PostalSlip) -> list[str]:
    """What the citizen has to know of papers that come after."""
    if not paper.supplement:
        return []
    said = ["Thời hạn giải quyết tính tiếp từ khi cơ quan xác nhận đã nhận đủ giấy tờ."]
    if paper.partial:
        said.append("Mới gửi một phần: người gửi mang nốt giấy tờ còn thiếu đến bưu cục bất kỳ.")
    return said


def money(fee: Fee) -> str:
    return f"{figures.money(fee.amount)}, {'đã thu' if fee.paid else 'thu khi giao'}"
