"""What is refused about bank transfers, in words fit for whoever waits for the money."""

from __future__ import annotations

from postal_service.desk.errors import DeskError
from postal_service.desk.money.errors import vnd


class UnknownTransfer(DeskError):
    """No such request here."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"Không có yêu cầu chuyển khoản {reference[:20]} ở đây. Kiểm tra lại mã.",
            f"There is no transfer request {reference[:20]} here. Check its reference.",
        )


class TransferEnded(DeskError):
    """The request is paid or given up."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"Yêu cầu {reference} đã xong hoặc đã bỏ. Tải lại trang để xem.",
            f"The request {reference} has ended. Reload the page to see how.",
        )


class AwaitedAlready(DeskError):
    """These charges have a request that stands."""

    def __init__(self) -> None:
        super().__init__(
            "Khoản này đang chờ chuyển khoản theo một mã khác. Mở lại hồ sơ để xem mã đó.",
            "A transfer is awaited for this already. Open the dossier to see its reference.",
        )


class UnknownLine(DeskError):
    """No such line of the bank's here."""

    def __init__(self) -> None:
        super().__init__(
            "Không có khoản tiền này ở đây. Tải lại trang rồi chọn lại.",
            "There is no such credit here. Reload the page and choose again.",
        )


class LineUsed(DeskError):
    """Nothing of the line waits any more, or less than was seen."""

    def __init__(self) -> None:
        super().__init__(
            "Khoản tiền này đã được xử lý. Tải lại trang để xem.",
            "This credit was dealt with meanwhile. Reload the page to see.",
        )


class TooLittle(DeskError):
    """The lines chosen are less than the request."""

    def __init__(self, chosen: int, wanted: int) -> None:
        super().__init__(
            f"Các khoản đã chọn còn {vnd(chosen)}, yêu cầu là {vnd(wanted)}. Chọn thêm khoản, hoặc "
            "trả lại tiền cho người gửi.",
            f"What was chosen is {chosen} đồng, the request {wanted}. Choose more or send it back.",
        )


class SamePersonReturns(DeskError):
    """Who asked that money goes back does not send it."""

    def __init__(self) -> None:
        super().__init__(
            "Người đề nghị trả tiền không tự xác nhận được. Nhờ người thứ hai.",
            "Whoever asked cannot decide. Ask a second person.",
        )


class ReturnWaiting(DeskError):
    """A return of this line waits for its second person."""

    def __init__(self) -> None:
        super().__init__(
            "Khoản tiền này đang chờ người thứ hai xác nhận trả lại. Quyết việc đó trước.",
            "A second person is to decide whether this goes back. Decide that first.",
        )


class UnknownReturn(DeskError):
    """No such wish to send money back here."""

    def __init__(self) -> None:
        super().__init__(
            "Không có đề nghị trả tiền này. Tải lại trang để xem.",
            "There is no such wish to send money back. Reload the page.",
        )


class BadReturn(DeskError):
    """Money goes back to an account, for a reason, under a number of the bank's."""

    def __init__(self, what: str, en: str) -> None:
        super().__init__(f"Chưa ghi được: {what}.", f"Not written: {en}.")
