"""Whether the books say what they must: nothing, or a line for each fault.

Everything is reckoned from the rows themselves, whatever refused to write them wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from asyncpg import Connection, Record
from msgspec import Struct

from postal_service.clock import VIETNAM
from postal_service.desk.money import reconcile_places_store as places
from postal_service.desk.money import reconcile_store as store
from postal_service.desk.money.reconcile_store import Fault

#: How long money that names nothing may lie, unless somebody says otherwise.
PATIENCE: Final = 7

#: What is wrong, in words; {about} and {figures} are the fault's.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "unbalanced": (
        "Chứng từ {about} không cân: tổng {figures}.",
        "Entry {about} adds to {figures}.",
    ),
    "not_mirrored": (
        "Chứng từ {about} bị đảo không trọn.",
        "Entry {about} was not reversed whole.",
    ),
    "same_hand": (
        "Chứng từ đảo {about} do chính người lập chứng từ {figures} ghi.",
        "Reversal {about} was written by the one who wrote entry {figures}.",
    ),
    "receipt_gaps": (
        "Số biên lai {about} không liền: {figures}.",
        "Receipts of {about} have a gap: {figures}.",
    ),
    "charges_adrift": (
        "{about}: khoản {figures} ghi đã thu, chứng từ không nói vậy.",
        "{about}: {figures} is marked as paid by an entry that does not say so.",
    ),
    "paid_twice": (
        "{about}: khoản {figures} có chứng từ thu thừa hoặc không được nhận.",
        "{about}: {figures} was collected by entries it does not name.",
    ),
    "voided_and_paid": (
        "{about}: khoản {figures} vừa bỏ vừa thu.",
        "{about}: {figures} is voided and paid.",
    ),
    "refunds_adrift": (
        "{about}: chứng từ trả lại {figures} lệch danh sách phải trả.",
        "{about}: refund {figures} differs from the list of what is due.",
    ),
    "delivered_unpaid": (
        "{about}: đã giao mà khoản {figures} chưa thu.",
        "{about}: delivered, and {figures} is open.",
    ),
    "undone_kept": (
        "{about}: lần giao đã hoàn tác, tiền của chứng từ {figures} còn đó và chưa ai được hỏi.",
        "{about}: the delivery was undone, the money of entry {figures} was not.",
    ),
    "settled_adrift": (
        "Quyết toán với {about} không bằng tổng các hồ sơ: {figures}.",
        "The settlement with {about} is not the sum of its dossiers: {figures}.",
    ),
    "settled_unlisted": (
        "Chứng từ quyết toán {about} ({figures}) không có danh sách hồ sơ.",
        "Settlement entry {about} ({figures}) names no dossiers.",
    ),
    "held_below": (
        "{about}: tiền giữ hộ âm, {figures}.",
        "{about}: more was paid out of the agency's money than came in, {figures}.",
    ),
    "shifts_left": (
        "Ca đã chốt còn tiền: {about}, {figures}.",
        "A closed shift is not empty: {about}, {figures}.",
    ),
    "bank_refs_twice": (
        "Số giao dịch ngân hàng {about} dùng {figures} lần.",
        "The bank's number {about} stands {figures} times.",
    ),
    "suspense_adrift": (
        "Tiền chờ xác định lệch sao kê: {figures}.",
        "Money that names nothing differs from the statement: {figures}.",
    ),
    "suspense_old": (
        "Tiền chờ xác định quá lâu: {about}, {figures}.",
        "Money has waited too long for its owner: {about}, {figures}.",
    ),
    "safes_below": (
        "Sổ ghi âm: {about}, {figures}.",
        "Below nothing by the books: {about}, {figures}.",
    ),
    "guards_off": (
        "Khóa của bảng {about} đang tắt: {figures}.",
        "A guard of table {about} is switched off: {figures}.",
    ),
    "purses_full": (
        "Lưu ý: {about} giữ quá hạn mức, {figures}.",
        "Note: {about} holds more than the limit, {figures}.",
    ),
}
#: Told, and no fault: nothing at a door is ever refused.
WARNINGS: Final = frozenset({"purses_full"})


class Finding(Struct, frozen=True, kw_only=True):
    """One line of the answer."""

    check: str
    about: str
    figures: str

    @property
    def warning(self) -> bool:
        return self.check in WARNINGS

    @property
    def vi(self) -> str:
        return WORDS[self.check][0].format(about=self.about, figures=self.figures)

    @property
    def en(self) -> str:
        return WORDS[self.check][1].format(about=self.about, figures=self.figures)


async def look(
    conn: Connection[Record], *, now: datetime, patience: int = PATIENCE
) -> list[Finding]:
    """Everything that is not as it must be; nothing where all is right."""
    found: list[Finding] = []
    for check, sql in (store.CHECKS | places.CHECKS).items():
        found += told(check, await store.run(conn, sql))
    old = await places.suspense_old(conn, now - timedelta(days=patience))
    full = await places.purses_full(conn, now.astimezone(VIETNAM).date())
    return [*found, *told("suspense_old", old), *told("purses_full", full)]


def told(check: str, faults: list[Fault]) -> list[Finding]:
    return [Finding(check=check, about=each.about, figures=each.figures) for each in faults]
