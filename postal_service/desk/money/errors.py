"""What the books refuse, in words fit for the person who holds the money."""

from __future__ import annotations

from postal_service.desk.errors import DeskError


def vnd(amount: int) -> str:
    """1.234.000 ₫."""
    return f"{amount:,}".replace(",", ".") + " ₫"


class BadAmount(DeskError):
    """An amount is a whole number of đồng."""

    def __init__(self, text: str) -> None:
        shown = text[:20]
        super().__init__(
            f"Số tiền «{shown}» không đúng. Ghi số đồng nguyên, lớn hơn 0, ví dụ 22000.",
            f"“{shown}” is no amount. Write whole đồng above nothing, for example 22000.",
        )


class AlreadyPaid(DeskError):
    """A charge is paid once."""

    def __init__(self) -> None:
        super().__init__(
            "Khoản này đã thu rồi. Mở lại hồ sơ để xem số biên lai, không thu lần nữa.",
            "This is paid already. Open the dossier to see its receipt; do not collect it again.",
        )


class NothingToPay(DeskError):
    """Nothing is open here."""

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ này không còn khoản nào phải thu. Mở lại hồ sơ để xem các khoản.",
            "Nothing is left to pay on this dossier. Open it to see its lines.",
        )


class EntryReused(DeskError):
    """One form or scan came twice with two contents."""

    def __init__(self) -> None:
        super().__init__(
            "Lần bấm này đã ghi sổ với nội dung khác. Tải lại trang rồi làm lại từ đầu.",
            "This press is in the books with another content. Reload the page and start again.",
        )


class UnknownEntry(DeskError):
    """No such entry, or none of this place."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Không có chứng từ {number} ở đây. Kiểm tra lại số trên biên lai.",
            f"There is no entry {number} here. Check the number on the receipt.",
        )


class AlreadyReversed(DeskError):
    """An entry is reversed once, and a reversal never."""

    def __init__(self) -> None:
        super().__init__(
            "Chứng từ này đã được đảo. Lập khoản thu mới nếu cần thu lại.",
            "This entry is reversed already. Collect anew where something is still to be paid.",
        )


class SamePerson(DeskError):
    """Whoever took the money does not take the entry back."""

    def __init__(self) -> None:
        super().__init__(
            "Người đã lập chứng từ không tự đảo được. Nhờ người thứ hai (kiểm soát viên) đảo.",
            "Whoever wrote an entry cannot reverse it. Ask a second person, the supervisor.",
        )


class UnknownCharge(DeskError):
    """No such amount on this dossier."""

    def __init__(self) -> None:
        super().__init__(
            "Không có khoản thu này trong hồ sơ. Mở lại hồ sơ để xem các khoản.",
            "This dossier has no such amount. Open it again to see its lines.",
        )
