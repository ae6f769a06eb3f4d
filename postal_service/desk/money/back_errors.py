"""What is refused when money goes back or an entry is taken back."""

from __future__ import annotations

from postal_service.desk.errors import DeskError


class NothingToRefund(DeskError):
    """Nothing waits to go back, or it went back already."""

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ này không có khoản nào chờ trả lại, hoặc đã trả rồi. Mở lại hồ sơ để xem.",
            "Nothing waits to be paid back on this dossier, or it was paid. Open it again.",
        )


class BadWhy(DeskError):
    """Money moves for a reason that another person can read."""

    def __init__(self) -> None:
        super().__init__(
            "Ghi lý do, từ 3 đến 300 ký tự.",
            "Say why, in 3 to 300 characters.",
        )


class NotReversible(DeskError):
    """Some entries are mended another way."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi, en)


def settled_transfer() -> NotReversible:
    return NotReversible(
        "Tiền này đã vào tài khoản ngân hàng, không đảo được. Trả lại người nộp bằng khoản hoàn.",
        "This money is in the bank and cannot be reversed. Pay it back as a refund.",
    )


def of_a_count() -> NotReversible:
    return NotReversible(
        "Chứng từ của một lần kiểm đếm hay chốt ca không đảo được. Đếm lại và ghi chênh lệch mới.",
        "An entry of a count is not reversed. Count again and book the new difference.",
    )


def refunded() -> NotReversible:
    return NotReversible(
        "Khoản của chứng từ này đã trả lại người nộp. Đảo chứng từ trả lại trước.",
        "What this entry collected went back already. Reverse the refund first.",
    )


def delivered_again() -> NotReversible:
    return NotReversible(
        "Bưu gửi đã được giao lại nên khoản đã thu là đúng. Không duyệt yêu cầu này.",
        "The item was delivered after all, so what was collected is right. Decline the request.",
    )
