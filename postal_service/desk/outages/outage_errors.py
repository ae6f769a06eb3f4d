"""What the packs of blanks refuse, in words fit for the person at the counter."""

from __future__ import annotations

from typing import Final

from postal_service.desk.errors import DeskError

#: Sheets of one pack: what one counter takes in on a long day by hand.
MOST: Final = 50
#: Why a sheet is struck, as the page says it.
WHY: Final = {
    "spoilt": "Viết hỏng",
    "misprinted": "In hỏng",
    "unused": "Không dùng, đã hủy",
    "lost": "Mất tờ giấy",
}


class UnknownPack(DeskError):
    """This office has no such pack."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu cục không có gói in sẵn này. Mở lại danh sách gói in sẵn.",
            "This office has no such pack of blanks. Open the list again.",
        )


class UnknownSheet(DeskError):
    """No sheet of this office's packs has this number."""

    def __init__(self) -> None:
        super().__init__(
            "Không có tờ in sẵn nào mang số này tại bưu cục. Quét lại mã trên tờ.",
            "No blank of this office has this number. Scan the sheet again.",
        )


class SheetElsewhere(DeskError):
    """The sheet is from another office's pack."""

    def __init__(self, office: str) -> None:
        super().__init__(
            f"Tờ này thuộc gói in sẵn của {office}. Chuyển tờ giấy về đó để nhập.",
            f"This sheet belongs to a pack of {office}. Send it there to be entered.",
        )


class ForgedSheet(DeskError):
    """The mark on the sheet is not ours."""

    def __init__(self) -> None:
        super().__init__(
            "Mã trên tờ này không do hệ thống in ra. Giữ lại tờ giấy, báo trưởng bưu cục.",
            "The code on this sheet was not printed by us. Keep the sheet and tell the supervisor.",
        )


class SheetEntered(DeskError):
    """The sheet was entered already: its dossier bears the sheet's own number."""

    def __init__(self, ref: str) -> None:
        super().__init__(
            f"Tờ này đã nhập rồi: hồ sơ {ref}. Mở hồ sơ để xem, không nhập lần nữa.",
            f"This sheet was entered already as {ref}. Open the dossier; do not enter it again.",
        )
        self.ref = ref


class SheetStruck(DeskError):
    """Somebody said that the sheet is void."""

    def __init__(self, ref: str, why: str) -> None:
        super().__init__(
            f"Tờ {ref} đã gạch bỏ ({WHY[why].lower()}). Lấy tờ khác, hoặc báo trưởng bưu cục.",
            f"Sheet {ref} was struck ({why}). Take another one, or tell the supervisor.",
        )


class PackMade(DeskError):
    """The office has its pack of this day."""

    def __init__(self) -> None:
        super().__init__(
            "Bưu cục đã có gói in sẵn của hôm nay. Mở gói đó; in lại nếu máy in hỏng.",
            "This office has its pack of today. Open it; print it again if the printer failed.",
        )


class BadStroke(DeskError):
    """A sheet is struck for one of four reasons."""

    def __init__(self) -> None:
        super().__init__(
            "Chọn ít nhất một tờ và lý do gạch bỏ.",
            "Choose one sheet at least and why it is struck.",
        )


class BadSize(DeskError):
    """A pack has some sheets, and not too many to account for."""

    def __init__(self) -> None:
        super().__init__(
            f"Một gói có từ 1 đến {MOST} tờ. Nhập lại số tờ.",
            f"A pack has 1 to {MOST} sheets. Enter the number again.",
        )
