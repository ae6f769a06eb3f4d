"""What each letter says, in its own words; what is not known yet is left for the pen."""

from __future__ import annotations

from typing import Any, Final

from postal_service.desk.papers import figures, press
from postal_service.desk.papers.forms import POST, POSTAL_LAW, decree
from postal_service.desk.papers.letters import (
    DeliveryReceipt,
    Head,
    IncidentMinutes,
    Invitation,
    Letter,
    ReturnNote,
    WithdrawalRequest,
)
from postal_service.desk.papers.receipts import DocumentLine
from tracking import identifiers

TEMPLATE: Final = "letter.typ"
PEN: Final = "……………………………………"


def letter(paper: Letter) -> bytes:
    """Any of the letters as PDF/A-2b. Raises BadIdentifier where an S10 is none."""
    return press.pdf(TEMPLATE, words(paper), paper.head.at)


def blank(head: Head) -> dict[str, object]:
    """A letter that says nothing yet, on the paper of whoever writes it."""
    return {
        "authority": head.authority,
        "office": head.office,
        "place_and_day": figures.place_and_day(head.place, head.at),
        "basis": POST,
        "number": "",
        "bars": None,
        "s10": None,
        "paper": "a5",
        "state": True,
        "subtitle": "",
        "to": "",
        "headline": None,
        "lead": "",
        "columns": [],
        "widths": [],
        "rows": [],
        "paragraphs": [],
        "boxes": [],
        "blanks": [],
        "fine": "",
    }


def words(paper: Letter) -> dict[str, object]:
    """What the template prints."""
    empty = blank(paper.head)
    match paper:
        case IncidentMinutes():
            return empty | of_incident(paper)
        case WithdrawalRequest():
            return empty | of_withdrawal(paper)
        case Invitation():
            return empty | of_invitation(paper)
        case ReturnNote():
            return empty | of_return(paper)
        case DeliveryReceipt():
            return empty | of_delivery(paper)


def of_incident(paper: IncidentMinutes) -> dict[str, Any]:
    facts = [
        ("Sự việc", paper.reason),
        ("Phát hiện lúc", figures.moment(paper.seen_at)),
        ("Người phát hiện", paper.seen_by),
    ]
    if paper.list_number:
        facts += [
            ("Bảng kê", paper.list_number),
            ("Bên giao", paper.giver),
            ("Bên nhận", paper.taker),
        ]
    if paper.items:
        facts.append(("Bưu gửi, hồ sơ", "; ".join(paper.items)))
    rows = []
    if paper.seal is not None:
        whole = {True: "nguyên", False: "rách", None: PEN}[paper.seal_whole]
        rows = [
            ["Số niêm phong", paper.seal, paper.seal_found or PEN],
            ["Tình trạng niêm phong", "nguyên", whole],
            ["Số bưu gửi", number(paper.dispatched), number(paper.counted)],
        ]
    return {
        "title": "Biên bản sự cố",
        "subtitle": "trong giao nhận hồ sơ dịch vụ công",
        "number": paper.number,
        "paper": "a4",
        "facts": facts,
        "columns": ["", "Theo bảng kê", "Thực tế"] if rows else [],
        "rows": rows,
        "paragraphs": [
            "Hai bên đã cùng kiểm tra, đối chiếu và thống nhất nội dung trên. Bưu gửi chưa được "
            "ký nhận vẫn do bên giao chịu trách nhiệm.",
            *([f"Giải quyết: {paper.settled}"] if paper.settled else []),
        ],
        "blanks": [] if paper.settled else ["Ý kiến của hai bên và hướng giải quyết: ", "", ""],
        "signs": [["Bên giao", ""], ["Bên nhận", paper.seen_by], ["Người cùng đếm", ""]],
        "fine": "Lập hai bản, mỗi bên giữ một bản.",
    }


def of_withdrawal(paper: WithdrawalRequest) -> dict[str, Any]:
    return {
        "title": "Đơn rút hồ sơ",
        "to": paper.agency,
        "paper": "a4",
        "basis": decree(paper.form_set),
        "facts": [
            ("Tôi là", paper.name),
            ("Số định danh", figures.masked(paper.id_number)),
            ("Điện thoại", figures.masked(paper.phone)),
            ("Địa chỉ", paper.address),
            ("Số tiếp nhận của bưu điện", paper.ref),
            ("Mã hồ sơ của cơ quan", paper.agency_code or "chưa có"),
            ("Nội dung", paper.procedure),
            ("Nộp lúc", figures.moment(paper.accepted_at)),
        ],
        "paragraphs": [
            "Tôi đề nghị rút hồ sơ nêu trên khi chưa có kết quả giải quyết, và đề nghị cơ quan xử "
            "lý phí, lệ phí đã nộp theo quy định.",
            f"Lý do: {paper.reason or PEN + PEN}",
            "Giấy tờ xin nhận lại:",
        ],
        "boxes": [("tại bưu cục đã nộp", False), ("qua bưu điện, theo địa chỉ trên", False)],
        "blanks": [
            "Ý kiến của cơ quan (đồng ý dừng giải quyết / không đồng ý, lý do): ",
            "",
            "Ngày …… tháng …… năm 20……, người có thẩm quyền: ",
        ],
        "signs": [["Người nhận đơn", paper.clerk], ["Người rút hồ sơ", paper.name]],
        "fine": "Mang theo biên nhận và giấy tờ tùy thân. Rút thay thì thêm giấy ủy quyền.",
    }


def of_invitation(paper: Invitation) -> dict[str, Any]:
    came = figures.moment(paper.invited_at) if paper.invited_at else figures.blank_moment()
    until = figures.weekday(paper.until) if paper.until else "…… / …… / 20……"
    facts = [
        ("Người nhận", paper.name),
        ("Mời lúc", came),
        ("Nhận tại", paper.where),
        ("Giờ mở cửa", paper.hours),
        ("Điện thoại", paper.hotline),
    ]
    if paper.reason:
        facts.insert(2, ("Vì", paper.reason))
    if paper.collect_vnd:
        facts.append(("Phải trả khi nhận", figures.money(paper.collect_vnd)))
    return {
        "title": f"Giấy mời nhận bưu gửi · lần {paper.ordinal}",
        "state": False,
        "basis": POSTAL_LAW,
        "headline": ["Mời đến nhận, chậm nhất hết ngày", until],
        "facts": facts,
        "paragraphs": [
            "Mang giấy này, giấy tờ tùy thân và biên nhận. Nhận thay thì thêm giấy ủy quyền.",
            "Muốn giao lại tại nhà hoặc cần giữ lâu hơn: gọi số trên.",
            "Sau ngày này bưu gửi được chuyển trả cơ quan gửi; ông/bà nhận tại cơ quan đó.",
        ],
        "s10": s10_of(paper.s10),
        "signs": [["Bưu điện", paper.by]],
        "fine": "Bưu điện không nhắn tin đòi chuyển tiền và không hỏi mã qua điện thoại.",
    }


def of_return(paper: ReturnNote) -> dict[str, Any]:
    facts = [
        ("Hồ sơ", f"{paper.ref} · mã cơ quan {paper.agency_code or '–'}"),
        ("Lý do chuyển trả", paper.reason),
        ("Chuyển trả lúc", figures.moment(paper.sent_back_at)),
    ]
    if paper.ground:
        facts.insert(2, ("Căn cứ", paper.ground))
    return {
        "title": "Phiếu chuyển trả",
        "to": paper.agency,
        "paper": "a4",
        "basis": POSTAL_LAW,
        "facts": facts,
        "columns": ["Thời gian", "Việc đã làm", "Kết quả, lý do"] if paper.tried else [],
        "rows": [list(line) for line in paper.tried],
        "paragraphs": [
            "Bưu điện không giao được cho người nhận và chuyển trả nguyên bì niêm phong để cơ "
            "quan giữ lại cho công dân.",
        ],
        "s10": s10_of(paper.s10),
        "signs": [["Bưu điện giao", paper.by], ["Cơ quan nhận", ""]],
    }


def of_delivery(paper: DeliveryReceipt) -> dict[str, Any]:
    given = figures.moment(paper.delivered_at) if paper.delivered_at else figures.blank_moment()
    facts = [
        ("Hồ sơ", f"{paper.ref} · mã cơ quan {paper.agency_code or '–'}"),
        ("Cơ quan", paper.agency),
        ("Người có tên", paper.addressee),
        ("Địa chỉ", paper.address),
        ("Người nhận thực tế", paper.receiver or PEN),
        ("Quan hệ", paper.relation or PEN),
        ("Giao nhận lúc", given),
    ]
    if paper.proof:
        facts.append(("Chứng cứ", paper.proof))
    if paper.collect_vnd:
        facts.append(("Đã thu khi giao", figures.money(paper.collect_vnd)))
    what = "kết quả" if paper.result else "giấy tờ trả lại"
    return {
        "title": "Phiếu giao nhận",
        "subtitle": "giấy báo phát",
        "state": False,
        "facts": facts,
        "paragraphs": [
            f"Đã nhận một bì {what}, niêm phong còn nguyên.",
            *(["Bản chính đã nộp lại cho bưu tá:"] if paper.originals else []),
        ],
        "boxes": list(paper.originals),
        "s10": s10_of(paper.s10),
        "signs": [["Người giao", paper.by], ["Người nhận", paper.receiver]],
    }


def s10_of(number: str) -> dict[str, object]:
    s10 = identifiers.parse_s10(number)
    return {"number": identifiers.print_s10(s10), "bars": press.code128(s10)}


def number(count: int | None) -> str:
    return PEN if count is None else str(count)


def counted(rank: int, line: DocumentLine) -> list[str]:
    """A paper with how many originals, certified copies and photocopies, for a table of them."""
    counts = (line.originals, line.certified, line.photocopies)
    return [str(rank), line.name, *(str(count) if count else "–" for count in counts)]
