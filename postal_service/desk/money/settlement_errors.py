"""What is refused when an agency is paid, or an office's cash goes to the bank."""

from __future__ import annotations

from postal_service.desk.errors import DeskError
from postal_service.desk.money.errors import vnd


class NothingToSettle(DeskError):
    """Nothing is owed, or more went back than came in."""

    def __init__(self) -> None:
        super().__init__(
            "Chưa có khoản nào phải chuyển cho cơ quan đến ngày này. Chọn ngày khác.",
            "Nothing is owed to the agency up to this day. Choose another day.",
        )


class SumMoved(DeskError):
    """The books have moved since the page was opened."""

    def __init__(self, amount_vnd: int) -> None:
        super().__init__(
            f"Sổ vừa có thêm dòng: nay phải chuyển {vnd(amount_vnd)}. "
            "Xem lại danh sách rồi chuyển đúng số này.",
            f"The books have moved: {vnd(amount_vnd)} is owed now. Look again, and pay this sum.",
        )
        self.amount_vnd = amount_vnd


class NotInBank(DeskError):
    """The post pays an agency out of its account, not out of a drawer."""

    def __init__(self, there: int) -> None:
        super().__init__(
            f"Theo sổ, tài khoản ngân hàng còn {vnd(max(there, 0))}. "
            "Ghi các lần nộp tiền mặt của quỹ vào ngân hàng trước.",
            f"By the books the bank holds {vnd(max(there, 0))}. Enter the safes' deposits first.",
        )


class NotInSafe(DeskError):
    """A safe gives no more than lies in it."""

    def __init__(self, there: int) -> None:
        super().__init__(
            f"Theo sổ, quỹ còn {vnd(max(there, 0))}. Đếm lại, hoặc chốt ca trước khi nộp.",
            f"By the books the safe holds {vnd(max(there, 0))}. Count again, or close shifts.",
        )


class BankRefUsed(DeskError):
    """A transfer of the bank's settles once."""

    def __init__(self, bank_ref: str) -> None:
        super().__init__(
            f"Số giao dịch ngân hàng «{bank_ref}» đã dùng cho một chứng từ khác. "
            "Kiểm tra lại số trên sao kê.",
            f"The bank's number “{bank_ref}” stands in the books already. Check the statement.",
        )


class BadBankRef(DeskError):
    """The bank's number is what two sets of books are compared by."""

    def __init__(self) -> None:
        super().__init__(
            "Ghi số giao dịch của ngân hàng: chữ, số, dấu chấm, gạch, từ 3 đến 60 ký tự.",
            "Enter the bank's number: letters, digits, dots and dashes, 3 to 60 of them.",
        )


class BadUntil(DeskError):
    """What has not happened is not settled."""

    def __init__(self) -> None:
        super().__init__(
            "Ngày quyết toán phải là hôm nay hoặc trước đó.",
            "Settle up to today or a day before it.",
        )


class UnknownSettlement(DeskError):
    """No such settlement, or none of this place."""

    def __init__(self) -> None:
        super().__init__(
            "Không có quyết toán này ở đây. Mở lại danh sách.",
            "There is no such settlement here. Open the list again.",
        )


class NotYourMoney(DeskError):
    """Who pays and who receives are two."""

    def __init__(self) -> None:
        super().__init__(
            "Việc này không thuộc quyền của bạn. Chuyển cho người phụ trách.",
            "This is not yours to do. Pass it on to whoever is in charge.",
        )
