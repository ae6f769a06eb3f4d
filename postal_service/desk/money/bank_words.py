"""Why a credit waits, and what became of it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from postal_service.desk.money.bank_store import Line
from postal_service.desk.money.errors import vnd

WHY: Final[Mapping[str, str]] = {
    "unknown": "không có mã chuyển khoản của bưu điện",
    "several": "có nhiều mã, không biết trả khoản nào",
    "less": "ít hơn số phải trả",
    "more": "nhiều hơn số phải trả",
    "cancelled": "yêu cầu đã bỏ trước khi tiền về",
    "otherwise": "đã thu bằng cách khác trước khi tiền về",
    "again": "yêu cầu này đã trả rồi, tiền về lần nữa",
}
#: What a supervisor does about it.
THEN: Final[Mapping[str, str]] = {
    "unknown": "Tìm yêu cầu đúng số tiền rồi ghép, hoặc trả lại người gửi.",
    "several": "Ghép từng phần vào từng yêu cầu.",
    "less": "Chờ khoản còn thiếu rồi ghép cùng, hoặc trả lại.",
    "more": "Ghép vào yêu cầu, phần dư trả lại người gửi.",
    "cancelled": "Lập yêu cầu mới nếu còn phải thu rồi ghép, hoặc trả lại.",
    "otherwise": "Trả lại người gửi.",
    "again": "Trả lại người gửi.",
}


def task_text(line: Line, reason: str, reference: str) -> str:
    """What an office's list says of a credit in suspense: no name, every number."""
    of = f" theo mã {reference}" if reference else ""
    return (
        f"{vnd(line.amount_vnd)}, số giao dịch {line.bank_ref}{of}: {WHY[reason]}. {THEN[reason]}"
    )
