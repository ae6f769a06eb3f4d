"""What does not prove a hand-over, in the words of the one who is at the door."""

from __future__ import annotations

from postal_service.desk.errors import DeskError


class UnknownRelation(DeskError):
    """The closed list has no such relation to the addressee."""

    def __init__(self) -> None:
        super().__init__(
            "Quan hệ với người nhận không có trong danh sách. Chọn lại trong danh sách.",
            "The list has no such relation to the addressee. Choose one from the list.",
        )


class AddresseeOnly(DeskError):
    """The result is for the addressee, or for somebody with a written authorisation."""

    def __init__(self, s10: str) -> None:
        super().__init__(
            f"Bưu gửi {s10} chỉ giao cho chính người nhận hoặc người có giấy ủy quyền. "
            "Nếu không gặp, báo không phát được và chọn lý do.",
            f"Item {s10} is handed to the addressee or to an authorised person only. "
            "If neither is there, report that it could not be delivered, with the reason.",
        )


class NobodyNamed(DeskError):
    """A delivery names the person who took the paper."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa ghi họ tên người nhận thay. Hỏi tên rồi ghi lại.",
            "The person who took it is not named. Ask for the name and write it down.",
        )


class NoAuthorisation(DeskError):
    """Who takes it for another shows a paper with a number."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa ghi số giấy ủy quyền. Xem giấy ủy quyền và ghi số của giấy.",
            "The number of the authorisation is not written down. Look at the paper and copy it.",
        )


class NotACode(DeskError):
    """A delivery code has six digits."""

    def __init__(self) -> None:
        super().__init__(
            "Mã phát gồm 6 chữ số. Gõ lại, hoặc để trống và kiểm tra giấy tờ.",
            "A delivery code has six digits. Type it again, or leave it empty and check an id.",
        )


class BadIdCheck(DeskError):
    """An identity paper is told by its kind and its last four characters, never by more."""

    def __init__(self) -> None:
        super().__init__(
            "Kiểm tra giấy tờ phải có loại giấy và đúng 4 ký tự cuối của số giấy. Ghi lại.",
            "An id check names the kind of paper and its last 4 characters. Complete it.",
        )


class MustProveWho(DeskError):
    """What is for the addressee alone is handed over on a code or an identity paper."""

    def __init__(self) -> None:
        super().__init__(
            "Kết quả này phải có mã phát, hoặc kiểm tra giấy tờ tùy thân kèm lý do không có mã.",
            "This result takes the delivery code, or an id check with the reason for no code.",
        )


class NothingProven(DeskError):
    """A delivery has something to show for it."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa có bằng chứng giao: lấy chữ ký, mã phát, ảnh hoặc kiểm tra giấy tờ.",
            "Nothing proves the delivery: take a signature, a code, a photo or an id check.",
        )


class OriginalsMissing(DeskError):
    """Without the old paper the new one is not handed over."""

    def __init__(self, names: list[str]) -> None:
        said = "; ".join(names)
        super().__init__(
            f"Chưa thu lại bản gốc: {said}. Thu đủ rồi giao; nếu không nộp lại, "
            "báo không giao được, lý do «Không nộp lại bản gốc phải thu hồi».",
            f"Originals not taken back yet: {said}. Take them first; if they are withheld, "
            "report that it could not be delivered, with the reason for withheld originals.",
        )


class UnknownOriginal(DeskError):
    """Nothing is taken from a citizen that the procedure's list does not name."""

    def __init__(self) -> None:
        super().__init__(
            "Bản gốc này không nằm trong danh sách phải thu lại. Tải lại trang.",
            "This original is not on the list of those to take back. Reload the page.",
        )


class PictureNotOwed(DeskError):
    """A picture belongs to a scan of one's own that names it."""

    def __init__(self) -> None:
        super().__init__(
            "Ảnh này không thuộc lần quét nào của bạn, hoặc đã đủ ảnh. Tải lại trang rồi làm lại.",
            "This picture belongs to no scan of yours, or there are enough. Reload and try again.",
        )


class PictureNotHere(DeskError):
    """A page names only pictures that have arrived."""

    def __init__(self) -> None:
        super().__init__(
            "Chữ ký hoặc ảnh chưa gửi được. Bấm giao lần nữa khi có sóng.",
            "The signature or photo has not arrived. Press once more when there is signal.",
        )


class SharedProof(DeskError):
    """One signature or photo proves one hand-over: nothing is delivered in bulk."""

    def __init__(self) -> None:
        super().__init__(
            "Một chữ ký hoặc ảnh không dùng cho hai bưu gửi. Lấy bằng chứng riêng cho từng bì.",
            "One signature or photo cannot prove two items. Take one for each.",
        )


class WrongEnvelope(DeskError):
    """What was scanned is not the paper of this door."""

    def __init__(self) -> None:
        super().__init__(
            "Mã vừa nhập không phải của bưu gửi này. Kiểm tra lại bì thư trước khi giao.",
            "That is not the number of this item. Check the envelope before handing it over.",
        )
